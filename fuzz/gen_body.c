#include "fuzz/gen_inside.h"

/*
 * Code for a wanted type: choose a row that leaves it, write code for what
 * the row takes, then the row.  When the budget is spent, or the answers, a
 * leaf is written: a constant, a local, null.
 */

enum { NESTING_MOST = 7, CHOICE_TRIES = 6 };

enum value_class {
    CLASS_NOTHING,
    CLASS_I32,
    CLASS_I64,
    CLASS_F32,
    CLASS_F64,
    CLASS_V128,
    CLASS_REF
};

/* ---- rows ---- */

bool
is_structure(enum gw_op op)
{
    return op == GW_OP_BLOCK || op == GW_OP_LOOP || op == GW_OP_IF ||
           op == GW_OP_TRY || op == GW_OP_TRY_TABLE;
}

static bool
op_allowed(const struct gen *gen, enum gw_op op)
{
    uint64_t needed = UINT64_C(1) << gw_op_table[op].feature;
    if (gen->options.no_exnref &&
        (op == GW_OP_TRY_TABLE || op == GW_OP_THROW_REF))
        return false;
    if (op == GW_OP_RESUME_THROW || op == GW_OP_RESUME_THROW_REF)
        needed |= GW_FEATURE_BIT(EXCEPTIONS);
    return has(gen, needed);
}

static void
add_row(struct gen *gen, enum value_class class, enum gw_op op, uint32_t weight)
{
    while (weight-- > 0)
        gen->rows[class][gen->row_count[class]++] = (uint16_t)op;
}

/* A row that is POLY may leave anything; its shape will tell. */
static void
sort_row(struct gen *gen, enum gw_op op)
{
    static const uint8_t classes[GW_SV_COUNT] = {
        [GW_SV_I32] = CLASS_I32,   [GW_SV_I64] = CLASS_I64,
        [GW_SV_F32] = CLASS_F32,   [GW_SV_F64] = CLASS_F64,
        [GW_SV_V128] = CLASS_V128, [GW_SV_I31] = CLASS_REF,
    };
    const struct gw_op_info *info = &gw_op_table[op];
    const struct gw_sig *sig = &gw_sig_table[info->sig];
    enum gw_sigval first = sig->push_count ? (enum gw_sigval)sig->push[0]
                                           : GW_SV_NONE;
    if (info->sig != GW_SIG_POLY && first != GW_SV_ADDR &&
        first != GW_SV_TADDR) {
        add_row(gen, (enum value_class)classes[first], op, 1);
        return;
    }
    if (info->sig != GW_SIG_POLY) {
        add_row(gen, CLASS_I32, op, 1);
        add_row(gen, CLASS_I64, op, 1);
        return;
    }
    uint32_t weight = is_structure(op)            ? 4
                      : info->flags & GW_OPF_CALL ? 2
                      : op == GW_OP_LOCAL_GET     ? 8
                                                  : 1;
    for (int class = CLASS_NOTHING; class <= CLASS_REF; class ++)
        add_row(gen, (enum value_class) class, op, weight);
}

bool
gen_knows(enum gw_op op)
{
    return has_shape(op) || is_structure(op) || op == GW_OP_ELSE ||
           op == GW_OP_END || op == GW_OP_CATCH || op == GW_OP_CATCH_ALL ||
           op == GW_OP_DELEGATE;
}

void
gen_code_init(struct gen *gen)
{
    for (int i = GW_OP_NONE + 1; i < GW_OP_COUNT; i++) {
        enum gw_op op = (enum gw_op)i;
        if (op_allowed(gen, op) && (has_shape(op) || is_structure(op)))
            sort_row(gen, op);
    }
}

/* ---- writing ---- */

void
put_op(struct gen *gen, enum gw_op op)
{
    uint32_t code = gw_op_table[op].code;
    gen->uses[op]++;
    if (code < 256) {
        buf_u8(gen->code, code);
    } else {
        buf_u8(gen->code, code >> 12);
        buf_u32(gen->code, code & 0xfff);
    }
}

static void
put_index(struct gen *gen, enum gw_op op, uint32_t index)
{
    put_op(gen, op);
    buf_u32(gen->code, index);
}

