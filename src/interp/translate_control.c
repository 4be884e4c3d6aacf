#include "interp/translate.h"

/* ---- conditions ---- */

/* A condition taken off the stack: up to two operands, and the branches that
 * are taken when it holds and when it does not. */
struct cond {
    uint32_t yes, no; /* enum gw_iop */
    uint32_t words;   /* of the branch */
    uint32_t a, b;
};

static struct cond
cond_of(uint32_t yes, uint32_t no, uint32_t slot)
{
    return (struct cond){ yes, no, 3, slot, 0 };
}

/* Takes the comparison at `at` back out of the code. */
static struct cond
take_compare(struct gw_trans *t, uint32_t at)
{
    const uint32_t *words = t->words + at;
    const struct gw_fuse *fuse = gw_fuse_find(words[0]);
    struct cond cond = { fuse->yes, fuse->no, fuse->words, words[2], 0 };
    if (fuse->words == 4)
        cond.b = words[3];
    t->count = at;
    gw_trans_barrier(t);
    return cond;
}

/* Is the last instruction eqz of the result of the one before, and that a
 * comparison which nobody else needs?  It went to the place on the stack that
 * eqz's own result has then; a local must keep it. */
static bool
is_negated(const struct gw_trans *t)
{
    return t->words[t->last] == GW_IOP_I32_EQZ && t->prev != GW_NO_CODE &&
           gw_fuse_find(t->words[t->prev])->yes != 0 &&
           t->words[t->prev + 1] == t->words[t->last + 2] &&
           t->words[t->prev + 1] == t->words[t->last + 1];
}

static struct cond
pop_cond(struct gw_trans *t)
{
    struct gw_loc loc = gw_trans_pop(t);
    if (t->failed || !gw_trans_is_last(t, &loc) ||
        gw_fuse_find(t->words[t->last])->yes == 0)
        return cond_of(GW_IOP_BR_IF, GW_IOP_BR_UNLESS, gw_trans_read(t, &loc));
    if (!is_negated(t))
        return take_compare(t, t->last);
    struct cond cond = take_compare(t, t->prev);
    uint32_t yes = cond.yes;
    cond.yes = cond.no;
    cond.no = yes;
    return cond;
}

/* Goes to label, or to where *fixups will be bound, when the condition is
 * `sense`. */
static void
emit_cond(struct gw_trans *t, const struct cond *cond, bool sense,
          struct gw_label *label, uint32_t *fixups)
{
    uint32_t iop = sense ? cond->yes : cond->no;
    if (label && label->loop)
        iop++;
    uint32_t *at = gw_trans_emit(t, (enum gw_iop)iop, cond->words);
    at[1] = cond->a;
    at[2] = cond->b;
    gw_trans_refer(t, t->last + cond->words - 1, cond->words - 1, label,
                   fixups);
}

void
gw_trans_jump(struct gw_trans *t, struct gw_label *label, uint32_t *fixups)
{
    gw_trans_emit(t, label && label->loop ? GW_IOP_BR_L : GW_IOP_BR, 2);
    gw_trans_refer(t, t->last + 1, 1, label, fixups);
}

/* ---- what labels carry ---- */

struct gw_label *
gw_trans_label(struct gw_trans *t, uint32_t label)
{
    return &t->labels[t->depth - 1 - label];
}

static uint32_t
label_arity(const struct gw_trans *t, uint32_t label)
{
    uint32_t count;
    gw_ctl_label_types(gw_op_iter_label(t->it, label), &count);
    return count;
}

/* The top count operands go to a label.  Settles what code for all paths may
 * settle; returns whether they must be moved down besides. */
static bool
prepare_move(struct gw_trans *t, const struct gw_label *label, uint32_t count)
{
    if (count == 0 || t->failed)
        return false;
    bool moves = gw_trans_base(t, count) != label->slot;
    if (!moves || count > 1)
        gw_trans_settle(t, count);
    return moves;
}

/* Moves them, after prepare_move; changes nothing of the stack. */
static void
move_down(struct gw_trans *t, uint32_t to, uint32_t count)
{
    if (t->failed)
        return;
    struct gw_loc top = t->locs[t->height - 1];
    if (count == 1) {
        gw_trans_move(t, to, &top);
        return;
    }
    uint32_t from = gw_trans_base(t, count);
    uint32_t *at = gw_trans_emit(t, GW_IOP_MOVE_N, 4);
    at[1] = to;
    at[2] = from;
    at[3] = top.slot + top.slots - from;
}

/* ---- blocks ---- */

void
gw_trans_op_block(struct gw_trans *t)
{
    if (t->it->reachable)
        gw_trans_settle_locals(t);
    gw_trans_open(t, t->it->imm.block.param_count, t->it->reachable);
}

