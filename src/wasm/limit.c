#include "wasm/limit.h"

const struct gw_limit_info gw_limit_table[GW_LIMIT_COUNT] = {
#define LIMIT(ident, text, standard_value, maximum_value, past) \
    [GW_LIMIT_##ident] = { .name = text,                        \
                           .standard = standard_value,          \
                           .maximum = maximum_value },
#include "wasm/limit.def"
#undef LIMIT
};
