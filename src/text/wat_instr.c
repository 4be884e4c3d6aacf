/*
 * [DOC] Instructions, spec 6.5, without recursion.
 *
 * Flat and folded forms are read by one loop over a stack of frames.  What a
 * frame is waiting for is its state:
 *
 *   FLAT         instructions up to `end`, `else`, `catch` …
 *   FOLDED       operands of a plain instruction, whose bytes are pending
 *   BODY         instructions of a folded block up to `)`
 *   IF_OPERANDS  operands of a folded `if`, or `(then`
 *   IF_THEN      instructions of the then part up to `)`
 *   IF_ELSE      those of the else part
 *   IF_BETWEEN   `(else` or the `)` of the whole
 *   TRY_DO       `(do` of the legacy form
 *   TRY_PART     instructions of do, catch or catch_all up to `)`
 *   TRY_BETWEEN  `(catch`, `(catch_all`, `(delegate` or `)`
 *   DELEGATED    `)` only
 */
#include "text/wat_parser.h"

#include "wasm/limit.h"

#include <assert.h>

enum state {
    FLAT,
    FOLDED,
    BODY,
    IF_OPERANDS,
    IF_THEN,
    IF_ELSE,
    IF_BETWEEN,
    TRY_DO,
    TRY_PART,
    TRY_BETWEEN,
    DELEGATED
};

/* What a block has seen that can come only once. */
enum clause { NO_CLAUSE, HAS_CATCH, HAS_LAST };

static struct wat_frame *
top(struct gw_wat *p)
{
    return (struct wat_frame *)p->frames.data + p->frames.count - 1;
}

static bool
push_frame(struct gw_wat *p, enum state state, enum gw_op op, size_t at)
{
    if (p->frames.count >= gw_limit_table[GW_LIMIT_BLOCK_DEPTH].standard) {
        gw_lex_fail_as(&p->lex, GW_ERR_LIMIT, at, "nested too deep");
        gw_wat_fail(p, "nested too deep");
        return false;
    }
    struct wat_frame *frame = gw_vec_push(&p->frames);
    if (!frame) {
        gw_wat_nomem(p);
        return false;
    }
    frame->state = (uint8_t)state;
    frame->op = (uint16_t)op;
    frame->hint = GW_NO_INDEX;
    frame->at = at;
    frame->mark = p->pending.size;
    return true;
}

/* ---- labels ---------------------------------------------------------------- */

static void
push_label(struct gw_wat *p, const struct wat_block_id *id)
{
    struct gw_span name = id->id;
    uint32_t index = (uint32_t)p->labels.count, outer = GW_NO_INDEX;
    struct wat_label *label = gw_vec_push(&p->labels);
    if (!label) {
        gw_wat_nomem(p);
        return;
    }
    gw_wat_note_label(p, p->label_ordinal++, id);
    label->name = name;
    if (!name.data)
        return;
    uint32_t *found = gw_map_find(&p->label_names, name);
    if (found) {
        outer = *found;
        *found = index;
    } else if (gw_map_put(&p->label_names, name, index, NULL) != GW_OK) {
        gw_wat_nomem(p);
    }
    label = (struct wat_label *)p->labels.data + index;
    label->outer = outer;
}

static void
pop_label(struct gw_wat *p)
{
    if (p->labels.count == 0)
        return;
    p->labels.count--;
    struct wat_label *label = (struct wat_label *)p->labels.data +
                              p->labels.count;
    if (label->name.data) {
        uint32_t *found = gw_map_find(&p->label_names, label->name);
        if (found)
            *found = label->outer;
    }
}

static struct wat_block_id
block_id(struct gw_wat *p)
{
    struct wat_block_id id = { .id = { NULL, 0 } };
    if (p->token.kind == GW_TOK_ID) {
        id.id = gw_wat_id(p, &p->token);
        gw_wat_advance(p);
    }
    id.name_at = gw_wat_take_label_name(p);
    return id;
}

/* The identifier that may be repeated behind else and end. */
static void
repeated_id(struct gw_wat *p)
{
    if (p->token.kind != GW_TOK_ID)
        return;
    assert(p->labels.count > 0);
    const struct wat_label *label = (struct wat_label *)p->labels.data +
                                    p->labels.count - 1;
    struct gw_span name = gw_wat_id(p, &p->token);
    if (!label->name.data || !gw_span_equal(name, label->name))
        gw_wat_fail(p, "mismatching label");
    gw_wat_advance(p);
}

/* ---- writing ----------------------------------------------------------------- */

/* The next byte of code is an operator with this hint. */
static void
note_hint(struct gw_wat *p, uint32_t hint, enum gw_op op, size_t at)
{
    if (hint == GW_NO_INDEX || p->lex.failed)
        return;
    if (op != GW_OP_IF && op != GW_OP_BR_IF) {
        p->token.start = at;
        gw_lex_fail_as(&p->lex, GW_ERR_INVALID, at,
                       "@metadata.code.branch_hint annotation: invalid "
                       "target");
        gw_wat_fail(p, "invalid target");
        return;
    }
    p->hints.count++;
    gw_buf_uleb(&p->hints.buf, p->code.size);
    gw_buf_uleb(&p->hints.buf, 1);
    gw_buf_u8(&p->hints.buf, (uint8_t)hint);
}

