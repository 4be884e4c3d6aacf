/*
 * What instructions do, on whole slots: gw_do_<IDENT> for the scalar rows of
 * num.def that do not trap, with _K for a constant last operand, and for the
 * loads and stores of mem.def.  Superinstructions are put together from them,
 * so that a value goes from one part to the next in a register.
 */
#ifndef GW_INTERP_STEP_H
#define GW_INTERP_STEP_H

#include "interp/run.h"
#include "wasm/mem.h"

#define SLOT_u32(X) gw_interp_slot_u32(X)
#define SLOT_u64(X) ((union gw_slot){ .u64 = (X) })
#define SLOT_f32(X) gw_interp_slot_u32(gw_f32_bits(X))
#define SLOT_f64(X) ((union gw_slot){ .f64 = (X) })
#define OF_u32(S) (S).u32
#define OF_s32(S) (S).i32
#define OF_u64(S) (S).u64
#define OF_s64(S) (S).i64
#define OF_f32(S) (S).f32
#define OF_f64(S) (S).f64
#define CONST_u32(W) (W)[0]
#define CONST_s32(W) (int32_t)(W)[0]
#define CONST_u64(W) (uint64_t)(int64_t)(int32_t)(W)[0]
#define CONST_s64(W) (int32_t)(W)[0]
#define CONST_f32(W) gw_f32_of_bits((W)[0])
#define CONST_f64(W) gw_f64_of_bits((uint64_t)(W)[1] << 32 | (W)[0])

#define NUM1(IDENT, R, A, EXPR)                                  \
    static inline union gw_slot gw_do_##IDENT(union gw_slot a) { \
        return SLOT_##R(gw_num_##IDENT(OF_##A(a)));              \
    }
#define NUM2(IDENT, R, A, B, EXPR)                                       \
    static inline union gw_slot gw_do_##IDENT(union gw_slot a,           \
                                              union gw_slot b) {         \
        return SLOT_##R(gw_num_##IDENT(OF_##A(a), OF_##B(b)));           \
    } static inline union gw_slot gw_do_##IDENT##_K(                     \
        union gw_slot a, const uint32_t *constant) {                     \
        return SLOT_##R(gw_num_##IDENT(OF_##A(a), CONST_##B(constant))); \
    }
#define NUM1_TRAP(IDENT, R, A, TRAPS, EXPR)
#define NUM2_TRAP(IDENT, R, A, B, TRAPS, EXPR)
#define WIDE2(IDENT, LOW, HIGH)
#define WIDE4(IDENT, LOW, HIGH)
#define SHUFFLE(IDENT, HELPER)
#define VECTOR2(IDENT, HELPER)
#define VECTOR3(IDENT, HELPER)
#define LANE1(IDENT, R, A, EXPR)
#define LANE2(IDENT, R, A, EXPR)
#define LANE3(IDENT, R, EXPR)
#define LANE_SHIFT(IDENT, R, A, EXPR)
#define LANE_TEST(IDENT, A, START, EXPR)
#define LANE_SPLAT(IDENT, R, A)
#define LANE_EXTRACT(IDENT, R, A)
#define LANE_REPLACE(IDENT, R, B)
#define LANE_NARROW(IDENT, R, A, EXPR)
#define LANE_WIDEN1(IDENT, R, A, FIRST, EXPR)
#define LANE_WIDEN2(IDENT, R, A, FIRST, EXPR)
#define LANE_PAIR1(IDENT, R, A, EXPR)
#define LANE_PAIR2(IDENT, R, A, EXPR)
#define LANE_LOW(IDENT, R, A, COUNT, EXPR)
#include "wasm/num.def"

#define LOAD(IDENT, VALUE, MEMORY)                                    \
    static inline union gw_slot gw_do_##IDENT(const uint8_t *bytes) { \
        return SLOT_##VALUE(gw_mem_##IDENT(bytes));                   \
    }
#define STORE(IDENT, VALUE, MEMORY)                                       \
    static inline void gw_do_##IDENT(uint8_t *bytes, union gw_slot value) \
    {                                                                     \
        gw_mem_##IDENT(bytes, OF_##VALUE(value));                         \
    }
#define VLOAD(IDENT, LANE, COUNT, KIND)
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT)
#define VLOAD_LANE(IDENT, LANE)
#define VSTORE(IDENT, LANE, COUNT)
#define VSTORE_LANE(IDENT, LANE)
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY)
#define ATOMIC_STORE(IDENT, VALUE, MEMORY)
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND)
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY)
#define ATOMIC_WAIT(IDENT, MEMORY)
#define ATOMIC_NOTIFY(IDENT, MEMORY)
#include "wasm/mem.def"

#undef CONST_u32
#undef CONST_s32
#undef CONST_u64
#undef CONST_s64
#undef CONST_f32
#undef CONST_f64

#endif
