#include "fuzz/gen_inside.h"

#include <stdlib.h>

/*
 * What each operator takes and leaves.  A row with a signature says it
 * itself; the others have a function here that chooses immediates.
 */

typedef bool shape_fn(struct gen *gen, enum gw_op op, gw_valtype want,
                      struct shape *shape);

/* ---- tools ---- */

static void
pop(struct shape *shape, gw_valtype type)
{
    shape->pops[shape->pop_count++] = (struct operand){ type, 0, false };
}

static void
pop_small(struct shape *shape, gw_valtype type, uint64_t mask)
{
    shape->pops[shape->pop_count++] = (struct operand){ type, mask, false };
}

static void
push(struct shape *shape, gw_valtype type)
{
    shape->pushes[shape->push_count++] = type;
}

static void
pop_list(struct shape *shape, const gw_valtype *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        pop(shape, types[i]);
}

static void
push_list(struct shape *shape, const gw_valtype *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        push(shape, types[i]);
}

static void
imm(struct shape *shape, uint64_t value)
{
    buf_u32(&shape->imm, value);
}

/* A reference that is mostly not null. */
static void
pop_object(struct gen *gen, struct shape *shape, uint32_t heap)
{
    pop(shape,
        gw_type_ref(!HAS(gen, FUNCTION_REFERENCES) || once_in(gen, 8), heap));
}

/* The wanted type's definition, if it is one of the kind; else any. */
static uint32_t
wanted_def(struct gen *gen, enum gw_comp comp, gw_valtype want)
{
    uint32_t heap = gw_type_heap(want);
    if (gw_type_is_ref(want) && gw_heap_is_index(heap) &&
        gen->defs[heap].comp == comp && !once_in(gen, 8))
        return heap;
    return pick_def(gen, comp);
}

/* ---- labels ---- */

static const struct label *
pick_label(struct gen *gen, struct shape *shape)
{
    uint32_t index = pick(gen, gen->depth);
    imm(shape, index);
    return &gen->labels[gen->depth - 1 - index];
}

static bool
shape_br(struct gen *gen, enum gw_op op, gw_valtype want, struct shape *shape)
{
    const struct label *label = pick_label(gen, shape);
    (void)want;
    pop_list(shape, label->types, label->count);
    shape->ends = op == GW_OP_BR;
    if (op == GW_OP_BR_IF) {
        pop(shape, GW_TYPE_I32);
        push_list(shape, label->types, label->count);
    }
    return true;
}

static bool
shape_br_table(struct gen *gen, enum gw_op op, gw_valtype want,
               struct shape *shape)
{
    uint32_t labels[6], count = 0, last = pick(gen, gen->depth);
    const struct label *label = &gen->labels[gen->depth - 1 - last];
    (void)op, (void)want;
    for (uint32_t tries = 0; tries < 6; tries++) {
        uint32_t index = pick(gen, gen->depth);
        const struct label *other = &gen->labels[gen->depth - 1 - index];
        if (lists_fit(gen, label->types, label->count, other->types,
                      other->count))
            labels[count++] = index;
    }
    imm(shape, count);
    for (uint32_t i = 0; i < count; i++)
        imm(shape, labels[i]);
    imm(shape, last);
    pop_list(shape, label->types, label->count);
    pop_small(shape, GW_TYPE_I32, once_in(gen, 4) ? 0 : 7);
    shape->ends = true;
    return true;
}

static bool
shape_return(struct gen *gen, enum gw_op op, gw_valtype want,
             struct shape *shape)
{
    (void)op, (void)want;
    pop_list(shape, gen->func->results, gen->func->result_count);
    shape->ends = true;
    return true;
}

static bool
shape_unreachable(struct gen *gen, enum gw_op op, gw_valtype want,
                  struct shape *shape)
{
    (void)op, (void)want;
    shape->ends = true;
    return once_in(gen, 8);
}

static bool
shape_rethrow(struct gen *gen, enum gw_op op, gw_valtype want,
              struct shape *shape)
{
    (void)op, (void)want;
    shape->ends = true;
    for (uint32_t i = 0; i < gen->depth; i++) {
        if (gen->labels[gen->depth - 1 - i].op == GW_OP_CATCH) {
            imm(shape, i);
            return true;
        }
    }
    return false;
}

static bool
shape_throw(struct gen *gen, enum gw_op op, gw_valtype want,
            struct shape *shape)
{
    (void)want;
    shape->ends = true;
    if (op == GW_OP_THROW_REF) {
        pop(shape, GW_TYPE_EXNREF);
        return !gen->options.no_exnref;
    }
    if (gen->tag_count == 0)
        return false;
    uint32_t tag = pick(gen, gen->tag_count);
    const struct gw_functype *type = &gen->defs[gen->tags[tag]].func;
    imm(shape, tag);
    pop_list(shape, type->params, type->param_count);
    return type->result_count == 0;
}

static bool
shape_br_on_null(struct gen *gen, enum gw_op op, gw_valtype want,
                 struct shape *shape)
{
    const struct label *label = pick_label(gen, shape);
    uint32_t count = label->count;
    if (op == GW_OP_BR_ON_NON_NULL) {
        if (count == 0 || !gw_type_is_ref(label->types[count - 1]))
            return false;
        pop_list(shape, label->types, count - 1);
        pop(shape, label->types[count - 1] | GW_NULLABLE);
        push_list(shape, label->types, count - 1);
        return true;
    }
    gw_valtype type = gw_type_is_ref(want) ? want : pick_ref(gen);
    pop_list(shape, label->types, count);
    pop(shape, type | GW_NULLABLE);
    push_list(shape, label->types, count);
    push(shape, type & ~GW_NULLABLE);
    return true;
}

