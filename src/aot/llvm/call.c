#include "aot/llvm/ll.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARGS_MAX = 1000 + 3 };

static const struct gw_functype *
functype(const struct gw_ll *ll, uint32_t type)
{
    return &ll->module->types.defs[type].func;
}

/* ---- calls ---- */

LLVMValueRef
gw_ll_call(struct gw_ll *ll, LLVMTypeRef type, LLVMValueRef callee,
           LLVMValueRef *args, unsigned count, unsigned convention)
{
    LLVMBasicBlockRef pad = gw_ll_pad(ll);
    LLVMValueRef call;
    ll->calls = true;
    if (pad) {
        LLVMBasicBlockRef next = gw_ll_block(ll);
        call = LLVMBuildInvoke2(ll->b, type, callee, args, count, next, pad,
                                "");
        gw_ll_go(ll, next);
    } else {
        call = LLVMBuildCall2(ll->b, type, callee, args, count, "");
        LLVMSetTailCallKind(call, LLVMTailCallKindNoTail);
    }
    LLVMSetInstructionCallConv(call, convention);
    return call;
}

/* A call in code's own convention, of a function type with the operands as
 * arguments. */
struct target {
    LLVMTypeRef type;
    const struct gw_functype *functype;
    LLVMValueRef callee, ctx;
    LLVMValueRef func; /* of a slow call: the funcinst */
    LLVMValueRef out;  /* slots of many results */
    unsigned convention;
};

static unsigned
collect(struct gw_ll *ll, const struct target *target, LLVMValueRef *args)
{
    unsigned count = 0;
    args[count++] = target->ctx;
    if (target->func)
        args[count++] = target->func;
    if (target->out)
        args[count++] = target->out;
    for (uint32_t i = 0; i < target->functype->param_count; i++)
        args[count++] = gw_ll_get(ll, i);
    return count;
}

/* Calls and leaves the results in values. */
static void
call_target(struct gw_ll *ll, const struct target *target, LLVMValueRef *values)
{
    const struct gw_functype *type = target->functype;
    LLVMValueRef args[ARGS_MAX];
    unsigned count = collect(ll, target, args);
    LLVMValueRef result = gw_ll_call(ll, target->type, target->callee, args,
                                     count, target->convention);
    if (target->out)
        gw_ll_get_slots(ll, type->results, values, type->result_count,
                        target->out);
    else if (type->result_count == 1)
        values[0] = result;
    for (unsigned i = 0; !target->out && type->result_count == 2 && i < 2; i++)
        values[i] = LLVMBuildExtractValue(ll->b, result, i, "");
}

/* Returns results as functions do. */
static void
return_values(struct gw_ll *ll, const struct gw_functype *type,
              LLVMValueRef *values)
{
    if (gw_ll_has_out(type) || type->result_count == 0)
        LLVMBuildRetVoid(ll->b);
    else if (type->result_count == 1)
        LLVMBuildRet(ll->b, values[0]);
    else
        LLVMBuildAggregateRet(ll->b, values, 2);
}

/* Lets the call take the frame's place; calls and returns where only the
 * callee's convention does not allow it. */
static void
jump_target(struct gw_ll *ll, const struct target *target)
{
    LLVMValueRef values[1000];
    if (target->convention != GW_LL_CC_TAIL) {
        uint32_t depth = ll->depth;
        ll->depth = 0; /* the frame's handlers are left */
        call_target(ll, target, values);
        ll->depth = depth;
        return_values(ll, target->functype, values);
        return;
    }
    LLVMValueRef args[ARGS_MAX];
    unsigned count = collect(ll, target, args);
    LLVMValueRef result = LLVMBuildCall2(ll->b, target->type, target->callee,
                                         args, count, "");
    LLVMSetInstructionCallConv(result, GW_LL_CC_TAIL);
    LLVMSetTailCallKind(result, LLVMTailCallKindMustTail);
    ll->calls = true; /* a chain of them is a loop, which must poll */
    if (LLVMGetReturnType(target->type) == ll->none)
        LLVMBuildRetVoid(ll->b);
    else
        LLVMBuildRet(ll->b, result);
}

