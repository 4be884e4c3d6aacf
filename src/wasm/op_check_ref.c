#include "wasm/op_check.h"

/* Checks of references, structures, arrays and casts: spec 3.4.5 to 3.4.9. */

bool
gw_op_check_ref_null(struct gw_op_iter *it)
{
    return gw_op_give(it, it->imm.type);
}

bool
gw_op_check_ref_is_null(struct gw_op_iter *it)
{
    gw_valtype type;
    return gw_op_pop_ref(it, &type) && gw_op_give(it, GW_TYPE_I32);
}

/* A function that code names must be named outside of code too, so that one
 * pass over the module knows all whose references can be had. */
bool
gw_op_check_ref_func(struct gw_op_iter *it)
{
    const struct gw_module *module = it->module;
    uint32_t func = it->imm.a;
    if (!gw_op_check_index(it, "function", func, module->func_count))
        return false;
    if (it->declares)
        it->declares[func].declared = true;
    else if (!module->funcs[func].declared)
        return gw_op_fail(it, "undeclared function reference %u", func);
    return gw_op_give(it, gw_type_ref(false, module->funcs[func].type));
}

bool
gw_op_check_ref_as_non_null(struct gw_op_iter *it)
{
    gw_valtype type;
    return gw_op_pop_ref(it, &type) && gw_op_give(it, type & ~GW_NULLABLE);
}

/* Pops the values of a label, without the last `spare` of them. */
static bool
pass_label(struct gw_op_iter *it, const struct gw_ctl *label, uint32_t spare)
{
    uint32_t count;
    const gw_valtype *types = gw_ctl_label_types(label, &count);
    if (!gw_op_pop_list(it, types, count - spare))
        return false;
    gw_op_give_list(it, types, count - spare);
    return true;
}

bool
gw_op_check_br_on_null(struct gw_op_iter *it)
{
    gw_valtype type;
    const struct gw_ctl *label = gw_op_find_label(it, it->imm.a);
    return label && gw_op_pop_ref(it, &type) && pass_label(it, label, 0) &&
           gw_op_give(it, type & ~GW_NULLABLE);
}

/* The last type of a label that takes a reference in the last place. */
static bool
last_ref(struct gw_op_iter *it, const struct gw_ctl *label, gw_valtype *type)
{
    uint32_t count;
    const gw_valtype *types = gw_ctl_label_types(label, &count);
    *type = count > 0 ? types[count - 1] : GW_TYPE_BOT;
    return gw_type_is_ref(*type) ||
           gw_op_fail(it,
                      "type mismatch: %s to a label that takes no "
                      "reference",
                      gw_op_table[it->op].text);
}

bool
gw_op_check_br_on_non_null(struct gw_op_iter *it)
{
    gw_valtype type;
    const struct gw_ctl *label = gw_op_find_label(it, it->imm.a);
    return label && last_ref(it, label, &type) &&
           gw_op_pop(it, type | GW_NULLABLE) && pass_label(it, label, 1);
}

/* Casts start from any type of the hierarchy they end in. */
static bool
pop_castable(struct gw_op_iter *it)
{
    uint32_t heap = gw_type_heap(it->imm.type);
    uint32_t top = gw_heap_top(&it->module->types, heap);
    if (top == GW_HEAP_CONT)
        return gw_op_fail(it, "invalid cast of a continuation");
    return gw_op_pop(it, gw_type_ref(true, top));
}

bool
gw_op_check_ref_test(struct gw_op_iter *it)
{
    return pop_castable(it) && gw_op_give(it, GW_TYPE_I32);
}

bool
gw_op_check_ref_cast(struct gw_op_iter *it)
{
    return pop_castable(it) && gw_op_give(it, it->imm.type);
}

/* br_on_cast goes to the label with the target type and falls through with
 * the rest of the source type; br_on_cast_fail the other way round. */
