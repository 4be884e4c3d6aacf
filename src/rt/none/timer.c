/* A machine without a clock or threads has no deadlines. */
#include "rt/timer.h"

struct gw_timer {
    struct gw_alloc *alloc;
};

struct gw_timer *
gw_timer_new(struct gw_alloc *alloc)
{
    struct gw_timer *timer = gw_alloc_zero(alloc, 1, sizeof(*timer));
    if (timer)
        timer->alloc = alloc;
    return timer;
}

void
gw_timer_delete(struct gw_timer *timer)
{
    if (timer)
        gw_alloc_free(timer->alloc, timer, sizeof(*timer));
}

enum gw_err
gw_timer_arm(struct gw_timer *timer, struct gw_store *store,
             uint64_t deadline_ns)
{
    (void)timer;
    (void)store;
    (void)deadline_ns;
    return GW_ERR_SYSTEM;
}

void
gw_timer_disarm(struct gw_timer *timer, struct gw_store *store)
{
    (void)timer;
    (void)store;
}
