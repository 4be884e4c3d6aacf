#include "interp/run.h"

#include "rt/stack.h"

/*
 * [DOC] Continuations.
 *
 * A stack (rt/stack.h) has its slots and records at its two ends, like the
 * guest stack, and at its bottom a record without function, whose pc is at
 * CONT_ENDED: there the first function returns to, and that is where its
 * results go to who resumed it.
 *
 * Nothing of a frame moves when its continuation is suspended: the newest
 * frame's record is left as at a call, and what the continuation is resumed
 * with is written where the results of that call belong.
 *
 * The handlers of a resume are clauses of its function (code.h) that hold at
 * the place behind it.
 */

static const uint32_t cont_ended[] = { GW_IOP_CONT_ENDED };

static union gw_slot *
frame_end(const struct gw_frame_record *record)
{
    const struct gw_icode *code = record->func->code;
    return record->fp + code->frame_slots;
}

static struct gw_cont *
cont_of(uint64_t ref)
{
    return (struct gw_cont *)(void *)gw_ref_object(ref);
}

static enum gw_trap
check_cont(uint64_t ref)
{
    if (ref == 0)
        return GW_TRAP_NULL_CONTINUATION;
    return cont_of(ref)->stack ? GW_TRAP_NONE : GW_TRAP_CONTINUATION_CONSUMED;
}

/* May collect; all slots of the newest frame are in use. */
static struct gw_cont *
new_cont(struct gw_exec *exec, uint32_t type)
{
    const struct gw_frame_record *sp = exec->frame_top;
    exec->slot_top = frame_end(sp);
    return gw_heap_new_cont(exec->store, sp->ctx->type_ids[type]);
}

/* ---- making ---- */

/* Lets func begin on a fresh stack; false when it is too small for that. */
static bool
prepare(struct gw_stack *stack, struct gw_funcinst *func, struct gw_vmctx *ctx)
{
    const struct gw_functype *type = func->type;
    struct gw_frame_record *mark =
        (struct gw_frame_record *)(void *)stack->end - 1;
    uint64_t slots = (uint64_t)type->param_slots + type->result_slots;
    uint64_t need = slots * sizeof(union gw_slot) + sizeof(*mark);
    if (gw_interp_room(mark + 1, stack->base) < need)
        return false;
    *mark = (struct gw_frame_record){ NULL, cont_ended, stack->base, ctx };
    memset(stack->base, 0, type->param_slots * sizeof(*stack->base));
    stack->frame_top = mark;
    stack->slot_top = stack->base + type->param_slots;
    stack->func = func;
    stack->result_slots = type->result_slots;
    return true;
}

enum gw_trap
gw_interp_cont_new(struct gw_exec *exec, uint64_t func, uint32_t type,
                   union gw_slot *to)
{
    const struct gw_frame_record *sp = exec->frame_top;
    if (func == 0)
        return GW_TRAP_NULL_FUNCTION;
    struct gw_cont *cont = new_cont(exec, type);
    if (!cont)
        return GW_TRAP_HEAP_EXHAUSTED;
    to->ref = gw_ref_from(cont); /* where a collection sees it */
    cont->stack = cont->outermost = gw_stack_new(exec->store);
    if (cont->stack && prepare(cont->stack, gw_ref_func(func), sp->ctx))
        return GW_TRAP_NONE;
    gw_cont_drop(cont);
    return GW_TRAP_STACK_EXHAUSTED;
}

enum gw_trap
gw_interp_cont_bind(struct gw_exec *exec, uint64_t ref, uint32_t type,
                    const struct gw_interp_values *args, union gw_slot *to)
{
    enum gw_trap trap = check_cont(ref);
    if (trap != GW_TRAP_NONE)
        return trap;
    struct gw_cont *bound = new_cont(exec, type), *cont = cont_of(ref);
    if (!bound)
        return GW_TRAP_HEAP_EXHAUSTED;
    bound->stack = cont->stack;
    bound->outermost = cont->outermost;
    cont->stack = NULL;
    if (args->count != 0)
        memcpy(bound->stack->args, args->slots,
               args->count * sizeof(*args->slots));
    bound->stack->args += args->count;
    to->ref = gw_ref_from(bound);
    return GW_TRAP_NONE;
}

/* ---- going over ---- */

/* Makes what cont stands for the newest part of the chain, whose outermost
 * stack has been linked to what waits for it. */
static struct gw_stack *
attach(struct gw_exec *exec, struct gw_cont *cont)
{
    struct gw_stack *stack = cont->stack;
    cont->stack = NULL;
    exec->stack = stack;
    exec->frame_top = stack->frame_top;
    exec->slot_top = stack->slot_top;
    return stack;
}

/* The newest frame waits for what cont does, with its results at results. */
static struct gw_stack *
attach_here(struct gw_exec *exec, struct gw_cont *cont, union gw_slot *results)
{
    struct gw_stack *last = cont->outermost;
    last->outer = exec->stack;
    last->outer_frame_top = exec->frame_top;
    last->outer_slot_top = frame_end(exec->frame_top);
    last->results = results;
    return attach(exec, cont);
}

/* Goes on in the stack just attached. */
static enum gw_trap
go_on(struct gw_exec *exec, struct gw_stack *stack)
{
    struct gw_funcinst *func = stack->func;
    stack->func = NULL;
    return func ? gw_interp_call_slow(exec, func, stack->base) : GW_TRAP_NONE;
}