static bool
is_tail(const struct gw_ll *ll)
{
    return (gw_op_table[ll->it->op].flags & GW_OPF_TERMINATES) != 0;
}

static void
push_results(struct gw_ll *ll, LLVMValueRef const *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gw_ll_set(ll, i, values[i]);
}

static LLVMTypeRef
slow_type(struct gw_ll *ll, const struct gw_functype *type)
{
    LLVMTypeRef params[ARGS_MAX], fast = gw_ll_functype(ll, type);
    unsigned count = LLVMCountParamTypes(fast);
    LLVMGetParamTypes(fast, params + 1);
    params[0] = ll->ptr;
    params[1] = ll->i64;
    return LLVMFunctionType(LLVMGetReturnType(fast), params, count + 1, false);
}

/* Calls a function of the module, which has code there. */
static void
call_own(struct gw_ll *ll, uint32_t func)
{
    const struct gw_functype *type = gw_module_functype(ll->module, func);
    LLVMValueRef values[1000];
    struct target target = { .functype = type,
                             .type = gw_ll_functype(ll, type),
                             .callee = gw_ll_func_value(ll, func),
                             .ctx = ll->ctx,
                             .convention = ll->convention };
    if (gw_ll_has_out(type))
        target.out = is_tail(ll) ? ll->out_slots
                                 : gw_ll_slots(ll, type->result_slots);
    if (is_tail(ll)) {
        jump_target(ll, &target);
        return;
    }
    call_target(ll, &target, values);
    push_results(ll, values, type->result_count);
}

/* The machine code of a function for calls of a convention; goes on where it
 * has some. */
static LLVMValueRef
find_native(struct gw_ll *ll, LLVMValueRef func, unsigned convention,
            LLVMBasicBlockRef *without)
{
    bool tail = convention == GW_LL_CC_TAIL;
    uint64_t offset = tail ? offsetof(struct gw_funcinst, native_tail)
                           : offsetof(struct gw_funcinst, native);
    LLVMValueRef native = gw_ll_load_fixed(ll, ll->ptr, func, offset);
    gw_ll_unless(ll, LLVMBuildIsNull(ll->b, native, ""), without);
    return native;
}

static struct target
native_target(struct gw_ll *ll, const struct gw_functype *type,
              LLVMValueRef func, unsigned convention, LLVMValueRef out,
              LLVMBasicBlockRef *without)
{
    struct target target = { .functype = type,
                             .type = gw_ll_functype(ll, type),
                             .out = out,
                             .convention = convention };
    target.callee = find_native(ll, func, convention, without);
    target.ctx = gw_ll_load_fixed(ll, ll->ptr, func,
                                  offsetof(struct gw_funcinst, instance));
    return target;
}

static struct target
slow_target(struct gw_ll *ll, uint32_t type_index, LLVMValueRef ref,
            LLVMValueRef out)
{
    const struct gw_functype *type = functype(ll, type_index);
    return (struct target){ .functype = type,
                            .type = slow_type(ll, type),
                            .callee = gw_ll_slow(ll, type_index),
                            .ctx = ll->ctx,
                            .func = ref,
                            .out = out,
                            .convention = ll->convention };
}

/* The first of these that there is: its entry for tail calls, its other
 * entry, the tier. */
static void
jump_ref(struct gw_ll *ll, LLVMValueRef ref, uint32_t type_index)
{
    static const unsigned conventions[] = { GW_LL_CC_TAIL, GW_LL_CC_FAST };
    const struct gw_functype *type = functype(ll, type_index);
    LLVMValueRef func = LLVMBuildIntToPtr(ll->b, ref, ll->ptr, "");
    for (int i = 0; i < 2; i++) {
        LLVMBasicBlockRef without;
        struct target target = native_target(ll, type, func, conventions[i],
                                             ll->out_slots, &without);
        jump_target(ll, &target);
        gw_ll_go(ll, without);
    }
    struct target slow = slow_target(ll, type_index, ref, ll->out_slots);
    jump_target(ll, &slow);
}

