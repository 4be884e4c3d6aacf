/* References looked into: structs, arrays, i31. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"
#include "capi/type.h"

/* ---- what they are ---- */

static uint64_t
bits_of(const wasm_ref_t *ref)
{
    return ref && ref->kind == GW_HANDLE_OPAQUE
               ? ((const struct gw_root *)ref->object)->ref
               : 0;
}

enum godwit_ref
godwit_ref_kind(const wasm_ref_t *ref)
{
    static const enum godwit_ref kinds[] = {
        [GW_OBJECT_STRUCT] = GODWIT_REF_STRUCT,
        [GW_OBJECT_ARRAY] = GODWIT_REF_ARRAY,
        [GW_OBJECT_EXN] = GODWIT_REF_EXCEPTION,
        [GW_OBJECT_CONT] = GODWIT_REF_CONTINUATION,
        [GW_OBJECT_HOST] = GODWIT_REF_HOST,
    };
    if (!ref)
        return GODWIT_REF_NULL;
    if (ref->kind != GW_HANDLE_OPAQUE)
        return ref->kind == GW_HANDLE_FUNC ? GODWIT_REF_FUNC : GODWIT_REF_HOST;
    uint64_t bits = bits_of(ref);
    return gw_ref_is_i31(bits) ? GODWIT_REF_I31
                               : kinds[gw_ref_object(bits)->kind];
}

/* The struct or array, or NULL. */
static struct gw_object *
object_of(const wasm_ref_t *ref)
{
    enum godwit_ref kind = godwit_ref_kind(ref);
    if (kind != GODWIT_REF_STRUCT && kind != GODWIT_REF_ARRAY)
        return NULL;
    return gw_ref_object(bits_of(ref));
}

static const struct gw_layout *
layout_of(const wasm_ref_t *ref, const struct gw_object *object)
{
    return gw_typereg_layout(ref->store->engine, object->type_id);
}

wasm_valtype_t *
godwit_ref_type(const wasm_ref_t *ref)
{
    const struct gw_object *object = object_of(ref);
    return object ? gw_capi_valtype(ref->store->engine,
                                    gw_type_ref(false, object->type_id))
                  : NULL;
}

uint64_t
godwit_ref_count(const wasm_ref_t *ref)
{
    const struct gw_object *object = object_of(ref);
    if (!object)
        return 0;
    return object->kind == GW_OBJECT_ARRAY
               ? object->count
               : layout_of(ref, object)->field_count;
}

bool
godwit_ref_i31(const wasm_ref_t *ref, int32_t *out)
{
    if (godwit_ref_kind(ref) != GODWIT_REF_I31)
        return false;
    uint32_t value = gw_ref_i31_u(bits_of(ref));
    *out = (int32_t)(value ^ 0x40000000u) - 0x40000000;
    return true;
}

/* ---- fields and elements ---- */

/* Where one lies and what it is; NULL when there is none. */
static uint8_t *
place(const wasm_ref_t *ref, uint64_t index, const struct gw_field **field)
{
    struct gw_object *object = object_of(ref);
    if (index >= godwit_ref_count(ref))
        return NULL;
    const struct gw_layout *layout = layout_of(ref, object);
    if (object->kind == GW_OBJECT_ARRAY) {
        *field = layout->fields;
        return gw_object_data(object) + (size_t)index * layout->size;
    }
    *field = &layout->fields[index];
    return gw_object_data(object) + layout->offsets[index];
}

/* The type of a field's value outside of its object. */
static gw_valtype
unpacked(gw_valtype type)
{
    return type == GW_TYPE_I8 || type == GW_TYPE_I16 ? GW_TYPE_I32 : type;
}

bool
godwit_ref_get(const wasm_ref_t *ref, uint64_t index, wasm_val_t *out)
{
    const struct gw_field *field;
    const uint8_t *data = place(ref, index, &field);
    union gw_slot slots[2];
    if (!data)
        return false;
    gw_field_load(data, field->type, false, slots);
    gw_val_lift(ref->store, unpacked(field->type), slots, out);
    return true;
}

