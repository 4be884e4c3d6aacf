#include "aot/llvm/ll.h"

#include <stdlib.h>

/* ---- labels ---- */

static struct gw_ll_label *
label_at(const struct gw_ll *ll, uint32_t label)
{
    return &ll->labels[ll->depth - 1 - label];
}

static LLVMValueRef *
make_allocas(struct gw_ll *ll, const gw_valtype *types, uint32_t count)
{
    LLVMValueRef *allocas = calloc(count ? count : 1, sizeof(*allocas));
    for (uint32_t i = 0; i < count; i++)
        allocas[i] = gw_ll_alloca(ll, gw_ll_type(ll, types[i]));
    return allocas;
}

static struct gw_ll_label *
open_label(struct gw_ll *ll, const struct gw_blocktype *type, bool live)
{
    if (ll->depth == ll->label_capacity) {
        ll->label_capacity = ll->label_capacity * 2 + 16;
        ll->labels = realloc(ll->labels,
                             ll->label_capacity * sizeof(*ll->labels));
    }
    struct gw_ll_label *label = &ll->labels[ll->depth++];
    *label = (struct gw_ll_label){ .dead = !live };
    if (!live)
        return label;
    label->end = label->target = gw_ll_block(ll);
    label->param_count = type->param_count;
    label->result_count = type->result_count;
    label->results = make_allocas(ll, type->results, type->result_count);
    return label;
}

static void
close_label(struct gw_ll *ll)
{
    struct gw_ll_label *label = &ll->labels[--ll->depth];
    free(label->params);
    free(label->results);
}

/* Gives count values, from operand `from` on, to allocas. */
static void
give(struct gw_ll *ll, LLVMValueRef *allocas, uint32_t count, uint32_t from)
{
    for (uint32_t i = 0; i < count; i++)
        LLVMBuildStore(ll->b, gw_ll_get(ll, from + i), allocas[i]);
}

static bool
is_loop(const struct gw_ll_label *label)
{
    return label->target != label->end;
}

static LLVMValueRef *
allocas_of(const struct gw_ll_label *label, uint32_t *count)
{
    *count = is_loop(label) ? label->param_count : label->result_count;
    return is_loop(label) ? label->params : label->results;
}

/* Goes to a label with the operands from 0 on. */
static void
branch(struct gw_ll *ll, struct gw_ll_label *label)
{
    uint32_t count;
    LLVMValueRef *allocas = allocas_of(label, &count);
    give(ll, allocas, count, 0);
    LLVMBuildBr(ll->b, label->target);
}

/* Branches when the condition holds, and goes on when not. */
static void
branch_if(struct gw_ll *ll, LLVMValueRef condition, uint32_t index)
{
    struct gw_ll_label *label = label_at(ll, index);
    LLVMBasicBlockRef taken, next = gw_ll_block(ll);
    uint32_t count;
    allocas_of(label, &count);
    taken = count ? gw_ll_block(ll) : label->target;
    LLVMBuildCondBr(ll->b, condition, taken, next);
    if (count) {
        gw_ll_go(ll, taken);
        branch(ll, label);
    }
    gw_ll_go(ll, next);
}

/* Reads the allocas into the operands. */
static void
take(struct gw_ll *ll, LLVMValueRef *allocas, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        LLVMTypeRef type = LLVMGetAllocatedType(allocas[i]);
        gw_ll_set(ll, i, LLVMBuildLoad2(ll->b, type, allocas[i], ""));
    }
}

static LLVMValueRef
is_true(struct gw_ll *ll, LLVMValueRef value)
{
    return LLVMBuildICmp(ll->b, LLVMIntNE, value,
                         LLVMConstNull(LLVMTypeOf(value)), "");
}

/* ---- safepoints ---- */

