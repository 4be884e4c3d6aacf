#include "interp/translate.h"

/*
 * Exceptions.  A try of either kind is a block; what it catches goes to the
 * function's clauses when its body has ended, so that inner blocks come first
 * (code.h).  Nothing may be moved over the ends of a body, or it would be
 * where other clauses hold.
 *
 * A handler of a legacy try has the exception in the slot where the results
 * of the try will stand, and its operands above it.
 */

static struct gw_clause *
add_clause(struct gw_trans *t, uint32_t first, uint32_t end, uint32_t kind)
{
    struct gw_clause *clause = NULL;
    if (!t->failed && t->clauses.count < UINT32_MAX / sizeof *clause)
        clause = gw_vec_push(&t->clauses);
    if (!clause) {
        t->failed = true;
        return NULL;
    }
    clause->first = first;
    clause->end = end;
    clause->kind = kind;
    return clause;
}

/* For what happens in the body of a try. */
static struct gw_clause *
add_try_clause(struct gw_trans *t, const struct gw_label *label, uint32_t end,
               uint32_t kind)
{
    struct gw_clause *clause = add_clause(t, label->start, end, kind);
    if (clause) {
        clause->depth = (uint32_t)(label - t->labels);
        clause->slot = label->slot;
    }
    return clause;
}

/* Lets a clause go to a label.  Until the label is bound, its clauses are a
 * list, like the branches to it. */
static void
refer(struct gw_trans *t, struct gw_clause *clause, struct gw_label *to)
{
    clause->slot = to->slot;
    clause->target = to->loop ? to->start : to->clauses;
    if (!to->loop)
        to->clauses = (uint32_t)t->clauses.count;
}

void
gw_trans_op_try(struct gw_trans *t)
{
    gw_trans_op_block(t);
    gw_trans_barrier(t);
    if (!t->failed)
        gw_trans_label(t, 0)->start = t->count;
}

/* ---- try_table ---- */

static void
add_catch(struct gw_trans *t, const struct gw_label *label,
          const struct gw_catch *from)
{
    struct gw_clause *clause = add_try_clause(t, label, t->count, from->kind);
    if (!clause)
        return;
    clause->tag = from->tag;
    refer(t, clause, gw_trans_label(t, from->label));
}

/* The block's own label is no longer open; the operator is read again. */
void
gw_trans_end_try(struct gw_trans *t, const struct gw_label *label,
                 const struct gw_ctl *ctl)
{
    const struct gw_module *module = t->it->module;
    struct gw_reader reader;
    struct gw_imm imm;
    enum gw_op op;
    gw_trans_barrier(t);
    gw_reader_init(&reader, module->bytes, 0, NULL);
    reader.at += ctl->pc;
    gw_op_read(&reader, &module->types, &op, &imm);
    reader.at = imm.items;
    for (uint32_t i = 0; i < imm.count && !t->failed; i++) {
        struct gw_catch from;
        gw_read_catch(&reader, &from);
        add_catch(t, label, &from);
    }
}

void
gw_trans_bind_clauses(struct gw_trans *t, struct gw_label *label)
{
    struct gw_clause *clauses = t->clauses.data;
    for (uint32_t next, i = label->clauses; i != 0; i = next) {
        next = clauses[i - 1].target;
        clauses[i - 1].target = t->count;
    }
    label->clauses = 0;
}

/* ---- resume ---- */

static void
add_handler(struct gw_trans *t, const struct gw_handler *from)
{
    uint32_t kind = from->kind == 0 ? GW_CLAUSE_ON_LABEL : GW_CLAUSE_ON_SWITCH;
    struct gw_clause *clause = add_clause(t, t->count - 1, t->count, kind);
    if (!clause)
        return;
    clause->tag = from->tag;
    if (from->kind != 0)
        return;
    uint32_t count;
    const gw_valtype *types = gw_ctl_label_types(gw_op_iter_label(t->it,
                                                                  from->label),
                                                 &count);
    clause->type = gw_type_heap(types[count - 1]);
    refer(t, clause, gw_trans_label(t, from->label));
}

/* Two resumes never end at the same place. */
void
gw_trans_add_handlers(struct gw_trans *t)
{
    struct gw_reader reader = t->it->reader;
    reader.at = t->it->imm.items;
    for (uint32_t i = 0; i < t->it->imm.count && !t->failed; i++) {
        struct gw_handler from;
        gw_read_handler(&reader, &from);
        add_handler(t, &from);
    }
}

/* ---- throwing ---- */

static const struct gw_functype *
tag_type(const struct gw_trans *t, uint32_t tag)
{
    const struct gw_module *module = t->it->module;
    return &module->types.defs[module->tags[tag]].func;
}

void
gw_trans_op_throw(struct gw_trans *t)
{
    uint32_t tag = t->it->imm.a;
    uint32_t base = gw_trans_arguments(t, tag_type(t, tag));
    uint32_t *at = gw_trans_emit(t, GW_IOP_THROW, 3);
    at[1] = tag;
    at[2] = base;
}

void
gw_trans_op_throw_ref(struct gw_trans *t)
{
    struct gw_loc loc = gw_trans_pop(t);
    uint32_t slot = gw_trans_read(t, &loc);
    gw_trans_emit(t, GW_IOP_THROW_REF, 2)[1] = slot;
}

/* ---- legacy ---- */

void
gw_trans_op_catch(struct gw_trans *t)
{
    struct gw_label *label = gw_trans_label(t, 0);
    const struct gw_blocktype *type = &gw_op_iter_label(t->it, 0)->type;
    bool all = t->it->op == GW_OP_CATCH_ALL;
    if (label->dead)
        return;
    if (t->it->reachable) {
        gw_trans_leave(t, label, type->result_count);
        gw_trans_jump(t, label, NULL);
    }
    gw_trans_cut(t, label);
    gw_trans_barrier(t);
    if (!label->handler)
        label->body_end = t->count;
    label->handler = true;
    struct gw_clause *clause = add_try_clause(t, label, label->body_end,
                                              all ? GW_CLAUSE_LEGACY_ALL
                                                  : GW_CLAUSE_LEGACY_TAG);
    if (!clause)
        return;
    clause->tag = t->it->imm.a;
    clause->target = t->count;
    t->slot_top++;
    if (t->slot_top > t->slot_max)
        t->slot_max = t->slot_top;
    if (!all) {
        const struct gw_functype *tag = tag_type(t, t->it->imm.a);
        gw_trans_push_types(t, tag->params, tag->param_count);
    }
}

/* Also the end of the block. */
void
gw_trans_op_delegate(struct gw_trans *t)
{
    struct gw_label *label = gw_trans_label(t, 0);
    if (!label->dead) {
        struct gw_clause *clause = add_try_clause(t, label, t->count,
                                                  GW_CLAUSE_DELEGATE);
        if (clause)
            clause->target = t->depth - 2 - t->it->imm.a;
        gw_trans_barrier(t);
    }
    gw_trans_op_end(t);
}

void
gw_trans_op_rethrow(struct gw_trans *t)
{
    uint32_t slot = gw_trans_label(t, t->it->imm.a)->slot;
    gw_trans_emit(t, GW_IOP_THROW_REF, 2)[1] = slot;
}
