/* The collected heap: src/rt/heap.c, heap_mark.c, layout.c.  An argument is the
 * length of the long lists. */
#include "test_rt_heap.h"

/* ---- layouts ---- */

static void
test_layouts(void)
{
    static const uint32_t offsets[] = { 0,  8,  16, 18, 20, 24, 32,
                                        48, 56, 64, 72, 80, 88 };
    static const uint32_t sizes[] = { 1, 2, 4, 8, 16, 8, 8 };
    struct play p;
    if (!begin(&p))
        return;
    const struct gw_layout *mixed = gw_typereg_layout(p.w.engine, p.ids[MIXED]);
    const struct gw_layout *below = gw_typereg_layout(p.w.engine, p.ids[BELOW]);
    CHECK(!gw_typereg_layout(p.w.engine, p.ids[FUNC]));
    CHECK_EQ_U64(mixed->field_count, MIXED_COUNT);
    CHECK_EQ_U64(below->field_count, MIXED_COUNT + 2);
    for (uint32_t i = 0; i < MIXED_COUNT; i++) {
        CHECK_EQ_U64(mixed->offsets[i], offsets[i]);
        CHECK_EQ_U64(below->offsets[i], offsets[i]);
    }
    CHECK_EQ_U64(mixed->size, 96);
    CHECK_EQ_U64(below->size, 112);
    if (CHECK_EQ_U64(mixed->ref_count, 3)) {
        CHECK_EQ_U64(mixed->refs[0], 24);
        CHECK_EQ_U64(mixed->refs[1], 72);
        CHECK_EQ_U64(mixed->refs[2], 88);
    }
    CHECK_EQ_U64(below->ref_count, 4);
    for (uint32_t i = BYTES; i <= FUNCS; i++) {
        const struct gw_layout *array = gw_typereg_layout(p.w.engine, p.ids[i]);
        CHECK_EQ_U64(array->size, sizes[i - BYTES]);
        CHECK_EQ_U64(array->ref_count, i == ANYS);
    }
    CHECK_EQ_U64(gw_typereg_layout(p.w.engine, p.ids[EMPTY])->size, 0);
    close_play(&p);
}

/* ---- allocating and collecting ---- */

/* Every size around every class, twice: the second time in cells that were
 * full of ones. */
static void
test_sizes(void)
{
    struct play p;
    if (!begin(&p))
        return;
    bool clear = true;
    uint64_t count = 0;
    for (int round = 0; round < 2; round++) {
        for (uint64_t size = 0; size < 9000; size += size < 600 ? 1 : 37) {
            uint64_t ref = new_array(&p, BYTES, size);
            if (!CHECK(ref % 8 == 0 && ref != 0))
                return;
            clear = clear && is_clear(gw_ref_object(ref), (size_t)size);
            memset(gw_object_data(gw_ref_object(ref)), 0xff, (size_t)size);
            count++;
        }
        CHECK(count > 800);
        CHECK_EQ_U64(collect(&p).objects, 0);
        CHECK_EQ_U64(collect(&p).held_bytes, 0);
        count = 0;
    }
    CHECK(clear);
    close_play(&p);
}

static void
test_cycles(void)
{
    struct play p;
    if (!begin(&p))
        return;
    uint64_t a = new_struct(&p, PAIR), b = new_struct(&p, PAIR);
    uint64_t c = new_struct(&p, NODE);
    set_ref(&p, a, 0, b);
    set_ref(&p, b, 1, a);
    set_ref(&p, b, 0, c);
    set_ref(&p, a, 1, gw_ref_from_i31(7));
    struct gw_root *root = gw_root_new(p.w.store, b);
    CHECK_EQ_U64(collect(&p).objects, 3);
    CHECK(gw_heap_knows(p.w.store, a) && gw_heap_knows(p.w.store, c));
    CHECK_EQ_U64(get_ref(&p, a, 1), gw_ref_from_i31(7));
    set_ref(&p, b, 0, 0);
    CHECK_EQ_U64(collect(&p).objects, 2);
    CHECK(!gw_heap_knows(p.w.store, c));
    gw_root_delete(p.w.store, root);
    CHECK_EQ_U64(collect(&p).objects, 0);
    CHECK(!gw_heap_knows(p.w.store, a) && gw_heap_knows(p.w.store, 0) &&
          gw_heap_knows(p.w.store, 1));
    /* What is left of roots goes with the store. */
    CHECK(gw_root_new(p.w.store, 0) && gw_root_new(p.w.store, 1));
    close_play(&p);
}

/* Field `next` of each leads to the one before, field 1 - next to a pair of
 * its own, so that the stack must hold half of what there is, whichever
 * field is looked into first. */
