/*
 * Limits: every bound the engine sets, one row each in limit.def.
 */
#ifndef GW_WASM_LIMIT_H
#define GW_WASM_LIMIT_H

#include <stdint.h>

enum gw_limit {
#define LIMIT(ident, name, standard, maximum, effect) GW_LIMIT_##ident,
#include "wasm/limit.def"
#undef LIMIT
    GW_LIMIT_COUNT
};

struct gw_limit_info {
    const char *name;
    uint64_t standard, maximum;
};

extern const struct gw_limit_info gw_limit_table[GW_LIMIT_COUNT];

#endif