/* Writes the operator that has waited for its operands. */
static void
flush(struct gw_wat *p, struct wat_frame *frame)
{
    note_hint(p, frame->hint, (enum gw_op)frame->op, frame->at);
    gw_buf_bytes(&p->code, gw_span(p->pending.data + frame->mark,
                                   p->pending.size - frame->mark));
    p->pending.size = frame->mark;
    frame->hint = GW_NO_INDEX;
}

static bool
is_block(enum gw_op op)
{
    uint8_t imm = gw_op_table[op].imm;
    return op != GW_OP_NONE && (imm == GW_IMM_BLOCK || imm == GW_IMM_TRY_TABLE);
}

/* ---- folded instructions ---------------------------------------------------- */

static void
open_block(struct gw_wat *p, enum gw_op op, size_t at, uint32_t hint)
{
    struct wat_block_id id = block_id(p);
    if (op == GW_OP_IF) {
        /* Its operands do not see its label; open_then binds it. */
        if (!push_frame(p, IF_OPERANDS, op, at))
            return;
        top(p)->hint = hint;
        top(p)->label = id;
        gw_wat_op(p, op, &p->pending);
        return;
    }
    note_hint(p, hint, op, at);
    gw_wat_op(p, op, &p->code);
    if (push_frame(p, op == GW_OP_TRY ? TRY_DO : BODY, op, at))
        push_label(p, &id);
}

static void
open_folded(struct gw_wat *p)
{
    size_t at = p->token.start;
    gw_wat_take_hint(p);
    uint32_t hint = p->hint;
    gw_wat_expect(p, GW_TOK_LPAR);
    enum gw_op op = gw_wat_take_op(p);
    if (is_block(op)) {
        open_block(p, op, at, hint);
    } else if (gw_op_table[op].flags & GW_OPF_STRUCTURE) {
        p->token.start = at;
        gw_wat_fail(p, "unexpected token");
    } else if (push_frame(p, FOLDED, op, at)) {
        top(p)->hint = hint;
        gw_wat_op(p, op, &p->pending);
    }
}

/* A parenthesis inside a folded `if`: an operand, then or else. */
static void
open_in_if(struct gw_wat *p, struct wat_frame *frame)
{
    if (frame->state == IF_OPERANDS && gw_wat_take_open(p, "then")) {
        frame->state = IF_THEN;
        flush(p, frame);
        push_label(p, &frame->label);
    } else if (frame->state == IF_OPERANDS) {
        open_folded(p);
    } else if (frame->clause == NO_CLAUSE && gw_wat_take_open(p, "else")) {
        frame->state = IF_ELSE;
        frame->clause = HAS_LAST;
        gw_wat_put_op(&p->code, GW_OP_ELSE);
    } else {
        gw_wat_unexpected(p);
    }
}

/* A parenthesis inside a folded `try`: one of its parts. */
static void
open_in_try(struct gw_wat *p, struct wat_frame *frame)
{
    uint8_t clause = frame->clause;
    frame->state = TRY_PART;
    if (frame->op == GW_OP_TRY && gw_wat_take_open(p, "do")) {
        frame->op = GW_OP_NONE; /* there is only one do */
    } else if (frame->op == GW_OP_TRY || clause == HAS_LAST) {
        gw_wat_unexpected(p);
    } else if (gw_wat_take_open(p, "catch")) {
        frame->clause = HAS_CATCH;
        gw_wat_op(p, GW_OP_CATCH, &p->code);
    } else if (gw_wat_take_open(p, "catch_all")) {
        frame->clause = HAS_LAST;
        gw_wat_op(p, GW_OP_CATCH_ALL, &p->code);
    } else if (clause == NO_CLAUSE && gw_wat_take_open(p, "delegate")) {
        pop_label(p);
        gw_wat_op(p, GW_OP_DELEGATE, &p->code);
        gw_wat_expect(p, GW_TOK_RPAR);
        frame->state = DELEGATED;
    } else {
        gw_wat_unexpected(p);
    }
}

static void
open_paren(struct gw_wat *p, size_t base)
{
    struct wat_frame *frame = p->frames.count > base ? top(p) : NULL;
    if (!frame) {
        open_folded(p);
        return;
    }
    switch ((enum state)frame->state) {
    case IF_OPERANDS:
    case IF_BETWEEN:
        open_in_if(p, frame);
        break;
    case TRY_DO:
    case TRY_BETWEEN:
        open_in_try(p, frame);
        break;
    case DELEGATED:
        gw_wat_unexpected(p);
        break;
    default:
        open_folded(p);
    }
}

static void
end_block(struct gw_wat *p)
{
    gw_wat_put_op(&p->code, GW_OP_END);
    pop_label(p);
    p->frames.count--;
}