static uint64_t
make_chain(struct play *p, uint32_t count, uint32_t next)
{
    struct gw_root *root = gw_root_new(p->w.store, 0);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t ref = new_struct(p, PAIR);
        if (ref == 0)
            break;
        set_ref(p, ref, next, root->ref);
        root->ref = ref;
        set_ref(p, ref, 1 - next, new_struct(p, PAIR));
    }
    uint64_t first = root->ref;
    gw_root_delete(p->w.store, root);
    return first;
}

/* Length that a test can afford; more when asked on the command line. */
static uint32_t long_count = 200000;

static void
test_long_lists(void)
{
    uint64_t most = 0;
    for (uint32_t next = 0; next < 4; next++) {
        struct play p;
        gw_config_init(&p.w.config);
        gw_config_set(&p.w.config, GW_OPTION_MAX_HEAP, UINT64_C(4) << 30);
        if (!open_play(&p))
            return;
        uint64_t first = make_chain(&p, long_count, next % 2);
        struct gw_root *root = gw_root_new(p.w.store, first);
        /* Half of the times the stack cannot grow. */
        if (next >= 2)
            p.w.store->alloc.limit = atomic_load(&p.w.store->alloc.used);
        uint64_t rescans = gw_heap_stats(p.w.store).rescans;
        struct gw_heap_stats stats = collect(&p);
        CHECK_EQ_U64(stats.objects, 2 * (uint64_t)long_count);
        CHECK_EQ_U64(stats.live_bytes, 64 * (uint64_t)long_count);
        if (next >= 2)
            most = stats.rescans - rescans > most ? stats.rescans - rescans
                                                  : most;
        root->ref = 0;
        CHECK_EQ_U64(collect(&p).held_bytes, 0);
        p.w.store->alloc.limit = SIZE_MAX;
        close_play(&p);
    }
    /* One of the two orders fills any stack. */
    CHECK(most > 0);
}

/* An array of arrays of structs: wide, with and without room on the stack. */
static void
test_wide(void)
{
    enum { WIDE = 1000 };
    for (int tight = 0; tight < 2; tight++) {
        struct play p;
        if (!begin(&p))
            return;
        struct gw_root *root = gw_root_new(p.w.store,
                                           new_array(&p, ANYS, WIDE));
        for (uint32_t i = 0; i < WIDE; i++) {
            uint64_t row = new_array(&p, ANYS, i);
            elements(root->ref)[i] = row;
            for (uint32_t j = 0; j < i; j++)
                elements(row)[j] = new_struct(&p, PAIR);
        }
        if (tight)
            p.w.store->alloc.limit = atomic_load(&p.w.store->alloc.used);
        CHECK_EQ_U64(collect(&p).objects, 1 + WIDE + WIDE * (WIDE - 1) / 2);
        root->ref = elements(root->ref)[77];
        CHECK_EQ_U64(collect(&p).objects, 78);
        p.w.store->alloc.limit = SIZE_MAX;
        close_play(&p);
    }
}

/* ---- what keeps objects ---- */

static void
test_stack(void)
{
    struct play p;
    if (!begin(&p))
        return;
    struct gw_exec *exec = &p.w.store->exec;
    uint64_t kept = new_struct(&p, PAIR), inner = new_struct(&p, PAIR);
    uint64_t large = new_array(&p, ANYS, 100000);
    uint64_t lost = new_struct(&p, PAIR), above = new_struct(&p, PAIR);
    set_ref(&p, kept, 0, inner);
    uint64_t words[] = {
        kept,
        lost + 8,
        lost + 1,
        lost - 1,
        lost + 16,
        UINT64_MAX,
        UINT64_MAX - 7,
        1u << 16,
        8,
        large,
        large + 8,
        gw_ref_from(exec),
        lost | UINT64_C(1) << 63,
        gw_ref_from(&p),
        lost / 2,
    };
    enum { COUNT = sizeof(words) / sizeof(*words) };
    for (uint32_t i = 0; i < COUNT; i++)
        exec->slot_top++->u64 = words[i];
    exec->slot_top->u64 = above;
    CHECK_EQ_U64(collect(&p).objects, 3);
    CHECK(gw_heap_knows(p.w.store, kept) && gw_heap_knows(p.w.store, inner) &&
          gw_heap_knows(p.w.store, large));
    CHECK(!gw_heap_knows(p.w.store, lost) && !gw_heap_knows(p.w.store, above));
    /* A free cell's address brings nothing back. */
    exec->slot_top++->u64 = lost;
    CHECK_EQ_U64(collect(&p).objects, 3);
    /* Random words near the objects. */
    uint64_t seed = 1;
    for (uint32_t i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        exec->slot_top++->u64 = kept - 100000 + (seed >> 33) % 200000;
    }
    CHECK(collect(&p).objects <= 3);
    exec->slot_top = exec->stack_base;
    CHECK_EQ_U64(collect(&p).objects, 0);
    close_play(&p);
}

