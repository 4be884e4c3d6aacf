#include "interp/translate.h"

/* Continuations (cont.c).  Suspending and resuming are calls to the code
 * around them: operands stand where the results will. */

static const struct gw_typedef *
def_of(const struct gw_trans *t, uint32_t type)
{
    return &t->it->module->types.defs[type];
}

static const struct gw_functype *
cont_type(const struct gw_trans *t, uint32_t type)
{
    return &def_of(t, def_of(t, type)->cont)->func;
}

static const struct gw_functype *
tag_type(const struct gw_trans *t, uint32_t tag)
{
    return &def_of(t, t->it->module->tags[tag])->func;
}

static void
push_results(struct gw_trans *t, const struct gw_functype *type)
{
    gw_trans_push_types(t, type->results, type->result_count);
}

/* Pops a reference and yields where it can be read. */
static uint32_t
take_slot(struct gw_trans *t)
{
    struct gw_loc loc = gw_trans_pop(t);
    return gw_trans_read(t, &loc);
}

void
gw_trans_op_cont_new(struct gw_trans *t)
{
    uint32_t func = take_slot(t);
    uint32_t *at = gw_trans_emit(t, GW_IOP_CONT_NEW, 4);
    at[2] = func;
    at[3] = t->it->imm.a;
    gw_trans_result(t, 1);
}

/* A function type with the first count parameters only. */
static struct gw_functype
first_params(const struct gw_functype *type, uint32_t count)
{
    struct gw_functype first = *type;
    first.param_count = count;
    first.param_slots = 0;
    for (uint32_t i = 0; i < count; i++)
        first.param_slots += gw_type_slots(type->params[i]);
    return first;
}

void
gw_trans_op_cont_bind(struct gw_trans *t)
{
    const struct gw_functype *from = cont_type(t, t->it->imm.a);
    const struct gw_functype *to = cont_type(t, t->it->imm.b);
    struct gw_functype bound = first_params(from, from->param_count -
                                                      to->param_count);
    uint32_t cont = take_slot(t);
    uint32_t base = gw_trans_arguments(t, &bound);
    uint32_t *at = gw_trans_emit(t, GW_IOP_CONT_BIND, 6);
    at[2] = cont;
    at[3] = t->it->imm.b;
    at[4] = base;
    at[5] = bound.param_slots;
    gw_trans_result(t, 1);
}

void
gw_trans_op_resume(struct gw_trans *t)
{
    const struct gw_imm *imm = &t->it->imm;
    const struct gw_functype *type = cont_type(t, imm->a);
    enum gw_iop iop = GW_IOP_RESUME;
    uint32_t cont = take_slot(t), base, what;
    if (t->it->op == GW_OP_RESUME_THROW_REF) {
        iop = GW_IOP_RESUME_THROW_REF;
        what = take_slot(t);
        base = gw_trans_base(t, 0);
    } else if (t->it->op == GW_OP_RESUME_THROW) {
        iop = GW_IOP_RESUME_THROW;
        what = imm->b;
        base = gw_trans_arguments(t, tag_type(t, imm->b));
    } else {
        what = type->param_slots;
        base = gw_trans_arguments(t, type);
    }
    uint32_t *at = gw_trans_emit(t, iop, 4);
    at[1] = cont;
    at[2] = base;
    at[3] = what;
    gw_trans_add_handlers(t);
    push_results(t, type);
}

void
gw_trans_op_suspend(struct gw_trans *t)
{
    uint32_t tag = t->it->imm.a;
    const struct gw_functype *type = tag_type(t, tag);
    uint32_t base = gw_trans_arguments(t, type);
    uint32_t *at = gw_trans_emit(t, GW_IOP_SUSPEND, 3);
    at[1] = tag;
    at[2] = base;
    push_results(t, type);
}

void
gw_trans_op_switch(struct gw_trans *t)
{
    const struct gw_functype *to = cont_type(t, t->it->imm.a);
    uint32_t last = to->param_count - 1;
    uint32_t back = gw_type_heap(to->params[last]);
    struct gw_functype args = first_params(to, last);
    uint32_t cont = take_slot(t);
    uint32_t base = gw_trans_arguments(t, &args);
    uint32_t *at = gw_trans_emit(t, GW_IOP_SWITCH, 6);
    at[1] = cont;
    at[2] = base;
    at[3] = args.param_slots;
    at[4] = t->it->imm.b;
    at[5] = back;
    const struct gw_functype *type = cont_type(t, back);
    gw_trans_push_types(t, type->params, type->param_count);
}
