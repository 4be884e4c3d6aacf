#include "wasm/op_check.h"

/* Checks of blocks, branches, calls and exceptions: spec 3.4.2 and 3.4.3. */

struct gw_ctl *
gw_op_find_label(struct gw_op_iter *it, uint32_t label)
{
    if (label >= it->depth) {
        gw_op_fail(it, "unknown label %u", label);
        return NULL;
    }
    return &it->ctls[it->depth - 1 - label];
}

const struct gw_functype *
gw_op_find_tag(struct gw_op_iter *it, uint32_t tag)
{
    const struct gw_module *module = it->module;
    if (!gw_op_check_index(it, "tag", tag, module->tag_count))
        return NULL;
    return &module->types.defs[module->tags[tag]].func;
}

bool
gw_op_check_unreachable(struct gw_op_iter *it)
{
    it->after = GW_AFTER_TERMINATOR;
    return true;
}

bool
gw_op_check_block(struct gw_op_iter *it)
{
    it->after = GW_AFTER_BLOCK;
    return gw_op_pop_list(it, it->imm.block.params, it->imm.block.param_count);
}

bool
gw_op_check_if(struct gw_op_iter *it)
{
    return gw_op_pop(it, GW_TYPE_I32) && gw_op_check_block(it);
}

/* Writes "i32 i64 ..." of at most four types. */
static void
print_types(char *buffer, size_t size, const gw_valtype *types, uint32_t count)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (uint32_t i = 0; i < count && used + 32 < size; i++) {
        if (i > 0)
            buffer[used++] = ' ';
        if (i < 4)
            used += gw_type_print(types[i], buffer + used, size - used);
        else
            memcpy(buffer + used, "...", 4);
        if (i == 4)
            break;
    }
}

/* More stands on the stack than the block leaves, which is popped. */
static bool
fail_rest(struct gw_op_iter *it)
{
    char wants[160], has[160];
    const struct gw_ctl *ctl = gw_op_frame(it);
    uint32_t count = ctl->type.result_count;
    print_types(wants, sizeof wants, ctl->type.results, count);
    if (!ctl->unreachable)
        count += it->height - ctl->height;
    else
        count = it->height - ctl->height;
    print_types(has, sizeof has, &it->stack[ctl->height], count);
    return gw_op_fail(it,
                      "type mismatch: block requires [%s] but stack has [%s]",
                      wants, has);
}

/* Pops what the innermost block leaves, which must be all there is. */
static bool
pop_block(struct gw_op_iter *it)
{
    const struct gw_ctl *ctl = gw_op_frame(it);
    if (!gw_op_pop_list(it, ctl->type.results, ctl->type.result_count))
        return false;
    return it->height == ctl->height || fail_rest(it);
}

static bool
fail_structure(struct gw_op_iter *it, const char *without)
{
    return gw_reader_fail(&it->reader, GW_ERR_MALFORMED,
                          it->module->bytes.data + it->pc,
                          "END opcode expected: %s without %s",
                          gw_op_table[it->op].text, without);
}

bool
gw_op_check_else(struct gw_op_iter *it)
{
    if (gw_op_frame(it)->op != GW_OP_IF)
        return fail_structure(it, "if");
    it->after = GW_AFTER_ELSE;
    return pop_block(it);
}

bool
gw_op_check_end(struct gw_op_iter *it)
{
    const struct gw_ctl *ctl = gw_op_frame(it);
    if (!pop_block(it))
        return false;
    if (ctl->op == GW_OP_IF &&
        !gw_op_lists_match(it, ctl->type.params, ctl->type.param_count,
                           ctl->type.results, ctl->type.result_count))
        return gw_op_fail(it, "type mismatch: if without else must leave what "
                              "it takes");
    gw_op_give_list(it, ctl->type.results, ctl->type.result_count);
    it->after = GW_AFTER_END;
    return true;
}

/* A legacy handler: ends the body or the handler before it. */
bool
gw_op_check_catch(struct gw_op_iter *it)
{
    enum gw_op op = gw_op_frame(it)->op;
    if (op != GW_OP_TRY && op != GW_OP_CATCH)
        return fail_structure(it, "try");
    if (!pop_block(it))
        return false;
    if (it->op == GW_OP_CATCH) {
        const struct gw_functype *tag = gw_op_find_tag(it, it->imm.a);
        if (!tag)
            return false;
        gw_op_give_list(it, tag->params, tag->param_count);
    }
    it->after = GW_AFTER_CATCH;
    return true;
}

