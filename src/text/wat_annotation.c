/*
 * Annotations that mean something (spec appendix, custom sections and
 * annotations): @custom sections, @name, and branch hints; and the custom
 * sections that are made of them.
 */
#include "text/wat_parser.h"

#include "base/utf8.h"

#include <assert.h>

const struct wat_section_info gw_wat_ranks[WAT_RANKS] = {
    { 0, "first" },  { 1, "type" },   { 2, "import" }, { 3, "func" },
    { 4, "table" },  { 5, "memory" }, { 13, "tag" },   { 6, "global" },
    { 7, "export" }, { 8, "start" },  { 9, "elem" },   { 12, "datacount" },
    { 10, "code" },  { 11, "data" },  { 0, "last" },
};

static const char hint_id[] = "metadata.code.branch_hint";

/* An annotation being read: a lexer of its own stands behind its id. */
struct annotation {
    struct gw_lex lex;
    struct gw_token token;
    struct gw_span id;
    size_t at;
};

/* A failure inside an annotation is one of the whole. */
static void
fail(struct gw_wat *p, struct annotation *a, const char *why)
{
    gw_lex_fail(&a->lex, a->token.start, "@%.*s annotation: %s",
                (int)a->id.size, (const char *)a->id.data, why);
    p->lex.failed = true;
    gw_wat_fail(p, "annotation");
}

static void
step(struct gw_wat *p, struct annotation *a)
{
    gw_lex_next(&a->lex, &a->token);
    if (a->lex.failed) {
        p->lex.failed = true;
        gw_wat_fail(p, "annotation");
    }
}

/* Goes to the next annotation at or behind *at and before the current token;
 * *at becomes the position behind it. */
static bool
next_annotation(struct gw_wat *p, size_t *at, struct annotation *a)
{
    struct gw_lex lex = p->lex;
    if (p->lex.failed)
        return false;
    lex.at = *at;
    gw_lex_skip_space(&lex);
    if (lex.failed || lex.at >= p->token.start)
        return false;
    a->at = lex.at;
    a->id = gw_lex_annotation(&lex, a->at);
    a->lex = lex;
    a->token.start = a->at;
    gw_lex_skip_annotation(&lex, a->at);
    *at = lex.at;
    return !lex.failed;
}

static bool
is(const struct annotation *a, const char *id)
{
    return gw_span_equal(a->id, gw_span_str(id));
}

static bool
is_known(const struct annotation *a)
{
    return is(a, "custom") || is(a, "name") || is(a, hint_id);
}

static void
misplaced(struct gw_wat *p, struct annotation *a)
{
    gw_lex_fail(&a->lex, a->at, "misplaced @%.*s annotation", (int)a->id.size,
                (const char *)a->id.data);
    p->lex.failed = true;
    gw_wat_fail(p, "misplaced");
}

void
gw_wat_misplaced(struct gw_wat *p)
{
    struct annotation a;
    size_t at = p->token.annotation;
    while (next_annotation(p, &at, &a)) {
        if (is_known(&a))
            misplaced(p, &a);
    }
}

/* A string token's bytes, in p->scratch; must be UTF-8 when it is a name. */
static struct gw_span
take_string(struct gw_wat *p, struct annotation *a, bool name)
{
    gw_buf_clear(&p->scratch);
    gw_lex_string(&a->lex, &a->token, &p->scratch);
    gw_wat_check(p, &p->scratch);
    struct gw_span bytes = gw_buf_span(&p->scratch);
    if (name && gw_utf8_check(bytes) < bytes.size)
        fail(p, a, "malformed UTF-8 encoding");
    else
        step(p, a);
    return bytes;
}

/* ---- custom sections --------------------------------------------------------- */

static bool
at_keyword(const struct annotation *a, const char *text)
{
    return a->token.kind == GW_TOK_KEYWORD &&
           gw_span_equal(gw_token_span(&a->lex, &a->token), gw_span_str(text));
}

/* (before kind) or (after kind), from the opening parenthesis. */
static uint32_t
placement(struct gw_wat *p, struct annotation *a)
{
    step(p, a);
    bool after = at_keyword(a, "after");
    if (!after && !at_keyword(a, "before")) {
        fail(p, a, "malformed placement");
        return 0;
    }
    step(p, a);
    uint32_t rank = 0;
    while (rank < WAT_RANKS && !at_keyword(a, gw_wat_ranks[rank].name))
        rank++;
    if (rank == WAT_RANKS) {
        fail(p, a, "malformed section kind");
        return 0;
    }
    step(p, a);
    if (a->token.kind != GW_TOK_RPAR)
        fail(p, a, "unexpected token");
    else
        step(p, a);
    return 2 * rank + after;
}

