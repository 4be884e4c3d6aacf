/*
 * [DOC] Bodies, flat and folded.
 *
 * Flat printing writes each operator on a line as it is read.  Folded
 * printing first makes a tree: an operator takes from the nodes before it as
 * many as it has operands, as long as each leaves exactly one value; a block
 * takes all nodes since its begin.  A folded expression means the same as its
 * operands, in order, followed by its operator, so a guess about arity can
 * make the text uglier but never wrong.
 */
#include "text/printer.h"
#include "text/wat_parser.h"

#include "wasm/limit.h"

#define NO_NODE UINT32_MAX

enum {
    FOLD_DEPTH = 100, /* deeper operands are left flat */
    INDENT_MAX = 30   /* levels; deeper lines begin no further right */
};

static void
new_line(struct gw_printer *pr, size_t depth)
{
    gw_buf_u8(&pr->out, '\n');
    gw_buf_fill(&pr->out, ' ', 2 * (depth < INDENT_MAX ? depth : INDENT_MAX));
}

static bool
is_block(enum gw_op op)
{
    uint8_t imm = gw_op_table[op].imm;
    return imm == GW_IMM_BLOCK || imm == GW_IMM_TRY_TABLE;
}

static struct print_frame *
top(struct gw_printer *pr)
{
    return (struct print_frame *)pr->frames.data + pr->frames.count - 1;
}

static void
push_frame(struct gw_printer *pr, enum gw_op op, uint32_t node, bool single)
{
    if (pr->frames.count >= gw_limit_table[GW_LIMIT_BLOCK_DEPTH].standard) {
        gw_diag_report(pr->diag, GW_ERR_LIMIT, GW_NO_OFFSET, "nested too deep");
        pr->failed = true;
        return;
    }
    struct print_frame *frame = gw_vec_push(&pr->frames);
    if (!frame) {
        gw_print_nomem(pr);
        return;
    }
    frame->op = op;
    frame->base = (uint32_t)pr->stack.count;
    frame->node = frame->body = node;
    frame->single = single;
}

/* ---- branch hints ------------------------------------------------------------- */

static void
next_hint(struct gw_printer *pr)
{
    pr->hint_offset = UINT32_MAX;
    if (pr->hint_count == 0 || pr->hint_reader.failed)
        return;
    pr->hint_count--;
    uint32_t offset = gw_read_u32(&pr->hint_reader);
    uint32_t size = gw_read_u32(&pr->hint_reader);
    struct gw_span value = gw_read_bytes(&pr->hint_reader, size);
    if (size != 1 || pr->hint_reader.failed || value.data[0] > 1)
        pr->hint_count = 0;
    else
        pr->hint_offset = offset;
    pr->hint_value = pr->hint_offset == UINT32_MAX ? 0 : value.data[0];
}

/* The annotation for the operator at an offset, or nothing. */
static void
put_hint(struct gw_printer *pr, enum gw_op op, uint32_t offset,
         struct gw_buf *out)
{
    while (pr->hint_offset < offset)
        next_hint(pr);
    if (pr->hint_offset != offset || pr->hint_offset == UINT32_MAX)
        return;
    if (op == GW_OP_IF || op == GW_OP_BR_IF)
        gw_buf_print(out, "(@metadata.code.branch_hint \"\\0%u\") ",
                     (unsigned)pr->hint_value);
    next_hint(pr);
}

/* Appends an operator to pr->texts, with its annotation before it. */
static enum gw_op
read_op(struct gw_printer *pr, struct gw_reader *reader, const uint8_t *start,
        struct print_effect *effect)
{
    struct gw_buf *out = &pr->texts;
    uint32_t offset = (uint32_t)(reader->at - start);
    const uint8_t *at = reader->at;
    bool maybe = at < reader->end && (*at == gw_op_table[GW_OP_IF].code ||
                                      *at == gw_op_table[GW_OP_BR_IF].code);
    if (maybe)
        put_hint(pr, *at == gw_op_table[GW_OP_IF].code ? GW_OP_IF : GW_OP_BR_IF,
                 offset, out);
    return gw_print_operator(pr, reader, out, effect);
}

/* ---- flat ----------------------------------------------------------------------- */

