/*
 * Operators and their immediates: one reader for each row of imm.def.  Text
 * and binary order differ for some shapes; the readers know both.
 */
#include "text/wat_parser.h"

#include <assert.h>

enum gw_op
gw_wat_take_op(struct gw_wat *p)
{
    enum gw_op op = GW_OP_NONE;
    if (p->token.kind == GW_TOK_KEYWORD) {
        struct gw_span text = gw_token_span(&p->lex, &p->token);
        op = gw_op_names_find(&p->ops, (const char *)text.data, text.size);
    }
    if (op == GW_OP_NONE)
        gw_wat_unexpected(p);
    else
        gw_wat_advance(p);
    return op;
}

void
gw_wat_put_op(struct gw_buf *out, enum gw_op op)
{
    uint32_t code = gw_op_table[op].code;
    if (code < 256) {
        gw_buf_u8(out, (uint8_t)code);
        return;
    }
    gw_buf_u8(out, (uint8_t)(code >> 12));
    gw_buf_uleb(out, code & 0xfff);
}

uint32_t
gw_wat_label(struct gw_wat *p)
{
    if (p->token.kind != GW_TOK_ID)
        return (uint32_t)gw_wat_nat(p, UINT32_MAX, "i32 ");
    struct gw_span name = gw_wat_id(p, &p->token);
    uint32_t *found = gw_map_find(&p->label_names, name);
    if (!found || *found == GW_NO_INDEX) {
        gw_wat_fail(p, "unknown label");
        return 0;
    }
    uint32_t depth = (uint32_t)p->labels.count - 1 - *found;
    gw_wat_advance(p);
    return depth;
}

static void
put_index(struct gw_wat *p, enum gw_space space, struct gw_buf *out)
{
    gw_buf_uleb(out, gw_wat_index(p, space));
}

static bool
next_is_index(const struct gw_wat *p)
{
    return p->next.kind == GW_TOK_NAT || p->next.kind == GW_TOK_ID;
}

/* ---- shapes ------------------------------------------------------------- */

#define READER(IDENT)                                         \
    static void read_##IDENT(struct gw_wat *p, enum gw_op op, \
                             struct gw_buf *out)

/* A shape that is one index. */
#define INDEX_READER(IDENT, SPACE)           \
    READER(IDENT)                            \
    {                                        \
        (void)op;                            \
        put_index(p, GW_SPACE_##SPACE, out); \
    }

INDEX_READER(FUNC, FUNC)
INDEX_READER(TYPE, TYPE)
INDEX_READER(LOCAL, LOCAL)
INDEX_READER(GLOBAL, GLOBAL)
INDEX_READER(ELEM, ELEM)
INDEX_READER(TAG, TAG)

READER(NONE)
{
    (void)p;
    (void)op;
    (void)out;
}

READER(BLOCK)
{
    (void)op;
    gw_wat_blocktype(p, out);
}

/* One clause of try_table; its label is counted outside of the block. */
static void
put_catch(struct gw_wat *p, uint8_t kind, struct gw_buf *out)
{
    gw_buf_u8(out, kind);
    if (kind < 2)
        put_index(p, GW_SPACE_TAG, out);
    gw_buf_uleb(out, gw_wat_label(p));
    gw_wat_expect(p, GW_TOK_RPAR);
}

READER(TRY_TABLE)
{
    static const char *const words[] = { "catch", "catch_ref", "catch_all",
                                         "catch_all_ref" };
    struct gw_buf clauses;
    uint32_t count = 0;
    (void)op;
    gw_wat_blocktype(p, out);
    gw_buf_init(&clauses, p->alloc);
    for (uint8_t kind = 0; kind < 4;) {
        if (gw_wat_take_open(p, words[kind])) {
            put_catch(p, kind, &clauses);
            count++;
            kind = 0;
        } else {
            kind++;
        }
    }
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&clauses));
    gw_wat_check(p, &clauses);
    gw_buf_fini(&clauses);
}

READER(LABEL)
{
    (void)op;
    gw_buf_uleb(out, gw_wat_label(p));
}