void
gw_trans_op_loop(struct gw_trans *t)
{
    uint32_t params = t->it->imm.block.param_count;
    bool live = t->it->reachable;
    if (live) {
        gw_trans_settle(t, params);
        gw_trans_settle_locals(t);
        gw_trans_barrier(t);
    }
    struct gw_label *label = gw_trans_open(t, params, live);
    if (!label)
        return;
    label->loop = true;
    label->start = t->count;
}

void
gw_trans_op_if(struct gw_trans *t)
{
    uint32_t params = t->it->imm.block.param_count;
    if (!t->it->reachable) {
        gw_trans_open(t, params, false);
        return;
    }
    struct cond cond = pop_cond(t);
    gw_trans_settle(t, params);
    gw_trans_settle_locals(t);
    struct gw_label *label = gw_trans_open(t, params, true);
    if (label)
        emit_cond(t, &cond, false, NULL, &label->other);
}

void
gw_trans_leave(struct gw_trans *t, const struct gw_label *label, uint32_t count)
{
    gw_trans_settle(t, count);
    if (count != 0 && gw_trans_base(t, count) != label->slot)
        move_down(t, label->slot, count);
}

void
gw_trans_cut(struct gw_trans *t, const struct gw_label *label)
{
    if (!t->failed)
        gw_trans_drop(t, t->height - label->height);
    t->slot_top = label->slot;
}

void
gw_trans_op_else(struct gw_trans *t)
{
    struct gw_label *label = gw_trans_label(t, 0);
    const struct gw_blocktype *type = &gw_op_iter_label(t->it, 0)->type;
    if (label->dead)
        return;
    if (t->it->reachable) {
        gw_trans_settle(t, type->result_count);
        gw_trans_jump(t, label, NULL);
    }
    gw_trans_cut(t, label);
    gw_trans_bind(t, &label->other);
    gw_trans_push_types(t, type->params, type->param_count);
}

/* Results at the top of the stack, or already in the code's hands. */
static void
emit_return(struct gw_trans *t)
{
    const struct gw_functype *type = t->it->type;
    if (t->failed)
        return;
    if (type->result_count == 0) {
        gw_trans_emit(t, GW_IOP_RETURN, 1);
        return;
    }
    const struct gw_loc *top = &t->locs[t->height - 1];
    if (type->result_slots == 1 && gw_trans_is_last(t, top)) {
        t->words[t->result] = 0;
        gw_trans_emit(t, GW_IOP_RETURN, 1);
    } else if (type->result_slots == 1 && top->kind != GW_LOC_CONST) {
        uint32_t slot = gw_trans_read(t, top);
        gw_trans_emit(t, GW_IOP_RETURN_1, 2)[1] = slot;
    } else {
        if (type->result_count > 1)
            gw_trans_settle(t, type->result_count);
        move_down(t, 0, type->result_count);
        gw_trans_emit(t, GW_IOP_RETURN, 1);
    }
}

static void
end_function(struct gw_trans *t, struct gw_label *label)
{
    const struct gw_functype *type = t->it->type;
    bool joined = label->fixups != 0 || label->clauses != 0;
    if (joined) {
        if (t->it->reachable)
            gw_trans_settle(t, type->result_count);
        gw_trans_bind(t, &label->fixups);
        gw_trans_bind_clauses(t, label);
        gw_trans_cut(t, label);
        gw_trans_push_types(t, type->results, type->result_count);
    }
    if (joined || t->it->reachable)
        emit_return(t);
    t->depth--;
}

void
gw_trans_op_end(struct gw_trans *t)
{
    struct gw_label *label = gw_trans_label(t, 0);
    const struct gw_ctl *ctl = gw_op_iter_label(t->it, 0);
    const struct gw_blocktype *type = &ctl->type;
    if (t->depth == 1) {
        end_function(t, label);
        return;
    }
    t->depth--;
    if (label->dead)
        return;
    if (ctl->op == GW_OP_TRY_TABLE)
        gw_trans_end_try(t, label, ctl);
    bool joined = (label->fixups | label->other | label->clauses) != 0;
    if (t->it->reachable && !joined && !label->handler)
        return; /* the results may stay where they are */
    if (t->it->reachable)
        gw_trans_leave(t, label, type->result_count);
    gw_trans_cut(t, label);
    gw_trans_bind(t, &label->fixups);
    gw_trans_bind(t, &label->other);
    gw_trans_bind_clauses(t, label);
    gw_trans_push_types(t, type->results, type->result_count);
}

/* ---- branches ---- */

void
gw_trans_op_unreachable(struct gw_trans *t)
{
    gw_trans_emit(t, GW_IOP_UNREACHABLE, 1);
}