static void
flat_body(struct gw_printer *pr, struct gw_reader *reader, const uint8_t *start)
{
    const size_t outer = 2;
    push_frame(pr, GW_OP_BLOCK, NO_NODE, false);
    while (pr->frames.count > 0 && !reader->failed && !pr->failed) {
        struct print_effect effect;
        gw_buf_clear(&pr->texts);
        enum gw_op op = read_op(pr, reader, start, &effect);
        bool part = (gw_op_table[op].flags & GW_OPF_STRUCTURE) && !is_block(op);
        if (op == GW_OP_END || op == GW_OP_DELEGATE)
            pr->frames.count--;
        size_t depth = outer + pr->frames.count - 1;
        if (part && op != GW_OP_END && op != GW_OP_DELEGATE)
            depth--;
        if (pr->frames.count == 0)
            break; /* the end of the body is not written */
        new_line(pr, depth);
        gw_buf_bytes(&pr->out, gw_buf_span(&pr->texts));
        if (is_block(op))
            push_frame(pr, op, NO_NODE, false);
    }
}

/* ---- the tree --------------------------------------------------------------------- */

static struct print_node *
node_at(struct gw_printer *pr, uint32_t index)
{
    return (struct print_node *)pr->nodes.data + index;
}

/* A node whose text is the end of pr->texts from start on. */
static uint32_t
new_node(struct gw_printer *pr, size_t start, bool single)
{
    uint32_t index = (uint32_t)pr->nodes.count;
    struct print_node *node = gw_vec_push(&pr->nodes);
    if (!node) {
        gw_print_nomem(pr);
        return 0;
    }
    node->text = (uint32_t)start;
    node->text_size = (uint32_t)(pr->texts.size - start);
    node->parent = node->first = node->last = node->next = NO_NODE;
    node->single = single;
    return index;
}

static void
add_child(struct gw_printer *pr, uint32_t parent, uint32_t child)
{
    struct print_node *p = node_at(pr, parent), *c = node_at(pr, child);
    c->parent = parent;
    if (p->last == NO_NODE)
        p->first = child;
    else
        node_at(pr, p->last)->next = child;
    p->last = child;
    if (c->depth >= p->depth)
        p->depth = c->depth + 1;
}

/* Makes the topmost nodes from `from` on children of a node. */
static void
adopt(struct gw_printer *pr, uint32_t parent, size_t from)
{
    const uint32_t *stack = pr->stack.data;
    for (size_t i = from; i < pr->stack.count; i++)
        add_child(pr, parent, stack[i]);
    pr->stack.count = from;
}

static void
push_node(struct gw_printer *pr, uint32_t node)
{
    uint32_t *slot = gw_vec_push(&pr->stack);
    if (slot)
        *slot = node;
    else
        gw_print_nomem(pr);
}

/* Gives the node as many operands as it wants and can have. */
static void
take_operands(struct gw_printer *pr, uint32_t node, uint32_t wanted)
{
    const uint32_t *stack = pr->stack.data;
    size_t from = pr->stack.count, base = top(pr)->base;
    while (wanted > 0 && from > base) {
        const struct print_node *below = node_at(pr, stack[from - 1]);
        if (!below->single || below->depth >= FOLD_DEPTH)
            break;
        from--;
        wanted--;
    }
    adopt(pr, node, from);
}

/* A part of a block that has a word of its own: then, else, do, catch. */
static void
open_part(struct gw_printer *pr, size_t start)
{
    struct print_frame *frame = top(pr);
    uint32_t part = new_node(pr, start, false);
    if (pr->failed)
        return;
    add_child(pr, frame->node, part);
    frame->body = part;
}

static void
open_word(struct gw_printer *pr, const char *word)
{
    size_t start = pr->texts.size;
    gw_buf_text(&pr->texts, word);
    open_part(pr, start);
}

static void
close_block(struct gw_printer *pr)
{
    struct print_frame frame = *top(pr);
    adopt(pr, frame.body, frame.base);
    pr->frames.count--;
    if (frame.node != NO_NODE && pr->frames.count > 0) {
        /* What stands in a block does not count as folding. */
        node_at(pr, frame.node)->depth = 0;
        node_at(pr, frame.node)->single = frame.single;
        push_node(pr, frame.node);
    }
}