static void
put_const(struct gen *gen, gw_valtype type, uint64_t value)
{
    bool is64 = type == GW_TYPE_I64;
    put_op(gen, is64 ? GW_OP_I64_CONST : GW_OP_I32_CONST);
    buf_s64(gen->code, is64 ? (int64_t)value : (int32_t)value);
}

static uint32_t
new_local(struct gen *gen, gw_valtype type)
{
    if (gen->local_count == LOCALS_MOST)
        return GW_NO_INDEX;
    gen->locals[gen->local_count] = type;
    return gen->local_count++;
}

/* Takes the topmost value away into a local, or for good: GW_NO_INDEX. */
static uint32_t
put_aside(struct gen *gen, gw_valtype type)
{
    uint32_t local = GW_NO_INDEX;
    for (uint32_t i = gen->func->param_count; i < gen->local_count; i++) {
        if (gen->locals[i] == type)
            local = i;
    }
    if (local == GW_NO_INDEX || once_in(gen, 4))
        local = new_local(gen, type);
    if (local == GW_NO_INDEX)
        put_op(gen, GW_OP_DROP);
    else
        put_index(gen, GW_OP_LOCAL_SET, local);
    return local;
}

/* Takes values from the stack, the last first. */
static void
take(struct gen *gen, const gw_valtype *types, uint32_t count)
{
    while (count-- > 0) {
        if (once_in(gen, 2))
            put_aside(gen, types[count]);
        else
            put_op(gen, GW_OP_DROP);
    }
}

/* Of the values on the stack leaves one that fits want, and no other; writes
 * one when there is none. */
static void
settle(struct gen *gen, const gw_valtype *types, uint32_t count,
       gw_valtype want)
{
    uint32_t chosen = count;
    for (uint32_t i = 0; i < count && want != WANT_NOTHING; i++) {
        if (fits(gen, types[i], want) && (chosen == count || once_in(gen, 2)))
            chosen = i;
    }
    if (chosen == count) {
        take(gen, types, count);
        if (want != WANT_NOTHING)
            gen_leaf(gen, want);
        return;
    }
    take(gen, types + chosen + 1, count - chosen - 1);
    if (chosen == 0)
        return;
    uint32_t local = put_aside(gen, types[chosen]);
    /* What is below goes for good, so that the local keeps the value. */
    for (uint32_t i = 0; i < chosen; i++)
        put_op(gen, GW_OP_DROP);
    if (local == GW_NO_INDEX)
        gen_leaf(gen, want);
    else
        put_index(gen, GW_OP_LOCAL_GET, local);
}

/* ---- NaN ---- */

/* The answer of arithmetic stands on the stack: x == x ? x : NaN. */
static void
canonise(struct gen *gen, enum gw_op op, gw_valtype type)
{
    const char *text = gw_op_table[op].text;
    bool wide = strncmp(text, "f64", 3) == 0;
    if (!(gw_op_table[op].flags & GW_OPF_NANS))
        return;
    uint32_t local = new_local(gen, type);
    if (local == GW_NO_INDEX) {
        put_op(gen, GW_OP_DROP);
        gen_leaf(gen, type);
        return;
    }
    bool vector = type == GW_TYPE_V128;
    static const uint8_t nan32[] = { 0, 0, 0xc0, 0x7f };
    static const uint8_t nan64[] = { 0, 0, 0, 0, 0, 0, 0xf8, 0x7f };
    put_index(gen, GW_OP_LOCAL_TEE, local);
    put_op(gen, vector ? GW_OP_V128_CONST
                : wide ? GW_OP_F64_CONST
                       : GW_OP_F32_CONST);
    for (uint32_t i = 0; i < (vector ? (wide ? 2u : 4u) : 1u); i++)
        buf_put(gen->code, wide ? nan64 : nan32, wide ? 8 : 4);
    put_index(gen, GW_OP_LOCAL_GET, local);
    put_index(gen, GW_OP_LOCAL_GET, local);
    if (vector)
        put_op(gen, wide ? GW_OP_F64X2_EQ : GW_OP_F32X4_EQ);
    else
        put_op(gen, wide ? GW_OP_F64_EQ : GW_OP_F32_EQ);
    put_op(gen, vector ? GW_OP_V128_BITSELECT : GW_OP_SELECT);
    /* Other code may read the local. */
    put_index(gen, GW_OP_LOCAL_TEE, local);
}

