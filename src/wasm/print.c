#include "wasm/print.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { LINE_SIZE = 512, NAME_SIZE = 128 };

/* A line being written. */
struct text {
    char *buffer;
    size_t size, used;
    bool cut;
};

static void put(struct text *text, const char *format, ...) GW_PRINTF(2, 3);

static void
put(struct text *text, const char *format, ...)
{
    size_t left = text->size - text->used;
    if (text->cut || left < 5)
        return;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text->buffer + text->used, left, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= left - 4) {
        memcpy(text->buffer + text->used, " ...", 5);
        text->used += 4;
        text->cut = true;
    } else {
        text->used += (size_t)length;
    }
}

static void
put_type(struct text *text, gw_valtype type)
{
    char buffer[32];
    gw_type_print(type, buffer, sizeof buffer);
    put(text, " %s", buffer);
}

static void
put_types(struct text *text, const char *what, const gw_valtype *types,
          uint32_t count)
{
    if (count == 0)
        return;
    put(text, " (%s", what);
    for (uint32_t i = 0; i < count && !text->cut; i++)
        put_type(text, types[i]);
    put(text, ")");
}

/* A heap type as ref.null writes it: the text of the non-null reference
 * without "(ref " and ")". */
static void
put_heap(struct text *text, gw_valtype type)
{
    char buffer[32];
    gw_type_print(type & ~GW_NULLABLE, buffer, sizeof buffer);
    put(text, " %.*s", (int)strcspn(buffer + 5, ")"), buffer + 5);
}

static void
put_block(struct text *text, const struct gw_blocktype *block)
{
    put_types(text, "param", block->params, block->param_count);
    put_types(text, "result", block->results, block->result_count);
}

static void
put_memarg(struct text *text, enum gw_op op, const struct gw_imm *imm)
{
    if (imm->a != 0)
        put(text, " %u", imm->a);
    if (imm->u.offset != 0)
        put(text, " offset=%" PRIu64, imm->u.offset);
    if (imm->b != gw_op_access_log2(op))
        put(text, " align=%" PRIu64, UINT64_C(1) << imm->b);
}

/* Floats are written so that they are read back bit by bit; their bits come
 * with the widths of their fields. */
static void
put_float(struct text *text, uint64_t bits, unsigned exponent_bits,
          unsigned fraction_bits, double value)
{
    uint64_t fraction = bits & ((UINT64_C(1) << fraction_bits) - 1);
    uint64_t exponent = bits >> fraction_bits &
                        ((UINT64_C(1) << exponent_bits) - 1);
    bool negative = bits >> (exponent_bits + fraction_bits) & 1;
    put(text, " %s", negative ? "-" : "");
    if (exponent != (UINT64_C(1) << exponent_bits) - 1)
        put(text, "%a", fabs(value));
    else if (fraction == 0)
        put(text, "inf");
    else if (fraction == UINT64_C(1) << (fraction_bits - 1))
        put(text, "nan");
    else
        put(text, "nan:0x%" PRIx64, fraction);
}

static void
put_f32(struct text *text, uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    put_float(text, bits, 8, 23, (double)value);
}

static void
put_f64(struct text *text, uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    put_float(text, bits, 11, 52, value);
}

static void
put_func(struct text *text, const struct gw_module *module, uint32_t func)
{
    char name[NAME_SIZE];
    struct gw_span found = gw_module_func_name(module, func);
    put(text, " %u", func);
    if (found.size > 0) {
        gw_utf8_print(found, name, sizeof name);
        put(text, " (; %s ;)", name);
    }
}

static struct gw_reader
items_reader(const struct gw_module *module, const struct gw_imm *imm,
             struct gw_diag *scratch)
{
    struct gw_reader reader;
    gw_diag_init(scratch);
    gw_reader_init(&reader, module->bytes, 0, scratch);
    reader.at = imm->items;
    return reader;
}

static void
put_labels(struct text *text, struct gw_reader *reader,
           const struct gw_imm *imm)
{
    for (uint32_t i = 0; i <= imm->count && !text->cut; i++)
        put(text, " %u", gw_read_u32(reader));
}

static void
put_catches(struct text *text, struct gw_reader *reader,
            const struct gw_imm *imm)
{
    static const char *const names[] = { "catch", "catch_ref", "catch_all",
                                         "catch_all_ref" };
    for (uint32_t i = 0; i < imm->count && !text->cut; i++) {
        struct gw_catch clause;
        gw_read_catch(reader, &clause);
        put(text, " (%s", names[clause.kind & 3]);
        if (clause.kind < 2)
            put(text, " %u", clause.tag);
        put(text, " %u)", clause.label);
    }
}

