#include "interp/run.h"

#include "rt/stack.h"

/*
 * [DOC] Unwinding.
 *
 * An exception looks at the frames of its run from the newest on.  The pc of
 * each, which points behind a call or a throw, tells which blocks it is in,
 * and so which clauses hold (code.h).  The first that takes the exception
 * gets it: the frame becomes the newest and goes on at the clause's target.
 *
 * Behind the last frame of a continuation comes the one that has resumed it;
 * the stacks between are given up.  If no frame takes the exception, the run
 * ends with GW_TRAP_UNCAUGHT_EXCEPTION, and the
 * exception waits in exec->exn.  No frame has been touched then, so that the
 * backtrace is that of the throw.  A host function that returns this trap to
 * its caller throws the exception there anew.
 */

/* Does a clause of this kind name a tag, and deliver its values? */
static bool
has_tag(uint32_t kind)
{
    return kind == GW_CLAUSE_TAG || kind == GW_CLAUSE_TAG_REF ||
           kind == GW_CLAUSE_LEGACY_TAG;
}

/* Catch clauses come before the others in the enumeration. */
static bool
catches(uint32_t kind)
{
    return kind < GW_CLAUSE_ON_LABEL;
}

static bool
holds(const struct gw_clause *clause, uint32_t pc)
{
    return clause->first < pc && pc <= clause->end;
}

static const struct gw_clause *
find_clause(const struct gw_frame_record *record, const struct gw_exn *exn)
{
    const struct gw_icode *code = record->func->code;
    const struct gw_clause *clause = gw_icode_clauses(code);
    const struct gw_clause *end = clause + code->clause_count;
    uint32_t pc = (uint32_t)(record->pc - code->words);
    uint32_t depth = UINT32_MAX;
    for (; clause < end; clause++) {
        if (!holds(clause, pc) || !catches(clause->kind) ||
            clause->depth > depth)
            continue;
        if (clause->kind == GW_CLAUSE_DELEGATE)
            depth = clause->target;
        else if (!has_tag(clause->kind) ||
                 record->ctx->tags[clause->tag] == exn->tag)
            return clause;
    }
    return NULL;
}

const struct gw_clause *
gw_interp_find_handler(const struct gw_frame_record *record,
                       const struct gw_taginst *tag, uint32_t kind)
{
    const struct gw_icode *code = record->func->code;
    const struct gw_clause *clause = gw_icode_clauses(code);
    const struct gw_clause *end = clause + code->clause_count;
    uint32_t pc = (uint32_t)(record->pc - code->words);
    for (; clause < end; clause++) {
        if (holds(clause, pc) && clause->kind == kind &&
            record->ctx->tags[clause->tag] == tag)
            return clause;
    }
    return NULL;
}

/* What the clause delivers. */
static void
deliver(uint32_t kind, struct gw_exn *exn, union gw_slot *to)
{
    uint32_t slots = has_tag(kind) ? exn->tag->type->param_slots : 0;
    if (kind == GW_CLAUSE_LEGACY_TAG || kind == GW_CLAUSE_LEGACY_ALL)
        (to++)->ref = gw_ref_from(exn);
    if (slots != 0)
        memcpy(to, gw_exn_payload(exn), slots * sizeof(*to));
    if (kind == GW_CLAUSE_TAG_REF || kind == GW_CLAUSE_ALL_REF)
        to[slots].ref = gw_ref_from(exn);
}

static bool
polled(const struct gw_frame_record *record)
{
    return atomic_load_explicit(&record->ctx->poll, memory_order_relaxed) != 0;
}

enum gw_trap
gw_interp_land(struct gw_exec *exec, struct gw_frame_record *record,
               const struct gw_clause *clause)
{
    const struct gw_icode *code = record->func->code;
    record->pc = code->words + clause->target;
    exec->frame_top = record;
    /* A way back is to a loop, which is a safepoint. */
    bool loops = clause->target <= clause->first;
    return loops && polled(record) ? gw_interp_poll(exec) : GW_TRAP_NONE;
}

static enum gw_trap
check_poll(struct gw_exec *exec, const struct gw_frame_record *record)
{
    if (!polled(record))
        return GW_TRAP_NONE;
    return gw_exec_poll(exec, (struct gw_instance *)record->ctx);
}

/* Guests choose how many clauses there are to look at, so this polls. */
static enum gw_trap
unwind(struct gw_exec *exec, struct gw_exn *exn)
{
    struct gw_frame_record *record = exec->frame_top;
    struct gw_stack *stack = exec->stack;
    for (;;) {
        if (!record->func) {
            if (!stack || stack->runs != 0)
                break;
            record = stack->outer_frame_top;
            stack = stack->outer;
        }
        enum gw_trap trap = check_poll(exec, record);
        if (trap != GW_TRAP_NONE)
            return trap;
        const struct gw_clause *clause = find_clause(record, exn);
        if (clause) {
            while (exec->stack != stack)
                gw_stack_leave(exec);
            deliver(clause->kind, exn, record->fp + clause->slot);
            exec->exn = NULL;
            exec->info_frame = NULL;
            return gw_interp_land(exec, record, clause);
        }
        record++;
    }
    exec->exn = exn;
    return GW_TRAP_UNCAUGHT_EXCEPTION;
}

enum gw_trap
gw_interp_new_exn(struct gw_exec *exec, uint32_t tag, const union gw_slot *args,
                  struct gw_exn **out)
{
    const struct gw_frame_record *sp = exec->frame_top;
    const struct gw_icode *code = sp->func->code;
    struct gw_taginst *taginst = sp->ctx->tags[tag];
    union gw_slot *slot_top = exec->slot_top;
    exec->slot_top = sp->fp + code->frame_slots;
    struct gw_exn *exn = gw_heap_new_exn(exec->store, taginst);
    exec->slot_top = slot_top;
    if (!exn)
        return GW_TRAP_HEAP_EXHAUSTED;
    if (taginst->type->param_slots != 0)
        memcpy(gw_exn_payload(exn), args,
               taginst->type->param_slots * sizeof(*args));
    *out = exn;
    return GW_TRAP_NONE;
}

enum gw_trap
gw_interp_throw(struct gw_exec *exec, uint32_t tag, const union gw_slot *args)
{
    struct gw_exn *exn;
    enum gw_trap trap = gw_interp_new_exn(exec, tag, args, &exn);
    return trap == GW_TRAP_NONE ? unwind(exec, exn) : trap;
}

enum gw_trap
gw_interp_throw_ref(struct gw_exec *exec, uint64_t ref)
{
    if (ref == 0)
        return GW_TRAP_NULL_EXCEPTION;
    return unwind(exec, (struct gw_exn *)(void *)gw_ref_object(ref));
}
