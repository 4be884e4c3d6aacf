#include "interp/translate.h"

#include "wasm/num.h"

/* Slots of a result, and forms with a constant last operand, by tag. */
#define SLOTS_u32 1
#define SLOTS_u64 1
#define SLOTS_f32 1
#define SLOTS_f64 1
#define SLOTS_v128 2
#define K_u32(IDENT) GW_IOP_##IDENT##_K, GW_CONST_32
#define K_s32(IDENT) GW_IOP_##IDENT##_K, GW_CONST_32
#define K_u64(IDENT) GW_IOP_##IDENT##_K, GW_CONST_SIGNED
#define K_s64(IDENT) GW_IOP_##IDENT##_K, GW_CONST_SIGNED
#define K_f32(IDENT) GW_IOP_##IDENT##_K, GW_CONST_32
#define K_f64(IDENT) GW_IOP_##IDENT##_K, GW_CONST_64
#define K_v128(IDENT) 0, 0

#define RULE(IDENT, FUNCTION, SLOTS)                                      \
    [GW_OP_##IDENT] = { GW_HAS_OP(IDENT) ? gw_trans_op_##FUNCTION : NULL, \
                        GW_IOP_##IDENT, 0, 0, SLOTS },

const struct gw_rule gw_rules[GW_OP_COUNT] = {
#define TRANSLATE(IDENT, FUNCTION)                                           \
    [GW_OP_##IDENT] = { GW_HAS_OP(IDENT) ? gw_trans_op_##FUNCTION : NULL, 0, \
                        0, 0, 0 },
#define TRANSLATE_TO(IDENT, FUNCTION) RULE(IDENT, FUNCTION, 1)
#include "interp/translate.def"

#define NUM1(IDENT, R, A, EXPR) RULE(IDENT, num, SLOTS_##R)
#define NUM2(IDENT, R, A, B, EXPR)                                      \
    [GW_OP_##IDENT] = { gw_trans_op_num2, GW_IOP_##IDENT, K_##B(IDENT), \
                        SLOTS_##R },
#define NUM3(IDENT, R, A, B, C, EXPR) RULE(IDENT, num, SLOTS_##R)
#define NUM1_TRAP(IDENT, R, A, TRAPS, EXPR) NUM1(IDENT, R, A, EXPR)
#define NUM2_TRAP(IDENT, R, A, B, TRAPS, EXPR) NUM2(IDENT, R, A, B, EXPR)
#define WIDE2(IDENT, LOW, HIGH) RULE(IDENT, wide, 1)
#define WIDE4(IDENT, LOW, HIGH) RULE(IDENT, wide, 1)
#define NUM1_LANE(IDENT, R, A, EXPR) RULE(IDENT, lane, SLOTS_##R)
#define NUM2_LANE(IDENT, R, A, B, EXPR) RULE(IDENT, lane, SLOTS_##R)
#define NUM2_LANES(IDENT, R, A, B, EXPR) RULE(IDENT, shuffle, SLOTS_##R)
#include "wasm/num_call.inc"
#include "wasm/num.def"

#define ACCESS(IDENT, FUNCTION, SLOTS) \
    [GW_OP_##                          \
        IDENT] = { gw_trans_op_##FUNCTION, GW_IOP_##IDENT##_G, 0, 0, SLOTS },
#define LOAD(IDENT, VALUE, MEMORY) ACCESS(IDENT, load, 1)
#define STORE(IDENT, VALUE, MEMORY) ACCESS(IDENT, store, 0)
#define VLOAD(IDENT, LANE, COUNT, KIND) ACCESS(IDENT, load, 2)
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT) ACCESS(IDENT, load, 2)
#define VLOAD_LANE(IDENT, LANE) ACCESS(IDENT, load_lane, 2)
#define VSTORE(IDENT, LANE, COUNT) ACCESS(IDENT, store, 0)
#define VSTORE_LANE(IDENT, LANE) ACCESS(IDENT, store_lane, 0)
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY) RULE(IDENT, atomic, 1)
#define ATOMIC_STORE(IDENT, VALUE, MEMORY) RULE(IDENT, atomic, 0)
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND) RULE(IDENT, atomic, 1)
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY) RULE(IDENT, atomic, 1)
#define ATOMIC_WAIT(IDENT, MEMORY) RULE(IDENT, atomic, 1)
#define ATOMIC_NOTIFY(IDENT, MEMORY) RULE(IDENT, atomic, 1)
#include "wasm/mem.def"
};

const uint16_t gw_rule_swaps[GW_OP_COUNT] = {
#define COMPARE(TAG, IDENT, NOT, SWAP) [GW_OP_##IDENT] = GW_OP_##SWAP,
#define COMPARE_FLOAT(TAG, IDENT, SWAP) [GW_OP_##IDENT] = GW_OP_##SWAP,
#define COMMUTES(IDENT) [GW_OP_##IDENT] = GW_OP_##IDENT,
#include "interp/fuse.def"
};

/* They stand close together: the table begins and ends with them. */
enum {
    FIRST = GW_HAS(GC) ? GW_IOP_REF_TEST : GW_IOP_I32_EQZ,
    LAST = GW_IOP_F64_GE
};

#define AT(IDENT) [GW_IOP_##IDENT - FIRST]

static const struct gw_fuse fuses[LAST - FIRST + 1] = {
    AT(I32_EQZ) = { GW_IOP_BR_UNLESS, GW_IOP_BR_IF, 0, 3 },
    AT(I64_EQZ) = { GW_IOP_BR_UNLESS_64, GW_IOP_BR_IF_64, 0, 3 },
#ifndef GW_WITHOUT_GC
    AT(REF_TEST) = { GW_IOP_BR_ON_CAST, GW_IOP_BR_ON_CAST_FAIL, 0, 4 },
    AT(REF_TEST_FINAL) = { GW_IOP_BR_ON_CAST_FINAL,
                           GW_IOP_BR_ON_CAST_FAIL_FINAL, 0, 4 },
#endif
#define COMPARE(TAG, IDENT, NOT, SWAP)                                   \
    AT(IDENT) = { GW_IOP_BR_##IDENT, GW_IOP_BR_##NOT, GW_IOP_##NOT, 4 }, \
    AT(IDENT##_K) = { GW_IOP_BR_##IDENT##_K, GW_IOP_BR_##NOT##_K,        \
                      GW_IOP_##NOT##_K, 4 },
#define COMPARE_FLOAT(TAG, IDENT, SWAP) \
    AT(IDENT) = { GW_IOP_BR_##IDENT, GW_IOP_BR_NOT_##IDENT, 0, 4 },
#include "interp/fuse.def"
};

const struct gw_fuse *
gw_fuse_find(uint32_t iop)
{
    static const struct gw_fuse none;
    return iop - FIRST <= LAST - FIRST ? &fuses[iop - FIRST] : &none;
}
