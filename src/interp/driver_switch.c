/*
 * The driver for every C compiler: a loop around a switch.
 */
#include "interp/run.h"

#if !defined(GW_NO_DRIVER)

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

/* Where size is all, a branch is one handler that looks which way it goes, and
 * there are no handlers for memories that cannot be. */
#ifdef GW_SMALL
#define BRANCH(IDENT, N, LET, COND)            \
    case GW_IOP_##IDENT:                       \
    case GW_IOP_##IDENT##_L: {                 \
        enum { WORDS = N };                    \
        LET;                                   \
        if (!(COND))                           \
            NEXT;                              \
        int32_t jump = (int32_t)pc[WORDS - 1]; \
        pc += jump;                            \
        if (jump < 0)                          \
            DISPATCH_SAFE;                     \
        DISPATCH;                              \
    }
#if UINTPTR_MAX > UINT32_MAX
#define GUARDED(FORM, ...) FORM(__VA_ARGS__)
#else
#define GUARDED(FORM, ...)
#endif
#ifndef GW_WITHOUT_MULTI_MEMORY
#define ANY(FORM, ...) FORM(__VA_ARGS__)
#else
#define ANY(FORM, ...)
#endif
#define FORMS(FORM, IDENT, N, SIZE, TAG)      \
    GUARDED(FORM, IDENT, _G, N, SIZE, TAG, 0) \
    FORM(IDENT, _P, N, SIZE, TAG, 0)          \
    ANY(FORM, IDENT, _M, (N) + 2, SIZE, TAG, 1)
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
    struct gw_frame_record *sp = exec->frame_top;
    const uint32_t *pc = sp->pc;
    union gw_slot *fp = sp->fp;
    struct gw_vmctx *ctx = sp->ctx;
    uint8_t *base = ctx->mem0->base;
#ifdef GW_SMALL
next:
#else
    bool counts = exec->counts != NULL;
next:
    if (counts)
        gw_interp_count_one(exec, sp, pc);
#endif
    switch ((enum gw_iop) * pc) {
#include "interp/body.inc"
    default:
        break;
    }
    /* The translator writes no other number. */
    return GW_TRAP_UNREACHABLE;
}

gw_interp_driver_fn *const gw_interp_run_switch = run;

#else

gw_interp_driver_fn *const gw_interp_run_switch = NULL;

#endif
