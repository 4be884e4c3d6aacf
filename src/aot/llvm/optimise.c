#include "aot/llvm/optimise.h"

#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include <stdio.h>

/*
 * [DOC] Loads that may trap.  A load of a guarded memory may trap, which LLVM
 * does not know: it drops a load whose value nobody needs, and moves one to
 * the only branch that needs it.  So once locals are values, each such load
 * is looked at.  One whose value the same block needs for good stays where it
 * is by itself; most do.  One that nobody needs is made volatile.  After any
 * other an empty piece of assembly takes the value, which LLVM believes to
 * have effects.
 *
 * What loads and stores do in order before a trap may still be seen in
 * another order; as the trap ends the guest, only the host can look.
 */

enum { STEPS = 8 };

static bool
may_trap(const struct gw_ll *ll, LLVMValueRef value)
{
    return LLVMIsALoadInst(value) && LLVMGetMetadata(value, ll->traps);
}

static bool
is_intrinsic(LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);
    return LLVMIsAFunction(callee) && LLVMGetIntrinsicID(callee) != 0;
}

/* Has the instruction no effect but its value? */
static bool
is_pure(LLVMValueRef value)
{
    switch (LLVMGetInstructionOpcode(value)) {
    case LLVMStore:
    case LLVMInvoke:
    case LLVMLandingPad:
    case LLVMFence:
    case LLVMAtomicRMW:
    case LLVMAtomicCmpXchg:
    case LLVMLoad:
    case LLVMAlloca:
        return false;
    case LLVMCall:
        return is_intrinsic(value) &&
               LLVMGetTypeKind(LLVMTypeOf(value)) != LLVMVoidTypeKind;
    default:
        return !LLVMIsATerminatorInst(value);
    }
}

/* From the last to the first, so that what feeds only what has been dropped
 * is dropped, too.  Returns whether anything was. */
static bool
drop_unused(const struct gw_ll *ll, LLVMValueRef func)
{
    bool changed = false;
    for (LLVMBasicBlockRef block = LLVMGetLastBasicBlock(func); block;
         block = LLVMGetPreviousBasicBlock(block)) {
        LLVMValueRef next, value = LLVMGetLastInstruction(block);
        for (; value; value = next) {
            next = LLVMGetPreviousInstruction(value);
            if (LLVMGetFirstUse(value))
                continue;
            if (may_trap(ll, value)) {
                LLVMSetVolatile(value, true);
            } else if (is_pure(value)) {
                LLVMInstructionEraseFromParent(value);
                changed = true;
            }
        }
    }
    return changed;
}

/* Does the block need the value for something that stays? */
static bool
is_needed(const struct gw_ll *ll, LLVMBasicBlockRef block, LLVMValueRef value,
          int steps)
{
    LLVMUseRef use = LLVMGetFirstUse(value);
    for (; use && steps < STEPS; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsAPHINode(user))
            return true; /* at the block's end */
        if (LLVMGetInstructionParent(user) != block)
            continue;
        bool hands_on = is_pure(user) || LLVMIsALoadInst(user);
        if (!hands_on || is_needed(ll, block, user, steps + 1))
            return true;
    }
    return false;
}

/* Behind the load, which is not the last of its block. */
static void
take_value(struct gw_ll *ll, LLVMValueRef load)
{
    LLVMTypeRef type = LLVMTypeOf(load);
    bool vector = LLVMGetTypeKind(type) == LLVMVectorTypeKind;
    LLVMPositionBuilderBefore(ll->b, LLVMGetNextInstruction(load));
    LLVMSetCurrentDebugLocation2(ll->b, LLVMInstructionGetDebugLoc(load));
    if (vector && type != ll->v128) /* half of one */
        load = LLVMBuildBitCast(ll->b, load, ll->i64, "");
    type = LLVMTypeOf(load);
    LLVMTypeRef asm_type = LLVMFunctionType(ll->none, &type, 1, false);
    bool general = LLVMGetTypeKind(type) == LLVMIntegerTypeKind;
    const char *where = general ? "r" : ll->x86 ? "x" : "w";
    LLVMValueRef taker = LLVMGetInlineAsm(asm_type, "", 0, where, 1, true,
                                          false, LLVMInlineAsmDialectATT,
                                          false);
    LLVMValueRef call = LLVMBuildCall2(ll->b, asm_type, taker, &load, 1, "");
    LLVMAddCallSiteAttribute(call,
                             (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             ll->nothing);
    LLVMAddCallSiteAttribute(call,
                             (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             ll->nounwind);
}

static void
keep_loads(struct gw_ll *ll, LLVMValueRef func)
{
    while (drop_unused(ll, func)) {
    }
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(func); block;
         block = LLVMGetNextBasicBlock(block)) {
        LLVMValueRef next, value = LLVMGetFirstInstruction(block);
        for (; value; value = next) {
            next = LLVMGetNextInstruction(value);
            if (may_trap(ll, value) && LLVMGetFirstUse(value) &&
                !is_needed(ll, block, value, 0))
                take_value(ll, value);
        }
    }
}

static enum gw_err
run(struct gw_ll *ll, const char *passes, struct gw_diag *diag)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMPassBuilderOptionsSetSLPVectorization(options, true);
    LLVMPassBuilderOptionsSetLoopVectorization(options, true);
    LLVMPassBuilderOptionsSetLoopInterleaving(options, true);
    LLVMErrorRef error = LLVMRunPasses(ll->out, passes, ll->machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (!error)
        return GW_OK;
    char *text = LLVMGetErrorMessage(error);
    gw_diag_report(diag, GW_ERR_SYSTEM, GW_NO_OFFSET, "LLVM: %s", text);
    LLVMDisposeErrorMessage(text);
    return GW_ERR_SYSTEM;
}

enum gw_err
gw_ll_optimise(struct gw_ll *ll, uint32_t level, struct gw_diag *diag)
{
    char passes[32];
    enum gw_err err = run(ll, "function(mem2reg)", diag);
    if (err != GW_OK)
        return err;
    for (LLVMValueRef func = LLVMGetFirstFunction(ll->out); func;
         func = LLVMGetNextFunction(func))
        keep_loads(ll, func);
    snprintf(passes, sizeof(passes), "default<O%u>", (unsigned)level);
    return run(ll, passes, diag);
}
