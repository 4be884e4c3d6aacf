/*
 * The driver for compilers with computed goto (GNU C): every handler jumps to
 * the next one itself, so that the processor can predict each jump from the
 * handler it stands in.
 */
#include "interp/run.h"

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
#define COLD(IDENT) \
    op_##IDENT:     \
    {
#define END }
#define GO(IDENT) goto op_##IDENT
#define DISPATCH goto *labels[*pc]

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
    static const void *const labels[GW_IOP_COUNT] = {
#define IOP(IDENT, OPERANDS) &&op_##IDENT,
#define IOP_OUT(IDENT, OPERANDS) &&op_UNREACHABLE,
#include "interp/iop.def"
    };
    struct gw_frame_record *sp = exec->frame_top;
    const uint32_t *pc = sp->pc;
    union gw_slot *fp = sp->fp;
    struct gw_vmctx *ctx = sp->ctx;
    uint8_t *base = ctx->mem0->base;
    DISPATCH;
#include "interp/body.inc"
}

gw_interp_driver_fn *const gw_interp_run_goto = run;

#else

gw_interp_driver_fn *const gw_interp_run_goto = NULL;

#endif
