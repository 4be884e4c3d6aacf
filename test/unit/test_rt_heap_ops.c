/* Operators on objects and constant expressions: src/rt/heap_ops.c,
 * const_expr.c, and what instances keep alive. */
#include "test_rt_heap.h"

/* ---- fields and types ---- */

static void
check_field(gw_valtype type, bool sign, uint64_t in, uint64_t out)
{
    uint8_t data[16];
    union gw_slot value[2] = { { 0 } }, result[2];
    bool small = gw_storage_size(type) < 4;
    if (small || gw_storage_size(type) == 4)
        value->u32 = (uint32_t)in;
    else
        value->u64 = in;
    gw_field_store(data, type, value);
    gw_field_load(data, type, sign, result);
    CHECK_EQ_U64(gw_storage_size(type) <= 4 ? result->u32 : result->u64, out);
}

static void
test_fields(void)
{
    check_field(GW_TYPE_I8, false, 0x12345680, 0x80);
    check_field(GW_TYPE_I8, true, 0x12345680, 0xffffff80);
    check_field(GW_TYPE_I8, true, 0x17f, 0x7f);
    check_field(GW_TYPE_I16, false, 0x12348000, 0x8000);
    check_field(GW_TYPE_I16, true, 0x12348000, 0xffff8000);
    check_field(GW_TYPE_I16, true, 0x7fff, 0x7fff);
    check_field(GW_TYPE_I32, true, 0x80000001, 0x80000001);
    check_field(GW_TYPE_F32, false, 0x7fa00000, 0x7fa00000);
    check_field(GW_TYPE_I64, false, UINT64_MAX - 1, UINT64_MAX - 1);
    check_field(GW_TYPE_F64, false, 1, 1);
    check_field(GW_TYPE_EXTERNREF, false, 99, 99);
    CHECK_EQ_U64((uint32_t)gw_ref_i31_s(gw_ref_from_i31(0x40000000)),
                 0xc0000000);
    CHECK_EQ_U64(gw_ref_i31_u(gw_ref_from_i31(UINT32_MAX)), 0x7fffffff);
    CHECK(gw_ref_eq(gw_ref_from_i31(5), gw_ref_from_i31(0x80000005)));
}

static void
test_struct_new(void)
{
    struct play p;
    uint64_t ref;
    union gw_slot values[MIXED_COUNT + 1], out[2];
    if (!begin(&p))
        return;
    for (uint32_t i = 0; i < MIXED_COUNT + 1; i++)
        values[i].u64 = i * 0x0101010101010101u;
    CHECK_EQ_U64(gw_struct_new(p.w.store, p.ids[MIXED], values, &ref),
                 GW_TRAP_NONE);
    for (uint32_t i = 0, slot = 0; i < MIXED_COUNT; i++) {
        gw_valtype type = mixed_fields[i].type;
        gw_field_load(field(&p, ref, i), type, false, out);
        uint32_t size = gw_storage_size(type);
        uint8_t want[16];
        memset(want, (int)slot, sizeof(want));
        if (size == 16)
            memset(want + 8, (int)slot + 1, 8);
        CHECK(memcmp(field(&p, ref, i), want, size) == 0);
        slot += gw_type_slots(type);
    }
    CHECK_EQ_U64(gw_struct_new(p.w.store, p.ids[MIXED], NULL, &ref),
                 GW_TRAP_NONE);
    CHECK(is_clear(gw_ref_object(ref), 96));
    close_play(&p);
}

/* ref: 0 and then one of each; a row of `ok` for each heap type, one bit for
 * each reference. */
