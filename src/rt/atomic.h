/*
 * What every atomic row of mem.def does to memory, once the address is known
 * to be good and aligned, as a function gw_mem_<IDENT> beside those of
 * wasm/mem.h:
 *
 *     value = load(p)             store(p, value)
 *     old = rmw(p, operand)       old = cmpxchg(p, expected, replacement)
 *
 * All are sequentially consistent; memory is little-endian.  Waiting and
 * notifying are in rt/wait.h.
 *
 * Threads of guests may also race for the same bytes with plain accesses, on
 * purpose: the specification says what they may see, C does not.  The bytes
 * are reached through pointers of unknown origin, and an aligned access of up
 * to 8 bytes is one instruction, so compilers do what the specification asks.
 * The thread sanitizer is right to see a race there.  Only the interpreter's
 * handlers may be told to it as exceptions, with an attribute; it is not to
 * be silenced in the run time, where a race is a mistake of ours.
 */
#ifndef GW_RT_ATOMIC_H
#define GW_RT_ATOMIC_H

#include "wasm/num.h"

#include <stdatomic.h>

/* The cells lie in guest memory, where nothing but their bytes has room. */
_Static_assert(sizeof(_Atomic(uint8_t)) == 1, "an atomic cell is its bytes");
_Static_assert(sizeof(_Atomic(uint16_t)) == 2, "an atomic cell is its bytes");
_Static_assert(sizeof(_Atomic(uint32_t)) == 4, "an atomic cell is its bytes");
_Static_assert(sizeof(_Atomic(uint64_t)) == 8, "an atomic cell is its bytes");

/* ---- cells: unsigned numbers in memory ---- */

#define GW_CELL(TAG, p) ((_Atomic(GW_C_##TAG) *)(uintptr_t)(p))
#define GW_LITTLE(TAG, x) \
    (gw_host_is_little() ? (x) : (GW_C_##TAG)gw_swap_##TAG(x))

/* Operators that treat every byte alike work on swapped numbers. */
#define GW_ATOMIC_BITWISE(TAG, KIND, FUNCTION)                               \
    static inline GW_C_##TAG gw_atomic_##KIND##_##TAG(uint8_t *p,            \
                                                      GW_C_##TAG operand)    \
    {                                                                        \
        GW_C_##TAG old = FUNCTION(GW_CELL(TAG, p), GW_LITTLE(TAG, operand)); \
        return GW_LITTLE(TAG, old);                                          \
    }

/* Carries run from the low byte to the high one. */
#define GW_ATOMIC_CARRYING(TAG, KIND, FUNCTION, OPERATOR)                 \
    static inline GW_C_##TAG gw_atomic_##KIND##_##TAG(uint8_t *p,         \
                                                      GW_C_##TAG operand) \
    {                                                                     \
        if (gw_host_is_little())                                          \
            return FUNCTION(GW_CELL(TAG, p), operand);                    \
        GW_C_##TAG seen = atomic_load(GW_CELL(TAG, p)), old, sum;         \
        do {                                                              \
            old = GW_LITTLE(TAG, seen);                                   \
            sum = (GW_C_##TAG)(old OPERATOR operand);                     \
        } while (!atomic_compare_exchange_weak(GW_CELL(TAG, p), &seen,    \
                                               GW_LITTLE(TAG, sum)));     \
        return old;                                                       \
    }

#define GW_ATOMIC_CELL(TAG)                                                  \
    static inline GW_C_##TAG gw_atomic_load_##TAG(const uint8_t *p)          \
    {                                                                        \
        GW_C_##TAG value = atomic_load(GW_CELL(TAG, p));                     \
        return GW_LITTLE(TAG, value);                                        \
    }                                                                        \
    static inline void gw_atomic_store_##TAG(uint8_t *p, GW_C_##TAG value)   \
    {                                                                        \
        atomic_store(GW_CELL(TAG, p), GW_LITTLE(TAG, value));                \
    }                                                                        \
    GW_ATOMIC_CARRYING(TAG, ADD, atomic_fetch_add, +)                        \
    GW_ATOMIC_CARRYING(TAG, SUB, atomic_fetch_sub, -)                        \
    GW_ATOMIC_BITWISE(TAG, AND, atomic_fetch_and)                            \
    GW_ATOMIC_BITWISE(TAG, OR, atomic_fetch_or)                              \
    GW_ATOMIC_BITWISE(TAG, XOR, atomic_fetch_xor)                            \
    GW_ATOMIC_BITWISE(TAG, XCHG, atomic_exchange)                            \
    static inline GW_C_##TAG gw_atomic_cmpxchg_##TAG(uint8_t *p,             \
                                                     GW_C_##TAG expected,    \
                                                     GW_C_##TAG replacement) \
    {                                                                        \
        GW_C_##TAG seen = GW_LITTLE(TAG, expected);                          \
        atomic_compare_exchange_strong(GW_CELL(TAG, p), &seen,               \
                                       GW_LITTLE(TAG, replacement));         \
        return GW_LITTLE(TAG, seen);                                         \
    }

GW_ATOMIC_CELL(u8)
GW_ATOMIC_CELL(u16)
GW_ATOMIC_CELL(u32)
GW_ATOMIC_CELL(u64)

#undef GW_CELL
#undef GW_LITTLE
#undef GW_ATOMIC_BITWISE
#undef GW_ATOMIC_CARRYING
#undef GW_ATOMIC_CELL

/* ---- operators ---- */

#define ATOMIC_LOAD(IDENT, VALUE, MEMORY)                       \
    static inline GW_C_##VALUE gw_mem_##IDENT(const uint8_t *p) \
    {                                                           \
        return GW_AS_##VALUE(gw_atomic_load_##MEMORY(p));       \
    }
#define ATOMIC_STORE(IDENT, VALUE, MEMORY)                            \
    static inline void gw_mem_##IDENT(uint8_t *p, GW_C_##VALUE value) \
    {                                                                 \
        gw_atomic_store_##MEMORY(p, GW_AS_##MEMORY(value));           \
    }
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND)                        \
    static inline GW_C_##VALUE gw_mem_##IDENT(uint8_t *p,             \
                                              GW_C_##VALUE operand)   \
    {                                                                 \
        return GW_AS_##VALUE(                                         \
            gw_atomic_##KIND##_##MEMORY(p, GW_AS_##MEMORY(operand))); \
    }
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY)                            \
    static inline GW_C_##VALUE gw_mem_##IDENT(uint8_t *p,               \
                                              GW_C_##VALUE expected,    \
                                              GW_C_##VALUE replacement) \
    {                                                                   \
        return GW_AS_##VALUE(                                           \
            gw_atomic_cmpxchg_##MEMORY(p, GW_AS_##MEMORY(expected),     \
                                       GW_AS_##MEMORY(replacement)));   \
    }
#define LOAD(IDENT, VALUE, MEMORY)
#define STORE(IDENT, VALUE, MEMORY)
#define VLOAD(IDENT, LANE, COUNT, KIND)
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT)
#define VLOAD_LANE(IDENT, LANE)
#define VSTORE(IDENT, LANE, COUNT)
#define VSTORE_LANE(IDENT, LANE)
#define ATOMIC_WAIT(IDENT, MEMORY)
#define ATOMIC_NOTIFY(IDENT, MEMORY)
#include "wasm/mem.def"

#endif
