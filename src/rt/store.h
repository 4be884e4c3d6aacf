/*
 * A store: everything that changes while guests run, spec 4.2.3.
 *
 * Used by one thread at a time; only gw_store_interrupt and gw_store_end may
 * come from another.  Owns instances, functions, memories, tables, globals, and the
 * guest stack; frees them together.  Reference counted, because handles of
 * the C API keep it alive.
 */
#ifndef GW_RT_STORE_H
#define GW_RT_STORE_H

#include "rt/instance.h"

/* ---- execution state ---- */

/* One guest frame of a backtrace. */
struct gw_trace_frame {
    const struct gw_module *module;
    struct gw_instance *instance;
    uint32_t func;   /* index in the module */
    uint32_t offset; /* of the operator in the module's bytes */
};

enum { GW_TRACE_MAX = 64, GW_TRAP_TEXT = 160 };

/* Why the guest stopped last. */
struct gw_trap_info {
    enum gw_trap trap;
    int32_t exit_code;       /* GW_TRAP_EXIT */
    char text[GW_TRAP_TEXT]; /* the trap's text, or the host's */
    uint32_t frame_count;    /* innermost first; the middle is left out */
    uint32_t frame_total;    /* how many frames there were */
    struct gw_trace_frame frames[GW_TRACE_MAX];
};

/* Reasons for poll != 0, a bit set in store->reasons. */
enum {
    GW_REASON_INTERRUPT = 1, /* gw_store_interrupt */
    GW_REASON_DEADLINE = 2,
    GW_REASON_SAFEPOINT_TEST = 4,
    GW_REASON_END = 8,    /* gw_store_end */
    GW_REASON_SAMPLE = 16 /* gw_store_sample */
};

/* How somebody else has ended a store's guests. */
struct gw_store_end {
    enum gw_trap trap;
    int32_t exit_code; /* GW_TRAP_EXIT */
    char text[GW_TRAP_TEXT];
};

struct gw_frame_record; /* the tier's */
struct gw_exn;          /* rt/heap.h */
struct gw_native_run;   /* rt/native.h */
struct gw_stack;        /* rt/stack.h */

/*
 * The guest stack is one reservation with inaccessible pages at both ends.
 * Slots grow up from its low end; frame records grow down from its high end;
 * a call that would make them meet traps.
 */
struct gw_exec {
    struct gw_store *store;
    union gw_slot *stack_base, *stack_end; /* usable part */
    struct gw_stack *stack;   /* the one in use; NULL: the guest stack */
    union gw_slot *slot_top;  /* first free slot while a host call runs */
    void *frame_top;          /* newest frame record */
    const void *pc;           /* of the operator that may fault or call */
    int64_t fuel;             /* may fall below 0: then out of fuel */
    uint32_t host_depth;      /* nested host-to-guest calls */
    uint32_t safepoint_count; /* for GW_REASON_SAFEPOINT_TEST */
    struct gw_exn *exn;       /* the last that a host function or the host
                                  itself got as GW_TRAP_UNCAUGHT_EXCEPTION:
                                  to return that trap is to throw it on */
    void *counts;             /* the tier's; NULL: it does not count */
    struct gw_trap_info info;
    bool info_given;              /* private: info is a host function's, for the
                                  trap that it is about to return */
    const void *info_frame;       /* private: the frame record that a recorded
                                  trap left through; NULL: none on its way */
    uintptr_t stack_limit;        /* of the thread's stack, for machine code */
    struct gw_native_run *native; /* the newest run of machine code */
};

/* Asked before a memory (bytes) or table (elements) becomes larger than size:
 * may it be as large as wish?  It must not call into the store. */
typedef bool gw_limiter_fn(void *env, enum gw_extern kind, uint64_t size,
                           uint64_t wish);

/* Told where a guest is, in the store's thread; it must not call into the
 * store. */
typedef void gw_sampler_fn(void *env, struct gw_exec *exec);