static void
put_handlers(struct text *text, struct gw_reader *reader,
             const struct gw_imm *imm)
{
    for (uint32_t i = 0; i < imm->count && !text->cut; i++) {
        struct gw_handler handler;
        gw_read_handler(reader, &handler);
        if (handler.kind == 0)
            put(text, " (on %u %u)", handler.tag, handler.label);
        else
            put(text, " (on %u switch)", handler.tag);
    }
}

static void
put_bytes(struct text *text, const char *shape, const uint8_t bytes[16])
{
    put(text, "%s", shape);
    for (unsigned i = 0; i < 16; i++)
        put(text, " %u", bytes[i]);
}

/* Immediates that are lists, types and constants. */
static void
put_rich(struct text *text, const struct gw_module *module, enum gw_op op,
         const struct gw_imm *imm)
{
    struct gw_diag scratch;
    struct gw_reader reader = items_reader(module, imm, &scratch);
    switch ((enum gw_imm_kind)gw_op_table[op].imm) {
    case GW_IMM_LABELS:
        put_labels(text, &reader, imm);
        break;
    case GW_IMM_TRY_TABLE:
        put_block(text, &imm->block);
        put_catches(text, &reader, imm);
        break;
    case GW_IMM_RESUME:
        put(text, " %u", imm->a);
        put_handlers(text, &reader, imm);
        break;
    case GW_IMM_RESUME_THROW:
        put(text, " %u %u", imm->a, imm->b);
        put_handlers(text, &reader, imm);
        break;
    case GW_IMM_CAST_BR:
        put(text, " %u", imm->b);
        put_type(text, imm->type);
        put_type(text, imm->type2);
        break;
    case GW_IMM_HEAP:
        if (op == GW_OP_REF_NULL)
            put_heap(text, imm->type);
        else
            put_type(text, imm->type);
        break;
    case GW_IMM_I32:
        put(text, " %" PRId32, imm->u.i32);
        break;
    case GW_IMM_I64:
        put(text, " %" PRId64, imm->u.i64);
        break;
    case GW_IMM_F32:
        put_f32(text, imm->u.f32);
        break;
    case GW_IMM_F64:
        put_f64(text, imm->u.f64);
        break;
    case GW_IMM_VALTYPES:
        put_types(text, "result", &imm->type, imm->count ? 1 : 0);
        break;
    default:
        break;
    }
}

static void
put_imm(struct text *text, const struct gw_module *module, enum gw_op op,
        const struct gw_imm *imm)
{
    switch ((enum gw_imm_kind)gw_op_table[op].imm) {
    case GW_IMM_NONE:
    case GW_IMM_ORDER:
        break;
    case GW_IMM_BLOCK:
        put_block(text, &imm->block);
        break;
    case GW_IMM_FUNC:
        put_func(text, module, imm->a);
        break;
    case GW_IMM_TYPE_TABLE:
        put(text, " %u (type %u)", imm->b, imm->a);
        break;
    case GW_IMM_LABEL:
    case GW_IMM_TYPE:
    case GW_IMM_LOCAL:
    case GW_IMM_GLOBAL:
    case GW_IMM_TABLE:
    case GW_IMM_ELEM:
    case GW_IMM_MEM:
    case GW_IMM_DATA:
    case GW_IMM_TAG:
        put(text, " %u", imm->a);
        break;
    case GW_IMM_TYPE_FIELD:
    case GW_IMM_TYPE_COUNT:
    case GW_IMM_TYPE_DATA:
    case GW_IMM_TYPE_ELEM:
    case GW_IMM_TYPE_TYPE:
    case GW_IMM_TYPE_TAG:
    case GW_IMM_TABLE_TABLE:
    case GW_IMM_MEM_MEM:
        put(text, " %u %u", imm->a, imm->b);
        break;
    case GW_IMM_ELEM_TABLE:
    case GW_IMM_DATA_MEM:
        /* The text format names the table or memory first. */
        put(text, " %u %u", imm->b, imm->a);
        break;
    case GW_IMM_MEMARG:
        put_memarg(text, op, imm);
        break;
    case GW_IMM_MEMARG_LANE:
        put_memarg(text, op, imm);
        put(text, " %u", imm->lane);
        break;
    case GW_IMM_LANE:
        put(text, " %u", imm->lane);
        break;
    case GW_IMM_LANES16:
        put_bytes(text, "", imm->u.v128);
        break;
    case GW_IMM_V128:
        put_bytes(text, " i8x16", imm->u.v128);
        break;
    default:
        put_rich(text, module, op, imm);
    }
}