bool
godwit_ref_set(wasm_ref_t *ref, uint64_t index, const wasm_val_t *val)
{
    const struct gw_field *field;
    uint8_t *data = place(ref, index, &field); /* objects do not move */
    union gw_slot slots[2];
    if (!data || !field->mutable ||
        !gw_val_lower(ref->store, unpacked(field->type), val, slots))
        return false;
    gw_field_store(data, field->type, slots);
    return true;
}

/* ---- making them ---- */

/* A handle of what was just made, or of nothing when bits is 0. */
static wasm_ref_t *
hand_out(struct gw_store *store, uint64_t bits)
{
    return bits ? gw_box_lift(store, bits) : NULL;
}

wasm_ref_t *
godwit_i31_new(wasm_store_t *store, int32_t value)
{
    return hand_out(store->store, gw_ref_from_i31((uint32_t)value));
}

/* The number of a struct or array type; false when type names none. */
static bool
find_type(const struct gw_store *store, const wasm_valtype_t *type,
          enum gw_comp comp, uint32_t *id)
{
    gw_valtype inside;
    if (!gw_capi_valtype_lower(store->engine, type, &inside) ||
        !gw_type_is_ref(inside) || !gw_heap_is_index(gw_type_heap(inside)))
        return false;
    *id = gw_type_heap(inside);
    return gw_typereg_def(store->engine, *id)->comp == comp;
}

static bool
has_defaults(const struct gw_layout *layout)
{
    for (uint32_t i = 0; i < layout->field_count; i++) {
        if (!gw_type_has_default(unpacked(layout->fields[i].type)))
            return false;
    }
    return true;
}

/* Lowers one value for each field; slots are pinned by the caller. */
static bool
lower_fields(struct gw_store *store, const struct gw_layout *layout,
             const wasm_val_t *vals, union gw_slot *slots)
{
    for (uint32_t i = 0; i < layout->field_count; i++) {
        gw_valtype type = unpacked(layout->fields[i].type);
        if (!gw_val_lower(store, type, &vals[i], slots))
            return false;
        slots += gw_type_slots(type);
    }
    return true;
}

/* A struct, or an array of count elements of one value, from values. */
static uint64_t
make(struct gw_store *store, uint32_t id, uint32_t count,
     const wasm_val_t *vals)
{
    const struct gw_layout *layout = gw_typereg_layout(store->engine, id);
    bool is_struct = gw_typereg_def(store->engine, id)->comp == GW_COMP_STRUCT;
    size_t size = 2 * (size_t)layout->field_count;
    uint64_t bits = 0;
    union gw_slot *slots = gw_heap_get(size, sizeof(*slots));
    if (!slots)
        return 0;
    struct gw_pins pins = { .slots = slots, .count = size };
    gw_pins_push(store, &pins);
    if (vals ? lower_fields(store, layout, vals, slots)
             : has_defaults(layout)) {
        const union gw_slot *given = vals ? slots : NULL;
        enum gw_trap trap = is_struct
                                ? gw_struct_new(store, id, given, &bits)
                                : gw_array_new(store, id, given, count, &bits);
        if (trap != GW_TRAP_NONE)
            bits = 0;
    }
    gw_pins_pop(store, &pins);
    gw_heap_free(slots);
    return bits;
}

wasm_ref_t *
godwit_struct_new(wasm_store_t *store, const wasm_valtype_t *type,
                  const wasm_val_t *fields, size_t count)
{
    struct gw_store *inside = store->store;
    uint32_t id;
    if (!find_type(inside, type, GW_COMP_STRUCT, &id) ||
        (fields && count != gw_typereg_layout(inside->engine, id)->field_count))
        return NULL;
    return hand_out(inside, make(inside, id, 0, fields));
}

wasm_ref_t *
godwit_array_new(wasm_store_t *store, const wasm_valtype_t *type,
                 uint32_t count, const wasm_val_t *value)
{
    uint32_t id;
    if (!find_type(store->store, type, GW_COMP_ARRAY, &id))
        return NULL;
    return hand_out(store->store, make(store->store, id, count, value));
}