/* A legacy try that ends by handing exceptions outwards; the label counts
 * from outside of the try. */
bool
gw_op_check_delegate(struct gw_op_iter *it)
{
    if (gw_op_frame(it)->op != GW_OP_TRY)
        return fail_structure(it, "try");
    if (it->imm.a >= it->depth - 1)
        return gw_op_fail(it, "unknown label %u", it->imm.a);
    return gw_op_check_end(it);
}

bool
gw_op_check_rethrow(struct gw_op_iter *it)
{
    const struct gw_ctl *ctl = gw_op_find_label(it, it->imm.a);
    if (!ctl)
        return false;
    if (ctl->op != GW_OP_CATCH && ctl->op != GW_OP_CATCH_ALL)
        return gw_op_fail(it, "invalid rethrow label %u", it->imm.a);
    it->after = GW_AFTER_TERMINATOR;
    return true;
}

bool
gw_op_check_throw(struct gw_op_iter *it)
{
    const struct gw_functype *tag = gw_op_find_tag(it, it->imm.a);
    it->after = GW_AFTER_TERMINATOR;
    if (tag && tag->result_count != 0)
        return gw_op_fail(it,
                          "type mismatch: throw of tag %u, which has "
                          "results",
                          it->imm.a);
    return tag && gw_op_pop_list(it, tag->params, tag->param_count);
}

bool
gw_op_check_throw_ref(struct gw_op_iter *it)
{
    it->after = GW_AFTER_TERMINATOR;
    return gw_op_pop(it, GW_TYPE_EXNREF);
}

/* A clause delivers the values of its tag, then perhaps the exception. */
static bool
check_clause(struct gw_op_iter *it, const struct gw_catch *clause)
{
    const struct gw_types *types = &it->module->types;
    struct gw_ctl *label = gw_op_find_label(it, clause->label);
    const struct gw_functype *tag = NULL;
    if (!label)
        return false;
    if (clause->kind < 2) {
        tag = gw_op_find_tag(it, clause->tag);
        if (!tag)
            return false;
    }
    uint32_t wanted;
    const gw_valtype *wants = gw_ctl_label_types(label, &wanted);
    uint32_t values = tag ? tag->param_count : 0;
    uint32_t given = values + (clause->kind & 1);
    bool good = given == wanted;
    for (uint32_t i = 0; good && i < given; i++) {
        gw_valtype type = i < values ? tag->params[i]
                                     : gw_type_ref(false, GW_HEAP_EXN);
        good = gw_type_matches(types, type, wants[i]);
    }
    return good || gw_op_fail(it,
                              "type mismatch: a catch clause does not give "
                              "what label %u takes",
                              clause->label);
}

bool
gw_op_check_try_table(struct gw_op_iter *it)
{
    struct gw_reader reader = it->reader;
    reader.at = it->imm.items;
    for (uint32_t i = 0; i < it->imm.count; i++) {
        struct gw_catch clause;
        gw_read_catch(&reader, &clause);
        if (!check_clause(it, &clause))
            return false;
    }
    return gw_op_check_block(it);
}

/* Pops what a branch to the label carries. */
static const gw_valtype *
pop_label(struct gw_op_iter *it, uint32_t label, uint32_t *count)
{
    const struct gw_ctl *ctl = gw_op_find_label(it, label);
    if (!ctl)
        return NULL;
    /* A list of no types may be NULL, so stand in for it. */
    static const gw_valtype none[1] = { GW_TYPE_BOT };
    const gw_valtype *types = gw_ctl_label_types(ctl, count);
    if (!gw_op_pop_list(it, types, *count))
        return NULL;
    return types ? types : none;
}

bool
gw_op_check_br(struct gw_op_iter *it)
{
    uint32_t count;
    it->after = GW_AFTER_TERMINATOR;
    return pop_label(it, it->imm.a, &count) != NULL;
}

bool
gw_op_check_br_if(struct gw_op_iter *it)
{
    uint32_t count;
    if (!gw_op_pop(it, GW_TYPE_I32))
        return false;
    const gw_valtype *types = pop_label(it, it->imm.a, &count);
    if (types)
        gw_op_give_list(it, types, count);
    return types != NULL;
}

