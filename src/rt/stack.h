/*
 * Stacks of continuations.
 *
 * The functions that the host calls run on the store's main stack
 * (gw_exec.stack_base).  A continuation has a stack of its own, from cont.new
 * until it has ended or been collected.  Those that run form a chain: the
 * newest is exec->stack, `outer` of each is the one that has resumed it, and
 * NULL stands for the main stack.  When a continuation is suspended, the part
 * of the chain up to the frame that handles it is cut off, and held by an
 * object of the heap; resuming puts it in front of the chain again.
 *
 * A host function on a stack may call the guest, whose frames then stand on
 * the same stack: `runs` counts these calls, and nothing is suspended across
 * them.
 *
 * The store owns all stacks and keeps those that are done with for the next;
 * their number is the limit CONTINUATIONS.
 */
#ifndef GW_RT_STACK_H
#define GW_RT_STACK_H

#include "rt/heap.h"

struct gw_stack {
    /* Immutable. */
    struct gw_store *store;
    union gw_slot *base, *end;
    struct gw_stack *older; /* in the list of all */

    struct gw_stack *spare;   /* the next one that is not in use */
    struct gw_funcinst *func; /* to begin with; NULL once it has begun */
    uint32_t result_slots;    /* of that function */
    uint32_t runs;

    /* Of the stack where a suspended continuation goes on. */
    union gw_slot *slot_top;
    void *frame_top;
    union gw_slot *args; /* where what it is resumed with belongs */

    /* What waits for this stack to end or suspend; only the outermost stack
     * of a suspended continuation has none. */
    struct gw_stack *outer;
    union gw_slot *outer_slot_top;
    void *outer_frame_top;
    union gw_slot *results; /* where they belong, in the outer stack */
};

/* A reference of a continuation type. */
struct gw_cont {
    struct gw_object object;
    struct gw_stack *stack;     /* where it goes on; NULL: it was consumed */
    struct gw_stack *outermost; /* the end of its part of the chain */
};

/* NULL when the limit is reached even after a collection. */
struct gw_stack *gw_stack_new(struct gw_store *store);
/* Gives back what a continuation holds; it is consumed then. */
void gw_cont_drop(struct gw_cont *cont);
/* Ends the newest stack of the chain, which must not be the main one. */
void gw_stack_leave(struct gw_exec *exec);
/* Frees all of them, with the store. */
void gw_stack_drop_all(struct gw_store *store);

/* A consumed one, or NULL; see the functions of heap.h that allocate. */
struct gw_cont *gw_heap_new_cont(struct gw_store *store, uint32_t type_id);

#endif
