#include "text/wat.h"

#include "text/wat_parser.h"

#include <assert.h>

/* ---- the first pass: what is defined, in which order --------------------- */

/* The kinds of fields that have an index, as their words. */
static const struct {
    const char *word;
    enum gw_space space;
} indexed[] = {
    { "func", GW_SPACE_FUNC },     { "table", GW_SPACE_TABLE },
    { "memory", GW_SPACE_MEMORY }, { "global", GW_SPACE_GLOBAL },
    { "tag", GW_SPACE_TAG },       { "elem", GW_SPACE_ELEM },
    { "data", GW_SPACE_DATA },
};

enum { INDEXED_COUNT = sizeof indexed / sizeof indexed[0], EXTERNALS = 5 };

static void
bind_optional_id(struct gw_wat *p, enum gw_space space)
{
    if (p->token.kind == GW_TOK_ID) {
        gw_wat_bind(p, space, gw_wat_id(p, &p->token));
        gw_wat_advance(p);
    }
    p->spaces[space].count++;
}

/* Imports come before all definitions of what can be imported. */
static void
scan_order(struct gw_wat *p, bool is_import, size_t at, const char *word)
{
    if (is_import && p->defined) {
        p->token.start = at;
        gw_wat_fail(p, "import after %s",
                    strcmp(p->defined, "func") == 0 ? "function" : p->defined);
    }
    if (!is_import && !p->defined)
        p->defined = word;
}

/* Skips the rest of a field.  A segment written inside of it takes an index
 * of its own space. */
static void
scan_rest(struct gw_wat *p, enum gw_space space)
{
    while (!p->lex.failed && p->token.kind != GW_TOK_RPAR) {
        if (space == GW_SPACE_TABLE && gw_wat_at_open(p, "elem"))
            p->spaces[GW_SPACE_ELEM].count++;
        if (space == GW_SPACE_MEMORY && gw_wat_at_open(p, "data"))
            p->spaces[GW_SPACE_DATA].count++;
        if (p->token.kind == GW_TOK_EOF) {
            gw_wat_unexpected(p);
        } else if (p->token.kind == GW_TOK_LPAR) {
            gw_wat_advance(p);
            gw_wat_skip(p);
        } else {
            gw_wat_advance(p);
        }
    }
    gw_wat_expect(p, GW_TOK_RPAR);
}

static void
scan_external(struct gw_wat *p, uint32_t kind, size_t at)
{
    bind_optional_id(p, indexed[kind].space);
    while (!p->lex.failed && gw_wat_at_open(p, "export")) {
        gw_wat_advance(p);
        gw_wat_skip(p);
    }
    scan_order(p, gw_wat_at_open(p, "import"), at, indexed[kind].word);
    scan_rest(p, indexed[kind].space);
}

/* What an import describes, if it stands here: count of its kind. */
static bool
scan_imported(struct gw_wat *p, uint32_t count)
{
    for (uint32_t i = 0; i < EXTERNALS; i++) {
        if (!gw_wat_take_open(p, indexed[i].word))
            continue;
        if (count == 1)
            bind_optional_id(p, indexed[i].space);
        else
            p->spaces[indexed[i].space].count += count;
        scan_rest(p, GW_SPACE_FUNC);
        return true;
    }
    return false;
}

static void
scan_import(struct gw_wat *p, size_t at)
{
    uint32_t strings = 0, names = 0;
    scan_order(p, true, at, NULL);
    for (; p->token.kind == GW_TOK_STRING; strings++)
        gw_wat_advance(p);
    while (gw_wat_take_open(p, "item")) {
        if (p->token.kind == GW_TOK_STRING)
            gw_wat_advance(p);
        names += !scan_imported(p, 1);
        scan_rest(p, GW_SPACE_FUNC);
    }
    scan_imported(p, strings < 2 ? names : 1);
    scan_rest(p, GW_SPACE_FUNC);
}

static void
scan_rec(struct gw_wat *p)
{
    while (gw_wat_take_open(p, "type")) {
        bind_optional_id(p, GW_SPACE_TYPE);
        scan_rest(p, GW_SPACE_TYPE);
    }
    scan_rest(p, GW_SPACE_TYPE);
}

