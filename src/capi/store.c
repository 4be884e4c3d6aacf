#include "capi/store.h"
#include "aot/aot.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "interp/interp.h"

/* ---- configuration ---- */

wasm_config_t *
wasm_config_new(void)
{
    wasm_config_t *config = gw_heap_get(1, sizeof(*config));
    if (config)
        gw_config_init(&config->config);
    return config;
}

void
wasm_config_delete(wasm_config_t *config)
{
    gw_heap_free(config);
}

/* ---- engine ---- */

static wasm_engine_t *
new_engine(const wasm_config_t *config)
{
    wasm_engine_t *engine = gw_heap_get(1, sizeof(*engine));
    if (!engine)
        return NULL;
    engine->engine = gw_engine_new(&config->config, &gw_interp_tier, NULL,
                                   NULL);
    if (!engine->engine) {
        gw_heap_free(engine);
        return NULL;
    }
    engine->engine->decode.validate_only = config->inspect;
    engine->engine->decode.progress = config->progress;
    engine->engine->decode.progress_env = config->progress_env;
    if (!config->inspect)
        engine->engine->compiler = &gw_aot_compiler;
    return engine;
}

/* The standard interface cannot raise limits, and its programs expect as many
 * instances as memory allows. */
wasm_engine_t *
wasm_engine_new(void)
{
    wasm_config_t config = { .inspect = false };
    gw_config_init(&config.config);
    config.config.values[GW_OPTION_MAX_INSTANCES] = UINT32_MAX;
    return new_engine(&config);
}

wasm_engine_t *
wasm_engine_new_with_config(wasm_config_t *config)
{
    if (!config)
        return NULL;
    wasm_engine_t *engine = new_engine(config);
    wasm_config_delete(config);
    return engine;
}

void
wasm_engine_delete(wasm_engine_t *engine)
{
    if (!engine)
        return;
    gw_engine_unref(engine->engine);
    gw_heap_free(engine);
}

bool
gw_capi_may_run(const struct gw_engine *engine)
{
    return !engine->decode.validate_only;
}

/* ---- store ---- */

wasm_store_t *
wasm_store_new(wasm_engine_t *engine)
{
    wasm_store_t *store = gw_heap_get(1, sizeof(*store));
    if (!store)
        return NULL;
    *store = (struct wasm_store_t){ .store = gw_store_new(engine->engine) };
    if (store->store && gw_capi_store_init(store->store))
        return store;
    gw_store_unref(store->store);
    gw_heap_free(store);
    return NULL;
}

void
wasm_store_delete(wasm_store_t *store)
{
    if (!store)
        return;
    gw_store_unref(store->store);
    gw_heap_free(store);
}

const char *
godwit_version(void)
{
    return GODWIT_VERSION;
}
