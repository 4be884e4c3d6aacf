/* Allocators, arenas, vectors, maps and the hash. */
#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"

#include "unit/check.h"

#include <stdlib.h>

/* A hook that keeps its own books, checks the sizes it is told against them
 * and fails from the n-th request on. */
struct hook {
    unsigned long requests; /* that wanted memory */
    unsigned long fail_at;  /* 0: never */
    size_t used, blocks;
    bool wrong; /* somebody told a size that was not so */
};

static void *
hook_resize(void *env, void *old, size_t old_size, size_t new_size)
{
    struct hook *hook = env;
    max_align_t *head = old ? (max_align_t *)old - 1 : NULL;
    size_t known = 0;
    if (head)
        memcpy(&known, head, sizeof(known));
    hook->wrong = hook->wrong || known != old_size || (!old && !new_size);
    if (new_size > 0) {
        hook->requests++;
        if (hook->fail_at != 0 && hook->requests >= hook->fail_at)
            return NULL;
        max_align_t *block = malloc(sizeof(*block) + new_size);
        memcpy(block, &new_size, sizeof(new_size));
        memset(block + 1, 0xa5, new_size);
        if (old)
            memcpy(block + 1, old, known < new_size ? known : new_size);
        hook->used += new_size;
        hook->blocks++;
        old_size = known;
        free(head);
        hook->used -= old_size;
        hook->blocks -= old != NULL;
        return block + 1;
    }
    free(head);
    hook->used -= known;
    hook->blocks--;
    return NULL;
}

static bool
all_zero(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* ---- alloc ---- */

static void
test_alloc_limit(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, hook_resize, &hook, 100);
    void *a = gw_alloc_get(&alloc, 60);
    CHECK(a != NULL);
    CHECK(gw_alloc_get(&alloc, 41) == NULL);
    CHECK_EQ_U64(alloc.used, 60);
    void *b = gw_alloc_zero(&alloc, 10, 4);
    CHECK(b != NULL && all_zero(b, 40));
    CHECK_EQ_U64(alloc.used, 100);
    CHECK(gw_alloc_get(&alloc, 1) == NULL);
    CHECK(gw_alloc_resize(&alloc, b, 40, 41) == NULL);
    CHECK_EQ_U64(alloc.used, 100);
    b = gw_alloc_resize(&alloc, b, 40, 10);
    CHECK(b != NULL && all_zero(b, 10));
    CHECK_EQ_U64(alloc.used, 70);
    b = gw_alloc_resize(&alloc, b, 10, 40);
    CHECK(b != NULL && all_zero(b, 10));
    gw_alloc_free(&alloc, a, 60);
    CHECK_EQ_U64(alloc.used, 40);
    gw_alloc_free(&alloc, b, 40);
    CHECK_EQ_U64(alloc.used, 0);
    CHECK_EQ_U64(hook.blocks, 0);
    CHECK(!hook.wrong);
}

static void
test_alloc_zero_size(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, hook_resize, &hook, 8);
    void *a = gw_alloc_get(&alloc, 0);
    void *b = gw_alloc_zero(&alloc, 0, 8);
    void *c = gw_alloc_zero(&alloc, 8, 0);
    CHECK(a && b && c);
    CHECK_EQ_U64(hook.requests, 0);
    a = gw_alloc_resize(&alloc, a, 0, 8);
    CHECK_EQ_U64(alloc.used, 8);
    memset(a, 1, 8);
    a = gw_alloc_resize(&alloc, a, 8, 0);
    CHECK(a != NULL);
    CHECK_EQ_U64(alloc.used, 0);
    gw_alloc_free(&alloc, a, 0);
    gw_alloc_free(&alloc, NULL, 5);
    b = gw_alloc_resize(&alloc, NULL, 0, 4);
    gw_alloc_free(&alloc, b, 4);
    CHECK_EQ_U64(alloc.used, 0);
    CHECK_EQ_U64(hook.blocks, 0);
    CHECK(!hook.wrong);
}