static void
test_pins(void)
{
    struct play p;
    if (!begin(&p))
        return;
    union gw_slot outer[2] = { { 0 } }, inner[1];
    struct gw_pins a = { .slots = outer, .count = 2 };
    struct gw_pins b = { .slots = inner, .count = 1 };
    outer[1].ref = new_struct(&p, PAIR);
    inner[0].ref = new_struct(&p, PAIR);
    gw_pins_push(p.w.store, &a);
    gw_pins_push(p.w.store, &b);
    CHECK_EQ_U64(collect(&p).objects, 2);
    gw_pins_pop(p.w.store, &b);
    CHECK_EQ_U64(collect(&p).objects, 1);
    gw_pins_pop(p.w.store, &a);
    CHECK_EQ_U64(collect(&p).objects, 0);
    close_play(&p);
}

static void
test_exceptions(void)
{
    struct play p;
    struct gw_taginst *tag, *plain;
    if (!begin(&p))
        return;
    const struct gw_engine *engine = p.w.engine;
    gw_taginst_new(p.w.store, p.ids[PAYLOAD],
                   &gw_typereg_def(engine, p.ids[PAYLOAD])->func, &tag);
    gw_taginst_new(p.w.store, p.ids[FUNC],
                   &gw_typereg_def(engine, p.ids[FUNC])->func, &plain);
    struct gw_exn *exn = gw_heap_new_exn(p.w.store, tag);
    union gw_slot *slot = gw_exn_payload(exn);
    struct gw_root *root = gw_root_new(p.w.store, gw_ref_from(exn));
    CHECK(exn->tag == tag && exn->object.kind == GW_OBJECT_EXN);
    slot[2].ref = new_struct(&p, NODE);
    slot[5].ref = gw_ref_from(gw_heap_new_host(p.w.store, NULL, NULL));
    /* Neither a vector nor a function is followed. */
    slot[0].ref = slot[1].ref = slot[4].ref = new_struct(&p, NODE);
    slot[3].u32 = (uint32_t)slot[0].ref;
    CHECK_EQ_U64(collect(&p).objects, 3);
    CHECK(gw_heap_knows(p.w.store, slot[2].ref) &&
          gw_heap_knows(p.w.store, slot[5].ref));
    root->ref = gw_ref_from(gw_heap_new_exn(p.w.store, plain));
    CHECK_EQ_U64(collect(&p).objects, 1);
    close_play(&p);
}

/* ---- host references ---- */

static void
finalize(void *host)
{
    ++*(int *)host;
}

static void
test_finalizers(void)
{
    enum { COUNT = 5000 };
    static int runs[COUNT + 1];
    struct play p;
    if (!begin(&p))
        return;
    memset(runs, 0, sizeof(runs));
    struct gw_root *root = gw_root_new(p.w.store, new_array(&p, ANYS, COUNT));
    for (int i = 0; i < COUNT; i++)
        elements(root->ref)[i] = gw_ref_from(
            gw_heap_new_host(p.w.store, &runs[i],
                             i % 3 == 0 ? NULL : finalize));
    CHECK_EQ_U64(collect(&p).objects, COUNT + 1);
    for (int i = 0; i < COUNT; i += 2)
        elements(root->ref)[i] = 0;
    CHECK_EQ_U64(collect(&p).objects, COUNT / 2 + 1);
    bool right = true;
    for (int i = 0; i < COUNT; i++)
        right = right && runs[i] == (i % 3 != 0 && i % 2 == 0);
    CHECK(right);
    close_play(&p);
    for (int i = 0; i < COUNT; i++)
        right = right && runs[i] == (i % 3 != 0);
    CHECK(right);
}

static struct play *naughty;
static int refused;

/* What a finalizer must not do fails, and does no harm. */
static void
finalize_badly(void *host)
{
    (void)host;
    gw_heap_collect(naughty->w.store);
    refused += new_struct(naughty, NODE) == 0;
    refused += new_array(naughty, LONGS, 100000) == 0;
}