size_t
gw_print_op(const struct gw_module *module, enum gw_op op,
            const struct gw_imm *imm, char *buffer, size_t size)
{
    struct text text = { buffer, size, 0, false };
    if (size > 0)
        buffer[0] = '\0';
    put(&text, "%s", gw_op_table[op].text);
    put_imm(&text, module, op, imm);
    return text.used;
}

/* Prints operators up to the end that closes depth 0. */
static void
print_code(const struct gw_module *module, struct gw_reader *reader,
           bool with_end, const struct gw_print_sink *sink)
{
    char buffer[LINE_SIZE];
    uint32_t depth = 0;
    for (bool more = true; more && !reader->failed;) {
        struct gw_print_line line = {
            .offset = (uint32_t)gw_reader_offset(reader, reader->at),
            .depth = depth,
            .text = buffer
        };
        enum gw_op op;
        struct gw_imm imm;
        if (!gw_op_read(reader, &module->types, &op, &imm))
            return;
        bool structure = (gw_op_table[op].flags & GW_OPF_STRUCTURE) != 0;
        bool opens = structure && (gw_op_table[op].imm == GW_IMM_BLOCK ||
                                   gw_op_table[op].imm == GW_IMM_TRY_TABLE);
        bool closes = op == GW_OP_END || op == GW_OP_DELEGATE;
        if (closes && depth == 0) {
            if (!with_end)
                return;
            more = false;
        }
        if (structure && !opens && line.depth > 0)
            line.depth--;
        depth += opens;
        if (closes && depth > 0)
            depth--;
        gw_print_op(module, op, &imm, buffer, sizeof buffer);
        if (!sink->line(sink->self, &line))
            return;
    }
}

static bool
print_locals(const struct gw_module *module, struct gw_reader *reader,
             const struct gw_print_sink *sink)
{
    const struct gw_types *types = &module->types;
    char buffer[LINE_SIZE];
    for (uint32_t runs = gw_read_u32(reader); runs > 0; runs--) {
        struct text text = { buffer, sizeof buffer, 0, false };
        struct gw_print_line line = {
            .offset = (uint32_t)gw_reader_offset(reader, reader->at),
            .text = buffer
        };
        uint32_t count = gw_read_u32(reader);
        gw_valtype type = gw_read_valtype(reader, types, types->count);
        if (reader->failed)
            return false;
        put(&text, "(local");
        for (uint32_t i = 0; i < count && !text.cut; i++)
            put_type(&text, type);
        put(&text, ")");
        if (!sink->line(sink->self, &line))
            return false;
    }
    return !reader->failed;
}

enum gw_err
gw_print_func(const struct gw_module *module, uint32_t func,
              const struct gw_print_sink *sink, struct gw_diag *diag)
{
    struct gw_diag own;
    gw_diag_init(&own);
    if (!diag)
        diag = &own;
    if (func >= module->func_count)
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "there is no function %u", func);
    const struct gw_func *body = &module->funcs[func];
    const struct gw_functype *type = gw_module_functype(module, func);
    char buffer[LINE_SIZE];
    struct text text = { buffer, sizeof buffer, 0, false };
    struct gw_print_line line = { .offset = body->offset, .text = buffer };
    put(&text, "func");
    put_func(&text, module, func);
    put_types(&text, "param", type->params, type->param_count);
    put_types(&text, "result", type->results, type->result_count);
    if (!sink->line(sink->self, &line) || body->size == 0)
        return GW_OK;
    struct gw_reader reader;
    gw_reader_init(&reader, module->bytes, 0, diag);
    reader.at += body->offset;
    reader.end = reader.at + body->size;
    if (print_locals(module, &reader, sink))
        print_code(module, &reader, true, sink);
    return reader.failed ? diag->err : GW_OK;
}

enum gw_err
gw_print_expr(const struct gw_module *module, struct gw_expr expr,
              const struct gw_print_sink *sink, struct gw_diag *diag)
{
    struct gw_diag own;
    gw_diag_init(&own);
    if (!diag)
        diag = &own;
    struct gw_reader reader;
    gw_reader_init(&reader, module->bytes, 0, diag);
    reader.at += expr.offset;
    reader.end = reader.at + expr.size;
    if (expr.size > 0)
        print_code(module, &reader, false, sink);
    return reader.failed ? diag->err : GW_OK;
}
