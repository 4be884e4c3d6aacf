/* Values between wasm_val_t and slots. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/type.h"

/* ---- vectors: the value points to their bytes ---- */

enum { V128_SIZE = 16 };

bool
godwit_val_new_v128(wasm_val_t *out, const uint8_t bytes[16])
{
    void *own_bytes = gw_heap_get(1, V128_SIZE);
    out->kind = GODWIT_V128;
    out->of.ref = own_bytes;
    if (own_bytes)
        memcpy(own_bytes, bytes, V128_SIZE);
    return own_bytes != NULL;
}

bool
godwit_val_v128(const wasm_val_t *val, uint8_t bytes[16])
{
    if (val->kind != GODWIT_V128 || !val->of.ref)
        return false;
    memcpy(bytes, val->of.ref, V128_SIZE);
    return true;
}

/* ---- wasm.h ---- */

void
wasm_val_delete(wasm_val_t *val)
{
    if (!val || (val->kind != GODWIT_V128 && !wasm_valkind_is_ref(val->kind)))
        return;
    if (val->kind == GODWIT_V128)
        gw_heap_free(val->of.ref);
    else
        wasm_ref_delete(val->of.ref);
    val->of.ref = NULL;
}

void
wasm_val_copy(wasm_val_t *out, const wasm_val_t *val)
{
    uint8_t bytes[V128_SIZE];
    *out = *val;
    if (godwit_val_v128(val, bytes))
        godwit_val_new_v128(out, bytes);
    else if (wasm_valkind_is_ref(val->kind))
        out->of.ref = wasm_ref_copy(val->of.ref);
}

/* ---- references ---- */

/* Has a heap type functions as its values? */
static bool
is_func(const struct gw_engine *engine, gw_valtype type)
{
    return gw_capi_valkind(engine, type) == WASM_FUNCREF;
}

/* Exceptions are a hierarchy of their own; of continuations the host can have
 * none. */
static bool
in_hierarchy(uint64_t bits, gw_valtype type)
{
    uint32_t heap = gw_type_heap(type);
    bool exn = !gw_ref_is_i31(bits) &&
               gw_ref_object(bits)->kind == GW_OBJECT_EXN;
    if (heap == GW_HEAP_CONT || heap == GW_HEAP_NOCONT)
        return false;
    return exn == (heap == GW_HEAP_EXN || heap == GW_HEAP_NOEXN);
}

bool
gw_ref_lower(struct gw_store *store, gw_valtype type,
             const struct wasm_ref_t *ref, uint64_t *out)
{
    *out = 0;
    if (!ref)
        return (type & GW_NULLABLE) != 0;
    if (ref->store != store)
        return false;
    if (is_func(store->engine, type)) {
        if (ref->kind != GW_HANDLE_FUNC)
            return false;
        *out = gw_ref_from(ref->object);
    } else {
        *out = gw_box_lower(ref);
        if (*out == 0 || !in_hierarchy(*out, type))
            return false;
    }
    return gw_ref_has_type(store, *out, type);
}

struct wasm_ref_t *
gw_ref_lift(struct gw_store *store, gw_valtype type, uint64_t bits)
{
    if (bits == 0)
        return NULL;
    if (is_func(store->engine, type))
        return gw_handle_new(GW_HANDLE_FUNC, store, gw_ref_func(bits));
    return gw_box_lift(store, bits);
}

/* ---- values ---- */

bool
gw_val_lower(struct gw_store *store, gw_valtype type, const wasm_val_t *val,
             union gw_slot *out)
{
    out->u64 = 0;
    if (gw_type_is_ref(type))
        return wasm_valkind_is_ref(val->kind) &&
               gw_ref_lower(store, type, val->of.ref, &out->ref);
    if (val->kind != gw_capi_valkind(store->engine, type))
        return false;
    switch (type) {
    case GW_TYPE_I32:
        out->i32 = val->of.i32;
        return true;
    case GW_TYPE_I64:
        out->i64 = val->of.i64;
        return true;
    case GW_TYPE_F32:
        out->f32 = val->of.f32;
        return true;
    case GW_TYPE_F64:
        out->f64 = val->of.f64;
        return true;
    default:
        return godwit_val_v128(val, (uint8_t *)out);
    }
}

bool
gw_vals_lower(struct gw_store *store, const gw_valtype *types, uint32_t count,
              const wasm_val_t *vals, union gw_slot *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!gw_val_lower(store, types[i], &vals[i], out))
            return false;
        out += gw_type_slots(types[i]);
    }
    return true;
}

void
gw_val_lift(struct gw_store *store, gw_valtype type, const union gw_slot *slot,
            wasm_val_t *out)
{
    out->kind = gw_capi_valkind(store->engine, type);
    out->of.i64 = 0;
    switch (type) {
    case GW_TYPE_I32:
        out->of.i32 = slot->i32;
        break;
    case GW_TYPE_I64:
        out->of.i64 = slot->i64;
        break;
    case GW_TYPE_F32:
        out->of.f32 = slot->f32;
        break;
    case GW_TYPE_F64:
        out->of.f64 = slot->f64;
        break;
    case GW_TYPE_V128:
        godwit_val_new_v128(out, (const uint8_t *)slot);
        break;
    default:
        out->of.ref = gw_ref_lift(store, type, slot->ref);
    }
}

void
gw_vals_lift(struct gw_store *store, const gw_valtype *types, uint32_t count,
             const union gw_slot *slots, wasm_val_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        gw_val_lift(store, types[i], slots, &out[i]);
        slots += gw_type_slots(types[i]);
    }
}
