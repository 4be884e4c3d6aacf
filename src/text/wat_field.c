/*
 * Module fields other than types, spec 6.6: each is written to the end of
 * its section, together with the exports, segments and imports that are
 * written inside it.
 */
#include "text/wat_parser.h"

#include <assert.h>

enum {
    SECTION_IMPORT = 2,
    SECTION_FUNC = 3,
    SECTION_TABLE = 4,
    SECTION_MEMORY = 5,
    SECTION_GLOBAL = 6,
    SECTION_EXPORT = 7,
    SECTION_START = 8,
    SECTION_ELEM = 9,
    SECTION_CODE = 10,
    SECTION_DATA = 11,
    SECTION_TAG = 13
};

/* The kinds of external things, in the order of their spaces and codes. */
static const struct {
    const char *word;
    uint8_t section, subsection;
} kinds[] = {
    { "func", SECTION_FUNC, WAT_NAME_FUNC },
    { "table", SECTION_TABLE, WAT_NAME_TABLE },
    { "memory", SECTION_MEMORY, WAT_NAME_MEMORY },
    { "global", SECTION_GLOBAL, WAT_NAME_GLOBAL },
    { "tag", SECTION_TAG, WAT_NAME_TAG },
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

static struct gw_buf *
add_item(struct gw_wat *p, uint32_t section)
{
    p->sections[section].count++;
    return &p->sections[section].buf;
}

/* Passes an identifier, which the first pass has bound; with a subsection of
 * the name section notes the name. */
static void
pass_id(struct gw_wat *p, uint32_t subsection, uint32_t index)
{
    struct gw_span name = { NULL, 0 };
    if (p->token.kind == GW_TOK_ID) {
        name = gw_wat_id(p, &p->token);
        gw_wat_advance(p);
    }
    gw_wat_note_name(p, subsection, index, name);
}

static void
put_export(struct gw_wat *p, uint8_t kind, uint32_t index, struct gw_span name)
{
    struct gw_buf *out = add_item(p, SECTION_EXPORT);
    gw_buf_vec(out, name);
    gw_buf_u8(out, kind);
    gw_buf_uleb(out, index);
}

static void
inline_exports(struct gw_wat *p, uint8_t kind, uint32_t index)
{
    while (gw_wat_take_open(p, "export")) {
        put_export(p, kind, index, gw_wat_name(p));
        gw_wat_expect(p, GW_TOK_RPAR);
    }
}

/* The two names of an import. */
static struct gw_buf *
import_names(struct gw_wat *p)
{
    struct gw_buf *out = add_item(p, SECTION_IMPORT);
    gw_buf_vec(out, gw_wat_name(p));
    gw_buf_vec(out, gw_wat_name(p));
    return out;
}

/* ---- descriptions --------------------------------------------------------- */

static void
memory_type(struct gw_wat *p, struct gw_buf *out)
{
    struct wat_limits limits = { 0 };
    gw_wat_addrtype(p, &limits);
    gw_wat_limits(p, &limits);
    limits.shared = gw_wat_take(p, "shared");
    gw_wat_pagetype(p, &limits);
    gw_wat_put_limits(out, &limits);
}

/* The element type comes first in the binary format. */
static void
table_type(struct gw_wat *p, struct wat_limits *limits, struct gw_buf *out)
{
    gw_wat_limits(p, limits);
    limits->shared = gw_wat_take(p, "shared");
    gw_wat_reftype(p, out);
    gw_wat_put_limits(out, limits);
}

static void
import_description(struct gw_wat *p, enum gw_space kind, struct gw_buf *out)
{
    struct wat_limits limits = { 0 };
    gw_buf_u8(out, (uint8_t)kind);
    switch (kind) {
    case GW_SPACE_FUNC:
        gw_wat_clear_locals(p);
        gw_buf_uleb(out, gw_wat_typeuse(p, WAT_PARAMS_IGNORE));
        break;
    case GW_SPACE_TABLE:
        gw_wat_addrtype(p, &limits);
        table_type(p, &limits, out);
        break;
    case GW_SPACE_MEMORY:
        memory_type(p, out);
        break;
    case GW_SPACE_GLOBAL:
        gw_wat_globaltype(p, out);
        break;
    default:
        gw_buf_u8(out, 0);
        gw_buf_uleb(out, gw_wat_typeuse(p, WAT_PARAMS_IGNORE));
    }
}

/* (func $id? …) and so on: its code and type. */
static void
imported(struct gw_wat *p, struct gw_buf *out)
{
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        if (!gw_wat_take_open(p, kinds[kind].word))
            continue;
        pass_id(p, kinds[kind].subsection, p->spaces[kind].count++);
        import_description(p, (enum gw_space)kind, out);
        gw_wat_expect(p, GW_TOK_RPAR);
        return;
    }
    gw_wat_unexpected(p);
}

