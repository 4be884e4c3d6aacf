#include "rt/engine.h"

#include "rt/timer.h"
#include "rt/typereg.h"
#include "wasm/limit.h"

#include <assert.h>

/* An engine is the allocator's owner and lies in memory from the same hook;
 * it does not count itself. */
static void
delete_engine(struct gw_engine *engine)
{
    struct gw_alloc own;
    gw_timer_delete(engine->timer);
    gw_typereg_delete(engine->types);
    assert(atomic_load(&engine->alloc.used) == 0);
    gw_alloc_init(&own, engine->alloc.resize, engine->alloc.env, SIZE_MAX);
    atomic_store(&own.used, sizeof(*engine));
    gw_alloc_free(&own, engine, sizeof(*engine));
}

/* Options that stand for rows of limit.def; the rows are what is asked. */
static void
take_limits(struct gw_engine *engine)
{
    const uint64_t *values = engine->config.values;
    uint64_t *limits = engine->decode.limits;
    limits[GW_LIMIT_TABLE_ELEMENTS] = values[GW_OPTION_MAX_TABLE];
    limits[GW_LIMIT_STACK_BYTES] = values[GW_OPTION_MAX_STACK];
    limits[GW_LIMIT_INSTANCES] = values[GW_OPTION_MAX_INSTANCES];
    limits[GW_LIMIT_STORE_BYTES] = values[GW_OPTION_MAX_HOST];
}

struct gw_engine *
gw_engine_new(const struct gw_config *config, const struct gw_tier *tier,
              gw_resize_fn *resize, void *env)
{
    struct gw_alloc own;
    gw_alloc_init(&own, resize, env, SIZE_MAX);
    struct gw_engine *engine = gw_alloc_zero(&own, 1, sizeof(*engine));
    if (!engine)
        return NULL;
    gw_alloc_init(&engine->alloc, resize, env, SIZE_MAX);
    atomic_init(&engine->refs, 1);
    engine->config = *config;
    engine->tier = tier;
    gw_decode_options_init(&engine->decode);
    if (config->values[GW_OPTION_FEATURES] != UINT64_MAX)
        engine->decode.features = config->values[GW_OPTION_FEATURES];
    engine->decode.jobs = (uint32_t)config->values[GW_OPTION_JOBS];
    take_limits(engine);
    engine->types = gw_typereg_new(&engine->alloc, engine->decode.limits);
    engine->timer = gw_timer_new(&engine->alloc);
    if (!engine->types || !engine->timer) {
        delete_engine(engine);
        return NULL;
    }
    return engine;
}

struct gw_engine *
gw_engine_ref(struct gw_engine *engine)
{
    atomic_fetch_add_explicit(&engine->refs, 1, memory_order_relaxed);
    return engine;
}

void
gw_engine_unref(struct gw_engine *engine)
{
    if (engine && atomic_fetch_sub(&engine->refs, 1) == 1)
        delete_engine(engine);
}