/* Checks the operands for a label of a branch table and leaves them; each
 * label is looked at once however often the table names it. */
static bool
check_target(struct gw_op_iter *it, uint32_t label, uint32_t arity)
{
    struct gw_ctl *ctl = gw_op_find_label(it, label);
    if (!ctl)
        return false;
    if (ctl->checked == it->pc)
        return true;
    ctl->checked = it->pc;
    uint32_t count;
    const gw_valtype *types = gw_ctl_label_types(ctl, &count);
    if (count != arity)
        return gw_op_fail(it,
                          "type mismatch: br_table has labels of %u and "
                          "%u values",
                          arity, count);
    uint32_t height = it->height;
    if (!gw_op_pop_list(it, types, count))
        return false;
    it->height = height;
    return true;
}

bool
gw_op_check_br_table(struct gw_op_iter *it)
{
    struct gw_reader reader = it->reader;
    uint32_t arity, last = 0;
    uint64_t limit = it->options->limits[GW_LIMIT_BR_TABLE_LABELS];
    if (it->imm.count > limit)
        return gw_reader_fail(&it->reader, GW_ERR_LIMIT, it->imm.items,
                              "branch table of %u labels is over the limit",
                              it->imm.count);
    if (!gw_op_pop(it, GW_TYPE_I32))
        return false;
    /* The default label stands last. */
    reader.at = it->imm.items;
    for (uint32_t i = 0; i <= it->imm.count; i++)
        last = gw_read_u32(&reader);
    const struct gw_ctl *ctl = gw_op_find_label(it, last);
    if (!ctl)
        return false;
    const gw_valtype *types = gw_ctl_label_types(ctl, &arity);
    reader.at = it->imm.items;
    for (uint32_t i = 0; i < it->imm.count; i++) {
        if (!check_target(it, gw_read_u32(&reader), arity))
            return false;
    }
    it->after = GW_AFTER_TERMINATOR;
    return gw_op_pop_list(it, types, arity);
}

bool
gw_op_check_return(struct gw_op_iter *it)
{
    it->after = GW_AFTER_TERMINATOR;
    return gw_op_pop_list(it, it->ctls[0].type.results,
                          it->ctls[0].type.result_count);
}

/* Pops the arguments; a tail call must leave what the function returns. */
static bool
check_call(struct gw_op_iter *it, const struct gw_functype *type)
{
    if (!gw_op_pop_list(it, type->params, type->param_count))
        return false;
    if (!(gw_op_table[it->op].flags & GW_OPF_TERMINATES)) {
        gw_op_give_list(it, type->results, type->result_count);
        return true;
    }
    it->after = GW_AFTER_TERMINATOR;
    const struct gw_blocktype *own = &it->ctls[0].type;
    return gw_op_lists_match(it, type->results, type->result_count,
                             own->results, own->result_count) ||
           gw_op_fail(it, "type mismatch: %s of a function with other results",
                      gw_op_table[it->op].text);
}

bool
gw_op_check_call(struct gw_op_iter *it)
{
    return gw_op_check_index(it, "function", it->imm.a,
                             it->module->func_count) &&
           check_call(it, gw_module_functype(it->module, it->imm.a));
}

bool
gw_op_check_call_indirect(struct gw_op_iter *it)
{
    const struct gw_module *module = it->module;
    uint32_t table = it->imm.b;
    if (!gw_op_check_index(it, "table", table, module->table_count))
        return false;
    const struct gw_tabletype *type = &module->tables[table].type;
    if (!gw_type_matches(&module->types, type->elem, GW_TYPE_FUNCREF))
        return gw_op_fail_type(it, GW_TYPE_FUNCREF, type->elem);
    const struct gw_typedef *def = gw_op_find_def(it, &it->imm.a, GW_COMP_FUNC);
    return def && gw_op_pop(it, gw_op_address(type->limits.is64)) &&
           check_call(it, &def->func);
}

bool
gw_op_check_call_ref(struct gw_op_iter *it)
{
    const struct gw_typedef *def = gw_op_find_def(it, &it->imm.a, GW_COMP_FUNC);
    return def && gw_op_pop(it, gw_type_ref(true, it->imm.a)) &&
           check_call(it, &def->func);
}
