#include "rt/store.h"

#include "rt/heap_block.h"
#include "rt/owned.h"
#include "rt/stack.h"
#include "rt/tier.h"
#include "rt/timer.h"
#include "wasm/limit.h"

#include <assert.h>

/* ---- the guest stack ---- */

/* Nothing is committed by the system before it is touched, so a deep stack
 * costs a shallow guest nothing. */
static bool
make_stack(struct gw_store *store)
{
    struct gw_exec *exec = &store->exec;
    uint64_t asked = store->engine->decode.limits[GW_LIMIT_STACK_BYTES];
    size_t page = gw_os_page_size();
    if (asked > PTRDIFF_MAX - 4 * (uint64_t)page)
        return false;
    size_t size = ((size_t)asked + page - 1) / page * page;
    uint8_t *start = gw_os_reserve(size + 2 * page);
    if (!start)
        return false;
    if (!gw_os_commit(start + page, size)) {
        gw_os_release(start, size + 2 * page);
        return false;
    }
    exec->stack_base = (union gw_slot *)(void *)(start + page);
    exec->stack_end = (union gw_slot *)(void *)(start + page + size);
    exec->slot_top = exec->stack_base;
    exec->frame_top = exec->stack_end;
    return true;
}

static void
release_stack(struct gw_exec *exec)
{
    if (!exec->stack_base)
        return;
    size_t page = gw_os_page_size();
    uint8_t *start = (uint8_t *)exec->stack_base - page;
    size_t size = (size_t)((uint8_t *)exec->stack_end - start);
    gw_os_release(start, size + page);
}

/* ---- making and freeing ---- */

static void
delete_store(struct gw_store *store)
{
    struct gw_engine *engine = store->engine;
    if (store->fini)
        store->fini(store->user);
    gw_timer_disarm(engine->timer, store);
    gw_heap_delete(store, store->heap);
    gw_stack_drop_all(store);
    if (store->exec.counts)
        engine->tier->free_counts(&store->exec);
    gw_owned_drop(store, NULL);
    release_stack(&store->exec);
    gw_os_mutex_fini(&store->lock);
    assert(!store->instances && store->memory_bytes == 0);
    assert(atomic_load(&store->alloc.used) == 0);
    gw_alloc_free(&engine->alloc, store, sizeof(*store));
    gw_engine_unref(engine);
}

static void
init_exec(struct gw_store *store)
{
    const uint64_t *values = store->engine->config.values;
    store->exec.store = store;
    gw_store_set_fuel(store, values[GW_OPTION_FUEL]);
    bool moving = values[GW_OPTION_SAFEPOINT_TEST] != 0;
    atomic_init(&store->reasons, moving ? GW_REASON_SAFEPOINT_TEST : 0);
}

/* The address must be a pointer like any other, but no byte behind it may be
 * touched: the guard page below the guest stack serves. */
static void
init_no_memory(struct gw_store *store)
{
    uint8_t *base = (uint8_t *)store->exec.stack_base;
    store->no_memory = (struct gw_meminst){
        .base = base - gw_os_page_size(),
        .type.page_log2 = 16,
        .store = store,
    };
}

static bool
arm_timeout(struct gw_store *store)
{
    uint64_t timeout_ns = store->engine->config.values[GW_OPTION_TIMEOUT];
    uint64_t now_ns;
    if (timeout_ns == UINT64_MAX)
        return true;
    if (!gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now_ns))
        return false;
    if (timeout_ns >= UINT64_MAX - now_ns)
        return true;
    return gw_store_set_deadline(store, now_ns + timeout_ns) == GW_OK;
}

static size_t
to_size(uint64_t limit)
{
    return limit < SIZE_MAX ? (size_t)limit : SIZE_MAX;
}

struct gw_store *
gw_store_new(struct gw_engine *engine)
{
    struct gw_store *store = gw_alloc_zero(&engine->alloc, 1, sizeof(*store));
    if (!store)
        return NULL;
    store->config = engine->config;
    gw_alloc_init(&store->alloc, engine->alloc.resize, engine->alloc.env,
                  to_size(store->config.values[GW_OPTION_MAX_HOST]));
    store->engine = gw_engine_ref(engine);
    store->deadline_ns = UINT64_MAX;
    atomic_init(&store->refs, 1);
    gw_os_mutex_init(&store->lock);
    init_exec(store);
    store->heap = gw_heap_new(store);
    if (!store->heap || !make_stack(store) || !arm_timeout(store)) {
        delete_store(store);
        return NULL;
    }
    init_no_memory(store);
    return store;
}

