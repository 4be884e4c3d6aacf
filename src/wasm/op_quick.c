#include "wasm/op_quick.h"

#include "wasm/op_check.h"

enum gw_quick_kind {
    QUICK_SLOW, /* not here */
    QUICK_PLAIN,
    QUICK_LOCAL_GET,
    QUICK_LOCAL_SET,
    QUICK_LOCAL_TEE,
    QUICK_I32,
    QUICK_I64,
    QUICK_F32,
    QUICK_F64,
    QUICK_MEMARG,
    /* Those above are done here; those below are only read here. */
    QUICK_BARE,
    QUICK_INDEX,
    QUICK_BLOCK
};

/* The longest operator taken here: a double, or alignment and offset. */
enum { QUICK_BYTES = 9, BLOCK_EMPTY = 0x40 };

/* A row of op.def made ready for comparing with the top of the stack. */
struct quick_row {
    uint8_t kind;         /* enum gw_quick_kind */
    uint8_t pops, pushes; /* at most two, at most one */
    uint16_t op;
    gw_valtype push;        /* the result */
    gw_valtype operands[2]; /* the second from the top, then the top */
    gw_valtype mask[2];     /* 0 where any type will do */
    uint32_t spare;         /* makes 32 bytes */
};

/* ---- the rows, computed by the compiler ---- */

/* Of each signature: the top operand, the one below it, the result. */
enum {
#define SIG(IDENT, POPS, POP0, POP1, POP2, POP3, PUSHES, PUSH0, PUSH1) \
    POPS_##IDENT = POPS, PUSHES_##IDENT = PUSHES,                      \
    TOP_##IDENT = POPS == 2 ? GW_SV_##POP1 : GW_SV_##POP0,             \
    UNDER_##IDENT = POPS == 2 ? GW_SV_##POP0 : GW_SV_NONE,             \
    RESULT_##IDENT = GW_SV_##PUSH0,
#include "wasm/sig.def"
};

#define TYPE(SIGVAL, ADDRESS)                     \
    ((int)(SIGVAL) == GW_SV_I32    ? GW_TYPE_I32  \
     : (int)(SIGVAL) == GW_SV_I64  ? GW_TYPE_I64  \
     : (int)(SIGVAL) == GW_SV_F32  ? GW_TYPE_F32  \
     : (int)(SIGVAL) == GW_SV_F64  ? GW_TYPE_F64  \
     : (int)(SIGVAL) == GW_SV_V128 ? GW_TYPE_V128 \
     : (int)(SIGVAL) == GW_SV_ADDR ? (ADDRESS)    \
                                   : 0)
#define MASK(SIGVAL) ((int)(SIGVAL) == GW_SV_NONE ? 0 : UINT32_MAX)

/* How the immediates of an operator with a check of its own are read. */
#define READING(OP, IMM)                         \
    ((OP) == GW_OP_DROP        ? QUICK_PLAIN     \
     : (OP) == GW_OP_LOCAL_GET ? QUICK_LOCAL_GET \
     : (OP) == GW_OP_LOCAL_SET ? QUICK_LOCAL_SET \
     : (OP) == GW_OP_LOCAL_TEE ? QUICK_LOCAL_TEE \
     : (IMM) == GW_IMM_NONE    ? QUICK_BARE      \
     : (IMM) == GW_IMM_BLOCK   ? QUICK_BLOCK     \
     : (IMM) == GW_IMM_LABEL   ? QUICK_INDEX     \
     : (IMM) == GW_IMM_FUNC    ? QUICK_INDEX     \
     : (IMM) == GW_IMM_GLOBAL  ? QUICK_INDEX     \
                               : QUICK_SLOW)

#define CONSTANT(IMM)                        \
    ((IMM) == GW_IMM_NONE     ? QUICK_PLAIN  \
     : (IMM) == GW_IMM_I32    ? QUICK_I32    \
     : (IMM) == GW_IMM_I64    ? QUICK_I64    \
     : (IMM) == GW_IMM_F32    ? QUICK_F32    \
     : (IMM) == GW_IMM_F64    ? QUICK_F64    \
     : (IMM) == GW_IMM_MEMARG ? QUICK_MEMARG \
                              : QUICK_SLOW)