static bool
shape_br_on_cast(struct gen *gen, enum gw_op op, gw_valtype want,
                 struct shape *shape)
{
    uint32_t index = pick(gen, gen->depth);
    const struct label *label = &gen->labels[gen->depth - 1 - index];
    gw_valtype source = pick_ref(gen);
    gw_valtype target = gw_type_ref(once_in(gen, 2), pick_heap(gen));
    (void)want;
    uint32_t top = gw_heap_top(&gen->types, gw_type_heap(target));
    if (!fits(gen, target, source))
        source = gw_type_ref(true, top);
    if (once_in(gen, 4) && !(target & GW_NULLABLE))
        source &= ~GW_NULLABLE;
    gw_valtype rest = target & GW_NULLABLE ? source & ~GW_NULLABLE : source;
    bool on_fail = op == GW_OP_BR_ON_CAST_FAIL;
    if (label->count == 0 ||
        !fits(gen, on_fail ? rest : target, label->types[label->count - 1]))
        return false;
    imm(shape,
        (source & GW_NULLABLE ? 1u : 0) | (target & GW_NULLABLE ? 2u : 0));
    imm(shape, index);
    buf_heap(&shape->imm, gw_type_heap(source));
    buf_heap(&shape->imm, gw_type_heap(target));
    pop_list(shape, label->types, label->count - 1);
    pop(shape, source);
    push_list(shape, label->types, label->count - 1);
    push(shape, on_fail ? target : rest);
    return true;
}

/* ---- calls ---- */

static bool
leaves(const struct gen *gen, const struct gw_functype *type, gw_valtype want)
{
    if (want == WANT_NOTHING)
        return true;
    for (uint32_t i = 0; i < type->result_count; i++) {
        if (fits(gen, type->results[i], want))
            return true;
    }
    return false;
}

/* Could the function take its place here? */
static bool
callable(const struct gen *gen, enum gw_op op, const struct gw_functype *type,
         gw_valtype want)
{
    if (!(gw_op_table[op].flags & GW_OPF_TERMINATES))
        return leaves(gen, type, want);
    return lists_fit(gen, type->results, type->result_count, gen->func->results,
                     gen->func->result_count);
}

static uint32_t
pick_callee(struct gen *gen, enum gw_op op, gw_valtype want)
{
    uint32_t start = gen->callee_count ? pick(gen, gen->callee_count) : 0;
    for (uint32_t i = 0; i < gen->callee_count; i++) {
        uint32_t func = (start + i) % gen->callee_count;
        if (callable(gen, op, &gen->defs[gen->func_types[func]].func, want))
            return func;
    }
    return GW_NO_INDEX;
}

static void
pass(struct shape *shape, enum gw_op op, const struct gw_functype *type)
{
    shape->ends = (gw_op_table[op].flags & GW_OPF_TERMINATES) != 0;
    if (!shape->ends)
        push_list(shape, type->results, type->result_count);
}

static bool
shape_call(struct gen *gen, enum gw_op op, gw_valtype want, struct shape *shape)
{
    uint32_t func = pick_callee(gen, op, want);
    if (func == GW_NO_INDEX)
        return false;
    const struct gw_functype *type = &gen->defs[gen->func_types[func]].func;
    imm(shape, func);
    pop_list(shape, type->params, type->param_count);
    pass(shape, op, type);
    return true;
}

/* Function i stands at i in table 0, for as long as nobody changes it. */
static bool
shape_call_indirect(struct gen *gen, enum gw_op op, gw_valtype want,
                    struct shape *shape)
{
    uint32_t func = pick_callee(gen, op, want);
    if (func == GW_NO_INDEX || gen->table_count == 0)
        return false;
    uint32_t table = once_in(gen, 4) ? pick(gen, gen->table_count) : 0;
    const struct gw_functype *type = &gen->defs[gen->func_types[func]].func;
    if (!fits(gen, gen->tables[table].elem, GW_TYPE_FUNCREF))
        return false;
    imm(shape, gen->func_types[func]);
    imm(shape, table);
    pop_list(shape, type->params, type->param_count);
    pop_small(shape, address_type(gen->tables[table].limits.is64), func);
    shape->pops[shape->pop_count - 1].fixed = !once_in(gen, 8);
    shape->pops[shape->pop_count - 1].mask |=
        !shape->pops[shape->pop_count - 1].fixed;
    pass(shape, op, type);
    return true;
}

static bool
shape_call_ref(struct gen *gen, enum gw_op op, gw_valtype want,
               struct shape *shape)
{
    uint32_t func = pick_callee(gen, op, want);
    uint32_t def = func == GW_NO_INDEX ? pick_def(gen, GW_COMP_FUNC)
                                       : gen->func_types[func];
    const struct gw_functype *type = &gen->defs[def].func;
    if (!callable(gen, op, type, want))
        return false;
    imm(shape, def);
    pop_list(shape, type->params, type->param_count);
    pop_object(gen, shape, def);
    pass(shape, op, type);
    return true;
}

/* ---- values and variables ---- */

static bool
shape_drop(struct gen *gen, enum gw_op op, gw_valtype want, struct shape *shape)
{
    (void)op;
    pop(shape, pick_type(gen));
    return want == WANT_NOTHING;
}

static bool
shape_select(struct gen *gen, enum gw_op op, gw_valtype want,
             struct shape *shape)
{
    gw_valtype type = want == WANT_NOTHING ? pick_type(gen) : want;
    if (op == GW_OP_SELECT && gw_type_is_ref(type))
        return false;
    if (op == GW_OP_SELECT_T) {
        imm(shape, 1);
        buf_type(&shape->imm, type);
    }
    pop(shape, type);
    pop(shape, type);
    pop(shape, GW_TYPE_I32);
    push(shape, type);
    return true;
}

static bool
has_value(const struct gen *gen, uint32_t local)
{
    return local < gen->func->param_count ||
           gw_type_has_default(gen->locals[local]);
}

