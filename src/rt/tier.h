/*
 * A tier: a way to run functions.  The only meeting point between the run
 * time and interpreters or compilers.
 */
#ifndef GW_RT_TIER_H
#define GW_RT_TIER_H

#include "rt/frame.h"
#include "rt/store.h"

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
     * functions. */
    void (*walk)(struct gw_exec *exec,
                 bool (*visit)(void *env, const struct gw_trace_frame *frame),
                 void *env);
};

#endif