void
gw_trans_op_nop(struct gw_trans *t)
{
    (void)t;
}

void
gw_trans_op_return(struct gw_trans *t)
{
    emit_return(t);
}

void
gw_trans_op_br(struct gw_trans *t)
{
    uint32_t index = t->it->imm.a;
    if (index == t->depth - 1) {
        emit_return(t);
        return;
    }
    struct gw_label *label = gw_trans_label(t, index);
    uint32_t count = label_arity(t, index);
    if (prepare_move(t, label, count))
        move_down(t, label->slot, count);
    gw_trans_jump(t, label, NULL);
}

/* Branches with the top operands of the stack if the condition is true. */
static void
branch_if(struct gw_trans *t, const struct cond *cond, uint32_t index)
{
    struct gw_label *label = gw_trans_label(t, index);
    uint32_t count = label_arity(t, index), skip = 0;
    if (!prepare_move(t, label, count)) {
        emit_cond(t, cond, true, label, NULL);
        return;
    }
    emit_cond(t, cond, false, NULL, &skip);
    move_down(t, label->slot, count);
    gw_trans_jump(t, label, NULL);
    gw_trans_bind(t, &skip);
}

void
gw_trans_op_br_if(struct gw_trans *t)
{
    struct cond cond = pop_cond(t);
    branch_if(t, &cond, t->it->imm.a);
}

/* The reference is popped when the branch is taken, else it stays. */
void
gw_trans_op_br_on_null(struct gw_trans *t)
{
    struct gw_loc loc = gw_trans_pop(t);
    uint32_t slot = gw_trans_read(t, &loc);
    struct cond cond = cond_of(GW_IOP_BR_UNLESS_64, GW_IOP_BR_IF_64, slot);
    branch_if(t, &cond, t->it->imm.a);
    if (t->failed)
        return;
    if (loc.kind == GW_LOC_LOCAL) {
        t->it->imm.a = loc.of.local.index;
        gw_trans_op_local_get(t);
    } else {
        gw_trans_push(t, 1);
    }
}

/* The reference goes with the branch, else it is popped. */
void
gw_trans_op_br_on_non_null(struct gw_trans *t)
{
    if (t->failed)
        return;
    struct gw_loc *loc = &t->locs[t->height - 1];
    if (loc->kind == GW_LOC_CONST)
        gw_trans_settle(t, 1);
    struct cond cond = cond_of(GW_IOP_BR_IF_64, GW_IOP_BR_UNLESS_64,
                               gw_trans_read(t, loc));
    branch_if(t, &cond, t->it->imm.a);
    gw_trans_drop(t, 1);
    t->result = 0;
}

/* The reference goes with the branch, and stays when it is not taken. */
void
gw_trans_op_br_on_cast(struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    bool final = gw_trans_is_final(t, imm->type2);
    bool on_fail = t->it->op == GW_OP_BR_ON_CAST_FAIL;
    uint32_t yes = final ? GW_IOP_BR_ON_CAST_FINAL : GW_IOP_BR_ON_CAST;
    uint32_t no = final ? GW_IOP_BR_ON_CAST_FAIL_FINAL : GW_IOP_BR_ON_CAST_FAIL;
    uint32_t slot = gw_trans_look(t);
    struct cond cond = { on_fail ? no : yes, on_fail ? yes : no, 4, slot,
                         imm->type2 };
    branch_if(t, &cond, imm->b);
}

/* The labels of a branch table; they have been read before. */
static struct gw_reader
table_labels(const struct gw_trans *t)
{
    const uint8_t *items = t->it->imm.items;
    struct gw_reader reader;
    gw_reader_init(&reader, gw_span(items, (size_t)(t->it->reader.at - items)),
                   0, NULL);
    return reader;
}

/* Must the values of a branch table move, for some of its labels? */
static bool
table_moves(struct gw_trans *t, uint32_t base)
{
    struct gw_reader reader = table_labels(t);
    for (uint64_t i = 0; i <= t->it->imm.count; i++) {
        if (gw_trans_label(t, gw_read_u32(&reader))->slot != base)
            return true;
    }
    return false;
}

static void
emit_entries(struct gw_trans *t, bool moves)
{
    struct gw_reader reader = table_labels(t);
    for (uint64_t i = 0; i <= t->it->imm.count && !t->failed; i++) {
        struct gw_label *label = gw_trans_label(t, gw_read_u32(&reader));
        uint32_t *at = gw_trans_words(t, moves ? 2 : 1);
        if (at && moves)
            at[0] = label->slot;
        gw_trans_refer(t, t->count - 1, 0, label, NULL);
    }
}

