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

static gw_valtype
quick_type(const struct gw_op_iter *it, uint8_t sigval)
{
    static const gw_valtype types[GW_SV_COUNT] = {
        [GW_SV_I32] = GW_TYPE_I32,   [GW_SV_I64] = GW_TYPE_I64,
        [GW_SV_F32] = GW_TYPE_F32,   [GW_SV_F64] = GW_TYPE_F64,
        [GW_SV_V128] = GW_TYPE_V128,
    };
    if (sigval != GW_SV_ADDR)
        return types[sigval];
    return it->module->memories[0].limits.is64 ? GW_TYPE_I64 : GW_TYPE_I32;
}

/* How the immediates of an operator with a check of its own are read. */
static enum gw_quick_kind
quick_reading(const struct gw_op_info *info)
{
    switch (info->imm) {
    case GW_IMM_NONE:
        return QUICK_BARE;
    case GW_IMM_BLOCK:
        return QUICK_BLOCK;
    case GW_IMM_LABEL:
    case GW_IMM_FUNC:
    case GW_IMM_GLOBAL:
        return QUICK_INDEX;
    default:
        return QUICK_SLOW;
    }
}

/* How the immediates and the meaning of an operator are dealt with here. */
static enum gw_quick_kind
quick_kind(const struct gw_op_iter *it, enum gw_op op)
{
    const struct gw_op_info *info = &gw_op_table[op];
    if (info->feature != GW_FEATURE_MVP)
        return QUICK_SLOW;
    if (op == GW_OP_DROP)
        return QUICK_PLAIN;
    if (info->imm == GW_IMM_LOCAL)
        return op == GW_OP_LOCAL_GET   ? QUICK_LOCAL_GET
               : op == GW_OP_LOCAL_SET ? QUICK_LOCAL_SET
                                       : QUICK_LOCAL_TEE;
    const struct gw_sig *sig = &gw_sig_table[info->sig];
    if (info->sig == GW_SIG_POLY)
        return quick_reading(info);
    if (sig->pop_count > 2 || sig->push_count > 1)
        return QUICK_SLOW;
    switch (info->imm) {
    case GW_IMM_NONE:
        return QUICK_PLAIN;
    case GW_IMM_I32:
        return QUICK_I32;
    case GW_IMM_I64:
        return QUICK_I64;
    case GW_IMM_F32:
        return QUICK_F32;
    case GW_IMM_F64:
        return QUICK_F64;
    case GW_IMM_MEMARG:
        return it->module->memory_count > 0 ? QUICK_MEMARG : QUICK_SLOW;
    default:
        return QUICK_SLOW;
    }
}

static void
init_one(struct gw_op_iter *it, struct gw_op_quick *quick, enum gw_op op)
{
    *quick = (struct gw_op_quick){ .kind = (uint8_t)quick_kind(it, op),
                                   .op = (uint16_t)op };
    if (op == GW_OP_DROP || op == GW_OP_LOCAL_SET || op == GW_OP_LOCAL_TEE)
        quick->pops = 1;
    if (op == GW_OP_LOCAL_GET || op == GW_OP_LOCAL_TEE)
        quick->pushes = 1;
    const struct gw_sig *sig = &gw_sig_table[gw_op_table[op].sig];
    if (quick->kind == QUICK_SLOW || gw_op_table[op].sig == GW_SIG_POLY)
        return;
    quick->align = (uint8_t)gw_op_access_log2(op);
    quick->pops = sig->pop_count;
    quick->pushes = sig->push_count;
    if (sig->push_count > 0)
        quick->push = quick_type(it, sig->push[0]);
    if (sig->pop_count > 0) {
        quick->operands[1] = quick_type(it, sig->pop[sig->pop_count - 1]);
        quick->mask[1] = UINT32_MAX;
    }
    if (sig->pop_count > 1) {
        quick->operands[0] = quick_type(it, sig->pop[0]);
        quick->mask[0] = UINT32_MAX;
    }
}

void
gw_op_quick_init(struct gw_op_iter *it)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        enum gw_op op = (enum gw_op)gw_op_of_byte[byte];
        if (op != GW_OP_NONE)
            init_one(it, &it->quick[byte], op);
    }
    it->quick_ready = true;
}

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
quick_memarg(struct gw_imm *imm, const struct gw_op_quick *quick,
             const uint8_t *at)
{
    uint32_t offset = 0;
    imm->a = 0;
    imm->b = *at;
    if (*at > quick->align)
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

/* Checks two operands at once; what stands on the stack below them, or below
 * the stack, is masked. */
static inline bool
quick_matches(const struct gw_op_quick *quick, const gw_valtype *top)
{
    uint64_t found, wanted, mask;
    memcpy(&found, top - 2, sizeof found);
    memcpy(&wanted, quick->operands, sizeof wanted);
    memcpy(&mask, quick->mask, sizeof mask);
    return ((found ^ wanted) & mask) == 0;
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
            const struct gw_op_quick *quick, const uint8_t *next)
{
    if (!next || !quick_matches(quick, q->top) ||
        q->top - q->floor < quick->pops)
        return QUICK_LEAVE;
    q->top -= quick->pops;
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
               const struct gw_op_quick *quick, const uint8_t *next)
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
            const struct gw_op_quick *quick, bool pops, bool pushes)
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
              const struct gw_op_quick *quick, const struct gw_sink *sink)
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
    const struct gw_op_quick *quick = &it->quick[*q->at];
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
