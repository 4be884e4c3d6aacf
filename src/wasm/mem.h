/*
 * What every row of mem.def reads or writes, once the address is known to be
 * good, as a function gw_mem_<IDENT>:
 *
 *     value = load(p)     store(p, value)         floats are their bits
 *     vload(&vector, p)   vstore(p, &vector)      and then a lane number, for
 *                                                 those of one lane
 *
 * Atomic operators are not here; they need the machine's help.
 */
#ifndef GW_WASM_MEM_H
#define GW_WASM_MEM_H

#include "wasm/num.h"

/* How a VLOAD fills the lanes after those read. */
#define GW_FILL_ALL(LANE) gw_get_##LANE(p + i * sizeof(GW_C_##LANE))
#define GW_FILL_SPLAT(LANE) gw_get_##LANE(p)
#define GW_FILL_ZERO(LANE) (i == 0 ? gw_get_##LANE(p) : 0)

#define LOAD(IDENT, VALUE, MEMORY)                              \
    static inline GW_C_##VALUE gw_mem_##IDENT(const uint8_t *p) \
    {                                                           \
        return GW_AS_##VALUE(gw_get_##MEMORY(p));               \
    }
#define STORE(IDENT, VALUE, MEMORY)                                   \
    static inline void gw_mem_##IDENT(uint8_t *p, GW_C_##VALUE value) \
    {                                                                 \
        gw_put_##MEMORY(p, GW_AS_##MEMORY(value));                    \
    }
#define VLOAD(IDENT, LANE, COUNT, KIND)                                       \
    static inline void gw_mem_##IDENT(struct gw_v128 *room, const uint8_t *p) \
    {                                                                         \
        struct gw_lanes_##LANE r;                                             \
        for (size_t i = 0; i < GW_COUNT(r); i++)                              \
            r.at[i] = GW_FILL_##KIND(LANE);                                   \
        gw_pack_##LANE(room, &r);                                             \
    }
#define VLOAD_EXTEND(IDENT, LANE, MEMORY, COUNT)                              \
    static inline void gw_mem_##IDENT(struct gw_v128 *room, const uint8_t *p) \
    {                                                                         \
        struct gw_lanes_##LANE r;                                             \
        for (size_t i = 0; i < COUNT; i++)                                    \
            r.at[i] = GW_AS_##LANE(                                           \
                gw_get_##MEMORY(p + i * sizeof(GW_C_##MEMORY)));              \
        gw_pack_##LANE(room, &r);                                             \
    }
#define VLOAD_LANE(IDENT, LANE)                                                \
    static inline void gw_mem_##IDENT(struct gw_v128 *v, const uint8_t *p,     \
                                      uint32_t lane)                           \
    {                                                                          \
        memcpy(&v->bytes[lane * sizeof(GW_C_##LANE)], p, sizeof(GW_C_##LANE)); \
    }
#define VSTORE(IDENT, LANE, COUNT)                                         \
    static inline void gw_mem_##IDENT(uint8_t *p, const struct gw_v128 *v) \
    {                                                                      \
        memcpy(p, v->bytes, COUNT * sizeof(GW_C_##LANE));                  \
    }
#define VSTORE_LANE(IDENT, LANE)                                               \
    static inline void gw_mem_##IDENT(uint8_t *p, const struct gw_v128 *v,     \
                                      uint32_t lane)                           \
    {                                                                          \
        memcpy(p, &v->bytes[lane * sizeof(GW_C_##LANE)], sizeof(GW_C_##LANE)); \
    }
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY)
#define ATOMIC_STORE(IDENT, VALUE, MEMORY)
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND)
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY)
#define ATOMIC_WAIT(IDENT, MEMORY)
#define ATOMIC_NOTIFY(IDENT, MEMORY)
#include "wasm/mem.def"

#undef GW_FILL_ALL
#undef GW_FILL_SPLAT
#undef GW_FILL_ZERO

#endif
