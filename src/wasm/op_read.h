/*
 * Reading one operator with its immediates, by its row of op.def.
 *
 * Knows the binary format (spec 5.4) and nothing of validity: indices are not
 * checked here.  Used by op_iter, by constant expressions and by printers.
 */
#ifndef GW_WASM_OP_READ_H
#define GW_WASM_OP_READ_H

#include "base/reader.h"
#include "wasm/op.h"
#include "wasm/types.h"

/* A block type, resolved: the types it takes and leaves. */
struct gw_blocktype {
    const gw_valtype *params, *results;
    uint32_t param_count, result_count;
    gw_valtype single; /* storage for the short form; results points here */
};

/*
 * Immediates of one operator.  Indices stand in a, b, c in the order of the
 * binary format: call_indirect has a = type, b = table; table.copy a =
 * destination, b = source; memory.init a = data, b = memory; struct.get a =
 * type, b = field; br_on_cast a = flags, b = label, types in type, type2.
 */
struct gw_imm {
    uint32_t a, b, c;
    union {
        int32_t i32;
        int64_t i64;
        uint32_t f32;     /* bits */
        uint64_t f64;     /* bits */
        uint64_t offset;  /* memarg; a = memory, b = log2 of the alignment */
        uint8_t v128[16]; /* little-endian image; shuffle: its 16 lanes */
    } u;
    uint8_t lane;           /* lane index */
    gw_valtype type, type2; /* heap types (as GW_REF types), select's type */
    struct gw_blocktype block;
    const uint8_t *items; /* br_table: count + 1 labels; select: types; */
    uint32_t count;       /* try_table: catches; resume: handlers */
};

/* Reads the operator at the reader's position and its immediates.  types
 * resolves and canonicalises type indices in block types and heap types; an
 * index that does not exist fails as "unknown type".  Returns false after a
 * failure (sticky in reader). */
bool gw_op_read(struct gw_reader *reader, const struct gw_types *types,
                enum gw_op *op, struct gw_imm *imm);

/* One value type, or reference/heap type (spec 5.3); group_end is how many
 * type indices may be named (types->count, or the end of the recursion group
 * being decoded).  Reports to the reader; returns GW_TYPE_BOT on failure. */
gw_valtype gw_read_valtype(struct gw_reader *reader,
                           const struct gw_types *types, uint32_t group_end);
uint32_t gw_read_heaptype(struct gw_reader *reader,
                          const struct gw_types *types, uint32_t group_end);

/* One clause of try_table. */
struct gw_catch {
    uint8_t kind; /* 0 catch, 1 catch_ref, 2 catch_all, 3 catch_all_ref */
    uint32_t tag; /* kinds 0 and 1 */
    uint32_t label;
};
void gw_read_catch(struct gw_reader *reader, struct gw_catch *out);

/* One handler of resume. */
struct gw_handler {
    uint8_t kind; /* 0 on tag label, 1 on tag switch */
    uint32_t tag;
    uint32_t label; /* kind 0 */
};
void gw_read_handler(struct gw_reader *reader, struct gw_handler *out);

#endif