bool
gw_op_check_br_on_cast(struct gw_op_iter *it)
{
    const struct gw_types *types = &it->module->types;
    gw_valtype source = it->imm.type, target = it->imm.type2, label_type;
    const struct gw_ctl *label = gw_op_find_label(it, it->imm.b);
    if (!label)
        return false;
    if (gw_heap_top(types, gw_type_heap(target)) == GW_HEAP_CONT)
        return gw_op_fail(it, "invalid cast of a continuation");
    if (!gw_type_matches(types, target, source))
        return gw_op_fail_type(it, source, target);
    gw_valtype rest = target & GW_NULLABLE ? source & ~GW_NULLABLE : source;
    bool on_fail = it->op == GW_OP_BR_ON_CAST_FAIL;
    gw_valtype jumps = on_fail ? rest : target;
    if (!last_ref(it, label, &label_type))
        return false;
    if (!gw_type_matches(types, jumps, label_type))
        return gw_op_fail_type(it, label_type, jumps);
    return gw_op_pop(it, source) && pass_label(it, label, 1) &&
           gw_op_give(it, on_fail ? target : rest);
}

bool
gw_op_check_convert(struct gw_op_iter *it)
{
    bool to_any = it->op == GW_OP_ANY_CONVERT_EXTERN;
    uint32_t from = to_any ? GW_HEAP_EXTERN : GW_HEAP_ANY;
    uint32_t to = to_any ? GW_HEAP_ANY : GW_HEAP_EXTERN;
    gw_valtype found;
    if (!gw_op_pop_ref(it, &found))
        return false;
    if (!gw_type_matches(&it->module->types, found, gw_type_ref(true, from)))
        return gw_op_fail_type(it, gw_type_ref(true, from), found);
    return gw_op_give(it, gw_type_ref((found & GW_NULLABLE) != 0, to));
}

/* What the operand stack holds for a field. */
static gw_valtype
unpacked(gw_valtype type)
{
    return type == GW_TYPE_I8 || type == GW_TYPE_I16 ? GW_TYPE_I32 : type;
}

static bool
is_packed(gw_valtype type)
{
    return unpacked(type) != type;
}

/* Packed fields are read with the signed and unsigned operators only. */
static bool
check_packing(struct gw_op_iter *it, gw_valtype type, bool extends)
{
    return is_packed(type) == extends ||
           gw_op_fail(it, "type mismatch: %s of a field that is %spacked",
                      gw_op_table[it->op].text, extends ? "not " : "");
}

bool
gw_op_check_struct_new(struct gw_op_iter *it)
{
    const struct gw_typedef *def = gw_op_find_def(it, &it->imm.a,
                                                  GW_COMP_STRUCT);
    if (!def)
        return false;
    for (uint32_t i = def->field_count; i-- > 0;) {
        gw_valtype type = unpacked(def->fields[i].type);
        if (it->op == GW_OP_STRUCT_NEW) {
            if (!gw_op_pop(it, type))
                return false;
        } else if (!gw_type_has_default(type)) {
            return gw_op_fail(it,
                              "type mismatch: field %u has no default "
                              "value",
                              i);
        }
    }
    return gw_op_give(it, gw_type_ref(false, it->imm.a));
}

static const struct gw_field *
find_field(struct gw_op_iter *it)
{
    const struct gw_typedef *def = gw_op_find_def(it, &it->imm.a,
                                                  GW_COMP_STRUCT);
    if (!def || !gw_op_check_index(it, "field", it->imm.b, def->field_count))
        return NULL;
    return &def->fields[it->imm.b];
}

bool
gw_op_check_struct_get(struct gw_op_iter *it)
{
    const struct gw_field *field = find_field(it);
    return field &&
           check_packing(it, field->type, it->op != GW_OP_STRUCT_GET) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a)) &&
           gw_op_give(it, unpacked(field->type));
}

bool
gw_op_check_struct_set(struct gw_op_iter *it)
{
    const struct gw_field *field = find_field(it);
    if (!field)
        return false;
    if (!field->mutable)
        return gw_op_fail(it, "immutable field %u", it->imm.b);
    return gw_op_pop(it, unpacked(field->type)) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a));
}

static const struct gw_field *
find_array(struct gw_op_iter *it, uint32_t *type)
{
    const struct gw_typedef *def = gw_op_find_def(it, type, GW_COMP_ARRAY);
    return def ? def->fields : NULL;
}

static const struct gw_field *
find_mutable_array(struct gw_op_iter *it, uint32_t *type)
{
    const struct gw_field *field = find_array(it, type);
    if (!field || field->mutable)
        return field;
    gw_op_fail(it, "immutable array type %u", *type);
    return NULL;
}

