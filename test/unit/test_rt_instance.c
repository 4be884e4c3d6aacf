/* Linking and instantiation, src/rt/link.c, instance.c, segment.c. */
#include "test_rt.h"

/* Exports memory m (1 to 3 pages), table t (4 to 8), the globals g (42) and h
 * (mutable, 7), and the function a, which adds. */
static void
make_provider(struct bytes *m)
{
    begin_module(m);
    SECTION(m, 1, 1, 0x60, 2, I32, I32, 1, I32);
    SECTION(m, 3, 1, 0);
    SECTION(m, 4, 1, FUNCREF, 1, 4, 8);
    SECTION(m, 5, 1, 1, 1, 3);
    SECTION(m, 6, 2, I32, 0, 0x41, 42, 0x0b, I64, 1, 0x42, 7, 0x0b);
    SECTION(m, 7, 5, 1, 'm', 2, 0, 1, 't', 1, 0, 1, 'g', 3, 0, 1, 'h', 3, 1, 1,
            'a', 0, 0);
    SECTION(m, 10, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6a, 0x0b);
}

/* Imports m, t, g and a, defines one function, three globals, and segments
 * of every kind. */
static void
make_consumer(struct bytes *m)
{
    begin_module(m);
    SECTION(m, 1, 2, 0x60, 2, I32, I32, 1, I32, 0x60, 0, 0);
    SECTION(m, 2, 4, 1, 'A', 1, 'm', 2, 0, 1, /**/ 1, 'A', 1, 't', 1, FUNCREF,
            0, 4, /**/ 1, 'A', 1, 'g', 3, I32, 0, /**/ 1, 'A', 1, 'a', 0, 0);
    SECTION(m, 3, 1, 1);
    SECTION(m, 6, 3, /* global.get 0, i32.const 8, i32.add */
            I32, 1, 0x23, 0, 0x41, 8, 0x6a, 0x0b, FUNCREF, 0, 0xd2, 1, 0x0b,
            I64, 0, 0x42, 0x7f, 0x42, 3, 0x7e, 0x42, 1, 0x7d, 0x0b);
    SECTION(m, 7, 2, 1, 'r', 0, 0, 2, 'm', '2', 2, 0);
    SECTION(m, 9, 3, /* active at 1: 0 1 */ 0, 0x41, 1, 0x0b, 2, 0, 1,
            /* passive: 1 0 */ 1, 0, 2, 1, 0,
            /* passive: null, ref.func 0 */ 5, FUNCREF, 2, 0xd0, 0x70, 0x0b,
            0xd2, 0, 0x0b);
    SECTION(m, 10, 1, 2, 0, 0x0b);
    SECTION(m, 11, 2, /* active at global 0 */ 0, 0x23, 0, 0x0b, 2, 'h', 'i',
            /* passive */ 1, 3, 'x', 'y', 'z');
}

static struct gw_externval export(const struct gw_instance *instance,
                                  const char *name)
{
    struct gw_externval value = { .kind = GW_EXTERN_FUNC };
    CHECK(gw_instance_export(instance, gw_span_str(name), &value));
    return value;
}

/* What the consumer asks, in its order. */
static void
provide(const struct gw_instance *provider, struct gw_externval values[4])
{
    values[0] = export(provider, "m");
    values[1] = export(provider, "t");
    values[2] = export(provider, "g");
    values[3] = export(provider, "a");
}

static void
check_consumer(struct gw_instance *c, const struct gw_externval *given)
{
    struct gw_funcinst *own = &c->own_funcs[0];
    struct gw_tableinst *table = given[1].of.table;
    struct gw_meminst *memory = given[0].of.memory;
    CHECK(c->ctx.mem0 == memory && c->ctx.tables[0] == table);
    CHECK(c->ctx.globals[0] == given[2].of.global->value);
    CHECK(c->ctx.funcs[0] == given[3].of.func && c->ctx.funcs[1] == own);
    CHECK_EQ_U64(c->ctx.globals[1]->u32, 50);
    CHECK(gw_ref_func(c->ctx.globals[2]->ref) == own);
    CHECK_EQ_U64(c->ctx.globals[3]->u64, UINT64_MAX - 3);
    CHECK(table->elems[0] == 0 && table->elems[3] == 0);
    CHECK(gw_ref_func(table->elems[1]) == given[3].of.func);
    CHECK(gw_ref_func(table->elems[2]) == own);
    CHECK(memcmp(memory->base + 41, "\0hi\0", 4) == 0);
    CHECK(export(c, "r").of.func == given[3].of.func);
    CHECK(export(c, "m2").of.memory == memory);
    struct gw_externval none;
    CHECK(!gw_instance_export(c, gw_span_str("nothing"), &none));
}

