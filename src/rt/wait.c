#include "rt/wait.h"

#include "rt/atomic.h"
#include "rt/sharedmem.h"

/*
 * [DOC] Waiting.
 *
 * A shared memory has a few queues; an address belongs to one of them.  The
 * value at the address is compared, and the waiter added, under the queue's
 * lock, which notifying takes too: a thread that changes the value and then
 * notifies either comes first, and the comparison fails, or finds the waiter.
 *
 * The waiter lies on the waiting thread's stack.  Who wakes it takes it off
 * the queue, says so in it and signals its condition, all under the lock, so
 * it is not touched any more once its thread has seen that it was woken.
 *
 * No one knows which condition a store's thread waits for, so interruption
 * cannot signal it; the thread looks by itself after every slice of time.
 */

enum { SLICE_NS = 25000000 };

struct gw_waiter {
    struct gw_waiter *previous, *next;
    uint64_t address;
    struct gw_os_cond wake;
    bool woken; /* and no longer in the queue */
};

/* ---- queues ---- */

static void
add_waiter(struct gw_wait_queue *queue, struct gw_waiter *waiter)
{
    waiter->previous = queue->last;
    waiter->next = NULL;
    *(queue->last ? &queue->last->next : &queue->first) = waiter;
    queue->last = waiter;
}

static void
remove_waiter(struct gw_wait_queue *queue, struct gw_waiter *waiter)
{
    struct gw_waiter *previous = waiter->previous, *next = waiter->next;
    *(previous ? &previous->next : &queue->first) = next;
    *(next ? &next->previous : &queue->last) = previous;
}

/* ---- time ---- */

/* Without a clock all time has passed: waiting that ends too early is better
 * than waiting that never does. */
static uint64_t
time_now(void)
{
    uint64_t now_ns;
    if (!gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now_ns))
        now_ns = UINT64_MAX - 1;
    return now_ns;
}

/* UINT64_MAX: never. */
static uint64_t
time_after(int64_t timeout_ns)
{
    uint64_t now_ns = time_now();
    if (timeout_ns < 0 || (uint64_t)timeout_ns >= UINT64_MAX - now_ns)
        return UINT64_MAX;
    return now_ns + (uint64_t)timeout_ns;
}

/* ---- waiting ---- */

/* Any instance of the store does for asking why; a store without one cannot
 * run guest code. */
static enum gw_trap
poll(struct gw_exec *exec)
{
    struct gw_instance *instance = exec->store->instances;
    return instance ? gw_exec_poll(exec, instance) : GW_TRAP_NONE;
}

/* Sleeps until woken, timed out or trapped; the lock is held, the waiter in
 * the queue, and afterwards it is not.  Who was woken says so even when a
 * trap is due, which then comes at the next safepoint: otherwise the one
 * wake-up could be lost that another thread hopes for. */
static enum gw_trap
sleep_in(struct gw_wait_queue *queue, struct gw_waiter *waiter,
         struct gw_exec *exec, uint64_t until_ns, uint32_t *out)
{
    enum gw_trap trap = GW_TRAP_NONE;
    while (!waiter->woken && trap == GW_TRAP_NONE) {
        uint64_t now_ns = time_now();
        if (now_ns >= until_ns)
            break;
        uint64_t slice_ns = until_ns - now_ns;
        if (slice_ns > SLICE_NS)
            slice_ns = SLICE_NS;
        gw_os_cond_wait(&waiter->wake, &queue->lock, now_ns + slice_ns);
        trap = poll(exec);
    }
    if (!waiter->woken)
        remove_waiter(queue, waiter);
    if (!waiter->woken && trap != GW_TRAP_NONE)
        return trap;
    *out = waiter->woken ? GW_WAIT_WOKEN : GW_WAIT_TIMED_OUT;
    return GW_TRAP_NONE;
}

static bool
holds(const uint8_t *p, uint64_t expected, size_t size)
{
    return size == 4 ? gw_atomic_load_u32(p) == expected
                     : gw_atomic_load_u64(p) == expected;
}

static enum gw_trap
check(const struct gw_meminst *memory, uint64_t address, size_t size)
{
    if (address % size != 0)
        return GW_TRAP_UNALIGNED_ATOMIC;
    if (!gw_meminst_has(memory, address, size))
        return GW_TRAP_MEMORY_OUT_OF_BOUNDS;
    return GW_TRAP_NONE;
}

/* The access at which to wait. */
struct access {
    struct gw_meminst *memory;
    uint64_t address, expected;
    size_t size;
};

static enum gw_trap
wait_at(struct gw_exec *exec, const struct access *at, int64_t timeout_ns,
        uint32_t *out)
{
    enum gw_trap trap = check(at->memory, at->address, at->size);
    if (trap == GW_TRAP_NONE && !at->memory->shared)
        trap = GW_TRAP_NOT_SHARED;
    if (trap == GW_TRAP_NONE)
        trap = poll(exec);
    if (trap != GW_TRAP_NONE)
        return trap;
    struct gw_wait_queue *queue = gw_sharedmem_queue(at->memory->shared,
                                                     at->address);
    uint64_t until_ns = time_after(timeout_ns);
    struct gw_waiter waiter = { .address = at->address };
    gw_os_cond_init(&waiter.wake);
    gw_os_mutex_lock(&queue->lock);
    if (holds(at->memory->base + at->address, at->expected, at->size)) {
        add_waiter(queue, &waiter);
        trap = sleep_in(queue, &waiter, exec, until_ns, out);
    } else {
        *out = GW_WAIT_NOT_EQUAL;
    }
    gw_os_mutex_unlock(&queue->lock);
    gw_os_cond_fini(&waiter.wake);
    return trap;
}

enum gw_trap
gw_atomic_wait32(struct gw_exec *exec, struct gw_meminst *memory,
                 uint64_t address, uint32_t expected, int64_t timeout_ns,
                 uint32_t *out)
{
    struct access at = { memory, address, expected, 4 };
    return wait_at(exec, &at, timeout_ns, out);
}

enum gw_trap
gw_atomic_wait64(struct gw_exec *exec, struct gw_meminst *memory,
                 uint64_t address, uint64_t expected, int64_t timeout_ns,
                 uint32_t *out)
{
    struct access at = { memory, address, expected, 8 };
    return wait_at(exec, &at, timeout_ns, out);
}

/* ---- waking ---- */

static uint32_t
wake(struct gw_wait_queue *queue, uint64_t address, uint32_t count)
{
    uint32_t woken = 0;
    struct gw_waiter *next;
    for (struct gw_waiter *w = queue->first; w && woken < count; w = next) {
        next = w->next;
        if (w->address != address)
            continue;
        remove_waiter(queue, w);
        w->woken = true;
        gw_os_cond_signal(&w->wake);
        woken++;
    }
    return woken;
}

enum gw_trap
gw_atomic_notify(struct gw_meminst *memory, uint64_t address, uint32_t count,
                 uint32_t *out)
{
    enum gw_trap trap = check(memory, address, 4);
    if (trap != GW_TRAP_NONE)
        return trap;
    *out = 0;
    if (!memory->shared)
        return GW_TRAP_NONE;
    struct gw_wait_queue *queue = gw_sharedmem_queue(memory->shared, address);
    gw_os_mutex_lock(&queue->lock);
    *out = wake(queue, address, count);
    gw_os_mutex_unlock(&queue->lock);
    return GW_TRAP_NONE;
}
