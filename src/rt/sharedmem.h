/*
 * What all stores share of a shared memory: its bytes, its size, and the
 * threads that wait at addresses in it.
 *
 * The bytes never move, because the reservation is as large as the memory may
 * become.  Every store has a gw_meminst with a copy of the size, so that a
 * check of bounds is the same for memories of all kinds; growing, under the
 * lock, writes all copies.  Thread safe; reference counted: each of the
 * meminsts holds it, and so may the host.
 */
#ifndef GW_RT_SHAREDMEM_H
#define GW_RT_SHAREDMEM_H

#include "rt/instance.h"

/* The threads that wait at some of the addresses, longest first. */
struct gw_wait_queue {
    struct gw_os_mutex lock;
    struct gw_waiter *first, *last; /* wait.c */
};

enum { GW_WAIT_QUEUES = 32 };

struct gw_sharedmem {
    struct gw_engine *engine;
    uint8_t *base;
    uint64_t reserved, max_pages;
    struct gw_memtype type;
    bool guarded;

    atomic_uint refs;
    struct gw_os_mutex lock;    /* guards growing and the list */
    struct gw_meminst *sharers; /* linked by sharer */
    _Atomic(size_t) size;       /* bytes; written last, when all copies are */
    struct gw_wait_queue queues[GW_WAIT_QUEUES];
};

/* Makes what a new memory of a shared type refers to, and takes the memory's
 * reservation over; false when out of memory. */
bool gw_sharedmem_new(struct gw_meminst *memory);

/* Adds a cleared memory to the sharers, with a reference; detach takes it
 * off again. */
void gw_sharedmem_attach(struct gw_sharedmem *shared,
                         struct gw_meminst *memory);
void gw_sharedmem_detach(struct gw_meminst *memory);

/* Where the threads are that wait at an address, perhaps among others. */
static inline struct gw_wait_queue *
gw_sharedmem_queue(struct gw_sharedmem *shared, uint64_t address)
{
    uint64_t mixed = (address >> 2) * UINT64_C(0x9e3779b97f4a7c15);
    return &shared->queues[(mixed >> 32) % GW_WAIT_QUEUES];
}

/* Tells all sharers of a new size.  The lock is held, and the bytes are
 * committed. */
void gw_sharedmem_set_size(struct gw_sharedmem *shared, uint64_t size);

#endif