static void
poll(struct gw_ll *ll)
{
    LLVMBasicBlockRef ask, next;
    LLVMValueRef word = LLVMBuildLoad2(ll->b, ll->i32, ll->ctx, "");
    LLVMSetOrdering(word, LLVMAtomicOrderingMonotonic);
    LLVMSetAlignment(word, 4);
    LLVMSetMetadata(word, ll->tbaa, ll->tags[GW_LL_CONTEXT]);
    gw_ll_unless(ll, is_true(ll, word), &ask);
    next = LLVMGetInsertBlock(ll->b);
    gw_ll_go(ll, ask);
    LLVMValueRef call = gw_ll_helper(ll, GW_HELPER_poll, NULL);
    LLVMAddCallSiteAttribute(call,
                             (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             ll->cold);
    LLVMBuildBr(ll->b, next);
    gw_ll_go(ll, next);
}

static void
check_stack(struct gw_ll *ll)
{
    LLVMValueRef exec = gw_ll_load_fixed(ll, ll->ptr, ll->ctx,
                                         offsetof(struct gw_vmctx, exec));
    LLVMValueRef limit =
        gw_ll_load(ll, GW_LL_CONTEXT, ll->i64,
                   gw_ll_at(ll, exec, offsetof(struct gw_exec, stack_limit)));
    LLVMValueRef here = gw_ll_intrinsic(ll, "llvm.read_register", &ll->i64, 1,
                                        &ll->stack_pointer, 1);
    gw_ll_trap_if(ll, LLVMBuildICmp(ll->b, LLVMIntULT, here, limit, ""),
                  GW_TRAP_STACK_EXHAUSTED);
}

/* ---- blocks ---- */

void
gw_ll_op_nop(struct gw_ll *ll)
{
    (void)ll;
}

void
gw_ll_op_unreachable(struct gw_ll *ll)
{
    gw_ll_trap(ll, GW_TRAP_UNREACHABLE);
}

void
gw_ll_op_block(struct gw_ll *ll)
{
    open_label(ll, &ll->it->imm.block, ll->it->reachable);
}

void
gw_ll_op_loop(struct gw_ll *ll)
{
    const struct gw_blocktype *type = &ll->it->imm.block;
    struct gw_ll_label *label = open_label(ll, type, ll->it->reachable);
    if (label->dead)
        return;
    label->target = gw_ll_block(ll);
    label->params = make_allocas(ll, type->params, type->param_count);
    give(ll, label->params, type->param_count, 0);
    LLVMBuildBr(ll->b, label->target);
    gw_ll_go(ll, label->target);
    if (ll->polls)
        poll(ll);
    take(ll, label->params, type->param_count);
}

/* The parameters are needed again for the else. */
void
gw_ll_op_if(struct gw_ll *ll)
{
    const struct gw_blocktype *type = &ll->it->imm.block;
    struct gw_ll_label *label = open_label(ll, type, ll->it->reachable);
    if (label->dead)
        return;
    uint32_t count = type->param_count;
    LLVMBasicBlockRef then = gw_ll_block(ll);
    label->other = gw_ll_block(ll);
    label->params = calloc(count ? count : 1, sizeof(*label->params));
    for (uint32_t i = 0; i < count; i++)
        label->params[i] = gw_ll_get(ll, i);
    LLVMBuildCondBr(ll->b, is_true(ll, gw_ll_get(ll, count)), then,
                    label->other);
    gw_ll_go(ll, then);
}

static void
leave(struct gw_ll *ll, struct gw_ll_label *label)
{
    if (!ll->it->reachable)
        return;
    give(ll, label->results, label->result_count, 0);
    LLVMBuildBr(ll->b, label->end);
}

static void
begin_else(struct gw_ll *ll, struct gw_ll_label *label)
{
    gw_ll_go(ll, label->other);
    label->other = NULL;
    for (uint32_t i = 0; i < label->param_count; i++)
        gw_ll_set(ll, i, label->params[i]);
}

void
gw_ll_op_else(struct gw_ll *ll)
{
    struct gw_ll_label *label = label_at(ll, 0);
    if (label->dead)
        return;
    leave(ll, label);
    begin_else(ll, label);
}

static void
build_return(struct gw_ll *ll)
{
    const struct gw_functype *type = ll->it->type;
    if (gw_ll_has_out(type))
        gw_ll_put_slots(ll, type->results, ll->vals + ll->it->height,
                        type->result_count, ll->out_slots);
    if (type->result_count == 0 || gw_ll_has_out(type))
        LLVMBuildRetVoid(ll->b);
    else if (type->result_count == 1)
        LLVMBuildRet(ll->b, gw_ll_get(ll, 0));
    else
        LLVMBuildAggregateRet(ll->b, ll->vals + ll->it->height, 2);
}

/* An exception that the blocks from depth on have not taken goes on. */
static void
pass_on(struct gw_ll *ll, uint32_t depth)
{
    uint32_t own = ll->depth;
    LLVMBasicBlockRef outer = NULL;
    for (uint32_t i = depth; i-- > 0 && !outer;)
        outer = ll->labels[i].catches ? ll->labels[i].dispatch : NULL;
    if (outer) {
        LLVMBuildBr(ll->b, outer);
        return;
    }
    LLVMValueRef exn = LLVMBuildLoad2(ll->b, ll->i64, ll->exn, "");
    ll->depth = 0; /* nobody catches it here */
    gw_ll_helper(ll, GW_HELPER_throw_ref, &exn);
    ll->depth = own;
    LLVMBuildUnreachable(ll->b);
}

/* What no handler of a legacy try has taken. */
static void
end_legacy(struct gw_ll *ll, struct gw_ll_label *label, uint32_t depth)
{
    LLVMBasicBlockRef rest = label->catches ? label->dispatch : label->other;
    label->catches = false;
    label->other = NULL;
    if (!rest)
        return;
    gw_ll_go(ll, rest);
    pass_on(ll, depth);
}

static void
end_block(struct gw_ll *ll, uint32_t depth)
{
    struct gw_ll_label *label = label_at(ll, 0);
    if (!label->dead) {
        leave(ll, label);
        if (label->exn) {
            end_legacy(ll, label, depth);
        } else if (label->other) {
            begin_else(ll, label);
            give(ll, label->results, label->result_count, 0);
            LLVMBuildBr(ll->b, label->end);
        }
        gw_ll_go(ll, label->end);
        take(ll, label->results, label->result_count);
        if (ll->depth == 1)
            build_return(ll);
    }
    close_label(ll);
}

void
gw_ll_op_end(struct gw_ll *ll)
{
    end_block(ll, ll->depth - 1);
}

/* ---- branches ---- */

void
gw_ll_op_br(struct gw_ll *ll)
{
    branch(ll, label_at(ll, ll->it->imm.a));
}

void
gw_ll_op_return(struct gw_ll *ll)
{
    branch(ll, &ll->labels[0]);
}

static uint32_t
arity(const struct gw_ll *ll, uint32_t index)
{
    uint32_t count;
    allocas_of(label_at(ll, index), &count);
    return count;
}

void
gw_ll_op_br_if(struct gw_ll *ll)
{
    uint32_t index = ll->it->imm.a;
    branch_if(ll, is_true(ll, gw_ll_get(ll, arity(ll, index))), index);
}

/* The reference stays when the branch is not taken. */
void
gw_ll_op_br_on_null(struct gw_ll *ll)
{
    uint32_t index = ll->it->imm.a;
    LLVMValueRef ref = gw_ll_get(ll, arity(ll, index));
    branch_if(ll, LLVMBuildNot(ll->b, is_true(ll, ref), ""), index);
}

/* The reference goes with the branch. */
void
gw_ll_op_br_on_non_null(struct gw_ll *ll)
{
    uint32_t index = ll->it->imm.a;
    LLVMValueRef ref = gw_ll_get(ll, arity(ll, index) - 1);
    branch_if(ll, is_true(ll, ref), index);
}

void
gw_ll_op_br_on_cast(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    LLVMValueRef ref = gw_ll_get(ll, arity(ll, imm->b) - 1);
    LLVMValueRef has = gw_ll_has_type(ll, ref, imm->type2);
    if (ll->it->op == GW_OP_BR_ON_CAST_FAIL)
        has = LLVMBuildNot(ll->b, has, "");
    branch_if(ll, has, imm->b);
}

/* Where a case goes: with values, through a block that gives them. */
static LLVMBasicBlockRef
find_case(struct gw_ll *ll, uint32_t index, LLVMBasicBlockRef *blocks)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(ll->b);
    if (arity(ll, index) == 0)
        return label_at(ll, index)->target;
    if (!blocks[index]) {
        blocks[index] = gw_ll_block(ll);
        gw_ll_go(ll, blocks[index]);
        branch(ll, label_at(ll, index));
        gw_ll_go(ll, here);
    }
    return blocks[index];
}

