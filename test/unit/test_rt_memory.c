/* Memories, tables and the bulk operators of src/rt. */
#include "test_rt.h"

static struct gw_memtype
memtype(uint64_t min, uint64_t max)
{
    return (struct gw_memtype){
        .limits = { .min = min, .max = max, .has_max = max != UINT64_MAX },
        .page_log2 = 16,
    };
}

static bool
is_zero(const uint8_t *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

enum { PAGE = 65536 };

static void
test_grow(uint64_t layout)
{
    struct world w;
    struct gw_meminst *memory = NULL;
    struct gw_memtype type = memtype(1, 20);
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MEMORY] = layout;
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &memory), GW_OK);
    CHECK_EQ_U64(memory->guarded,
                 layout == GW_MEMORY_GUARDED && sizeof(void *) == 8);
    CHECK_EQ_U64(memory->size, PAGE);
    CHECK(is_zero(memory->base, PAGE));
    memory->base[PAGE - 1] = 77;
    /* The place need not last, the contents do. */
    for (uint64_t i = 1; i < 20; i++) {
        CHECK_EQ_U64(gw_meminst_grow(memory, 1), i);
        CHECK_EQ_U64(memory->base[i * PAGE - 1], 76 + i);
        CHECK(is_zero(memory->base + memory->size - PAGE, PAGE));
        memory->base[memory->size - 1] = (uint8_t)(77 + i);
    }
    CHECK_EQ_U64(memory->base[PAGE - 1], 77);
    CHECK_EQ_U64(gw_meminst_grow(memory, 0), 20);
    CHECK_EQ_U64(gw_meminst_grow(memory, 1), UINT64_MAX);
    CHECK_EQ_U64(gw_meminst_grow(memory, UINT64_MAX), UINT64_MAX);
    CHECK_EQ_U64(memory->pages, 20);
    CHECK_EQ_U64(w.store->memory_bytes, 20 * PAGE);
    CHECK(gw_meminst_has(memory, 20 * PAGE, 0));
    CHECK(!gw_meminst_has(memory, 20 * PAGE, 1));
    CHECK(!gw_meminst_has(memory, UINT64_MAX, 2));
    world_close(&w);
}

static void
test_empty(uint64_t layout)
{
    struct world w;
    struct gw_meminst *memory = NULL;
    struct gw_memtype type = memtype(0, UINT64_MAX);
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MEMORY] = layout;
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &memory), GW_OK);
    CHECK(memory->base != NULL);
    CHECK_EQ_U64(memory->max_pages, 65536);
    CHECK_EQ_U64(gw_meminst_grow(memory, 65537), UINT64_MAX);
    CHECK_EQ_U64(gw_memory_fill(memory, 0, 1, 0), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_memory_fill(memory, 1, 1, 0), GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_meminst_grow(memory, 2), 0);
    CHECK(is_zero(memory->base, 2 * PAGE));
    world_close(&w);
}

static void
test_quota(void)
{
    struct world w;
    struct gw_meminst *a = NULL, *b = NULL;
    struct gw_memtype type = memtype(2, UINT64_MAX);
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MAX_MEMORY] = 5 * PAGE + 100;
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &a), GW_OK);
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &b), GW_OK);
    CHECK_EQ_U64(gw_meminst_grow(b, 2), UINT64_MAX);
    CHECK_EQ_U64(gw_meminst_grow(b, 1), 2);
    CHECK_EQ_U64(gw_meminst_grow(a, 1), UINT64_MAX);
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &a), GW_ERR_LIMIT);
    CHECK_STR(w.diag.text, "memory of 131072 bytes: the store may hold 327780");
    CHECK_EQ_U64(w.store->memory_bytes, 5 * PAGE);
    gw_diag_init(&w.diag);
    type.limits.min = 65537;
    type.limits.is64 = true;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &a), GW_ERR_LIMIT);
    CHECK_STR(w.diag.text, "memory of 65537 pages: the limit is 65536");
    world_close(&w);
}

/* Pages of one byte, 64-bit addresses, shared memories. */
static void
test_kinds(void)
{
    struct world w;
    struct gw_meminst *memory = NULL;
    struct gw_memtype type = memtype(3, UINT64_MAX);
    gw_config_init(&w.config);
    if (!world_open(&w))
        return;
    type.page_log2 = 0;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &memory), GW_OK);
    CHECK(!memory->guarded);
    CHECK_EQ_U64(memory->size, 3);
    CHECK_EQ_U64(memory->max_pages, UINT32_MAX);
    memory->base[2] = 9;
    CHECK_EQ_U64(gw_meminst_grow(memory, 2), 3);
    CHECK_EQ_U64(gw_meminst_grow(memory, 100000), 5);
    CHECK_EQ_U64(memory->size, 100005);
    CHECK_EQ_U64(memory->base[2], 9);
    CHECK(is_zero(memory->base + 3, 100002));

    type = memtype(1, UINT64_MAX);
    type.limits.is64 = true;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &memory), GW_OK);
    CHECK(!memory->guarded);
    CHECK_EQ_U64(gw_meminst_grow(memory, UINT64_C(1) << 47), UINT64_MAX);
    CHECK_EQ_U64(gw_meminst_grow(memory, 3), 1);

    type = memtype(1, 40);
    type.limits.shared = true;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &memory), GW_OK);
    const uint8_t *base = memory->base;
    CHECK_EQ_U64(gw_meminst_grow(memory, 39), 1);
    CHECK(memory->base == base);
    world_close(&w);
}

