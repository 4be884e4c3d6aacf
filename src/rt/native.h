/*
 * [DOC] Machine code.
 *
 * A compiler (aot/) gives a program an image: text that needs no relocation,
 * and tables about it.  Function i of an instance then has an entry in it,
 *
 *     R f(struct gw_vmctx *ctx, arguments…)
 *
 * in a convention that only code of images uses; one in a module with tail
 * calls has another entry, in a convention that allows them.  Host and interpreter enter
 * through an adapter of the image, one for each function type, which takes
 * the arguments from slots and puts the results there.  Code leaves through
 * helpers (helper.def), whose first argument is the context; it finds them
 * through the context, so that text names no address.
 *
 * Machine code runs on the stack of the thread, of which it uses up to the
 * limit STACK_BYTES; nothing of it stands on the guest stack.  A run is what
 * one call from outside makes: frames of machine code, one above the other,
 * down to the adapter.  Runs and the frame records of the interpreter
 * alternate; frame_top of a run is the record that called it.
 *
 * A trap is an instruction that faults: an access that meets the guard of a
 * memory, or an illegal instruction that carries the trap's number.  The
 * fault handler lets the thread go on in gw_native_leave, below the frames,
 * which records the backtrace and ends the run.
 *
 * Frames are found by a table: for each place of the text a rule that says
 * where the caller's registers are.
 */
#ifndef GW_RT_NATIVE_H
#define GW_RT_NATIVE_H

#include "rt/store.h"

/* Registers that a callee keeps: first the frame pointer and the return
 * address, then those of the machine in the order of gate.c. */
enum { GW_NATIVE_SAVED = 20 };

struct gw_native_rule {
    int32_t cfa;     /* the caller's stack pointer is this far above */
    uint32_t framed; /* the frame pointer; 0: above the stack pointer */
    /* Where a register of the caller is, in words from there; 0: in the
     * register itself. */
    int16_t saved[GW_NATIVE_SAVED];
};

/* A table maps places of the text to numbers: each row holds up to the next,
 * and rows are sorted. */
struct gw_native_row {
    uint32_t at, value;
};

struct gw_native_table {
    const struct gw_native_row *rows;
    uint32_t count;
};

/* Calls that return to a place in (first, end] have this landing pad. */
struct gw_native_pad {
    uint32_t first, end, pad;
};

struct gw_native {
    const uint8_t *text;
    uint32_t text_size;
    uint32_t func_count, type_count, pad_count, rule_count;
    const uint32_t *entries;       /* of defined functions; GW_NO_INDEX: none */
    const uint32_t *tails;         /* likewise, for tail calls; NULL: none */
    const uint32_t *adapters;      /* of function types; likewise */
    struct gw_native_table funcs;  /* to function index, or GW_NO_INDEX */
    struct gw_native_table lines;  /* to the operator's offset; 0: none */
    struct gw_native_table frames; /* to a rule */
    const struct gw_native_rule *rules;
    const struct gw_native_pad *pads; /* sorted */
    uint32_t compiled;                /* functions that have an entry */
    void (*release)(struct gw_native *native); /* frees all */
};

/* Can this build run machine code? */
bool gw_native_supported(void);
/* Changes when machine code made before can no longer be run: layouts that
 * it sees, helpers, conventions. */
uint64_t gw_native_abi(void);
extern const void *const gw_native_helpers[];

/* Gives the functions of an instance their machine code. */
void gw_native_attach(struct gw_instance *instance);

/* Calls a function that has machine code, from outside.  args as for
 * gw_func_call; exec->slot_top is above what the guest stack holds. */
enum gw_trap gw_native_call(struct gw_exec *exec, struct gw_funcinst *func,
                            union gw_slot *args);

/* ---- runs ---- */

/* Where a frame is: its place, stack pointer and saved registers. */
struct gw_native_cursor {
    uintptr_t pc, sp;
    uintptr_t saved[GW_NATIVE_SAVED];
};

struct gw_native_run {
    struct gw_native_run *outer;
    struct gw_exec *exec;
    const void *frame_top; /* when it began */
    union gw_slot *slot_top;
    struct gw_stack *stack;
    const void *pc;
    const void *regs;  /* of the newest frame, in a helper; NULL: it faulted */
    enum gw_trap trap; /* that has ended it */
    struct gw_os_fault_scope scope;
};

/* Ends the newest run with a trap whose backtrace is taken now. */
_Noreturn void gw_native_leave(struct gw_exec *exec, enum gw_trap trap);
/* Lets an exception land in a frame of the newest run, or ends it. */
_Noreturn void gw_native_throw(struct gw_exec *exec, struct gw_exn *exn);

/* The frames of a run, newest first, until visit returns false. */
bool gw_native_walk(const struct gw_native_run *run,
                    bool (*visit)(void *env,
                                  const struct gw_trace_frame *frame),
                    void *env);

/* The words of the thread's stack that runs may keep references in, from the
 * caller's frame on. */
void gw_native_scan(const struct gw_exec *exec,
                    void (*visit)(void *env, uint64_t word), void *env);

#endif