static bool
shape_local(struct gen *gen, enum gw_op op, gw_valtype want,
            struct shape *shape)
{
    uint32_t start = gen->local_count ? pick(gen, gen->local_count) : 0;
    for (uint32_t i = 0; i < gen->local_count; i++) {
        uint32_t local = (start + i) % gen->local_count;
        gw_valtype type = gen->locals[local];
        if (want != WANT_NOTHING && !fits(gen, type, want))
            continue;
        if (op == GW_OP_LOCAL_GET && !has_value(gen, local))
            continue;
        imm(shape, local);
        if (op != GW_OP_LOCAL_GET)
            pop(shape, type);
        if (op != GW_OP_LOCAL_SET)
            push(shape, type);
        return true;
    }
    return false;
}

/* Global 0 is the budget, which only the code for it touches. */
static bool
shape_global(struct gen *gen, enum gw_op op, gw_valtype want,
             struct shape *shape)
{
    uint32_t count = gen->constant ? gen->global_end : gen->global_count;
    uint32_t start = count > 0 ? pick(gen, count) : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = (start + i) % count;
        const struct gw_globaltype *global = &gen->globals[index];
        bool get = op == GW_OP_GLOBAL_GET;
        if (index == 0 || (!get && !global->mutable) ||
            (get && want != WANT_NOTHING && !fits(gen, global->type, want)) ||
            (gen->constant && (global->mutable || !HAS(gen, GC))))
            continue;
        imm(shape, index);
        if (get)
            push(shape, global->type);
        else
            pop(shape, global->type);
        return true;
    }
    return false;
}

/* ---- tables and memories ---- */

static void
pop_table(struct gen *gen, struct shape *shape, uint32_t table)
{
    pop_small(shape, address_type(gen->tables[table].limits.is64),
              once_in(gen, 8) ? 0 : 7);
}

static bool
shape_table(struct gen *gen, enum gw_op op, gw_valtype want,
            struct shape *shape)
{
    if (gen->table_count == 0)
        return false;
    uint32_t table = pick(gen, gen->table_count);
    gw_valtype elem = gen->tables[table].elem;
    imm(shape, table);
    if (op == GW_OP_TABLE_GET) {
        pop_table(gen, shape, table);
        push(shape, elem);
        return want == WANT_NOTHING || fits(gen, elem, want);
    }
    if (op != GW_OP_TABLE_GROW)
        pop_table(gen, shape, table);
    pop(shape, elem);
    if (op != GW_OP_TABLE_SET)
        pop_small(shape, address_type(gen->tables[table].limits.is64), 3);
    if (op == GW_OP_TABLE_GROW)
        push(shape, address_type(gen->tables[table].limits.is64));
    return true;
}

static bool
shape_table_init(struct gen *gen, enum gw_op op, gw_valtype want,
                 struct shape *shape)
{
    (void)op, (void)want;
    if (gen->table_count == 0 || gen->elem_count == 0)
        return false;
    uint32_t elem = pick(gen, gen->elem_count);
    uint32_t table = pick(gen, gen->table_count);
    if (!fits(gen, gen->elems[elem], gen->tables[table].elem))
        return false;
    imm(shape, elem);
    imm(shape, table);
    pop_table(gen, shape, table);
    pop_small(shape, GW_TYPE_I32, 3);
    pop_small(shape, GW_TYPE_I32, 3);
    return true;
}

static bool
shape_table_copy(struct gen *gen, enum gw_op op, gw_valtype want,
                 struct shape *shape)
{
    (void)op, (void)want;
    if (gen->table_count == 0)
        return false;
    uint32_t to = pick(gen, gen->table_count);
    uint32_t from = once_in(gen, 2) ? to : pick(gen, gen->table_count);
    const struct gw_tabletype *a = &gen->tables[to], *b = &gen->tables[from];
    if (!fits(gen, b->elem, a->elem) ||
        (!HAS(gen, REFERENCE_TYPES) && to + from > 0))
        return false;
    imm(shape, to);
    imm(shape, from);
    pop_table(gen, shape, to);
    pop_table(gen, shape, from);
    pop_small(shape, address_type(a->limits.is64 && b->limits.is64), 3);
    return true;
}

enum { ADDRESS_MASK = 0xfff8, SIZE_MASK = 0xff };

static gw_valtype
memory_type(const struct gen *gen, uint32_t memory)
{
    return address_type(gen->memories[memory].limits.is64);
}

static bool
shape_memory_copy(struct gen *gen, enum gw_op op, gw_valtype want,
                  struct shape *shape)
{
    (void)op, (void)want;
    if (gen->memory_count == 0)
        return false;
    uint32_t to = pick(gen, gen->memory_count);
    uint32_t from = pick(gen, gen->memory_count);
    imm(shape, to);
    imm(shape, from);
    pop_small(shape, memory_type(gen, to), ADDRESS_MASK | 7);
    pop_small(shape, memory_type(gen, from), ADDRESS_MASK | 7);
    bool is64 = gen->memories[to].limits.is64 &&
                gen->memories[from].limits.is64;
    pop_small(shape, address_type(is64), SIZE_MASK);
    return true;
}

/* ---- references ---- */

static bool
shape_ref_null(struct gen *gen, enum gw_op op, gw_valtype want,
               struct shape *shape)
{
    (void)op;
    gw_valtype type = want == WANT_NOTHING ? pick_ref(gen) : want;
    if (!(type & GW_NULLABLE) || !gw_type_is_ref(type))
        return false;
    uint32_t heap = gw_type_heap(type);
    uint32_t bottom = gw_heap_bottom(&gen->types, heap);
    if (HAS(gen, GC) && once_in(gen, 2) && bottom != GW_HEAP_NOCONT)
        heap = bottom;
    buf_heap(&shape->imm, heap);
    push(shape, gw_type_ref(true, heap));
    return true;
}

