/*
 * Values at run time: 64-bit slots.
 *
 * Frames, argument arrays, globals and field storage hold values in slots of
 * 64 bits; a v128 takes two, as its little-endian image.  Which member is
 * live follows from the type; nothing marks it.  An i32 written through the
 * canonical form (frames, snapshots) has its upper half zero.
 *
 * A reference is a number: 0 is null.  References of the func hierarchy are
 * the address of a struct gw_funcinst.  References of the any and extern
 * hierarchies are either an i31 (lowest bit set, value in the upper 31 bits
 * of the low word) or the address of a struct gw_object of the store's heap.
 */
#ifndef GW_RT_VALUE_H
#define GW_RT_VALUE_H

#include "wasm/types.h"

#include <stdint.h>

union gw_slot {
    uint64_t u64;
    int64_t i64;
    uint32_t u32;
    int32_t i32;
    float f32;
    double f64;
    uint64_t ref;
};

struct gw_funcinst;
struct gw_tableinst;
struct gw_meminst;
struct gw_globalinst;
struct gw_taginst;
struct gw_instance;
struct gw_store;
struct gw_exec;
struct gw_program;
struct gw_engine;

static inline uint64_t
gw_ref_from(const void *object)
{
    return (uint64_t)(uintptr_t)object;
}

static inline struct gw_funcinst *
gw_ref_func(uint64_t ref)
{
    return (struct gw_funcinst *)(uintptr_t)ref;
}

#endif
