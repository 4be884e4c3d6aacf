#include "wasm/op_check.h"

/* Checks of continuations, after the stack switching proposal. */

/* The function type of a continuation type; makes *index canonical. */
static const struct gw_functype *
find_cont(struct gw_op_iter *it, uint32_t *index)
{
    const struct gw_typedef *def = gw_op_find_def(it, index, GW_COMP_CONT);
    return def ? &it->module->types.defs[def->cont].func : NULL;
}

/* Of a reference to a continuation: its function type, NULL without report
 * when the type is anything else. */
static const struct gw_functype *
func_of_ref(struct gw_op_iter *it, gw_valtype type)
{
    const struct gw_types *types = &it->module->types;
    uint32_t heap = gw_type_heap(type);
    if (!gw_type_is_ref(type) || !gw_heap_is_index(heap) ||
        types->defs[heap].comp != GW_COMP_CONT)
        return NULL;
    return &types->defs[types->defs[heap].cont].func;
}

bool
gw_op_check_cont_new(struct gw_op_iter *it)
{
    if (!find_cont(it, &it->imm.a))
        return false;
    uint32_t func = it->module->types.defs[it->imm.a].cont;
    return gw_op_pop(it, gw_type_ref(true, func)) &&
           gw_op_give(it, gw_type_ref(false, it->imm.a));
}

/* Binds the first arguments of a continuation. */
bool
gw_op_check_cont_bind(struct gw_op_iter *it)
{
    const struct gw_functype *from = find_cont(it, &it->imm.a);
    const struct gw_functype *to = from ? find_cont(it, &it->imm.b) : NULL;
    if (!to)
        return false;
    uint32_t bound = from->param_count - to->param_count;
    if (to->param_count > from->param_count ||
        !gw_op_lists_match(it, to->params, to->param_count,
                           from->params + bound, to->param_count) ||
        !gw_op_lists_match(it, from->results, from->result_count, to->results,
                           to->result_count))
        return gw_op_fail(it, "type mismatch in continuation types");
    return gw_op_pop(it, gw_type_ref(true, it->imm.a)) &&
           gw_op_pop_list(it, from->params, bound) &&
           gw_op_give(it, gw_type_ref(false, it->imm.b));
}

bool
gw_op_check_suspend(struct gw_op_iter *it)
{
    const struct gw_functype *tag = gw_op_find_tag(it, it->imm.a);
    if (!tag || !gw_op_pop_list(it, tag->params, tag->param_count))
        return false;
    gw_op_give_list(it, tag->results, tag->result_count);
    return true;
}

/* A label of a handler that does not take a continuation in the end. */
static bool
fail_label(struct gw_op_iter *it, gw_valtype last)
{
    char text[32];
    uint32_t heap = gw_type_heap(last);
    if (gw_type_is_ref(last) && gw_heap_is_index(heap))
        return gw_op_fail(it, "non-continuation type %u", heap);
    gw_type_print(last, text, sizeof text);
    return gw_op_fail(it,
                      "type mismatch: instruction requires concrete "
                      "continuation reference type but label has [%s]",
                      text);
}

/* on tag label: the label takes what the tag carries, then a continuation
 * that takes what the tag returns and leaves what the resumed one leaves. */
static bool
check_on_label(struct gw_op_iter *it, const struct gw_functype *cont,
               const struct gw_functype *tag, const struct gw_ctl *label)
{
    uint32_t count;
    const gw_valtype *types = gw_ctl_label_types(label, &count);
    gw_valtype last = count > 0 ? types[count - 1] : GW_TYPE_BOT;
    const struct gw_functype *func = func_of_ref(it, last);
    if (!func)
        return fail_label(it, last);
    if (count != tag->param_count + 1 ||
        !gw_op_lists_match(it, tag->params, tag->param_count, types, count - 1))
        return gw_op_fail(it, "type mismatch in handler: the label does not "
                              "take what the tag carries");
    return (gw_op_lists_match(it, func->params, func->param_count, tag->results,
                              tag->result_count) &&
            gw_op_lists_match(it, cont->results, cont->result_count,
                              func->results, func->result_count)) ||
           gw_op_fail(it, "type mismatch in handler: the label takes another "
                          "continuation");
}

static bool
check_handler(struct gw_op_iter *it, const struct gw_functype *cont,
              const struct gw_handler *handler)
{
    const struct gw_functype *tag = gw_op_find_tag(it, handler->tag);
    if (!tag)
        return false;
    if (handler->kind == 0) {
        const struct gw_ctl *label = gw_op_find_label(it, handler->label);
        return label && check_on_label(it, cont, tag, label);
    }
    return (tag->param_count == 0 &&
            gw_op_lists_match(it, cont->results, cont->result_count,
                              tag->results, tag->result_count)) ||
           gw_op_fail(it, "type mismatch in switch tag %u", handler->tag);
}

/* What stands below the continuation: its arguments, or an exception. */
static bool
pop_resumed(struct gw_op_iter *it, const struct gw_functype *cont)
{
    if (it->op == GW_OP_RESUME)
        return gw_op_pop_list(it, cont->params, cont->param_count);
    if (it->op == GW_OP_RESUME_THROW_REF)
        return gw_op_pop(it, GW_TYPE_EXNREF);
    const struct gw_functype *tag = gw_op_find_tag(it, it->imm.b);
    return tag && gw_op_pop_list(it, tag->params, tag->param_count);
}

bool
gw_op_check_resume(struct gw_op_iter *it)
{
    const struct gw_functype *cont = find_cont(it, &it->imm.a);
    if (!cont)
        return false;
    struct gw_reader reader = it->reader;
    reader.at = it->imm.items;
    for (uint32_t i = 0; i < it->imm.count; i++) {
        struct gw_handler handler;
        gw_read_handler(&reader, &handler);
        if (!check_handler(it, cont, &handler))
            return false;
    }
    if (!gw_op_pop(it, gw_type_ref(true, it->imm.a)) || !pop_resumed(it, cont))
        return false;
    gw_op_give_list(it, cont->results, cont->result_count);
    return true;
}

/* Hands over to another continuation, which gets this one as last argument;
 * the tag tells what both leave in the end. */
bool
gw_op_check_switch(struct gw_op_iter *it)
{
    const struct gw_functype *to = find_cont(it, &it->imm.a);
    const struct gw_functype *tag = to ? gw_op_find_tag(it, it->imm.b) : NULL;
    if (!tag)
        return false;
    uint32_t last = to->param_count - 1;
    const struct gw_functype *back = to->param_count > 0
                                         ? func_of_ref(it, to->params[last])
                                         : NULL;
    if (tag->param_count != 0)
        return gw_op_fail(it, "type mismatch in switch tag %u", it->imm.b);
    if (!back)
        return gw_op_fail(it, "type mismatch: switch to a continuation that "
                              "takes none");
    if (!gw_op_lists_match(it, to->results, to->result_count, tag->results,
                           tag->result_count) ||
        !gw_op_lists_match(it, tag->results, tag->result_count, back->results,
                           back->result_count))
        return gw_op_fail(it, "type mismatch in continuation types of switch");
    if (!gw_op_pop(it, gw_type_ref(true, it->imm.a)) ||
        !gw_op_pop_list(it, to->params, last))
        return false;
    gw_op_give_list(it, back->params, back->param_count);
    return true;
}
