/* Limits of a running store: godwit/run.h. */
#include "capi/error.h"
#include "capi/store.h"

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
