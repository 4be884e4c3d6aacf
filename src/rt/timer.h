/*
 * Deadlines: one thread per engine, started when a deadline is first armed
 * and stopped with the engine, interrupts stores whose time has come.
 *
 * Thread safe.  The timer's lock is taken before a store's lock, never after.
 */
#ifndef GW_RT_TIMER_H
#define GW_RT_TIMER_H

#include "rt/store.h"

/* NULL when out of memory.  alloc outlives the timer. */
struct gw_timer *gw_timer_new(struct gw_alloc *alloc);
/* No store may be armed. */
void gw_timer_delete(struct gw_timer *timer);

/* Sets store->deadline_ns (monotonic) and waits for it; the store must be
 * disarmed.  GW_ERR_SYSTEM when no thread can be had. */
enum gw_err gw_timer_arm(struct gw_timer *timer, struct gw_store *store,
                         uint64_t deadline_ns);
/* After it returns the timer does not touch the store any more. */
void gw_timer_disarm(struct gw_timer *timer, struct gw_store *store);

#endif