/* ---- leaves ---- */

static void
number_leaf(struct gen *gen, gw_valtype type)
{
    static const enum gw_op ops[] = { GW_OP_V128_CONST, GW_OP_F64_CONST,
                                      GW_OP_F32_CONST, GW_OP_I64_CONST,
                                      GW_OP_I32_CONST };
    enum gw_op op = ops[type - GW_TYPE_V128];
    struct shape shape = { .pop_count = 0 };
    gen_shape(gen, op, type, &shape);
    put_op(gen, op);
    buf_put(gen->code, shape.imm.data, shape.imm.size);
    buf_fini(&shape.imm);
}

static void
put_null(struct gen *gen, uint32_t heap)
{
    put_op(gen, GW_OP_REF_NULL);
    buf_heap(gen->code, heap);
}

static void
object_leaf(struct gen *gen, uint32_t index)
{
    const struct gw_typedef *def = &gen->defs[index];
    if (def->comp == GW_COMP_ARRAY) {
        put_index(gen, GW_OP_ARRAY_NEW_FIXED, index);
        buf_u32(gen->code, 0);
        return;
    }
    for (uint32_t i = 0; i < def->field_count; i++)
        gen_leaf(gen, unpacked(def->fields[i].type));
    put_index(gen, GW_OP_STRUCT_NEW, index);
}

static bool
func_leaf(struct gen *gen, gw_valtype want)
{
    struct shape shape = { .pop_count = 0 };
    bool good = gen_shape(gen, GW_OP_REF_FUNC, want, &shape);
    if (good) {
        put_op(gen, GW_OP_REF_FUNC);
        buf_put(gen->code, shape.imm.data, shape.imm.size);
    }
    buf_fini(&shape.imm);
    return good;
}

static void
i31_leaf(struct gen *gen)
{
    gen_leaf(gen, GW_TYPE_I32);
    put_op(gen, GW_OP_REF_I31);
}

/* A definition that an abstract type admits and a leaf can make. */
static uint32_t
some_object(struct gen *gen, uint32_t heap)
{
    uint32_t index = pick_def(gen, heap == GW_HEAP_ARRAY ? GW_COMP_ARRAY
                                                         : GW_COMP_STRUCT);
    bool good = index != GW_NO_INDEX &&
                is_constructible(gen, gw_type_ref(false, index));
    return good ? index : GW_NO_INDEX;
}

/* A reference that is not null, if there is a way to make one. */
static bool
ref_leaf(struct gen *gen, gw_valtype want)
{
    uint32_t heap = gw_type_heap(want), object = heap;
    if (gen->constant && !is_constructible(gen, want & ~GW_NULLABLE))
        return false;
    switch (heap) {
    case GW_HEAP_FUNC:
        return func_leaf(gen, want);
    case GW_HEAP_ANY:
    case GW_HEAP_EQ:
    case GW_HEAP_I31:
        i31_leaf(gen);
        return true;
    case GW_HEAP_EXTERN:
        if (!HAS(gen, GC))
            return false;
        i31_leaf(gen);
        put_op(gen, GW_OP_EXTERN_CONVERT_ANY);
        return true;
    case GW_HEAP_STRUCT:
    case GW_HEAP_ARRAY:
        object = some_object(gen, heap);
        break;
    default:
        break;
    }
    if (!gw_heap_is_index(object) || object == GW_NO_INDEX)
        return false;
    if (gen->defs[object].comp == GW_COMP_FUNC)
        return func_leaf(gen, want);
    if (gen->defs[object].comp == GW_COMP_CONT) {
        if (gen->constant ||
            !func_leaf(gen, gw_type_ref(false, gen->defs[object].cont)))
            return false;
        put_index(gen, GW_OP_CONT_NEW, object);
        return true;
    }
    object_leaf(gen, object);
    return true;
}

