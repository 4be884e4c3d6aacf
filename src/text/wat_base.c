#include "text/wat_parser.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>

bool
gw_wat_init(struct gw_wat *p, struct gw_span text,
            const struct gw_wat_options *options, struct gw_alloc *alloc,
            struct gw_diag *diag)
{
    memset(p, 0, sizeof *p);
    if (options)
        p->options = *options;
    p->alloc = alloc;
    gw_arena_init(&p->arena, alloc, SIZE_MAX);
    gw_op_names_init(&p->ops);
    /* Names in the text are not ours: a seed that differs from run to run
     * keeps them from meeting in one bucket on purpose. */
    uint64_t seed = (uint64_t)(uintptr_t)p;
    for (int i = 0; i < GW_SPACE_COUNT; i++)
        gw_map_init(&p->spaces[i].names, alloc, seed);
    gw_map_init(&p->signatures, alloc, seed);
    gw_map_init(&p->label_names, alloc, seed);
    gw_vec_init(&p->fields, alloc, sizeof(struct wat_field));
    gw_vec_init(&p->types, alloc, sizeof(struct wat_type));
    gw_vec_init(&p->labels, alloc, sizeof(struct wat_label));
    gw_vec_init(&p->frames, alloc, sizeof(struct wat_frame));
    gw_vec_init(&p->customs, alloc, sizeof(struct wat_custom));
    struct gw_buf *bufs[] = { &p->code,        &p->pending,
                              &p->params,      &p->results,
                              &p->signature,   &p->scratch,
                              &p->hints.buf,   &p->branch_hints.buf,
                              &p->custom_bytes };
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        gw_buf_init(bufs[i], alloc);
    for (int i = 0; i < GW_SECTION_SLOTS; i++)
        gw_buf_init(&p->sections[i].buf, alloc);
    for (int i = 0; i < GW_NAME_SLOTS; i++) {
        gw_buf_init(&p->names[i].buf, alloc);
        gw_buf_init(&p->names[i].inner, alloc);
    }
    gw_lex_init(&p->lex, text, diag);
    p->lex.base_line = p->options.base_line;
    p->hint = GW_NO_INDEX;
    gw_wat_seek(p, 0);
    return !p->lex.failed;
}

void
gw_wat_fini(struct gw_wat *p)
{
    const struct wat_type *types = p->types.data;
    for (size_t i = 0; i < p->types.count; i++) {
        if (types[i].fields)
            gw_map_fini(types[i].fields);
    }
    for (int i = 0; i < GW_SPACE_COUNT; i++)
        gw_map_fini(&p->spaces[i].names);
    gw_map_fini(&p->signatures);
    gw_map_fini(&p->label_names);
    struct gw_vec *vecs[] = { &p->fields, &p->types, &p->labels, &p->frames,
                              &p->customs };
    for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++)
        gw_vec_fini(vecs[i]);
    struct gw_buf *bufs[] = { &p->code,        &p->pending,
                              &p->params,      &p->results,
                              &p->signature,   &p->scratch,
                              &p->hints.buf,   &p->branch_hints.buf,
                              &p->custom_bytes };
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        gw_buf_fini(bufs[i]);
    for (int i = 0; i < GW_SECTION_SLOTS; i++)
        gw_buf_fini(&p->sections[i].buf);
    for (int i = 0; i < GW_NAME_SLOTS; i++) {
        gw_buf_fini(&p->names[i].buf);
        gw_buf_fini(&p->names[i].inner);
    }
    gw_arena_fini(&p->arena);
}

/* ---- failures ------------------------------------------------------------ */

static void
stop(struct gw_wat *p)
{
    p->token.kind = p->next.kind = GW_TOK_EOF;
    p->token.annotation = p->next.annotation = GW_NO_POSITION;
}

void
gw_wat_fail(struct gw_wat *p, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    struct gw_diag local;
    gw_diag_init(&local);
    gw_diag_reportv(&local, GW_ERR_SYNTAX, 0, format, args);
    va_end(args);
    memcpy(text, local.text, sizeof text);
    text[sizeof text - 1] = 0;
    gw_lex_fail(&p->lex, p->token.start, "%s", text);
    stop(p);
}