static bool
shape_ref_is_null(struct gen *gen, enum gw_op op, gw_valtype want,
                  struct shape *shape)
{
    (void)op, (void)want;
    pop(shape, pick_ref(gen));
    push(shape, GW_TYPE_I32);
    return true;
}

static bool
shape_ref_func(struct gen *gen, enum gw_op op, gw_valtype want,
               struct shape *shape)
{
    (void)op;
    uint32_t start = gen->callee_count ? pick(gen, gen->callee_count) : 0;
    for (uint32_t i = 0; i < gen->callee_count; i++) {
        uint32_t func = (start + i) % gen->callee_count;
        gw_valtype type = HAS(gen, FUNCTION_REFERENCES)
                              ? gw_type_ref(false, gen->func_types[func])
                              : GW_TYPE_FUNCREF;
        if (want == WANT_NOTHING || fits(gen, type, want)) {
            imm(shape, func);
            push(shape, type);
            return true;
        }
    }
    return false;
}

static bool
shape_as_non_null(struct gen *gen, enum gw_op op, gw_valtype want,
                  struct shape *shape)
{
    (void)op;
    gw_valtype type = want == WANT_NOTHING ? pick_ref(gen) : want;
    if (!gw_type_is_ref(type) || !once_in(gen, 4))
        return false;
    pop(shape, type | GW_NULLABLE);
    push(shape, type & ~GW_NULLABLE);
    return true;
}

/* Casts take any type of the hierarchy; mostly the nearest but one. */
static bool
shape_cast(struct gen *gen, enum gw_op op, gw_valtype want, struct shape *shape)
{
    bool test = op == GW_OP_REF_TEST || op == GW_OP_REF_TEST_NULL;
    bool null = op == GW_OP_REF_TEST_NULL || op == GW_OP_REF_CAST_NULL;
    uint32_t heap = test || !gw_type_is_ref(want) ? pick_heap(gen)
                                                  : gw_type_heap(want);
    uint32_t top = gw_heap_top(&gen->types, heap);
    if (top == GW_HEAP_CONT)
        return false;
    buf_heap(&shape->imm, heap);
    pop(shape, gw_type_ref(true, once_in(gen, 2) ? top : heap));
    push(shape, test ? GW_TYPE_I32 : gw_type_ref(null, heap));
    return true;
}

static bool
shape_convert(struct gen *gen, enum gw_op op, gw_valtype want,
              struct shape *shape)
{
    bool to_any = op == GW_OP_ANY_CONVERT_EXTERN;
    bool null = !gw_type_is_ref(want) || (want & GW_NULLABLE);
    (void)gen;
    pop(shape, gw_type_ref(null, to_any ? GW_HEAP_EXTERN : GW_HEAP_ANY));
    push(shape, gw_type_ref(null, to_any ? GW_HEAP_ANY : GW_HEAP_EXTERN));
    return true;
}

/* ---- structures and arrays ---- */

static bool
all_default(const struct gw_typedef *def)
{
    for (uint32_t i = 0; i < def->field_count; i++) {
        if (!gw_type_has_default(def->fields[i].type))
            return false;
    }
    return true;
}

static bool
shape_struct_new(struct gen *gen, enum gw_op op, gw_valtype want,
                 struct shape *shape)
{
    uint32_t index = wanted_def(gen, GW_COMP_STRUCT, want);
    if (index == GW_NO_INDEX)
        return false;
    const struct gw_typedef *def = &gen->defs[index];
    imm(shape, index);
    push(shape, gw_type_ref(false, index));
    if (op == GW_OP_STRUCT_NEW_DEFAULT)
        return all_default(def);
    for (uint32_t i = 0; i < def->field_count; i++)
        pop(shape, unpacked(def->fields[i].type));
    return true;
}

/* Is the operator made for a field of this type? */
static bool
reads_field(enum gw_op op, const struct gw_field *field)
{
    bool extends = op == GW_OP_STRUCT_GET_S || op == GW_OP_STRUCT_GET_U ||
                   op == GW_OP_ARRAY_GET_S || op == GW_OP_ARRAY_GET_U;
    return extends == (unpacked(field->type) != field->type);
}

static bool
shape_struct_field(struct gen *gen, enum gw_op op, gw_valtype want,
                   struct shape *shape)
{
    uint32_t index = pick_def(gen, GW_COMP_STRUCT);
    if (index == GW_NO_INDEX || gen->defs[index].field_count == 0)
        return false;
    const struct gw_typedef *def = &gen->defs[index];
    uint32_t start = pick(gen, def->field_count);
    for (uint32_t i = 0; i < def->field_count; i++) {
        uint32_t at = (start + i) % def->field_count;
        const struct gw_field *field = &def->fields[at];
        gw_valtype type = unpacked(field->type);
        bool good = op == GW_OP_STRUCT_SET
                        ? field->mutable
                        : reads_field(op, field) &&
                              (want == WANT_NOTHING || fits(gen, type, want));
        if (!good)
            continue;
        imm(shape, index);
        imm(shape, at);
        pop_object(gen, shape, index);
        if (op == GW_OP_STRUCT_SET)
            pop(shape, type);
        else
            push(shape, type);
        return true;
    }
    return false;
}

enum { INDEX_MASK = 3, LENGTH_MASK = 15 };

static void
pop_index(struct gen *gen, struct shape *shape)
{
    pop_small(shape, GW_TYPE_I32, once_in(gen, 16) ? 0 : INDEX_MASK);
}

static void
pop_length(struct shape *shape)
{
    pop_small(shape, GW_TYPE_I32, LENGTH_MASK);
}