/* The same for count imports, which have no identifiers. */
static void
imported_together(struct gw_wat *p, uint32_t count, struct gw_buf *out)
{
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        if (!gw_wat_take_open(p, kinds[kind].word))
            continue;
        if (p->token.kind == GW_TOK_ID)
            gw_wat_fail(p, "identifier not allowed");
        p->spaces[kind].count += count;
        import_description(p, (enum gw_space)kind, out);
        gw_wat_expect(p, GW_TOK_RPAR);
        return;
    }
    gw_wat_unexpected(p);
}

/* Compact imports, from behind the module's name: either each item has a type
 * or one stands behind all of them. */
static void
import_items(struct gw_wat *p, struct gw_buf *out)
{
    struct gw_buf items;
    uint32_t count = 0, described = 0;
    gw_buf_init(&items, p->alloc);
    for (; gw_wat_take_open(p, "item"); count++) {
        gw_buf_vec(&items, gw_wat_name(p));
        if (p->token.kind == GW_TOK_LPAR) {
            imported(p, &items);
            described++;
        }
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    bool together = described < count || p->token.kind == GW_TOK_LPAR;
    gw_buf_u8(out, 0);
    gw_buf_u8(out, together ? 0x7e : 0x7f);
    if (together && described > 0)
        gw_wat_unexpected(p);
    else if (together)
        imported_together(p, count, out);
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&items));
    gw_wat_check(p, &items);
    gw_buf_fini(&items);
}

static void
import_field(struct gw_wat *p)
{
    struct gw_buf *out = add_item(p, SECTION_IMPORT);
    gw_buf_vec(out, gw_wat_name(p));
    if (p->token.kind == GW_TOK_STRING) {
        gw_buf_vec(out, gw_wat_name(p));
        imported(p, out);
    } else {
        import_items(p, out);
    }
}

/* ---- functions --------------------------------------------------------------- */

/* Local declarations, grouped by runs of one type.  p->params collects the
 * groups; the last type read stands at the end of p->results. */