READER(LABELS)
{
    uint32_t count = 0;
    (void)op;
    gw_buf_clear(&p->params);
    do {
        gw_buf_uleb(&p->params, gw_wat_label(p));
        count++;
    } while (gw_wat_at_index(p));
    gw_buf_uleb(out, count - 1);
    gw_buf_bytes(out, gw_buf_span(&p->params));
    gw_wat_check(p, &p->params);
}

READER(CAST_BR)
{
    (void)op;
    gw_buf_clear(&p->params);
    gw_buf_uleb(&p->params, gw_wat_label(p));
    bool from = gw_wat_reftype_parts(p, &p->params);
    bool to = gw_wat_reftype_parts(p, &p->params);
    gw_buf_u8(out, (uint8_t)(from | to << 1));
    gw_buf_bytes(out, gw_buf_span(&p->params));
    gw_wat_check(p, &p->params);
}

READER(TYPE_TABLE)
{
    (void)op;
    uint32_t table = gw_wat_index_or_0(p, GW_SPACE_TABLE);
    gw_buf_uleb(out, gw_wat_typeuse(p, WAT_PARAMS_PLAIN));
    gw_buf_uleb(out, table);
}

READER(TYPE_FIELD)
{
    (void)op;
    uint32_t type = gw_wat_index(p, GW_SPACE_TYPE);
    gw_buf_uleb(out, type);
    gw_buf_uleb(out, gw_wat_field_index(p, type));
}

READER(TYPE_COUNT)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    gw_buf_uleb(out, gw_wat_nat(p, UINT32_MAX, "i32 "));
}

READER(TYPE_DATA)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    put_index(p, GW_SPACE_DATA, out);
    p->needs_data_count = p->needs_data_count || p->in_function;
}

READER(TYPE_ELEM)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    put_index(p, GW_SPACE_ELEM, out);
}

READER(TYPE_TYPE)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    put_index(p, GW_SPACE_TYPE, out);
}

READER(TYPE_TAG)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    put_index(p, GW_SPACE_TAG, out);
}

READER(HEAP)
{
    (void)op;
    gw_wat_heaptype(p, out);
}

READER(VALTYPES)
{
    uint32_t count = 0;
    (void)op;
    gw_buf_clear(&p->results);
    while (gw_wat_take_open(p, "result")) {
        for (; p->token.kind != GW_TOK_RPAR && !p->lex.failed; count++)
            gw_wat_valtype(p, &p->results);
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&p->results));
    gw_wat_check(p, &p->results);
}

READER(TABLE)
{
    (void)op;
    gw_buf_uleb(out, gw_wat_index_or_0(p, GW_SPACE_TABLE));
}

READER(MEM)
{
    (void)op;
    gw_buf_uleb(out, gw_wat_index_or_0(p, GW_SPACE_MEMORY));
}

/* Two indices of one space, or none of them for 0 and 0. */
static void
put_pair(struct gw_wat *p, enum gw_space space, struct gw_buf *out)
{
    bool given = gw_wat_at_index(p);
    gw_buf_uleb(out, given ? gw_wat_index(p, space) : 0);
    gw_buf_uleb(out, given ? gw_wat_index(p, space) : 0);
}

READER(TABLE_TABLE)
{
    (void)op;
    put_pair(p, GW_SPACE_TABLE, out);
}

READER(MEM_MEM)
{
    (void)op;
    put_pair(p, GW_SPACE_MEMORY, out);
}

READER(ELEM_TABLE)
{
    (void)op;
    uint32_t table = next_is_index(p) ? gw_wat_index(p, GW_SPACE_TABLE) : 0;
    put_index(p, GW_SPACE_ELEM, out);
    gw_buf_uleb(out, table);
}

READER(DATA_MEM)
{
    (void)op;
    uint32_t memory = next_is_index(p) ? gw_wat_index(p, GW_SPACE_MEMORY) : 0;
    put_index(p, GW_SPACE_DATA, out);
    gw_buf_uleb(out, memory);
    p->needs_data_count = p->needs_data_count || p->in_function;
}

READER(DATA)
{
    (void)op;
    put_index(p, GW_SPACE_DATA, out);
    p->needs_data_count = p->needs_data_count || p->in_function;
}

/* ---- memory arguments ------------------------------------------------------ */

