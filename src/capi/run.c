/* Limits of a running store: godwit/run.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/store.h"
#include "capi/type.h"
#include "rt/tier.h"

/* ---- quotas ---- */

godwit_error_t *
godwit_store_set_quota(wasm_store_t *store, enum godwit_option option,
                       uint64_t value)
{
    if (gw_store_set_quota(store->store, (enum gw_option)option, value) ==
        GW_OK)
        return NULL;
    const struct godwit_option_info *info = godwit_option_describe(option);
    return gw_error_make(GW_ERR_ARGUMENT,
                         "%s is no quota of stores, or cannot be %llu",
                         info ? info->name : "the option",
                         (unsigned long long)value);
}

uint64_t
godwit_store_usage(const wasm_store_t *store, enum godwit_option option)
{
    struct gw_store *inside = store->store;
    switch (option) {
    case GODWIT_OPTION_MAX_MEMORY:
        return inside->memory_bytes;
    case GODWIT_OPTION_MAX_INSTANCES:
        return inside->instance_count;
    case GODWIT_OPTION_MAX_HOST:
        return atomic_load(&inside->alloc.used);
    case GODWIT_OPTION_MAX_HEAP:
        return gw_heap_stats(inside).held_bytes;
    default:
        return 0;
    }
}

static bool
ask(void *env, enum gw_extern kind, uint64_t size, uint64_t wish)
{
    const struct gw_capi_store *mine = env;
    return mine->limiter(mine->limiter_env, gw_capi_externkind(kind), size,
                         wish);
}

void
godwit_store_set_limiter(wasm_store_t *store, godwit_limiter_t *limiter,
                         void *env)
{
    struct gw_capi_store *mine = gw_capi_store(store->store);
    mine->limiter = limiter;
    mine->limiter_env = env;
    store->store->limiter = limiter ? ask : NULL;
    store->store->limiter_env = mine;
}

/* ---- fuel, time ---- */

void
godwit_store_set_fuel(wasm_store_t *store, uint64_t fuel)
{
    gw_store_set_fuel(store->store, fuel);
}

uint64_t
godwit_store_fuel(const wasm_store_t *store)
{
    return gw_store_fuel(store->store);
}

godwit_error_t *
godwit_store_set_timeout(wasm_store_t *store, uint64_t timeout_ns)
{
    uint64_t now_ns, deadline_ns = UINT64_MAX;
    if (!gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now_ns))
        return gw_error_make(GW_ERR_SYSTEM, "there is no monotonic clock");
    if (timeout_ns < UINT64_MAX - now_ns)
        deadline_ns = now_ns + timeout_ns;
    enum gw_err err = gw_store_set_deadline(store->store, deadline_ns);
    return err ? gw_error_make(err, "cannot set a deadline") : NULL;
}

void
godwit_store_interrupt(wasm_store_t *store)
{
    gw_store_interrupt(store->store, GW_REASON_INTERRUPT);
}

void
godwit_store_resume(wasm_store_t *store)
{
    gw_store_clear_interrupt(store->store);
}

/* ---- sampling ---- */

struct sample {
    struct godwit_frame frames[GODWIT_SAMPLE_MAX];
    size_t count;
};

static bool
add_frame(void *env, const struct gw_trace_frame *at)
{
    struct sample *sample = env;
    if (sample->count == GODWIT_SAMPLE_MAX)
        return false;
    sample->frames[sample->count++] = gw_capi_frame(at);
    return true;
}

static void
take_sample(void *env, struct gw_exec *exec)
{
    const wasm_store_t *store = env;
    struct sample sample = { .count = 0 };
    exec->store->engine->tier->walk(exec, 1, add_frame, &sample);
    store->sampler(store->sampler_env, sample.frames, sample.count);
}

void
godwit_store_set_sampler(wasm_store_t *store, godwit_sampler_t *sampler,
                         void *env)
{
    store->sampler = sampler;
    store->sampler_env = env;
    store->store->sampler = sampler ? take_sample : NULL;
    store->store->sampler_env = store;
}

struct teller {
    godwit_counts_t *visit;
    void *env;
};

static void
tell_count(void *env, const struct gw_count *from)
{
    const struct teller *teller = env;
    struct godwit_count count = { .func = from->func, .count = from->count };
    memcpy(count.names, from->names, sizeof count.names);
    count.is_func = from->module != NULL;
    if (from->module) {
        struct gw_span name = gw_module_func_name(from->module, from->func);
        count.func_name.data = (const char *)name.data;
        count.func_name.size = name.size;
    }
    teller->visit(teller->env, &count);
}

godwit_error_t *
godwit_store_count(wasm_store_t *store)
{
    struct gw_exec *exec = &store->store->exec;
    if (exec->counts)
        return NULL;
    enum gw_err err = store->store->engine->tier->count(exec);
    return err == GW_OK
               ? NULL
               : gw_error_make(err, "cannot count: %s",
                               err == GW_ERR_UNSUPPORTED
                                   ? "only the driver named switch does"
                                   : gw_err_text(err));
}

godwit_error_t *
godwit_store_counts(wasm_store_t *store, godwit_counts_t *visit, void *env)
{
    struct teller teller = { visit, env };
    struct gw_exec *exec = &store->store->exec;
    enum gw_err err = store->store->engine->tier->counts(exec, tell_count,
                                                         &teller);
    return err == GW_OK ? NULL
                        : gw_error_make(err, "the counts are not whole: %s",
                                        gw_err_text(err));
}

void
godwit_store_sample(wasm_store_t *store)
{
    gw_store_sample(store->store);
}
