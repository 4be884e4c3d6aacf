/*
 * [DOC] Register code.
 *
 * The first call of a function translates it into words of 32 bits.  An
 * instruction is its number (iop.def; joined ones: super.h) and its operands:
 *
 *     +-----------+----------+----------+----------+
 *     | I32_ADD   | d: slot  | s: slot  | s: slot  |     fp[d] = fp[s] + fp[s]
 *     +-----------+----------+----------+----------+
 *     | I32_ADD_K | d: slot  | s: slot  | i: const |     fp[d] = fp[s] + i
 *     +-----------+----------+----------+----------+
 *     | BR_IF     | s: slot  | j: words |                if (fp[s]) pc += j
 *     +-----------+----------+----------+
 *
 * Code is plain data: it holds no address, so it is the same for every driver,
 * instance, store and process of one configuration.
 *
 * A frame is an array of slots.  Every value has a fixed slot:
 *
 *     fp -> | parameters | other locals | operand stack ....  |
 *           |                           |          | callee's fp: its
 *           |                           |          | parameters are the
 *           |                           |          | operands of the call
 *
 * An operand stands at the height the validator gives it; a v128 takes two
 * slots.  local.get and constants make no code: the translator remembers
 * where the value is, and the operator that takes it names the local or the
 * constant itself.  A callee's frame begins at the call's first argument, so
 * arguments are never copied, and results come back to the same place.
 *
 * Slots of all frames grow up from the low end of the guest stack.  Records,
 * one for each frame, grow down from its high end:
 *
 *     stack_base | slots of frames ... -> free <- ... newest record | stack_end
 *
 * A record says all about its frame: function, slots, instance, and pc while
 * the frame waits or traps.  That pc points behind the instruction, which is
 * where a call returns to.  One comparison at a call keeps the two ends
 * apart.  A record whose func is NULL marks where the host called in.
 *
 * What stands where at a place in the code is not stored at all: translation
 * is deterministic, and running it again up to that place tells (probe.h).
 */
#ifndef GW_INTERP_CODE_H
#define GW_INTERP_CODE_H

#include "rt/instance.h"

enum gw_iop {
#define IOP(IDENT, OPERANDS) GW_IOP_##IDENT,
#include "interp/iop.def"
    GW_IOP_COUNT,
    /* Superinstructions, which only gw_super_join writes (super.h). */
    GW_IOP_SUPER = GW_IOP_COUNT - 1,
#define SUPER_AT(LINE, ...) GW_IOP_SUPER_##LINE,
#include "interp/super.def"
    GW_IOP_END
};

/* What follows an instruction's first word: letters as in iop.def. */
extern const char gw_iop_operands[GW_IOP_COUNT][8];

/* With the memory's index in the last word of a _M instruction. */
#define GW_MEM_64 0x80000000u

/* A function's code.  Immutable once published. */
struct gw_icode {
    uint32_t frame_bytes; /* of slots and record; GW_CODE_STUB: a function
                             that is not translated yet, or the host's */
    uint32_t zero_first;  /* slots of the locals that are not parameters */
    uint32_t zero_pairs;  /* pairs of slots to clear */
    uint32_t frame_slots;
    uint32_t word_count;
    uint32_t clause_count;
    uint32_t words[]; /* then the clauses */
};

static inline const struct gw_clause *
gw_icode_clauses(const struct gw_icode *code)
{
    return (const struct gw_clause *)(const void *)(code->words +
                                                    code->word_count);
}

/*
 * What a block catches, and where the function goes on then.  Entering a try
 * makes no code: an exception looks for the clause by the pc of each frame.
 * The clauses of inner blocks come first, those of one block in their order.
 */
enum gw_clause_kind {
    GW_CLAUSE_TAG, /* the first four as try_table numbers them */
    GW_CLAUSE_TAG_REF,
    GW_CLAUSE_ALL,
    GW_CLAUSE_ALL_REF,
    GW_CLAUSE_LEGACY_TAG, /* the exception comes first, for rethrow */
    GW_CLAUSE_LEGACY_ALL,
    GW_CLAUSE_DELEGATE, /* nothing, but look on from another block */
    GW_CLAUSE_ON_LABEL, /* of a resume: no exceptions, but suspensions */
    GW_CLAUSE_ON_SWITCH /* of a resume: continuations may switch */
};

struct gw_clause {
    uint32_t first, end; /* holds where first < pc <= end, in words */
    uint32_t depth;      /* how many blocks are around its own */
    uint32_t kind;       /* enum gw_clause_kind */
    uint32_t tag;
    uint32_t target; /* word; delegate: depth of the block whose clauses come
                        next */
    uint32_t slot;   /* where what it delivers begins */
    uint32_t type;   /* on label: of the continuation it delivers */
};

/* More bytes than any guest stack has, so that the check of the stack finds
 * stubs, and frames too large to count, without a check of their own. */
#define GW_CODE_STUB UINT32_MAX

struct gw_frame_record {
    struct gw_funcinst *func; /* NULL: the host called in here */
    const uint32_t *pc;       /* behind the call or what may trap */
    union gw_slot *fp;
    struct gw_vmctx *ctx; /* of func's instance */
};

/* Words of the instruction at words, with its first.  A branch table is as
 * long as its count says. */
uint32_t gw_iop_words(const uint32_t *words);
/* The name of an instruction by its first word. */
const char *gw_iop_name(uint32_t word);

/* Prints code one instruction a line, for tests and debugging; out is told
 * each line without its end. */
void gw_icode_print(const struct gw_icode *code,
                    void (*out)(void *env, const char *line), void *env);

#endif
