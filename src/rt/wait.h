/*
 * Waiting at an address of a shared memory, and waking who waits there: the
 * operators memory.atomic.wait32, .wait64 and .notify of the threads proposal.
 *
 * The address is the effective one, with the operator's offset added.  All
 * return GW_TRAP_NONE or a trap; *out is written only when there is none.
 * Called by the thread that runs the store; waiting blocks that thread.
 */
#ifndef GW_RT_WAIT_H
#define GW_RT_WAIT_H

#include "rt/store.h"

/* What the operators push. */
enum gw_wait {
    GW_WAIT_WOKEN = 0,
    GW_WAIT_NOT_EQUAL = 1,
    GW_WAIT_TIMED_OUT = 2
};

/* Waits while nobody notifies, if the memory holds what is expected.  A
 * negative timeout is none.  An interruption or deadline of the store ends
 * the waiting with a trap, at most some 25 ms late. */
enum gw_trap gw_atomic_wait32(struct gw_exec *exec, struct gw_meminst *memory,
                              uint64_t address, uint32_t expected,
                              int64_t timeout_ns, uint32_t *out);
enum gw_trap gw_atomic_wait64(struct gw_exec *exec, struct gw_meminst *memory,
                              uint64_t address, uint64_t expected,
                              int64_t timeout_ns, uint32_t *out);

/* Wakes at most count threads that wait at the address, those that have
 * waited longest, and tells how many.  Nobody can wait at an address of a
 * memory that is not shared: there it is 0. */
enum gw_trap gw_atomic_notify(struct gw_meminst *memory, uint64_t address,
                              uint32_t count, uint32_t *out);

#endif