static void
check_segments(struct gw_instance *c)
{
    struct gw_meminst *memory = c->ctx.memories[0];
    struct gw_tableinst *table = c->ctx.tables[0];
    /* Active segments are gone after instantiation. */
    CHECK_EQ_U64(gw_memory_init(c, 0, 0, 0, 0, 1),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_memory_init(c, 0, 0, 65536, 0, 0), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_memory_init(c, 0, 1, 65534, 1, 2), GW_TRAP_NONE);
    CHECK(memcmp(memory->base + 65534, "yz", 2) == 0);
    CHECK_EQ_U64(gw_memory_init(c, 0, 1, 65535, 1, 2),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_memory_init(c, 0, 1, 0, 2, UINT32_MAX),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    gw_data_drop(c, 1);
    CHECK_EQ_U64(gw_memory_init(c, 0, 1, 0, 0, 1),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);

    CHECK_EQ_U64(gw_table_init(c, 0, 0, 0, 0, 1), GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_table_init(c, 0, 1, 2, 0, 2), GW_TRAP_NONE);
    CHECK(gw_ref_func(table->elems[2]) == c->ctx.funcs[1]);
    CHECK(gw_ref_func(table->elems[3]) == c->ctx.funcs[0]);
    CHECK_EQ_U64(gw_table_init(c, 0, 2, 1, 0, 2), GW_TRAP_NONE);
    CHECK(table->elems[1] == 0);
    CHECK(gw_ref_func(table->elems[2]) == c->ctx.funcs[0]);
    CHECK_EQ_U64(gw_table_init(c, 0, 2, 3, 0, 2), GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_table_init(c, 0, 2, 0, 1, 2), GW_TRAP_TABLE_OUT_OF_BOUNDS);
    gw_elem_drop(c, 1);
    gw_elem_drop(c, 1);
    CHECK_EQ_U64(gw_table_init(c, 0, 1, 4, 0, 0), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_table_init(c, 0, 1, 0, 0, 1), GW_TRAP_TABLE_OUT_OF_BOUNDS);
}

static void
test_link(uint64_t layout)
{
    struct world w;
    struct bytes a, b;
    struct gw_instance *provider, *consumer;
    struct gw_externval values[4];
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MEMORY] = layout;
    if (!world_open(&w))
        return;
    make_provider(&a);
    make_consumer(&b);
    CHECK_EQ_U64(world_instance(&w, &a, NULL, 0, &provider), GW_OK);
    if (provider) {
        CHECK_EQ_U64(provider->ctx.globals[1]->u64, 7);
        provide(provider, values);
        CHECK_EQ_U64(world_instance(&w, &b, values, 4, &consumer), GW_OK);
        if (consumer) {
            check_consumer(consumer, values);
            check_segments(consumer);
        }
        union gw_slot args[2] = { { .u64 = 0 }, { .u64 = 0 } };
        args[0].i32 = -5;
        args[1].i32 = 47;
        CHECK_EQ_U64(gw_func_call(export(provider, "a").of.func, args),
                     GW_TRAP_NONE);
        CHECK_EQ_U64(args[0].u32, 42);
    }
    world_close(&w);
}

static void
test_unlinkable(void)
{
    struct world w, other;
    struct bytes a, b;
    struct gw_instance *provider, *foreign, *none;
    struct gw_externval good[4], bad[4];
    gw_config_init(&w.config);
    gw_config_init(&other.config);
    make_provider(&a);
    make_consumer(&b);
    if (!world_open(&w) || !world_open(&other))
        return;
    world_instance(&w, &a, NULL, 0, &provider);
    world_instance(&other, &a, NULL, 0, &foreign);
    if (!CHECK(provider && foreign))
        return;
    provide(provider, good);
    struct gw_owned *mark = w.store->owned;

#define REFUSED(values, count, err, sentence)                            \
    do {                                                                 \
        CHECK_EQ_U64(world_instance(&w, &b, values, count, &none), err); \
        CHECK_STR(w.diag.text, sentence);                                \
        CHECK(w.store->owned == mark && w.store->instance_count == 1);   \
        memcpy(bad, good, sizeof(bad));                                  \
    } while (0)

    REFUSED(NULL, 0, GW_ERR_UNLINKABLE, "unknown import: A.m (memory)");
    REFUSED(good, 3, GW_ERR_UNLINKABLE, "unknown import: A.a (function)");
    bad[2].of.global = NULL;
    REFUSED(bad, 4, GW_ERR_UNLINKABLE, "unknown import: A.g (global)");
    bad[1] = good[0];
    REFUSED(bad, 4, GW_ERR_UNLINKABLE,
            "incompatible import type: A.t is a memory, not a table");
    bad[2] = export(provider, "h");
    REFUSED(bad, 4, GW_ERR_UNLINKABLE,
            "incompatible import type: A.g is a global of another type");
    provide(foreign, bad);
    REFUSED(bad, 4, GW_ERR_ARGUMENT, "import 0 belongs to another store");
    REFUSED(good, 5, GW_ERR_ARGUMENT, "5 values for 4 imports");

    /* A function of another type. */
    static const gw_valtype i32[] = { GW_TYPE_I32 };
    const struct gw_functype type = { 1, 0, 1, 0, i32, i32 };
    CHECK_EQ_U64(gw_funcinst_new_host(w.store, &type, NULL, NULL, NULL,
                                      &bad[3].of.func),
                 GW_OK);
    mark = w.store->owned;
    REFUSED(bad, 4, GW_ERR_UNLINKABLE,
            "incompatible import type: A.a is a function of another type");
    world_close(&w);
    world_close(&other);
}

