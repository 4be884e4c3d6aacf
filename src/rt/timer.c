#include "rt/timer.h"

#include <assert.h>

struct gw_timer {
    struct gw_alloc *alloc;
    struct gw_os_mutex lock; /* guards all below and the list's links */
    struct gw_os_cond changed;
    struct gw_os_thread thread;
    struct gw_store *armed;
    uint64_t wake_ns; /* when the thread will look again */
    bool started, stop;
};

struct gw_timer *
gw_timer_new(struct gw_alloc *alloc)
{
    struct gw_timer *timer = gw_alloc_zero(alloc, 1, sizeof(*timer));
    if (!timer)
        return NULL;
    timer->alloc = alloc;
    timer->wake_ns = UINT64_MAX;
    gw_os_mutex_init(&timer->lock);
    gw_os_cond_init(&timer->changed);
    return timer;
}

void
gw_timer_delete(struct gw_timer *timer)
{
    if (!timer)
        return;
    gw_os_mutex_lock(&timer->lock);
    assert(!timer->armed);
    timer->stop = true;
    gw_os_cond_signal(&timer->changed);
    bool started = timer->started;
    gw_os_mutex_unlock(&timer->lock);
    if (started)
        gw_os_thread_join(&timer->thread);
    gw_os_cond_fini(&timer->changed);
    gw_os_mutex_fini(&timer->lock);
    gw_alloc_free(timer->alloc, timer, sizeof(*timer));
}

/* Interrupts the stores whose time has come and takes them off the list;
 * returns the earliest deadline of the others. */
static uint64_t
fire(struct gw_timer *timer, uint64_t now_ns)
{
    uint64_t earliest = UINT64_MAX;
    struct gw_store **link = &timer->armed;
    while (*link) {
        struct gw_store *store = *link;
        if (store->deadline_ns <= now_ns) {
            *link = store->timer_next;
            store->timer_armed = false;
            gw_store_interrupt(store, GW_REASON_DEADLINE);
            continue;
        }
        if (store->deadline_ns < earliest)
            earliest = store->deadline_ns;
        link = &store->timer_next;
    }
    return earliest;
}

static void
run(void *env)
{
    struct gw_timer *timer = env;
    gw_os_mutex_lock(&timer->lock);
    while (!timer->stop) {
        /* Without a clock every deadline has passed: a guest that stops too
         * early is better than one that never does. */
        uint64_t now_ns;
        if (!gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now_ns))
            now_ns = UINT64_MAX;
        timer->wake_ns = fire(timer, now_ns);
        gw_os_cond_wait(&timer->changed, &timer->lock, timer->wake_ns);
    }
    gw_os_mutex_unlock(&timer->lock);
}

enum gw_err
gw_timer_arm(struct gw_timer *timer, struct gw_store *store,
             uint64_t deadline_ns)
{
    gw_os_mutex_lock(&timer->lock);
    assert(!store->timer_armed);
    if (!timer->started)
        timer->started = gw_os_thread_start(&timer->thread, run, timer, 0);
    bool started = timer->started;
    if (started) {
        store->deadline_ns = deadline_ns;
        store->timer_next = timer->armed;
        store->timer_armed = true;
        timer->armed = store;
        if (deadline_ns < timer->wake_ns)
            gw_os_cond_signal(&timer->changed);
    }
    gw_os_mutex_unlock(&timer->lock);
    return started ? GW_OK : GW_ERR_SYSTEM;
}

void
gw_timer_disarm(struct gw_timer *timer, struct gw_store *store)
{
    gw_os_mutex_lock(&timer->lock);
    if (store->timer_armed) {
        struct gw_store **link = &timer->armed;
        while (*link != store)
            link = &(*link)->timer_next;
        *link = store->timer_next;
        store->timer_armed = false;
    }
    store->deadline_ns = UINT64_MAX;
    gw_os_mutex_unlock(&timer->lock);
}
