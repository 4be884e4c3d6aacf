#include "wasm/op_read.h"

enum { BLOCK_EMPTY = 0x40, REF_NULL = 0x63, REF = 0x64 };

static bool
is_abstract_heap(uint32_t byte)
{
    return byte >= 0x68 && byte <= 0x75;
}

uint32_t
gw_read_heaptype(struct gw_reader *reader, const struct gw_types *types,
                 uint32_t group_end)
{
    const uint8_t *at = reader->at;
    int64_t code = gw_read_s33(reader);
    if (reader->failed)
        return GW_HEAP_BOT;
    if (code < 0) {
        if (reader->at - at == 1 && is_abstract_heap(*at))
            return GW_HEAP_ABSTRACT | *at;
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "malformed heap type");
        return GW_HEAP_BOT;
    }
    uint32_t index = (uint32_t)code;
    if (index >= group_end) {
        gw_reader_fail(reader, GW_ERR_INVALID, at, "unknown type %u", index);
        return GW_HEAP_BOT;
    }
    return index < types->count ? types->defs[index].canon : index;
}

gw_valtype
gw_read_valtype(struct gw_reader *reader, const struct gw_types *types,
                uint32_t group_end)
{
    const uint8_t *at = reader->at;
    uint8_t byte = gw_read_u8(reader);
    if (byte >= GW_TYPE_V128 && byte <= GW_TYPE_I32)
        return byte;
    if (byte == REF || byte == REF_NULL) {
        uint32_t heap = gw_read_heaptype(reader, types, group_end);
        return reader->failed ? GW_TYPE_BOT
                              : gw_type_ref(byte == REF_NULL, heap);
    }
    if (is_abstract_heap(byte))
        return gw_type_ref(true, GW_HEAP_ABSTRACT | byte);
    gw_reader_fail(reader, GW_ERR_MALFORMED, at, "malformed value type %02x",
                   byte);
    return GW_TYPE_BOT;
}

void
gw_read_catch(struct gw_reader *reader, struct gw_catch *out)
{
    const uint8_t *at = reader->at;
    out->kind = gw_read_u8(reader);
    if (out->kind > 3)
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "malformed catch clause");
    out->tag = out->kind < 2 ? gw_read_u32(reader) : 0;
    out->label = gw_read_u32(reader);
}

void
gw_read_handler(struct gw_reader *reader, struct gw_handler *out)
{
    const uint8_t *at = reader->at;
    out->kind = gw_read_u8(reader);
    if (out->kind > 1)
        gw_reader_fail(reader, GW_ERR_MALFORMED, at,
                       "malformed handler clause");
    out->tag = gw_read_u32(reader);
    out->label = out->kind == 0 ? gw_read_u32(reader) : 0;
}

static void
read_blocktype(struct gw_reader *reader, const struct gw_types *types,
               struct gw_blocktype *block)
{
    const uint8_t *at = reader->at;
    block->params = block->results = NULL;
    block->param_count = block->result_count = 0;
    block->single = GW_TYPE_BOT;
    if (at < reader->end && *at == BLOCK_EMPTY) {
        reader->at++;
        return;
    }
    if (at < reader->end && (*at & 0xc0) == 0x40) {
        block->single = gw_read_valtype(reader, types, types->count);
        block->results = &block->single;
        block->result_count = 1;
        return;
    }
    int64_t index = gw_read_s33(reader);
    if (reader->failed)
        return;
    if (index < 0) {
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "malformed block type");
    } else if (index >= types->count) {
        gw_reader_fail(reader, GW_ERR_INVALID, at, "unknown type %u",
                       (uint32_t)index);
    } else if (types->defs[index].comp != GW_COMP_FUNC) {
        gw_reader_fail(reader, GW_ERR_INVALID, at, "non-function type %u",
                       (uint32_t)index);
    } else {
        const struct gw_functype *func = &types->defs[index].func;
        block->params = func->params;
        block->param_count = func->param_count;
        block->results = func->results;
        block->result_count = func->result_count;
    }
}

static void
read_memarg(struct gw_reader *reader, struct gw_imm *imm)
{
    const uint8_t *at = reader->at;
    uint32_t flags = gw_read_u32(reader);
    if (flags >= 0x80)
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "malformed memop flags");
    imm->b = flags & 0x3f;
    imm->a = flags & 0x40 ? gw_read_u32(reader) : 0;
    imm->u.offset = gw_read_u64(reader);
}

