/*
 * What a guest has open at the start: preopens of all kinds.
 */
#ifndef GW_WASI_PREOPEN_H
#define GW_WASI_PREOPEN_H

#include "wasi/guest.h"

/* Opens the preopens, from the next free descriptor up; GW_ERR_IO (which,
 * why), _ARGUMENT, _LIMIT, _NOMEM and what gw_image_load reports. */
enum gw_err gw_wasi_add_preopens(struct gw_wasi *wasi,
                                 const struct gw_wasi_config *config,
                                 struct gw_diag *diag);
/* When no file of theirs is open any more. */
void gw_wasi_drop_trees(struct gw_wasi *wasi);

/* Of wasi.c: strings behind one another, within the limit; and one entry more
 * in the table. */
enum gw_err gw_wasi_copy_strings(struct gw_wasi *wasi,
                                 const char *const *strings, size_t count,
                                 const char *what, struct gw_diag *diag,
                                 struct gw_wasi_strings *out);
enum gw_err gw_wasi_add_fd(struct gw_wasi *wasi, const struct gw_fd *entry,
                           const char *what, struct gw_diag *diag);

#endif