/* Limits match by the size that a memory has now. */
static void
test_limits(void)
{
    static const struct {
        uint8_t flags, min, max;
        uint32_t grow;
        bool fits;
    } rows[] = {
        { 0, 1, 0, 0, true },  { 0, 2, 0, 0, false }, { 0, 2, 0, 1, true },
        { 1, 1, 3, 0, true },  { 1, 1, 2, 0, false }, { 1, 0, 4, 0, true },
        { 4, 1, 0, 0, false }, { 0, 0, 0, 0, true },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct world w;
        struct gw_instance *none;
        struct bytes m;
        struct gw_memtype type = {
            .limits = { .min = 1, .max = 3, .has_max = true },
            .page_log2 = 16,
        };
        struct gw_externval value = { .kind = GW_EXTERN_MEMORY };
        gw_config_init(&w.config);
        if (!world_open(&w))
            return;
        gw_meminst_new(w.store, &type, &w.diag, &value.of.memory);
        gw_meminst_grow(value.of.memory, rows[i].grow);
        begin_module(&m);
        if (rows[i].flags & 1)
            SECTION(&m, 2, 1, 1, 'A', 1, 'm', 2, rows[i].flags, rows[i].min,
                    rows[i].max);
        else
            SECTION(&m, 2, 1, 1, 'A', 1, 'm', 2, rows[i].flags, rows[i].min);
        enum gw_err err = world_instance(&w, &m, &value, 1, &none);
        CHECK_EQ_U64(err, rows[i].fits ? GW_OK : GW_ERR_UNLINKABLE);
        world_close(&w);
    }
}

/* Segments before the one that traps stay copied, later ones do not. */
static void
test_segment_traps(void)
{
    struct world w;
    struct bytes a, m;
    struct gw_instance *provider, *instance;
    struct gw_externval values[4];
    gw_config_init(&w.config);
    if (!world_open(&w))
        return;
    make_provider(&a);
    world_instance(&w, &a, NULL, 0, &provider);
    if (!CHECK(provider != NULL))
        return;
    provide(provider, values);
    struct gw_meminst *memory = values[0].of.memory;
    struct gw_tableinst *table = values[1].of.table;
    for (int round = 0; round < 2; round++) {
        bool data_only = round == 1;
        begin_module(&m);
        SECTION(&m, 1, 1, 0x60, 0, 0);
        SECTION(&m, 2, 2, 1, 'A', 1, 'm', 2, 0, 1, 1, 'A', 1, 't', 1, FUNCREF,
                0, 4);
        SECTION(&m, 3, 1, 0);
        if (!data_only)
            SECTION(&m, 9, 3, 0, 0x41, 0, 0x0b, 1, 0, /* fits */
                    0, 0x41, 3, 0x0b, 2, 0, 0,        /* does not */
                    0, 0x41, 1, 0x0b, 1, 0);
        SECTION(&m, 10, 1, 2, 0, 0x0b);
        SECTION(&m, 11, 3, 0, 0x41, 0, 0x0b, 1, 'a', /* fits */
                0, 0x41, 0x7f, 0x0b, 0,              /* 2^32 - 1, no bytes */
                0, 0x41, 1, 0x0b, 1, 'b');
        CHECK_EQ_U64(world_instance(&w, &m, values, 2, &instance), GW_ERR_TRAP);
        CHECK(instance == NULL);
        const char *text = data_only ? "out of bounds memory access"
                                     : "out of bounds table access";
        CHECK_STR(w.diag.text, text);
        CHECK_STR(gw_store_trap(w.store)->text, text);
        CHECK_EQ_U64(gw_store_trap(w.store)->frame_count, 0);
        CHECK(table->elems[0] != 0);
        CHECK(table->elems[3] == 0 && table->elems[1] == 0);
        CHECK_EQ_U64(memory->base[0], data_only ? 'a' : 0);
        CHECK_EQ_U64(memory->base[1], 0);
    }
    /* What got into the table can be called although its instance failed. */
    union gw_slot args[1];
    CHECK_EQ_U64(w.store->instance_count, 3);
    CHECK_EQ_U64(gw_func_call(gw_ref_func(table->elems[0]), args),
                 GW_TRAP_NONE);
    world_close(&w);
}