static void
read_v128(struct gw_reader *reader, struct gw_imm *imm)
{
    if (gw_reader_left(reader) < 16) {
        gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at, "unexpected end");
        return;
    }
    memcpy(imm->u.v128, reader->at, 16);
    reader->at += 16;
}

/* How many items follow; each takes a byte or more, so a count that cannot
 * be is found before anyone allocates for it. */
static uint32_t
read_count(struct gw_reader *reader)
{
    const uint8_t *at = reader->at;
    uint32_t count = gw_read_u32(reader);
    if (count > gw_reader_left(reader)) {
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "unexpected end");
        return 0;
    }
    return count;
}

static void
read_labels(struct gw_reader *reader, struct gw_imm *imm)
{
    imm->count = read_count(reader);
    imm->items = reader->at;
    for (uint32_t i = 0; i <= imm->count && !reader->failed; i++)
        gw_read_u32(reader);
}

static void
read_valtypes(struct gw_reader *reader, const struct gw_types *types,
              struct gw_imm *imm)
{
    imm->count = read_count(reader);
    imm->items = reader->at;
    imm->type = GW_TYPE_BOT;
    for (uint32_t i = 0; i < imm->count && !reader->failed; i++)
        imm->type = gw_read_valtype(reader, types, types->count);
}

static void
read_catches(struct gw_reader *reader, struct gw_imm *imm)
{
    struct gw_catch clause;
    imm->count = read_count(reader);
    imm->items = reader->at;
    for (uint32_t i = 0; i < imm->count && !reader->failed; i++)
        gw_read_catch(reader, &clause);
}

static void
read_handlers(struct gw_reader *reader, struct gw_imm *imm)
{
    struct gw_handler handler;
    imm->count = read_count(reader);
    imm->items = reader->at;
    for (uint32_t i = 0; i < imm->count && !reader->failed; i++)
        gw_read_handler(reader, &handler);
}

static void
read_cast(struct gw_reader *reader, const struct gw_types *types,
          struct gw_imm *imm)
{
    const uint8_t *at = reader->at;
    imm->a = gw_read_u8(reader);
    if (imm->a > 3)
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "malformed cast flags");
    imm->b = gw_read_u32(reader);
    uint32_t from = gw_read_heaptype(reader, types, types->count);
    uint32_t to = gw_read_heaptype(reader, types, types->count);
    imm->type = gw_type_ref((imm->a & 1) != 0, from);
    imm->type2 = gw_type_ref((imm->a & 2) != 0, to);
}

/* The null row of ref.null, ref.test and ref.cast makes a nullable type. */
static void
read_heap(struct gw_reader *reader, const struct gw_types *types, enum gw_op op,
          struct gw_imm *imm)
{
    bool nullable = op == GW_OP_REF_NULL || op == GW_OP_REF_TEST_NULL ||
                    op == GW_OP_REF_CAST_NULL;
    imm->type = gw_type_ref(nullable,
                            gw_read_heaptype(reader, types, types->count));
}

/* The immediates that are not just one, two or three indices. */
static void
read_rich(struct gw_reader *reader, const struct gw_types *types, enum gw_op op,
          struct gw_imm *imm)
{
    switch ((enum gw_imm_kind)gw_op_table[op].imm) {
    case GW_IMM_TRY_TABLE:
        read_blocktype(reader, types, &imm->block);
        read_catches(reader, imm);
        break;
    case GW_IMM_LABELS:
        read_labels(reader, imm);
        break;
    case GW_IMM_CAST_BR:
        read_cast(reader, types, imm);
        break;
    case GW_IMM_HEAP:
        read_heap(reader, types, op, imm);
        break;
    case GW_IMM_VALTYPES:
        read_valtypes(reader, types, imm);
        break;
    case GW_IMM_MEMARG_LANE:
        read_memarg(reader, imm);
        imm->lane = gw_read_u8(reader);
        break;
    case GW_IMM_LANES16:
    case GW_IMM_V128:
        read_v128(reader, imm);
        break;
    case GW_IMM_ORDER:
        if (gw_read_u8(reader) != 0)
            gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at - 1,
                           "zero byte expected");
        break;
    case GW_IMM_RESUME:
        imm->a = gw_read_u32(reader);
        read_handlers(reader, imm);
        break;
    case GW_IMM_RESUME_THROW:
        imm->a = gw_read_u32(reader);
        imm->b = gw_read_u32(reader);
        read_handlers(reader, imm);
        break;
    default:
        gw_reader_fail(reader, GW_ERR_UNSUPPORTED, reader->at,
                       "unknown immediate");
    }
}