void
gen_leaf(struct gen *gen, gw_valtype want)
{
    struct shape shape = { .pop_count = 0 };
    if (want == WANT_NOTHING)
        return;
    if (!gen->constant && once_in(gen, 2)) {
        bool good = gen_shape(gen, GW_OP_LOCAL_GET, want, &shape);
        if (good) {
            put_op(gen, GW_OP_LOCAL_GET);
            buf_put(gen->code, shape.imm.data, shape.imm.size);
        }
        buf_fini(&shape.imm);
        if (good)
            return;
    }
    if (!gw_type_is_ref(want)) {
        number_leaf(gen, want);
        return;
    }
    bool null = (want & GW_NULLABLE) && !once_in(gen, 3);
    if (!null && ref_leaf(gen, want))
        return;
    put_null(gen, gw_type_heap(want));
    if (!(want & GW_NULLABLE))
        put_op(gen, GW_OP_REF_AS_NON_NULL);
}

/* ---- blocks ---- */

struct block {
    const gw_valtype *params, *results;
    uint32_t param_count, result_count;
    gw_valtype single;
    uint32_t index; /* of the function type; GW_NO_INDEX: the short form */
};

static void
block_of_list(struct gen *gen, struct block *block, const gw_valtype *results,
              uint32_t count)
{
    *block = (struct block){ .results = results, .result_count = count };
    block->index = GW_NO_INDEX;
    if (count > 1)
        block->index = func_type(gen, NULL, 0, results, count);
}

/* A block that leaves what is wanted, and perhaps more. */
static void
choose_block(struct gen *gen, struct block *block, gw_valtype want)
{
    uint32_t index = pick_def(gen, GW_COMP_FUNC);
    const struct gw_functype *type = &gen->defs[index].func;
    bool good = want == WANT_NOTHING;
    for (uint32_t i = 0; i < type->result_count; i++)
        good = good || fits(gen, type->results[i], want);
    if (good && HAS(gen, MULTI_VALUE) && once_in(gen, 2)) {
        *block = (struct block){ type->params,      type->results,
                                 type->param_count, type->result_count,
                                 WANT_NOTHING,      index };
        return;
    }
    *block = (struct block){ .single = want, .index = GW_NO_INDEX };
    block->results = &block->single;
    block->result_count = want != WANT_NOTHING;
}

static void
push_label(struct gen *gen, enum gw_op op, const gw_valtype *types,
           uint32_t count)
{
    struct label *label = &gen->labels[gen->depth++];
    if (count > 0)
        memcpy(label->single, types, count * sizeof *types);
    label->types = label->single;
    label->count = count;
    label->op = op;
}

static void
put_block(struct gen *gen, enum gw_op op, const struct block *block)
{
    put_op(gen, op);
    if (block->index != GW_NO_INDEX)
        buf_s64(gen->code, block->index);
    else if (block->result_count == 0)
        buf_u8(gen->code, 0x40);
    else
        buf_type(gen->code, block->results[0]);
}

static void
open_block(struct gen *gen, enum gw_op op, const struct block *block)
{
    put_block(gen, op, block);
    if (op == GW_OP_LOOP)
        push_label(gen, op, block->params, block->param_count);
    else
        push_label(gen, op, block->results, block->result_count);
}

static void
close_block(struct gen *gen)
{
    put_op(gen, GW_OP_END);
    gen->depth--;
}

static void
gen_list(struct gen *gen, const gw_valtype *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gen_value(gen, types[i]);
}

static void
gen_statements(struct gen *gen)
{
    for (uint32_t count = pick(gen, 4); count > 0; count--) {
        if (once_in(gen, 3)) {
            gw_valtype type = pick_type(gen);
            gen_value(gen, type);
            put_aside(gen, type);
        } else {
            gen_value(gen, WANT_NOTHING);
        }
    }
}

/* What stands in a block, from its parameters to its results. */
static void
gen_inside(struct gen *gen, const struct block *block)
{
    take(gen, block->params, block->param_count);
    gen_statements(gen);
    gen_list(gen, block->results, block->result_count);
}

