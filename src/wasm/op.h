/*
 * The operators of WebAssembly as data: enumerations and tables expanded from
 * op.def, imm.def, sig.def, feature.def and mem.def.
 *
 * Everything here is constant and shareable.  GW_OP_NONE is 0, so that a
 * table indexed by operator has its entry for unassigned codes first; the
 * rows of op.def follow from 1.
 */
#ifndef GW_WASM_OP_H
#define GW_WASM_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Codes are prefix << 12 | number; a code below 256 has no prefix. */
enum gw_op {
    GW_OP_NONE,
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) GW_OP_##IDENT,
#include "wasm/op.def"
    GW_OP_COUNT
};

/* What follows the code; imm.def says how each is read. */
enum gw_imm_kind {
#define IMM(IDENT, TEXT) GW_IMM_##IDENT,
#include "wasm/imm.def"
    GW_IMM_COUNT
};

enum gw_feature {
#define FEATURE(IDENT, NAME, ON, EXECUTABLE, TEXT) GW_FEATURE_##IDENT,
#include "wasm/feature.def"
    GW_FEATURE_COUNT
};

#define GW_FEATURE_BIT(IDENT) (UINT64_C(1) << GW_FEATURE_##IDENT)

/* The features whose code the build leaves out. */
#ifndef GW_WITHOUT
#define GW_WITHOUT 0
#endif

/* Constants: has the build the code of a feature, of an operator?  Tables
 * that ask this leave the functions of the others for the linker to drop. */
#define GW_HAS(IDENT) (((GW_WITHOUT) >> GW_FEATURE_##IDENT & 1) == 0)
enum {
#define OP(CODE, IDENT, TEXT, IMM, SIG, FEATURE, FLAGS) \
    GW_FEATURE_OF_##IDENT = GW_FEATURE_##FEATURE,
#include "wasm/op.def"
};

#define GW_HAS_OP(IDENT) (((GW_WITHOUT) >> GW_FEATURE_OF_##IDENT & 1) == 0)

/* The sets that feature.def's columns name, without those. */
extern const uint64_t gw_features_default;
extern const uint64_t gw_features_executable;

struct gw_feature_info {
    const char *name;
    bool on;
    bool executable;
};

extern const struct gw_feature_info gw_feature_table[GW_FEATURE_COUNT];

/* Operands and results that a signature can name. */
enum gw_sigval {
    GW_SV_NONE,
    GW_SV_I32,
    GW_SV_I64,
    GW_SV_F32,
    GW_SV_F64,
    GW_SV_V128,
    GW_SV_ADDR,     /* the address type of the memory of the immediate */
    GW_SV_TADDR,    /* the address type of the table of the immediate */
    GW_SV_EQREF,    /* (ref null eq) */
    GW_SV_ARRAYREF, /* (ref null array) */
    GW_SV_I31REF,   /* (ref null i31) */
    GW_SV_I31,      /* (ref i31) */
    GW_SV_COUNT
};

enum gw_sig_id {
#define SIG(IDENT, POPS, POP0, POP1, POP2, POP3, PUSHES, PUSH0, PUSH1) \
    GW_SIG_##IDENT,
#include "wasm/sig.def"
    GW_SIG_COUNT
};

struct gw_sig {
    uint8_t pop_count, push_count;
    uint8_t pop[4]; /* enum gw_sigval, the deepest first */
    uint8_t push[2];
};

extern const struct gw_sig gw_sig_table[GW_SIG_COUNT];

enum gw_op_flag {
    /* The results depend on operands and immediates only, and computing
     * them does nothing else: may be folded, moved, dropped. */
    GW_OPF_PURE = 1 << 0,
    GW_OPF_TRAPS = 1 << 1,
    /* Touches what outlives the frame: memories, tables, globals, segments,
     * objects.  Locals do not count. */
    GW_OPF_READS = 1 << 2,
    GW_OPF_WRITES = 1 << 3,
    /* Allowed in constant expressions (spec 3.4.14), as is the final `end`.
     * For global.get and integer arithmetic the validator asks more. */
    GW_OPF_CONST_OK = 1 << 4,
    /* Opens, divides or closes a block. */
    GW_OPF_STRUCTURE = 1 << 5,
    /* May go to a label. */
    GW_OPF_BRANCH = 1 << 6,
    /* Runs other code: always set with TRAPS, READS and WRITES. */
    GW_OPF_CALL = 1 << 7,
    /* What follows up to the end of the block is unreachable. */
    GW_OPF_TERMINATES = 1 << 8,
    /* Sequentially consistent; the alignment of its memarg is the natural
     * one exactly, and a misaligned address traps. */
    GW_OPF_ATOMIC = 1 << 9,
    /* Where it makes a NaN, the specification leaves open which one: it may be
     * any of several, but for the deterministic profile (appendix, profiles).
     * The first three letters of the text are the type of the NaN. */
    GW_OPF_NANS = 1 << 10
};

