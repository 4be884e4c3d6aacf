/*
 * Element and data segments during instantiation, spec 4.5.4.
 */
#ifndef GW_RT_SEGMENT_H
#define GW_RT_SEGMENT_H

#include "rt/instance.h"

/* Evaluates passive element segments and lists passive data segments.  Active
 * and declared ones count as dropped from the start: no operator can see them
 * before they would be. */
enum gw_err gw_segments_make(struct gw_instance *instance,
                             struct gw_diag *diag);

/* Copies the active segments, elements first, in order.  *trap tells whether
 * one was out of bounds; the ones before it have been copied then. */
enum gw_err gw_segments_copy(struct gw_instance *instance, struct gw_diag *diag,
                             enum gw_trap *trap);

#endif