static void
tree_op(struct gw_printer *pr, enum gw_op op, size_t start,
        const struct print_effect *effect)
{
    if (op == GW_OP_END) {
        close_block(pr);
        return;
    }
    if (is_block(op)) {
        uint32_t node = new_node(pr, start, false);
        if (pr->failed)
            return;
        if (op == GW_OP_IF)
            take_operands(pr, node, 1);
        push_frame(pr, op, node, effect->single);
        if (!pr->failed && op == GW_OP_IF)
            open_word(pr, "then");
        else if (!pr->failed && op == GW_OP_TRY)
            open_word(pr, "do");
        return;
    }
    if (gw_op_table[op].flags & GW_OPF_STRUCTURE) {
        adopt(pr, top(pr)->body, top(pr)->base);
        open_part(pr, start);
        if (op == GW_OP_DELEGATE)
            close_block(pr);
        return;
    }
    uint32_t node = new_node(pr, start, effect->single);
    if (pr->failed)
        return;
    take_operands(pr, node, effect->pops);
    push_node(pr, node);
}

/* Reads a whole expression; its nodes are the children of node 0. */
static void
make_tree(struct gw_printer *pr, struct gw_reader *reader, const uint8_t *start)
{
    pr->nodes.count = pr->stack.count = pr->frames.count = 0;
    gw_buf_clear(&pr->texts);
    new_node(pr, 0, false);
    push_frame(pr, GW_OP_BLOCK, 0, false);
    while (pr->frames.count > 0 && !reader->failed && !pr->failed) {
        struct print_effect effect;
        size_t text = pr->texts.size;
        enum gw_op op = read_op(pr, reader, start, &effect);
        if (reader->failed)
            return;
        bool part = op == GW_OP_ELSE || op == GW_OP_CATCH ||
                    op == GW_OP_CATCH_ALL || op == GW_OP_DELEGATE;
        /* A part outside of its block has nothing to be a part of. */
        if (part && top(pr)->op != (op == GW_OP_ELSE ? GW_OP_IF : GW_OP_TRY)) {
            gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at, "misplaced %s",
                           gw_op_table[op].text);
            return;
        }
        tree_op(pr, op, text, &effect);
    }
    if (pr->texts.failed)
        gw_print_nomem(pr);
}

/* The text of a node: annotations stand before its parenthesis. */
static void
put_text(struct gw_printer *pr, const struct print_node *node,
         struct gw_buf *out)
{
    const uint8_t *text = pr->texts.data + node->text;
    size_t size = node->text_size;
    if (size > 0 && text[0] == '(') {
        const uint8_t *end = memchr(text, ')', size);
        size_t annotation = (size_t)(end - text) + 2;
        gw_buf_bytes(out, gw_span(text, annotation));
        text += annotation;
        size -= annotation;
    }
    gw_buf_u8(out, '(');
    gw_buf_bytes(out, gw_span(text, size));
}

/* Writes the children of node 0: each on a line from the depth on, or all in
 * one line when depth is 0. */
static void
put_tree(struct gw_printer *pr, size_t depth, struct gw_buf *out)
{
    uint32_t at = node_at(pr, 0)->first;
    size_t level = depth;
    while (at != NO_NODE) {
        const struct print_node *node = node_at(pr, at);
        if (depth == 0)
            gw_buf_u8(out, ' ');
        else
            new_line(pr, level);
        put_text(pr, node, out);
        if (node->first != NO_NODE) {
            at = node->first;
            level++;
            continue;
        }
        gw_buf_u8(out, ')');
        while (node->next == NO_NODE && node->parent != 0) {
            node = node_at(pr, node->parent);
            gw_buf_u8(out, ')');
            level--;
        }
        at = node->next;
    }
}

/* ---- entries ------------------------------------------------------------------------ */

void
gw_print_body(struct gw_printer *pr, struct gw_reader *reader,
              const uint8_t *start)
{
    pr->frames.count = 0;
    if (pr->options.folded) {
        make_tree(pr, reader, start);
        if (!reader->failed && !pr->failed)
            put_tree(pr, 2, &pr->out);
    } else {
        flat_body(pr, reader, start);
    }
    if (pr->texts.failed)
        gw_print_nomem(pr);
}

void
gw_print_constant(struct gw_printer *pr, struct gw_reader *reader,
                  struct gw_buf *out)
{
    pr->hint_count = 0;
    pr->hint_offset = UINT32_MAX;
    make_tree(pr, reader, reader->at);
    if (!reader->failed && !pr->failed)
        put_tree(pr, 0, out);
}