bool
gw_op_check_array_new(struct gw_op_iter *it)
{
    const struct gw_field *field = find_array(it, &it->imm.a);
    if (!field || !gw_op_pop(it, GW_TYPE_I32))
        return false;
    if (it->op == GW_OP_ARRAY_NEW) {
        if (!gw_op_pop(it, unpacked(field->type)))
            return false;
    } else if (!gw_type_has_default(field->type)) {
        return gw_op_fail(it, "type mismatch: the elements have no default "
                              "value");
    }
    return gw_op_give(it, gw_type_ref(false, it->imm.a));
}

bool
gw_op_check_array_new_fixed(struct gw_op_iter *it)
{
    const struct gw_field *field = find_array(it, &it->imm.a);
    const struct gw_ctl *ctl = gw_op_frame(it);
    if (!field)
        return false;
    for (uint32_t i = it->imm.b; i > 0; i--) {
        /* Unreachable code has as many operands as anyone asks for. */
        if (ctl->unreachable && it->height == ctl->height)
            break;
        if (!gw_op_pop(it, unpacked(field->type)))
            return false;
    }
    return gw_op_give(it, gw_type_ref(false, it->imm.a));
}

/* Data segments hold numbers and vectors. */
static bool
check_data(struct gw_op_iter *it, const struct gw_field *field)
{
    if (gw_type_is_ref(field->type))
        return gw_op_fail(it, "array type is not numeric or vector");
    return gw_op_check_data(it, it->imm.b);
}

static bool
check_elem(struct gw_op_iter *it, const struct gw_field *field)
{
    const struct gw_module *module = it->module;
    if (!gw_op_check_index(it, "elem segment", it->imm.b, module->elem_count))
        return false;
    gw_valtype type = module->elems[it->imm.b].type;
    return gw_type_matches(&module->types, type, field->type) ||
           gw_op_fail_type(it, field->type, type);
}

bool
gw_op_check_array_new_data(struct gw_op_iter *it)
{
    const struct gw_field *field = find_array(it, &it->imm.a);
    return field && check_data(it, field) && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_give(it, gw_type_ref(false, it->imm.a));
}

bool
gw_op_check_array_new_elem(struct gw_op_iter *it)
{
    const struct gw_field *field = find_array(it, &it->imm.a);
    return field && check_elem(it, field) && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_give(it, gw_type_ref(false, it->imm.a));
}

bool
gw_op_check_array_get(struct gw_op_iter *it)
{
    const struct gw_field *field = find_array(it, &it->imm.a);
    return field && check_packing(it, field->type, it->op != GW_OP_ARRAY_GET) &&
           gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a)) &&
           gw_op_give(it, unpacked(field->type));
}

bool
gw_op_check_array_set(struct gw_op_iter *it)
{
    const struct gw_field *field = find_mutable_array(it, &it->imm.a);
    return field && gw_op_pop(it, unpacked(field->type)) &&
           gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a));
}

bool
gw_op_check_array_fill(struct gw_op_iter *it)
{
    const struct gw_field *field = find_mutable_array(it, &it->imm.a);
    return field && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, unpacked(field->type)) && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a));
}

bool
gw_op_check_array_copy(struct gw_op_iter *it)
{
    const struct gw_types *types = &it->module->types;
    const struct gw_field *to = find_mutable_array(it, &it->imm.a);
    const struct gw_field *from = to ? find_array(it, &it->imm.b) : NULL;
    if (!from)
        return false;
    if (is_packed(from->type) || is_packed(to->type)
            ? from->type != to->type
            : !gw_type_matches(types, from->type, to->type))
        return gw_op_fail(it, "array types do not match");
    return gw_op_pop(it, GW_TYPE_I32) && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.b)) &&
           gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a));
}

static bool
pop_array_init(struct gw_op_iter *it)
{
    return gw_op_pop(it, GW_TYPE_I32) && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, gw_type_ref(true, it->imm.a));
}

bool
gw_op_check_array_init_data(struct gw_op_iter *it)
{
    const struct gw_field *field = find_mutable_array(it, &it->imm.a);
    return field && check_data(it, field) && pop_array_init(it);
}

bool
gw_op_check_array_init_elem(struct gw_op_iter *it)
{
    const struct gw_field *field = find_mutable_array(it, &it->imm.a);
    return field && check_elem(it, field) && pop_array_init(it);
}
