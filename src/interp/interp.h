/*
 * The interpreter: the tier that runs everywhere.
 *
 * Functions are translated to register code when they are first called
 * (code.h, translate.h) and run by one of three drivers over the same
 * handlers (body.inc).  Guest calls do not recurse in C.
 */
#ifndef GW_INTERP_INTERP_H
#define GW_INTERP_INTERP_H

#include "rt/tier.h"

extern const struct gw_tier gw_interp_tier;

/* Is there a driver GW_DRIVER_* in this build?  One that is not there is
 * replaced by the best that is. */
bool gw_interp_has_driver(uint64_t driver);

/*
 * Reads the frames between the newest host boundary and the guest's newest
 * frame, which stands at a safepoint or in a call of the host.  Appends to
 * frames; GW_ERR_NOMEM on failure.
 */
enum gw_err gw_interp_read_frames(struct gw_exec *exec,
                                  struct gw_frames *frames);

/*
 * Puts frames in the place of those.  The newest must stand at a loop or a
 * function's beginning.  GW_ERR_ARGUMENT when they do not fit their functions
 * or the stack, GW_ERR_NOMEM; the run must then end with a trap.
 */
enum gw_err gw_interp_enter_frames(struct gw_exec *exec,
                                   const struct gw_frames *frames);

#endif