static void
scan_word(struct gw_wat *p, struct wat_field *field)
{
    size_t at = field->start;
    field->is_type = gw_wat_at(p, "type") || gw_wat_at(p, "rec");
    for (uint32_t i = 0; i < INDEXED_COUNT; i++) {
        if (!gw_wat_take(p, indexed[i].word))
            continue;
        if (i < EXTERNALS) {
            scan_external(p, i, at);
        } else {
            bind_optional_id(p, indexed[i].space);
            scan_rest(p, GW_SPACE_TYPE);
        }
        return;
    }
    if (gw_wat_take(p, "type")) {
        bind_optional_id(p, GW_SPACE_TYPE);
        scan_rest(p, GW_SPACE_TYPE);
    } else if (gw_wat_take(p, "rec")) {
        scan_rec(p);
    } else if (gw_wat_take(p, "import")) {
        scan_import(p, at);
    } else if (gw_wat_at(p, "export") || gw_wat_at(p, "start")) {
        scan_rest(p, GW_SPACE_TYPE);
    } else {
        gw_wat_unexpected(p);
    }
}

/* All fields up to a closing parenthesis or the end. */
static void
scan_fields(struct gw_wat *p, bool after_id)
{
    p->scanning = true;
    gw_wat_module_annotations(p, after_id);
    while (p->token.kind == GW_TOK_LPAR) {
        struct wat_field *field = gw_vec_push(&p->fields);
        if (!field) {
            gw_wat_nomem(p);
            return;
        }
        field->start = p->token.start;
        if (p->next.kind != GW_TOK_KEYWORD)
            gw_wat_unexpected(p);
        gw_wat_advance(p);
        scan_word(p, field);
        gw_wat_module_annotations(p, false);
    }
    p->scanning = false;
}

/* ---- the other passes and the result -------------------------------------- */

static void
encode_fields(struct gw_wat *p)
{
    const struct wat_field *fields = p->fields.data;
    for (int i = 0; i < GW_SPACE_COUNT; i++)
        p->spaces[i].count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < p->fields.count && !p->lex.failed; i++) {
            if (fields[i].is_type != (pass == 0))
                continue;
            gw_wat_seek(p, fields[i].start);
            p->token.annotation = GW_NO_POSITION;
            if (pass == 0)
                gw_wat_type_field(p);
            else
                gw_wat_field(p);
        }
    }
}

static void
put_section(struct gw_wat *p, uint32_t id, struct gw_buf *out)
{
    struct wat_section *section = &p->sections[id];
    if (id == 12 && p->needs_data_count) {
        gw_buf_clear(&section->buf);
        section->count = p->sections[11].count;
        gw_buf_uleb(&section->buf, section->count);
        gw_buf_u8(out, (uint8_t)id);
        gw_buf_vec(out, gw_buf_span(&section->buf));
        return;
    }
    if (section->count == 0)
        return;
    struct gw_buf *body = &p->scratch;
    gw_buf_clear(body);
    /* The start section has no count. */
    if (id != 8)
        gw_buf_uleb(body, section->count);
    gw_buf_u8(out, (uint8_t)id);
    gw_buf_uleb(out, body->size + section->buf.size);
    gw_buf_bytes(out, gw_buf_span(body));
    gw_buf_bytes(out, gw_buf_span(&section->buf));
    /* What has been written is not needed twice. */
    gw_buf_fini(&section->buf);
}

static void
assemble(struct gw_wat *p, struct gw_buf *out)
{
    gw_buf_bytes(out, gw_span("\0asm\1\0\0\0", 8));
    for (uint32_t rank = 0; rank < WAT_RANKS && !p->lex.failed; rank++) {
        uint8_t id = gw_wat_ranks[rank].id;
        gw_wat_put_customs(p, 2 * rank, out);
        if (id == 10)
            gw_wat_put_hints(p, out);
        if (id != 0)
            put_section(p, id, out);
        if (rank == WAT_RANKS - 1)
            gw_wat_put_names(p, out);
        gw_wat_put_customs(p, 2 * rank + 1, out);
    }
    gw_wat_check(p, out);
}

/* ---- forms of modules -------------------------------------------------------- */

/* The strings of (module binary …) or (module quote …). */
static void
read_strings(struct gw_wat *p, struct gw_buf *out)
{
    while (p->token.kind == GW_TOK_STRING)
        gw_buf_bytes(out, gw_wat_string(p));
    gw_wat_check(p, out);
}