static void
local_declarations(struct gw_wat *p)
{
    struct gw_buf *groups = &p->params, *type = &p->results;
    struct gw_buf *previous = &p->signature;
    struct wat_space *locals = &p->spaces[GW_SPACE_LOCAL];
    uint64_t group_count = 0, run = 0;
    gw_buf_clear(groups);
    gw_buf_clear(previous);
    while (gw_wat_take_open(p, "local")) {
        bool named = p->token.kind == GW_TOK_ID;
        while (p->token.kind != GW_TOK_RPAR && !p->lex.failed) {
            struct gw_span name = { NULL, 0 };
            if (named) {
                name = gw_wat_id(p, &p->token);
                gw_wat_bind(p, GW_SPACE_LOCAL, name);
                gw_wat_advance(p);
            }
            gw_wat_note_name(p, WAT_NAME_LOCAL, locals->count++, name);
            gw_buf_clear(type);
            gw_wat_valtype(p, type);
            if (run > 0 &&
                !gw_span_equal(gw_buf_span(type), gw_buf_span(previous))) {
                gw_buf_uleb(groups, run);
                gw_buf_bytes(groups, gw_buf_span(previous));
                group_count++;
                run = 0;
            }
            gw_buf_clear(previous);
            gw_buf_bytes(previous, gw_buf_span(type));
            run++;
            if (named)
                break;
        }
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    if (run > 0) {
        gw_buf_uleb(groups, run);
        gw_buf_bytes(groups, gw_buf_span(previous));
        group_count++;
    }
    gw_buf_uleb(&p->code, group_count);
    gw_buf_bytes(&p->code, gw_buf_span(groups));
    gw_wat_check(p, groups);
    gw_wat_check(p, previous);
}

static void
put_hints(struct gw_wat *p, uint32_t func)
{
    if (p->hints.count == 0)
        return;
    p->branch_hints.count++;
    gw_buf_uleb(&p->branch_hints.buf, func);
    gw_buf_uleb(&p->branch_hints.buf, p->hints.count);
    gw_buf_bytes(&p->branch_hints.buf, gw_buf_span(&p->hints.buf));
}

static void
func_body(struct gw_wat *p, uint32_t index)
{
    gw_buf_clear(&p->code);
    gw_buf_clear(&p->hints.buf);
    p->hints.count = 0;
    p->label_ordinal = 0;
    p->in_function = true;
    local_declarations(p);
    gw_wat_instrs(p);
    p->in_function = false;
    gw_wat_put_op(&p->code, GW_OP_END);
    gw_wat_check(p, &p->code);
    gw_buf_vec(add_item(p, SECTION_CODE), gw_buf_span(&p->code));
    gw_wat_check(p, &p->sections[SECTION_CODE].buf);
    put_hints(p, index);
    gw_wat_end_names(p, WAT_NAME_LABEL, index);
}

/* ---- definitions ------------------------------------------------------------- */

static void
define_func(struct gw_wat *p, uint32_t index)
{
    gw_wat_clear_locals(p);
    uint32_t type = gw_wat_typeuse(p, WAT_PARAMS_BIND);
    gw_buf_uleb(add_item(p, SECTION_FUNC), type);
    func_body(p, index);
    gw_wat_end_names(p, WAT_NAME_LOCAL, index);
}

static void
define_tag(struct gw_wat *p)
{
    struct gw_buf *out = add_item(p, SECTION_TAG);
    gw_buf_u8(out, 0);
    gw_buf_uleb(out, gw_wat_typeuse(p, WAT_PARAMS_IGNORE));
}

static void
define_global(struct gw_wat *p)
{
    struct gw_buf *out = add_item(p, SECTION_GLOBAL);
    gw_wat_globaltype(p, out);
    gw_wat_expr(p);
    gw_buf_bytes(out, gw_buf_span(&p->code));
}

/* i32.const 0 or i64.const 0, as an offset. */
static void
put_zero(struct gw_buf *out, bool is64)
{
    gw_wat_put_op(out, is64 ? GW_OP_I64_CONST : GW_OP_I32_CONST);
    gw_buf_sleb(out, 0);
    gw_wat_put_op(out, GW_OP_END);
}

/* The strings of a data segment, to p->code. */
static void
data_strings(struct gw_wat *p)
{
    gw_buf_clear(&p->code);
    while (p->token.kind == GW_TOK_STRING)
        gw_buf_bytes(&p->code, gw_wat_string(p));
    gw_wat_check(p, &p->code);
}

/* (memory i64? (data "…")): the size follows from the data. */
static void
memory_with_data(struct gw_wat *p, uint32_t index, struct wat_limits *limits)
{
    data_strings(p);
    gw_wat_expect(p, GW_TOK_RPAR);
    uint32_t log2 = limits->has_page ? limits->page_log2 : 16;
    uint64_t rest = (UINT64_C(1) << (log2 & 63)) - 1;
    uint64_t size = p->code.size;
    limits->has_max = true;
    limits->min = (size >> (log2 & 63)) + ((size & rest) != 0);
    limits->max = limits->min;
    gw_wat_put_limits(add_item(p, SECTION_MEMORY), limits);
    struct gw_buf *out = add_item(p, SECTION_DATA);
    p->spaces[GW_SPACE_DATA].count++;
    gw_buf_uleb(out, index ? 2 : 0);
    if (index)
        gw_buf_uleb(out, index);
    put_zero(out, limits->is64);
    gw_buf_vec(out, gw_buf_span(&p->code));
    gw_wat_check(p, out);
}

static void
define_memory(struct gw_wat *p, uint32_t index)
{
    struct wat_limits limits = { 0 };
    gw_wat_addrtype(p, &limits);
    gw_wat_pagetype(p, &limits);
    if (gw_wat_take_open(p, "data")) {
        memory_with_data(p, index, &limits);
        return;
    }
    if (limits.has_page) {
        gw_wat_unexpected(p);
        return;
    }
    gw_wat_limits(p, &limits);
    limits.shared = gw_wat_take(p, "shared");
    gw_wat_pagetype(p, &limits);
    gw_wat_put_limits(add_item(p, SECTION_MEMORY), &limits);
}

/* ---- element segments ------------------------------------------------------------ */

/* Items up to a closing parenthesis, to p->signature as they are encoded. */
static uint32_t
elem_indices(struct gw_wat *p)
{
    uint32_t count = 0;
    gw_buf_clear(&p->signature);
    for (; gw_wat_at_index(p); count++)
        gw_buf_uleb(&p->signature, gw_wat_index(p, GW_SPACE_FUNC));
    return count;
}

static uint32_t
elem_exprs(struct gw_wat *p, struct gw_buf *items)
{
    uint32_t count = 0;
    for (; p->token.kind == GW_TOK_LPAR && !p->lex.failed; count++) {
        if (gw_wat_take_open(p, "item")) {
            gw_wat_expr(p);
            gw_wat_expect(p, GW_TOK_RPAR);
        } else {
            gw_wat_folded_expr(p);
        }
        gw_buf_bytes(items, gw_buf_span(&p->code));
        gw_wat_check(p, items);
    }
    return count;
}

/* What stands before the items of a segment, and which flags say so. */
struct elem_head {
    bool active, declared, bare; /* bare: indices without "func" may follow */
    uint32_t table;
    struct gw_span offset; /* in head */
};

static bool
is_funcref(const struct gw_buf *type)
{
    return type->size == 1 && type->data[0] == 0x70;
}

/* The items and their type; writes the whole segment to out. */
static void
put_elem(struct gw_wat *p, const struct elem_head *head, struct gw_buf *out)
{
    uint32_t flags = head->active ? 0 : head->declared ? 3 : 1;
    struct gw_buf type, items;
    uint32_t count;
    gw_buf_init(&type, p->alloc);
    gw_buf_init(&items, p->alloc);
    bool bare = head->bare &&
                (gw_wat_at_index(p) || p->token.kind == GW_TOK_RPAR);
    if (bare || gw_wat_take(p, "func")) {
        count = elem_indices(p);
        gw_buf_bytes(&items, gw_buf_span(&p->signature));
        gw_buf_u8(&type, 0);
        if (head->active && head->table)
            flags = 2;
    } else {
        gw_wat_reftype(p, &type);
        count = elem_exprs(p, &items);
        flags |= 4;
        if (head->active && (head->table || !is_funcref(&type)))
            flags = 6;
    }
    gw_buf_uleb(out, flags);
    if (flags == 2 || flags == 6)
        gw_buf_uleb(out, head->table);
    gw_buf_bytes(out, head->offset);
    if (flags & 3)
        gw_buf_bytes(out, gw_buf_span(&type));
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&items));
    gw_wat_check(p, &type);
    gw_wat_check(p, &items);
    gw_buf_fini(&type);
    gw_buf_fini(&items);
}