static void
test_has_type(void)
{
    struct play p;
    struct gw_funcinst *func;
    if (!begin(&p))
        return;
    const struct gw_functype *type =
        &gw_typereg_def(p.w.engine, p.ids[FUNC])->func;
    gw_funcinst_new_host(p.w.store, type, NULL, NULL, NULL, &func);
    func->type_id = p.ids[FUNC];
    uint64_t refs[] = {
        gw_ref_from_i31(3),
        new_struct(&p, MIXED),
        new_struct(&p, BELOW),
        new_array(&p, BYTES, 0),
        gw_ref_from(gw_heap_new_host(p.w.store, NULL, NULL)),
    };
    struct {
        uint32_t heap, ok;
    } rows[] = {
        { GW_HEAP_ANY, 0x1f },    { GW_HEAP_EXTERN, 0x1f },
        { GW_HEAP_EQ, 0x0f },     { GW_HEAP_I31, 0x01 },
        { GW_HEAP_STRUCT, 0x06 }, { GW_HEAP_ARRAY, 0x08 },
        { GW_HEAP_NONE, 0 },      { GW_HEAP_NOEXTERN, 0 },
        { p.ids[MIXED], 0x06 },   { p.ids[BELOW], 0x04 },
        { p.ids[BYTES], 0x08 },   { p.ids[HALVES], 0 },
        { p.ids[NODE], 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        gw_valtype narrow = GW_REF | rows[i].heap;
        gw_valtype nullable = NULL_REF(rows[i].heap);
        CHECK(!gw_ref_has_type(p.w.store, 0, narrow));
        CHECK(gw_ref_has_type(p.w.store, 0, nullable));
        for (int j = 0; j < 5; j++) {
            bool ok = (rows[i].ok >> j & 1) != 0;
            CHECK(gw_ref_has_type(p.w.store, refs[j], narrow) == ok);
            CHECK(gw_ref_has_type(p.w.store, refs[j], nullable) == ok);
        }
    }
    uint64_t ref = gw_ref_from(func);
    CHECK(gw_ref_has_type(p.w.store, ref, GW_TYPE_FUNCREF));
    CHECK(gw_ref_has_type(p.w.store, ref, GW_REF | p.ids[FUNC]));
    CHECK(!gw_ref_has_type(p.w.store, ref, GW_REF | p.ids[PAYLOAD]));
    CHECK(!gw_ref_has_type(p.w.store, ref, NULL_REF(GW_HEAP_NOFUNC)));
    close_play(&p);
}

/* ---- operators on arrays ---- */

/* Fills, copies and overlaps on bytes, beside a plain array. */
static void
test_array_bytes(void)
{
    enum { SIZE = 37 };
    struct play p;
    uint8_t model[SIZE] = { 0 };
    uint64_t seed = 7;
    if (!begin(&p))
        return;
    struct gw_store *store = p.w.store;
    uint64_t ref = new_array(&p, BYTES, SIZE);
    const uint8_t *data = gw_object_data(gw_ref_object(ref));
    for (int i = 0; i < 4000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t a = (uint32_t)(seed >> 33) % (SIZE + 3);
        uint32_t b = (uint32_t)(seed >> 40) % (SIZE + 3);
        uint32_t n = (uint32_t)(seed >> 47) % (SIZE + 3);
        union gw_slot value = { .u32 = (uint32_t)i | 0xabcd00 };
        bool to_fits = a + n <= SIZE, from_fits = b + n <= SIZE;
        enum gw_trap trap;
        if (i % 2 == 0) {
            trap = gw_array_fill(store, ref, a, &value, n);
            if (to_fits)
                memset(model + a, i & 0xff, n);
            CHECK((trap == GW_TRAP_NONE) == to_fits);
        } else {
            trap = gw_array_copy(store, ref, a, ref, b, n);
            if (to_fits && from_fits)
                memmove(model + a, model + b, n);
            CHECK((trap == GW_TRAP_NONE) == (to_fits && from_fits));
        }
        if (trap != GW_TRAP_NONE)
            CHECK_EQ_U64(trap, GW_TRAP_ARRAY_OUT_OF_BOUNDS);
        if (!CHECK(memcmp(model, data, SIZE) == 0))
            break;
    }
    union gw_slot zero = { .u64 = 0 };
    CHECK_EQ_U64(gw_array_fill(store, 0, 0, &zero, 0), GW_TRAP_NULL_ARRAY);
    CHECK_EQ_U64(gw_array_copy(store, 0, 0, ref, 0, 0), GW_TRAP_NULL_ARRAY);
    CHECK_EQ_U64(gw_array_copy(store, ref, 99, 0, 0, 0), GW_TRAP_NULL_ARRAY);
    CHECK_EQ_U64(gw_array_fill(store, ref, UINT32_MAX, &zero, UINT32_MAX),
                 GW_TRAP_ARRAY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_fill(store, ref, SIZE, &zero, 0), GW_TRAP_NONE);
    close_play(&p);
}

static void
test_array_new(void)
{
    struct play p;
    uint64_t ref;
    if (!begin(&p))
        return;
    struct gw_store *store = p.w.store;
    union gw_slot v[6] = { { 1 }, { 2 }, { 3 }, { 4 }, { 5 }, { 6 } };
    CHECK_EQ_U64(gw_array_new(store, p.ids[VECTORS], v, 3, &ref), 0);
    for (int i = 0; i < 6; i++)
        CHECK_EQ_U64(elements(ref)[i], 1 + i % 2);
    CHECK_EQ_U64(gw_array_new_fixed(store, p.ids[VECTORS], v, 3, &ref), 0);
    for (uint32_t i = 0; i < 6; i++)
        CHECK_EQ_U64(elements(ref)[i], 1 + i);
    CHECK_EQ_U64(gw_array_new_fixed(store, p.ids[LONGS], v + 2, 4, &ref), 0);
    for (uint32_t i = 0; i < 4; i++)
        CHECK_EQ_U64(elements(ref)[i], 3 + i);
    v[0].u32 = 0x0201;
    CHECK_EQ_U64(gw_array_new(store, p.ids[HALVES], v, 1001, &ref), 0);
    uint16_t half;
    memcpy(&half, gw_object_data(gw_ref_object(ref)) + 2000, 2);
    CHECK_EQ_U64(half, 0x0201);
    CHECK_EQ_U64(gw_array_new(store, p.ids[BYTES], v, 0, &ref), 0);
    CHECK_EQ_U64(gw_ref_object(ref)->count, 0);
    CHECK_EQ_U64(gw_array_new(store, p.ids[VECTORS], v, UINT32_MAX, &ref),
                 GW_TRAP_HEAP_EXHAUSTED);
    CHECK_EQ_U64(gw_array_new(store, p.ids[BYTES], NULL, UINT32_MAX, &ref),
                 GW_TRAP_HEAP_EXHAUSTED);
    close_play(&p);
}

/* ---- modules ---- */

/*
 * (rec (type $pair (struct (field eqref eqref))))      0
 * (type $anys (array anyref))                          1
 * (type $halves (array (mut i16)))                     2
 * (type $i32s (array (mut i32)))                       3
 * Globals 0-4 (below), a table of three anyrefs that begins with a pair, a
 * passive segment of two and an active one of one, a passive data segment.
 */
static void
make_module(struct bytes *m)
{
    enum { EQ = 0x6d, ANY = 0x6e, I16 = 0x77 };
    begin_module(m);
    SECTION(m, 1, 4, 0x5f, 2, EQ, 0, EQ, 0, 0x5e, ANY, 0, 0x5e, I16, 1, 0x5e,
            I32, 1);
    /* table 0: 3 anyref, each (struct.new 0 (ref.i31 1) (ref.i31 2)) */
    SECTION(m, 4, 1, 0x40, 0, ANY, 0, 3, 0x41, 1, 0xfb, 0x1c, 0x41, 2, 0xfb,
            0x1c, 0xfb, 0, 0, 0x0b);
    SECTION(
        m, 6, 5,
        /* 0: (struct.new 0 (struct.new_default 0) (struct.new_default 0)) */
        0x63, 0, 0, 0xfb, 1, 0, 0xfb, 1, 0, 0xfb, 0, 0, 0x0b,
        /* 1: (array.new 1 (global.get 0) (i32.const 3)) */
        ANY, 0, 0x23, 0, 0x41, 3, 0xfb, 6, 1, 0x0b,
        /* 2: (array.new_fixed 1 2 (struct.new_default 0) (ref.i31 -1)) */
        ANY, 1, 0xfb, 1, 0, 0x41, 0x7f, 0xfb, 0x1c, 0xfb, 8, 1, 2, 0x0b,
        /* 3: (extern.convert_any (array.new_default 2 (i32.const 5))) */
        EXTERNREF, 0, 0x41, 5, 0xfb, 7, 2, 0xfb, 0x1b, 0x0b,
        /* 4: (any.convert_extern (global.get 3)) */
        ANY, 0, 0x23, 3, 0xfb, 0x1a, 0x0b);
    SECTION(m, 9, 2,
            /* passive anyref: (struct.new_default 0), (ref.i31 9) */
            5, ANY, 2, 0xfb, 1, 0, 0x0b, 0x41, 9, 0xfb, 0x1c, 0x0b,
            /* active in table 0 at 1: (struct.new_default 0) */
            6, 0, 0x41, 1, 0x0b, ANY, 1, 0xfb, 1, 0, 0x0b);
    SECTION(m, 12, 1);
    SECTION(m, 11, 1, 1, 7, 1, 2, 3, 4, 5, 6, 7);
}

static void
check_roots(struct play *p, struct gw_instance *instance)
{
    struct gw_globalinst **globals = instance->globals;
    uint64_t pair = globals[0]->value[0].ref;
    /* Objects: 3 of global 0, 1 of global 1, 2 of global 2, 1 of global 3,
     * 1 of the table, 1 of each segment. */
    CHECK_EQ_U64(collect(p).objects, 10);
    CHECK_EQ_U64(elements(globals[1]->value[0].ref)[2], pair);
    CHECK(gw_heap_knows(p->w.store, elements(pair)[1]));
    CHECK_EQ_U64(elements(globals[2]->value[0].ref)[1],
                 gw_ref_from_i31(UINT32_MAX));
    CHECK_EQ_U64(globals[3]->value[0].ref, globals[4]->value[0].ref);
    uint64_t *elems = instance->ctx.tables[0]->elems;
    CHECK(elems[0] == elems[2] && elems[0] != elems[1]);
    CHECK_EQ_U64(elements(elems[2])[1], gw_ref_from_i31(2));
    globals[2]->value[0].ref = elems[0] = elems[1] = elems[2] = 0;
    CHECK_EQ_U64(collect(p).objects, 6);
    gw_elem_drop(instance, 0);
    CHECK_EQ_U64(collect(p).objects, 5);
}

static void
check_segments(struct gw_instance *instance)
{
    const uint32_t *ids = instance->ctx.type_ids;
    uint64_t ref, other;
    CHECK_EQ_U64(gw_array_new_elem(instance, ids[1], 0, 0, 2, &ref), 0);
    CHECK_EQ_U64(elements(ref)[1], gw_ref_from_i31(9));
    CHECK_EQ_U64(gw_array_new_elem(instance, ids[1], 0, 1, 2, &other),
                 GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_init_elem(instance, ref, 0, 0, 1, 1), 0);
    CHECK_EQ_U64(elements(ref)[0], gw_ref_from_i31(9));
    CHECK_EQ_U64(gw_array_init_elem(instance, ref, 2, 0, 0, 1),
                 GW_TRAP_ARRAY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_init_elem(instance, ref, 0, 1, 0, 1),
                 GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_init_elem(instance, 0, 0, 0, 0, 0),
                 GW_TRAP_NULL_ARRAY);

    CHECK_EQ_U64(gw_array_new_data(instance, ids[2], 0, 1, 3, &ref), 0);
    uint16_t halves[3];
    memcpy(halves, gw_object_data(gw_ref_object(ref)), 6);
    CHECK(halves[0] == 0x0302 && halves[1] == 0x0504 && halves[2] == 0x0706);
    CHECK_EQ_U64(gw_array_new_data(instance, ids[2], 0, 0, 4, &other),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_new_data(instance, ids[3], 0, 0, UINT32_MAX, &other),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_init_data(instance, ref, 2, 0, 0, 1), 0);
    memcpy(halves, gw_object_data(gw_ref_object(ref)), 6);
    CHECK(halves[1] == 0x0504 && halves[2] == 0x0201);
    CHECK_EQ_U64(gw_array_init_data(instance, ref, 1, 0, 0, 3),
                 GW_TRAP_ARRAY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_init_data(instance, ref, 0, 0, 6, 1),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    gw_data_drop(instance, 0);
    gw_elem_drop(instance, 0);
    CHECK_EQ_U64(gw_array_new_data(instance, ids[2], 0, 0, 0, &other), 0);
    CHECK_EQ_U64(gw_array_new_data(instance, ids[2], 0, 0, 1, &other),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_array_new_elem(instance, ids[1], 0, 0, 0, &other), 0);
    CHECK_EQ_U64(gw_array_new_elem(instance, ids[1], 0, 0, 1, &other),
                 GW_TRAP_TABLE_OUT_OF_BOUNDS);
}

static void
test_module(bool stress)
{
    static struct bytes module;
    struct play p;
    struct gw_instance *instance;
    make_module(&module);
    gw_config_init(&p.w.config);
    gw_config_set(&p.w.config, GW_OPTION_GC_STRESS, stress);
    if (!open_play(&p))
        return;
    if (CHECK_EQ_U64(world_instance(&p.w, &module, NULL, 0, &instance),
                     GW_OK)) {
        check_segments(instance);
    } else {
        printf("    %s at 0x%" PRIx64 "\n", p.w.diag.text, p.w.diag.offset);
    }
    close_play(&p);
    if (!open_play(&p))
        return;
    if (world_instance(&p.w, &module, NULL, 0, &instance) == GW_OK)
        check_roots(&p, instance);
    close_play(&p);
}

/* Every allocation of an instantiation fails once.  One for a block may be
 * made up for by a collection. */
static void
test_faults(void)
{
    static struct bytes module;
    make_module(&module);
    for (uint64_t n = 1;; n++) {
        struct play p;
        struct gw_instance *instance = NULL;
        if (!begin(&p))
            return;
        struct gw_program *program = world_program(&p.w, &module);
        if (!program)
            return;
        p.w.hook.count = 0;
        p.w.hook.fail = n;
        gw_diag_init(&p.w.diag);
        enum gw_err err = gw_instance_new(p.w.store, program, NULL, 0,
                                          &p.w.diag, &instance);
        bool reached = p.w.hook.count >= n;
        gw_program_unref(program);
        CHECK(err == GW_OK || (reached && err == GW_ERR_NOMEM));
        CHECK_EQ_U64(collect(&p).objects, err == GW_OK ? 10 : 0);
        close_play(&p);
        if (!reached)
            break;
    }
}

/* A heap too small for what a constant asks. */
static void
test_const_limit(void)
{
    struct bytes m;
    struct play p;
    struct gw_instance *instance;
    begin_module(&m);
    SECTION(&m, 1, 1, 0x5e, I64, 1);
    SECTION(&m, 6, 1, 0x6e, 0, 0x41, 0x7f, 0xfb, 7, 0, 0x0b);
    if (!begin(&p))
        return;
    CHECK_EQ_U64(world_instance(&p.w, &m, NULL, 0, &instance), GW_ERR_NOMEM);
    CHECK_STR(p.w.diag.text,
              "out of garbage-collected heap in a constant expression");
    close_play(&p);
}

int
main(void)
{
    test_fields();
    test_struct_new();
    test_has_type();
    test_array_bytes();
    test_array_new();
    test_module(false);
    test_module(true);
    test_faults();
    test_const_limit();
    return CHECK_DONE();
}
