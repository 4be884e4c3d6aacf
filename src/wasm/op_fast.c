#include "wasm/op_fast.h"

#include "wasm/gate.h"
#include "wasm/op_check.h"

/*
 * [DOC] The fast walk.
 *
 * A type is the byte that stands for it in the binary format, and operands
 * are a stack of bytes.  A zero below the operands of each block keeps
 * operators from reaching below it: it equals no type, so comparing types is
 * all there is to do.
 *
 * A step takes one operator.  It gets its place, in the code and on the stack,
 * and returns the place behind it, both in registers; all else is rarely
 * touched.  Steps for the rows of sig.def are made by the compiler, and
 * op.def says which step a byte takes.  Operators without one, such as those
 * of several bytes, are lent to the general walk.
 *
 * Every operator takes a byte or more and leaves at most one byte more on the
 * stack than it found; so the walk watches its place in the code only.
 */

enum {
    FRAMES = 1000,
    LOCALS = 4096,
    OPERANDS = 16384,
    GUARD = 8,  /* bytes below the stack that may be read */
    SLACK = 16, /* bytes behind an operator's first that may be read */
    LENT = 8,   /* operands that the general walk gets to see */
    BLOCK_EMPTY = 0x40
};

/* As in the binary format. */
enum {
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) CODE_##IDENT = CODE,
#include "wasm/op.def"
};

/* The arguments' types as a number whose top byte is the last one's. */
struct gw_shape {
    uint64_t params, mask;
    uint16_t count; /* more than eight: look at the type itself */
    uint8_t result; /* 0: none */
};

struct frame {
    uint8_t *base; /* its first operand */
    uint8_t op;    /* CODE_BLOCK, _LOOP, _IF or _ELSE */
    uint8_t result, label;
};

struct gw_fast {
    struct gw_op_iter *it;
    const struct gw_module *module;
    const struct gw_shape *shapes;
    const struct gw_func *funcs;
    uint32_t func_count;
    uint32_t func;
    const uint8_t *start, *end; /* of the body, perhaps in the copy */
    uint32_t local_count;
    bool done;           /* the function has ended */
    bool has_memory;     /* with addresses of 32 bits */
    bool lending;        /* the iterator is ready for single operators */
    struct frame *frame; /* the innermost */
    struct frame *last;  /* that there is room for */
    struct gw_diag diag; /* what nobody gets to see */
    uint8_t locals[LOCALS + SLACK];
    struct frame frames[FRAMES];
    uint8_t copy[128 + SLACK]; /* of a body at the end of all bytes */
    uint8_t stack[GUARD + OPERANDS];
};

/* ---- types ---- */

/* The byte of a type, 0 when it has none. */
static inline uint8_t
byte_of(gw_valtype type)
{
    uint32_t abstract = GW_REF | GW_NULLABLE | GW_HEAP_ABSTRACT;
    return type <= 0xff || (type & ~UINT32_C(0xff)) == abstract ? (uint8_t)type
                                                                : 0;
}

static inline gw_valtype
type_of(uint8_t byte)
{
    return byte >= GW_TYPE_V128
               ? byte
               : GW_REF | GW_NULLABLE | GW_HEAP_ABSTRACT | byte;
}

/* What equals no arguments. */
static const struct gw_shape no_shape = { .params = UINT64_MAX,
                                          .mask = UINT64_MAX };

static struct gw_shape
shape_of(const struct gw_typedef *def)
{
    struct gw_shape shape = { .params = 0 };
    if (def->comp != GW_COMP_FUNC || def->func.result_count > 1)
        return no_shape;
    for (uint32_t i = 0; i < def->func.param_count; i++) {
        uint8_t byte = byte_of(def->func.params[i]);
        if (byte == 0)
            return no_shape;
        shape.params = shape.params >> 8 | (uint64_t)byte << 56;
        shape.mask = shape.mask >> 8 | UINT64_C(0xff) << 56;
    }
    shape.count = (uint16_t)def->func.param_count;
    if (def->func.result_count > 0)
        shape.result = byte_of(def->func.results[0]);
    return shape.result == 0 && def->func.result_count > 0 ? no_shape : shape;
}