void
gw_ll_op_br_table(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    struct gw_reader reader = ll->it->reader;
    LLVMBasicBlockRef *blocks = calloc(ll->depth, sizeof(*blocks));
    uint32_t *labels = calloc((size_t)imm->count + 1, sizeof(*labels));
    reader.at = imm->items;
    for (uint32_t i = 0; i <= imm->count; i++)
        labels[i] = gw_read_u32(&reader);
    LLVMValueRef which = gw_ll_get(ll, arity(ll, labels[0]));
    LLVMBasicBlockRef rest = find_case(ll, labels[imm->count], blocks);
    LLVMValueRef choice = LLVMBuildSwitch(ll->b, which, rest, imm->count);
    for (uint32_t i = 0; i < imm->count; i++)
        LLVMAddCase(choice, gw_ll_int(ll, ll->i32, i),
                    find_case(ll, labels[i], blocks));
    free(labels);
    free(blocks);
}

/* ---- exceptions ---- */

static LLVMValueRef
exn_alloca(struct gw_ll *ll)
{
    if (!ll->exn)
        ll->exn = gw_ll_alloca(ll, ll->i64);
    return ll->exn;
}

LLVMBasicBlockRef
gw_ll_pad(struct gw_ll *ll)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(ll->b);
    struct gw_ll_label *label = NULL;
    for (uint32_t i = ll->depth; i-- > 0 && !label;)
        label = ll->labels[i].catches ? &ll->labels[i] : NULL;
    if (!label || label->pad)
        return label ? label->pad : NULL;
    label->pad = gw_ll_block(ll);
    gw_ll_go(ll, label->pad);
    if (!LLVMHasPersonalityFn(ll->func))
        LLVMSetPersonalityFn(ll->func, ll->personality);
    LLVMValueRef pad = LLVMBuildLandingPad(ll->b, ll->pad_type, NULL, 1, "");
    LLVMAddClause(pad, LLVMConstNull(ll->ptr));
    LLVMValueRef exn = LLVMBuildExtractValue(ll->b, pad, 0, "");
    exn = LLVMBuildPtrToInt(ll->b, exn, ll->i64, "");
    LLVMBuildStore(ll->b, exn, exn_alloca(ll));
    LLVMBuildBr(ll->b, label->dispatch);
    gw_ll_go(ll, here);
    return label->pad;
}