void
gw_trans_op_br_table(struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    struct gw_loc index = gw_trans_pop(t);
    uint32_t slot = gw_trans_read(t, &index);
    struct gw_reader reader = table_labels(t);
    uint32_t count = label_arity(t, gw_read_u32(&reader));
    uint32_t base = gw_trans_base(t, count), top = t->slot_top;
    gw_trans_settle(t, count);
    bool moves = count != 0 && table_moves(t, base);
    uint32_t *at = gw_trans_emit(t,
                                 moves ? GW_IOP_BR_TABLE_TO : GW_IOP_BR_TABLE,
                                 moves ? 5 : 3);
    at[1] = slot;
    at[2] = imm->count;
    if (moves) {
        at[2] = base;
        at[3] = top - base;
        at[4] = imm->count;
    }
    emit_entries(t, moves);
}

/* ---- calls ---- */

uint32_t
gw_trans_arguments(struct gw_trans *t, const struct gw_functype *type)
{
    gw_trans_settle(t, type->param_count);
    uint32_t base = gw_trans_base(t, type->param_count);
    gw_trans_drop(t, type->param_count);
    return base;
}

static void
give_results(struct gw_trans *t, const struct gw_functype *type)
{
    gw_trans_push_types(t, type->results, type->result_count);
}

static const struct gw_functype *
type_of_index(const struct gw_trans *t, uint32_t type)
{
    return &t->it->module->types.defs[type].func;
}

void
gw_trans_op_call(struct gw_trans *t)
{
    const struct gw_module *module = t->it->module;
    uint32_t func = t->it->imm.a;
    const struct gw_functype *type = gw_module_functype(module, func);
    bool import = func < module->imported[GW_EXTERN_FUNC];
    uint32_t base = gw_trans_arguments(t, type);
    uint32_t *at = gw_trans_emit(t, import ? GW_IOP_CALL_IMPORT : GW_IOP_CALL,
                                 3);
    at[1] = func;
    at[2] = base;
    give_results(t, type);
}

void
gw_trans_op_return_call(struct gw_trans *t)
{
    const struct gw_module *module = t->it->module;
    const struct gw_functype *type = gw_module_functype(module, t->it->imm.a);
    uint32_t base = gw_trans_arguments(t, type);
    uint32_t *at = gw_trans_emit(t, GW_IOP_RETURN_CALL, 4);
    at[1] = t->it->imm.a;
    at[2] = base;
    at[3] = type->param_slots;
}

/* The part that call_indirect and its tail call share. */
static const struct gw_functype *
emit_indirect(struct gw_trans *t, enum gw_iop iop, uint32_t words,
              uint32_t **out)
{
    const struct gw_imm *imm = &t->it->imm;
    const struct gw_functype *type = type_of_index(t, imm->a);
    bool is64 = t->it->module->tables[imm->b].type.limits.is64;
    struct gw_loc index = gw_trans_pop(t);
    uint32_t slot = gw_trans_read(t, &index);
    uint32_t base = gw_trans_arguments(t, type);
    uint32_t *at = gw_trans_emit(t, iop, words);
    at[1] = slot;
    at[2] = imm->b;
    at[3] = imm->a;
    at[4] = is64;
    at[5] = base;
    *out = at;
    return type;
}

void
gw_trans_op_call_indirect(struct gw_trans *t)
{
    uint32_t *at;
    give_results(t, emit_indirect(t, GW_IOP_CALL_INDIRECT, 6, &at));
}

void
gw_trans_op_return_call_indirect(struct gw_trans *t)
{
    uint32_t *at;
    const struct gw_functype *type = emit_indirect(t,
                                                   GW_IOP_RETURN_CALL_INDIRECT,
                                                   7, &at);
    at[6] = type->param_slots;
}

static const struct gw_functype *
emit_call_ref(struct gw_trans *t, enum gw_iop iop, uint32_t words,
              uint32_t **out)
{
    const struct gw_functype *type = type_of_index(t, t->it->imm.a);
    struct gw_loc func = gw_trans_pop(t);
    uint32_t slot = gw_trans_read(t, &func);
    uint32_t base = gw_trans_arguments(t, type);
    uint32_t *at = gw_trans_emit(t, iop, words);
    at[1] = slot;
    at[2] = base;
    *out = at;
    return type;
}

void
gw_trans_op_call_ref(struct gw_trans *t)
{
    uint32_t *at;
    give_results(t, emit_call_ref(t, GW_IOP_CALL_REF, 3, &at));
}

void
gw_trans_op_return_call_ref(struct gw_trans *t)
{
    uint32_t *at;
    const struct gw_functype *type = emit_call_ref(t, GW_IOP_RETURN_CALL_REF, 4,
                                                   &at);
    at[3] = type->param_slots;
}