static bool
shape_array_new(struct gen *gen, enum gw_op op, gw_valtype want,
                struct shape *shape)
{
    uint32_t index = wanted_def(gen, GW_COMP_ARRAY, want);
    if (index == GW_NO_INDEX)
        return false;
    gw_valtype type = gen->defs[index].fields[0].type;
    imm(shape, index);
    push(shape, gw_type_ref(false, index));
    if (op == GW_OP_ARRAY_NEW_FIXED) {
        uint32_t count = pick(gen, 6);
        imm(shape, count);
        while (count-- > 0)
            pop(shape, unpacked(type));
        return true;
    }
    if (op == GW_OP_ARRAY_NEW)
        pop(shape, unpacked(type));
    else if (!gw_type_has_default(type))
        return false;
    pop_length(shape);
    if (once_in(gen, 8)) /* too long for any heap, often */
        shape->pops[shape->pop_count - 1].mask = 0xffff;
    return true;
}

/* array.new_data, array.new_elem, array.init_data, array.init_elem */
static bool
shape_array_segment(struct gen *gen, enum gw_op op, gw_valtype want,
                    struct shape *shape)
{
    bool is_new = op == GW_OP_ARRAY_NEW_DATA || op == GW_OP_ARRAY_NEW_ELEM;
    bool data = op == GW_OP_ARRAY_NEW_DATA || op == GW_OP_ARRAY_INIT_DATA;
    uint32_t index = wanted_def(gen, GW_COMP_ARRAY, want);
    uint32_t count = data ? gen->data_count : gen->elem_count;
    if (index == GW_NO_INDEX || count == 0)
        return false;
    const struct gw_field *field = &gen->defs[index].fields[0];
    uint32_t segment = pick(gen, count);
    if (data ? gw_type_is_ref(field->type)
             : !fits(gen, gen->elems[segment], field->type))
        return false;
    imm(shape, index);
    imm(shape, segment);
    if (!is_new) {
        pop_object(gen, shape, index);
        pop_index(gen, shape);
    }
    pop_index(gen, shape);
    pop_index(gen, shape);
    if (is_new)
        push(shape, gw_type_ref(false, index));
    return is_new || field->mutable;
}

static bool
shape_array_element(struct gen *gen, enum gw_op op, gw_valtype want,
                    struct shape *shape)
{
    uint32_t index = pick_def(gen, GW_COMP_ARRAY);
    if (index == GW_NO_INDEX)
        return false;
    const struct gw_field *field = &gen->defs[index].fields[0];
    gw_valtype type = unpacked(field->type);
    imm(shape, index);
    pop_object(gen, shape, index);
    pop_index(gen, shape);
    if (op == GW_OP_ARRAY_SET || op == GW_OP_ARRAY_FILL) {
        pop(shape, type);
        if (op == GW_OP_ARRAY_FILL)
            pop_index(gen, shape);
        return field->mutable;
    }
    push(shape, type);
    return reads_field(op, field) &&
           (want == WANT_NOTHING || fits(gen, type, want));
}

static bool
shape_array_copy(struct gen *gen, enum gw_op op, gw_valtype want,
                 struct shape *shape)
{
    uint32_t to = pick_def(gen, GW_COMP_ARRAY);
    uint32_t from = once_in(gen, 2) ? to : pick_def(gen, GW_COMP_ARRAY);
    (void)op, (void)want;
    if (to == GW_NO_INDEX)
        return false;
    const struct gw_field *a = gen->defs[to].fields,
                          *b = gen->defs[from].fields;
    bool packed = unpacked(a->type) != a->type || unpacked(b->type) != b->type;
    if (!a->mutable ||
        !(packed ? a->type == b->type : fits(gen, b->type, a->type)))
        return false;
    imm(shape, to);
    imm(shape, from);
    pop_object(gen, shape, to);
    pop_index(gen, shape);
    pop_object(gen, shape, from);
    pop_index(gen, shape);
    pop_index(gen, shape);
    return true;
}

/* ---- continuations ---- */

static const struct gw_functype *
cont_func(const struct gen *gen, uint32_t cont)
{
    return &gen->defs[gen->defs[cont].cont].func;
}

static bool
shape_cont_new(struct gen *gen, enum gw_op op, gw_valtype want,
               struct shape *shape)
{
    uint32_t cont = wanted_def(gen, GW_COMP_CONT, want);
    (void)op;
    if (cont == GW_NO_INDEX)
        return false;
    imm(shape, cont);
    pop_object(gen, shape, gen->defs[cont].cont);
    push(shape, gw_type_ref(false, cont));
    return true;
}

static bool
shape_cont_bind(struct gen *gen, enum gw_op op, gw_valtype want,
                struct shape *shape)
{
    uint32_t from = pick_def(gen, GW_COMP_CONT);
    (void)op, (void)want;
    if (from == GW_NO_INDEX)
        return false;
    const struct gw_functype *type = cont_func(gen, from);
    uint32_t bound = pick(gen, type->param_count + 1);
    uint32_t to = cont_type(gen, func_type(gen, type->params + bound,
                                           type->param_count - bound,
                                           type->results, type->result_count));
    if (to == GW_NO_INDEX)
        return false;
    imm(shape, from);
    imm(shape, to);
    pop_list(shape, type->params, bound);
    pop_object(gen, shape, from);
    push(shape, gw_type_ref(false, to));
    return true;
}

static bool
shape_suspend(struct gen *gen, enum gw_op op, gw_valtype want,
              struct shape *shape)
{
    (void)op, (void)want;
    if (gen->tag_count == 0)
        return false;
    uint32_t tag = pick(gen, gen->tag_count);
    const struct gw_functype *type = &gen->defs[gen->tags[tag]].func;
    imm(shape, tag);
    pop_list(shape, type->params, type->param_count);
    push_list(shape, type->results, type->result_count);
    return true;
}

