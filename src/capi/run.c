/* Limits of a running store: godwit/run.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/store.h"
#include "capi/type.h"

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