/* Calls a function by its reference: its machine code, or else the tier. */
static void
call_ref(struct gw_ll *ll, LLVMValueRef ref, uint32_t type_index)
{
    const struct gw_functype *type = functype(ll, type_index);
    LLVMValueRef fast_values[1000], slow_values[1000], out = NULL;
    LLVMBasicBlockRef without, from[2], next;
    if (is_tail(ll)) {
        jump_ref(ll, ref, type_index);
        return;
    }
    LLVMValueRef func = LLVMBuildIntToPtr(ll->b, ref, ll->ptr, "");
    if (gw_ll_has_out(type))
        out = gw_ll_slots(ll, type->result_slots);
    struct target fast = native_target(ll, type, func, GW_LL_CC_FAST, out,
                                       &without);
    call_target(ll, &fast, fast_values);
    next = gw_ll_block(ll);
    from[0] = LLVMGetInsertBlock(ll->b);
    LLVMBuildBr(ll->b, next);
    gw_ll_go(ll, without);
    struct target slow = slow_target(ll, type_index, ref, out);
    call_target(ll, &slow, slow_values);
    from[1] = LLVMGetInsertBlock(ll->b);
    LLVMBuildBr(ll->b, next);
    gw_ll_go(ll, next);
    for (uint32_t i = 0; i < type->result_count; i++) {
        LLVMValueRef both[2] = { fast_values[i], slow_values[i] };
        LLVMValueRef phi = LLVMBuildPhi(ll->b, LLVMTypeOf(both[0]), "");
        LLVMAddIncoming(phi, both, from, 2);
        gw_ll_set(ll, i, phi);
    }
}

void
gw_ll_op_call(struct gw_ll *ll)
{
    uint32_t func = ll->it->imm.a;
    if (func >= ll->module->imported[GW_EXTERN_FUNC]) {
        call_own(ll, func);
        return;
    }
    LLVMValueRef ref = gw_ll_load_item(ll, ll->i64,
                                       offsetof(struct gw_vmctx, funcs), func,
                                       sizeof(void *));
    call_ref(ll, ref, ll->module->funcs[func].type);
}

void
gw_ll_op_call_ref(struct gw_ll *ll)
{
    uint32_t type = ll->it->imm.a;
    LLVMValueRef ref = gw_ll_get(ll, functype(ll, type)->param_count);
    gw_ll_trap_if(ll, LLVMBuildIsNull(ll->b, ref, ""), GW_TRAP_NULL_FUNCTION);
    call_ref(ll, ref, type);
}

/* Ends the run unless the function has the type or one below it. */
static void
check_type(struct gw_ll *ll, LLVMValueRef ref, uint32_t type)
{
    LLVMValueRef func = LLVMBuildIntToPtr(ll->b, ref, ll->ptr, "");
    LLVMValueRef has = gw_ll_load_fixed(ll, ll->i32, func,
                                        offsetof(struct gw_funcinst, type_id));
    LLVMValueRef want = gw_ll_load_item(ll, ll->i32,
                                        offsetof(struct gw_vmctx, type_ids),
                                        type, sizeof(uint32_t));
    LLVMValueRef other = LLVMBuildICmp(ll->b, LLVMIntNE, has, want, "");
    LLVMValueRef args[2] = { ref, gw_ll_int(ll, ll->i64, type) };
    LLVMBasicBlockRef ask, next;
    if (ll->module->types.defs[type].final) {
        gw_ll_trap_if(ll, other, GW_TRAP_INDIRECT_CALL_TYPE);
        return;
    }
    gw_ll_unless(ll, other, &ask);
    next = LLVMGetInsertBlock(ll->b);
    gw_ll_go(ll, ask);
    gw_ll_helper(ll, GW_HELPER_check_type, args);
    LLVMBuildBr(ll->b, next);
    gw_ll_go(ll, next);
}