/* "on tag label" where a label takes what it must; "on tag switch". */
static void
pick_handlers(struct gen *gen, struct shape *shape,
              const struct gw_functype *cont)
{
    struct buf list = { 0 };
    uint32_t count = 0;
    for (uint32_t i = 0; i < gen->depth && count < 4; i++) {
        const struct label *label = &gen->labels[gen->depth - 1 - i];
        gw_valtype last = label->count ? label->types[label->count - 1] : 0;
        uint32_t heap = gw_type_heap(last);
        if (!gw_type_is_ref(last) || !gw_heap_is_index(heap) ||
            gen->defs[heap].comp != GW_COMP_CONT)
            continue;
        const struct gw_functype *func = cont_func(gen, heap);
        for (uint32_t tag = 0; tag < gen->tag_count && count < 4; tag++) {
            const struct gw_functype *type = &gen->defs[gen->tags[tag]].func;
            if (lists_fit(gen, type->params, type->param_count, label->types,
                          label->count - 1) &&
                lists_fit(gen, func->params, func->param_count, type->results,
                          type->result_count) &&
                lists_fit(gen, cont->results, cont->result_count, func->results,
                          func->result_count)) {
                buf_u8(&list, 0);
                buf_u32(&list, tag);
                buf_u32(&list, i);
                count++;
            }
        }
    }
    for (uint32_t tag = 0; tag < gen->tag_count && count < 4; tag++) {
        const struct gw_functype *type = &gen->defs[gen->tags[tag]].func;
        if (type->param_count == 0 && once_in(gen, 2) &&
            lists_fit(gen, cont->results, cont->result_count, type->results,
                      type->result_count)) {
            buf_u8(&list, 1);
            buf_u32(&list, tag);
            count++;
        }
    }
    imm(shape, count);
    buf_put(&shape->imm, list.data, list.size);
    buf_fini(&list);
}

static bool
shape_resume(struct gen *gen, enum gw_op op, gw_valtype want,
             struct shape *shape)
{
    uint32_t cont = pick_def(gen, GW_COMP_CONT);
    if (cont == GW_NO_INDEX || !leaves(gen, cont_func(gen, cont), want))
        return false;
    const struct gw_functype *type = cont_func(gen, cont);
    imm(shape, cont);
    if (op == GW_OP_RESUME) {
        pop_list(shape, type->params, type->param_count);
    } else if (op == GW_OP_RESUME_THROW_REF) {
        pop(shape, GW_TYPE_EXNREF);
    } else {
        if (gen->tag_count == 0)
            return false;
        uint32_t tag = pick(gen, gen->tag_count);
        const struct gw_functype *exn = &gen->defs[gen->tags[tag]].func;
        imm(shape, tag);
        pop_list(shape, exn->params, exn->param_count);
    }
    pick_handlers(gen, shape, type);
    pop_object(gen, shape, cont);
    push_list(shape, type->results, type->result_count);
    return true;
}

static bool
shape_switch(struct gen *gen, enum gw_op op, gw_valtype want,
             struct shape *shape)
{
    (void)op, (void)want;
    uint32_t tag = gen->tag_count > 0 ? pick(gen, gen->tag_count) : 0;
    if (gen->tag_count == 0)
        return false;
    const struct gw_functype *type = &gen->defs[gen->tags[tag]].func;
    if (type->param_count > 0)
        return false;
    uint32_t back = cont_type(gen, func_type(gen, NULL, 0, type->results,
                                             type->result_count));
    if (back == GW_NO_INDEX)
        return false;
    gw_valtype last = gw_type_ref(true, back);
    uint32_t to = cont_type(gen, func_type(gen, &last, 1, type->results,
                                           type->result_count));
    if (to == GW_NO_INDEX)
        return false;
    imm(shape, to);
    imm(shape, tag);
    pop_object(gen, shape, to);
    return true;
}

/* ---- rows with a signature ---- */

static void
put_memarg(struct gen *gen, enum gw_op op, struct shape *shape, uint32_t memory)
{
    uint32_t natural = gw_op_access_log2(op);
    bool atomic = (gw_op_table[op].flags & GW_OPF_ATOMIC) != 0;
    uint32_t align = atomic ? natural : natural - pick(gen, natural + 1);
    uint64_t offset = once_in(gen, 2) ? pick(gen, 64) * 8 : 0;
    if (once_in(gen, 32))
        offset = pick_bits(gen, 4);
    if (once_in(gen, 64) && gen->memories[memory].limits.is64)
        offset = pick_bits(gen, 8);
    imm(shape, align | (memory > 0 ? 0x40 : 0));
    if (memory > 0)
        imm(shape, memory);
    imm(shape, offset);
}

static uint32_t
lane_count(enum gw_op op)
{
    const char *x = strchr(gw_op_table[op].text, 'x');
    return x ? (uint32_t)strtoul(x + 1, NULL, 10) : 1;
}

static uint64_t
const_bits(struct gen *gen, uint32_t bytes)
{
    uint64_t bits = pick_bits(gen, 1);
    switch (pick(gen, 8)) {
    case 0:
        return bits;
    case 1:
        return ~bits;
    case 2: /* powers of two and their neighbours */
        return (UINT64_C(1) << (bits & (8 * bytes - 1))) - (bits >> 7);
    case 3: /* whole floats, infinity, NaN */
        return bytes == 4 ? UINT64_C(0x3f800000) + (bits << 23)
                          : UINT64_C(0x3ff0000000000000) + (bits << 52);
    default:
        return pick_bits(gen, bytes);
    }
}

/* Writes the immediates of a row with a signature; false when what they name
 * does not exist. */
