#include "wasm/op_check.h"

/* The tools of the checks, and the checks of operators that name no part of
 * the control flow and no heap type. */

enum {
    ROW_NONE,
#define CHECK(IDENT, function) ROW_##IDENT,
#include "wasm/check.def"
#undef CHECK
};

gw_op_check_fn *const gw_op_check_rows[] = {
    [ROW_NONE] = NULL,
#define CHECK(IDENT, function) \
    [ROW_##IDENT] = GW_HAS_OP(IDENT) ? gw_op_check_##function : NULL,
#include "wasm/check.def"
#undef CHECK
};

const uint8_t gw_op_check_row[GW_OP_COUNT] = {
#define CHECK(IDENT, function) [GW_OP_##IDENT] = ROW_##IDENT,
#include "wasm/check.def"
#undef CHECK
};

enum { TYPE_TEXT = 32 };

bool
gw_op_fail_type(struct gw_op_iter *it, gw_valtype want, gw_valtype found)
{
    char want_text[TYPE_TEXT], found_text[TYPE_TEXT];
    gw_type_print(want, want_text, sizeof want_text);
    gw_type_print(found, found_text, sizeof found_text);
    return gw_op_fail(it,
                      "type mismatch: instruction requires [%s] but stack has "
                      "[%s] (%s)",
                      want_text, found_text, gw_op_table[it->op].text);
}

bool
gw_op_fail_empty(struct gw_op_iter *it, gw_valtype want)
{
    char text[TYPE_TEXT] = "any";
    if (want != GW_TYPE_BOT)
        gw_type_print(want, text, sizeof text);
    return gw_op_fail(it,
                      "type mismatch: instruction requires [%s] but stack has "
                      "[] (%s)",
                      text, gw_op_table[it->op].text);
}

bool
gw_op_check_index(struct gw_op_iter *it, const char *what, uint32_t index,
                  uint32_t count)
{
    return index < count || gw_op_fail(it, "unknown %s %u", what, index);
}

bool
gw_op_check_data(struct gw_op_iter *it, uint32_t index)
{
    if (!it->module->has_data_count)
        return gw_reader_fail(&it->reader, GW_ERR_MALFORMED,
                              it->module->bytes.data + it->pc,
                              "data count section required by %s",
                              gw_op_table[it->op].text);
    return gw_op_check_index(it, "data segment", index, it->module->data_count);
}

bool
gw_op_pop_any(struct gw_op_iter *it, gw_valtype *found)
{
    const struct gw_ctl *ctl = gw_op_frame(it);
    *found = GW_TYPE_BOT;
    if (it->height == ctl->height)
        return ctl->unreachable || gw_op_fail_empty(it, GW_TYPE_BOT);
    *found = it->stack[--it->height];
    return true;
}

bool
gw_op_pop_ref(struct gw_op_iter *it, gw_valtype *found)
{
    if (!gw_op_pop_any(it, found))
        return false;
    if (*found == GW_TYPE_BOT)
        *found = gw_type_ref(false, GW_HEAP_BOT);
    if (gw_type_is_ref(*found))
        return true;
    char text[TYPE_TEXT];
    gw_type_print(*found, text, sizeof text);
    return gw_op_fail(it,
                      "type mismatch: instruction requires a reference but "
                      "stack has [%s] (%s)",
                      text, gw_op_table[it->op].text);
}

/* Mostly the types are equal and all there. */
static bool
pop_equal(struct gw_op_iter *it, const gw_valtype *types, uint32_t count)
{
    if (it->height - gw_op_frame(it)->height < count)
        return false;
    const gw_valtype *found = &it->stack[it->height - count];
    for (uint32_t i = 0; i < count; i++) {
        if (found[i] != types[i])
            return false;
    }
    it->height -= count;
    return true;
}

bool
gw_op_pop_list(struct gw_op_iter *it, const gw_valtype *types, uint32_t count)
{
    if (pop_equal(it, types, count))
        return true;
    while (count > 0) {
        if (!gw_op_pop(it, types[--count]))
            return false;
    }
    return true;
}

bool
gw_op_lists_match(struct gw_op_iter *it, const gw_valtype *a, uint32_t a_count,
                  const gw_valtype *b, uint32_t b_count)
{
    if (a_count != b_count)
        return false;
    for (uint32_t i = 0; i < a_count; i++) {
        if (!gw_type_matches(&it->module->types, a[i], b[i]))
            return false;
    }
    return true;
}

const struct gw_typedef *
gw_op_find_def(struct gw_op_iter *it, uint32_t *index, enum gw_comp comp)
{
    static const char *const names[] = {
        [GW_COMP_FUNC] = "function",
        [GW_COMP_STRUCT] = "structure",
        [GW_COMP_ARRAY] = "array",
        [GW_COMP_CONT] = "continuation",
    };
    const struct gw_types *types = &it->module->types;
    if (!gw_op_check_index(it, "type", *index, types->count))
        return NULL;
    const struct gw_typedef *def = &types->defs[*index];
    if (def->comp != comp) {
        gw_op_fail(it, "non-%s type %u", names[comp], *index);
        return NULL;
    }
    *index = def->canon;
    return &types->defs[def->canon];
}

bool
gw_op_check_drop(struct gw_op_iter *it)
{
    gw_valtype type;
    return gw_op_pop_any(it, &type);
}

/* Without a type of its own, select takes numbers and vectors only. */
bool
gw_op_check_select(struct gw_op_iter *it)
{
    gw_valtype a, b;
    if (!gw_op_pop(it, GW_TYPE_I32) || !gw_op_pop_any(it, &b) ||
        !gw_op_pop_any(it, &a))
        return false;
    if (gw_type_is_ref(a) || gw_type_is_ref(b))
        return gw_op_fail(it, "type mismatch: select without a type takes "
                              "numbers and vectors only");
    if (a != b && a != GW_TYPE_BOT && b != GW_TYPE_BOT)
        return gw_op_fail_type(it, a, b);
    return gw_op_give(it, a == GW_TYPE_BOT ? b : a);
}

bool
gw_op_check_select_typed(struct gw_op_iter *it)
{
    gw_valtype type = it->imm.type;
    if (it->imm.count != 1)
        return gw_op_fail(it, "invalid result arity: select of %u types",
                          it->imm.count);
    return gw_op_pop(it, GW_TYPE_I32) && gw_op_pop(it, type) &&
           gw_op_pop(it, type) && gw_op_give(it, type);
}

bool
gw_op_check_local_get(struct gw_op_iter *it)
{
    uint32_t local = it->imm.a;
    if (!gw_op_check_index(it, "local", local, it->local_count))
        return false;
    if (it->init_tracked && !it->init[local])
        return gw_op_fail(it, "uninitialized local %u", local);
    return gw_op_give(it, it->locals[local]);
}

/* Notes that a local without a default value has one from here to the end of
 * the block. */
static void
note_set(struct gw_op_iter *it, uint32_t local)
{
    if (it->init_tracked && !it->init[local]) {
        it->init[local] = 1;
        it->init_log[it->init_count++] = local;
    }
}

bool
gw_op_check_local_set(struct gw_op_iter *it)
{
    uint32_t local = it->imm.a;
    if (!gw_op_check_index(it, "local", local, it->local_count) ||
        !gw_op_pop(it, it->locals[local]))
        return false;
    note_set(it, local);
    return true;
}

bool
gw_op_check_local_tee(struct gw_op_iter *it)
{
    return gw_op_check_local_set(it) && gw_op_give(it, it->locals[it->imm.a]);
}

bool
gw_op_check_global_get(struct gw_op_iter *it)
{
    uint32_t global = it->imm.a;
    uint32_t count = it->constant ? it->global_limit : it->module->global_count;
    if (!gw_op_check_index(it, "global", global, count))
        return false;
    const struct gw_globaltype *type = &it->module->globals[global].type;
    if (it->constant && type->mutable)
        return gw_op_fail(it,
                          "constant expression required: global %u is "
                          "mutable",
                          global);
    return gw_op_give(it, type->type);
}

bool
gw_op_check_global_set(struct gw_op_iter *it)
{
    uint32_t global = it->imm.a;
    if (!gw_op_check_index(it, "global", global, it->module->global_count))
        return false;
    const struct gw_globaltype *type = &it->module->globals[global].type;
    if (!type->mutable)
        return gw_op_fail(it, "immutable global %u", global);
    return gw_op_pop(it, type->type);
}

static const struct gw_tabletype *
find_table(struct gw_op_iter *it, uint32_t table)
{
    if (!gw_op_check_index(it, "table", table, it->module->table_count))
        return NULL;
    return &it->module->tables[table].type;
}

static gw_valtype
table_address(const struct gw_tabletype *type)
{
    return gw_op_address(type->limits.is64);
}

bool
gw_op_check_table_get(struct gw_op_iter *it)
{
    const struct gw_tabletype *type = find_table(it, it->imm.a);
    return type && gw_op_pop(it, table_address(type)) &&
           gw_op_give(it, type->elem);
}

bool
gw_op_check_table_set(struct gw_op_iter *it)
{
    const struct gw_tabletype *type = find_table(it, it->imm.a);
    return type && gw_op_pop(it, type->elem) &&
           gw_op_pop(it, table_address(type));
}

bool
gw_op_check_table_init(struct gw_op_iter *it)
{
    const struct gw_module *module = it->module;
    const struct gw_tabletype *type = find_table(it, it->imm.b);
    if (!type ||
        !gw_op_check_index(it, "elem segment", it->imm.a, module->elem_count))
        return false;
    gw_valtype elem = module->elems[it->imm.a].type;
    if (!gw_type_matches(&module->types, elem, type->elem))
        return gw_op_fail_type(it, type->elem, elem);
    return gw_op_pop(it, GW_TYPE_I32) && gw_op_pop(it, GW_TYPE_I32) &&
           gw_op_pop(it, table_address(type));
}

bool
gw_op_check_table_copy(struct gw_op_iter *it)
{
    const struct gw_tabletype *to = find_table(it, it->imm.a);
    const struct gw_tabletype *from = find_table(it, it->imm.b);
    if (!to || !from)
        return false;
    if (!gw_type_matches(&it->module->types, from->elem, to->elem))
        return gw_op_fail_type(it, to->elem, from->elem);
    bool is64 = to->limits.is64 && from->limits.is64;
    return gw_op_pop(it, gw_op_address(is64)) &&
           gw_op_pop(it, table_address(from)) &&
           gw_op_pop(it, table_address(to));
}

bool
gw_op_check_table_grow(struct gw_op_iter *it)
{
    const struct gw_tabletype *type = find_table(it, it->imm.a);
    return type && gw_op_pop(it, table_address(type)) &&
           gw_op_pop(it, type->elem) && gw_op_give(it, table_address(type));
}

bool
gw_op_check_table_fill(struct gw_op_iter *it)
{
    const struct gw_tabletype *type = find_table(it, it->imm.a);
    return type && gw_op_pop(it, table_address(type)) &&
           gw_op_pop(it, type->elem) && gw_op_pop(it, table_address(type));
}

bool
gw_op_check_memory_copy(struct gw_op_iter *it)
{
    const struct gw_module *module = it->module;
    uint32_t to = it->imm.a, from = it->imm.b;
    if (!gw_op_check_index(it, "memory", to, module->memory_count) ||
        !gw_op_check_index(it, "memory", from, module->memory_count))
        return false;
    bool to64 = module->memories[to].limits.is64;
    bool from64 = module->memories[from].limits.is64;
    return gw_op_pop(it, gw_op_address(to64 && from64)) &&
           gw_op_pop(it, gw_op_address(from64)) &&
           gw_op_pop(it, gw_op_address(to64));
}
