#include "text/wat_parser.h"

#include <assert.h>

/* ---- value types ------------------------------------------------------- */

struct word {
    const char *text;
    uint8_t byte;
};

static const struct word numbers[] = {
    { "i32", 0x7f }, { "i64", 0x7e },  { "f32", 0x7d },
    { "f64", 0x7c }, { "v128", 0x7b }, { NULL, 0 },
};

static const struct word packed[] = {
    { "i8", 0x78 },
    { "i16", 0x77 },
    { NULL, 0 },
};

static const struct word heaps[] = {
    { "any", 0x6e },    { "eq", 0x6d },     { "i31", 0x6c },
    { "struct", 0x6b }, { "array", 0x6a },  { "none", 0x71 },
    { "func", 0x70 },   { "nofunc", 0x73 }, { "extern", 0x6f },
    { "exn", 0x69 },    { "noexn", 0x74 },  { "noextern", 0x72 },
    { "cont", 0x68 },   { "nocont", 0x75 }, { NULL, 0 },
};

/* Abbreviations of (ref null heap). */
static const struct word refs[] = {
    { "anyref", 0x6e },        { "eqref", 0x6d },       { "i31ref", 0x6c },
    { "structref", 0x6b },     { "arrayref", 0x6a },    { "nullref", 0x71 },
    { "funcref", 0x70 },       { "nullfuncref", 0x73 }, { "externref", 0x6f },
    { "nullexternref", 0x72 }, { "exnref", 0x69 },      { "nullexnref", 0x74 },
    { "contref", 0x68 },       { "nullcontref", 0x75 }, { NULL, 0 },
};

static const char *
word_of(const struct word *words, uint8_t byte)
{
    while (words->text && words->byte != byte)
        words++;
    return words->text;
}

const char *
gw_wat_number_name(uint8_t byte)
{
    const char *name = word_of(numbers, byte);
    return name ? name : word_of(packed, byte);
}

const char *
gw_wat_heap_name(uint8_t byte)
{
    return word_of(heaps, byte);
}

const char *
gw_wat_ref_name(uint8_t byte)
{
    return word_of(refs, byte);
}

static uint8_t
word_at(const struct gw_wat *p, const struct word *words)
{
    if (p->token.kind != GW_TOK_KEYWORD)
        return 0;
    struct gw_span text = gw_token_span(&p->lex, &p->token);
    for (; words->text; words++) {
        if (gw_span_equal(text, gw_span_str(words->text)))
            return words->byte;
    }
    return 0;
}

/* Takes one of the words; 0 when none stands here. */
static uint8_t
take_word(struct gw_wat *p, const struct word *words)
{
    uint8_t byte = word_at(p, words);
    if (byte)
        gw_wat_advance(p);
    return byte;
}

void
gw_wat_heaptype(struct gw_wat *p, struct gw_buf *out)
{
    uint8_t byte = take_word(p, heaps);
    if (byte)
        gw_buf_u8(out, byte);
    else
        gw_buf_sleb(out, gw_wat_index(p, GW_SPACE_TYPE));
}

bool
gw_wat_at_reftype(const struct gw_wat *p)
{
    return word_at(p, refs) || gw_wat_at_open(p, "ref");
}

bool
gw_wat_reftype_parts(struct gw_wat *p, struct gw_buf *out)
{
    uint8_t byte = take_word(p, refs);
    if (byte) {
        gw_buf_u8(out, byte);
        return true;
    }
    if (!gw_wat_take_open(p, "ref")) {
        gw_wat_unexpected(p);
        return false;
    }
    bool nullable = gw_wat_take(p, "null");
    gw_wat_heaptype(p, out);
    gw_wat_expect(p, GW_TOK_RPAR);
    return nullable;
}

void
gw_wat_reftype(struct gw_wat *p, struct gw_buf *out)
{
    size_t start = out->size;
    gw_buf_u8(out, 0x64);
    if (gw_wat_reftype_parts(p, out) && !out->failed) {
        /* A nullable abstract type has a form of one byte. */
        uint8_t first = out->data[start + 1];
        if (out->size == start + 2 && first >= 0x68 && first <= 0x75) {
            out->data[start] = first;
            out->size--;
        } else {
            out->data[start] = 0x63;
        }
    }
}

void
gw_wat_valtype(struct gw_wat *p, struct gw_buf *out)
{
    uint8_t byte = take_word(p, numbers);
    if (byte)
        gw_buf_u8(out, byte);
    else
        gw_wat_reftype(p, out);
}

static void
storage_type(struct gw_wat *p, struct gw_buf *out)
{
    uint8_t byte = take_word(p, packed);
    if (byte)
        gw_buf_u8(out, byte);
    else
        gw_wat_valtype(p, out);
}

