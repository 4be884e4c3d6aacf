/*
 * The driver for compilers with computed goto (GNU C): every handler jumps to
 * the next one itself, so that the processor can predict each jump from the
 * handler it stands in.
 */
#include "interp/run.h"
#include "interp/step.h"

#if defined(__GNUC__) && !defined(GW_NO_DRIVER)

#include "rt/atomic.h"
#include "rt/fuel.h"
#include "rt/wait.h"
#include "wasm/mem.h"

#define UNMOVED __asm__ volatile("")
#define OP(IDENT, N) \
    op_##IDENT:      \
    {                \
        enum { WORDS = N };
#define JOINED(IDENT) COLD(IDENT)
#define COLD(IDENT) \
    op_##IDENT:     \
    {
#define END }
#define GO(IDENT) goto op_##IDENT
#define DISPATCH goto *labels[*pc]

/* Clang takes half an hour over this many labels, and has driver_tail.c. */
#if defined(__clang__)
#define JOINS 0
#else
#define JOINS 1
#endif

/* In a function of this size the check of every sum of pointers costs clang
 * minutes; driver_tail.c has the same handlers checked. */
#if defined(__clang__)
#define UNCHECKED __attribute__((no_sanitize("pointer-overflow")))
#else
#define UNCHECKED
#endif

UNCHECKED static enum gw_trap
run(struct gw_exec *exec)
{
    static const void *const labels[GW_IOP_END] = {
#define IOP(IDENT, OPERANDS) &&op_##IDENT,
#define IOP_OUT(IDENT, OPERANDS) &&op_UNREACHABLE,
#include "interp/iop.def"
#if JOINS
#define SUPER_AT(LINE, ...) &&op_SUPER_##LINE,
#include "interp/super.def"
#endif
    };
    struct gw_frame_record *sp = exec->frame_top;
    const uint32_t *pc = sp->pc;
    union gw_slot *fp = sp->fp;
    struct gw_vmctx *ctx = sp->ctx;
    uint8_t *base = ctx->mem0->base;
    DISPATCH;
#include "interp/body.inc"
#if JOINS
#include "interp/super.inc"
#endif
}

gw_interp_driver_fn *const gw_interp_run_goto = run;
const bool gw_interp_goto_joins = JOINS;

#else

gw_interp_driver_fn *const gw_interp_run_goto = NULL;
const bool gw_interp_goto_joins = false;

#endif
