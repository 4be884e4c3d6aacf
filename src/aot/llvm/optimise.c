#include "aot/llvm/optimise.h"

#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include <stdio.h>

/*
 * [DOC] Loads that nobody needs.  A load of a guarded memory may trap, which
 * LLVM does not know: it drops a load whose value is not used.  So once
 * locals are values, those loads are made volatile, and stay.  What loads and
 * stores do in order before a trap may still be seen in another order; as the
 * trap ends the guest, only the host can look.
 */

static bool
is_memory_load(const struct gw_ll *ll, LLVMValueRef value)
{
    return LLVMIsALoadInst(value) &&
           LLVMGetMetadata(value, ll->tbaa) == ll->tags[GW_LL_MEMORY];
}

/* Has the instruction no effect but its value? */
static bool
is_pure(LLVMValueRef value)
{
    switch (LLVMGetInstructionOpcode(value)) {
    case LLVMStore:
    case LLVMCall:
    case LLVMInvoke:
    case LLVMLandingPad:
    case LLVMFence:
    case LLVMAtomicRMW:
    case LLVMAtomicCmpXchg:
    case LLVMLoad:
    case LLVMAlloca:
        return false;
    default:
        return !LLVMIsATerminatorInst(value);
    }
}

/* From the last to the first, so that what feeds only what has been dropped
 * is dropped, too.  Returns whether anything was. */
static bool
keep_loads(const struct gw_ll *ll, LLVMValueRef func)
{
    bool changed = false;
    for (LLVMBasicBlockRef block = LLVMGetLastBasicBlock(func); block;
         block = LLVMGetPreviousBasicBlock(block)) {
        LLVMValueRef next, value = LLVMGetLastInstruction(block);
        for (; value; value = next) {
            next = LLVMGetPreviousInstruction(value);
            if (LLVMGetFirstUse(value))
                continue;
            if (is_memory_load(ll, value)) {
                LLVMSetVolatile(value, true);
            } else if (is_pure(value)) {
                LLVMInstructionEraseFromParent(value);
                changed = true;
            }
        }
    }
    return changed;
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
         func = LLVMGetNextFunction(func)) {
        while (keep_loads(ll, func)) {
        }
    }
    snprintf(passes, sizeof(passes), "default<O%u>", (unsigned)level);
    return run(ll, passes, diag);
}
