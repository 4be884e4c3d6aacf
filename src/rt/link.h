/*
 * Linking: do the given values fit a program's imports?  Spec 3.5, external
 * matching, and 4.5.4.
 */
#ifndef GW_RT_LINK_H
#define GW_RT_LINK_H

#include "rt/store.h"

/* Checks one value for each import.  A value without an object (a NULL
 * pointer in it) or a missing one is an unknown import.  GW_ERR_UNLINKABLE;
 * GW_ERR_ARGUMENT when a value belongs to another store or there are more
 * values than imports. */
enum gw_err gw_link_check(const struct gw_store *store,
                          const struct gw_program *program,
                          const struct gw_externval *imports, uint32_t count,
                          struct gw_diag *diag);

#endif
