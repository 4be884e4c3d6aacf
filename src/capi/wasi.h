/*
 * A WASI configuration as it is put together: copies of what it was told.
 */
#ifndef GW_CAPI_WASI_H
#define GW_CAPI_WASI_H

#include "wasi/wasi.h"

#include "godwit/wasi.h"

struct gw_strings {
    char **data;
    size_t count;
};

struct godwit_wasi_config_t {
    struct gw_wasi_config inside; /* its lists are filled in at the end */
    struct gw_strings args, env, paths;
    struct gw_wasi_preopen *preopens; /* strings in paths */
    size_t preopen_count;
};

/* What the configuration grants, made real. */
enum gw_err gw_capi_wasi_new(const godwit_wasi_config_t *config,
                             struct gw_alloc *alloc, struct gw_diag *diag,
                             struct gw_wasi **out);

#endif