void
gw_ll_op_call_indirect(struct gw_ll *ll)
{
    uint32_t type = ll->it->imm.a;
    LLVMValueRef index = gw_ll_get(ll, functype(ll, type)->param_count);
    LLVMValueRef at = gw_ll_element(ll, ll->it->imm.b, index,
                                    GW_TRAP_UNDEFINED_ELEMENT);
    LLVMValueRef ref = gw_ll_load(ll, GW_LL_TABLE, ll->i64, at);
    gw_ll_trap_if(ll, LLVMBuildIsNull(ll->b, ref, ""),
                  GW_TRAP_UNINITIALIZED_ELEMENT);
    check_type(ll, ref, type);
    call_ref(ll, ref, type);
}

/* ---- functions that stand between ---- */

/* While one of them is built, the builder and ll->func are its own. */
struct between {
    LLVMBasicBlockRef here;
    LLVMBasicBlockRef entry;
    LLVMValueRef func, ctx;
    LLVMMetadataRef line;
    uint32_t depth;
    bool calls;
};

static void
begin(struct gw_ll *ll, struct between *saved, LLVMValueRef func)
{
    *saved = (struct between){
        LLVMGetInsertBlock(ll->b),           ll->entry, ll->func, ll->ctx,
        LLVMGetCurrentDebugLocation2(ll->b), ll->depth, ll->calls
    };
    ll->func = func;
    ll->ctx = LLVMGetParam(func, 0);
    ll->depth = 0;
    ll->entry = gw_ll_block(ll);
    gw_ll_go(ll, ll->entry);
    LLVMPositionBuilderAtEnd(ll->first, ll->entry);
    LLVMSetCurrentDebugLocation2(ll->b, NULL);
}

static void
end(struct gw_ll *ll, const struct between *saved)
{
    ll->entry = saved->entry;
    ll->func = saved->func;
    ll->ctx = saved->ctx;
    ll->depth = saved->depth;
    ll->calls = saved->calls;
    LLVMSetCurrentDebugLocation2(ll->b, saved->line);
    if (saved->here)
        gw_ll_go(ll, saved->here);
    if (saved->entry)
        LLVMPositionBuilderAtEnd(ll->first, saved->entry);
}

