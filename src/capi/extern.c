/* Externals, globals, tables and memories. */
#include "capi/handle.h"
#include "capi/store.h"
#include "capi/type.h"

/* ---- externals ---- */

static const struct {
    wasm_externkind_t kind;
    enum gw_extern inside;
} kinds[GW_HANDLE_TAG + 1] = {
    [GW_HANDLE_FUNC] = { WASM_EXTERN_FUNC, GW_EXTERN_FUNC },
    [GW_HANDLE_GLOBAL] = { WASM_EXTERN_GLOBAL, GW_EXTERN_GLOBAL },
    [GW_HANDLE_TABLE] = { WASM_EXTERN_TABLE, GW_EXTERN_TABLE },
    [GW_HANDLE_MEMORY] = { WASM_EXTERN_MEMORY, GW_EXTERN_MEMORY },
    [GW_HANDLE_TAG] = { GODWIT_EXTERN_TAG, GW_EXTERN_TAG },
};

struct wasm_ref_t *
gw_handle_extern(struct gw_store *store, const struct gw_externval *value)
{
    switch (value->kind) {
    case GW_EXTERN_FUNC:
        return gw_handle_new(GW_HANDLE_FUNC, store, value->of.func);
    case GW_EXTERN_TABLE:
        return gw_handle_new(GW_HANDLE_TABLE, store, value->of.table);
    case GW_EXTERN_MEMORY:
        return gw_handle_new(GW_HANDLE_MEMORY, store, value->of.memory);
    case GW_EXTERN_GLOBAL:
        return gw_handle_new(GW_HANDLE_GLOBAL, store, value->of.global);
    default:
        return gw_handle_new(GW_HANDLE_TAG, store, value->of.tag);
    }
}

bool
gw_handle_externval(const struct wasm_ref_t *ref, struct gw_externval *out)
{
    if (!ref || ref->kind > GW_HANDLE_TAG)
        return false;
    out->kind = kinds[ref->kind].inside;
    switch (out->kind) {
    case GW_EXTERN_FUNC:
        out->of.func = ref->object;
        break;
    case GW_EXTERN_TABLE:
        out->of.table = ref->object;
        break;
    case GW_EXTERN_MEMORY:
        out->of.memory = ref->object;
        break;
    case GW_EXTERN_GLOBAL:
        out->of.global = ref->object;
        break;
    default:
        out->of.tag = ref->object;
    }
    return true;
}

wasm_externkind_t
wasm_extern_kind(const wasm_extern_t *value)
{
    return kinds[value->head.kind].kind;
}

wasm_externtype_t *
wasm_extern_type(const wasm_extern_t *value)
{
    switch (value->head.kind) {
    case GW_HANDLE_FUNC:
        return wasm_functype_as_externtype(
            wasm_func_type((const wasm_func_t *)value));
    case GW_HANDLE_GLOBAL:
        return wasm_globaltype_as_externtype(
            wasm_global_type((const wasm_global_t *)value));
    case GW_HANDLE_TABLE:
        return wasm_tabletype_as_externtype(
            wasm_table_type((const wasm_table_t *)value));
    case GW_HANDLE_MEMORY:
        return wasm_memorytype_as_externtype(
            wasm_memory_type((const wasm_memory_t *)value));
    default:
        return gw_capi_tagtype(godwit_tag_type((const void *)value));
    }
}

/* ---- globals ---- */

wasm_global_t *
wasm_global_new(wasm_store_t *store, const wasm_globaltype_t *type,
                const wasm_val_t *val)
{
    struct gw_globaltype inside = { .mutable = type->mutability == WASM_VAR };
    struct gw_globalinst *global;
    union gw_slot slots[2] = { { 0 }, { 0 } };

    if (!gw_capi_valtype_lower(store->store->engine, type->content,
                               &inside.type) ||
        !gw_val_lower(store->store, inside.type, val, slots) ||
        gw_globalinst_new(store->store, &inside, &global) != GW_OK)
        return NULL;
    memcpy(global->value, slots, sizeof(slots));
    return (wasm_global_t *)gw_handle_new(GW_HANDLE_GLOBAL, store->store,
                                          global);
}

wasm_globaltype_t *
wasm_global_type(const wasm_global_t *global)
{
    const struct gw_globalinst *object = global->head.object;
    return wasm_externtype_as_globaltype(
        gw_capi_globaltype(global->head.store->engine, &object->type));
}

void
wasm_global_get(const wasm_global_t *global, wasm_val_t *out)
{
    const struct gw_globalinst *object = global->head.object;
    gw_val_lift(global->head.store, object->type.type, object->value, out);
}

void
wasm_global_set(wasm_global_t *global, const wasm_val_t *val)
{
    struct gw_globalinst *object = global->head.object;
    union gw_slot slots[2] = { { 0 }, { 0 } };
    if (object->type.mutable &&
        gw_val_lower(global->head.store, object->type.type, val, slots))
        memcpy(object->value, slots, sizeof(slots));
}