/* Types may be many in few bytes, and the memory for decoding is bounded. */
bool
gw_shapes_new(const struct gw_module *module, struct gw_alloc *alloc,
              struct gw_shape **out)
{
    uint32_t count = module->types.count;
    size_t size = count * sizeof(struct gw_shape);
    *out = NULL;
    if (module->func_count == module->imported[GW_EXTERN_FUNC] ||
        (size > (64u << 10) && size > module->bytes.size))
        return true;
    *out = gw_alloc_get(alloc, size);
    for (uint32_t i = 0; *out && i < count; i++)
        (*out)[i] = shape_of(&module->types.defs[i]);
    return *out != NULL;
}

void
gw_shapes_delete(struct gw_shape *shapes, const struct gw_module *module,
                 struct gw_alloc *alloc)
{
    gw_alloc_free(alloc, shapes, module->types.count * sizeof *shapes);
}

struct gw_fast *
gw_fast_new(struct gw_alloc *alloc)
{
    struct gw_fast *fast = gw_alloc_get(alloc, sizeof *fast);
    if (fast)
        memset(fast->stack, 0, GUARD);
    return fast;
}

void
gw_fast_delete(struct gw_fast *fast, struct gw_alloc *alloc)
{
    gw_alloc_free(alloc, fast, sizeof *fast);
}

/* Can a local or a block's result be of the type? */
static bool
use_type(struct gw_op_iter *it, uint8_t type)
{
    if (type >= GW_TYPE_F64 && type <= GW_TYPE_I32)
        return true;
    if (type != GW_TYPE_V128 && type != byte_of(GW_TYPE_FUNCREF) &&
        type != byte_of(GW_TYPE_EXTERNREF))
        return false;
    uint64_t needed = gw_gate_type(type_of(type));
    it->features |= needed;
    return (needed & ~it->allowed) == 0;
}

/* ---- reading: NULL when something about a number is wrong ---- */

static const uint8_t *
long_u32(const uint8_t *at, uint32_t *value)
{
    uint32_t result = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        result |= (*at & UINT32_C(0x7f)) << shift;
        if (*at++ < 0x80) {
            *value = result;
            return at;
        }
    }
    *value = result | (uint32_t)*at << 28;
    return *at < 0x10 ? at + 1 : NULL;
}

static inline const uint8_t *
read_u32(const uint8_t *at, uint32_t *value)
{
    *value = *at;
    return *at < 0x80 ? at + 1 : long_u32(at, value);
}

/* The last byte of the longest form repeats the sign in the bits that do not
 * count; sign is the one that does. */
static inline const uint8_t *
skip_signed(const uint8_t *at, unsigned most, uint8_t sign)
{
    for (unsigned i = 1; i < most; i++) {
        if (*at++ < 0x80)
            return at;
    }
    return *at < sign || (*at < 0x80 && *at >= 0x80 - sign) ? at + 1 : NULL;
}

/* ---- steps ---- */

/* top is behind the last operand, or NULL after a failure. */
struct place {
    const uint8_t *at;
    uint8_t *top;
};

typedef struct place step(struct gw_fast *fast, const uint8_t *at,
                          uint8_t *top);

static inline struct place
give_up(const struct gw_fast *fast)
{
    return (struct place){ fast->end, NULL };
}

static inline struct place
go_on(const struct gw_fast *fast, bool good, const uint8_t *at, uint8_t *top)
{
    return good ? (struct place){ at, top } : give_up(fast);
}

/* Pops and pushes by a row of sig.def.  No type is 0, so the block has all
 * that is there. */
static inline struct place
change(const struct gw_fast *fast, const uint8_t *next, uint8_t *top, int pops,
       int first, int second, int pushes, int result)
{
    if ((pops == 1 && top[-1] != first) ||
        (pops == 2 && (top[-2] | top[-1] << 8) != (first | second << 8)))
        return give_up(fast);
    top += pushes - pops;
    if (pushes > 0 && (pops == 0 || result != first))
        top[-1] = (uint8_t)result;
    return (struct place){ next, top };
}