bool
gw_wat_is_keyword(const struct gw_wat *p, struct gw_span word)
{
    static const char *const words[] = {
#define WORD(text) text,
#include "text/keyword.def"
    };
    const char *text = (const char *)word.data;
    if (gw_op_names_find(&p->ops, text, word.size) != GW_OP_NONE)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (gw_span_equal(word, gw_span_str(words[i])))
            return true;
    }
    return word.size >= 6 &&
           (memcmp(text, "offset=", 6) == 0 || memcmp(text, "align=", 6) == 0);
}

void
gw_wat_unexpected(struct gw_wat *p)
{
    struct gw_token *token = &p->token;
    if (token->kind == GW_TOK_LPAR &&
        (p->next.kind == GW_TOK_KEYWORD || p->next.kind == GW_TOK_RESERVED))
        token = &p->next;
    struct gw_span word = gw_token_span(&p->lex, token);
    bool unknown = token->kind == GW_TOK_RESERVED ||
                   (token->kind == GW_TOK_KEYWORD &&
                    !gw_wat_is_keyword(p, word));
    p->token.start = token->start;
    if (!unknown) {
        gw_wat_fail(p, "unexpected token");
        return;
    }
    char text[64];
    gw_utf8_print(word, text, sizeof text);
    gw_wat_fail(p, "unknown operator %s", text);
}

void
gw_wat_nomem(struct gw_wat *p)
{
    gw_lex_fail_as(&p->lex, GW_ERR_NOMEM, p->token.start, "out of memory");
    stop(p);
}

void
gw_wat_check(struct gw_wat *p, const struct gw_buf *buf)
{
    if (buf->failed)
        gw_wat_nomem(p);
}

/* ---- tokens --------------------------------------------------------------- */

static void
lex_next(struct gw_wat *p)
{
    gw_lex_next(&p->lex, &p->next);
    if (p->lex.failed)
        stop(p);
}

void
gw_wat_seek(struct gw_wat *p, size_t at)
{
    if (p->lex.failed) {
        stop(p);
        return;
    }
    p->lex.at = at;
    gw_lex_next(&p->lex, &p->token);
    lex_next(p);
}

void
gw_wat_advance(struct gw_wat *p)
{
    /* The first pass leaves annotations to the second and third. */
    if (p->token.annotation != GW_NO_POSITION && !p->scanning)
        gw_wat_misplaced(p);
    if (p->lex.failed) {
        stop(p);
        return;
    }
    p->token = p->next;
    lex_next(p);
}

static bool
is_keyword(const struct gw_wat *p, const struct gw_token *token,
           const char *keyword)
{
    return token->kind == GW_TOK_KEYWORD &&
           gw_span_equal(gw_token_span(&p->lex, token), gw_span_str(keyword));
}

bool
gw_wat_at(const struct gw_wat *p, const char *keyword)
{
    return is_keyword(p, &p->token, keyword);
}

bool
gw_wat_at_open(const struct gw_wat *p, const char *keyword)
{
    return p->token.kind == GW_TOK_LPAR && is_keyword(p, &p->next, keyword);
}

bool
gw_wat_take(struct gw_wat *p, const char *keyword)
{
    if (!gw_wat_at(p, keyword))
        return false;
    gw_wat_advance(p);
    return true;
}

bool
gw_wat_take_open(struct gw_wat *p, const char *keyword)
{
    if (!gw_wat_at_open(p, keyword))
        return false;
    gw_wat_advance(p);
    gw_wat_advance(p);
    return true;
}

void
gw_wat_expect(struct gw_wat *p, enum gw_tok kind)
{
    if (p->token.kind == kind)
        gw_wat_advance(p);
    else
        gw_wat_unexpected(p);
}

void
gw_wat_skip(struct gw_wat *p)
{
    size_t depth = 1;
    while (!p->lex.failed && depth > 0) {
        if (p->token.kind == GW_TOK_EOF) {
            gw_wat_unexpected(p);
            return;
        }
        depth += p->token.kind == GW_TOK_LPAR;
        depth -= p->token.kind == GW_TOK_RPAR;
        gw_wat_advance(p);
    }
}

/* ---- names and indices ---------------------------------------------------- */

