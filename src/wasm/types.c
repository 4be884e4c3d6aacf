#include "wasm/types.h"

#include "base/format.h"

#include <assert.h>

/* The abstract heap types that are not defined types' business: text, and
 * the top and bottom of the hierarchy they stand in. */
struct heap_info {
    uint32_t heap, top, bottom;
    const char *name;       /* as a heap type */
    const char *short_name; /* as a nullable reference type */
};

static const struct heap_info heap_infos[] = {
    { GW_HEAP_NOCONT, GW_HEAP_CONT, GW_HEAP_NOCONT, "nocont", "nullcontref" },
    { GW_HEAP_NOEXN, GW_HEAP_EXN, GW_HEAP_NOEXN, "noexn", "nullexnref" },
    { GW_HEAP_NOFUNC, GW_HEAP_FUNC, GW_HEAP_NOFUNC, "nofunc", "nullfuncref" },
    { GW_HEAP_NOEXTERN, GW_HEAP_EXTERN, GW_HEAP_NOEXTERN, "noextern",
      "nullexternref" },
    { GW_HEAP_NONE, GW_HEAP_ANY, GW_HEAP_NONE, "none", "nullref" },
    { GW_HEAP_FUNC, GW_HEAP_FUNC, GW_HEAP_NOFUNC, "func", "funcref" },
    { GW_HEAP_EXTERN, GW_HEAP_EXTERN, GW_HEAP_NOEXTERN, "extern", "externref" },
    { GW_HEAP_ANY, GW_HEAP_ANY, GW_HEAP_NONE, "any", "anyref" },
    { GW_HEAP_EQ, GW_HEAP_ANY, GW_HEAP_NONE, "eq", "eqref" },
    { GW_HEAP_I31, GW_HEAP_ANY, GW_HEAP_NONE, "i31", "i31ref" },
    { GW_HEAP_STRUCT, GW_HEAP_ANY, GW_HEAP_NONE, "struct", "structref" },
    { GW_HEAP_ARRAY, GW_HEAP_ANY, GW_HEAP_NONE, "array", "arrayref" },
    { GW_HEAP_EXN, GW_HEAP_EXN, GW_HEAP_NOEXN, "exn", "exnref" },
    { GW_HEAP_CONT, GW_HEAP_CONT, GW_HEAP_NOCONT, "cont", "contref" },
};

/* The infos stand in the order of their bytes, downwards from 0x75. */
static const struct heap_info *
heap_info(uint32_t heap)
{
    uint32_t index = GW_HEAP_NOCONT - heap;
    if (index >= sizeof heap_infos / sizeof *heap_infos)
        return NULL;
    assert(heap_infos[index].heap == heap);
    return &heap_infos[index];
}

/* The abstract type right above a defined one. */
static uint32_t
heap_of_def(const struct gw_types *types, uint32_t index)
{
    static const uint32_t heaps[] = {
        [GW_COMP_FUNC] = GW_HEAP_FUNC,
        [GW_COMP_STRUCT] = GW_HEAP_STRUCT,
        [GW_COMP_ARRAY] = GW_HEAP_ARRAY,
        [GW_COMP_CONT] = GW_HEAP_CONT,
    };
    return heaps[types->defs[index].comp];
}

static const struct heap_info *
abstract_info(const struct gw_types *types, uint32_t heap)
{
    if (gw_heap_is_index(heap))
        heap = heap_of_def(types, heap);
    return heap_info(heap);
}

uint32_t
gw_heap_top(const struct gw_types *types, uint32_t heap)
{
    const struct heap_info *info = abstract_info(types, heap);
    return info ? info->top : GW_HEAP_BOT;
}

uint32_t
gw_heap_bottom(const struct gw_types *types, uint32_t heap)
{
    const struct heap_info *info = abstract_info(types, heap);
    return info ? info->bottom : GW_HEAP_BOT;
}

static bool
def_matches(const struct gw_types *types, uint32_t a, uint32_t b)
{
    /* A supertype stands exactly so many steps above as its depth is less. */
    while (types->defs[a].depth > types->defs[b].depth)
        a = types->defs[a].super;
    return a == b;
}

bool
gw_heap_matches(const struct gw_types *types, uint32_t a, uint32_t b)
{
    if (a == b || a == GW_HEAP_BOT)
        return true;
    if (b == GW_HEAP_BOT)
        return false;
    bool a_defined = gw_heap_is_index(a);
    if (gw_heap_is_index(b))
        return a_defined ? def_matches(types, a, b)
                         : a == gw_heap_bottom(types, b);
    if (a_defined)
        a = heap_of_def(types, a);
    if (a == b)
        return true;
    const struct heap_info *info = heap_info(a);
    if (!info || gw_heap_top(types, b) != info->top)
        return false;
    /* One hierarchy: its bottom is below all, all are below its top, and
     * i31, struct and array are below eq. */
    return a == info->bottom || b == info->top ||
           (b == GW_HEAP_EQ && a != GW_HEAP_ANY);
}

bool
gw_type_matches_slow(const struct gw_types *types, gw_valtype a, gw_valtype b)
{
    if (a == b || a == GW_TYPE_BOT)
        return true;
    if (!gw_type_is_ref(a) || !gw_type_is_ref(b))
        return false;
    if ((a & GW_NULLABLE) && !(b & GW_NULLABLE))
        return false;
    return gw_heap_matches(types, gw_type_heap(a), gw_type_heap(b));
}

static const char *
plain_text(gw_valtype type)
{
    switch (type) {
    case GW_TYPE_BOT:
        return "bot";
    case GW_TYPE_I32:
        return "i32";
    case GW_TYPE_I64:
        return "i64";
    case GW_TYPE_F32:
        return "f32";
    case GW_TYPE_F64:
        return "f64";
    case GW_TYPE_V128:
        return "v128";
    case GW_TYPE_I8:
        return "i8";
    case GW_TYPE_I16:
        return "i16";
    default:
        return "?";
    }
}

size_t
gw_type_print(gw_valtype type, char *buffer, size_t size)
{
    uint32_t heap = gw_type_heap(type);
    const char *null = type & GW_NULLABLE ? "null " : "";
    if (!gw_type_is_ref(type))
        return gw_format(buffer, size, "%s", plain_text(type));
    if (gw_heap_is_index(heap))
        return gw_format(buffer, size, "(ref %s%u)", null, heap);
    const struct heap_info *info = heap_info(heap);
    if (info && (type & GW_NULLABLE))
        return gw_format(buffer, size, "%s", info->short_name);
    return gw_format(buffer, size, "(ref %s%s)", null,
                     info ? info->name : "bot");
}