/* (offset …) or one folded instruction, to p->code. */
static void
offset_expr(struct gw_wat *p)
{
    if (gw_wat_take_open(p, "offset")) {
        gw_wat_expr(p);
        gw_wat_expect(p, GW_TOK_RPAR);
    } else {
        gw_wat_folded_expr(p);
    }
}

static void
elem_field(struct gw_wat *p)
{
    struct elem_head head = { 0 };
    struct gw_buf offset;
    gw_buf_init(&offset, p->alloc);
    pass_id(p, WAT_NAME_ELEM, p->spaces[GW_SPACE_ELEM].count++);
    head.declared = gw_wat_take(p, "declare");
    if (p->token.kind == GW_TOK_NAT) {
        /* How a table was named before there were segments with names. */
        head.active = true;
        head.table = gw_wat_index(p, GW_SPACE_TABLE);
    } else if (!head.declared && gw_wat_take_open(p, "table")) {
        head.active = true;
        head.table = gw_wat_index(p, GW_SPACE_TABLE);
        gw_wat_expect(p, GW_TOK_RPAR);
    } else if (!head.declared && p->token.kind == GW_TOK_LPAR &&
               !gw_wat_at_open(p, "ref")) {
        head.active = true;
    }
    if (head.active) {
        head.bare = true;
        offset_expr(p);
        gw_buf_bytes(&offset, gw_buf_span(&p->code));
        head.offset = gw_buf_span(&offset);
    }
    put_elem(p, &head, add_item(p, SECTION_ELEM));
    gw_wat_check(p, &offset);
    gw_buf_fini(&offset);
}