void
gw_wat_globaltype(struct gw_wat *p, struct gw_buf *out)
{
    bool mutable = gw_wat_take_open(p, "mut");
    gw_wat_valtype(p, out);
    if (mutable)
        gw_wat_expect(p, GW_TOK_RPAR);
    gw_buf_u8(out, mutable);
}

/* ---- function types ------------------------------------------------------ */

static void
parameter_id(struct gw_wat *p, enum wat_params params, uint32_t index)
{
    if (params == WAT_PARAMS_PLAIN) {
        gw_wat_unexpected(p);
        return;
    }
    struct gw_span name = gw_wat_id(p, &p->token);
    gw_wat_advance(p);
    if (params == WAT_PARAMS_BIND) {
        p->spaces[GW_SPACE_LOCAL].count = index;
        gw_wat_bind(p, GW_SPACE_LOCAL, name);
        gw_wat_note_name(p, WAT_NAME_LOCAL, index, name);
    }
}

/* (param $x t) or (param t*), any number of them. */
static uint32_t
parameters(struct gw_wat *p, enum wat_params params)
{
    uint32_t count = 0;
    gw_buf_clear(&p->params);
    while (gw_wat_take_open(p, "param")) {
        if (p->token.kind == GW_TOK_ID) {
            parameter_id(p, params, count);
            gw_wat_valtype(p, &p->params);
            count++;
        } else {
            for (; p->token.kind != GW_TOK_RPAR && !p->lex.failed; count++) {
                if (params == WAT_PARAMS_BIND)
                    gw_wat_note_name(p, WAT_NAME_LOCAL, count,
                                     gw_span(NULL, 0));
                gw_wat_valtype(p, &p->params);
            }
        }
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    return count;
}

static uint32_t
results(struct gw_wat *p)
{
    uint32_t count = 0;
    gw_buf_clear(&p->results);
    while (gw_wat_take_open(p, "result")) {
        for (; p->token.kind != GW_TOK_RPAR && !p->lex.failed; count++)
            gw_wat_valtype(p, &p->results);
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    return count;
}

struct counts {
    uint32_t params, results;
};

/* Reads parameters and results; their encoding is left in p->signature. */
static struct counts
signature(struct gw_wat *p, enum wat_params params)
{
    struct counts counts;
    counts.params = parameters(p, params);
    counts.results = results(p);
    if (gw_wat_at_open(p, "param"))
        gw_wat_unexpected(p);
    gw_buf_clear(&p->signature);
    gw_buf_u8(&p->signature, 0x60);
    gw_buf_uleb(&p->signature, counts.params);
    gw_buf_bytes(&p->signature, gw_buf_span(&p->params));
    gw_buf_uleb(&p->signature, counts.results);
    gw_buf_bytes(&p->signature, gw_buf_span(&p->results));
    gw_wat_check(p, &p->signature);
    return counts;
}

static struct gw_span
keep(struct gw_wat *p, const struct gw_buf *buf)
{
    uint8_t *copy = gw_arena_get(&p->arena, buf->size);
    if (!copy) {
        gw_wat_nomem(p);
        return gw_span(NULL, 0);
    }
    memcpy(copy, buf->data, buf->size);
    return gw_span(copy, buf->size);
}

/* The first definition of exactly p->signature, made if there is none. */
static uint32_t
find_signature(struct gw_wat *p, uint32_t params)
{
    uint32_t index = (uint32_t)p->types.count;
    if (p->lex.failed)
        return 0;
    uint32_t *found = gw_map_find(&p->signatures, gw_buf_span(&p->signature));
    if (found)
        return *found;
    struct gw_span kept = keep(p, &p->signature);
    struct wat_type *type = gw_vec_push(&p->types);
    if (!type || gw_map_put(&p->signatures, kept, index, NULL) != GW_OK) {
        gw_wat_nomem(p);
        return 0;
    }
    type->signature = kept;
    type->params = params;
    p->sections[1].count++;
    gw_buf_bytes(&p->sections[1].buf, kept);
    return index;
}

/* (type x), which stands before parameters that must repeat it. */
static uint32_t
explicit_use(struct gw_wat *p, enum wat_params params)
{
    size_t at = p->token.start;
    uint32_t index = gw_wat_index(p, GW_SPACE_TYPE);
    gw_wat_expect(p, GW_TOK_RPAR);
    struct counts counts = signature(p, params);
    const struct wat_type *types = p->types.data;
    bool known = index < p->types.count;
    if (counts.params == 0 && counts.results == 0) {
        if (params == WAT_PARAMS_BIND && known)
            p->spaces[GW_SPACE_LOCAL].count = types[index].params;
        return index;
    }
    if (params == WAT_PARAMS_BIND)
        p->spaces[GW_SPACE_LOCAL].count = counts.params;
    if (p->lex.failed)
        return index;
    if (!known ||
        !gw_span_equal(types[index].signature, gw_buf_span(&p->signature))) {
        p->token.start = at;
        gw_wat_fail(p, known ? "inline function type" : "unknown type");
    }
    return index;
}

uint32_t
gw_wat_typeuse(struct gw_wat *p, enum wat_params params)
{
    if (gw_wat_take_open(p, "type"))
        return explicit_use(p, params);
    struct counts counts = signature(p, params);
    if (params == WAT_PARAMS_BIND)
        p->spaces[GW_SPACE_LOCAL].count = counts.params;
    return find_signature(p, counts.params);
}

void
gw_wat_blocktype(struct gw_wat *p, struct gw_buf *out)
{
    if (gw_wat_take_open(p, "type")) {
        gw_buf_sleb(out, explicit_use(p, WAT_PARAMS_PLAIN));
        return;
    }
    struct counts counts = signature(p, WAT_PARAMS_PLAIN);
    if (counts.params > 0 || counts.results > 1)
        gw_buf_sleb(out, find_signature(p, counts.params));
    else if (counts.results == 1)
        gw_buf_bytes(out, gw_buf_span(&p->results));
    else
        gw_buf_u8(out, 0x40);
}

/* ---- type definitions ------------------------------------------------------ */

static void
field_type(struct gw_wat *p, struct gw_buf *out)
{
    bool mutable = gw_wat_take_open(p, "mut");
    storage_type(p, out);
    if (mutable)
        gw_wat_expect(p, GW_TOK_RPAR);
    gw_buf_u8(out, mutable);
}

/* Gives a field's name its index; the map lives as long as the parser. */
static void
bind_field(struct gw_wat *p, size_t type, uint32_t index)
{
    struct gw_span name = gw_wat_id(p, &p->token);
    struct wat_type *t = (struct wat_type *)p->types.data + type;
    if (!t->fields) {
        t->fields = gw_arena_get(&p->arena, sizeof *t->fields);
        if (!t->fields) {
            gw_wat_nomem(p);
            return;
        }
        gw_map_init(t->fields, p->alloc, p->signatures.seed);
    }
    uint32_t old = index;
    gw_map_put(t->fields, name, index, &old);
    if (old != index)
        gw_wat_fail(p, "duplicate field");
    gw_wat_advance(p);
    gw_wat_note_name(p, WAT_NAME_FIELD, index, name);
}

static void
struct_type(struct gw_wat *p, size_t type, struct gw_buf *out)
{
    uint32_t count = 0;
    gw_buf_clear(&p->params);
    while (gw_wat_take_open(p, "field")) {
        if (p->token.kind == GW_TOK_ID) {
            bind_field(p, type, count++);
            field_type(p, &p->params);
        } else {
            for (; p->token.kind != GW_TOK_RPAR && !p->lex.failed; count++) {
                gw_wat_note_name(p, WAT_NAME_FIELD, count, gw_span(NULL, 0));
                field_type(p, &p->params);
            }
        }
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    gw_buf_u8(out, 0x5f);
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&p->params));
    gw_wat_check(p, &p->params);
    gw_wat_end_names(p, WAT_NAME_FIELD, (uint32_t)type);
}

static void
composite_type(struct gw_wat *p, size_t type, struct gw_buf *out)
{
    if (gw_wat_take_open(p, "func")) {
        uint32_t params = signature(p, WAT_PARAMS_IGNORE).params;
        gw_buf_bytes(out, gw_buf_span(&p->signature));
        struct wat_type *t = (struct wat_type *)p->types.data + type;
        if (!p->lex.failed) {
            t->signature = keep(p, &p->signature);
            t->params = params;
        }
    } else if (gw_wat_take_open(p, "struct")) {
        struct_type(p, type, out);
    } else if (gw_wat_take_open(p, "array")) {
        gw_buf_u8(out, 0x5e);
        field_type(p, out);
    } else if (gw_wat_take_open(p, "cont")) {
        gw_buf_u8(out, 0x5d);
        gw_buf_sleb(out, gw_wat_index(p, GW_SPACE_TYPE));
    } else {
        gw_wat_unexpected(p);
    }
    gw_wat_expect(p, GW_TOK_RPAR);
}

/* A sub type; returns whether it is final and has no supertype, in which
 * case it is written as its composite type alone. */
static bool
sub_type(struct gw_wat *p, size_t type, struct gw_buf *out)
{
    if (!gw_wat_take_open(p, "sub")) {
        composite_type(p, type, out);
        return true;
    }
    bool final = gw_wat_take(p, "final");
    uint32_t count = 0;
    gw_buf_clear(&p->params);
    for (; gw_wat_at_index(p); count++)
        gw_buf_uleb(&p->params, gw_wat_index(p, GW_SPACE_TYPE));
    bool plain = final && count == 0;
    if (!plain) {
        gw_buf_u8(out, final ? 0x4f : 0x50);
        gw_buf_uleb(out, count);
        gw_buf_bytes(out, gw_buf_span(&p->params));
    }
    composite_type(p, type, out);
    gw_wat_expect(p, GW_TOK_RPAR);
    return plain;
}

/* (type $id? …), from behind its first two tokens. */
static bool
type_definition(struct gw_wat *p, struct gw_buf *out)
{
    struct gw_span name = { NULL, 0 };
    size_t index = p->types.count;
    if (!gw_vec_push(&p->types)) {
        gw_wat_nomem(p);
        return false;
    }
    if (p->token.kind == GW_TOK_ID) {
        name = gw_wat_id(p, &p->token);
        gw_wat_advance(p);
    }
    gw_wat_note_name(p, WAT_NAME_TYPE, (uint32_t)index, name);
    bool plain = sub_type(p, index, out);
    gw_wat_expect(p, GW_TOK_RPAR);
    return plain;
}

void
gw_wat_type_field(struct gw_wat *p)
{
    struct wat_section *section = &p->sections[1];
    struct gw_buf *out = &section->buf;
    size_t first = p->types.count;
    bool plain;
    section->count++;
    if (gw_wat_take_open(p, "rec")) {
        struct gw_buf group;
        uint32_t count = 0;
        gw_buf_init(&group, p->alloc);
        plain = true;
        for (; gw_wat_take_open(p, "type"); count++)
            plain = type_definition(p, &group) && plain;
        gw_wat_expect(p, GW_TOK_RPAR);
        if (count != 1) {
            gw_buf_u8(out, 0x4e);
            gw_buf_uleb(out, count);
            plain = false;
        }
        gw_buf_bytes(out, gw_buf_span(&group));
        gw_wat_check(p, &group);
        gw_buf_fini(&group);
    } else {
        gw_wat_take_open(p, "type");
        plain = type_definition(p, out);
    }
    gw_wat_check(p, out);
    if (p->lex.failed || !plain)
        return;
    struct wat_type *type = (struct wat_type *)p->types.data + first;
    if (type->signature.size > 0 && gw_map_put(&p->signatures, type->signature,
                                               (uint32_t)first, NULL) != GW_OK)
        gw_wat_nomem(p);
}

uint32_t
gw_wat_field_index(struct gw_wat *p, uint32_t type)
{
    if (p->token.kind != GW_TOK_ID)
        return (uint32_t)gw_wat_nat(p, UINT32_MAX, "i32 ");
    struct gw_span name = gw_wat_id(p, &p->token);
    const struct wat_type *types = p->types.data;
    uint32_t *found = NULL;
    if (type < p->types.count && types[type].fields)
        found = gw_map_find(types[type].fields, name);
    if (!found) {
        gw_wat_fail(p, "unknown field");
        return 0;
    }
    uint32_t index = *found;
    gw_wat_advance(p);
    return index;
}

/* ---- limits ------------------------------------------------------------------ */

void
gw_wat_addrtype(struct gw_wat *p, struct wat_limits *limits)
{
    limits->is64 = gw_wat_take(p, "i64");
    if (!limits->is64)
        gw_wat_take(p, "i32");
}

void
gw_wat_limits(struct gw_wat *p, struct wat_limits *limits)
{
    /* Whether the numbers fit the address type is a matter of validity. */
    limits->min = gw_wat_nat(p, UINT64_MAX, "i64 ");
    limits->has_max = p->token.kind == GW_TOK_NAT;
    if (limits->has_max)
        limits->max = gw_wat_nat(p, UINT64_MAX, "i64 ");
}

void
gw_wat_pagetype(struct gw_wat *p, struct wat_limits *limits)
{
    limits->has_page = gw_wat_take_open(p, "pagesize");
    if (!limits->has_page)
        return;
    size_t at = p->token.start;
    uint64_t size = gw_wat_nat(p, UINT64_MAX, "i64 ");
    if (!p->lex.failed && (size == 0 || (size & (size - 1)) != 0)) {
        p->token.start = at;
        gw_wat_fail(p, "invalid custom page size");
        return;
    }
    while (size > 1) {
        size >>= 1;
        limits->page_log2++;
    }
    gw_wat_expect(p, GW_TOK_RPAR);
}

void
gw_wat_put_limits(struct gw_buf *out, const struct wat_limits *limits)
{
    gw_buf_u8(out, (uint8_t)(limits->has_max | limits->shared << 1 |
                             limits->is64 << 2 | limits->has_page << 3));
    gw_buf_uleb(out, limits->min);
    if (limits->has_max)
        gw_buf_uleb(out, limits->max);
    if (limits->has_page)
        gw_buf_uleb(out, limits->page_log2);
}