static void
close_paren(struct gw_wat *p)
{
    struct wat_frame *frame = top(p);
    switch ((enum state)frame->state) {
    case FOLDED:
        flush(p, frame);
        p->frames.count--;
        break;
    case IF_THEN:
    case IF_ELSE:
        frame->state = IF_BETWEEN;
        break;
    case TRY_PART:
        frame->state = TRY_BETWEEN;
        break;
    case BODY:
    case IF_BETWEEN:
    case TRY_BETWEEN:
        end_block(p);
        break;
    case DELEGATED:
        p->frames.count--;
        break;
    case FLAT:
    case IF_OPERANDS:
    case TRY_DO:
        gw_wat_unexpected(p);
        return;
    }
    gw_wat_expect(p, GW_TOK_RPAR);
}

/* ---- flat instructions -------------------------------------------------------- */

/* else, end, catch, catch_all, delegate: they belong to the innermost frame,
 * which must be a flat block that can have them. */
static void
flat_part(struct gw_wat *p, enum gw_op op, struct wat_frame *frame)
{
    if (op == GW_OP_END) {
        repeated_id(p);
        end_block(p);
    } else if (op == GW_OP_ELSE) {
        frame->clause = HAS_LAST;
        repeated_id(p);
        gw_wat_put_op(&p->code, op);
    } else if (op == GW_OP_DELEGATE) {
        pop_label(p);
        gw_wat_op(p, op, &p->code);
        p->frames.count--;
    } else {
        frame->clause = op == GW_OP_CATCH ? HAS_CATCH : HAS_LAST;
        if (op == GW_OP_CATCH_ALL)
            repeated_id(p);
        gw_wat_op(p, op, &p->code);
    }
}

static bool
fits_part(const struct wat_frame *frame, enum gw_op op)
{
    if (op == GW_OP_END)
        return true;
    if (op == GW_OP_ELSE)
        return frame->op == GW_OP_IF && frame->clause == NO_CLAUSE;
    if (frame->op != GW_OP_TRY || frame->clause == HAS_LAST)
        return false;
    return op != GW_OP_DELEGATE || frame->clause == NO_CLAUSE;
}

/* May a flat instruction stand here? */
static bool
takes_flat(const struct wat_frame *frame)
{
    return frame->state == FLAT || frame->state == BODY ||
           frame->state == IF_THEN || frame->state == IF_ELSE ||
           frame->state == TRY_PART;
}

static void
flat_instr(struct gw_wat *p, size_t base)
{
    struct wat_frame *frame = p->frames.count > base ? top(p) : NULL;
    struct gw_token token = p->token;
    if (frame && !takes_flat(frame)) {
        gw_wat_unexpected(p);
        return;
    }
    gw_wat_take_hint(p);
    uint32_t hint = p->hint;
    enum gw_op op = gw_wat_take_op(p);
    if (is_block(op)) {
        struct wat_block_id id = block_id(p);
        note_hint(p, hint, op, token.start);
        gw_wat_op(p, op, &p->code);
        if (push_frame(p, FLAT, op, token.start))
            push_label(p, &id);
    } else if (gw_op_table[op].flags & GW_OPF_STRUCTURE) {
        if (frame && frame->state == FLAT && fits_part(frame, op)) {
            flat_part(p, op, frame);
        } else {
            p->token.start = token.start;
            gw_wat_fail(p, "unexpected token");
        }
    } else {
        note_hint(p, hint, op, token.start);
        gw_wat_op(p, op, &p->code);
    }
}

/* ---- sequences ----------------------------------------------------------------- */

void
gw_wat_instrs(struct gw_wat *p)
{
    size_t base = p->frames.count;
    while (!p->lex.failed) {
        if (p->token.kind == GW_TOK_LPAR) {
            open_paren(p, base);
        } else if (p->token.kind == GW_TOK_RPAR) {
            if (p->frames.count == base)
                break;
            close_paren(p);
        } else if (p->token.kind == GW_TOK_EOF && !p->lex.failed) {
            gw_wat_unexpected(p);
        } else {
            flat_instr(p, base);
        }
    }
    gw_wat_check(p, &p->code);
    gw_wat_check(p, &p->pending);
    gw_wat_check(p, &p->hints.buf);
}

void
gw_wat_expr(struct gw_wat *p)
{
    gw_buf_clear(&p->code);
    gw_wat_instrs(p);
    gw_wat_put_op(&p->code, GW_OP_END);
    gw_wat_check(p, &p->code);
}

void
gw_wat_folded_expr(struct gw_wat *p)
{
    size_t base = p->frames.count;
    gw_buf_clear(&p->code);
    if (p->token.kind != GW_TOK_LPAR)
        gw_wat_unexpected(p);
    while (!p->lex.failed) {
        if (p->token.kind == GW_TOK_LPAR)
            open_paren(p, base);
        else if (p->token.kind == GW_TOK_RPAR)
            close_paren(p);
        else
            flat_instr(p, base);
        if (p->frames.count == base)
            break;
    }
    gw_wat_put_op(&p->code, GW_OP_END);
    gw_wat_check(p, &p->code);
    gw_wat_check(p, &p->pending);
}