static LLVMValueRef
add_function(struct gw_ll *ll, const char *kind, uint32_t number,
             LLVMTypeRef type, unsigned convention)
{
    char name[32];
    snprintf(name, sizeof(name), "%s%u", kind, (unsigned)number);
    LLVMValueRef func = LLVMAddFunction(ll->out, name, type);
    LLVMSetFunctionCallConv(func, convention);
    LLVMSetVisibility(func, LLVMHiddenVisibility);
    /* No other code may rely on what one function does: whether it traps, it
     * would not know. */
    LLVMSetLinkage(func, LLVMWeakAnyLinkage);
    for (uint32_t i = 0; i < ll->attribute_count; i++)
        LLVMAddAttributeAtIndex(func,
                                (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                ll->attributes[i]);
    /* The context may be read at any time. */
    LLVMAddAttributeAtIndex(func, 1, ll->readable);
    LLVMAddAttributeAtIndex(func, 1, ll->aligned);
    return func;
}

LLVMValueRef
gw_ll_func_value(struct gw_ll *ll, uint32_t func)
{
    if (!ll->funcs[func])
        ll->funcs[func] = add_function(
            ll, "f", func,
            gw_ll_functype(ll, gw_module_functype(ll->module, func)),
            ll->convention);
    return ll->funcs[func];
}

/* Returns what stands in slots, as functions do. */
static void
return_slots(struct gw_ll *ll, const struct gw_functype *type,
             LLVMValueRef slots, LLVMValueRef out)
{
    LLVMValueRef values[1000];
    gw_ll_get_slots(ll, type->results, values, type->result_count, slots);
    if (out)
        gw_ll_put_slots(ll, type->results, values, type->result_count, out);
    return_values(ll, type, values);
}

static void
build_slow(struct gw_ll *ll, const struct gw_functype *type)
{
    bool out = gw_ll_has_out(type);
    LLVMValueRef params[ARGS_MAX], args[2];
    uint32_t slots = type->param_slots > type->result_slots
                         ? type->param_slots
                         : type->result_slots;
    LLVMGetParams(ll->func, params);
    args[0] = params[1];
    args[1] = gw_ll_slots(ll, slots);
    gw_ll_put_slots(ll, type->params, params + 2 + out, type->param_count,
                    args[1]);
    gw_ll_helper(ll, GW_HELPER_call, args);
    return_slots(ll, type, args[1], out ? params[2] : NULL);
}

LLVMValueRef
gw_ll_slow(struct gw_ll *ll, uint32_t type)
{
    if (!ll->slows[type]) {
        struct between saved;
        const struct gw_functype *functype_ = functype(ll, type);
        ll->slows[type] = add_function(ll, "slow", type,
                                       slow_type(ll, functype_),
                                       ll->convention);
        begin(ll, &saved, ll->slows[type]);
        build_slow(ll, functype_);
        end(ll, &saved);
        LLVMAddAttributeAtIndex(ll->slows[type],
                                (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                ll->cold);
    }
    return ll->slows[type];
}

/* Calls with the function's own arguments, behind the first `own` of args,
 * and returns what comes. */
static void
hand_on(struct gw_ll *ll, LLVMTypeRef type, LLVMValueRef callee,
        LLVMValueRef *args, unsigned own)
{
    LLVMValueRef params[ARGS_MAX];
    unsigned count = LLVMCountParams(ll->func);
    LLVMGetParams(ll->func, params);
    args[0] = ll->ctx;
    memcpy(args + own, params + 1, (count - 1) * sizeof(*args));
    LLVMValueRef result = gw_ll_call(ll, type, callee, args, own + count - 1,
                                     ll->convention);
    if (LLVMGetReturnType(type) == ll->none)
        LLVMBuildRetVoid(ll->b);
    else
        LLVMBuildRet(ll->b, result);
}

void
gw_ll_make_thunk(struct gw_ll *ll, uint32_t func)
{
    const struct gw_functype *type = gw_module_functype(ll->module, func);
    LLVMValueRef args[ARGS_MAX];
    struct between saved;
    begin(ll, &saved, gw_ll_func_value(ll, func));
    args[1] = gw_ll_load_item(ll, ll->i64, offsetof(struct gw_vmctx, funcs),
                              func, sizeof(void *));
    hand_on(ll, slow_type(ll, type),
            gw_ll_slow(ll, ll->module->funcs[func].type), args, 2);
    end(ll, &saved);
}

void
gw_ll_make_entry(struct gw_ll *ll, uint32_t func)
{
    LLVMTypeRef type = gw_ll_functype(ll, gw_module_functype(ll->module, func));
    LLVMValueRef args[ARGS_MAX];
    struct between saved;
    begin(ll, &saved, add_function(ll, "entry", func, type, GW_LL_CC_FAST));
    hand_on(ll, type, gw_ll_func_value(ll, func), args, 1);
    end(ll, &saved);
}

void
gw_ll_make_adapter(struct gw_ll *ll, uint32_t index)
{
    const struct gw_functype *type = functype(ll, index);
    LLVMTypeRef params[3] = { ll->ptr, ll->ptr, ll->ptr };
    LLVMTypeRef own = LLVMFunctionType(ll->none, params, 3, false);
    LLVMValueRef args[ARGS_MAX], values[2];
    struct between saved;
    bool out = gw_ll_has_out(type);
    begin(ll, &saved, add_function(ll, "adapter", index, own, GW_LL_CC_C));
    LLVMValueRef slots = LLVMGetParam(ll->func, 1);
    unsigned count = 0;
    args[count++] = ll->ctx;
    if (out)
        args[count++] = slots;
    gw_ll_get_slots(ll, type->params, args + count, type->param_count, slots);
    count += type->param_count;
    values[0] = gw_ll_call(ll, gw_ll_functype(ll, type),
                           LLVMGetParam(ll->func, 2), args, count,
                           GW_LL_CC_FAST);
    if (type->result_count == 2) {
        LLVMValueRef both = values[0];
        for (unsigned i = 0; i < 2; i++)
            values[i] = LLVMBuildExtractValue(ll->b, both, i, "");
    }
    if (!out)
        gw_ll_put_slots(ll, type->results, values, type->result_count, slots);
    LLVMBuildRetVoid(ll->b);
    end(ll, &saved);
}