static void
test_bulk_memory(void)
{
    struct world w;
    struct gw_meminst *a = NULL, *b = NULL;
    struct gw_memtype type = memtype(1, 1);
    gw_config_init(&w.config);
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &a), GW_OK);
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &b), GW_OK);
    CHECK_EQ_U64(gw_memory_fill(a, PAGE - 2, 5, 2), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_memory_fill(a, PAGE - 2, 6, 3),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(a->base[PAGE - 1], 5);
    CHECK_EQ_U64(gw_memory_fill(a, UINT64_MAX, 6, 3),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    for (uint8_t i = 0; i < 10; i++)
        a->base[i] = i;
    CHECK_EQ_U64(gw_memory_copy(a, 2, a, 0, 8), GW_TRAP_NONE);
    CHECK(memcmp(a->base, "\0\1\0\1\2\3\4\5\6\7", 10) == 0);
    CHECK_EQ_U64(gw_memory_copy(b, 7, a, 3, 3), GW_TRAP_NONE);
    CHECK(memcmp(b->base + 6, "\0\1\2\3\0", 5) == 0);
    CHECK_EQ_U64(gw_memory_copy(b, PAGE, a, PAGE, 0), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_memory_copy(b, 0, a, PAGE + 1, 0),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    world_close(&w);
}

static void
test_tables(void)
{
    struct world w;
    struct gw_tableinst *a = NULL, *b = NULL;
    struct gw_tabletype type = {
        GW_TYPE_EXTERNREF,
        { .min = 2, .max = UINT64_MAX },
    };
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MAX_TABLE] = 100;
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_tableinst_new(w.store, &type, 0, &w.diag, &a), GW_OK);
    CHECK_EQ_U64(gw_tableinst_new(w.store, &type, 3, &w.diag, &b), GW_OK);
    CHECK_EQ_U64(a->elems[1], 0);
    CHECK_EQ_U64(b->elems[1], 3);
    for (uint64_t i = 2; i < 100; i++)
        CHECK_EQ_U64(gw_tableinst_grow(a, 1, i * 2 + 1), i);
    CHECK_EQ_U64(gw_tableinst_grow(a, 1, 0), UINT64_MAX);
    CHECK_EQ_U64(gw_tableinst_grow(a, UINT64_MAX, 0), UINT64_MAX);
    CHECK_EQ_U64(gw_tableinst_grow(a, 0, 0), 100);
    CHECK_EQ_U64(a->elems[50], 101);
    CHECK_EQ_U64(gw_table_copy(a, 98, b, 0, 2), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_table_copy(a, 99, b, 0, 2), GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_table_copy(a, 0, b, 1, 2), GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(a->elems[99], 3);
    CHECK_EQ_U64(gw_table_copy(a, 11, a, 10, 5), GW_TRAP_NONE);
    CHECK_EQ_U64(a->elems[15], 29);
    CHECK_EQ_U64(gw_table_fill(a, 97, 7, 3), GW_TRAP_NONE);
    CHECK_EQ_U64(gw_table_fill(a, 97, 9, 4), GW_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK_EQ_U64(a->elems[97], 7);
    type.limits.min = 101;
    CHECK_EQ_U64(gw_tableinst_new(w.store, &type, 0, &w.diag, &a),
                 GW_ERR_LIMIT);
    CHECK_STR(w.diag.text, "table of 101 elements: the limit is 100");
    world_close(&w);
}

/* A store's bookkeeping has a quota: growing a table past it is refused. */
static void
test_store_quota(void)
{
    struct world w;
    struct gw_tableinst *table = NULL;
    struct gw_tabletype type = {
        GW_TYPE_FUNCREF,
        { .min = 10, .max = UINT64_MAX },
    };
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MAX_HOST] = 1000;
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_tableinst_new(w.store, &type, 0, &w.diag, &table), GW_OK);
    CHECK_EQ_U64(gw_tableinst_grow(table, 200, 0), UINT64_MAX);
    CHECK_EQ_U64(gw_tableinst_grow(table, 10, 0), 10);
    type.limits.min = 1000;
    CHECK_EQ_U64(gw_tableinst_new(w.store, &type, 0, &w.diag, &table),
                 GW_ERR_NOMEM);
    world_close(&w);
}

int
main(void)
{
    test_grow(GW_MEMORY_GUARDED);
    test_grow(GW_MEMORY_PACKED);
    test_empty(GW_MEMORY_GUARDED);
    test_empty(GW_MEMORY_PACKED);
    test_quota();
    test_kinds();
    test_bulk_memory();
    test_tables();
    test_store_quota();
    return CHECK_DONE();
}