static void
read_imm(struct gw_reader *reader, const struct gw_types *types, enum gw_op op,
         struct gw_imm *imm)
{
    switch ((enum gw_imm_kind)gw_op_table[op].imm) {
    case GW_IMM_NONE:
        break;
    case GW_IMM_BLOCK:
        read_blocktype(reader, types, &imm->block);
        break;
    case GW_IMM_LABEL:
    case GW_IMM_FUNC:
    case GW_IMM_TYPE:
    case GW_IMM_LOCAL:
    case GW_IMM_GLOBAL:
    case GW_IMM_TABLE:
    case GW_IMM_ELEM:
    case GW_IMM_MEM:
    case GW_IMM_DATA:
    case GW_IMM_TAG:
        imm->a = gw_read_u32(reader);
        break;
    case GW_IMM_TYPE_TABLE:
    case GW_IMM_TYPE_FIELD:
    case GW_IMM_TYPE_COUNT:
    case GW_IMM_TYPE_DATA:
    case GW_IMM_TYPE_ELEM:
    case GW_IMM_TYPE_TYPE:
    case GW_IMM_TYPE_TAG:
    case GW_IMM_TABLE_TABLE:
    case GW_IMM_ELEM_TABLE:
    case GW_IMM_MEM_MEM:
    case GW_IMM_DATA_MEM:
        imm->a = gw_read_u32(reader);
        imm->b = gw_read_u32(reader);
        break;
    case GW_IMM_MEMARG:
        read_memarg(reader, imm);
        break;
    case GW_IMM_LANE:
        imm->lane = gw_read_u8(reader);
        break;
    case GW_IMM_I32:
        imm->u.i32 = gw_read_s32(reader);
        break;
    case GW_IMM_I64:
        imm->u.i64 = gw_read_s64(reader);
        break;
    case GW_IMM_F32:
        imm->u.f32 = gw_read_f32_bits(reader);
        break;
    case GW_IMM_F64:
        imm->u.f64 = gw_read_f64_bits(reader);
        break;
    default:
        read_rich(reader, types, op, imm);
    }
}

/* Prefixes whose operators all belong to features that a build may leave
 * out, and then does not even know. */
static bool
is_left_out(uint8_t prefix, enum gw_feature *feature)
{
    *feature = prefix == 0xfd ? GW_FEATURE_SIMD : GW_FEATURE_THREADS;
    return prefix >= 0xfd && ((GW_WITHOUT) >> *feature & 1) != 0;
}

static enum gw_op
read_prefixed(struct gw_reader *reader, uint8_t prefix, const uint8_t *at)
{
    uint32_t sub = gw_read_u32(reader);
    if (reader->failed)
        return GW_OP_NONE;
    enum gw_op op = gw_op_find(prefix, sub);
    enum gw_feature feature;
    if (op == GW_OP_NONE && is_left_out(prefix, &feature))
        gw_reader_fail(reader, GW_ERR_UNSUPPORTED, at,
                       "feature not in this build: %s",
                       gw_feature_table[feature].name);
    else if (op == GW_OP_NONE)
        gw_reader_fail(reader, GW_ERR_MALFORMED, at, "illegal opcode %02x %u",
                       prefix, sub);
    return op;
}

bool
gw_op_read(struct gw_reader *reader, const struct gw_types *types,
           enum gw_op *out, struct gw_imm *imm)
{
    const uint8_t *at = reader->at;
    uint8_t byte = gw_read_u8(reader);
    enum gw_op op = (enum gw_op)gw_op_of_byte[byte];
    if (op == GW_OP_NONE && !reader->failed) {
        if (gw_op_is_prefix(byte))
            op = read_prefixed(reader, byte, at);
        else
            gw_reader_fail(reader, GW_ERR_MALFORMED, at, "illegal opcode %02x",
                           byte);
    }
    if (reader->failed)
        return false;
    *out = op;
    read_imm(reader, types, op, imm);
    return !reader->failed;
}
