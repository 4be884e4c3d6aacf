/*
 * The driver for every C compiler: a loop around a switch.
 */
#include "interp/run.h"

#include "interp/count.h"
#include "rt/atomic.h"
#include "rt/fuel.h"
#include "rt/wait.h"
#include "wasm/mem.h"

#define UNMOVED (void)0
#define OP(IDENT, N)       \
    case GW_IOP_##IDENT: { \
        enum { WORDS = N };
#define COLD(IDENT) \
    op_##IDENT:     \
    {
#define END }
#define GO(IDENT) goto op_##IDENT
#define DISPATCH goto next

/* In a function of this size the check of every sum of pointers costs clang
 * minutes; driver_tail.c has the same handlers checked. */
#if defined(__clang__)
#define UNCHECKED __attribute__((no_sanitize("pointer-overflow")))
#else
#define UNCHECKED
#endif

UNCHECKED enum gw_trap
gw_interp_run_switch(struct gw_exec *exec)
{
    struct gw_frame_record *sp = exec->frame_top;
    const uint32_t *pc = sp->pc;
    union gw_slot *fp = sp->fp;
    struct gw_vmctx *ctx = sp->ctx;
    uint8_t *base = ctx->mem0->base;
    bool counts = exec->counts != NULL;
next:
    if (counts)
        gw_interp_count_one(exec, sp, pc);
    switch ((enum gw_iop) * pc) {
#include "interp/body.inc"
    default:
        break;
    }
    /* The translator writes no other number. */
    return GW_TRAP_UNREACHABLE;
}
