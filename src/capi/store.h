/*
 * Configuration, engine and store as the C API has them.
 */
#ifndef GW_CAPI_STORE_H
#define GW_CAPI_STORE_H

#include "rt/store.h"

#include "godwit.h"

struct wasm_config_t {
    struct gw_config config;
    bool inspect; /* modules are looked at only */
    godwit_progress_fn *progress;
    void *progress_env;
};

struct wasm_engine_t {
    struct gw_engine *engine;
};

struct wasm_store_t {
    struct gw_store *store;
    godwit_sampler_t *sampler; /* NULL: none */
    void *sampler_env;
};

#endif
