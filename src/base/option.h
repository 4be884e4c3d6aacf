/*
 * Options of an engine, one row each in option.def.
 *
 * A plain array of numbers: copied by value, checked against the row's
 * bounds when set.  An engine takes a copy; nothing changes behind its back.
 */
#ifndef GW_BASE_OPTION_H
#define GW_BASE_OPTION_H

#include "base/err.h"

#include <stdint.h>

enum gw_option {
#define OPTION(ident, name, standard, min, max, argument, help) \
    GW_OPTION_##ident,
#include "base/option.def"
#undef OPTION
    GW_OPTION_COUNT
};

enum { GW_MEMORY_GUARDED, GW_MEMORY_PACKED };
enum { GW_TIER_AUTO, GW_TIER_INTERP, GW_TIER_AOT };
enum { GW_DRIVER_AUTO, GW_DRIVER_SWITCH, GW_DRIVER_GOTO, GW_DRIVER_TAIL };

struct gw_option_info {
    const char *name, *argument;
    uint64_t standard, min, max;
};

struct gw_config {
    uint64_t values[GW_OPTION_COUNT];
};

extern const struct gw_option_info gw_option_table[GW_OPTION_COUNT];

void gw_config_init(struct gw_config *config);
/* GW_ERR_ARGUMENT when value is outside the row's bounds. */
enum gw_err gw_config_set(struct gw_config *config, enum gw_option option,
                          uint64_t value);

#endif