#define KIND(OP, IMM, SIG, FEATURE)                          \
    ((FEATURE) != GW_FEATURE_MVP          ? QUICK_SLOW       \
     : GW_SIG_##SIG == GW_SIG_POLY        ? READING(OP, IMM) \
     : POPS_##SIG > 2 || PUSHES_##SIG > 1 ? QUICK_SLOW       \
                                          : CONSTANT(IMM))

/* Operators behind a prefix all come to the place of one prefix byte, where
 * an empty row stands last. */
enum { ELSEWHERE = 0xfb };

#define ROW(CODE, IDENT, IMM, SIG, FEATURE, ADDRESS)                          \
    [(CODE) < 256 ? (CODE) : ELSEWHERE] = {                                   \
        .kind = KIND(GW_OP_##IDENT, GW_IMM_##IMM, SIG, GW_FEATURE_##FEATURE), \
        .op = GW_OP_##IDENT,                                                  \
        .pops = GW_OP_##IDENT == GW_OP_DROP ? 1 : POPS_##SIG & 3,             \
        .pushes = PUSHES_##SIG & 1,                                           \
        .push = TYPE(RESULT_##SIG, ADDRESS),                                  \
        .operands = { TYPE(UNDER_##SIG, ADDRESS), TYPE(TOP_##SIG, ADDRESS) }, \
        .mask = { MASK(UNDER_##SIG), MASK(TOP_##SIG) },                       \
    },

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

/* For a first memory with addresses of 32 bits, and of 64. */
static const struct quick_row quick_rows[2][256] = {
    {
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) \
    ROW(CODE, IDENT, IMM, SIG, FEATURE, GW_TYPE_I32)
#include "wasm/op.def"
        [ELSEWHERE] = { 0 } },
    {
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) \
    ROW(CODE, IDENT, IMM, SIG, FEATURE, GW_TYPE_I64)
#include "wasm/op.def"
        [ELSEWHERE] = { 0 } },
};

#pragma GCC diagnostic pop

/* ---- reading ---- */

/* A number of at most 32 bits, in the longest form too, which linkers leave
 * behind; NULL when something about it is wrong. */
static inline const uint8_t *
quick_u32(const uint8_t *at, uint32_t *value)
{
    uint32_t result = *at & 0x7f;
    if (*at++ >= 0x80) {
        result |= (*at & UINT32_C(0x7f)) << 7;
        if (*at++ >= 0x80) {
            result |= (*at & UINT32_C(0x7f)) << 14;
            if (*at++ >= 0x80) {
                result |= (*at & UINT32_C(0x7f)) << 21;
                if (*at++ >= 0x80) {
                    result |= (*at & UINT32_C(0x0f)) << 28;
                    if (*at++ >= 0x10)
                        return NULL;
                }
            }
        }
    }
    *value = result;
    return at;
}

/* A signed one. */
static inline const uint8_t *
quick_s32(const uint8_t *at, int32_t *value)
{
    uint32_t bits = *at & 0x7f, sign = 0x40;
    if (*at++ >= 0x80) {
        bits |= (*at & UINT32_C(0x7f)) << 7;
        sign = UINT32_C(0x40) << 7;
        if (*at++ >= 0x80) {
            bits |= (*at & UINT32_C(0x7f)) << 14;
            sign = UINT32_C(0x40) << 14;
            if (*at++ >= 0x80) {
                bits |= (*at & UINT32_C(0x7f)) << 21;
                sign = UINT32_C(0x40) << 21;
                if (*at++ >= 0x80) {
                    bits |= (*at & UINT32_C(0x0f)) << 28;
                    sign = UINT32_C(1) << 31;
                    if (*at >= 0x08 && (*at < 0x78 || *at > 0x7f))
                        return NULL;
                    at++;
                }
            }
        }
    }
    bits = (bits ^ sign) - sign;
    *value = bits <= INT32_MAX ? (int32_t)bits : -(int32_t)~bits - 1;
    return at;
}

static inline uint64_t
quick_fixed(const uint8_t *at, unsigned size)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < size; i++)
        bits |= (uint64_t)at[i] << (8 * i);
    return bits;
}

static inline const uint8_t *
quick_memarg(struct gw_imm *imm, const struct quick_row *quick,
             const uint8_t *at)
{
    uint32_t offset = 0;
    imm->a = 0;
    imm->b = *at;
    if (*at > 4 || gw_op_access_size[quick->op] >> *at == 0)
        return NULL;
    at = quick_u32(at + 1, &offset);
    imm->u.offset = offset;
    return at;
}

static inline const uint8_t *
quick_s64(struct gw_imm *imm, const uint8_t *at)
{
    int32_t value = 0;
    /* The fifth byte of a longer number may have other bits at its end. */
    if (at[0] & at[1] & at[2] & at[3] & 0x80)
        return NULL;
    at = quick_s32(at, &value);
    imm->u.i64 = value;
    return at;
}

/* Reads the immediates of an operator with a check of its own. */
static inline const uint8_t *
quick_index(struct gw_imm *imm, enum gw_quick_kind kind, const uint8_t *at)
{
    if (kind == QUICK_INDEX)
        return quick_u32(at, &imm->a);
    if (kind == QUICK_BLOCK) {
        imm->block = (struct gw_blocktype){ 0 };
        return *at == BLOCK_EMPTY ? at + 1 : NULL;
    }
    return at;
}

/* The walk's registers: copies of what the iterator holds. */
struct quick {
    const uint8_t *at;
    gw_valtype *top;            /* behind the last operand */
    const gw_valtype *floor;    /* of the innermost block */
    const gw_valtype *limit;    /* of the room on the stack */
    const struct gw_sink *sink; /* NULL where control cannot come */
    uint32_t local_count;       /* 0 where each must be looked at */
    bool has_memory;
    const struct quick_row *rows;
};

static inline struct quick
quick_load(const struct gw_op_iter *it, const struct gw_sink *sink)
{
    return (struct quick){
        .at = it->reader.at,
        .top = it->stack + it->height,
        .floor = it->stack + it->ctls[it->depth - 1].height,
        .limit = it->stack + it->stack_capacity,
        .sink = it->reachable ? sink : NULL,
        .local_count = it->init_tracked ? 0 : it->local_count,
        .has_memory = it->module->memory_count > 0,
        .rows = quick_rows[it->module->memory_count > 0 &&
                           it->module->memories[0].limits.is64],
    };
}

static inline void
quick_store(struct gw_op_iter *it, const uint8_t *at, const gw_valtype *top,
            uint32_t op, const uint8_t *next)
{
    it->op = (enum gw_op)op;
    it->pc = (uint32_t)(at - it->reader.start);
    it->reader.at = next;
    it->height = (uint32_t)(top - it->stack);
}

/* Checks two operands; what stands on the stack below them, or below the
 * stack, is masked. */
static inline bool
quick_matches(const struct quick_row *quick, const gw_valtype *top)
{
    return (((top[-1] ^ quick->operands[1]) & quick->mask[1]) |
            ((top[-2] ^ quick->operands[0]) & quick->mask[0])) == 0;
}

/* Shows the sink an operator, whose operands are popped already. */
static inline bool
quick_deliver(struct gw_op_iter *it, const struct quick *q, uint32_t op,
              const uint8_t *next)
{
    if (!q->sink)
        return true;
    quick_store(it, q->at, q->top, op, next);
    return q->sink->op(q->sink->self, it);
}

enum quick_end { QUICK_GO_ON, QUICK_LEAVE, QUICK_STOP };

/* Operands and result by the table. */
static inline enum quick_end
quick_plain(struct gw_op_iter *it, struct quick *q,
            const struct quick_row *quick, const uint8_t *next)
{
    gw_valtype *top = q->top - quick->pops;
    if (!next || !quick_matches(quick, q->top) || top < q->floor)
        return QUICK_LEAVE;
    q->top = top;
    if (!quick_deliver(it, q, quick->op, next))
        return QUICK_STOP;
    *q->top = quick->push;
    q->top += quick->pushes;
    q->at = next;
    return QUICK_GO_ON;
}

/* A constant pops nothing. */
static inline enum quick_end
quick_constant(struct gw_op_iter *it, struct quick *q,
               const struct quick_row *quick, const uint8_t *next)
{
    if (!next)
        return QUICK_LEAVE;
    if (!quick_deliver(it, q, quick->op, next))
        return QUICK_STOP;
    *q->top++ = quick->push;
    q->at = next;
    return QUICK_GO_ON;
}

static inline enum quick_end
quick_local(struct gw_op_iter *it, struct quick *q,
            const struct quick_row *quick, bool pops, bool pushes)
{
    uint32_t local = 0;
    const uint8_t *next = quick_u32(q->at + 1, &local);
    if (!next || local >= q->local_count)
        return QUICK_LEAVE;
    gw_valtype type = it->locals[local];
    if (pops) {
        if (q->top == q->floor || q->top[-1] != type)
            return QUICK_LEAVE;
        q->top--;
    }
    it->imm.a = local;
    if (!quick_deliver(it, q, quick->op, next))
        return QUICK_STOP;
    if (pushes)
        *q->top++ = type;
    q->at = next;
    return QUICK_GO_ON;
}

/* An operator that only its immediates are read of here. */
static inline enum quick_end
quick_perform(struct gw_op_iter *it, struct quick *q,
              const struct quick_row *quick, const struct gw_sink *sink)
{
    const uint8_t *next = quick_index(&it->imm, (enum gw_quick_kind)quick->kind,
                                      q->at + 1);
    if (!next)
        return QUICK_LEAVE;
    quick_store(it, q->at, q->top, quick->op, next);
    if (!gw_op_perform(it, sink))
        return QUICK_STOP;
    q->at = it->reader.at;
    if (it->depth == 0)
        return QUICK_LEAVE;
    *q = quick_load(it, sink);
    return QUICK_GO_ON;
}

static inline enum quick_end
quick_step(struct gw_op_iter *it, struct quick *q, const struct gw_sink *sink)
{
    const struct quick_row *quick = &q->rows[*q->at];
    const uint8_t *next = q->at + 1;
    struct gw_imm *imm = &it->imm;
    switch ((enum gw_quick_kind)quick->kind) {
    case QUICK_LOCAL_GET:
        return quick_local(it, q, quick, false, true);
    case QUICK_LOCAL_SET:
        return quick_local(it, q, quick, true, false);
    case QUICK_LOCAL_TEE:
        return quick_local(it, q, quick, true, true);
    case QUICK_PLAIN:
        return quick_plain(it, q, quick, next);
    case QUICK_MEMARG:
        if (!q->has_memory)
            return QUICK_LEAVE;
        return quick_plain(it, q, quick, quick_memarg(imm, quick, next));
    case QUICK_I32:
        next = quick_s32(next, &imm->u.i32);
        return quick_constant(it, q, quick, next);
    case QUICK_I64:
        return quick_constant(it, q, quick, quick_s64(imm, next));
    case QUICK_F32:
        imm->u.f32 = (uint32_t)quick_fixed(next, 4);
        return quick_constant(it, q, quick, next + 4);
    case QUICK_F64:
        imm->u.f64 = quick_fixed(next, 8);
        return quick_constant(it, q, quick, next + 8);
    case QUICK_BARE:
    case QUICK_INDEX:
    case QUICK_BLOCK:
        return quick_perform(it, q, quick, sink);
    default:
        return QUICK_LEAVE;
    }
}

bool
gw_op_quick_run(struct gw_op_iter *it, const struct gw_sink *sink)
{
    /* Immediates are read without looking for the end: stay clear of it. */
    if (gw_reader_left(&it->reader) <= QUICK_BYTES)
        return true;
    const uint8_t *fence = it->reader.end - QUICK_BYTES;
    struct quick q = quick_load(it, sink);
    enum quick_end end = QUICK_GO_ON;
    while (end == QUICK_GO_ON && q.at < fence && q.top < q.limit)
        end = quick_step(it, &q, sink);
    if (end == QUICK_STOP)
        return false;
    it->reader.at = q.at;
    it->height = (uint32_t)(q.top - it->stack);
    return true;
}