static bool
has_prefix(const struct gw_wat *p, const struct gw_token *token,
           const char *prefix)
{
    size_t size = strlen(prefix);
    struct gw_span text = gw_token_span(&p->lex, token);
    return token->kind == GW_TOK_KEYWORD && text.size >= size &&
           memcmp(text.data, prefix, size) == 0;
}

/* The number behind "offset=" or "align=". */
static bool
take_setting(struct gw_wat *p, const char *prefix, uint64_t *out)
{
    if (!has_prefix(p, &p->token, prefix))
        return false;
    struct gw_span text = gw_token_span(&p->lex, &p->token);
    size_t size = strlen(prefix);
    text = gw_span(text.data + size, text.size - size);
    if (gw_num_classify(text) != GW_NUM_NAT)
        gw_wat_fail(p, "unknown operator");
    else if (!gw_num_nat(text, UINT64_MAX, out))
        gw_wat_fail(p, "i64 constant out of range");
    else
        gw_wat_advance(p);
    return !p->lex.failed;
}

static void
put_memarg(struct gw_wat *p, enum gw_op op, uint32_t memory, struct gw_buf *out)
{
    uint64_t offset = 0, align = 0;
    uint32_t log2 = gw_op_access_log2(op);
    take_setting(p, "offset=", &offset);
    size_t at = p->token.start;
    if (take_setting(p, "align=", &align)) {
        if (align == 0 || (align & (align - 1)) != 0) {
            p->token.start = at;
            gw_wat_fail(p, "alignment must be a power of two");
        }
        for (log2 = 0; align > 1; align >>= 1)
            log2++;
    }
    gw_buf_uleb(out, log2 | (memory ? 0x40u : 0));
    if (memory)
        gw_buf_uleb(out, memory);
    gw_buf_uleb(out, offset);
}

READER(MEMARG)
{
    put_memarg(p, op, gw_wat_index_or_0(p, GW_SPACE_MEMORY), out);
}

static void
put_lane(struct gw_wat *p, struct gw_buf *out)
{
    gw_buf_u8(out, (uint8_t)gw_wat_nat(p, 255, "i8 "));
}

READER(MEMARG_LANE)
{
    uint32_t memory = 0;
    /* A single number is the lane. */
    if (p->token.kind == GW_TOK_ID || next_is_index(p) ||
        has_prefix(p, &p->next, "offset=") || has_prefix(p, &p->next, "align="))
        memory = gw_wat_index_or_0(p, GW_SPACE_MEMORY);
    put_memarg(p, op, memory, out);
    put_lane(p, out);
}

READER(LANE)
{
    (void)op;
    put_lane(p, out);
}

READER(LANES16)
{
    (void)op;
    for (int i = 0; i < 16 && !p->lex.failed; i++) {
        if (p->token.kind == GW_TOK_RPAR || p->token.kind == GW_TOK_LPAR)
            gw_wat_fail(p, "invalid lane length");
        put_lane(p, out);
    }
    if (p->token.kind == GW_TOK_NAT)
        gw_wat_fail(p, "invalid lane length");
}

/* ---- constants -------------------------------------------------------------- */

uint64_t
gw_wat_number(struct gw_wat *p, uint32_t bits, bool is_float)
{
    uint64_t value = 0;
    struct gw_span text = gw_token_span(&p->lex, &p->token);
    bool whole = p->token.kind == GW_TOK_NAT || p->token.kind == GW_TOK_INT;
    if (!whole && !(is_float && p->token.kind == GW_TOK_FLOAT))
        gw_wat_unexpected(p);
    else if (!(is_float ? gw_num_float(text, bits, &value)
                        : gw_num_int(text, bits, &value)))
        gw_wat_fail(p, "constant out of range");
    else
        gw_wat_advance(p);
    return value;
}

READER(I32)
{
    (void)op;
    int64_t value = (int64_t)gw_wat_number(p, 32, false);
    gw_buf_sleb(out, value > INT32_MAX ? value - (INT64_C(1) << 32) : value);
}

READER(I64)
{
    (void)op;
    uint64_t value = gw_wat_number(p, 64, false);
    bool negative = value >> 63;
    gw_buf_sleb(out, negative ? -1 - (int64_t)~value : (int64_t)value);
}