/* Global 0 counts down; what happens at 0 is up to the caller, in an if. */
static void
put_budget(struct gen *gen)
{
    put_index(gen, GW_OP_GLOBAL_GET, 0);
    put_const(gen, GW_TYPE_I32, 1);
    put_op(gen, GW_OP_I32_SUB);
    put_index(gen, GW_OP_GLOBAL_SET, 0);
    put_index(gen, GW_OP_GLOBAL_GET, 0);
    put_const(gen, GW_TYPE_I32, 0);
    put_op(gen, GW_OP_I32_LT_S);
    put_op(gen, GW_OP_IF);
    buf_u8(gen->code, 0x40);
}

/* Turns again while there is plenty of budget, if a condition says so. */
static void
put_turn(struct gen *gen, const struct block *block)
{
    gen_list(gen, block->params, block->param_count);
    gen_value(gen, GW_TYPE_I32);
    put_index(gen, GW_OP_GLOBAL_GET, 0);
    put_const(gen, GW_TYPE_I32, 16);
    put_op(gen, GW_OP_I32_GT_S);
    put_op(gen, GW_OP_I32_AND);
    put_index(gen, GW_OP_BR_IF, 0);
    take(gen, block->params, block->param_count);
}

static void
gen_loop(struct gen *gen, const struct block *block)
{
    open_block(gen, GW_OP_LOOP, block);
    take(gen, block->params, block->param_count);
    put_budget(gen);
    put_op(gen, GW_OP_UNREACHABLE);
    put_op(gen, GW_OP_END);
    gen_statements(gen);
    if (!once_in(gen, 4))
        put_turn(gen, block);
    gen_list(gen, block->results, block->result_count);
    close_block(gen);
}

static void
gen_if(struct gen *gen, const struct block *block)
{
    gen_value(gen, GW_TYPE_I32);
    open_block(gen, GW_OP_IF, block);
    gen_inside(gen, block);
    if (block->param_count + block->result_count > 0 || once_in(gen, 2)) {
        put_op(gen, GW_OP_ELSE);
        gen_inside(gen, block);
    }
    close_block(gen);
}

static void
gen_catch(struct gen *gen, const struct block *block, enum gw_op op)
{
    gen->labels[gen->depth - 1].op = GW_OP_CATCH;
    put_op(gen, op);
    if (op == GW_OP_CATCH) {
        uint32_t tag = pick(gen, gen->tag_count);
        const struct gw_functype *type = &gen->defs[gen->tags[tag]].func;
        buf_u32(gen->code, tag);
        take(gen, type->params, type->param_count);
    }
    gen_statements(gen);
    gen_list(gen, block->results, block->result_count);
}

static void
gen_try(struct gen *gen, const struct block *block)
{
    open_block(gen, GW_OP_TRY, block);
    gen_inside(gen, block);
    if (once_in(gen, 4)) {
        gen->depth--;
        put_index(gen, GW_OP_DELEGATE, pick(gen, gen->depth));
        return;
    }
    while (gen->tag_count > 0 && once_in(gen, 2))
        gen_catch(gen, block, GW_OP_CATCH);
    if (once_in(gen, 2))
        gen_catch(gen, block, GW_OP_CATCH_ALL);
    close_block(gen);
}

/* ---- handlers ---- */

struct clause {
    uint32_t kind, tag, label;
};

/* What a clause gives to its label. */
static uint32_t
clause_values(const struct gen *gen, const struct clause *clause,
              gw_valtype values[VALUES_MOST])
{
    uint32_t count = 0;
    if (clause->kind < 2) {
        const struct gw_functype *type =
            &gen->defs[gen->tags[clause->tag]].func;
        for (; count < type->param_count; count++)
            values[count] = type->params[count];
    }
    if (clause->kind & 1)
        values[count++] = GW_TYPE_EXNREF;
    return count;
}

static void
pick_clause(struct gen *gen, struct clause *clause)
{
    *clause = (struct clause){ pick(gen, 4), 0, 0 };
    if (gen->tag_count == 0)
        clause->kind |= 2;
    if (clause->kind < 2)
        clause->tag = pick(gen, gen->tag_count);
}

