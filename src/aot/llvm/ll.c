#include "aot/llvm/ll.h"

#include <stdlib.h>

/* ---- types ---- */

LLVMTypeRef
gw_ll_type(const struct gw_ll *ll, gw_valtype type)
{
    switch (type) {
    case GW_TYPE_I32:
        return ll->i32;
    case GW_TYPE_F32:
        return ll->f32;
    case GW_TYPE_F64:
        return ll->f64;
    case GW_TYPE_V128:
        return ll->v128;
    default: /* i64 and references */
        return ll->i64;
    }
}

/* Two results fit registers on every machine. */
bool
gw_ll_has_out(const struct gw_functype *type)
{
    return type->result_count > 2;
}

static LLVMTypeRef
result_type(const struct gw_ll *ll, const struct gw_functype *type)
{
    LLVMTypeRef both[2];
    if (type->result_count == 0 || gw_ll_has_out(type))
        return ll->none;
    both[0] = gw_ll_type(ll, type->results[0]);
    if (type->result_count == 1)
        return both[0];
    both[1] = gw_ll_type(ll, type->results[1]);
    return LLVMStructTypeInContext(ll->context, both, 2, false);
}

LLVMTypeRef
gw_ll_functype(const struct gw_ll *ll, const struct gw_functype *type)
{
    LLVMTypeRef params[2 + 1000];
    unsigned count = 0;
    params[count++] = ll->ptr;
    if (gw_ll_has_out(type))
        params[count++] = ll->ptr;
    for (uint32_t i = 0; i < type->param_count; i++)
        params[count++] = gw_ll_type(ll, type->params[i]);
    return LLVMFunctionType(result_type(ll, type), params, count, false);
}

/* ---- values ---- */

LLVMValueRef
gw_ll_int(const struct gw_ll *ll, LLVMTypeRef type, uint64_t value)
{
    (void)ll;
    return LLVMConstInt(type, value, false);
}

LLVMValueRef
gw_ll_alloca(struct gw_ll *ll, LLVMTypeRef type)
{
    return LLVMBuildAlloca(ll->first, type, "");
}

LLVMValueRef
gw_ll_slots(struct gw_ll *ll, uint32_t count)
{
    return gw_ll_alloca(ll, LLVMArrayType2(ll->i64, count ? count : 1));
}

LLVMValueRef
gw_ll_at(struct gw_ll *ll, LLVMValueRef base, uint64_t offset)
{
    LLVMValueRef index = gw_ll_int(ll, ll->i64, offset);
    return offset ? LLVMBuildGEP2(ll->b, ll->i8, base, &index, 1, "") : base;
}

LLVMValueRef
gw_ll_load(struct gw_ll *ll, enum gw_ll_kind kind, LLVMTypeRef type,
           LLVMValueRef at)
{
    LLVMValueRef value = LLVMBuildLoad2(ll->b, type, at, "");
    LLVMSetAlignment(value, 1);
    LLVMSetMetadata(value, ll->tbaa, ll->tags[kind]);
    return value;
}

void
gw_ll_store(struct gw_ll *ll, enum gw_ll_kind kind, LLVMValueRef value,
            LLVMValueRef at)
{
    LLVMValueRef store = LLVMBuildStore(ll->b, value, at);
    LLVMSetAlignment(store, 1);
    LLVMSetMetadata(store, ll->tbaa, ll->tags[kind]);
}

LLVMValueRef
gw_ll_load_fixed(struct gw_ll *ll, LLVMTypeRef type, LLVMValueRef base,
                 uint64_t offset)
{
    LLVMValueRef at = gw_ll_at(ll, base, offset);
    LLVMValueRef value = LLVMBuildLoad2(ll->b, type, at, "");
    LLVMSetMetadata(value, ll->invariant, ll->empty);
    return value;
}

LLVMValueRef
gw_ll_load_item(struct gw_ll *ll, LLVMTypeRef type, uint64_t field,
                uint64_t index, uint64_t size)
{
    LLVMValueRef array = gw_ll_load_fixed(ll, ll->ptr, ll->ctx, field);
    return gw_ll_load_fixed(ll, type, array, index * size);
}

void
gw_ll_put_slots(struct gw_ll *ll, const gw_valtype *types,
                LLVMValueRef const *values, uint32_t count, LLVMValueRef slots)
{
    uint64_t offset = 0;
    for (uint32_t i = 0; i < count; i++) {
        LLVMValueRef value = values[i];
        /* Slots are written whole. */
        if (types[i] == GW_TYPE_F32)
            value = LLVMBuildBitCast(ll->b, value, ll->i32, "");
        if (types[i] == GW_TYPE_F32 || types[i] == GW_TYPE_I32)
            value = LLVMBuildZExt(ll->b, value, ll->i64, "");
        gw_ll_store(ll, GW_LL_SLOTS, value, gw_ll_at(ll, slots, offset));
        offset += gw_type_slots(types[i]) * sizeof(union gw_slot);
    }
}

void
gw_ll_get_slots(struct gw_ll *ll, const gw_valtype *types, LLVMValueRef *values,
                uint32_t count, LLVMValueRef slots)
{
    uint64_t offset = 0;
    for (uint32_t i = 0; i < count; i++) {
        values[i] = gw_ll_load(ll, GW_LL_SLOTS, gw_ll_type(ll, types[i]),
                               gw_ll_at(ll, slots, offset));
        offset += gw_type_slots(types[i]) * sizeof(union gw_slot);
    }
}