READER(F32)
{
    (void)op;
    gw_buf_le(out, gw_wat_number(p, 32, true), 4);
}

READER(F64)
{
    (void)op;
    gw_buf_le(out, gw_wat_number(p, 64, true), 8);
}

bool
gw_wat_shape(struct gw_wat *p, struct wat_shape *shape)
{
    static const struct wat_shape shapes[] = {
        { "i8x16", 8, false },  { "i16x8", 16, false }, { "i32x4", 32, false },
        { "i64x2", 64, false }, { "f32x4", 32, true },  { "f64x2", 64, true },
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        *shape = shapes[i];
        if (gw_wat_take(p, shape->text))
            return true;
    }
    gw_wat_unexpected(p);
    return false;
}

READER(V128)
{
    struct wat_shape shape;
    (void)op;
    if (!gw_wat_shape(p, &shape))
        return;
    for (uint32_t i = 0; i < 128 / shape.bits && !p->lex.failed; i++) {
        if (p->token.kind == GW_TOK_RPAR || p->token.kind == GW_TOK_LPAR)
            gw_wat_fail(p, "wrong number of lane literals");
        gw_buf_le(out, gw_wat_number(p, shape.bits, shape.is_float),
                  shape.bits / 8);
    }
    if (p->token.kind == GW_TOK_NAT || p->token.kind == GW_TOK_INT ||
        p->token.kind == GW_TOK_FLOAT)
        gw_wat_fail(p, "wrong number of lane literals");
}

/* ---- others -------------------------------------------------------------- */

READER(ORDER)
{
    (void)p;
    (void)op;
    gw_buf_u8(out, 0);
}

static void
put_handlers(struct gw_wat *p, struct gw_buf *out)
{
    uint32_t count = 0;
    gw_buf_clear(&p->params);
    for (; gw_wat_take_open(p, "on"); count++) {
        uint32_t tag = gw_wat_index(p, GW_SPACE_TAG);
        bool is_switch = gw_wat_take(p, "switch");
        gw_buf_u8(&p->params, is_switch);
        gw_buf_uleb(&p->params, tag);
        if (!is_switch)
            gw_buf_uleb(&p->params, gw_wat_label(p));
        gw_wat_expect(p, GW_TOK_RPAR);
    }
    gw_buf_uleb(out, count);
    gw_buf_bytes(out, gw_buf_span(&p->params));
    gw_wat_check(p, &p->params);
}

READER(RESUME)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    put_handlers(p, out);
}

READER(RESUME_THROW)
{
    (void)op;
    put_index(p, GW_SPACE_TYPE, out);
    put_index(p, GW_SPACE_TAG, out);
    put_handlers(p, out);
}

/* ---- the operator ---------------------------------------------------------- */

typedef void reader_fn(struct gw_wat *p, enum gw_op op, struct gw_buf *out);

static reader_fn *const readers[GW_IMM_COUNT] = {
#define IMM(IDENT, TEXT) [GW_IMM_##IDENT] = read_##IDENT,
#include "wasm/imm.def"
};

/* Rows that share a text stand one after the other. */
static bool
has_twin(enum gw_op op)
{
    return op + 1 < GW_OP_COUNT &&
           strcmp(gw_op_table[op].text, gw_op_table[op + 1].text) == 0;
}

void
gw_wat_op(struct gw_wat *p, enum gw_op op, struct gw_buf *out)
{
    if (op == GW_OP_NONE)
        return;
    if (has_twin(op) && gw_op_table[op].imm == GW_IMM_HEAP) {
        /* ref.test and ref.cast: the type says whether null passes. */
        gw_buf_clear(&p->params);
        bool nullable = gw_wat_reftype_parts(p, &p->params);
        gw_wat_put_op(out, nullable ? (enum gw_op)(op + 1) : op);
        gw_buf_bytes(out, gw_buf_span(&p->params));
        gw_wat_check(p, &p->params);
        return;
    }
    if (has_twin(op) && gw_wat_at_open(p, "result"))
        op = (enum gw_op)(op + 1);
    gw_wat_put_op(out, op);
    readers[gw_op_table[op].imm](p, op, out);
}