/* Adds clauses that go to labels further out, where one takes the values. */
static uint32_t
more_clauses(struct gen *gen, struct clause *clauses, uint32_t count)
{
    gw_valtype values[VALUES_MOST];
    while (count < 3 && once_in(gen, 2)) {
        struct clause *clause = &clauses[count];
        pick_clause(gen, clause);
        uint32_t have = clause_values(gen, clause, values);
        for (uint32_t i = gen->depth; i-- > 0;) {
            const struct label *label = &gen->labels[i];
            if (!lists_fit(gen, values, have, label->types, label->count))
                continue;
            clause->label = gen->depth - 1 - i;
            count++;
            break;
        }
    }
    return count;
}

static void
gen_guarded(struct gen *gen, const struct clause *first, gw_valtype want)
{
    struct clause clauses[3] = { *first };
    struct block block;
    uint32_t count = more_clauses(gen, clauses, 1);
    choose_block(gen, &block, want);
    gen_list(gen, block.params, block.param_count);
    put_block(gen, GW_OP_TRY_TABLE, &block);
    buf_u32(gen->code, count);
    for (uint32_t i = 0; i < count; i++) {
        buf_u8(gen->code, clauses[i].kind);
        if (clauses[i].kind < 2)
            buf_u32(gen->code, clauses[i].tag);
        buf_u32(gen->code, clauses[i].label);
    }
    push_label(gen, GW_OP_TRY_TABLE, block.results, block.result_count);
    gen_inside(gen, &block);
    close_block(gen);
    settle(gen, block.results, block.result_count, want);
}

static bool gen_row(struct gen *gen, enum gw_op op, gw_valtype want);

/*
 *     block (want)
 *       block (values)
 *         inner: leaves want, or goes to the label 0 with the values
 *         br 1
 *       end
 *       values -> want
 *     end
 *
 * Without a clause the inner code is a resume.
 */
static bool
gen_handled(struct gen *gen, const struct clause *clause,
            const gw_valtype *values, uint32_t count, gw_valtype want)
{
    struct block outer, inner;
    block_of_list(gen, &inner, values, count);
    if (count > 1 && inner.index == GW_NO_INDEX)
        return false;
    block_of_list(gen, &outer, &want, want != WANT_NOTHING);
    open_block(gen, GW_OP_BLOCK, &outer);
    open_block(gen, GW_OP_BLOCK, &inner);
    if (clause)
        gen_guarded(gen, clause, want);
    else if (!gen_row(gen, GW_OP_RESUME, want))
        gen_leaf(gen, want);
    put_index(gen, GW_OP_BR, 1);
    close_block(gen);
    settle(gen, values, count, want);
    close_block(gen);
    return true;
}

static bool
gen_try_table(struct gen *gen, gw_valtype want)
{
    gw_valtype values[VALUES_MOST];
    struct clause clause;
    pick_clause(gen, &clause);
    uint32_t count = clause_values(gen, &clause, values);
    return gen_handled(gen, &clause, values, count, want);
}

/* A resume with a handler for a tag that some continuation may suspend to. */
static bool
gen_resume(struct gen *gen, gw_valtype want)
{
    uint32_t cont = pick_def(gen, GW_COMP_CONT);
    if (cont == GW_NO_INDEX || gen->tag_count == 0)
        return false;
    gw_valtype values[VALUES_MOST];
    struct clause tag = { 0, pick(gen, gen->tag_count), 0 };
    uint32_t count = clause_values(gen, &tag, values);
    const struct gw_functype *type = &gen->defs[gen->tags[tag.tag]].func;
    const struct gw_functype *resumed = &gen->defs[gen->defs[cont].cont].func;
    uint32_t rest = cont_type(gen,
                              func_type(gen, type->results, type->result_count,
                                        resumed->results,
                                        resumed->result_count));
    if (rest == GW_NO_INDEX || count == VALUES_MOST)
        return false;
    values[count++] = gw_type_ref(true, rest);
    return gen_handled(gen, NULL, values, count, want);
}

static bool
gen_structure(struct gen *gen, enum gw_op op, gw_valtype want)
{
    struct block block;
    if (gen->depth + 4 > LABELS_MOST || gen->constant)
        return false;
    if (op == GW_OP_TRY_TABLE)
        return gen_try_table(gen, want);
    choose_block(gen, &block, want);
    gen_list(gen, block.params, block.param_count);
    if (op == GW_OP_LOOP) {
        gen_loop(gen, &block);
    } else if (op == GW_OP_IF) {
        gen_if(gen, &block);
    } else if (op == GW_OP_TRY) {
        gen_try(gen, &block);
    } else {
        open_block(gen, op, &block);
        gen_inside(gen, &block);
        close_block(gen);
    }
    settle(gen, block.results, block.result_count, want);
    return true;
}