/* Items of a segment inside a table: indices stand for expressions, unless
 * the table takes any function. */
static uint32_t
table_items(struct gw_wat *p, bool exprs, struct gw_buf *items)
{
    uint32_t count = 0;
    if (p->token.kind == GW_TOK_LPAR)
        return elem_exprs(p, items);
    for (; gw_wat_at_index(p); count++) {
        if (exprs)
            gw_wat_put_op(items, GW_OP_REF_FUNC);
        gw_buf_uleb(items, gw_wat_index(p, GW_SPACE_FUNC));
        if (exprs)
            gw_wat_put_op(items, GW_OP_END);
    }
    return count;
}

/* (table reftype (elem …)): the size follows from the items. */
static void
table_with_elems(struct gw_wat *p, uint32_t index, struct wat_limits *limits)
{
    struct gw_buf *out = add_item(p, SECTION_TABLE);
    struct gw_buf type, items;
    gw_buf_init(&type, p->alloc);
    gw_buf_init(&items, p->alloc);
    gw_wat_reftype(p, &type);
    if (!gw_wat_take_open(p, "elem"))
        gw_wat_unexpected(p);
    bool exprs = p->token.kind == GW_TOK_LPAR || !is_funcref(&type);
    uint32_t count = table_items(p, exprs, &items);
    gw_wat_expect(p, GW_TOK_RPAR);
    limits->has_max = true;
    limits->min = limits->max = count;
    gw_buf_bytes(out, gw_buf_span(&type));
    gw_wat_put_limits(out, limits);

    out = add_item(p, SECTION_ELEM);
    p->spaces[GW_SPACE_ELEM].count++;
    bool brief = index == 0 && (!exprs || is_funcref(&type));
    gw_buf_uleb(out, (brief ? 0u : 2u) | (exprs ? 4u : 0u));
    if (!brief)
        gw_buf_uleb(out, index);
    put_zero(out, limits->is64);
    if (!brief)
        gw_buf_bytes(out, exprs ? gw_buf_span(&type) : gw_span("\0", 1));
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&items));
    gw_wat_check(p, &type);
    gw_wat_check(p, &items);
    gw_buf_fini(&type);
    gw_buf_fini(&items);
}

static void
define_table(struct gw_wat *p, uint32_t index)
{
    struct wat_limits limits = { 0 };
    gw_wat_addrtype(p, &limits);
    if (p->token.kind != GW_TOK_NAT) {
        table_with_elems(p, index, &limits);
        return;
    }
    gw_buf_clear(&p->params);
    table_type(p, &limits, &p->params);
    struct gw_buf *out = add_item(p, SECTION_TABLE);
    bool init = p->token.kind != GW_TOK_RPAR;
    if (init)
        gw_buf_bytes(out, gw_span("\x40\0", 2));
    gw_buf_bytes(out, gw_buf_span(&p->params));
    if (init) {
        gw_wat_expr(p);
        gw_buf_bytes(out, gw_buf_span(&p->code));
    }
}