static void
test_bad_finalizer(void)
{
    struct play p;
    if (!begin(&p))
        return;
    naughty = &p;
    refused = 0;
    for (int i = 0; i < 100; i++)
        gw_heap_new_host(p.w.store, NULL, finalize_badly);
    CHECK_EQ_U64(collect(&p).objects, 0);
    CHECK_EQ_U64(refused, 200);
    gw_heap_new_host(p.w.store, NULL, finalize_badly);
    close_play(&p);
    CHECK_EQ_U64(refused, 202);
}

/* ---- limits ---- */

static void
test_counts(void)
{
    static const uint64_t counts[] = {
        UINT64_MAX,        UINT64_MAX - 15,
        UINT64_MAX / 2,    UINT64_MAX / 8,
        UINT64_MAX / 16,   UINT64_MAX / 16 + 1,
        UINT64_C(1) << 60, (UINT64_C(1) << 61) - 1,
        UINT64_C(1) << 61, UINT64_C(1) << 32,
        UINT32_MAX,        PTRDIFF_MAX,
        PTRDIFF_MAX / 16,  SIZE_MAX / 16,
        SIZE_MAX,
    };
    static const uint32_t types[] = { LONGS, VECTORS, ANYS };
    struct play p;
    if (!begin(&p))
        return;
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        for (int j = 0; j < 3; j++)
            CHECK_EQ_U64(new_array(&p, types[j], counts[i]), 0);
    CHECK_EQ_U64(gw_heap_stats(p.w.store).collections, 0);
    CHECK_EQ_U64(gw_heap_stats(p.w.store).held_bytes, 0);
    close_play(&p);
}

static void
test_limit(void)
{
    struct play p;
    enum { LIMIT = 1 << 20 };
    gw_config_init(&p.w.config);
    gw_config_set(&p.w.config, GW_OPTION_MAX_HEAP, LIMIT);
    if (!open_play(&p))
        return;
    struct gw_root *root = gw_root_new(p.w.store, 0);
    for (int round = 0; round < 30; round++) {
        uint64_t ref, count = 0;
        while ((ref = new_struct(&p, NODE)) != 0) {
            set_ref(&p, ref, 1, root->ref);
            root->ref = ref;
            count++;
        }
        struct gw_heap_stats stats = gw_heap_stats(p.w.store);
        CHECK(stats.held_bytes <= LIMIT && stats.held_bytes > LIMIT * 9 / 10);
        CHECK_EQ_U64(stats.objects, count);
        CHECK(count > LIMIT / 40);
        /* Another class has no room, a large object neither. */
        CHECK_EQ_U64(new_struct(&p, EMPTY), 0);
        CHECK_EQ_U64(new_array(&p, BYTES, 200000), 0);
        root->ref = 0;
        CHECK(new_array(&p, BYTES, 900000) != 0);
        CHECK(gw_heap_stats(p.w.store).held_bytes <= LIMIT);
    }
    close_play(&p);
    gw_config_set(&p.w.config, GW_OPTION_MAX_HEAP, 0);
    if (!open_play(&p))
        return;
    CHECK_EQ_U64(new_struct(&p, NODE), 0);
    CHECK_EQ_U64(new_array(&p, BYTES, 0), 0);
    close_play(&p);
}

/* A guest that keeps the heap full cannot make each allocation collect. */
static void
test_full(void)
{
    struct play p;
    gw_config_init(&p.w.config);
    gw_config_set(&p.w.config, GW_OPTION_MAX_HEAP, 4 << 20);
    if (!open_play(&p))
        return;
    struct gw_root *root = gw_root_new(p.w.store, 0);
    uint64_t ref;
    while ((ref = new_struct(&p, NODE)) != 0) {
        set_ref(&p, ref, 1, root->ref);
        root->ref = ref;
    }
    uint64_t before = gw_heap_stats(p.w.store).collections;
    /* Room for ten, of which none is kept. */
    for (int i = 0; i < 10; i++)
        root->ref = get_ref(&p, root->ref, 1);
    int count = 0;
    while (count < 10000 && new_struct(&p, NODE) != 0)
        count++;
    CHECK(count >= 100 && count < 1000);
    CHECK(gw_heap_stats(p.w.store).collections - before < 40);
    root->ref = 0;
    CHECK(new_struct(&p, NODE) != 0);
    CHECK(gw_heap_stats(p.w.store).objects < 10);
    close_play(&p);
}

/* Garbage is collected in time, and the heap does not grow with it. */
static void
test_churn(void)
{
    struct play p;
    if (!begin(&p))
        return;
    uint64_t most = 0;
    for (uint32_t i = 0; i < 1000000; i++) {
        if (new_struct(&p, NODE) == 0)
            break;
        uint64_t held = gw_heap_stats(p.w.store).held_bytes;
        most = most > held ? most : held;
    }
    for (uint32_t i = 0; i < 1000; i++)
        CHECK(new_array(&p, LONGS, 10000) != 0);
    struct gw_heap_stats stats = gw_heap_stats(p.w.store);
    CHECK(most < 2 << 20);
    CHECK(stats.held_bytes < 2 << 20);
    CHECK(stats.collections > 20 && stats.collections < 200);
    close_play(&p);
}