/* ---- values ---- */

static void
gen_operand(struct gen *gen, const struct operand *operand)
{
    gw_valtype type = operand->type;
    if (operand->fixed) {
        put_const(gen, type, operand->mask);
        return;
    }
    if (operand->mask && (gen->constant || once_in(gen, 3))) {
        put_const(gen, type, pick_bits(gen, 2) & operand->mask);
        return;
    }
    gen_value(gen, type);
    if (operand->mask) {
        put_const(gen, type, operand->mask);
        put_op(gen, type == GW_TYPE_I64 ? GW_OP_I64_AND : GW_OP_I32_AND);
    }
}

/* Constant expressions cannot turn null into what is not null. */
static bool
has_operands(const struct gen *gen, const struct shape *shape)
{
    for (uint32_t i = 0; i < shape->pop_count && gen->constant; i++) {
        if (!is_constructible(gen, shape->pops[i].type))
            return false;
    }
    return true;
}

/* Writes one operator with all it takes, so that want is left. */
static bool
gen_row(struct gen *gen, enum gw_op op, gw_valtype want)
{
    struct shape shape = { .pop_count = 0 };
    bool good = gen_shape(gen, op, want, &shape) && has_operands(gen, &shape);
    if (good) {
        for (uint32_t i = 0; i < shape.pop_count; i++)
            gen_operand(gen, &shape.pops[i]);
        put_op(gen, op);
        buf_put(gen->code, shape.imm.data, shape.imm.size);
        if (shape.push_count == 1)
            canonise(gen, op, shape.pushes[0]);
        if (!shape.ends)
            settle(gen, shape.pushes, shape.push_count, want);
    }
    buf_fini(&shape.imm);
    return good;
}

static enum value_class
class_of(gw_valtype want)
{
    if (want == WANT_NOTHING)
        return CLASS_NOTHING;
    if (gw_type_is_ref(want))
        return CLASS_REF;
    return (enum value_class)(CLASS_I32 + (GW_TYPE_I32 - want));
}

static bool
choose_row(struct gen *gen, gw_valtype want)
{
    enum value_class class = class_of(want);
    enum gw_op op = (enum gw_op)
                        gen->rows[class][pick(gen, gen->row_count[class])];
    uint32_t flags = gw_op_table[op].flags;
    if (gen->constant && !(flags & GW_OPF_CONST_OK))
        return false;
    if ((flags & GW_OPF_TERMINATES) && !once_in(gen, 6))
        return false;
    if (is_structure(op))
        return gen_structure(gen, op, want);
    if (op == GW_OP_RESUME && gen->depth + 4 <= LABELS_MOST && once_in(gen, 2))
        return gen_resume(gen, want);
    return gen_row(gen, op, want);
}

static bool
is_tired(const struct gen *gen)
{
    return gen->at == gen->end || gen->budget == 0 ||
           gen->nesting >= NESTING_MOST;
}

void
gen_value(struct gen *gen, gw_valtype want)
{
    bool done = false;
    if (!is_tired(gen)) {
        gen->nesting++;
        gen->budget--;
        uint32_t tries = gen->constant ? 40 : CHOICE_TRIES;
        while (!done && tries-- > 0)
            done = choose_row(gen, want);
        gen->nesting--;
    }
    if (!done)
        gen_leaf(gen, want);
}

void
gen_const_expr(struct gen *gen, struct buf *out, gw_valtype want)
{
    gen->code = out;
    gen->constant = true;
    gen->local_count = 0;
    gen->budget = 6;
    gen_value(gen, want);
    put_op(gen, GW_OP_END);
    gen->constant = false;
}

/* ---- functions ---- */

static void
begin_func(struct gen *gen, const struct gw_functype *type, struct buf *code)
{
    gen->code = code;
    gen->func = type;
    gen->local_count = type->param_count;
    if (type->param_count > 0)
        memcpy(gen->locals, type->params,
               type->param_count * sizeof *type->params);
    gen->depth = gen->nesting = 0;
    push_label(gen, GW_OP_BLOCK, type->results, type->result_count);
}

