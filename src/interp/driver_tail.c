/*
 * The driver for compilers with guaranteed tail calls: every handler is a
 * function that ends by jumping to the next one.  The state is in the
 * arguments, and the calling convention keeps all of them in registers and
 * makes no handler save any, so each handler is compiled as if it stood
 * alone.
 */
#include "interp/run.h"
#include "interp/step.h"

#if defined(__has_attribute) && !defined(GW_NO_DRIVER)
#if __has_attribute(musttail) && __has_attribute(preserve_none)
#define GW_INTERP_TAIL 1
#endif
#endif

#if defined(GW_INTERP_TAIL)

#include "rt/atomic.h"
#include "rt/fuel.h"
#include "rt/wait.h"
#include "wasm/mem.h"

/* The first four survive calls of plain C functions.  The table of handlers
 * is part of the state because finding it would take an instruction more. */
#define STATE pc, fp, sp, base, ctx, next
#define STATE_TYPES                                                    \
    const uint32_t *pc, union gw_slot *fp, struct gw_frame_record *sp, \
        uint8_t *base, struct gw_vmctx *ctx, const struct handler *next
#define HANDLER __attribute__((preserve_none)) enum gw_trap

struct handler;
typedef HANDLER handler_fn(STATE_TYPES);
struct handler {
    handler_fn *run;
};

/* Cold parts are functions of their own, so that no hot one needs a place on
 * the stack for the sake of a call that it seldom makes. */
#define UNMOVED __asm__ volatile("")
#define OP(IDENT, N) \
    FUNCTION(IDENT)  \
    enum { WORDS = N };
#define JOINED(IDENT) FUNCTION(IDENT)
#define COLD(IDENT) __attribute__((noinline, cold)) FUNCTION(IDENT)
#define FUNCTION(IDENT)                    \
    static HANDLER op_##IDENT(STATE_TYPES) \
    {                                      \
        (void)pc;                          \
        (void)fp;                          \
        (void)sp;                          \
        (void)base;                        \
        (void)ctx;                         \
        (void)next;
#define END }
#define GO(IDENT) __attribute__((musttail)) return op_##IDENT(STATE)
#define DISPATCH __attribute__((musttail)) return next[*pc].run(STATE)

#include "interp/body.inc"
#include "interp/super.inc"

static const struct handler handlers[GW_IOP_END] = {
#define IOP(IDENT, OPERANDS) { op_##IDENT },
#define IOP_OUT(IDENT, OPERANDS) { op_UNREACHABLE },
#include "interp/iop.def"
#define SUPER_AT(LINE, ...) { op_SUPER_##LINE },
#include "interp/super.def"
};

static enum gw_trap
run(struct gw_exec *exec)
{
    const struct handler *next = handlers;
    struct gw_frame_record *sp = exec->frame_top;
    const uint32_t *pc = sp->pc;
    union gw_slot *fp = sp->fp;
    struct gw_vmctx *ctx = sp->ctx;
    uint8_t *base = ctx->mem0->base;
    return next[*pc].run(STATE);
}

gw_interp_driver_fn *const gw_interp_run_tail = run;

#else

gw_interp_driver_fn *const gw_interp_run_tail = NULL;

#endif
