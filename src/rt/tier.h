/*
 * A tier: a way to run functions.  The only meeting point between the run
 * time and interpreters or compilers.
 */
#ifndef GW_RT_TIER_H
#define GW_RT_TIER_H

#include "rt/frame.h"
#include "rt/store.h"

/* How often a guest did something: ran instructions of a function, or because
 * of an operator, or instructions that stand one behind the other. */
struct gw_count {
    const struct gw_module *module; /* of a function, else NULL */
    uint32_t func;
    const char *names[3]; /* of an operator: one; of instructions: 2 or 3 */
    uint64_t count;
};

struct gw_tier {
    const char *name;

    /* What funcinst->code is at first, for a defined or a host function. */
    const void *(*entry)(const struct gw_funcinst *func);

    /* Runs func on the store's guest stack from exec->slot_top on; args as
     * for gw_func_call.  Called by gw_func_call only, which keeps host_depth
     * and resets exec after a trap. */
    enum gw_trap (*call)(struct gw_exec *exec, struct gw_funcinst *func,
                         union gw_slot *args);

    /* Frees what program->code[i] holds. */
    void (*free_code)(struct gw_program *program, void *code);

    /* Walks the frames of exec, innermost first, across host calls, until
     * visit returns false.  Works while a trap is being raised and in host
     * functions.  The operator is found, which takes time, for so many frames
     * at each end; for the others it is the function's beginning. */
    void (*walk)(struct gw_exec *exec, uint32_t exact_count,
                 bool (*visit)(void *env, const struct gw_trace_frame *frame),
                 void *env);

    /* Begins to count what exec's guests do; GW_ERR_UNSUPPORTED if the
     * engine's driver cannot. */
    enum gw_err (*count)(struct gw_exec *exec);
    /* Tells what was counted.  The same names may come many times. */
    enum gw_err (*counts)(struct gw_exec *exec,
                          void (*visit)(void *env,
                                        const struct gw_count *count),
                          void *env);
    /* Ends counting; exec->counts may be NULL. */
    void (*free_counts)(struct gw_exec *exec);
};

#endif
