#include "wasm/gate.h"

uint64_t
gw_gate_allowed(const struct gw_decode_options *options)
{
    if (options->validate_only)
        return options->features & ~(uint64_t)(GW_WITHOUT);
    return options->features & gw_features_executable;
}

static uint64_t
gate_heap(uint32_t heap, bool nullable)
{
    switch (heap) {
    case GW_HEAP_FUNC:
    case GW_HEAP_EXTERN:
        return nullable ? GW_FEATURE_BIT(REFERENCE_TYPES)
                        : GW_FEATURE_BIT(FUNCTION_REFERENCES);
    case GW_HEAP_EXN:
    case GW_HEAP_NOEXN:
        return GW_FEATURE_BIT(EXCEPTIONS);
    case GW_HEAP_CONT:
    case GW_HEAP_NOCONT:
        return GW_FEATURE_BIT(STACK_SWITCHING);
    default:
        return gw_heap_is_index(heap) ? GW_FEATURE_BIT(FUNCTION_REFERENCES)
                                      : GW_FEATURE_BIT(GC);
    }
}

uint64_t
gw_gate_type(gw_valtype type)
{
    if (gw_type_is_ref(type))
        return gate_heap(gw_type_heap(type), (type & GW_NULLABLE) != 0);
    return type == GW_TYPE_V128 ? GW_FEATURE_BIT(SIMD) : 0;
}

bool
gw_gate_check(struct gw_reader *reader, uint64_t allowed, uint64_t needed,
              uint64_t *used, const uint8_t *at, const char *phrase)
{
    uint64_t missing = needed & ~allowed;
    if (!missing) {
        *used |= needed;
        return true;
    }
    unsigned feature = 0;
    while (!(missing >> feature & 1))
        feature++;
    const struct gw_feature_info *info = &gw_feature_table[feature];
    return gw_reader_fail(reader, GW_ERR_UNSUPPORTED, at,
                          "%s%sfeature not %s: %s", phrase ? phrase : "",
                          phrase ? ": " : "",
                          info->executable ? "enabled" : "in this build",
                          info->name);
}