/* ---- all of it at random ---- */

enum { MODEL = 300, ROOTS = 12 };

struct model {
    struct play p;
    uint64_t seed;
    uint64_t refs[MODEL]; /* 0: none */
    uint32_t kids[MODEL][2];
    bool reached[MODEL];
    uint32_t roots[ROOTS]; /* index + 1, or 0 */
};

static uint32_t
random_below(struct model *m, uint32_t n)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(m->seed >> 33) % n;
}

static void
reach(struct model *m, uint32_t index)
{
    if (index == 0 || m->reached[index - 1])
        return;
    m->reached[index - 1] = true;
    reach(m, m->kids[index - 1][0]);
    reach(m, m->kids[index - 1][1]);
}

static void
set_root(struct model *m, uint32_t root, uint32_t index)
{
    m->roots[root] = index;
    m->p.w.store->exec.stack_base[root].ref = index ? m->refs[index - 1] : 0;
}

/* Forgets what no root reaches: the heap may have taken it. */
static uint32_t
forget(struct model *m)
{
    uint32_t live = 0;
    memset(m->reached, 0, sizeof(m->reached));
    for (uint32_t i = 0; i < ROOTS; i++)
        reach(m, m->roots[i]);
    for (uint32_t i = 0; i < MODEL; i++) {
        live += m->reached[i];
        if (!m->reached[i])
            m->refs[i] = 0;
    }
    return live;
}

static uint64_t *
kid(struct model *m, uint32_t index, uint32_t which)
{
    return &elements(m->refs[index])[which];
}

static bool
agrees(struct model *m)
{
    for (uint32_t i = 0; i < MODEL; i++) {
        if (m->refs[i] == 0)
            continue;
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t index = m->kids[i][k];
            if (*kid(m, i, k) != (index ? m->refs[index - 1] : 0))
                return false;
        }
    }
    return true;
}

static void
step(struct model *m)
{
    uint32_t index = random_below(m, MODEL);
    uint32_t other = random_below(m, MODEL);
    if (m->refs[index] == 0) {
        /* A pair or an array of odd length; only two are used. */
        uint64_t ref = random_below(m, 3) == 0
                           ? new_array(&m->p, ANYS, 2 + random_below(m, 3000))
                           : new_struct(&m->p, PAIR);
        forget(m);
        m->refs[index] = ref;
        m->kids[index][0] = m->kids[index][1] = 0;
        set_root(m, random_below(m, ROOTS), index + 1);
        forget(m);
        return;
    }
    if (m->refs[other] == 0)
        return;
    uint32_t which = random_below(m, 2);
    m->kids[index][which] = other + 1;
    *kid(m, index, which) = m->refs[other];
    if (random_below(m, 4) == 0)
        set_root(m, random_below(m, ROOTS), 0);
    forget(m);
}

static void
test_random(bool stress)
{
    struct model m = { .seed = 42 };
    gw_config_init(&m.p.w.config);
    gw_config_set(&m.p.w.config, GW_OPTION_GC_STRESS, stress);
    if (!open_play(&m.p))
        return;
    struct gw_exec *exec = &m.p.w.store->exec;
    memset(exec->stack_base, 0, ROOTS * sizeof(*exec->stack_base));
    exec->slot_top = exec->stack_base + ROOTS;
    bool right = true;
    for (int i = 0; i < 20000 && right; i++) {
        step(&m);
        if (i % 500 == 0)
            right = collect(&m.p).objects == forget(&m);
        right = right && agrees(&m);
    }
    CHECK(right);
    if (stress)
        CHECK(gw_heap_stats(m.p.w.store).collections > 500);
    exec->slot_top = exec->stack_base;
    CHECK_EQ_U64(collect(&m.p).objects, 0);
    close_play(&m.p);
}

int
main(int argc, char **argv)
{
    if (argc > 1)
        long_count = (uint32_t)strtoul(argv[1], NULL, 10);
    test_layouts();
    test_sizes();
    test_cycles();
    test_long_lists();
    test_wide();
    test_stack();
    test_pins();
    test_exceptions();
    test_finalizers();
    test_bad_finalizer();
    test_counts();
    test_limit();
    test_full();
    test_churn();
    test_random(false);
    test_random(true);
    return CHECK_DONE();
}