static void
read_custom(struct gw_wat *p, struct annotation *a)
{
    struct wat_custom *custom = gw_vec_push(&p->customs);
    if (!custom) {
        gw_wat_nomem(p);
        return;
    }
    struct gw_buf *out = &p->custom_bytes;
    step(p, a);
    if (!p->lex.failed && a->token.kind != GW_TOK_STRING) {
        fail(p, a, "missing section name");
        return;
    }
    custom->start = out->size;
    custom->place = 2 * (WAT_RANKS - 1) + 1;
    gw_buf_vec(out, take_string(p, a, true));
    if (!p->lex.failed && a->token.kind == GW_TOK_LPAR)
        custom->place = placement(p, a);
    while (!p->lex.failed && a->token.kind == GW_TOK_STRING)
        gw_buf_bytes(out, take_string(p, a, false));
    if (!p->lex.failed && a->token.kind != GW_TOK_RPAR)
        fail(p, a, "unexpected token");
    custom->size = out->size - custom->start;
    gw_wat_check(p, out);
}

static void
put_custom(struct gw_buf *out, struct gw_span bytes)
{
    gw_buf_u8(out, 0);
    gw_buf_vec(out, bytes);
}

void
gw_wat_put_customs(struct gw_wat *p, uint32_t place, struct gw_buf *out)
{
    const struct wat_custom *customs = p->customs.data;
    for (size_t i = 0; i < p->customs.count; i++) {
        if (customs[i].place == place)
            put_custom(out, gw_span(p->custom_bytes.data + customs[i].start,
                                    customs[i].size));
    }
}

/* ---- names --------------------------------------------------------------------- */

static void
store_name(struct gw_wat *p, uint32_t subsection, uint32_t index,
           struct gw_span name)
{
    struct wat_names *names = &p->names[subsection];
    bool indirect = subsection == WAT_NAME_LOCAL ||
                    subsection == WAT_NAME_LABEL ||
                    subsection == WAT_NAME_FIELD;
    struct gw_buf *out = indirect ? &names->inner : &names->buf;
    ++*(indirect ? &names->inner_count : &names->count);
    gw_buf_uleb(out, index);
    gw_buf_vec(out, name);
    gw_wat_check(p, out);
}

/* The name in "(@name "…")". */
static struct gw_span
read_name(struct gw_wat *p, struct annotation *a)
{
    step(p, a);
    if (!p->lex.failed && a->token.kind != GW_TOK_STRING) {
        fail(p, a, "missing name");
        return gw_span(NULL, 0);
    }
    struct gw_span name = take_string(p, a, true);
    if (!p->lex.failed && a->token.kind != GW_TOK_RPAR)
        fail(p, a, "unexpected token");
    return name;
}

void
gw_wat_note_name(struct gw_wat *p, uint32_t subsection, uint32_t index,
                 struct gw_span name)
{
    bool given = p->options.names && name.data;
    if (p->token.annotation != GW_NO_POSITION) {
        struct annotation a;
        size_t at = p->token.annotation;
        bool seen = false;
        while (next_annotation(p, &at, &a)) {
            if (!is_known(&a))
                continue;
            if (!is(&a, "name") || seen)
                return; /* whoever goes on reports it as misplaced */
            name = read_name(p, &a);
            seen = given = true;
        }
        p->token.annotation = GW_NO_POSITION;
    }
    if (given && !p->lex.failed)
        store_name(p, subsection, index, name);
}

/* A branch hint may follow: it is of the block's first instruction. */
size_t
gw_wat_take_label_name(struct gw_wat *p)
{
    struct annotation a;
    size_t at = p->token.annotation;
    if (at == GW_NO_POSITION)
        return GW_NO_POSITION;
    while (next_annotation(p, &at, &a)) {
        if (is(&a, "name")) {
            p->token.annotation = at;
            return a.at;
        }
        if (is_known(&a))
            break;
    }
    return GW_NO_POSITION;
}

void
gw_wat_note_label(struct gw_wat *p, uint32_t index,
                  const struct wat_block_id *id)
{
    struct gw_span name = id->id;
    bool given = p->options.names && name.data;
    if (id->name_at != GW_NO_POSITION) {
        struct annotation a = { .lex = p->lex, .at = id->name_at };
        a.lex.at = a.token.start = a.at;
        a.id = gw_lex_annotation(&a.lex, a.at);
        name = read_name(p, &a);
        given = true;
    }
    if (given && !p->lex.failed)
        store_name(p, WAT_NAME_LABEL, index, name);
}

