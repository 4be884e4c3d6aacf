/*
 * Operators and immediates as text: one printer for each row of imm.def.
 */
#include "text/num.h"
#include "text/printer.h"
#include "text/wat_parser.h"

/* What the printers of one operator share. */
struct show {
    struct gw_printer *pr;
    struct gw_reader *reader;
    struct gw_buf *out;
    enum gw_op op;
    struct print_effect *effect;
};

static void
put_ref(struct show *s, uint32_t subsection, uint32_t index)
{
    gw_buf_u8(s->out, ' ');
    gw_print_ref(s->out, &s->pr->names[subsection], index);
}

static void
read_ref(struct show *s, uint32_t subsection)
{
    put_ref(s, subsection, gw_read_u32(s->reader));
}

static void
put_number(struct show *s, uint64_t value)
{
    gw_buf_u8(s->out, ' ');
    gw_buf_dec(s->out, value);
}

/* The effect of calling a function of a type, with so many more operands. */
static void
call_effect(struct show *s, uint32_t type, uint32_t more)
{
    const struct print_type *types = s->pr->types.data;
    if (type >= s->pr->types.count)
        return;
    s->effect->pops = types[type].params + more;
    s->effect->single = types[type].results == 1;
}

#define SHOW(IDENT) static void show_##IDENT(struct show *s)