static bool
put_imm(struct gen *gen, enum gw_op op, struct shape *shape, uint32_t memory,
        uint32_t table)
{
    uint64_t bits;
    enum gw_imm_kind kind = (enum gw_imm_kind)gw_op_table[op].imm;
    switch (kind) {
    case GW_IMM_NONE:
        return true;
    case GW_IMM_MEM:
        imm(shape, memory);
        return memory < gen->memory_count;
    case GW_IMM_MEMARG:
    case GW_IMM_MEMARG_LANE:
        if (memory >= gen->memory_count)
            return false;
        put_memarg(gen, op, shape, memory);
        if (kind == GW_IMM_MEMARG_LANE)
            buf_u8(&shape->imm, pick(gen, 16u / gw_op_access_size[op]));
        return true;
    case GW_IMM_DATA_MEM:
    case GW_IMM_DATA:
        if (gen->data_count == 0)
            return false;
        imm(shape, pick(gen, gen->data_count));
        if (kind == GW_IMM_DATA_MEM)
            imm(shape, memory);
        return kind == GW_IMM_DATA || memory < gen->memory_count;
    case GW_IMM_ELEM:
        if (gen->elem_count == 0)
            return false;
        imm(shape, pick(gen, gen->elem_count));
        return true;
    case GW_IMM_TABLE:
        imm(shape, table);
        return table < gen->table_count;
    case GW_IMM_LANE:
        buf_u8(&shape->imm, pick(gen, lane_count(op)));
        return true;
    case GW_IMM_LANES16:
        for (uint32_t i = 0; i < 16; i++)
            buf_u8(&shape->imm, pick(gen, 32));
        return true;
    case GW_IMM_ORDER:
        buf_u8(&shape->imm, 0);
        return true;
    case GW_IMM_I32:
        buf_s64(&shape->imm, (int32_t)const_bits(gen, 4));
        return true;
    case GW_IMM_I64:
        buf_s64(&shape->imm, (int64_t)const_bits(gen, 8));
        return true;
    case GW_IMM_F32:
    case GW_IMM_F64:
    case GW_IMM_V128:
        for (uint32_t size = kind == GW_IMM_V128 ? 16 : 0; size > 0;
             size -= 8) {
            bits = const_bits(gen, 8);
            for (uint32_t i = 0; i < 64; i += 8)
                buf_u8(&shape->imm, bits >> i & 0xff);
        }
        if (kind == GW_IMM_V128)
            return true;
        bits = const_bits(gen, kind == GW_IMM_F32 ? 4 : 8);
        for (uint32_t i = 0; i < (kind == GW_IMM_F32 ? 32u : 64u); i += 8)
            buf_u8(&shape->imm, bits >> i & 0xff);
        return true;
    default:
        return false;
    }
}

/* What keeps an operand of a row small: addresses where there is memory,
 * sizes so that bulk operators stay inside, timeouts so that they end. */
static uint64_t
operand_mask(struct gen *gen, enum gw_op op, const struct gw_sig *sig,
             uint32_t i)
{
    const struct gw_op_info *info = &gw_op_table[op];
    bool memarg = info->imm == GW_IMM_MEMARG || info->imm == GW_IMM_MEMARG_LANE;
    if (memarg && i == 0)
        return once_in(gen, 32) ? 0 : ADDRESS_MASK;
    if (info->sig == GW_SIG_AIL_I || info->sig == GW_SIG_ALL_I)
        return i == 2 ? 0xfff : 0;
    if (info->sig == GW_SIG_A_A)
        return 1;
    bool bulk = info->imm == GW_IMM_MEM || info->imm == GW_IMM_DATA_MEM;
    if (bulk && sig->pop_count == 3)
        return i == 0 ? ADDRESS_MASK | 7 : i == 2 ? SIZE_MASK : 0x3f;
    return 0;
}

static gw_valtype
value_of(enum gw_sigval value, bool memory64, bool table64)
{
    switch (value) {
    case GW_SV_I32:
        return GW_TYPE_I32;
    case GW_SV_I64:
        return GW_TYPE_I64;
    case GW_SV_F32:
        return GW_TYPE_F32;
    case GW_SV_F64:
        return GW_TYPE_F64;
    case GW_SV_V128:
        return GW_TYPE_V128;
    case GW_SV_ADDR:
        return address_type(memory64);
    case GW_SV_TADDR:
        return address_type(table64);
    case GW_SV_EQREF:
        return gw_type_ref(true, GW_HEAP_EQ);
    case GW_SV_ARRAYREF:
        return gw_type_ref(true, GW_HEAP_ARRAY);
    case GW_SV_I31REF:
        return gw_type_ref(true, GW_HEAP_I31);
    case GW_SV_I31:
        return gw_type_ref(false, GW_HEAP_I31);
    default:
        return GW_TYPE_BOT;
    }
}

static bool
shape_row(struct gen *gen, enum gw_op op, gw_valtype want, struct shape *shape)
{
    const struct gw_op_info *info = &gw_op_table[op];
    const struct gw_sig *sig = &gw_sig_table[info->sig];
    uint32_t memory = gen->memory_count ? pick(gen, gen->memory_count) : 0;
    uint32_t table = gen->table_count ? pick(gen, gen->table_count) : 0;
    bool memory64 = gen->memories[memory].limits.is64;
    bool table64 = gen->tables[table].limits.is64;
    /* Divisions and truncations mostly trap: not so often. */
    if ((info->flags & GW_OPF_TRAPS) && info->imm == GW_IMM_NONE &&
        !once_in(gen, 4))
        return false;
    if (gen->constant && sig->pop_count == 2 && !HAS(gen, EXTENDED_CONST))
        return false;
    if (!put_imm(gen, op, shape, memory, table))
        return false;
    for (uint32_t i = 0; i < sig->pop_count; i++)
        pop_small(shape,
                  value_of((enum gw_sigval)sig->pop[i], memory64, table64),
                  operand_mask(gen, op, sig, i));
    for (uint32_t i = 0; i < sig->push_count; i++)
        push(shape, value_of((enum gw_sigval)sig->push[i], memory64, table64));
    return want == WANT_NOTHING || fits(gen, shape->pushes[0], want);
}