struct gw_op_info {
    const char *text; /* keyword of the text format */
    unsigned code : 20;
    unsigned flags : 12; /* enum gw_op_flag */
    uint8_t imm;         /* enum gw_imm_kind */
    uint8_t sig;         /* enum gw_sig_id */
    uint8_t feature;     /* enum gw_feature */
    uint8_t text_size;
};

extern const struct gw_op_info gw_op_table[GW_OP_COUNT];

/* Bytes of memory that an operator with a memarg accesses, else 0. */
extern const uint8_t gw_op_access_size[GW_OP_COUNT];

/* Where the operators of each prefix start in gw_op_of_byte: large planes of
 * features that the build leaves out need little room. */
enum {
#ifdef GW_WITHOUT_SIMD
    GW_OP_ROOM_FD = 16,
#else
    GW_OP_ROOM_FD = 320,
#endif
#ifdef GW_WITHOUT_THREADS
    GW_OP_ROOM_FE = 4,
#else
    GW_OP_ROOM_FE = 128,
#endif
    GW_OP_SLOT_FB = 256,
    GW_OP_SLOT_FC = GW_OP_SLOT_FB + 32,
    GW_OP_SLOT_FD = GW_OP_SLOT_FC + 24,
    GW_OP_SLOT_FE = GW_OP_SLOT_FD + GW_OP_ROOM_FD,
    GW_OP_SLOT_END = GW_OP_SLOT_FE + GW_OP_ROOM_FE
};

/* The operator of each byte, GW_OP_NONE for prefixes; then, out of reach of
 * a byte, the operators behind each prefix. */
extern const uint16_t gw_op_of_byte[GW_OP_SLOT_END];

/* Out of line half of gw_op_find, for prefixes 0xFB to 0xFE. */
enum gw_op gw_op_find_prefixed(uint32_t prefix, uint32_t sub);

/* Is the byte one that a second number, in unsigned LEB128, must follow? */
static inline bool
gw_op_is_prefix(uint32_t byte)
{
    return byte - 0xfbu <= 0xfeu - 0xfbu;
}

/* The operator of a code, or GW_OP_NONE.  With prefix 0, sub is the byte. */
static inline enum gw_op
gw_op_find(uint32_t prefix, uint32_t sub)
{
    if (prefix != 0)
        return gw_op_find_prefixed(prefix, sub);
    return sub < 256 ? (enum gw_op)gw_op_of_byte[sub] : GW_OP_NONE;
}

/* The natural alignment of an operator with a memarg, as its logarithm: the
 * largest that validation allows.  0 for operators without one. */
static inline uint32_t
gw_op_access_log2(enum gw_op op)
{
    uint32_t size = gw_op_access_size[op];
    return (uint32_t)(size > 1) + (size > 2) + (size > 4) + (size > 8);
}

/* The first row with this text, or GW_OP_NONE.  Looks at every row, so it is
 * for single questions; a parser builds itself a gw_op_names. */
enum gw_op gw_op_find_text(const char *text, size_t size);

/* An index of the texts.  The user owns it: 4 KiB on its stack or in its
 * parser, made in some microseconds and good for any number of lookups. */
#define GW_OP_NAMES_SLOTS 2048u

struct gw_op_names {
    uint16_t slots[GW_OP_NAMES_SLOTS]; /* enum gw_op; open addressing */
};

void gw_op_names_init(struct gw_op_names *names);

/* As gw_op_find_text. */
enum gw_op gw_op_names_find(const struct gw_op_names *names, const char *text,
                            size_t size);

#endif