struct gw_store *
gw_store_ref(struct gw_store *store)
{
    atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
    return store;
}

void
gw_store_unref(struct gw_store *store)
{
    if (store && atomic_fetch_sub(&store->refs, 1) == 1)
        delete_store(store);
}

/* ---- quotas ---- */

enum gw_err
gw_store_set_quota(struct gw_store *store, enum gw_option option,
                   uint64_t value)
{
    switch (option) {
    case GW_OPTION_MAX_MEMORY:
    case GW_OPTION_MAX_TABLE:
    case GW_OPTION_MAX_INSTANCES:
    case GW_OPTION_MAX_HOST:
    case GW_OPTION_MAX_HEAP:
        break;
    default:
        return GW_ERR_ARGUMENT;
    }
    enum gw_err err = gw_config_set(&store->config, option, value);
    const uint64_t *values = store->config.values;
    store->alloc.limit = to_size(values[GW_OPTION_MAX_HOST]);
    store->heap->alloc.limit = to_size(values[GW_OPTION_MAX_HEAP]);
    return err;
}

/* ---- fuel ---- */

void
gw_store_set_fuel(struct gw_store *store, uint64_t fuel)
{
    store->exec.fuel = fuel < INT64_MAX ? (int64_t)fuel : INT64_MAX;
}

uint64_t
gw_store_fuel(const struct gw_store *store)
{
    return store->exec.fuel > 0 ? (uint64_t)store->exec.fuel : 0;
}

/* ---- interruption ---- */

/* Reasons and poll words change together, under the lock: a poll word is set
 * exactly when there is a reason. */
static void
change_reasons(struct gw_store *store, uint32_t clear, uint32_t set)
{
    gw_os_mutex_lock(&store->lock);
    uint32_t reasons = atomic_load(&store->reasons);
    reasons = (reasons & ~clear) | set;
    atomic_store(&store->reasons, reasons);
    for (struct gw_instance *i = store->instances; i; i = i->next)
        atomic_store(&i->ctx.poll, reasons != 0);
    gw_os_mutex_unlock(&store->lock);
}

void
gw_store_interrupt(struct gw_store *store, uint32_t reason)
{
    change_reasons(store, 0, reason);
}

void
gw_store_clear_interrupt(struct gw_store *store)
{
    change_reasons(store, GW_REASON_INTERRUPT | GW_REASON_DEADLINE, 0);
}

void
gw_store_sample(struct gw_store *store)
{
    change_reasons(store, 0, GW_REASON_SAMPLE);
}

void
gw_store_end(struct gw_store *store, const struct gw_store_end *end)
{
    gw_os_mutex_lock(&store->lock);
    if (store->end.trap == GW_TRAP_NONE)
        store->end = *end;
    gw_os_mutex_unlock(&store->lock);
    change_reasons(store, 0, GW_REASON_END);
}

static enum gw_trap
ended(struct gw_exec *exec)
{
    struct gw_store *store = exec->store;
    gw_os_mutex_lock(&store->lock);
    struct gw_store_end end = store->end;
    gw_os_mutex_unlock(&store->lock);
    if (end.trap == GW_TRAP_EXIT)
        return gw_exec_exit(exec, end.exit_code);
    return gw_exec_trap(exec, end.trap, "%s", end.text);
}

enum gw_err
gw_store_set_deadline(struct gw_store *store, uint64_t deadline_ns)
{
    struct gw_timer *timer = store->engine->timer;
    gw_timer_disarm(timer, store);
    if (atomic_load(&store->reasons) & GW_REASON_DEADLINE)
        change_reasons(store, GW_REASON_DEADLINE, 0);
    if (deadline_ns == UINT64_MAX)
        return GW_OK;
    return gw_timer_arm(timer, store, deadline_ns);
}

static void
sample(struct gw_exec *exec)
{
    struct gw_store *store = exec->store;
    change_reasons(store, GW_REASON_SAMPLE, 0);
    if (store->sampler)
        store->sampler(store->sampler_env, exec);
}

enum gw_trap
gw_exec_poll(struct gw_exec *exec, struct gw_instance *instance)
{
    uint32_t reasons = atomic_load(&exec->store->reasons);
    assert(instance->store == exec->store);
    (void)instance;
    if (reasons & GW_REASON_END)
        return ended(exec);
    if (reasons & GW_REASON_INTERRUPT)
        return GW_TRAP_INTERRUPTED;
    if (reasons & GW_REASON_DEADLINE)
        return GW_TRAP_DEADLINE;
    if (reasons & GW_REASON_SAMPLE)
        sample(exec);
    return GW_TRAP_NONE;
}