void
gw_wat_end_names(struct gw_wat *p, uint32_t subsection, uint32_t index)
{
    struct wat_names *names = &p->names[subsection];
    if (names->inner_count > 0) {
        names->count++;
        gw_buf_uleb(&names->buf, index);
        gw_buf_uleb(&names->buf, names->inner_count);
        gw_buf_bytes(&names->buf, gw_buf_span(&names->inner));
        gw_wat_check(p, &names->buf);
    }
    names->inner_count = 0;
    gw_buf_clear(&names->inner);
}

void
gw_wat_put_names(struct gw_wat *p, struct gw_buf *out)
{
    struct gw_buf *body = &p->scratch, *part = &p->params;
    bool any = false;
    gw_buf_clear(body);
    gw_buf_vec(body, gw_span_str("name"));
    for (uint32_t i = 0; i < GW_NAME_SLOTS; i++) {
        if (p->names[i].count == 0)
            continue;
        any = true;
        gw_buf_clear(part);
        if (i != WAT_NAME_MODULE)
            gw_buf_uleb(part, p->names[i].count);
        gw_buf_bytes(part, gw_buf_span(&p->names[i].buf));
        gw_buf_u8(body, (uint8_t)i);
        gw_buf_vec(body, gw_buf_span(part));
    }
    if (any)
        put_custom(out, gw_buf_span(body));
    gw_wat_check(p, part);
    gw_wat_check(p, body);
}

void
gw_wat_put_hints(struct gw_wat *p, struct gw_buf *out)
{
    struct gw_buf *body = &p->scratch;
    if (p->branch_hints.count == 0)
        return;
    gw_buf_clear(body);
    gw_buf_vec(body, gw_span_str(hint_id));
    gw_buf_uleb(body, p->branch_hints.count);
    gw_buf_bytes(body, gw_buf_span(&p->branch_hints.buf));
    put_custom(out, gw_buf_span(body));
    gw_wat_check(p, body);
}

/* ---- branch hints ----------------------------------------------------------------- */

static void
read_hint(struct gw_wat *p, struct annotation *a)
{
    if (!p->in_function) {
        fail(p, a, "not in a function");
        return;
    }
    if (p->hint != GW_NO_INDEX) {
        fail(p, a, "duplicate annotation");
        return;
    }
    step(p, a);
    if (!p->lex.failed && a->token.kind != GW_TOK_STRING) {
        fail(p, a, "unexpected token");
        return;
    }
    struct gw_span value = take_string(p, a, false);
    if (p->lex.failed)
        return;
    if (value.size != 1 || value.data[0] > 1)
        fail(p, a, "invalid value");
    else
        p->hint = value.data[0];
    if (!p->lex.failed && a->token.kind != GW_TOK_RPAR)
        fail(p, a, "unexpected token");
}

void
gw_wat_take_hint(struct gw_wat *p)
{
    p->hint = GW_NO_INDEX;
    if (p->token.annotation == GW_NO_POSITION)
        return;
    struct annotation a;
    size_t at = p->token.annotation;
    while (next_annotation(p, &at, &a)) {
        if (is(&a, hint_id))
            read_hint(p, &a);
        else if (is_known(&a))
            misplaced(p, &a);
    }
    p->token.annotation = GW_NO_POSITION;
}

/* ---- the module ----------------------------------------------------------------------- */

static void
read_module_name(struct gw_wat *p, struct annotation *a)
{
    if (p->has_module_name) {
        fail(p, a, "multiple module");
        return;
    }
    p->has_module_name = true;
    struct wat_names *names = &p->names[WAT_NAME_MODULE];
    gw_buf_clear(&names->buf);
    gw_buf_vec(&names->buf, read_name(p, a));
    names->count = 1;
}

void
gw_wat_module_annotations(struct gw_wat *p, bool after_id)
{
    if (p->token.annotation == GW_NO_POSITION)
        return;
    struct annotation a;
    size_t at = p->token.annotation;
    while (next_annotation(p, &at, &a)) {
        if (is(&a, "custom"))
            read_custom(p, &a);
        else if (is(&a, "name") && after_id)
            read_module_name(p, &a);
        else if (is(&a, hint_id))
            read_hint(p, &a);
        else if (is_known(&a))
            misplaced(p, &a);
    }
    p->token.annotation = GW_NO_POSITION;
}
