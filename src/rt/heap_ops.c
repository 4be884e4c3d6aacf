#include "rt/heap.h"

#include "wasm/num.h"

#include <assert.h>

/* ---- references ---- */

static bool
is_of_kind(uint64_t ref, enum gw_object_kind kind)
{
    return !gw_ref_is_i31(ref) && gw_ref_object(ref)->kind == kind;
}

/* ref is not null, and in the hierarchy of the type. */
static bool
has_abstract_type(uint64_t ref, uint32_t heap)
{
    switch (heap) {
    case GW_HEAP_I31:
        return gw_ref_is_i31(ref);
    case GW_HEAP_STRUCT:
        return is_of_kind(ref, GW_OBJECT_STRUCT);
    case GW_HEAP_ARRAY:
        return is_of_kind(ref, GW_OBJECT_ARRAY);
    case GW_HEAP_EQ:
        return gw_ref_is_i31(ref) || is_of_kind(ref, GW_OBJECT_STRUCT) ||
               is_of_kind(ref, GW_OBJECT_ARRAY);
    case GW_HEAP_FUNC:
    case GW_HEAP_EXTERN:
    case GW_HEAP_ANY:
    case GW_HEAP_EXN:
    case GW_HEAP_CONT:
        return true;
    default: /* the bottoms */
        return false;
    }
}

bool
gw_ref_has_type(const struct gw_store *store, uint64_t ref, gw_valtype type)
{
    const struct gw_engine *engine = store->engine;
    uint32_t heap = gw_type_heap(type);
    assert(gw_type_is_ref(type));
    if (ref == 0)
        return (type & GW_NULLABLE) != 0;
    if (!gw_heap_is_index(heap))
        return has_abstract_type(ref, heap);
    if (gw_typereg_def(engine, heap)->comp == GW_COMP_FUNC)
        return gw_typereg_is_sub(engine, gw_ref_func(ref)->type_id, heap);
    if (gw_ref_is_i31(ref))
        return false;
    const struct gw_object *object = gw_ref_object(ref);
    return object->type_id != GW_NO_INDEX &&
           gw_typereg_is_sub(engine, object->type_id, heap);
}

/* ---- structs ---- */

enum gw_trap
gw_struct_new(struct gw_store *store, uint32_t type_id,
              const union gw_slot *values, uint64_t *ref)
{
    struct gw_object *object = gw_heap_new_struct(store, type_id);
    if (!object)
        return GW_TRAP_HEAP_EXHAUSTED;
    *ref = gw_ref_from(object);
    if (!values)
        return GW_TRAP_NONE;
    const struct gw_layout *layout = gw_typereg_layout(store->engine, type_id);
    uint8_t *data = gw_object_data(object);
    for (uint32_t i = 0; i < layout->field_count; i++) {
        gw_valtype type = layout->fields[i].type;
        gw_field_store(data + layout->offsets[i], type, values);
        values += gw_type_slots(type);
    }
    return GW_TRAP_NONE;
}

/* ---- arrays ---- */

static gw_valtype
element_type(const struct gw_store *store, uint32_t type_id)
{
    return gw_typereg_def(store->engine, type_id)->fields[0].type;
}

static bool
fits(uint64_t start, uint64_t count, uint64_t size)
{
    return count <= size && start <= size - count;
}

/* The array of a reference, when it has elements at ... at + count - 1. */
static enum gw_trap
get_array(uint64_t ref, uint32_t at, uint32_t count, struct gw_object **out)
{
    if (ref == 0)
        return GW_TRAP_NULL_ARRAY;
    *out = gw_ref_object(ref);
    assert((*out)->kind == GW_OBJECT_ARRAY);
    return fits(at, count, (*out)->count) ? GW_TRAP_NONE
                                          : GW_TRAP_ARRAY_OUT_OF_BOUNDS;
}

/* Where an element lies: inside the object, so size_t holds its offset. */
static uint8_t *
element_at(struct gw_object *array, uint32_t index, uint32_t size)
{
    return gw_object_data(array) + (size_t)index * size;
}

/* The first element is written; the others are copied from what has been
 * written, twice as many each time. */
static void
fill(uint8_t *data, gw_valtype type, const union gw_slot *value, uint32_t count)
{
    size_t done = gw_storage_size(type), total = done * count;
    if (count == 0)
        return;
    gw_field_store(data, type, value);
    while (done < total) {
        size_t more = done < total - done ? done : total - done;
        memcpy(data + done, data, more);
        done += more;
    }
}

/* Elements from their little-endian images; a v128 stays one. */
static void
take_images(uint8_t *data, const uint8_t *image, uint32_t size, uint32_t count)
{
    size_t total = (size_t)size * count;
    if (total == 0)
        return;
    if (gw_host_is_little() || size == 16) {
        memcpy(data, image, total);
        return;
    }
    for (size_t i = 0; i < total; i += size)
        for (uint32_t j = 0; j < size; j++)
            data[i + j] = image[i + size - 1 - j];
}

static enum gw_trap
new_array(struct gw_store *store, uint32_t type_id, uint32_t count,
          uint64_t *ref)
{
    *ref = gw_ref_from(gw_heap_new_array(store, type_id, count));
    return *ref != 0 ? GW_TRAP_NONE : GW_TRAP_HEAP_EXHAUSTED;
}