static const struct gw_functype *
tag_type(const struct gw_ll *ll, uint32_t tag)
{
    return &ll->module->types.defs[ll->module->tags[tag]].func;
}

/* Has the exception the tag?  Goes on where it has. */
static void
match_tag(struct gw_ll *ll, LLVMValueRef exn, uint32_t tag,
          LLVMBasicBlockRef *otherwise)
{
    LLVMValueRef object = LLVMBuildIntToPtr(ll->b, exn, ll->ptr, "");
    LLVMValueRef has = gw_ll_load(ll, GW_LL_OBJECT, ll->ptr,
                                  gw_ll_at(ll, object,
                                           offsetof(struct gw_exn, tag)));
    LLVMValueRef want = gw_ll_load_item(ll, ll->ptr,
                                        offsetof(struct gw_vmctx, tags), tag,
                                        sizeof(void *));
    gw_ll_unless(ll, LLVMBuildICmp(ll->b, LLVMIntNE, has, want, ""), otherwise);
}

static void
read_payload(struct gw_ll *ll, LLVMValueRef exn, uint32_t tag,
             LLVMValueRef *values)
{
    const struct gw_functype *type = tag_type(ll, tag);
    LLVMValueRef object = LLVMBuildIntToPtr(ll->b, exn, ll->ptr, "");
    gw_ll_get_slots(ll, type->params, values, type->param_count,
                    gw_ll_at(ll, object, sizeof(struct gw_exn)));
}

/* One clause of a try_table; goes on where it does not take the exception. */
static bool
build_catch(struct gw_ll *ll, LLVMValueRef exn, const struct gw_catch *clause)
{
    struct gw_ll_label *label = label_at(ll, clause->label);
    bool tagged = clause->kind < 2;
    LLVMBasicBlockRef next = NULL;
    LLVMValueRef values[1000 + 1];
    uint32_t count;
    LLVMValueRef *allocas = allocas_of(label, &count);
    if (tagged) {
        match_tag(ll, exn, clause->tag, &next);
        read_payload(ll, exn, clause->tag, values);
    }
    if (clause->kind & 1)
        values[count - 1] = exn;
    for (uint32_t i = 0; i < count; i++)
        LLVMBuildStore(ll->b, values[i], allocas[i]);
    LLVMBuildBr(ll->b, label->target);
    if (tagged)
        gw_ll_go(ll, next);
    return tagged;
}