/* ---- all of them ---- */

static shape_fn *const shapes[GW_OP_COUNT] = {
    [GW_OP_UNREACHABLE] = shape_unreachable,
    [GW_OP_BR] = shape_br,
    [GW_OP_BR_IF] = shape_br,
    [GW_OP_BR_TABLE] = shape_br_table,
    [GW_OP_RETURN] = shape_return,
    [GW_OP_RETHROW] = shape_rethrow,
    [GW_OP_THROW] = shape_throw,
    [GW_OP_THROW_REF] = shape_throw,
    [GW_OP_BR_ON_NULL] = shape_br_on_null,
    [GW_OP_BR_ON_NON_NULL] = shape_br_on_null,
    [GW_OP_BR_ON_CAST] = shape_br_on_cast,
    [GW_OP_BR_ON_CAST_FAIL] = shape_br_on_cast,
    [GW_OP_CALL] = shape_call,
    [GW_OP_RETURN_CALL] = shape_call,
    [GW_OP_CALL_INDIRECT] = shape_call_indirect,
    [GW_OP_RETURN_CALL_INDIRECT] = shape_call_indirect,
    [GW_OP_CALL_REF] = shape_call_ref,
    [GW_OP_RETURN_CALL_REF] = shape_call_ref,
    [GW_OP_DROP] = shape_drop,
    [GW_OP_SELECT] = shape_select,
    [GW_OP_SELECT_T] = shape_select,
    [GW_OP_LOCAL_GET] = shape_local,
    [GW_OP_LOCAL_SET] = shape_local,
    [GW_OP_LOCAL_TEE] = shape_local,
    [GW_OP_GLOBAL_GET] = shape_global,
    [GW_OP_GLOBAL_SET] = shape_global,
    [GW_OP_TABLE_GET] = shape_table,
    [GW_OP_TABLE_SET] = shape_table,
    [GW_OP_TABLE_GROW] = shape_table,
    [GW_OP_TABLE_FILL] = shape_table,
    [GW_OP_TABLE_INIT] = shape_table_init,
    [GW_OP_TABLE_COPY] = shape_table_copy,
    [GW_OP_MEMORY_COPY] = shape_memory_copy,
    [GW_OP_REF_NULL] = shape_ref_null,
    [GW_OP_REF_IS_NULL] = shape_ref_is_null,
    [GW_OP_REF_FUNC] = shape_ref_func,
    [GW_OP_REF_AS_NON_NULL] = shape_as_non_null,
    [GW_OP_REF_TEST] = shape_cast,
    [GW_OP_REF_TEST_NULL] = shape_cast,
    [GW_OP_REF_CAST] = shape_cast,
    [GW_OP_REF_CAST_NULL] = shape_cast,
    [GW_OP_ANY_CONVERT_EXTERN] = shape_convert,
    [GW_OP_EXTERN_CONVERT_ANY] = shape_convert,
    [GW_OP_STRUCT_NEW] = shape_struct_new,
    [GW_OP_STRUCT_NEW_DEFAULT] = shape_struct_new,
    [GW_OP_STRUCT_GET] = shape_struct_field,
    [GW_OP_STRUCT_GET_S] = shape_struct_field,
    [GW_OP_STRUCT_GET_U] = shape_struct_field,
    [GW_OP_STRUCT_SET] = shape_struct_field,
    [GW_OP_ARRAY_NEW] = shape_array_new,
    [GW_OP_ARRAY_NEW_DEFAULT] = shape_array_new,
    [GW_OP_ARRAY_NEW_FIXED] = shape_array_new,
    [GW_OP_ARRAY_NEW_DATA] = shape_array_segment,
    [GW_OP_ARRAY_NEW_ELEM] = shape_array_segment,
    [GW_OP_ARRAY_INIT_DATA] = shape_array_segment,
    [GW_OP_ARRAY_INIT_ELEM] = shape_array_segment,
    [GW_OP_ARRAY_GET] = shape_array_element,
    [GW_OP_ARRAY_GET_S] = shape_array_element,
    [GW_OP_ARRAY_GET_U] = shape_array_element,
    [GW_OP_ARRAY_SET] = shape_array_element,
    [GW_OP_ARRAY_FILL] = shape_array_element,
    [GW_OP_ARRAY_COPY] = shape_array_copy,
    [GW_OP_CONT_NEW] = shape_cont_new,
    [GW_OP_CONT_BIND] = shape_cont_bind,
    [GW_OP_SUSPEND] = shape_suspend,
    [GW_OP_RESUME] = shape_resume,
    [GW_OP_RESUME_THROW] = shape_resume,
    [GW_OP_RESUME_THROW_REF] = shape_resume,
    [GW_OP_SWITCH] = shape_switch,
};

bool
has_shape(enum gw_op op)
{
    return shapes[op] ||
           (op != GW_OP_NONE && gw_op_table[op].sig != GW_SIG_POLY);
}

/* Does one of the values fit? */
static bool
serves(const struct gen *gen, const struct shape *shape, gw_valtype want)
{
    if (want == WANT_NOTHING || shape->ends)
        return true;
    for (uint32_t i = 0; i < shape->push_count; i++) {
        if (fits(gen, shape->pushes[i], want))
            return true;
    }
    return false;
}

bool
gen_shape(struct gen *gen, enum gw_op op, gw_valtype want, struct shape *shape)
{
    shape_fn *choose = shapes[op] ? shapes[op] : shape_row;
    return choose(gen, op, want, shape) && serves(gen, shape, want);
}