enum gw_trap
gw_array_new(struct gw_store *store, uint32_t type_id,
             const union gw_slot *value, uint32_t count, uint64_t *ref)
{
    enum gw_trap trap = new_array(store, type_id, count, ref);
    if (trap == GW_TRAP_NONE && value)
        fill(gw_object_data(gw_ref_object(*ref)), element_type(store, type_id),
             value, count);
    return trap;
}

enum gw_trap
gw_array_new_fixed(struct gw_store *store, uint32_t type_id,
                   const union gw_slot *values, uint32_t count, uint64_t *ref)
{
    enum gw_trap trap = new_array(store, type_id, count, ref);
    if (trap != GW_TRAP_NONE)
        return trap;
    gw_valtype type = element_type(store, type_id);
    uint32_t slots = gw_type_slots(type), size = gw_storage_size(type);
    uint8_t *data = gw_object_data(gw_ref_object(*ref));
    for (uint32_t i = 0; i < count; i++)
        gw_field_store(data + (size_t)i * size, type,
                       values + (size_t)i * slots);
    return GW_TRAP_NONE;
}

enum gw_trap
gw_array_new_data(struct gw_instance *instance, uint32_t type_id, uint32_t data,
                  uint32_t from, uint32_t count, uint64_t *ref)
{
    struct gw_store *store = instance->store;
    struct gw_span bytes = instance->datas[data];
    uint32_t size = gw_storage_size(element_type(store, type_id));
    if (!fits(from, (uint64_t)count * size, bytes.size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    enum gw_trap trap = new_array(store, type_id, count, ref);
    if (trap == GW_TRAP_NONE && count != 0)
        take_images(gw_object_data(gw_ref_object(*ref)), bytes.data + from,
                    size, count);
    return trap;
}

enum gw_trap
gw_array_new_elem(struct gw_instance *instance, uint32_t type_id, uint32_t elem,
                  uint32_t from, uint32_t count, uint64_t *ref)
{
    const struct gw_elem_items *items = &instance->elems[elem];
    if (!fits(from, count, items->count))
        return GW_TRAP_TABLE_OUT_OF_BOUNDS;
    enum gw_trap trap = new_array(instance->store, type_id, count, ref);
    if (trap == GW_TRAP_NONE && count != 0)
        memcpy(gw_object_data(gw_ref_object(*ref)), items->refs + from,
               (size_t)count * sizeof(*items->refs));
    return trap;
}

enum gw_trap
gw_array_fill(struct gw_store *store, uint64_t ref, uint32_t at,
              const union gw_slot *value, uint32_t count)
{
    struct gw_object *array;
    enum gw_trap trap = get_array(ref, at, count, &array);
    if (trap != GW_TRAP_NONE)
        return trap;
    gw_valtype type = element_type(store, array->type_id);
    fill(element_at(array, at, gw_storage_size(type)), type, value, count);
    return GW_TRAP_NONE;
}

enum gw_trap
gw_array_copy(struct gw_store *store, uint64_t to_ref, uint32_t to,
              uint64_t from_ref, uint32_t from, uint32_t count)
{
    struct gw_object *to_array, *from_array;
    if (to_ref == 0 || from_ref == 0)
        return GW_TRAP_NULL_ARRAY;
    enum gw_trap trap = get_array(to_ref, to, count, &to_array);
    if (trap == GW_TRAP_NONE)
        trap = get_array(from_ref, from, count, &from_array);
    if (trap != GW_TRAP_NONE || count == 0)
        return trap;
    uint32_t size = gw_storage_size(element_type(store, to_array->type_id));
    memmove(element_at(to_array, to, size), element_at(from_array, from, size),
            (size_t)count * size);
    return GW_TRAP_NONE;
}

enum gw_trap
gw_array_init_data(struct gw_instance *instance, uint64_t ref, uint32_t at,
                   uint32_t data, uint32_t from, uint32_t count)
{
    struct gw_object *array;
    struct gw_span bytes = instance->datas[data];
    enum gw_trap trap = get_array(ref, at, count, &array);
    if (trap != GW_TRAP_NONE)
        return trap;
    uint32_t size = gw_storage_size(
        element_type(instance->store, array->type_id));
    if (!fits(from, (uint64_t)count * size, bytes.size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    if (count != 0)
        take_images(element_at(array, at, size), bytes.data + from, size,
                    count);
    return GW_TRAP_NONE;
}

enum gw_trap
gw_array_init_elem(struct gw_instance *instance, uint64_t ref, uint32_t at,
                   uint32_t elem, uint32_t from, uint32_t count)
{
    struct gw_object *array;
    const struct gw_elem_items *items = &instance->elems[elem];
    enum gw_trap trap = get_array(ref, at, count, &array);
    if (trap != GW_TRAP_NONE)
        return trap;
    if (!fits(from, count, items->count))
        return GW_TRAP_TABLE_OUT_OF_BOUNDS;
    if (count != 0)
        memcpy(element_at(array, at, sizeof(*items->refs)), items->refs + from,
               (size_t)count * sizeof(*items->refs));
    return GW_TRAP_NONE;
}
