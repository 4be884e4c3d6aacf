/*
 * The inside of the generator.
 *
 * gen_type.c makes types, gen_shape.c says for each operator what it takes
 * and leaves, gen_body.c writes code for a wanted type, gen_module.c puts the
 * sections together.  Types are the engine's own, so that its rules of
 * matching need not be written again.
 */
#ifndef GW_FUZZ_GEN_INSIDE_H
#define GW_FUZZ_GEN_INSIDE_H

#include "fuzz/gen.h"
#include "wasm/module.h"

enum {
    TYPES_MOST = 64,
    FIELDS_MOST = 5,
    VALUES_MOST = 12, /* parameters, results, operands */
    FUNCS_MOST = 24,
    LOCALS_MOST = 200,
    LABELS_MOST = 24,
    ITEMS_MOST = 8, /* memories, tables, globals, tags, segments: of each */
    BUDGET = 100,   /* loop turns and calls of an export */
    WANT_NOTHING = GW_TYPE_BOT
};

struct buf {
    uint8_t *data;
    size_t size, capacity;
};

void buf_put(struct buf *buf, const void *data, size_t size);
void buf_u8(struct buf *buf, uint32_t value);
void buf_u32(struct buf *buf, uint64_t value);
void buf_s64(struct buf *buf, int64_t value);
void buf_type(struct buf *buf, gw_valtype type);
void buf_heap(struct buf *buf, uint32_t heap);
void buf_fini(struct buf *buf);

struct label {
    enum gw_op op; /* catch while in a legacy handler */
    const gw_valtype *types;
    uint32_t count;
    gw_valtype single[VALUES_MOST]; /* storage for types that no functype has */
};

struct gen {
    const uint8_t *at, *end; /* the answers */
    struct gen_options options;
    uint32_t *uses;

    struct gw_types types;
    struct gw_typedef defs[TYPES_MOST];
    gw_valtype lists[TYPES_MOST][2 * VALUES_MOST];
    struct gw_field fields[TYPES_MOST][FIELDS_MOST];

    uint32_t func_types[FUNCS_MOST];
    uint32_t import_count; /* of functions, first in func_types */
    uint32_t callee_count; /* functions that code may name */
    struct gw_memtype memories[ITEMS_MOST];
    struct gw_tabletype tables[ITEMS_MOST];
    struct gw_globaltype globals[ITEMS_MOST];
    uint32_t tags[ITEMS_MOST];
    gw_valtype elems[ITEMS_MOST];
    uint32_t memory_count, table_count, global_count, tag_count;
    uint32_t elem_count, data_count;

    /* The function being written. */
    struct buf *code;
    const struct gw_functype *func;
    gw_valtype locals[LOCALS_MOST];
    uint32_t local_count;
    struct label labels[LABELS_MOST];
    uint32_t depth;      /* of labels */
    uint32_t nesting;    /* of expressions */
    uint32_t budget;     /* operators that may still be chosen freely */
    bool constant;       /* a constant expression */
    uint32_t global_end; /* globals that it may read */

    /* Rows of op.def by what they leave; see gen_body.c. */
    uint16_t rows[7][1024];
    uint32_t row_count[7];
};

/* ---- answers ---- */

/* A number below count, which is at least 1. */
uint32_t pick(struct gen *gen, uint32_t count);
uint64_t pick_bits(struct gen *gen, uint32_t bytes);
/* True once in so many times, never when the answers have run out. */
bool once_in(struct gen *gen, uint32_t count);
bool has(const struct gen *gen, uint64_t features);
#define HAS(gen, IDENT) has((gen), GW_FEATURE_BIT(IDENT))

/* ---- types ---- */

void gen_types(struct gen *gen);
void put_types(const struct gen *gen, struct buf *out);
gw_valtype pick_type(struct gen *gen);
/* A nullable reference, or a number when there are no references. */
gw_valtype pick_ref(struct gen *gen);
/* A heap type that casts may name. */
uint32_t pick_heap(struct gen *gen);
/* A definition of a kind, GW_NO_INDEX when there is none. */
uint32_t pick_def(struct gen *gen, enum gw_comp comp);
/* The function type with these lists, made if it does not exist; GW_NO_INDEX
 * when there is no room for it. */
uint32_t func_type(struct gen *gen, const gw_valtype *params, uint32_t count,
                   const gw_valtype *results, uint32_t result_count);
uint32_t cont_type(struct gen *gen, uint32_t func);
bool fits(const struct gen *gen, gw_valtype type, gw_valtype want);
bool lists_fit(const struct gen *gen, const gw_valtype *a, uint32_t a_count,
               const gw_valtype *b, uint32_t b_count);
/* Can a constant expression make a value of the type? */
bool is_constructible(const struct gen *gen, gw_valtype type);

static inline gw_valtype
unpacked(gw_valtype type)
{
    return type == GW_TYPE_I8 || type == GW_TYPE_I16 ? GW_TYPE_I32 : type;
}

static inline gw_valtype
address_type(bool is64)
{
    return is64 ? GW_TYPE_I64 : GW_TYPE_I32;
}

/* ---- shapes ---- */

/* An operand: its type, and what keeps its value small. */
struct operand {
    gw_valtype type;
    uint64_t mask; /* 0: any value */
    bool fixed;    /* the value is mask itself */
};

/* An operator with its immediates chosen. */
struct shape {
    struct operand pops[VALUES_MOST * 2];
    gw_valtype pushes[VALUES_MOST * 2];
    uint32_t pop_count, push_count;
    struct buf imm;
    bool ends; /* what follows cannot be reached */
};

/* Chooses immediates so that the operator leaves, among others, a value that
 * fits want; false when it cannot be done here. */
bool gen_shape(struct gen *gen, enum gw_op op, gw_valtype want,
               struct shape *shape);
bool has_shape(enum gw_op op);

/* ---- code ---- */

void gen_code_init(struct gen *gen);
void put_op(struct gen *gen, enum gw_op op);
/* Code that leaves a value, or changes something and leaves nothing. */
void gen_value(struct gen *gen, gw_valtype want);
void gen_leaf(struct gen *gen, gw_valtype want);
void gen_const_expr(struct gen *gen, struct buf *out, gw_valtype want);
void gen_func(struct gen *gen, uint32_t index, struct buf *out);
/* One that calls func and leaves numbers; its type goes to *type.  False
 * when there is no room for the type. */
bool gen_caller(struct gen *gen, uint32_t func, struct buf *out,
                uint32_t *type);
bool is_structure(enum gw_op op);

#endif
