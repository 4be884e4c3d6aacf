/*
 * [DOC] From operators to register code.
 *
 * The translator is a sink of op_iter.  It keeps, beside the validator's
 * stack of types, a stack that says where each operand is:
 *
 *     SLOT    in its own slot
 *     LOCAL   local.get made no code: the value is that of the local
 *     CONST   nor did a constant
 *
 * To settle an operand is to make code that puts it in its own slot.  A LOCAL
 * is settled before its local changes, and at the beginning of every block,
 * since the paths through the block may differ in what they set; a CONST may
 * stay.  Where control comes together (the end of a block, a loop) what the
 * label carries is settled, so all ways in agree.
 *
 * A local has the list of operands that wait for it, deepest last, so that
 * setting it costs no search, and `clean` tells below which height nothing
 * waits, so that entering a block costs no search either.
 *
 * Peepholes look at the last instruction only, and only while nothing can
 * jump behind it: a result goes straight to the local that is set next, and a
 * comparison becomes part of the branch that follows.
 *
 * Everything here is linear in the size of the function: a label's list of
 * branches to fix runs through the code itself.
 */
#ifndef GW_INTERP_TRANSLATE_H
#define GW_INTERP_TRANSLATE_H

#include "base/vec.h"
#include "interp/code.h"
#include "interp/super.h"
#include "wasm/op_iter.h"

enum gw_loc_kind { GW_LOC_SLOT, GW_LOC_LOCAL, GW_LOC_CONST };

struct gw_loc {
    uint32_t slot; /* its own */
    uint8_t kind;  /* enum gw_loc_kind */
    uint8_t slots; /* 1, or 2 for a v128 */
    bool is64;     /* CONST: an i64, f64 or reference */
    union {
        struct {
            uint32_t index;
            uint32_t next; /* operand that waits for it too, + 1 */
        } local;
        uint64_t value; /* of an i32 or f32: zero-extended */
    } of;
};

struct gw_label {
    uint32_t height;   /* of the operands below the block's parameters */
    uint32_t slot;     /* where the block's parameters and results begin */
    uint32_t start;    /* loop, try: where its code begins */
    uint32_t fixups;   /* branches to the end: see gw_trans_refer */
    uint32_t other;    /* if: the branch to else */
    uint32_t clauses;  /* newest that goes to the end, + 1; see target */
    uint32_t body_end; /* legacy try with a handler: where its body ends */
    bool handler;      /* a legacy handler: slot holds the exception */
    bool loop;
    bool dead; /* cannot be reached: no code at all */
};

struct gw_trans;
typedef void gw_trans_fn(struct gw_trans *t);

/* How an operator is translated. */
struct gw_rule {
    gw_trans_fn *emit; /* NULL: not executable yet */
    uint16_t iop;
    uint16_t iop_k; /* the form with a constant, or 0 */
    uint8_t k;      /* enum gw_const_kind */
    uint8_t slots;  /* of the result */
};

enum gw_const_kind { GW_CONST_32, GW_CONST_SIGNED, GW_CONST_64 };

extern const struct gw_rule gw_rules[GW_OP_COUNT];
/* The operator that does the same with its two operands the other way round,
 * or GW_OP_NONE. */
extern const uint16_t gw_rule_swaps[GW_OP_COUNT];

/* A comparison as a branch. */
struct gw_fuse {
    uint16_t yes, no;  /* branch if it holds, if not; 0: not a comparison */
    uint16_t opposite; /* the comparison that holds when this does not, or 0 */
    uint8_t words;     /* of the branch */
};

/* All zero for instructions that no branch can be made of. */
const struct gw_fuse *gw_fuse_find(uint32_t iop);

#define GW_NO_CODE UINT32_MAX

struct gw_trans {
    struct gw_op_iter *it;
    const struct gw_program *program;
    const struct gw_rule *rule; /* of it->op */
    struct gw_alloc *alloc;
    bool meter;
    bool joins;         /* instructions to superinstructions */
    bool deterministic; /* NaNs become canonical */
    uint8_t form0;      /* of memory 0: 0 guarded, 1 packed, 2 any */
    bool started;
    bool failed; /* out of memory or past a limit */

    uint32_t *words;
    uint32_t count, capacity;
    uint32_t last, prev; /* the last instructions, or GW_NO_CODE */
    uint32_t result;     /* word with the slot of the last one's result, or 0 */
    uint32_t meter_at;   /* word with the cost of this segment, or 0 */
    struct gw_super_start *starts; /* of the instructions */
    uint32_t start_count, start_capacity;
    uint32_t spare[16]; /* written to instead of words after a failure */

    struct gw_loc *locs;
    uint32_t height, loc_capacity;
    uint32_t clean; /* no LOCAL below */
    uint32_t slot_top, slot_max;

    uint32_t *local_slot; /* first slot of each local; one more at the end */
    uint32_t *local_wait; /* operand that waits for it, + 1, or 0 */

    struct gw_label *labels;
    uint32_t depth, label_capacity;

    struct gw_vec clauses; /* struct gw_clause */

    /* Called after every operator; returns false to stop. */
    bool (*probe)(void *env, struct gw_trans *t);
    void *probe_env;
};

/* Walks function `func` of program's module; t->probe may be set before.  The
 * caller calls gw_trans_fini in any case. */
void gw_trans_init(struct gw_trans *t, struct gw_op_iter *it,
                   const struct gw_program *program);
enum gw_err gw_trans_run(struct gw_trans *t, uint32_t func);
void gw_trans_fini(struct gw_trans *t);

