/*
 * What the tests of the collected heap share: one type of each kind, and
 * shorthands for making and looking into objects.
 */
#ifndef GW_TEST_UNIT_TEST_RT_HEAP_H
#define GW_TEST_UNIT_TEST_RT_HEAP_H

#include "test_rt.h"

#include "rt/heap.h"

/* ---- the types ---- */

enum {
    FUNC,    /* func */
    NODE,    /* struct: value i32, next (ref null NODE) */
    PAIR,    /* struct: two eqref */
    MIXED,   /* struct: one field of each kind */
    BELOW,   /* struct: MIXED with two fields more */
    EMPTY,   /* struct */
    BYTES,   /* array i8 */
    HALVES,  /* array i16 */
    WORDS,   /* array i32 */
    LONGS,   /* array i64 */
    VECTORS, /* array v128 */
    ANYS,    /* array anyref */
    FUNCS,   /* array funcref */
    PAYLOAD, /* func: v128, anyref, i32, funcref, externref */
    TYPE_COUNT
};

#define NULL_REF(heap) (GW_REF | GW_NULLABLE | (uint32_t)(heap))

static struct gw_field node_fields[] = { { GW_TYPE_I32, true },
                                         { NULL_REF(NODE), true } };
static struct gw_field pair_fields[] = { { NULL_REF(GW_HEAP_EQ), true },
                                         { NULL_REF(GW_HEAP_EQ), true } };
static struct gw_field mixed_fields[] = {
    { GW_TYPE_I8, true },
    { NULL_REF(FUNC), true },
    { GW_TYPE_I16, true },
    { GW_TYPE_I8, true },
    { GW_TYPE_F32, true },
    { NULL_REF(GW_HEAP_ANY), true },
    { GW_TYPE_V128, true },
    { GW_TYPE_I32, true },
    { GW_TYPE_F64, true },
    { NULL_REF(PAYLOAD), true },
    { NULL_REF(GW_HEAP_EXN), true },
    { GW_TYPE_I8, true },
    { NULL_REF(PAIR), true },
};
static struct gw_field element_fields[] = {
    { GW_TYPE_I8, true },      { GW_TYPE_I16, true },
    { GW_TYPE_I32, true },     { GW_TYPE_I64, true },
    { GW_TYPE_V128, true },    { NULL_REF(GW_HEAP_ANY), true },
    { GW_TYPE_FUNCREF, true },
};
static const gw_valtype payload_types[] = {
    GW_TYPE_V128,    NULL_REF(GW_HEAP_ANY), GW_TYPE_I32,
    GW_TYPE_FUNCREF, GW_TYPE_EXTERNREF,
};

enum { MIXED_COUNT = 13 };

struct play {
    struct world w;
    uint32_t ids[TYPE_COUNT];
};

/* All types stand in one group: NODE and MIXED look ahead and back. */
static inline void
make_types(struct gw_typedef *defs)
{
    static struct gw_field below_fields[MIXED_COUNT + 2];
    memcpy(below_fields, mixed_fields, sizeof(mixed_fields));
    below_fields[MIXED_COUNT] = (struct gw_field){ GW_TYPE_I8, false };
    below_fields[MIXED_COUNT + 1] = (struct gw_field){ NULL_REF(GW_HEAP_EXTERN),
                                                       false };
    for (uint32_t i = 0; i < TYPE_COUNT; i++) {
        defs[i] = (struct gw_typedef){ .comp = GW_COMP_STRUCT,
                                       .super = GW_NO_INDEX,
                                       .canon = i,
                                       .group_count = TYPE_COUNT };
        if (i >= BYTES && i <= FUNCS) {
            defs[i].comp = GW_COMP_ARRAY;
            defs[i].fields = &element_fields[i - BYTES];
            defs[i].field_count = 1;
        }
    }
    defs[FUNC].comp = defs[PAYLOAD].comp = GW_COMP_FUNC;
    defs[FUNC].func = (struct gw_functype){ 0 };
    defs[PAYLOAD].func = (struct gw_functype){ .param_count = 5,
                                               .params = payload_types };
    defs[NODE].fields = node_fields;
    defs[NODE].field_count = 2;
    defs[PAIR].fields = pair_fields;
    defs[PAIR].field_count = 2;
    defs[MIXED].fields = mixed_fields;
    defs[MIXED].field_count = MIXED_COUNT;
    defs[BELOW].fields = below_fields;
    defs[BELOW].field_count = MIXED_COUNT + 2;
    defs[BELOW].super = MIXED;
}

/* Set options on p->w.config first. */
static inline bool
open_play(struct play *p)
{
    struct gw_typedef defs[TYPE_COUNT];
    struct gw_types types = { defs, TYPE_COUNT };
    if (!world_open(&p->w))
        return false;
    /* Lets in what no tier executes yet. */
    p->w.engine->decode.validate_only = true;
    make_types(defs);
    return CHECK_EQ_U64(gw_typereg_intern(p->w.engine, &types, p->ids), GW_OK);
}

static inline void
close_play(struct play *p)
{
    world_close(&p->w);
}

static inline bool
begin(struct play *p)
{
    gw_config_init(&p->w.config);
    return open_play(p);
}

static inline struct gw_heap_stats
collect(struct play *p)
{
    gw_heap_collect(p->w.store);
    return gw_heap_stats(p->w.store);
}

static inline uint64_t
new_struct(struct play *p, uint32_t type)
{
    return gw_ref_from(gw_heap_new_struct(p->w.store, p->ids[type]));
}

static inline uint64_t
new_array(struct play *p, uint32_t type, uint64_t count)
{
    return gw_ref_from(gw_heap_new_array(p->w.store, p->ids[type], count));
}

static inline uint8_t *
field(struct play *p, uint64_t ref, uint32_t index)
{
    struct gw_object *object = gw_ref_object(ref);
    const struct gw_layout *layout = gw_typereg_layout(p->w.engine,
                                                       object->type_id);
    return gw_object_data(object) + layout->offsets[index];
}

static inline void
set_ref(struct play *p, uint64_t ref, uint32_t index, uint64_t value)
{
    memcpy(field(p, ref, index), &value, sizeof(value));
}

static inline uint64_t
get_ref(struct play *p, uint64_t ref, uint32_t index)
{
    uint64_t value;
    memcpy(&value, field(p, ref, index), sizeof(value));
    return value;
}

static inline uint64_t *
elements(uint64_t ref)
{
    return (uint64_t *)(void *)gw_object_data(gw_ref_object(ref));
}

static inline bool
is_clear(const struct gw_object *object, size_t size)
{
    const uint8_t *data = (const uint8_t *)(object + 1);
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0)
            return false;
    return true;
}

#endif