/* ---- fields ------------------------------------------------------------------------ */

/* func, table, memory, global or tag, from behind the word. */
static void
definition(struct gw_wat *p, uint32_t kind)
{
    uint32_t index = p->spaces[kind].count++;
    pass_id(p, kinds[kind].subsection, index);
    inline_exports(p, (uint8_t)kind, index);
    if (gw_wat_take_open(p, "import")) {
        struct gw_buf *out = import_names(p);
        gw_wat_expect(p, GW_TOK_RPAR);
        import_description(p, (enum gw_space)kind, out);
        return;
    }
    switch ((enum gw_space)kind) {
    case GW_SPACE_FUNC:
        define_func(p, index);
        break;
    case GW_SPACE_TABLE:
        define_table(p, index);
        break;
    case GW_SPACE_MEMORY:
        define_memory(p, index);
        break;
    case GW_SPACE_GLOBAL:
        define_global(p);
        break;
    default:
        define_tag(p);
    }
}

static void
export_field(struct gw_wat *p)
{
    struct gw_buf *out = add_item(p, SECTION_EXPORT);
    gw_buf_vec(out, gw_wat_name(p));
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        if (!gw_wat_take_open(p, kinds[kind].word))
            continue;
        gw_buf_u8(out, (uint8_t)kind);
        gw_buf_uleb(out, gw_wat_index(p, (enum gw_space)kind));
        gw_wat_expect(p, GW_TOK_RPAR);
        return;
    }
    gw_wat_unexpected(p);
}

static void
data_field(struct gw_wat *p)
{
    struct gw_buf *out = add_item(p, SECTION_DATA);
    bool active = false;
    uint32_t memory = 0;
    pass_id(p, WAT_NAME_DATA, p->spaces[GW_SPACE_DATA].count++);
    if (p->token.kind == GW_TOK_NAT) {
        active = true;
        memory = gw_wat_index(p, GW_SPACE_MEMORY);
    } else if (gw_wat_take_open(p, "memory")) {
        active = true;
        memory = gw_wat_index(p, GW_SPACE_MEMORY);
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    active = active || p->token.kind == GW_TOK_LPAR;
    gw_buf_uleb(out, active ? (memory ? 2 : 0) : 1);
    if (memory)
        gw_buf_uleb(out, memory);
    if (active) {
        offset_expr(p);
        gw_buf_bytes(out, gw_buf_span(&p->code));
    }
    data_strings(p);
    gw_buf_vec(out, gw_buf_span(&p->code));
}

static void
start_field(struct gw_wat *p)
{
    if (p->sections[SECTION_START].count > 0)
        gw_wat_fail(p, "multiple start sections");
    gw_buf_uleb(add_item(p, SECTION_START), gw_wat_index(p, GW_SPACE_FUNC));
}

void
gw_wat_field(struct gw_wat *p)
{
    gw_wat_expect(p, GW_TOK_LPAR);
    uint32_t kind = 0;
    while (kind < KIND_COUNT && !gw_wat_take(p, kinds[kind].word))
        kind++;
    if (kind < KIND_COUNT)
        definition(p, kind);
    else if (gw_wat_take(p, "import"))
        import_field(p);
    else if (gw_wat_take(p, "export"))
        export_field(p);
    else if (gw_wat_take(p, "elem"))
        elem_field(p);
    else if (gw_wat_take(p, "data"))
        data_field(p);
    else if (gw_wat_take(p, "start"))
        start_field(p);
    else
        gw_wat_unexpected(p);
    gw_wat_expect(p, GW_TOK_RPAR);
    for (int i = 0; i < GW_SECTION_SLOTS; i++)
        gw_wat_check(p, &p->sections[i].buf);
}
