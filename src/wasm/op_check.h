/*
 * What op_iter shares with the checks written by hand (check.def): popping
 * operands, finding what immediates name, reporting.  Private to the walk.
 *
 * A check pops its operator's operands and leaves its results in
 * it->pushes and it->tail; the walk pushes them after the sink has seen the
 * operator.  Every function here that returns bool returns false after a
 * failure, which it has reported.
 */
#ifndef GW_WASM_OP_CHECK_H
#define GW_WASM_OP_CHECK_H

#include "wasm/limit.h"
#include "wasm/op_iter.h"

/* What becomes of the frames once an operator has been delivered. */
enum gw_op_after {
    GW_AFTER_NOTHING,
    GW_AFTER_TERMINATOR, /* the rest of the block is unreachable */
    GW_AFTER_BLOCK,      /* a frame of type it->imm.block is pushed */
    GW_AFTER_ELSE,       /* the frame starts anew with its parameters */
    GW_AFTER_CATCH,      /* the frame starts anew with it->pushes */
    GW_AFTER_END         /* the frame is popped */
};

typedef bool gw_op_check_fn(struct gw_op_iter *it);

/* The rows of check.def, after an empty one, and which of them is an
 * operator's. */
extern gw_op_check_fn *const gw_op_check_rows[];
extern const uint8_t gw_op_check_row[GW_OP_COUNT];

/* NULL for operators whose signature says all. */
static inline gw_op_check_fn *
gw_op_check_find(enum gw_op op)
{
    return gw_op_check_rows[gw_op_check_row[op]];
}

#define CHECK(IDENT, function) gw_op_check_fn gw_op_check_##function;
#include "wasm/check.def"
#undef CHECK

/* Reports at the operator; GW_ERR_INVALID. */
bool gw_op_fail(struct gw_op_iter *it, const char *format, ...) GW_PRINTF(2, 3);
/* "type mismatch: instruction requires [i32] but stack has [f64] (i32.eqz)" */
bool gw_op_fail_type(struct gw_op_iter *it, gw_valtype want, gw_valtype found);
bool gw_op_fail_empty(struct gw_op_iter *it, gw_valtype want);
/* "unknown table 3" unless index < count. */
bool gw_op_check_index(struct gw_op_iter *it, const char *what, uint32_t index,
                       uint32_t count);
bool gw_op_check_data(struct gw_op_iter *it, uint32_t index);
/* Checks the operator in it->op and it->imm, delivers it and does what it does
 * to operands and frames.  False also when the sink stopped the walk. */
bool gw_op_perform(struct gw_op_iter *it, const struct gw_sink *sink);
/* Makes room for count more operands. */
bool gw_op_reserve(struct gw_op_iter *it, uint32_t count);

/* Single operators of a function, which somebody else walks: each finds count
 * operands or less at it->stack, all of one block, and leaves its results
 * there.  Fails at what has to do with blocks. */
bool gw_op_lend(struct gw_op_iter *it, uint32_t func, uint32_t count,
                struct gw_diag *diag);
bool gw_op_step_lent(struct gw_op_iter *it);

static inline struct gw_ctl *
gw_op_frame(struct gw_op_iter *it)
{
    return &it->ctls[it->depth - 1];
}

static inline bool
gw_op_pop(struct gw_op_iter *it, gw_valtype want)
{
    const struct gw_ctl *ctl = gw_op_frame(it);
    if (it->height == ctl->height)
        return ctl->unreachable || gw_op_fail_empty(it, want);
    gw_valtype found = it->stack[it->height - 1];
    if (!gw_type_matches(&it->module->types, found, want))
        return gw_op_fail_type(it, want, found);
    it->height--;
    return true;
}

/* Pops an operand of any type; GW_TYPE_BOT out of nothing. */
bool gw_op_pop_any(struct gw_op_iter *it, gw_valtype *found);
/* Pops a reference; GW_REF | GW_HEAP_BOT out of nothing. */
bool gw_op_pop_ref(struct gw_op_iter *it, gw_valtype *found);
bool gw_op_pop_list(struct gw_op_iter *it, const gw_valtype *types,
                    uint32_t count);

static inline void
gw_op_give_list(struct gw_op_iter *it, const gw_valtype *types, uint32_t count)
{
    it->pushes = types;
    it->push_count = count;
}

static inline bool
gw_op_give(struct gw_op_iter *it, gw_valtype type)
{
    it->tail[it->tail_count++] = type;
    return true;
}

/* Does each of a list match its like in the other, equally long one? */
bool gw_op_lists_match(struct gw_op_iter *it, const gw_valtype *a,
                       uint32_t a_count, const gw_valtype *b, uint32_t b_count);

static inline gw_valtype
gw_op_address(bool is64)
{
    return is64 ? GW_TYPE_I64 : GW_TYPE_I32;
}

/* The frame a label names, or NULL after a failure. */
struct gw_ctl *gw_op_find_label(struct gw_op_iter *it, uint32_t label);

/* Makes *index canonical and yields the definition, which must be of the
 * kind; NULL after a failure. */
const struct gw_typedef *gw_op_find_def(struct gw_op_iter *it, uint32_t *index,
                                        enum gw_comp comp);

/* The type of a tag, or NULL after a failure. */
const struct gw_functype *gw_op_find_tag(struct gw_op_iter *it, uint32_t tag);

#endif
