#include "rt/layout.h"

/*
 * Fields stand in the order of their declaration, each at the next place that
 * is aligned for it.  So where a field lies depends on those before it only,
 * and a subtype, which adds fields at the end, agrees with its supertype.
 */

static bool
is_traced(const struct gw_typereg *reg, gw_valtype type)
{
    uint32_t heap = gw_type_heap(type);
    if (!gw_type_is_ref(type))
        return false;
    if (gw_heap_is_index(heap))
        return gw_typereg_find(reg, heap)->comp != GW_COMP_FUNC;
    return heap != GW_HEAP_FUNC && heap != GW_HEAP_NOFUNC;
}

static uint32_t
count_traced(const struct gw_typereg *reg, const struct gw_typedef *def)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < def->field_count; i++)
        count += is_traced(reg, def->fields[i].type);
    return count;
}

/* At most 10000 fields of 16 bytes: no sum overflows. */
static void
place_fields(const struct gw_typereg *reg, const struct gw_typedef *def,
             struct gw_layout *layout, uint32_t *offsets)
{
    uint32_t *ref = offsets + def->field_count;
    uint32_t end = 0;
    for (uint32_t i = 0; i < def->field_count; i++) {
        gw_valtype type = def->fields[i].type;
        uint32_t size = gw_storage_size(type);
        uint32_t align = size < 8 ? size : 8;
        offsets[i] = (end + align - 1) / align * align;
        end = offsets[i] + size;
        if (is_traced(reg, type))
            *ref++ = offsets[i];
    }
    layout->size = end;
    layout->offsets = offsets;
    layout->refs = offsets + def->field_count;
}

const struct gw_layout *
gw_layout_new(const struct gw_typereg *reg, struct gw_arena *arena,
              const struct gw_typedef *def)
{
    struct gw_layout *layout = gw_arena_get(arena, sizeof(*layout));
    if (!layout)
        return NULL;
    layout->field_count = def->field_count;
    layout->fields = def->fields;
    layout->ref_count = count_traced(reg, def);
    if (def->comp == GW_COMP_ARRAY) {
        layout->size = gw_storage_size(def->fields[0].type);
        return layout;
    }
    size_t count = (size_t)layout->field_count + layout->ref_count;
    uint32_t *offsets = gw_arena_array(arena, count, sizeof(*offsets));
    if (!offsets)
        return NULL;
    place_fields(reg, def, layout, offsets);
    return layout;
}

bool
gw_typereg_is_traced(const struct gw_engine *engine, gw_valtype type)
{
    return is_traced(engine->types, type);
}