/* ---- tables ---- */

wasm_table_t *
wasm_table_new(wasm_store_t *store, const wasm_tabletype_t *type,
               wasm_ref_t *init)
{
    struct gw_tabletype inside = { .limits = type->exact };
    struct gw_tableinst *table;
    uint64_t bits;

    if (inside.limits.max < inside.limits.min ||
        !gw_capi_valtype_lower(store->store->engine, type->element,
                               &inside.elem) ||
        !gw_type_is_ref(inside.elem) ||
        !gw_ref_lower(store->store, inside.elem, init, &bits) ||
        gw_tableinst_new(store->store, &inside, bits, NULL, &table) != GW_OK)
        return NULL;
    return (wasm_table_t *)gw_handle_new(GW_HANDLE_TABLE, store->store, table);
}

/* The type an external has in the store counts from its size, spec 4.5.1. */
wasm_tabletype_t *
wasm_table_type(const wasm_table_t *table)
{
    const struct gw_tableinst *object = table->head.object;
    struct gw_tabletype type = object->type;
    type.limits.min = object->size;
    return wasm_externtype_as_tabletype(
        gw_capi_tabletype(table->head.store->engine, &type));
}

wasm_ref_t *
godwit_table_get(const wasm_table_t *table, uint64_t index)
{
    const struct gw_tableinst *object = table->head.object;
    if (index >= object->size)
        return NULL;
    return gw_ref_lift(table->head.store, object->type.elem,
                       object->elems[index]);
}

bool
godwit_table_set(wasm_table_t *table, uint64_t index, wasm_ref_t *ref)
{
    struct gw_tableinst *object = table->head.object;
    uint64_t bits;
    if (index >= object->size ||
        !gw_ref_lower(table->head.store, object->type.elem, ref, &bits))
        return false;
    object->elems[index] = bits;
    return true;
}

uint64_t
godwit_table_size(const wasm_table_t *table)
{
    return ((const struct gw_tableinst *)table->head.object)->size;
}

bool
godwit_table_grow(wasm_table_t *table, uint64_t delta, wasm_ref_t *init)
{
    struct gw_tableinst *object = table->head.object;
    uint64_t bits;
    return gw_ref_lower(table->head.store, object->type.elem, init, &bits) &&
           gw_tableinst_grow(object, delta, bits) != UINT64_MAX;
}

wasm_ref_t *
wasm_table_get(const wasm_table_t *table, wasm_table_size_t index)
{
    return godwit_table_get(table, index);
}

bool
wasm_table_set(wasm_table_t *table, wasm_table_size_t index, wasm_ref_t *ref)
{
    return godwit_table_set(table, index, ref);
}

wasm_table_size_t
wasm_table_size(const wasm_table_t *table)
{
    uint64_t size = godwit_table_size(table);
    return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

bool
wasm_table_grow(wasm_table_t *table, wasm_table_size_t delta, wasm_ref_t *init)
{
    return godwit_table_grow(table, delta, init);
}

/* ---- memories ---- */

wasm_memory_t *
wasm_memory_new(wasm_store_t *store, const wasm_memorytype_t *type)
{
    const struct gw_limits *limits = &type->exact.limits;
    struct gw_meminst *memory;

    if ((limits->has_max && limits->max < limits->min) ||
        gw_meminst_new(store->store, &type->exact, NULL, &memory) != GW_OK)
        return NULL;
    return (wasm_memory_t *)gw_handle_new(GW_HANDLE_MEMORY, store->store,
                                          memory);
}

wasm_memorytype_t *
wasm_memory_type(const wasm_memory_t *memory)
{
    const struct gw_meminst *object = memory->head.object;
    struct gw_memtype type = object->type;
    type.limits.min = object->pages;
    return wasm_externtype_as_memorytype(gw_capi_memorytype(&type));
}

byte_t *
wasm_memory_data(wasm_memory_t *memory)
{
    return (byte_t *)((struct gw_meminst *)memory->head.object)->base;
}

size_t
wasm_memory_data_size(const wasm_memory_t *memory)
{
    return (size_t)((const struct gw_meminst *)memory->head.object)->size;
}

uint64_t
godwit_memory_size(const wasm_memory_t *memory)
{
    return gw_meminst_pages(memory->head.object);
}

bool
godwit_memory_grow(wasm_memory_t *memory, uint64_t delta)
{
    return gw_meminst_grow(memory->head.object, delta) != UINT64_MAX;
}

wasm_memory_pages_t
wasm_memory_size(const wasm_memory_t *memory)
{
    uint64_t pages = godwit_memory_size(memory);
    return pages < UINT32_MAX ? (uint32_t)pages : UINT32_MAX;
}

bool
wasm_memory_grow(wasm_memory_t *memory, wasm_memory_pages_t delta)
{
    return godwit_memory_grow(memory, delta);
}