#define SHOW_REF(IDENT, SUBSECTION)         \
    SHOW(IDENT)                             \
    {                                       \
        read_ref(s, WAT_NAME_##SUBSECTION); \
    }

SHOW_REF(GLOBAL, GLOBAL)
SHOW_REF(ELEM, ELEM)
SHOW_REF(DATA, DATA)
SHOW_REF(TAG, TAG)

SHOW(NONE)
{
    (void)s;
}

/* ---- blocks and labels ------------------------------------------------------- */

static void
label_id(struct show *s)
{
    struct gw_printer *pr = s->pr;
    uint32_t index = pr->label_count++;
    gw_print_id(s->out, &pr->labels, index);
}

static void
put_type(struct show *s, uint32_t type)
{
    gw_buf_text(s->out, " (type");
    put_ref(s, WAT_NAME_TYPE, type);
    gw_buf_u8(s->out, ')');
}

SHOW(BLOCK)
{
    label_id(s);
    s->effect->pops = s->op == GW_OP_IF;
    int64_t type = gw_read_s33(s->reader);
    if (type >= 0) {
        put_type(s, (uint32_t)type);
        call_effect(s, (uint32_t)type, 0);
        s->effect->pops = s->op == GW_OP_IF;
    } else if (type >= -64 && (type & 0x7f) != 0x40) {
        s->effect->single = true;
        gw_buf_text(s->out, " (result ");
        gw_print_valtype_code(s->pr, s->reader, (uint8_t)(type & 0x7f), s->out);
        gw_buf_u8(s->out, ')');
    } else if (type != -64) {
        gw_reader_fail(s->reader, GW_ERR_MALFORMED, s->reader->at,
                       "malformed block type");
    }
}

SHOW(TRY_TABLE)
{
    static const char *const words[] = { "catch", "catch_ref", "catch_all",
                                         "catch_all_ref" };
    show_BLOCK(s);
    uint32_t count = gw_read_u32(s->reader);
    for (uint32_t i = 0; i < count && !s->reader->failed; i++) {
        uint8_t kind = gw_read_u8(s->reader);
        if (kind > 3) {
            gw_reader_fail(s->reader, GW_ERR_MALFORMED, s->reader->at,
                           "malformed catch clause");
            return;
        }
        gw_buf_print(s->out, " (%s", words[kind]);
        if (kind < 2)
            read_ref(s, WAT_NAME_TAG);
        put_number(s, gw_read_u32(s->reader));
        gw_buf_u8(s->out, ')');
    }
}

SHOW(LABEL)
{
    put_number(s, gw_read_u32(s->reader));
    s->effect->pops = 1;
}

SHOW(LABELS)
{
    uint32_t count = gw_read_u32(s->reader);
    for (uint64_t i = 0; i <= count && !s->reader->failed; i++)
        put_number(s, gw_read_u32(s->reader));
    s->effect->pops = 1;
}

static void
cast_type(struct show *s, bool nullable)
{
    gw_buf_text(s->out, nullable ? " (ref null " : " (ref ");
    gw_print_heaptype(s->pr, s->reader, s->out);
    gw_buf_u8(s->out, ')');
}

SHOW(CAST_BR)
{
    uint8_t flags = gw_read_u8(s->reader);
    if (flags > 3)
        gw_reader_fail(s->reader, GW_ERR_MALFORMED, s->reader->at,
                       "malformed br_on_cast flags");
    put_number(s, gw_read_u32(s->reader));
    cast_type(s, flags & 1);
    cast_type(s, flags & 2);
    s->effect->pops = 1;
}

/* ---- functions, types ----------------------------------------------------------- */

SHOW(FUNC)
{
    uint32_t index = gw_read_u32(s->reader);
    const uint32_t *types = s->pr->funcs.data;
    put_ref(s, WAT_NAME_FUNC, index);
    if (gw_op_table[s->op].flags & GW_OPF_CALL && index < s->pr->funcs.count)
        call_effect(s, types[index], 0);
    else
        s->effect->single = true;
}

SHOW(TYPE)
{
    uint32_t type = gw_read_u32(s->reader);
    put_ref(s, WAT_NAME_TYPE, type);
    s->effect->pops = 1;
    s->effect->single = true;
    if (gw_op_table[s->op].flags & GW_OPF_CALL)
        call_effect(s, type, 1);
    else if (s->op == GW_OP_STRUCT_NEW && type < s->pr->types.count)
        s->effect->pops =
            ((const struct print_type *)s->pr->types.data)[type].fields;
}

SHOW(TYPE_TABLE)
{
    uint32_t type = gw_read_u32(s->reader);
    uint32_t table = gw_read_u32(s->reader);
    if (table != 0)
        put_ref(s, WAT_NAME_TABLE, table);
    put_type(s, type);
    call_effect(s, type, 1);
}

SHOW(TYPE_FIELD)
{
    read_ref(s, WAT_NAME_TYPE);
    put_number(s, gw_read_u32(s->reader));
    s->effect->single = !(gw_op_table[s->op].flags & GW_OPF_WRITES);
    s->effect->pops = s->effect->single ? 1 : 2;
}

SHOW(TYPE_COUNT)
{
    read_ref(s, WAT_NAME_TYPE);
    uint32_t count = gw_read_u32(s->reader);
    put_number(s, count);
    s->effect->pops = count;
    s->effect->single = true;
}

SHOW(TYPE_DATA)
{
    read_ref(s, WAT_NAME_TYPE);
    read_ref(s, WAT_NAME_DATA);
    s->effect->pops = 2;
    s->effect->single = true;
}

SHOW(TYPE_ELEM)
{
    read_ref(s, WAT_NAME_TYPE);
    read_ref(s, WAT_NAME_ELEM);
    s->effect->pops = 2;
    s->effect->single = true;
}

SHOW(TYPE_TYPE)
{
    read_ref(s, WAT_NAME_TYPE);
    read_ref(s, WAT_NAME_TYPE);
    s->effect->pops = 5;
}

SHOW(TYPE_TAG)
{
    read_ref(s, WAT_NAME_TYPE);
    read_ref(s, WAT_NAME_TAG);
}

/* Two rows share a text where a type may or may not admit null. */
static bool
is_second(enum gw_op op)
{
    return strcmp(gw_op_table[op].text, gw_op_table[op - 1].text) == 0;
}

SHOW(HEAP)
{
    bool second = is_second(s->op);
    bool first = s->op + 1 < GW_OP_COUNT && is_second((enum gw_op)(s->op + 1));
    s->effect->single = true;
    s->effect->pops = first || second;
    if (first || second) {
        cast_type(s, second);
    } else {
        gw_buf_u8(s->out, ' ');
        gw_print_heaptype(s->pr, s->reader, s->out);
    }
}

SHOW(VALTYPES)
{
    gw_buf_text(s->out, " (result");
    gw_print_valtypes(s->pr, s->reader, s->out);
    gw_buf_u8(s->out, ')');
    s->effect->pops = 3;
    s->effect->single = true;
}

/* ---- variables, tables, memories -------------------------------------------------- */

SHOW(LOCAL)
{
    gw_buf_u8(s->out, ' ');
    gw_print_ref(s->out, &s->pr->locals, gw_read_u32(s->reader));
}

/* An index that is left out when it is 0. */
static void
read_optional(struct show *s, uint32_t subsection)
{
    uint32_t index = gw_read_u32(s->reader);
    if (index != 0)
        put_ref(s, subsection, index);
}

SHOW(TABLE)
{
    read_optional(s, WAT_NAME_TABLE);
}

SHOW(MEM)
{
    read_optional(s, WAT_NAME_MEMORY);
}

static void
read_pair(struct show *s, uint32_t subsection)
{
    uint32_t to = gw_read_u32(s->reader), from = gw_read_u32(s->reader);
    if (to != 0 || from != 0) {
        put_ref(s, subsection, to);
        put_ref(s, subsection, from);
    }
}

SHOW(TABLE_TABLE)
{
    read_pair(s, WAT_NAME_TABLE);
}

SHOW(MEM_MEM)
{
    read_pair(s, WAT_NAME_MEMORY);
}

SHOW(ELEM_TABLE)
{
    uint32_t elem = gw_read_u32(s->reader);
    read_optional(s, WAT_NAME_TABLE);
    put_ref(s, WAT_NAME_ELEM, elem);
}

SHOW(DATA_MEM)
{
    uint32_t data = gw_read_u32(s->reader);
    read_optional(s, WAT_NAME_MEMORY);
    put_ref(s, WAT_NAME_DATA, data);
}

SHOW(MEMARG)
{
    uint32_t flags = gw_read_u32(s->reader);
    if (flags & 0x40)
        read_ref(s, WAT_NAME_MEMORY);
    uint64_t offset = gw_read_u64(s->reader);
    uint32_t log2 = flags & ~0x40u;
    if (log2 > 63) {
        gw_reader_fail(s->reader, GW_ERR_MALFORMED, s->reader->at,
                       "malformed memop flags");
        return;
    }
    if (offset != 0) {
        gw_buf_text(s->out, " offset=");
        gw_buf_dec(s->out, offset);
    }
    if (log2 != gw_op_access_log2(s->op))
        gw_buf_print(s->out, " align=%llu", 1ull << log2);
}

SHOW(LANE)
{
    put_number(s, gw_read_u8(s->reader));
}

SHOW(MEMARG_LANE)
{
    show_MEMARG(s);
    show_LANE(s);
}

SHOW(LANES16)
{
    for (int i = 0; i < 16; i++)
        show_LANE(s);
}

/* ---- constants ------------------------------------------------------------------ */

static void
put_signed(struct show *s, int64_t value)
{
    uint64_t bits = (uint64_t)value;
    gw_buf_text(s->out, value < 0 ? " -" : " ");
    gw_buf_dec(s->out, value < 0 ? 0 - bits : bits);
}

SHOW(I32)
{
    put_signed(s, gw_read_s32(s->reader));
}

SHOW(I64)
{
    put_signed(s, gw_read_s64(s->reader));
}

static void
put_float(struct show *s, uint64_t bits, uint32_t size)
{
    char text[GW_NUM_TEXT];
    gw_num_print_float(bits, size, text);
    gw_buf_print(s->out, " %s", text);
}

SHOW(F32)
{
    put_float(s, gw_read_f32_bits(s->reader), 32);
}

SHOW(F64)
{
    put_float(s, gw_read_f64_bits(s->reader), 64);
}

SHOW(V128)
{
    gw_buf_text(s->out, " i32x4");
    for (int i = 0; i < 4; i++)
        gw_buf_print(s->out, " 0x%08lx",
                     (unsigned long)gw_read_f32_bits(s->reader));
}

/* ---- others ------------------------------------------------------------------------ */

SHOW(ORDER)
{
    if (gw_read_u8(s->reader) != 0)
        gw_reader_fail(s->reader, GW_ERR_MALFORMED, s->reader->at - 1,
                       "zero byte expected");
}

static void
read_handlers(struct show *s)
{
    uint32_t count = gw_read_u32(s->reader);
    for (uint32_t i = 0; i < count && !s->reader->failed; i++) {
        uint8_t kind = gw_read_u8(s->reader);
        gw_buf_text(s->out, " (on");
        read_ref(s, WAT_NAME_TAG);
        if (kind == 0)
            put_number(s, gw_read_u32(s->reader));
        else if (kind == 1)
            gw_buf_text(s->out, " switch");
        else
            gw_reader_fail(s->reader, GW_ERR_MALFORMED, s->reader->at,
                           "malformed handler");
        gw_buf_u8(s->out, ')');
    }
}

SHOW(RESUME)
{
    read_ref(s, WAT_NAME_TYPE);
    read_handlers(s);
    s->effect->pops = 1;
}

SHOW(RESUME_THROW)
{
    read_ref(s, WAT_NAME_TYPE);
    read_ref(s, WAT_NAME_TAG);
    read_handlers(s);
    s->effect->pops = 1;
}

/* ---- the operator -------------------------------------------------------------------- */

typedef void show_fn(struct show *s);

static show_fn *const shows[GW_IMM_COUNT] = {
#define IMM(IDENT, TEXT) [GW_IMM_##IDENT] = show_##IDENT,
#include "wasm/imm.def"
};

/* Operators whose effect neither the signature nor the immediates tell.  A
 * wrong number would only fold less or more: folded and flat forms mean the
 * same whatever the arity. */
static const struct {
    uint16_t op;
    uint8_t pops;
    bool single;
} effects[] = {
    { GW_OP_DROP, 1, false },
    { GW_OP_SELECT, 3, true },
    { GW_OP_LOCAL_GET, 0, true },
    { GW_OP_LOCAL_SET, 1, false },
    { GW_OP_LOCAL_TEE, 1, true },
    { GW_OP_GLOBAL_GET, 0, true },
    { GW_OP_GLOBAL_SET, 1, false },
    { GW_OP_TABLE_GET, 1, true },
    { GW_OP_TABLE_SET, 2, false },
    { GW_OP_TABLE_GROW, 2, true },
    { GW_OP_TABLE_FILL, 3, false },
    { GW_OP_TABLE_COPY, 3, false },
    { GW_OP_TABLE_INIT, 3, false },
    { GW_OP_MEMORY_COPY, 3, false },
    { GW_OP_REF_IS_NULL, 1, true },
    { GW_OP_REF_AS_NON_NULL, 1, true },
    { GW_OP_BR, 0, false },
    { GW_OP_RETHROW, 0, false },
    { GW_OP_THROW_REF, 1, false },
    { GW_OP_ARRAY_GET, 2, true },
    { GW_OP_ARRAY_GET_S, 2, true },
    { GW_OP_ARRAY_GET_U, 2, true },
    { GW_OP_ARRAY_SET, 3, false },
    { GW_OP_ARRAY_NEW, 2, true },
    { GW_OP_ARRAY_FILL, 4, false },
    { GW_OP_ARRAY_NEW_DEFAULT, 1, true },
    { GW_OP_REF_NULL, 0, true },
    { GW_OP_STRUCT_NEW_DEFAULT, 0, true },
    { GW_OP_ANY_CONVERT_EXTERN, 1, true },
    { GW_OP_EXTERN_CONVERT_ANY, 1, true },
    { GW_OP_ARRAY_INIT_DATA, 4, false },
    { GW_OP_ARRAY_INIT_ELEM, 4, false },
};

static void
set_effect(enum gw_op op, struct print_effect *effect)
{
    const struct gw_op_info *info = &gw_op_table[op];
    if (info->sig != GW_SIG_POLY) {
        effect->pops = gw_sig_table[info->sig].pop_count;
        effect->single = gw_sig_table[info->sig].push_count == 1;
    }
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        if (effects[i].op == op) {
            effect->pops = effects[i].pops;
            effect->single = effects[i].single;
        }
    }
}

enum gw_op
gw_print_operator(struct gw_printer *pr, struct gw_reader *reader,
                  struct gw_buf *out, struct print_effect *effect)
{
    const uint8_t *at = reader->at;
    uint32_t byte = gw_read_u8(reader);
    enum gw_op op = gw_op_is_prefix(byte)
                        ? gw_op_find(byte, gw_read_u32(reader))
                        : gw_op_find(0, byte);
    effect->pops = 0;
    effect->single = false;
    if (!reader->failed && op == GW_OP_NONE)
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "illegal opcode %02x",
                       (unsigned)byte);
    if (reader->failed)
        return GW_OP_NONE;
    struct show show = { pr, reader, out, op, effect };
    gw_buf_text(out, gw_op_table[op].text);
    shows[gw_op_table[op].imm](&show);
    set_effect(op, effect);
    return reader->failed ? GW_OP_NONE : op;
}