static enum gw_trap
note_start(void *env, struct gw_call *call, union gw_slot *args)
{
    int *count = env;
    (void)args;
    if (++*count == 1)
        return GW_TRAP_NONE;
    if (*count == 2)
        return gw_exec_exit(call->exec, 3);
    return gw_exec_trap(call->exec, GW_TRAP_HOST, "disk %d is on fire", 7);
}

static void
finalize(void *env)
{
    *(int *)env = -1;
}

static void
test_start(void)
{
    static const struct gw_functype type = { 0 };
    struct world w;
    struct bytes m;
    struct gw_instance *instance;
    struct gw_externval value = { .kind = GW_EXTERN_FUNC };
    int count = 0;
    gw_config_init(&w.config);
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_funcinst_new_host(w.store, &type, note_start, &count,
                                      finalize, &value.of.func),
                 GW_OK);
    begin_module(&m);
    SECTION(&m, 1, 1, 0x60, 0, 0);
    SECTION(&m, 2, 1, 1, 'e', 1, 'f', 0, 0);
    SECTION(&m, 3, 1, 0);
    SECTION(&m, 8, 1);
    SECTION(&m, 10, 1, 4, 0, 0x10, 0, 0x0b);
    CHECK_EQ_U64(world_instance(&w, &m, &value, 1, &instance), GW_OK);
    CHECK_EQ_U64(count, 1);
    CHECK_EQ_U64(world_instance(&w, &m, &value, 1, &instance), GW_ERR_TRAP);
    CHECK_EQ_U64(gw_store_trap(w.store)->trap, GW_TRAP_EXIT);
    CHECK_EQ_U64(gw_store_trap(w.store)->exit_code, 3);
    CHECK_EQ_U64(world_instance(&w, &m, &value, 1, &instance), GW_ERR_TRAP);
    CHECK_STR(w.diag.text, "disk 7 is on fire");
    CHECK_EQ_U64(gw_store_trap(w.store)->trap, GW_TRAP_HOST);
    CHECK_EQ_U64(gw_store_trap(w.store)->frame_total, 1);
    CHECK_EQ_U64(gw_store_trap(w.store)->frames[0].func, 1);
    world_close(&w);
    CHECK(count == -1);
}

static void
test_instance_limit(void)
{
    struct world w;
    struct bytes m;
    struct gw_instance *instance;
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MAX_INSTANCES] = 2;
    if (!world_open(&w))
        return;
    begin_module(&m);
    CHECK_EQ_U64(world_instance(&w, &m, NULL, 0, &instance), GW_OK);
    CHECK(instance && instance->ctx.mem0->size == 0);
    CHECK_EQ_U64(world_instance(&w, &m, NULL, 0, &instance), GW_OK);
    CHECK_EQ_U64(world_instance(&w, &m, NULL, 0, &instance), GW_ERR_LIMIT);
    CHECK_STR(w.diag.text, "the store holds as many instances as it may: 2");
    world_close(&w);
}

/* More values on the stack than have a place there, and every number. */
static void
test_const_exprs(void)
{
    struct world w;
    struct bytes m, globals = { .size = 0 };
    struct gw_instance *i;
    gw_config_init(&w.config);
    if (!world_open(&w))
        return;
    BYTES(&globals, 4, I32, 0);
    for (int n = 0; n < 20; n++)
        BYTES(&globals, 0x41, 3);
    for (int n = 0; n < 19; n++)
        BYTES(&globals, n < 18 ? 0x6a : 0x6b);
    BYTES(&globals, 0x0b, 0x7d, 0, 0x43, 0, 0, 0x80, 0x3f, 0x0b);
    BYTES(&globals, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b);
    BYTES(&globals, 0x7b, 0, 0xfd, 0x0c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
          13, 14, 15, 16, 0x0b);
    begin_module(&m);
    put_section(&m, 6, globals.data, globals.size);
    CHECK_EQ_U64(world_instance(&w, &m, NULL, 0, &i), GW_OK);
    if (i) {
        /* 3 - (19 * 3) */
        CHECK_EQ_U64(i->ctx.globals[0]->i32 + 54, 0);
        CHECK(i->ctx.globals[1]->f32 == 1.0f);
        CHECK(i->ctx.globals[2]->f64 == 1.0);
        CHECK(memcmp(i->ctx.globals[3],
                     "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20", 16) == 0);
    }
    world_close(&w);
}

int
main(void)
{
    test_link(GW_MEMORY_GUARDED);
    test_link(GW_MEMORY_PACKED);
    test_unlinkable();
    test_limits();
    test_segment_traps();
    test_start();
    test_instance_limit();
    test_const_exprs();
    return CHECK_DONE();
}