/* Returns the code of a defined function, translating it first if nobody has;
 * NULL when there is no memory.  Any thread. */
const struct gw_icode *gw_interp_translate(struct gw_program *program,
                                           uint32_t func);
void gw_interp_free_code(struct gw_program *program, void *code);

/* ---- emitting ---- */

/* Room for more words at the end of the code, or NULL. */
uint32_t *gw_trans_words(struct gw_trans *t, uint32_t count);
/* An instruction with its first word written; never NULL. */
uint32_t *gw_trans_emit(struct gw_trans *t, enum gw_iop iop, uint32_t words);
/* Makes word `at`, which is k words into its instruction, a branch to label
 * or, when label is NULL, part of the list *fixups. */
void gw_trans_refer(struct gw_trans *t, uint32_t at, uint32_t k,
                    struct gw_label *label, uint32_t *fixups);
/* Lets all branches of a list come here. */
void gw_trans_bind(struct gw_trans *t, uint32_t *fixups);
/* Nothing before this place may be changed any more. */
void gw_trans_barrier(struct gw_trans *t);
/* Opens a block; its parameters stand on the stack.  NULL after a failure. */
struct gw_label *gw_trans_open(struct gw_trans *t, uint32_t param_count,
                               bool live);

/* The label that an immediate names. */
struct gw_label *gw_trans_label(struct gw_trans *t, uint32_t index);
/* Brings what a block leaves, `count` operands, where its label wants it. */
void gw_trans_leave(struct gw_trans *t, const struct gw_label *label,
                    uint32_t count);
/* Leaves only what stands below the block. */
void gw_trans_cut(struct gw_trans *t, const struct gw_label *label);
/* Jumps to a label, or to where *fixups will be bound. */
void gw_trans_jump(struct gw_trans *t, struct gw_label *label,
                   uint32_t *fixups);
/* Settles and pops the operands of a call and yields where they stand. */
uint32_t gw_trans_arguments(struct gw_trans *t, const struct gw_functype *type);

/* ---- exceptions ---- */

/* A try_table ends: its clauses join the function's. */
void gw_trans_end_try(struct gw_trans *t, const struct gw_label *label,
                      const struct gw_ctl *ctl);
/* The handlers of a resume that has just been emitted. */
void gw_trans_add_handlers(struct gw_trans *t);
/* Lets the clauses that go to a label's end come here. */
void gw_trans_bind_clauses(struct gw_trans *t, struct gw_label *label);

/* ---- operands ---- */

/* Pushes a value in its own slot, which is returned. */
uint32_t gw_trans_push(struct gw_trans *t, uint32_t slots);
/* Pushes the result of the instruction just emitted, at word 1. */
void gw_trans_result(struct gw_trans *t, uint32_t slots);
void gw_trans_push_types(struct gw_trans *t, const gw_valtype *types,
                         uint32_t count);
struct gw_loc gw_trans_pop(struct gw_trans *t);
void gw_trans_drop(struct gw_trans *t, uint32_t count);
/* The slot where a popped operand can be read. */
uint32_t gw_trans_read(struct gw_trans *t, const struct gw_loc *loc);
/* That of the top operand, which stays. */
uint32_t gw_trans_look(struct gw_trans *t);
/* Pops and reads count operands, slots[0] the deepest. */
void gw_trans_read_n(struct gw_trans *t, uint32_t *slots, uint32_t count);
void gw_trans_move(struct gw_trans *t, uint32_t to, const struct gw_loc *loc);
/* Settle the top count operands; all that wait for a local; all that wait. */
void gw_trans_settle(struct gw_trans *t, uint32_t count);
void gw_trans_settle_local(struct gw_trans *t, uint32_t local);
void gw_trans_settle_locals(struct gw_trans *t);
/* The slot where the top count operands begin. */
uint32_t gw_trans_base(const struct gw_trans *t, uint32_t count);
/* Is this operand, just popped, what the last instruction computed? */
bool gw_trans_is_last(const struct gw_trans *t, const struct gw_loc *loc);

/* Is it a reference to a struct or array type without subtypes? */
bool gw_trans_is_final(const struct gw_trans *t, gw_valtype type);

/* Makes a NaN the canonical one: the last operator's result is on top. */
void gw_trans_canonical(struct gw_trans *t);

/* Charges for a size in a slot, as gw_fuel_bulk says. */
void gw_trans_meter_size(struct gw_trans *t, uint32_t slot, uint32_t log2,
                         uint32_t is64);

/* Is operand i of the operator a 64-bit number?  As bit i for i < count. */
uint32_t gw_trans_flags(const struct gw_trans *t, uint32_t count);

#define TRANSLATE(IDENT, FUNCTION) gw_trans_fn gw_trans_op_##FUNCTION;
#define TRANSLATE_TO(IDENT, FUNCTION) TRANSLATE(IDENT, FUNCTION)
#include "interp/translate.def"
#define TRANSLATE_AS(FUNCTION) gw_trans_fn gw_trans_op_##FUNCTION;
TRANSLATE_AS(num)
TRANSLATE_AS(num2)
TRANSLATE_AS(wide)
TRANSLATE_AS(lane)
TRANSLATE_AS(shuffle)
TRANSLATE_AS(load)
TRANSLATE_AS(store)
TRANSLATE_AS(load_lane)
TRANSLATE_AS(store_lane)
TRANSLATE_AS(atomic)
#undef TRANSLATE_AS

#endif