static void
test_alloc_overflow(void)
{
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    CHECK(gw_alloc_zero(&alloc, SIZE_MAX / 2, 3) == NULL);
    CHECK(gw_alloc_zero(&alloc, SIZE_MAX, SIZE_MAX) == NULL);
    CHECK(gw_alloc_get(&alloc, SIZE_MAX) == NULL);
    CHECK_EQ_U64(alloc.used, 0);
    void *a = gw_alloc_zero(&alloc, 1000, 1000);
    CHECK(a && all_zero(a, 1000000));
    CHECK(gw_alloc_resize(&alloc, a, 1000000, SIZE_MAX) == NULL);
    CHECK_EQ_U64(alloc.used, 1000000);
    gw_alloc_free(&alloc, a, 1000000);
    CHECK_EQ_U64(alloc.used, 0);
}

/* ---- arena ---- */

static void
test_arena_objects(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    struct gw_arena arena;
    gw_alloc_init(&alloc, hook_resize, &hook, SIZE_MAX);
    gw_arena_init(&arena, &alloc, SIZE_MAX);
    CHECK(gw_arena_get(&arena, 0) != NULL);
    CHECK(gw_arena_array(&arena, 0, 8) != NULL);
    CHECK(gw_arena_array(&arena, 8, 0) != NULL);
    CHECK_EQ_U64(hook.requests, 0);

    uint8_t *objects[2000];
    bool ok = true;
    for (size_t i = 0; i < 2000; i++) {
        size_t size = 1 + i * 7919 % (i % 100 == 0 ? 20000 : 300);
        objects[i] = gw_arena_get(&arena, size);
        ok = ok && objects[i] && all_zero(objects[i], size) &&
             (uintptr_t)objects[i] % _Alignof(max_align_t) == 0;
        memset(objects[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < 2000; i++) {
        size_t size = 1 + i * 7919 % (i % 100 == 0 ? 20000 : 300);
        ok = ok && objects[i][0] == (i & 0xff) &&
             objects[i][size - 1] == (i & 0xff);
    }
    CHECK(ok);
    /* Half a megabyte: blocks from 4 KiB to 256 KiB and the large objects. */
    CHECK(hook.requests < 40);
    CHECK(hook.used < 2 * arena.used + 8192);
    gw_arena_fini(&arena);
    CHECK_EQ_U64(hook.blocks, 0);
    CHECK_EQ_U64(alloc.used, 0);
    CHECK(!hook.wrong);
}

static void
test_arena_growth(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    struct gw_arena arena;
    gw_alloc_init(&alloc, hook_resize, &hook, SIZE_MAX);
    gw_arena_init(&arena, &alloc, SIZE_MAX);
    size_t before = 0, largest = 0, first = 0;
    bool ok = true;
    for (size_t i = 0; i < 64 * 1024; i++) {
        ok = ok && gw_arena_get(&arena, 48) != NULL;
        size_t block = hook.used - before;
        before = hook.used;
        largest = block > largest ? block : largest;
        first = i == 0 ? block : first;
    }
    CHECK(ok);
    CHECK_EQ_U64(first, 4096);
    CHECK_EQ_U64(largest, 256 * 1024);
    /* A large object leaves the newest block in use. */
    gw_arena_get(&arena, 16);
    uint8_t *next = arena.next;
    unsigned long requests = hook.requests;
    void *large = gw_arena_get(&arena, 1 << 20);
    CHECK(large && all_zero(large, 1 << 20));
    CHECK(arena.next == next);
    CHECK_EQ_U64(hook.requests, requests + 1);
    gw_arena_fini(&arena);
    CHECK_EQ_U64(hook.blocks, 0);
}

static void
test_arena_limits(void)
{
    struct gw_alloc alloc;
    struct gw_arena arena;
    gw_alloc_init(&alloc, NULL, NULL, 20000);
    gw_arena_init(&arena, &alloc, 1000);
    CHECK(gw_arena_get(&arena, 1001) == NULL);
    CHECK(gw_arena_get(&arena, 512) != NULL);
    CHECK(gw_arena_get(&arena, 496) == NULL);
    CHECK(gw_arena_get(&arena, 480) != NULL);
    CHECK_EQ_U64(arena.used, 992);
    CHECK(gw_arena_get(&arena, 16) == NULL);
    CHECK(gw_arena_get(&arena, 0) != NULL);
    gw_arena_fini(&arena);
    CHECK_EQ_U64(arena.used, 0);
    CHECK(gw_arena_get(&arena, 900) != NULL);
    gw_arena_fini(&arena);

    gw_arena_init(&arena, &alloc, SIZE_MAX);
    CHECK(gw_arena_get(&arena, SIZE_MAX) == NULL);
    CHECK(gw_arena_get(&arena, SIZE_MAX - 15) == NULL);
    CHECK(gw_arena_get(&arena, PTRDIFF_MAX) == NULL);
    CHECK(gw_arena_array(&arena, SIZE_MAX / 2, 4) == NULL);
    CHECK(gw_arena_get(&arena, 20000) == NULL);
    CHECK_EQ_U64(arena.used, 0);
    CHECK(gw_arena_get(&arena, 19000) != NULL);
    CHECK(gw_arena_get(&arena, 16) == NULL);
    gw_arena_fini(&arena);
    CHECK_EQ_U64(alloc.used, 0);
}

/* ---- vec ---- */

static void
test_vec(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    struct gw_vec vec;
    gw_alloc_init(&alloc, hook_resize, &hook, SIZE_MAX);
    gw_vec_init(&vec, &alloc, sizeof(uint32_t));
    bool ok = true;
    for (uint32_t i = 0; i < 10000; i++) {
        uint32_t *element = gw_vec_push(&vec);
        ok = ok && element && *element == 0;
        *element = i;
    }
    const uint32_t *data = vec.data;
    for (uint32_t i = 0; i < 10000; i++)
        ok = ok && data[i] == i;
    CHECK(ok);
    CHECK_EQ_U64(vec.count, 10000);
    CHECK(hook.requests < 20);
    uint32_t *many = gw_vec_push_n(&vec, 30000);
    CHECK(many && all_zero(many, 120000));
    CHECK(many == (uint32_t *)vec.data + 10000);
    CHECK_EQ_U64(vec.count, 40000);
    CHECK(gw_vec_push_n(&vec, SIZE_MAX) == NULL);
    CHECK(gw_vec_push_n(&vec, SIZE_MAX / 4) == NULL);
    CHECK_EQ_U64(vec.count, 40000);
    hook.fail_at = 1;
    CHECK(gw_vec_push_n(&vec, 60000) == NULL);
    CHECK_EQ_U64(vec.count, 40000);
    CHECK_EQ_U64(((uint32_t *)vec.data)[9999], 9999);
    gw_vec_fini(&vec);
    CHECK_EQ_U64(hook.blocks, 0);
    CHECK(!hook.wrong);

    hook.fail_at = 0;
    gw_vec_init(&vec, &alloc, 3);
    CHECK(gw_vec_push_n(&vec, 0) != NULL);
    CHECK_EQ_U64(vec.count, 0);
    gw_vec_fini(&vec);
    CHECK_EQ_U64(alloc.used, 0);
}

/* ---- hash ---- */

static void
test_hash(void)
{
    uint8_t bytes[64] = { 0 };
    bool differ = true;
    /* Zeros of different lengths, then one bit set, at every length. */
    for (size_t size = 1; size <= sizeof(bytes); size++) {
        uint64_t zeros = gw_hash_bytes(5, bytes, size);
        differ = differ && zeros != gw_hash_bytes(5, bytes, size - 1) &&
                 zeros != gw_hash_bytes(6, bytes, size);
        for (size_t bit = 0; bit < size * 8; bit++) {
            bytes[bit / 8] = (uint8_t)(1u << bit % 8);
            uint64_t hash = gw_hash_bytes(5, bytes, size);
            differ = differ && (uint32_t)hash != (uint32_t)zeros;
            bytes[bit / 8] = 0;
        }
    }
    CHECK(differ);
    CHECK_EQ_U64(gw_hash_bytes(1, NULL, 0), gw_hash_bytes(1, bytes, 0));
    CHECK(gw_hash_u64(1, 2) != gw_hash_u64(1, 3));

    /* 65536 numbers over 65536 places: about 1/e of the places stay free. */
    uint8_t *taken = calloc(65536, 1);
    unsigned free_places = 65536;
    for (uint32_t i = 0; i < 65536; i++) {
        uint16_t place = (uint16_t)gw_hash_bytes(9, &i, sizeof(i));
        free_places -= taken[place] == 0;
        taken[place] = 1;
    }
    free(taken);
    CHECK(free_places > 23500 && free_places < 24700);
}

/* ---- map ---- */

enum { KEYS = 20000 };

static char names[KEYS][12];

static struct gw_span
key(size_t i)
{
    return gw_span_str(names[i]);
}

static void
test_map(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    struct gw_map map;
    gw_alloc_init(&alloc, hook_resize, &hook, SIZE_MAX);
    gw_map_init(&map, &alloc, 77);
    CHECK(gw_map_find(&map, key(0)) == NULL);
    unsigned long wrong = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        uint32_t old = 0;
        wrong += gw_map_find(&map, key(i)) != NULL;
        wrong += gw_map_put(&map, key(i), i, &old) != GW_OK || old != i;
    }
    for (uint32_t i = 0; i < KEYS; i++) {
        uint32_t old = 0;
        wrong += gw_map_put(&map, key(i), i + 1, &old) != GW_OK || old != i;
        uint32_t *value = gw_map_find(&map, key(i));
        wrong += !value || *value != i;
    }
    CHECK_EQ_U64(wrong, 0);
    CHECK_EQ_U64(map.count, KEYS);
    CHECK_EQ_U64(map.capacity, 32768);
    *gw_map_find(&map, key(3)) = 333;
    CHECK_EQ_U64(*gw_map_find(&map, key(3)), 333);
    CHECK(gw_map_find(&map, gw_span_str("none")) == NULL);
    gw_map_fini(&map);
    CHECK_EQ_U64(hook.blocks, 0);
    CHECK(!hook.wrong);
    CHECK(gw_map_find(&map, key(3)) == NULL);
}

static void
test_map_keys(void)
{
    struct gw_alloc alloc;
    struct gw_map map;
    uint32_t old = 0;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_map_init(&map, &alloc, 0);
    /* The empty key, with and without an address, is a key like others. */
    CHECK(gw_map_find(&map, gw_span(NULL, 0)) == NULL);
    CHECK_EQ_U64(gw_map_put(&map, gw_span(NULL, 0), 4, NULL), GW_OK);
    CHECK_EQ_U64(gw_map_put(&map, gw_span("x", 0), 5, &old), GW_OK);
    CHECK_EQ_U64(old, 4);
    /* Equal but for a NUL, or for the length. */
    CHECK_EQ_U64(gw_map_put(&map, gw_span("a\0b", 3), 6, NULL), GW_OK);
    CHECK_EQ_U64(gw_map_put(&map, gw_span("a\0c", 3), 7, NULL), GW_OK);
    CHECK_EQ_U64(gw_map_put(&map, gw_span("a", 1), 8, NULL), GW_OK);
    CHECK_EQ_U64(gw_map_put(&map, gw_span("a\0", 2), 9, NULL), GW_OK);
    CHECK_EQ_U64(map.count, 5);
    CHECK_EQ_U64(*gw_map_find(&map, gw_span("a\0b", 3)), 6);
    CHECK_EQ_U64(*gw_map_find(&map, gw_span("a\0c", 3)), 7);
    CHECK_EQ_U64(*gw_map_find(&map, gw_span("a", 1)), 8);
    CHECK_EQ_U64(*gw_map_find(&map, gw_span("a\0", 2)), 9);
    gw_map_fini(&map);
    CHECK_EQ_U64(alloc.used, 0);
}

/* Keys whose hashes all begin at the same place, wrapping around the end. */
static void
test_map_collisions(void)
{
    struct gw_alloc alloc;
    struct gw_map map;
    size_t chosen[12], count = 0;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_map_init(&map, &alloc, 1);
    for (size_t i = 0; i < KEYS && count < 12; i++) {
        if ((gw_hash_bytes(1, names[i], strlen(names[i])) & 15) == 14)
            chosen[count++] = i;
    }
    CHECK_EQ_U64(count, 12);
    for (uint32_t i = 0; i < count; i++)
        gw_map_put(&map, key(chosen[i]), i, NULL);
    CHECK_EQ_U64(map.capacity, 16);
    bool ok = true;
    for (uint32_t i = 0; i < count; i++)
        ok = ok && *gw_map_find(&map, key(chosen[i])) == i;
    CHECK(ok);
    CHECK(gw_map_find(&map, gw_span_str("none")) == NULL);
    gw_map_fini(&map);
}

/* ---- failing the n-th request ---- */

static enum gw_err
use_everything(struct gw_alloc *alloc)
{
    struct gw_arena arena;
    struct gw_vec vec;
    struct gw_map map;
    enum gw_err err = GW_OK;
    gw_arena_init(&arena, alloc, SIZE_MAX);
    gw_vec_init(&vec, alloc, 24);
    gw_map_init(&map, alloc, 3);
    for (uint32_t i = 0; i < 1000 && err == GW_OK; i++) {
        size_t count = vec.count;
        if (!gw_arena_get(&arena, i % 50 == 49 ? 5000 : 40))
            err = GW_ERR_NOMEM;
        if (err == GW_OK && !gw_vec_push(&vec)) {
            CHECK_EQ_U64(vec.count, count);
            err = GW_ERR_NOMEM;
        }
        if (err == GW_OK)
            err = gw_map_put(&map, key(i), i, NULL);
        if (err == GW_OK && *gw_map_find(&map, key(i / 2)) != i / 2)
            err = GW_ERR_INVALID;
    }
    gw_map_fini(&map);
    gw_vec_fini(&vec);
    gw_arena_fini(&arena);
    return err;
}

static void
test_failures(void)
{
    struct hook hook = { 0 };
    struct gw_alloc alloc;
    enum gw_err err = GW_ERR_NOMEM;
    unsigned long n = 0;
    while (err == GW_ERR_NOMEM && n < 1000) {
        hook = (struct hook){ .fail_at = ++n };
        gw_alloc_init(&alloc, hook_resize, &hook, SIZE_MAX);
        err = use_everything(&alloc);
        if (hook.blocks != 0 || alloc.used != 0 || hook.wrong)
            break;
    }
    CHECK_EQ_U64(err, GW_OK);
    CHECK_EQ_U64(hook.blocks, 0);
    CHECK_EQ_U64(alloc.used, 0);
    CHECK(!hook.wrong);
    CHECK(n > 20 && n < 1000);

    /* The same by the limit: whatever it is, nothing is lost. */
    for (size_t limit = 0; limit < 400000; limit += 997) {
        gw_alloc_init(&alloc, NULL, NULL, limit);
        err = use_everything(&alloc);
        if (alloc.used != 0 || (err != GW_OK && err != GW_ERR_NOMEM))
            break;
    }
    CHECK_EQ_U64(alloc.used, 0);
    CHECK_EQ_U64(err, GW_OK);
}

int
main(void)
{
    for (unsigned i = 0; i < KEYS; i++)
        snprintf(names[i], sizeof(names[i]), "key%u", i * 7);
    test_alloc_limit();
    test_alloc_zero_size();
    test_alloc_overflow();
    test_arena_objects();
    test_arena_growth();
    test_arena_limits();
    test_vec();
    test_hash();
    test_map();
    test_map_keys();
    test_map_collisions();
    test_failures();
    return CHECK_DONE();
}