/* ---- control ---- */

LLVMBasicBlockRef
gw_ll_block(struct gw_ll *ll)
{
    return LLVMAppendBasicBlockInContext(ll->context, ll->func, "");
}

void
gw_ll_go(struct gw_ll *ll, LLVMBasicBlockRef block)
{
    LLVMPositionBuilderAtEnd(ll->b, block);
}

void
gw_ll_unless(struct gw_ll *ll, LLVMValueRef condition,
             LLVMBasicBlockRef *otherwise)
{
    LLVMBasicBlockRef next = gw_ll_block(ll);
    *otherwise = gw_ll_block(ll);
    LLVMBuildCondBr(ll->b, condition, *otherwise, next);
    gw_ll_go(ll, next);
}

void
gw_ll_trap(struct gw_ll *ll, enum gw_trap trap)
{
    LLVMValueRef number = gw_ll_int(ll, ll->i8, trap);
    LLVMValueRef call = gw_ll_intrinsic(ll, "llvm.ubsantrap", NULL, 0, &number,
                                        1);
    LLVMAddCallSiteAttribute(call,
                             (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             ll->nomerge);
    LLVMBuildUnreachable(ll->b);
}

void
gw_ll_trap_if(struct gw_ll *ll, LLVMValueRef condition, enum gw_trap trap)
{
    LLVMBasicBlockRef bad, next;
    gw_ll_unless(ll, condition, &bad);
    next = LLVMGetInsertBlock(ll->b);
    gw_ll_go(ll, bad);
    gw_ll_trap(ll, trap);
    gw_ll_go(ll, next);
}

/* ---- calls that cannot throw ---- */

LLVMValueRef
gw_ll_intrinsic(struct gw_ll *ll, const char *name, LLVMTypeRef *overloads,
                size_t overload_count, LLVMValueRef *args, unsigned count)
{
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    LLVMValueRef callee = LLVMGetIntrinsicDeclaration(ll->out, id, overloads,
                                                      overload_count);
    LLVMTypeRef type = LLVMIntrinsicGetType(ll->context, id, overloads,
                                            overload_count);
    return LLVMBuildCall2(ll->b, type, callee, args, count, "");
}

LLVMValueRef
gw_ll_intrinsic1(struct gw_ll *ll, const char *name, LLVMValueRef a)
{
    LLVMTypeRef type = LLVMTypeOf(a);
    return gw_ll_intrinsic(ll, name, &type, 1, &a, 1);
}

LLVMValueRef
gw_ll_intrinsic2(struct gw_ll *ll, const char *name, LLVMValueRef a,
                 LLVMValueRef b)
{
    LLVMTypeRef type = LLVMTypeOf(a);
    LLVMValueRef args[2] = { a, b };
    return gw_ll_intrinsic(ll, name, &type, 1, args, 2);
}

static const uint8_t helper_counts[] = {
#define HELPER(NAME, COUNT, TEXT) COUNT,
#include "rt/helper.def"
#undef HELPER
};

/* As 64 bits, the upper ones zero. */
static LLVMValueRef
widen(struct gw_ll *ll, LLVMValueRef value)
{
    LLVMTypeRef type = LLVMTypeOf(value);
    if (type == ll->ptr)
        return LLVMBuildPtrToInt(ll->b, value, ll->i64, "");
    return type == ll->i64 ? value : LLVMBuildZExt(ll->b, value, ll->i64, "");
}

LLVMValueRef
gw_ll_helper(struct gw_ll *ll, enum gw_ll_helper helper, LLVMValueRef *args)
{
    LLVMTypeRef types[6];
    LLVMValueRef all[6];
    unsigned count = helper_counts[helper];
    bool throws = helper == GW_HELPER_call || helper == GW_HELPER_throw ||
                  helper == GW_HELPER_throw_ref;
    types[0] = ll->ptr;
    all[0] = ll->ctx;
    for (unsigned i = 0; i < count; i++) {
        types[i + 1] = ll->i64;
        all[i + 1] = widen(ll, args[i]);
    }
    LLVMTypeRef type = LLVMFunctionType(ll->i64, types, count + 1, false);
    LLVMValueRef callee = gw_ll_load_item(ll, ll->ptr,
                                          offsetof(struct gw_vmctx, helpers),
                                          helper, sizeof(void *));
    if (throws)
        return gw_ll_call(ll, type, callee, all, count + 1, GW_LL_CC_C);
    LLVMValueRef call = LLVMBuildCall2(ll->b, type, callee, all, count + 1, "");
    LLVMSetTailCallKind(call, LLVMTailCallKindNoTail);
    return call;
}

/* ---- operands ---- */

void
gw_ll_set(struct gw_ll *ll, uint32_t i, LLVMValueRef value)
{
    uint32_t at = ll->it->height + i;
    if (at >= ll->val_capacity) {
        uint32_t capacity = at * 2 + 64;
        ll->vals = realloc(ll->vals, capacity * sizeof(*ll->vals));
        ll->val_capacity = capacity;
    }
    ll->vals[at] = value;
}
