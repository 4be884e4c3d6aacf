/*
 * [DOC] One walk over a function body.
 *
 * gw_op_iter_run decodes each operator once, validates it (spec 3.4 and the
 * algorithm of the appendix) and hands it to a sink.  The validator is the
 * walk without a sink; translators and compilers are sinks.  A new tier is a
 * new sink.
 *
 * When a sink's op function is called
 *   - it->op, it->imm and it->pc describe the operator;
 *   - its operands have been checked and popped: it->height is the height
 *     below them, and their types still stand at it->stack[it->height ...];
 *   - its results have not been pushed yet;
 *   - for block, loop, if, try_table the new frame is not pushed yet; for
 *     else, end and the legacy catches the frame is still the innermost one
 *     and it->height is its height.  The last end closes frame 0, the
 *     function itself;
 *   - a branch's operands include the values its label takes: below those of
 *     br_if stand [t* i32], of br and br_table [t*] and [t* i32], of return
 *     the results, of br_on_null [t* ref];
 *   - type indices in it->imm are canonical;
 *   - it->reachable tells whether control can come to the operator.
 *     Operators that cannot be reached are validated but only those with
 *     GW_OP_STRUCTURE are delivered, so that sinks keep their own frames.
 *
 * One iterator belongs to one thread; modules are only read.
 */
#ifndef GW_WASM_OP_ITER_H
#define GW_WASM_OP_ITER_H

#include "wasm/module.h"
#include "wasm/op_read.h"

struct gw_ctl {
    enum gw_op op;   /* block, loop, if, else, try_table ...; frame 0: block */
    uint32_t height; /* of the operand stack below the block's parameters */
    uint32_t init_mark; /* how many local initialisations were recorded */
    uint32_t pc;        /* where the operator stands */
    uint32_t checked;   /* the branch table that checked this label last */
    bool unreachable;   /* the rest of the block cannot be reached */
    bool entered;       /* the block itself can be reached */
    struct gw_blocktype type;
};

struct gw_op_iter;
struct gw_fast;
struct gw_shape;

struct gw_sink {
    void *self;
    /* Returns false to stop the walk: the sink has reported the reason to
     * it->reader.diag, or none when it has seen enough. */
    bool (*op)(void *self, struct gw_op_iter *it);
};

struct gw_op_iter {
    /* Read by sinks. */
    const struct gw_module *module;
    uint32_t func; /* index of the function, or GW_NO_INDEX */
    const struct gw_functype *type;
    const gw_valtype *locals; /* parameters first */
    uint32_t local_count;
    enum gw_op op;
    uint32_t pc; /* offset of the operator in the module */
    struct gw_imm imm;
    bool reachable;
    gw_valtype *stack;
    uint32_t height;
    struct gw_ctl *ctls; /* ctls[depth - 1] is the innermost frame */
    uint32_t depth;
    struct gw_reader reader; /* stands behind the operator */

    /* Private. */
    struct gw_alloc *alloc;
    const struct gw_decode_options *options;
    uint64_t features;       /* used so far */
    uint64_t allowed;        /* features that may be used */
    gw_valtype *stack_store; /* it->stack without the guard below it */
    uint32_t stack_capacity, ctl_capacity, locals_capacity;
    gw_valtype *locals_store;
    uint8_t *init; /* one byte per local: initialised? */
    uint32_t *init_log;
    uint32_t init_count, init_capacity;
    bool init_tracked; /* some local has no default value */

    /* What the check of one operator leaves for the walk: results to push
     * (first a list, then up to two more), and what becomes of the frame. */
    const gw_valtype *pushes;
    uint32_t push_count, tail_count;
    gw_valtype tail[2];
    uint8_t after; /* enum gw_op_after, see op_check.h */

    struct gw_fast *fast; /* see op_fast.h; NULL: not used */
    const struct gw_shape *shapes;
    bool slow; /* for tests: the general walk takes every operator */

    /* Constant expressions. */
    bool constant;
    uint32_t global_limit;
    struct gw_func *declares; /* ref.func marks what it names, or NULL */
};

/* An iterator keeps its buffers from one function to the next. */
void gw_op_iter_init(struct gw_op_iter *it, const struct gw_module *module,
                     const struct gw_decode_options *options,
                     struct gw_alloc *alloc);
void gw_op_iter_fini(struct gw_op_iter *it);

/* Lets walks without a sink take the fast way where it leads through, or with
 * NULL no more.  False when there is no memory. */
bool gw_op_iter_hasten(struct gw_op_iter *it, const struct gw_shape *shapes);

/* Walks one function; sink may be NULL.  GW_OK also when the sink stopped
 * without a report. */
enum gw_err gw_op_iter_run(struct gw_op_iter *it, uint32_t func,
                           const struct gw_sink *sink, struct gw_diag *diag);

/* Checks a constant expression that must leave one value of type; only
 * globals below global_limit may be read. */
enum gw_err gw_op_iter_const(struct gw_op_iter *it, struct gw_reader *reader,
                             gw_valtype type, uint32_t global_limit,
                             struct gw_expr *out);

/* The frame that label (0: innermost) names, and the types a branch to it
 * carries. */
static inline const struct gw_ctl *
gw_op_iter_label(const struct gw_op_iter *it, uint32_t label)
{
    return &it->ctls[it->depth - 1 - label];
}

static inline const gw_valtype *
gw_ctl_label_types(const struct gw_ctl *ctl, uint32_t *count)
{
    bool loop = ctl->op == GW_OP_LOOP;
    *count = loop ? ctl->type.param_count : ctl->type.result_count;
    return loop ? ctl->type.params : ctl->type.results;
}

#endif