struct gw_span
gw_wat_id(struct gw_wat *p, const struct gw_token *token)
{
    struct gw_span text = gw_token_span(&p->lex, token);
    assert(token->kind == GW_TOK_ID && text.size >= 2);
    if (text.data[1] != '"')
        return gw_span(text.data + 1, text.size - 1);
    gw_buf_clear(&p->scratch);
    gw_lex_string(&p->lex, token, &p->scratch);
    gw_wat_check(p, &p->scratch);
    size_t size = p->scratch.size;
    if (gw_utf8_check(gw_buf_span(&p->scratch)) < size)
        gw_wat_fail(p, "malformed UTF-8 encoding");
    uint8_t *copy = gw_arena_get(&p->arena, size + 1);
    if (!copy) {
        gw_wat_nomem(p);
        return gw_span(NULL, 0);
    }
    if (size)
        memcpy(copy, p->scratch.data, size);
    return gw_span(copy, size);
}

struct gw_span
gw_wat_string(struct gw_wat *p)
{
    gw_buf_clear(&p->scratch);
    if (p->token.kind != GW_TOK_STRING) {
        gw_wat_unexpected(p);
    } else {
        gw_lex_string(&p->lex, &p->token, &p->scratch);
        gw_wat_check(p, &p->scratch);
        gw_wat_advance(p);
    }
    return gw_buf_span(&p->scratch);
}

struct gw_span
gw_wat_name(struct gw_wat *p)
{
    struct gw_token token = p->token;
    struct gw_span name = gw_wat_string(p);
    if (!p->lex.failed && gw_utf8_check(name) < name.size) {
        p->token = token;
        gw_wat_fail(p, "malformed UTF-8 encoding");
    }
    return name;
}

uint64_t
gw_wat_nat(struct gw_wat *p, uint64_t max, const char *type)
{
    uint64_t value = 0;
    if (p->token.kind != GW_TOK_NAT)
        gw_wat_unexpected(p);
    else if (!gw_num_nat(gw_token_span(&p->lex, &p->token), max, &value))
        gw_wat_fail(p, "%sconstant out of range", type);
    else
        gw_wat_advance(p);
    return value;
}

const char *
gw_wat_space_name(enum gw_space space)
{
    static const char *const names[] = {
        "func", "table",        "memory",       "global", "tag",
        "type", "elem segment", "data segment", "local",
    };
    return names[space];
}

void
gw_wat_bind(struct gw_wat *p, enum gw_space space, struct gw_span name)
{
    struct wat_space *s = &p->spaces[space];
    uint32_t *found = gw_map_find(&s->names, name);
    char text[64];
    if (found) {
        gw_utf8_print(name, text, sizeof text);
        gw_wat_fail(p, "duplicate %s %s", gw_wat_space_name(space), text);
    } else if (gw_map_put(&s->names, name, s->count, NULL) != GW_OK) {
        gw_wat_nomem(p);
    }
}

bool
gw_wat_at_index(const struct gw_wat *p)
{
    return p->token.kind == GW_TOK_NAT || p->token.kind == GW_TOK_ID;
}

uint32_t
gw_wat_index(struct gw_wat *p, enum gw_space space)
{
    if (p->token.kind != GW_TOK_ID)
        return (uint32_t)gw_wat_nat(p, UINT32_MAX, "i32 ");
    struct gw_span name = gw_wat_id(p, &p->token);
    if (p->lex.failed)
        return 0;
    uint32_t *found = gw_map_find(&p->spaces[space].names, name);
    if (!found) {
        char text[64];
        gw_utf8_print(name, text, sizeof text);
        gw_wat_fail(p, "unknown %s %s", gw_wat_space_name(space), text);
        return 0;
    }
    uint32_t index = *found;
    gw_wat_advance(p);
    return index;
}

uint32_t
gw_wat_index_or_0(struct gw_wat *p, enum gw_space space)
{
    return gw_wat_at_index(p) ? gw_wat_index(p, space) : 0;
}

void
gw_wat_clear_locals(struct gw_wat *p)
{
    struct wat_space *s = &p->spaces[GW_SPACE_LOCAL];
    uint64_t seed = s->names.seed;
    s->count = 0;
    if (s->names.count == 0)
        return;
    gw_map_fini(&s->names);
    gw_map_init(&s->names, p->alloc, seed);
}
