/*
 * The registry behind gw_typereg_intern (rt/engine.h), made and freed with
 * its engine.
 */
#ifndef GW_RT_TYPEREG_H
#define GW_RT_TYPEREG_H

#include "rt/engine.h"

/* NULL when out of memory.  alloc and limits (GW_LIMIT_*) outlive the
 * registry. */
struct gw_typereg *gw_typereg_new(struct gw_alloc *alloc,
                                  const uint64_t *limits);
void gw_typereg_delete(struct gw_typereg *reg);

/* As gw_typereg_def, for who has the registry only. */
const struct gw_typedef *gw_typereg_find(const struct gw_typereg *reg,
                                         uint32_t id);

#endif
