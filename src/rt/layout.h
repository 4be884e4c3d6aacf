/*
 * Layouts of structs and arrays (struct gw_layout of rt/heap.h), computed by
 * the type registry when it numbers a type.
 */
#ifndef GW_RT_LAYOUT_H
#define GW_RT_LAYOUT_H

#include "base/arena.h"
#include "rt/heap.h"
#include "rt/typereg.h"

/* The layout of a struct or array type of the registry, whose group has been
 * numbered.  It lives in the arena; NULL when out of memory. */
const struct gw_layout *gw_layout_new(const struct gw_typereg *reg,
                                      struct gw_arena *arena,
                                      const struct gw_typedef *def);

#endif