#define TYPE(SIGVAL)                             \
    ((int)(SIGVAL) == GW_SV_I32    ? GW_TYPE_I32 \
     : (int)(SIGVAL) == GW_SV_I64  ? GW_TYPE_I64 \
     : (int)(SIGVAL) == GW_SV_F32  ? GW_TYPE_F32 \
     : (int)(SIGVAL) == GW_SV_F64  ? GW_TYPE_F64 \
     : (int)(SIGVAL) == GW_SV_ADDR ? GW_TYPE_I32 \
                                   : 0)

/* Of each signature: its types, and whether all are known here. */
enum {
#define SIG(IDENT, POPS, POP0, POP1, POP2, POP3, PUSHES, PUSH0, PUSH1)       \
    FIRST_##IDENT = TYPE(GW_SV_##POP0), SECOND_##IDENT = TYPE(GW_SV_##POP1), \
    RESULT_##IDENT = TYPE(GW_SV_##PUSH0),                                    \
    KNOWN_##IDENT = GW_SIG_##IDENT != GW_SIG_POLY && POPS <= 2 &&            \
                    PUSHES <= 1 && (POPS < 1 || FIRST_##IDENT != 0) &&       \
                    (POPS < 2 || SECOND_##IDENT != 0) &&                     \
                    (PUSHES < 1 || RESULT_##IDENT != 0),
#include "wasm/sig.def"
};

/* A step for each signature, without immediates and with those of a memory
 * access. */
#define SIG(IDENT, POPS, POP0, POP1, POP2, POP3, PUSHES, PUSH0, PUSH1)         \
    static struct place plain_##IDENT(struct gw_fast *fast, const uint8_t *at, \
                                      uint8_t *top) {                          \
        return change(fast, at + 1, top, POPS, FIRST_##IDENT, SECOND_##IDENT,  \
                      PUSHES, RESULT_##IDENT);                                 \
    } static struct place memory_##IDENT(struct gw_fast *fast,                 \
                                         const uint8_t *at, uint8_t *top) {    \
        uint32_t offset;                                                       \
        unsigned size = gw_op_access_size[gw_op_of_byte[*at]];                 \
        const uint8_t *next = read_u32(at + 2, &offset);                       \
        if (at[1] > 4 || size >> at[1] == 0 || !fast->has_memory || !next)     \
            return give_up(fast);                                              \
        return change(fast, next, top, POPS, FIRST_##IDENT, SECOND_##IDENT,    \
                      PUSHES, RESULT_##IDENT);                                 \
    }
#include "wasm/sig.def"

#define CONSTANT(NAME, NEXT, TYPE)                                    \
    static struct place NAME(struct gw_fast *fast, const uint8_t *at, \
                             uint8_t *top) {                          \
        const uint8_t *next = NEXT;                                   \
        *top = TYPE;                                                  \
        return go_on(fast, next != NULL, next, top + 1);              \
    }
CONSTANT(constant_i32, skip_signed(at + 1, 5, 0x08), GW_TYPE_I32)
CONSTANT(constant_i64, skip_signed(at + 1, 10, 0x01), GW_TYPE_I64)
CONSTANT(constant_f32, at + 5, GW_TYPE_F32)
CONSTANT(constant_f64, at + 9, GW_TYPE_F64)

static struct place
local_get(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t local;
    at = read_u32(at + 1, &local);
    if (!at || local >= fast->local_count)
        return give_up(fast);
    *top = fast->locals[local];
    return (struct place){ at, top + 1 };
}

static struct place
local_tee(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t local;
    at = read_u32(at + 1, &local);
    return go_on(fast,
                 at && local < fast->local_count &&
                     top[-1] == fast->locals[local],
                 at, top);
}

static struct place
local_set(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    struct place place = local_tee(fast, at, top);
    place.top -= place.top != NULL;
    return place;
}

static struct place
global_get(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t global;
    at = read_u32(at + 1, &global);
    if (!at || global >= fast->module->global_count)
        return give_up(fast);
    *top = byte_of(fast->module->globals[global].type.type);
    return go_on(fast, *top != 0, at, top + 1);
}

static struct place
global_set(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t global;
    at = read_u32(at + 1, &global);
    if (!at || global >= fast->module->global_count)
        return give_up(fast);
    const struct gw_globaltype *type = &fast->module->globals[global].type;
    top--;
    return go_on(fast,
                 type->mutable && *top != 0 && *top == byte_of(type->type), at,
                 top);
}

static struct place
drop(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    return go_on(fast, top[-1] != 0, at + 1, top - 1);
}

/* Without a type of its own, select takes numbers and vectors only. */
static struct place
select(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    return go_on(fast,
                 top[-1] == GW_TYPE_I32 && top[-2] == top[-3] &&
                     top[-2] >= GW_TYPE_V128,
                 at + 1, top - 2);
}

/* ---- blocks ---- */

static struct place
block(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint8_t type = at[1];
    if (fast->frame >= fast->last ||
        (type != BLOCK_EMPTY && !use_type(fast->it, type)))
        return give_up(fast);
    if (type == BLOCK_EMPTY)
        type = 0;
    *top++ = 0;
    *++fast->frame = (struct frame){ .base = top,
                                     .op = *at,
                                     .result = type,
                                     .label = *at == CODE_LOOP ? 0 : type };
    return (struct place){ at + 2, top };
}

static struct place
block_if(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    if (top[-1] != GW_TYPE_I32)
        return give_up(fast);
    return block(fast, at, top - 1);
}

/* Closes the innermost block, or its first half, at an `end` or `else`. */
static inline struct place
close(struct gw_fast *fast, const uint8_t *at)
{
    struct frame *frame = fast->frame;
    if (*at == CODE_ELSE) {
        uint8_t op = frame->op;
        frame->op = CODE_ELSE;
        return go_on(fast, op == CODE_IF, at + 1, frame->base);
    }
    uint8_t *top = frame->base - 1;
    if (frame->op == CODE_IF && frame->result != 0)
        return give_up(fast);
    *top = frame->result;
    top += frame->result != 0;
    if (frame != fast->frames) {
        fast->frame--;
        return (struct place){ at + 1, top };
    }
    fast->done = true;
    return go_on(fast, at + 1 == fast->end, at + 1, top);
}

/* The block must have what it leaves, and nothing else. */
static struct place
end(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint8_t result = fast->frame->result;
    if (result != 0)
        top--;
    if ((result != 0 && *top != result) || top != fast->frame->base)
        return give_up(fast);
    return close(fast, at);
}

/* Behind what does not go on, the block must end; at is NULL when a number
 * was wrong. */
static inline struct place
end_here(struct gw_fast *fast, const uint8_t *at)
{
    if (!at || at >= fast->end || (*at != CODE_END && *at != CODE_ELSE))
        return give_up(fast);
    return close(fast, at);
}

static struct place
unreachable(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    (void)top;
    return end_here(fast, at + 1);
}

/* ---- branches and calls ---- */

/* Is there such a label, and what it takes on the stack? */
static inline bool
check_label(const struct gw_fast *fast, uint32_t label, const uint8_t *top)
{
    if (label > (size_t)(fast->frame - fast->frames))
        return false;
    uint8_t type = fast->frame[-(ptrdiff_t)label].label;
    return type == 0 || top[-1] == type;
}

static struct place
br(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t label;
    at = read_u32(at + 1, &label);
    return check_label(fast, label, top) ? end_here(fast, at) : give_up(fast);
}

static struct place
br_if(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t label;
    at = read_u32(at + 1, &label);
    top--;
    return go_on(fast,
                 at && *top == GW_TYPE_I32 && check_label(fast, label, top), at,
                 top);
}

/* The labels may differ in what they take only where one takes nothing; that
 * is for the general walk to see. */
static struct place
br_table(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t count, label;
    uint8_t type = 0;
    at = read_u32(at + 1, &count);
    top--;
    if (!at || *top != GW_TYPE_I32 ||
        count > fast->it->options->limits[GW_LIMIT_BR_TABLE_LABELS])
        return give_up(fast);
    for (uint32_t i = 0; i <= count; i++) {
        if (at >= fast->end || !(at = read_u32(at, &label)) ||
            !check_label(fast, label, top))
            return give_up(fast);
        uint8_t other = fast->frame[-(ptrdiff_t)label].label;
        if (i > 0 && other != type)
            return give_up(fast);
        type = other;
    }
    return end_here(fast, at);
}

static struct place
ret(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint8_t type = fast->frames[0].label;
    return type == 0 || top[-1] == type ? end_here(fast, at + 1)
                                        : give_up(fast);
}

/* Arguments past the eighth from the end. */
static bool
check_args(const struct gw_functype *type, const uint8_t *top)
{
    for (uint32_t i = type->param_count; i-- > 0;) {
        if (*--top != byte_of(type->params[i]))
            return false;
    }
    return true;
}

static inline uint64_t
eight_bytes(const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static inline struct place
change_by_type(struct gw_fast *fast, uint32_t type, const uint8_t *at,
               uint8_t *top)
{
    const struct gw_shape *shape = &fast->shapes[type];
    if (((eight_bytes(top - 8) ^ shape->params) & shape->mask) != 0 ||
        (shape->count > 8 &&
         !check_args(&fast->module->types.defs[type].func, top)))
        return give_up(fast);
    top -= shape->count;
    *top = shape->result;
    return (struct place){ at, top + (shape->result != 0) };
}

static struct place
call(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    uint32_t func;
    at = read_u32(at + 1, &func);
    if (!at || func >= fast->func_count)
        return give_up(fast);
    return change_by_type(fast, fast->funcs[func].type, at, top);
}

static struct place
call_indirect(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    const struct gw_module *module = fast->module;
    uint32_t type, index;
    at = read_u32(at + 1, &type);
    if (!at || !(at = read_u32(at, &index)) || type >= module->types.count ||
        index >= module->table_count || top[-1] != GW_TYPE_I32)
        return give_up(fast);
    const struct gw_tabletype *table = &module->tables[index].type;
    if (table->elem != GW_TYPE_FUNCREF || table->limits.is64)
        return give_up(fast);
    return change_by_type(fast, module->types.defs[type].canon, at, top - 1);
}

/* ---- other operators ---- */

/* The general walk gets copies of the operands on top. */
static struct place
lend(struct gw_fast *fast, const uint8_t *at, uint8_t *top)
{
    struct gw_op_iter *it = fast->it;
    uint32_t count = 0;
    if (!fast->lending) {
        gw_diag_init(&fast->diag);
        if (!gw_op_lend(it, fast->func, LENT, &fast->diag))
            return give_up(fast);
        fast->lending = true;
    }
    for (; count < LENT && top[-1] != 0; count++)
        top--;
    for (uint32_t i = 0; i < count; i++)
        it->stack[i] = type_of(top[i]);
    it->height = count;
    const uint8_t *bytes = fast->module->bytes.data +
                           fast->module->funcs[fast->func].offset;
    it->reader.at = bytes + (at - fast->start);
    if (!gw_op_step_lent(it))
        return give_up(fast);
    for (uint32_t i = 0; i < it->height; i++) {
        *top = byte_of(it->stack[i]);
        if (*top++ == 0)
            return give_up(fast);
    }
    return (struct place){ fast->start + (it->reader.at - bytes), top };
}

/* ---- the step of each byte ---- */

/* Operators behind a prefix all come to the place of one prefix byte, where
 * the step of all prefixes stands last. */
enum { ELSEWHERE = 0xfb };

#define STEP(IMM, SIG, FEATURE)                                            \
    (!KNOWN_##SIG || GW_FEATURE_##FEATURE != GW_FEATURE_MVP ? lend         \
     : GW_IMM_##IMM == GW_IMM_NONE                          ? plain_##SIG  \
     : GW_IMM_##IMM == GW_IMM_MEMARG                        ? memory_##SIG \
                                                            : lend)
#define EIGHT(X) X, X, X, X, X, X, X, X
#define ALL(X) \
    EIGHT(EIGHT(X)), EIGHT(EIGHT(X)), EIGHT(EIGHT(X)), EIGHT(EIGHT(X))

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

static step *const steps[256] = {
    ALL(lend),
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) \
    [(CODE) < 256 ? (CODE) : ELSEWHERE] = STEP(IMM, SIG, FEATURE),
#include "wasm/op.def"
    [ELSEWHERE] = lend,
    [CODE_I32_CONST] = constant_i32,
    [CODE_I64_CONST] = constant_i64,
    [CODE_F32_CONST] = constant_f32,
    [CODE_F64_CONST] = constant_f64,
    [CODE_LOCAL_GET] = local_get,
    [CODE_LOCAL_SET] = local_set,
    [CODE_LOCAL_TEE] = local_tee,
    [CODE_GLOBAL_GET] = global_get,
    [CODE_GLOBAL_SET] = global_set,
    [CODE_DROP] = drop,
    [CODE_SELECT] = select,
    [CODE_BLOCK] = block,
    [CODE_LOOP] = block,
    [CODE_IF] = block_if,
    [CODE_ELSE] = end,
    [CODE_END] = end,
    [CODE_UNREACHABLE] = unreachable,
    [CODE_BR] = br,
    [CODE_BR_IF] = br_if,
    [CODE_BR_TABLE] = br_table,
    [CODE_RETURN] = ret,
    [CODE_CALL] = call,
    [CODE_CALL_INDIRECT] = call_indirect,
};

#pragma GCC diagnostic pop

/* ---- functions ---- */

/* Parameters and locals; NULL when there is something about them. */
static const uint8_t *
read_locals(struct gw_fast *fast, const uint8_t *at, uint32_t type)
{
    struct gw_op_iter *it = fast->it;
    const struct gw_functype *def = &fast->module->types.defs[type].func;
    uint32_t count, runs, used = it->shapes[type].count;
    if (it->shapes[type].params == no_shape.params)
        return NULL;
    for (uint32_t i = 0; i < used; i++)
        fast->locals[i] = byte_of(def->params[i]);
    for (at = read_u32(at, &runs); at && runs > 0; runs--) {
        at = read_u32(at, &count);
        if (!at || at >= fast->end || count > LOCALS - used ||
            !use_type(it, *at))
            return NULL;
        /* Mostly few, which is sooner done when their number is known. */
        memset(fast->locals + used, *at, SLACK);
        if (count > SLACK)
            memset(fast->locals + used, *at, count);
        used += count;
        at++;
    }
    fast->local_count = used;
    return used <= it->options->limits[GW_LIMIT_LOCALS] ? at : NULL;
}

static bool
walk(struct gw_fast *fast, const uint8_t *at)
{
    const uint64_t *limits = fast->it->options->limits;
    uint64_t operands = limits[GW_LIMIT_OPERANDS];
    struct place place = { at, fast->frame->base };
    const uint8_t *roof = place.top +
                          (operands < OPERANDS ? operands : OPERANDS - 1);
    while (place.at < fast->end && roof - place.top > SLACK) {
        ptrdiff_t room = roof - place.top;
        const uint8_t *fence = fast->end - place.at < room ? fast->end
                                                           : place.at + room;
        do
            place = steps[*place.at](fast, place.at, place.top);
        while (place.at < fence);
    }
    return place.top && fast->done;
}

bool
gw_fast_run(struct gw_op_iter *it, uint32_t func)
{
    const struct gw_module *module = it->module;
    const struct gw_func *body = &module->funcs[func];
    struct gw_fast *fast = it->fast;
    const uint8_t *at = module->bytes.data + body->offset;
    uint64_t blocks = it->options->limits[GW_LIMIT_BLOCK_DEPTH];
    if (module->bytes.size - body->offset - body->size < SLACK) {
        if (body->size > sizeof fast->copy - SLACK)
            return false;
        memcpy(fast->copy, at, body->size);
        at = fast->copy;
    }
    fast->it = it;
    fast->module = module;
    fast->func = func;
    fast->shapes = it->shapes;
    fast->funcs = module->funcs;
    fast->func_count = module->func_count;
    fast->start = at;
    fast->end = at + body->size;
    fast->done = false;
    fast->has_memory = module->memory_count > 0 &&
                       !module->memories[0].limits.is64;
    fast->lending = false;
    fast->frame = fast->frames;
    fast->last = fast->frames + (blocks < FRAMES ? blocks : FRAMES) - 1;
    uint8_t result = it->shapes[body->type].result;
    fast->frames[0] = (struct frame){ .base = fast->stack + GUARD,
                                      .op = CODE_BLOCK,
                                      .result = result,
                                      .label = result };
    fast->stack[GUARD - 1] = 0;
    at = read_locals(fast, at, body->type);
    return at && blocks > 0 && walk(fast, at);
}