/* Size, locals in runs of equal types, code. */
static void
end_func(struct gen *gen, struct buf *code, struct buf *out)
{
    struct buf body = { 0 };
    uint32_t first = gen->func->param_count, runs = 0;
    put_op(gen, GW_OP_END);
    for (uint32_t i = first; i < gen->local_count; i++)
        runs += i == first || gen->locals[i] != gen->locals[i - 1];
    buf_u32(&body, runs);
    for (uint32_t i = first, next; i < gen->local_count; i = next) {
        for (next = i + 1;
             next < gen->local_count && gen->locals[next] == gen->locals[i];)
            next++;
        buf_u32(&body, next - i);
        buf_type(&body, gen->locals[i]);
    }
    buf_put(&body, code->data, code->size);
    buf_u32(out, body.size);
    buf_put(out, body.data, body.size);
    buf_fini(&body);
    buf_fini(code);
}

void
gen_func(struct gen *gen, uint32_t index, struct buf *out)
{
    struct buf code = { 0 };
    const struct gw_functype *type = &gen->defs[gen->func_types[index]].func;
    begin_func(gen, type, &code);
    for (uint32_t count = pick(gen, 6); count > 0; count--)
        new_local(gen, pick_type(gen));
    gen->budget = 200;
    /* Out of budget: back with whatever there is. */
    put_budget(gen);
    for (uint32_t i = 0; i < type->result_count; i++)
        gen_leaf(gen, type->results[i]);
    put_op(gen, GW_OP_RETURN);
    put_op(gen, GW_OP_END);
    for (uint32_t count = pick(gen, 4); count > 0; count--)
        gen_statements(gen);
    gen_list(gen, type->results, type->result_count);
    end_func(gen, &code, out);
}

/* Leaves a value as numbers; counts what it writes to results. */
static void
put_numbers(struct gen *gen, uint32_t local, gw_valtype type,
            gw_valtype *results, uint32_t *count)
{
    if (type == GW_TYPE_V128) {
        for (uint32_t lane = 0; lane < 2; lane++) {
            put_index(gen, GW_OP_LOCAL_GET, local);
            put_op(gen, GW_OP_I64X2_EXTRACT_LANE);
            buf_u8(gen->code, lane);
            results[(*count)++] = GW_TYPE_I64;
        }
        return;
    }
    put_index(gen, GW_OP_LOCAL_GET, local);
    if (gw_type_is_ref(type)) {
        put_op(gen, GW_OP_REF_IS_NULL);
        type = GW_TYPE_I32;
    }
    results[(*count)++] = type;
}

bool
gen_caller(struct gen *gen, uint32_t func, struct buf *out, uint32_t *type)
{
    static const struct gw_functype none = { .param_count = 0 };
    const struct gw_functype *callee = &gen->defs[gen->func_types[func]].func;
    gw_valtype results[2 * VALUES_MOST];
    uint32_t locals[VALUES_MOST], count = 0;
    struct buf code = { 0 };
    begin_func(gen, &none, &code);
    put_const(gen, GW_TYPE_I32, BUDGET);
    put_index(gen, GW_OP_GLOBAL_SET, 0);
    for (uint32_t i = 0; i < callee->param_count; i++)
        gen_leaf(gen, callee->params[i]);
    put_index(gen, GW_OP_CALL, func);
    for (uint32_t i = callee->result_count; i-- > 0;) {
        locals[i] = new_local(gen, callee->results[i]);
        put_index(gen, GW_OP_LOCAL_SET, locals[i]);
    }
    bool multi = HAS(gen, MULTI_VALUE);
    for (uint32_t i = 0; i < callee->result_count; i++) {
        if (multi || count == 0)
            put_numbers(gen, locals[i], callee->results[i], results, &count);
    }
    if (!multi && count > 1) {
        put_op(gen, GW_OP_DROP);
        count = 1;
    }
    end_func(gen, &code, out);
    *type = func_type(gen, NULL, 0, results, count);
    return *type != GW_NO_INDEX;
}