struct gw_store {
    struct gw_engine *engine;
    struct gw_config config; /* the engine's, but for gw_store_set_quota */
    struct gw_alloc alloc;   /* limit: MAX_HOST */
    gw_limiter_fn *limiter;  /* NULL: none */
    void *limiter_env;
    gw_sampler_fn *sampler; /* NULL: none */
    void *sampler_env;
    struct gw_exec exec;
    struct gw_instance *instances;
    uint32_t instance_count;
    uint64_t memory_bytes; /* of all memories, against MAX_MEMORY */
    _Atomic(uint32_t) reasons;
    struct gw_os_mutex lock; /* guards the list of instances against
                                gw_store_interrupt */
    struct gw_store_end end; /* with GW_REASON_END; guarded by lock */
    uint64_t deadline_ns;    /* monotonic; UINT64_MAX: none */
    struct gw_owned *owned;  /* private: everything to free */
    struct gw_heap *heap;    /* private: rt/heap.h */
    struct gw_stack *stacks; /* private: all of them, and those not in use */
    struct gw_stack *spare_stacks;
    uint32_t stack_count;
    struct gw_meminst no_memory; /* mem0 of instances without memories */
    struct gw_store *timer_next; /* private to the timer */
    bool timer_armed;            /* private to the timer */
    void (*fini)(void *env);     /* of the layer above, called first */
    void *user;
    atomic_uint refs;
};

struct gw_store *gw_store_new(struct gw_engine *engine);
struct gw_store *gw_store_ref(struct gw_store *store);
void gw_store_unref(struct gw_store *store);

/* Fuel left, and setting it; only an engine with METER counts. */
void gw_store_set_fuel(struct gw_store *store, uint64_t fuel);
uint64_t gw_store_fuel(const struct gw_store *store);

/* Changes an option that is a quota of stores: MAX_MEMORY, MAX_TABLE,
 * MAX_INSTANCES, MAX_HOST or MAX_HEAP.  What is held already stays.
 * GW_ERR_ARGUMENT for others, and for values out of the option's bounds. */
enum gw_err gw_store_set_quota(struct gw_store *store, enum gw_option option,
                               uint64_t value);

/* May a memory or table of the store become as large as wish? */
static inline bool
gw_store_may_grow(const struct gw_store *store, enum gw_extern kind,
                  uint64_t size, uint64_t wish)
{
    return !store->limiter || size == wish ||
           store->limiter(store->limiter_env, kind, size, wish);
}

/* Arms a deadline from now on: a timer thread of the engine's process sets
 * the poll word.  UINT64_MAX disarms. */
enum gw_err gw_store_set_deadline(struct gw_store *store, uint64_t deadline_ns);

/* Makes running guest code trap at its next safepoint; any thread. */
void gw_store_interrupt(struct gw_store *store, uint32_t reason);
/* Takes back what gw_store_interrupt did, before the next call. */
void gw_store_clear_interrupt(struct gw_store *store);

/* Has the sampler called at the next safepoint; any thread. */
void gw_store_sample(struct gw_store *store);

/* Makes guest code trap at its next safepoint with an outcome that is not its
 * own, now and ever after; the first call counts.  Any thread. */
void gw_store_end(struct gw_store *store, const struct gw_store_end *end);

/* The outcome of the last call that trapped. */
const struct gw_trap_info *gw_store_trap(const struct gw_store *store);

/* ---- calls ---- */

/*
 * Calls a function from the host.  args holds the arguments in slots and
 * receives the results; it has room for the larger.  Returns GW_TRAP_NONE or
 * a trap, whose details are at gw_store_trap.  Nested calls (host functions
 * that call back) are allowed up to the limit HOST_DEPTH.
 */
enum gw_trap gw_func_call(struct gw_funcinst *func, union gw_slot *args);

/* For host functions: record a trap's text or an exit, and return it. */
enum gw_trap gw_exec_trap(struct gw_exec *exec, enum gw_trap trap,
                          const char *format, ...) GW_PRINTF(3, 4);
enum gw_trap gw_exec_exit(struct gw_exec *exec, int32_t code);

/* At a safepoint with poll set: why?  Returns the trap to raise, or
 * GW_TRAP_NONE to go on. */
enum gw_trap gw_exec_poll(struct gw_exec *exec, struct gw_instance *instance);

#endif