void
gw_ll_op_try_table(struct gw_ll *ll)
{
    const struct gw_imm *imm = &ll->it->imm;
    bool live = ll->it->reachable;
    LLVMBasicBlockRef here = LLVMGetInsertBlock(ll->b), dispatch = NULL;
    if (live) {
        struct gw_reader reader = ll->it->reader;
        bool open = true;
        reader.at = imm->items;
        dispatch = gw_ll_block(ll);
        gw_ll_go(ll, dispatch);
        LLVMValueRef exn = LLVMBuildLoad2(ll->b, ll->i64, exn_alloca(ll), "");
        for (uint32_t i = 0; i < imm->count; i++) {
            struct gw_catch clause;
            gw_read_catch(&reader, &clause);
            open = open && build_catch(ll, exn, &clause);
        }
        if (open)
            pass_on(ll, ll->depth);
        gw_ll_go(ll, here);
    }
    struct gw_ll_label *label = open_label(ll, &imm->block, live);
    label->catches = live;
    label->dispatch = dispatch;
}

void
gw_ll_op_throw(struct gw_ll *ll)
{
    const struct gw_functype *type = tag_type(ll, ll->it->imm.a);
    LLVMValueRef slots = gw_ll_slots(ll, type->param_slots);
    LLVMValueRef args[2] = { gw_ll_int(ll, ll->i64, ll->it->imm.a), slots };
    gw_ll_put_slots(ll, type->params, ll->vals + ll->it->height,
                    type->param_count, slots);
    gw_ll_helper(ll, GW_HELPER_throw, args);
    LLVMBuildUnreachable(ll->b);
}

void
gw_ll_op_throw_ref(struct gw_ll *ll)
{
    LLVMValueRef exn = gw_ll_get(ll, 0);
    gw_ll_helper(ll, GW_HELPER_throw_ref, &exn);
    LLVMBuildUnreachable(ll->b);
}

/* ---- legacy exceptions: other is where the next handler is tried ---- */

void
gw_ll_op_try(struct gw_ll *ll)
{
    bool live = ll->it->reachable;
    struct gw_ll_label *label = open_label(ll, &ll->it->imm.block, live);
    if (!live)
        return;
    label->catches = true;
    label->dispatch = gw_ll_block(ll);
    label->exn = gw_ll_alloca(ll, ll->i64);
    exn_alloca(ll);
}

void
gw_ll_op_catch(struct gw_ll *ll)
{
    struct gw_ll_label *label = label_at(ll, 0);
    if (label->dead)
        return;
    leave(ll, label);
    gw_ll_go(ll, label->catches ? label->dispatch : label->other);
    label->catches = false;
    label->other = NULL;
    LLVMValueRef exn = LLVMBuildLoad2(ll->b, ll->i64, ll->exn, "");
    if (ll->it->op == GW_OP_CATCH) {
        uint32_t tag = ll->it->imm.a, count = tag_type(ll, tag)->param_count;
        match_tag(ll, exn, tag, &label->other);
        if (count != 0)
            gw_ll_set(ll, count - 1, NULL);
        read_payload(ll, exn, tag, ll->vals + ll->it->height);
    }
    LLVMBuildStore(ll->b, exn, label->exn);
}

/* Also the end of the block. */
void
gw_ll_op_delegate(struct gw_ll *ll)
{
    end_block(ll, ll->depth - 1 - ll->it->imm.a);
}

void
gw_ll_op_rethrow(struct gw_ll *ll)
{
    struct gw_ll_label *label = label_at(ll, ll->it->imm.a);
    LLVMValueRef exn = LLVMBuildLoad2(ll->b, ll->i64, label->exn, "");
    gw_ll_helper(ll, GW_HELPER_throw_ref, &exn);
    LLVMBuildUnreachable(ll->b);
}

/* ---- functions ---- */

typedef void op_fn(struct gw_ll *ll);

