/*
 * Error codes.
 *
 * Functions that can fail return one of these; the details (where, why) go
 * to the caller's struct gw_diag.  The list is err.def.
 */
#ifndef GW_BASE_ERR_H
#define GW_BASE_ERR_H

enum gw_err {
#define ERR(ident, text) GW_ERR_##ident,
#include "base/err.def"
#undef ERR
    GW_ERR_COUNT
};

#define GW_OK GW_ERR_OK

/* Returns the fixed English text of err; never NULL. */
const char *gw_err_text(enum gw_err err);

#endif