static void
give(struct gw_stack *stack, const struct gw_interp_values *args)
{
    if (args->count != 0)
        memcpy(stack->args, args->slots, args->count * sizeof(*args->slots));
}

enum gw_trap
gw_interp_resume(struct gw_exec *exec, uint64_t ref,
                 const struct gw_interp_values *args)
{
    enum gw_trap trap = check_cont(ref);
    if (trap != GW_TRAP_NONE)
        return trap;
    struct gw_stack *stack = attach_here(exec, cont_of(ref), args->slots);
    give(stack, args);
    return go_on(exec, stack);
}

enum gw_trap
gw_interp_resume_throw(struct gw_exec *exec, uint64_t ref, uint32_t tag,
                       union gw_slot *args)
{
    struct gw_exn *exn;
    enum gw_trap trap = check_cont(ref);
    if (trap == GW_TRAP_NONE)
        trap = gw_interp_new_exn(exec, tag, args, &exn);
    if (trap != GW_TRAP_NONE)
        return trap;
    attach_here(exec, cont_of(ref), args)->func = NULL;
    return gw_interp_throw_ref(exec, gw_ref_from(exn));
}

enum gw_trap
gw_interp_resume_throw_ref(struct gw_exec *exec, uint64_t ref, uint64_t exn,
                           union gw_slot *results)
{
    enum gw_trap trap = check_cont(ref);
    if (trap != GW_TRAP_NONE)
        return trap;
    if (exn == 0)
        return GW_TRAP_NULL_EXCEPTION;
    attach_here(exec, cont_of(ref), results)->func = NULL;
    return gw_interp_throw_ref(exec, exn);
}

enum gw_trap
gw_interp_cont_end(struct gw_exec *exec)
{
    const struct gw_stack *stack = exec->stack;
    if (stack->result_slots != 0)
        memcpy(stack->results, stack->base,
               stack->result_slots * sizeof(*stack->base));
    gw_stack_leave(exec);
    return GW_TRAP_NONE;
}

/* ---- suspending ---- */

/* The clause of a resume that the newest frame is in, and the stack that it
 * has resumed; NULL when there is none before the host. */
static struct gw_stack *
find_handler(const struct gw_exec *exec, uint32_t tag, uint32_t kind,
             const struct gw_clause **out)
{
    const struct gw_frame_record *sp = exec->frame_top;
    const struct gw_taginst *taginst = sp->ctx->tags[tag];
    struct gw_stack *stack = exec->stack;
    for (; stack && stack->runs == 0; stack = stack->outer) {
        *out = gw_interp_find_handler(stack->outer_frame_top, taginst, kind);
        if (*out)
            return stack;
    }
    return NULL;
}

/* Lets cont stand for the chain up to last, whose newest frame waits for what
 * belongs at args. */
static void
detach(struct gw_exec *exec, struct gw_stack *last, struct gw_cont *cont,
       union gw_slot *args)
{
    struct gw_stack *stack = exec->stack;
    stack->frame_top = exec->frame_top;
    stack->slot_top = frame_end(exec->frame_top);
    stack->args = args;
    cont->stack = stack;
    cont->outermost = last;
    exec->stack = last->outer;
    exec->frame_top = last->outer_frame_top;
    exec->slot_top = last->outer_slot_top;
    last->outer = NULL;
}

enum gw_trap
gw_interp_suspend(struct gw_exec *exec, uint32_t tag, union gw_slot *args)
{
    const struct gw_clause *clause;
    struct gw_stack *last = find_handler(exec, tag, GW_CLAUSE_ON_LABEL,
                                         &clause);
    if (!last)
        return GW_TRAP_UNHANDLED_TAG;
    const struct gw_frame_record *sp = exec->frame_top;
    struct gw_frame_record *to = last->outer_frame_top;
    uint32_t count = sp->ctx->tags[tag]->type->param_slots;
    exec->slot_top = frame_end(sp);
    struct gw_cont *cont = gw_heap_new_cont(exec->store,
                                            to->ctx->type_ids[clause->type]);
    if (!cont)
        return GW_TRAP_HEAP_EXHAUSTED;
    detach(exec, last, cont, args);
    union gw_slot *values = to->fp + clause->slot;
    if (count != 0)
        memcpy(values, args, count * sizeof(*values));
    values[count].ref = gw_ref_from(cont);
    return gw_interp_land(exec, to, clause);
}

enum gw_trap
gw_interp_switch(struct gw_exec *exec, uint64_t ref, uint32_t tag,
                 uint32_t type, const struct gw_interp_values *args)
{
    const struct gw_clause *clause;
    enum gw_trap trap = check_cont(ref);
    if (trap != GW_TRAP_NONE)
        return trap;
    struct gw_stack *last = find_handler(exec, tag, GW_CLAUSE_ON_SWITCH,
                                         &clause);
    if (!last)
        return GW_TRAP_UNHANDLED_TAG;
    struct gw_cont *own = new_cont(exec, type);
    if (!own)
        return GW_TRAP_HEAP_EXHAUSTED;
    detach(exec, last, own, args->slots);
    struct gw_stack *stack = attach_here(exec, cont_of(ref), last->results);
    give(stack, args);
    stack->args[args->count].ref = gw_ref_from(own);
    return go_on(exec, stack);
}