static op_fn *const operators[GW_OP_COUNT] = {
#define OPERATOR(IDENT, NAME) [GW_OP_##IDENT] = gw_ll_op_##NAME,
#include "aot/llvm/operator.def"
#undef OPERATOR
};

static void
set_line(struct gw_ll *ll, uint32_t line)
{
    LLVMSetCurrentDebugLocation2(
        ll->b, LLVMDIBuilderCreateDebugLocation(ll->context, line, 0, ll->scope,
                                                NULL));
}

static bool
on_op(void *self, struct gw_op_iter *it)
{
    struct gw_ll *ll = self;
    ll->it = it;
    set_line(ll, it->pc);
    if (operators[it->op])
        operators[it->op](ll);
    else if (!gw_ll_num(ll) && !gw_ll_mem(ll))
        ll->unsupported = gw_op_table[it->op].text;
    return !ll->unsupported;
}

/* Parameters and zeros go to the locals' allocas. */
static void
make_locals(struct gw_ll *ll, const struct gw_op_iter *it)
{
    bool out = gw_ll_has_out(it->type);
    if (it->local_count > ll->local_capacity) {
        ll->locals = realloc(ll->locals, it->local_count * sizeof(*ll->locals));
        ll->local_capacity = it->local_count;
    }
    ll->ctx = LLVMGetParam(ll->func, 0);
    ll->out_slots = out ? LLVMGetParam(ll->func, 1) : NULL;
    for (uint32_t i = 0; i < it->local_count; i++) {
        LLVMTypeRef type = gw_ll_type(ll, it->locals[i]);
        LLVMValueRef value = i < it->type->param_count
                                 ? LLVMGetParam(ll->func, 1 + out + i)
                                 : LLVMConstNull(type);
        ll->locals[i] = gw_ll_alloca(ll, type);
        LLVMBuildStore(ll->first, value, ll->locals[i]);
    }
}

struct begin {
    struct gw_ll *ll;
    LLVMBasicBlockRef body;
    bool begun;
};

/* Before the first operator, when the iterator knows the locals. */
static void
begin(struct begin *begin, struct gw_op_iter *it)
{
    struct gw_ll *ll = begin->ll;
    const struct gw_functype *type = it->type;
    struct gw_blocktype block = { .results = type->results,
                                  .result_count = type->result_count };
    ll->it = it;
    make_locals(ll, it);
    gw_ll_go(ll, begin->body);
    open_label(ll, &block, true);
    begin->begun = true;
}

static bool
on_any(void *self, struct gw_op_iter *it)
{
    struct begin *state = self;
    if (!state->begun)
        begin(state, it);
    return on_op(state->ll, it);
}

/* What stands before the body is known when the body is there. */
static void
end(struct gw_ll *ll, LLVMBasicBlockRef body, uint32_t offset)
{
    gw_ll_go(ll, ll->entry);
    set_line(ll, offset);
    if (ll->calls) {
        check_stack(ll);
        if (ll->polls)
            poll(ll);
    }
    LLVMBuildBr(ll->b, body);
    LLVMSetCurrentDebugLocation2(ll->b, NULL);
}

enum gw_err
gw_ll_func(struct gw_ll *ll, struct gw_op_iter *it, uint32_t func,
           struct gw_diag *diag)
{
    struct begin state = { .ll = ll };
    const struct gw_sink sink = { &state, on_any };
    uint32_t offset = ll->module->funcs[func].offset;
    ll->func = gw_ll_func_value(ll, func);
    ll->scope = LLVMDIBuilderCreateFunction(ll->lines, ll->file, "f", 1, "", 0,
                                            ll->file, offset, ll->line_type,
                                            false, true, offset, 0, true);
    LLVMSetSubprogram(ll->func, ll->scope);
    ll->entry = gw_ll_block(ll);
    state.body = gw_ll_block(ll);
    ll->exn = NULL;
    ll->calls = false;
    ll->unsupported = NULL;
    LLVMPositionBuilderAtEnd(ll->first, ll->entry);
    enum gw_err err = gw_op_iter_run(it, func, &sink, diag);
    if (err == GW_OK && !ll->unsupported)
        end(ll, state.body, offset);
    while (ll->depth > 0)
        close_label(ll);
    return err;
}