static void
read_module_id(struct gw_wat *p)
{
    if (p->token.kind != GW_TOK_ID)
        return;
    struct gw_span name = gw_wat_id(p, &p->token);
    gw_wat_advance(p);
    if (!p->options.names || p->lex.failed)
        return;
    gw_buf_vec(&p->names[WAT_NAME_MODULE].buf, name);
    p->names[WAT_NAME_MODULE].count = 1;
}

enum form { FORM_FIELDS, FORM_BINARY, FORM_QUOTE };

/* Reads the whole text.  FORM_FIELDS: the module is assembled in out, else
 * out has the strings. */
static enum form
read_all(struct gw_wat *p, struct gw_buf *out)
{
    enum form form = FORM_FIELDS;
    size_t start = p->token.annotation;
    bool wrapped = gw_wat_at_open(p, "module");
    bool after_id = false;
    if (wrapped) {
        if (start != GW_NO_POSITION)
            gw_wat_misplaced(p);
        gw_wat_take_open(p, "module");
        gw_wat_take(p, "definition");
        read_module_id(p);
        after_id = true;
        if (gw_wat_take(p, "binary"))
            form = FORM_BINARY;
        else if (gw_wat_take(p, "quote"))
            form = FORM_QUOTE;
    }
    if (form == FORM_FIELDS)
        scan_fields(p, after_id);
    else
        read_strings(p, out);
    if (wrapped)
        gw_wat_expect(p, GW_TOK_RPAR);
    if (!p->lex.failed && p->token.kind != GW_TOK_EOF)
        gw_wat_unexpected(p);
    if (form == FORM_FIELDS && !p->lex.failed) {
        encode_fields(p);
        if (!p->lex.failed)
            assemble(p, out);
    }
    return form;
}

/* Gives the result the exact size it is said to have. */
static enum gw_err
hand_over(struct gw_buf *buf, struct gw_diag *diag, uint8_t **out, size_t *size)
{
    if (buf->size < buf->capacity) {
        uint8_t *data = gw_alloc_resize(buf->alloc, buf->data, buf->capacity,
                                        buf->size);
        if (!data && buf->size > 0) {
            gw_buf_fini(buf);
            return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                                  "out of memory");
        }
        buf->data = data;
    }
    *out = buf->data;
    *size = buf->size;
    return GW_OK;
}

/* The quoted text, which is a module of its own; may_quote is false then. */
static enum gw_err
convert(struct gw_span text, const struct gw_wat_options *options,
        struct gw_alloc *alloc, struct gw_diag *diag, struct gw_buf *out,
        bool may_quote)
{
    struct gw_wat *p = gw_alloc_get(alloc, sizeof *p);
    if (!p)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory");
    enum form form = FORM_FIELDS;
    if (gw_wat_init(p, text, options, alloc, diag))
        form = read_all(p, out);
    if (form == FORM_QUOTE && !may_quote)
        gw_wat_unexpected(p);
    bool failed = p->lex.failed;
    gw_wat_fini(p);
    gw_alloc_free(alloc, p, sizeof *p);
    if (failed)
        return diag->err;
    if (form != FORM_QUOTE)
        return GW_OK;
    struct gw_buf quoted = *out;
    struct gw_wat_options inner = { 0 };
    if (options)
        inner = *options;
    gw_buf_init(out, alloc);
    enum gw_err err = convert(gw_buf_span(&quoted), &inner, alloc, diag, out,
                              false);
    gw_buf_fini(&quoted);
    return err;
}

enum gw_err
gw_wat_to_wasm(struct gw_span text, const struct gw_wat_options *options,
               struct gw_alloc *alloc, struct gw_diag *diag, uint8_t **out,
               size_t *size)
{
    struct gw_diag own;
    struct gw_buf buf;
    gw_diag_init(&own);
    gw_buf_init(&buf, alloc);
    /* A failure must be known by diag->err, so diag must begin empty. */
    enum gw_err err = convert(text, options, alloc, &own, &buf, true);
    if (err != GW_OK) {
        gw_buf_fini(&buf);
        if (diag && diag->err == GW_OK)
            *diag = own;
        return err;
    }
    return hand_over(&buf, diag, out, size);
}
