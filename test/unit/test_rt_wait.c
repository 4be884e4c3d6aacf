/* Shared memories: atomic operators, growing, waiting and notifying, by
 * several threads that have a store each. */
#include "test_rt.h"

#include "rt/atomic.h"
#include "rt/sharedmem.h"
#include "rt/wait.h"

enum { PAGE = 65536, MAX_PAGES = 40, MAX_THREADS = 6 };

/* ---- threads, each with a store ---- */

struct party;

struct member {
    struct gw_os_thread thread;
    struct gw_store *store;
    struct gw_meminst *memory;
    struct gw_instance *instance; /* an empty one, to be asked why */
    struct party *party;
    uint32_t number;
    enum gw_trap trap; /* what the thread found */
    uint32_t outcome;
    uint64_t count;
};

struct party {
    struct world world;
    struct bytes module;
    uint32_t count;
    struct member members[MAX_THREADS];
    atomic_uint order;
};

static struct gw_memtype
shared_type(uint64_t min, uint64_t max)
{
    return (struct gw_memtype){
        .limits = { .min = min, .max = max, .has_max = true, .shared = true },
        .page_log2 = 16,
    };
}

static bool
join_party(struct party *p, struct member *m, struct gw_sharedmem *shared)
{
    struct gw_memtype type = shared_type(1, MAX_PAGES);
    struct gw_program *program = world_program(&p->world, &p->module);
    m->party = p;
    m->outcome = 77;
    m->store = gw_store_new(p->world.engine);
    if (!CHECK(program && m->store))
        return false;
    CHECK_EQ_U64(gw_instance_new(m->store, program, NULL, 0, &p->world.diag,
                                 &m->instance),
                 GW_OK);
    gw_program_unref(program);
    enum gw_err err = shared
                          ? gw_meminst_from_shared(m->store, shared,
                                                   &p->world.diag, &m->memory)
                          : gw_meminst_new(m->store, &type, &p->world.diag,
                                           &m->memory);
    return CHECK_EQ_U64(err, GW_OK);
}

/* The first member makes the memory. */
static bool
party_open(struct party *p, uint32_t count, uint64_t layout)
{
    *p = (struct party){ .count = count };
    gw_config_init(&p->world.config);
    p->world.config.values[GW_OPTION_MEMORY] = layout;
    begin_module(&p->module);
    if (!world_open(&p->world))
        return false;
    struct gw_sharedmem *shared = NULL;
    for (uint32_t i = 0; i < count; i++) {
        p->members[i].number = i;
        if (!join_party(p, &p->members[i], shared))
            return false;
        if (i == 0)
            shared = gw_meminst_share(p->members[0].memory);
    }
    gw_sharedmem_unref(shared);
    return true;
}

static void
party_start(struct party *p, uint32_t i, void (*run)(void *env))
{
    struct member *m = &p->members[i];
    CHECK(gw_os_thread_start(&m->thread, run, m, 0));
}

static void
party_join(struct party *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        gw_os_thread_join(&p->members[i].thread);
}

static void
party_run(struct party *p, void (*run)(void *env))
{
    for (uint32_t i = 0; i < p->count; i++)
        party_start(p, i, run);
    party_join(p);
}

static void
party_close(struct party *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        gw_store_unref(p->members[i].store);
    world_close(&p->world);
}

static uint64_t
now_ns(void)
{
    uint64_t now = 0;
    gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now);
    return now;
}

/* ---- what one operator does ---- */

#define NEW_ADD(a, b) (a + b)
#define NEW_SUB(a, b) (a - b)
#define NEW_AND(a, b) (a & b)
#define NEW_OR(a, b) (a | b)
#define NEW_XOR(a, b) (a ^ b)
#define NEW_XCHG(a, b) ((void)a, b)

static const uint64_t samples[] = {
    0,
    1,
    0xff,
    0x8000,
    UINT64_C(0x0123456789abcdef),
    UINT64_MAX,
    UINT64_C(0x80000000ffffff01),
};

/* The cell starts as a, and the byte behind it must stay. */
#define BEGIN_CELL(MEMORY)                               \
    _Alignas(8) uint8_t cell[sizeof(GW_C_##MEMORY) + 1]; \
    cell[sizeof(GW_C_##MEMORY)] = 99;                    \
    gw_put_##MEMORY(cell, GW_AS_##MEMORY(a))
#define END_CELL(MEMORY, VALUE)                                 \
    CHECK_EQ_U64(gw_get_##MEMORY(cell), GW_AS_##MEMORY(VALUE)); \
    CHECK_EQ_U64(cell[sizeof(GW_C_##MEMORY)], 99)

static void
check_operators(uint64_t a, uint64_t b)
{
#define ATOMIC_LOAD(IDENT, VALUE, MEMORY)          \
    {                                              \
        BEGIN_CELL(MEMORY);                        \
        GW_C_##VALUE value = gw_mem_##IDENT(cell); \
        CHECK_EQ_U64(value, GW_AS_##MEMORY(a));    \
        END_CELL(MEMORY, a);                       \
    }
#define ATOMIC_STORE(IDENT, VALUE, MEMORY)      \
    {                                           \
        BEGIN_CELL(MEMORY);                     \
        gw_mem_##IDENT(cell, GW_AS_##VALUE(b)); \
        END_CELL(MEMORY, b);                    \
    }
#define ATOMIC_RMW(IDENT, VALUE, MEMORY, KIND)                     \
    {                                                              \
        BEGIN_CELL(MEMORY);                                        \
        GW_C_##VALUE old = gw_mem_##IDENT(cell, GW_AS_##VALUE(b)); \
        CHECK_EQ_U64(old, GW_AS_##MEMORY(a));                      \
        END_CELL(MEMORY, NEW_##KIND(a, b));                        \
    }
#define ATOMIC_CMPXCHG(IDENT, VALUE, MEMORY)                      \
    {                                                             \
        bool same = GW_AS_##MEMORY(a) == GW_AS_##MEMORY(b);       \
        BEGIN_CELL(MEMORY);                                       \
        GW_C_##VALUE old = gw_mem_##IDENT(cell, GW_AS_##VALUE(b), \
                                          GW_AS_##VALUE(~a));     \
        CHECK_EQ_U64(old, GW_AS_##MEMORY(a));                     \
        END_CELL(MEMORY, same ? ~a : a);                          \
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
}

static void
test_operators(void)
{
    for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
        for (size_t j = 0; j < sizeof(samples) / sizeof(*samples); j++)
            check_operators(samples[i], samples[j]);
}

/* ---- many threads at one cell ---- */

enum { ROUNDS = 5000 };

static void
increment(void *env)
{
    struct member *m = env;
    uint8_t *base = m->memory->base;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        gw_mem_I32_ATOMIC_RMW8_ADD_U(base + 1, 1);
        gw_mem_I32_ATOMIC_RMW16_ADD_U(base + 2, 1);
        gw_mem_I32_ATOMIC_RMW_ADD(base + 4, 1);
        gw_mem_I64_ATOMIC_RMW_SUB(base + 8, 3);
        gw_mem_I32_ATOMIC_RMW_XOR(base + 24, 1u << m->number);
        uint64_t old, seen = gw_mem_I64_ATOMIC_LOAD(base + 16);
        while ((old = gw_mem_I64_ATOMIC_RMW_CMPXCHG(base + 16, seen,
                                                    seen + 5)) != seen)
            seen = old;
    }
}

static void
test_increment(void)
{
    struct party p;
    const uint64_t total = 4 * ROUNDS;
    if (!party_open(&p, 4, GW_MEMORY_GUARDED))
        return;
    party_run(&p, increment);
    const uint8_t *base = p.members[0].memory->base;
    CHECK_EQ_U64(base[0], 0);
    CHECK_EQ_U64(base[1], total & 0xff);
    CHECK_EQ_U64(gw_get_u16(base + 2), total & 0xffff);
    CHECK_EQ_U64(gw_get_u32(base + 4), total);
    CHECK_EQ_U64(gw_get_u64(base + 8), 0 - 3 * total);
    CHECK_EQ_U64(gw_get_u64(base + 16), 5 * total);
    CHECK_EQ_U64(gw_get_u32(base + 24), 0);
    party_close(&p);
}

/* ---- growing ---- */

/* Two members grow, the others read what they may. */
static void
grow_or_read(void *env)
{
    struct member *m = env;
    uint64_t pages = 0;
    while (pages < MAX_PAGES) {
        if (m->number < 2 && gw_meminst_grow(m->memory, 1) != UINT64_MAX)
            m->count++;
        pages = gw_meminst_pages(m->memory);
        uint64_t size = gw_meminst_size(m->memory);
        m->outcome = size >= pages * PAGE &&
                     gw_meminst_has(m->memory, pages * PAGE - 8, 8) &&
                     m->memory->pages >= pages;
        if (!m->outcome)
            break;
        gw_mem_I32_ATOMIC_RMW_ADD(m->memory->base + size - 4, 1);
    }
}

static void
test_grow(uint64_t layout)
{
    struct party p;
    if (!party_open(&p, 4, layout))
        return;
    const uint8_t *base = p.members[0].memory->base;
    party_run(&p, grow_or_read);
    CHECK_EQ_U64(p.members[0].count + p.members[1].count, MAX_PAGES - 1);
    for (uint32_t i = 0; i < p.count; i++) {
        CHECK(p.members[i].outcome);
        CHECK(p.members[i].memory->base == base);
        CHECK_EQ_U64(p.members[i].memory->pages, MAX_PAGES);
        CHECK_EQ_U64(gw_meminst_grow(p.members[i].memory, 0), MAX_PAGES);
        CHECK_EQ_U64(gw_meminst_grow(p.members[i].memory, 1), UINT64_MAX);
    }
    party_close(&p);
}

/* Stores come to know the memory and forget it while it grows. */
static void
attach_often(void *env)
{
    struct member *m = env;
    for (uint32_t i = 0; i < 50; i++) {
        struct gw_store *store = gw_store_new(m->store->engine);
        struct gw_sharedmem *shared = gw_meminst_share(m->memory);
        struct gw_meminst *memory = NULL;
        if (!store || gw_meminst_from_shared(store, shared, NULL, &memory))
            m->count++;
        gw_sharedmem_unref(shared);
        if (i % 5 == m->number)
            gw_meminst_grow(m->memory, 1);
        if (memory)
            gw_mem_I32_ATOMIC_RMW_ADD(memory->base, 1);
        gw_store_unref(store);
    }
}

static void
test_attach_often(void)
{
    struct gw_config config;
    struct gw_memtype type = shared_type(1, 100);
    struct member members[3] = { { .number = 0 } };
    gw_config_init(&config);
    struct gw_engine *engine = gw_engine_new(&config, &fake_tier, NULL, NULL);
    for (uint32_t i = 0; i < 3; i++) {
        struct gw_sharedmem *shared = i > 0
                                          ? gw_meminst_share(members[0].memory)
                                          : NULL;
        struct member *m = &members[i];
        m->number = i;
        m->store = gw_store_new(engine);
        CHECK_EQ_U64(i > 0 ? gw_meminst_from_shared(m->store, shared, NULL,
                                                    &m->memory)
                           : gw_meminst_new(m->store, &type, NULL, &m->memory),
                     GW_OK);
        gw_sharedmem_unref(shared);
    }
    for (uint32_t i = 0; i < 3; i++)
        CHECK(gw_os_thread_start(&members[i].thread, attach_often, &members[i],
                                 0));
    for (uint32_t i = 0; i < 3; i++)
        gw_os_thread_join(&members[i].thread);
    CHECK_EQ_U64(gw_get_u32(members[2].memory->base), 150);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_EQ_U64(members[i].count, 0);
        CHECK_EQ_U64(gw_meminst_pages(members[i].memory), 31);
        gw_store_unref(members[i].store);
    }
    gw_engine_unref(engine);
}

/* ---- waiting ---- */

enum { TURN = 64, TURNS = 400 };

/* The cell counts the turns; a member's turns are those of its parity. */
static void
ping_pong(void *env)
{
    struct member *m = env;
    uint8_t *cell = m->memory->base + TURN;
    for (;;) {
        uint32_t turn = gw_mem_I32_ATOMIC_LOAD(cell), ignored;
        if (turn >= TURNS)
            return;
        if (turn % 2 == m->number) {
            gw_mem_I32_ATOMIC_STORE(cell, turn + 1);
            m->trap = gw_atomic_notify(m->memory, TURN, 1, &ignored);
            m->count++;
        } else {
            m->trap = gw_atomic_wait32(&m->store->exec, m->memory, TURN, turn,
                                       -1, &ignored);
        }
        if (m->trap != GW_TRAP_NONE)
            return;
    }
}

static void
test_ping_pong(void)
{
    struct party p;
    if (!party_open(&p, 2, GW_MEMORY_PACKED))
        return;
    party_run(&p, ping_pong);
    for (uint32_t i = 0; i < 2; i++) {
        CHECK_EQ_U64(p.members[i].trap, GW_TRAP_NONE);
        CHECK_EQ_U64(p.members[i].count, TURNS / 2);
    }
    party_close(&p);
}

/* The thread that came last to the queue of an address. */
static const void *
last_waiter(const struct member *m, uint64_t address)
{
    struct gw_wait_queue *queue = gw_sharedmem_queue(m->memory->shared,
                                                     address);
    gw_os_mutex_lock(&queue->lock);
    const void *last = queue->last;
    gw_os_mutex_unlock(&queue->lock);
    return last;
}

/* Starts a member and returns when it waits in the queue of the address. */
static void
start_waiting(struct party *p, uint32_t i, uint64_t address,
              void (*run)(void *env))
{
    const void *last = last_waiter(&p->members[i], address);
    party_start(p, i, run);
    while (last_waiter(&p->members[i], address) == last)
        gw_os_yield();
}

/* Another address whose waiters stand in the same queue. */
static uint64_t
neighbour(struct gw_meminst *memory, uint64_t address)
{
    struct gw_sharedmem *shared = memory->shared;
    uint64_t other = address + 4;
    while (gw_sharedmem_queue(shared, other) !=
           gw_sharedmem_queue(shared, address))
        other += 4;
    return other;
}

enum { PLACE = 8 };

static void
wait_first(void *env)
{
    struct member *m = env;
    m->trap = gw_atomic_wait64(&m->store->exec, m->memory, PLACE, 0,
                               INT64_C(20000000000), &m->outcome);
    m->count = atomic_fetch_add(&m->party->order, 1);
}

static void
wait_beside(void *env)
{
    struct member *m = env;
    uint64_t address = neighbour(m->memory, PLACE);
    m->trap = gw_atomic_wait32(&m->store->exec, m->memory, address, 0, -1,
                               &m->outcome);
}

static uint32_t
notify(struct party *p, uint64_t address, uint32_t count)
{
    uint32_t woken = 77;
    CHECK_EQ_U64(gw_atomic_notify(p->members[0].memory, address, count, &woken),
                 GW_TRAP_NONE);
    return woken;
}

/* Waits until as many have gone on; false when they do not. */
static bool
reaches(atomic_uint *counter, uint32_t value)
{
    uint64_t until_ns = now_ns() + UINT64_C(10000000000);
    while (atomic_load(counter) != value) {
        if (now_ns() > until_ns)
            return false;
        gw_os_yield();
    }
    return true;
}

/* Members 0, 1, 3 and 5 wait at one place, 2 and 4 at another between them;
 * 2 is made to give up. */
static void
test_order(void)
{
    struct party p;
    if (!party_open(&p, 6, GW_MEMORY_GUARDED))
        return;
    uint64_t beside = neighbour(p.members[0].memory, PLACE);
    CHECK_EQ_U64(notify(&p, PLACE, 1), 0);
    for (uint32_t i = 0; i < 6; i++)
        start_waiting(&p, i, PLACE,
                      i == 2 || i == 4 ? wait_beside : wait_first);
    gw_store_interrupt(p.members[2].store, GW_REASON_INTERRUPT);
    gw_os_thread_join(&p.members[2].thread);
    CHECK_EQ_U64(notify(&p, PLACE, 0), 0);
    CHECK_EQ_U64(notify(&p, PAGE - 4, 9), 0);
    CHECK_EQ_U64(notify(&p, PLACE, 1), 1);
    CHECK(reaches(&p.order, 1));
    CHECK_EQ_U64(notify(&p, PLACE, 1), 1);
    CHECK(reaches(&p.order, 2));
    CHECK_EQ_U64(notify(&p, PLACE, 1), 1);
    CHECK(reaches(&p.order, 3));
    CHECK_EQ_U64(notify(&p, PLACE, UINT32_MAX), 1);
    CHECK_EQ_U64(notify(&p, PLACE, UINT32_MAX), 0);
    CHECK_EQ_U64(notify(&p, beside, 2), 1);
    static const uint32_t order[] = { 0, 1, 0, 2, 0, 3 };
    for (uint32_t i = 0; i < 6; i++) {
        if (i != 2)
            gw_os_thread_join(&p.members[i].thread);
        CHECK_EQ_U64(p.members[i].count, order[i]);
        CHECK_EQ_U64(p.members[i].trap,
                     i == 2 ? GW_TRAP_INTERRUPTED : GW_TRAP_NONE);
        CHECK_EQ_U64(p.members[i].outcome, i == 2 ? 77 : GW_WAIT_WOKEN);
    }
    CHECK(last_waiter(&p.members[0], PLACE) == NULL);
    party_close(&p);
}

/* All wait, and one call wakes all of them that are asked for. */
static void
test_notify_all(void)
{
    struct party p;
    if (!party_open(&p, MAX_THREADS, GW_MEMORY_PACKED))
        return;
    for (uint32_t i = 0; i < p.count; i++)
        start_waiting(&p, i, PLACE, wait_first);
    CHECK_EQ_U64(notify(&p, PLACE, 2), 2);
    CHECK_EQ_U64(notify(&p, PLACE, UINT32_MAX), MAX_THREADS - 2);
    party_join(&p);
    for (uint32_t i = 0; i < p.count; i++)
        CHECK_EQ_U64(p.members[i].outcome, GW_WAIT_WOKEN);
    party_close(&p);
}

/* What needs one thread only. */
static void
test_outcomes(void)
{
    struct party p;
    if (!party_open(&p, 1, GW_MEMORY_PACKED))
        return;
    struct gw_meminst *memory = p.members[0].memory;
    struct gw_exec *exec = &p.members[0].store->exec;
    uint32_t out = 77;
    gw_put_u64(memory->base + 8, UINT64_C(0x100000002));
    CHECK_EQ_U64(gw_atomic_wait32(exec, memory, 8, 3, -1, &out), 0);
    CHECK_EQ_U64(out, GW_WAIT_NOT_EQUAL);
    CHECK_EQ_U64(gw_atomic_wait32(exec, memory, 8, 2, 0, &out), 0);
    CHECK_EQ_U64(out, GW_WAIT_TIMED_OUT);
    CHECK_EQ_U64(gw_atomic_wait64(exec, memory, 8, 2, -1, &out), 0);
    CHECK_EQ_U64(out, GW_WAIT_NOT_EQUAL);
    uint64_t start_ns = now_ns();
    CHECK_EQ_U64(gw_atomic_wait64(exec, memory, 8, UINT64_C(0x100000002),
                                  60000000, &out),
                 GW_TRAP_NONE);
    CHECK_EQ_U64(out, GW_WAIT_TIMED_OUT);
    CHECK(now_ns() - start_ns >= 60000000);
    CHECK(last_waiter(&p.members[0], 8) == NULL);

    out = 77;
    CHECK_EQ_U64(gw_atomic_wait32(exec, memory, 6, 0, 0, &out),
                 GW_TRAP_UNALIGNED_ATOMIC);
    CHECK_EQ_U64(gw_atomic_wait64(exec, memory, 4, 0, 0, &out),
                 GW_TRAP_UNALIGNED_ATOMIC);
    CHECK_EQ_U64(gw_atomic_notify(memory, 2, 1, &out),
                 GW_TRAP_UNALIGNED_ATOMIC);
    CHECK_EQ_U64(gw_atomic_wait32(exec, memory, PAGE, 0, 0, &out),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_atomic_wait64(exec, memory, UINT64_MAX - 7, 0, 0, &out),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_atomic_notify(memory, PAGE, 1, &out),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(out, 77);
    party_close(&p);
}

static void
test_unshared(void)
{
    struct world w;
    struct gw_meminst *memory = NULL;
    struct gw_memtype type = shared_type(1, 1);
    uint32_t out = 77;
    type.limits.shared = false;
    gw_config_init(&w.config);
    if (!world_open(&w))
        return;
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &memory), GW_OK);
    CHECK(gw_meminst_share(memory) == NULL);
    CHECK_EQ_U64(gw_atomic_wait32(&w.store->exec, memory, 0, 0, 0, &out),
                 GW_TRAP_NOT_SHARED);
    CHECK_EQ_U64(gw_atomic_wait64(&w.store->exec, memory, 0, 1, 0, &out),
                 GW_TRAP_NOT_SHARED);
    CHECK_EQ_U64(out, 77);
    CHECK_EQ_U64(gw_atomic_notify(memory, PAGE, 1, &out),
                 GW_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ_U64(gw_atomic_notify(memory, PAGE - 4, 1, &out), GW_TRAP_NONE);
    CHECK_EQ_U64(out, 0);
    world_close(&w);
}

/* ---- being stopped while waiting ---- */

static void
wait_for_ever(void *env)
{
    struct member *m = env;
    m->trap = gw_atomic_wait32(&m->store->exec, m->memory, 0, 0, -1,
                               &m->outcome);
    m->count = now_ns();
}

/* The first is interrupted, the second has a deadline, the third is woken.
 * The time allowed is long because the machine may be busy. */
static void
test_interrupt(void)
{
    struct party p;
    if (!party_open(&p, 3, GW_MEMORY_GUARDED))
        return;
    uint64_t start_ns = now_ns(), deadline_ns = start_ns + 60000000;
    CHECK_EQ_U64(gw_store_set_deadline(p.members[1].store, deadline_ns), GW_OK);
    for (uint32_t i = 0; i < 3; i++)
        party_start(&p, i, wait_for_ever);
    gw_os_sleep_until(deadline_ns);
    uint64_t stop_ns = now_ns();
    gw_store_interrupt(p.members[0].store, GW_REASON_INTERRUPT);
    gw_os_thread_join(&p.members[0].thread);
    gw_os_thread_join(&p.members[1].thread);
    CHECK_EQ_U64(notify(&p, 0, UINT32_MAX), 1);
    gw_os_thread_join(&p.members[2].thread);
    CHECK_EQ_U64(p.members[0].trap, GW_TRAP_INTERRUPTED);
    CHECK_EQ_U64(p.members[1].trap, GW_TRAP_DEADLINE);
    CHECK_EQ_U64(p.members[2].trap, GW_TRAP_NONE);
    CHECK_EQ_U64(p.members[0].outcome, 77);
    CHECK_EQ_U64(p.members[2].outcome, GW_WAIT_WOKEN);
    CHECK(p.members[0].count - stop_ns < UINT64_C(2000000000));
    CHECK(p.members[1].count >= deadline_ns);
    CHECK(p.members[1].count - deadline_ns < UINT64_C(2000000000));

    /* A store that is to stop does not begin to wait. */
    wait_for_ever(&p.members[0]);
    CHECK_EQ_U64(p.members[0].trap, GW_TRAP_INTERRUPTED);
    party_close(&p);
}

/* ---- who owns what ---- */

static void
test_lifetime(void)
{
    struct party p, other;
    struct gw_meminst *memory = NULL;
    if (!party_open(&p, 2, GW_MEMORY_GUARDED))
        return;
    struct gw_sharedmem *shared = gw_meminst_share(p.members[0].memory);
    p.members[0].memory->base[5] = 5;

    /* The store that made it goes first. */
    gw_store_unref(p.members[0].store);
    p.members[0].store = NULL;
    CHECK_EQ_U64(gw_meminst_grow(p.members[1].memory, 2), 1);
    CHECK_EQ_U64(p.members[1].memory->base[5], 5);
    CHECK_EQ_U64(p.members[1].memory->base[3 * PAGE - 1], 0);
    CHECK_EQ_U64(p.members[1].store->memory_bytes, 3 * PAGE);

    if (party_open(&other, 1, GW_MEMORY_GUARDED)) {
        CHECK_EQ_U64(gw_meminst_from_shared(other.members[0].store, shared,
                                            &other.world.diag, &memory),
                     GW_ERR_ARGUMENT);
        CHECK_STR(other.world.diag.text,
                  "the shared memory belongs to another engine");
        party_close(&other);
    }
    gw_store_unref(p.members[1].store);
    p.members[1].store = NULL;

    /* Only the host knows it now, and shows it to a store again. */
    CHECK_EQ_U64(gw_meminst_from_shared(p.world.store, shared, &p.world.diag,
                                        &memory),
                 GW_OK);
    gw_sharedmem_unref(shared);
    CHECK_EQ_U64(memory->base[5], 5);
    CHECK_EQ_U64(memory->pages, 3);
    party_close(&p);
}

/* A store pays for all of a shared memory that it knows of. */
static void
test_quota(void)
{
    struct world w;
    struct gw_memtype type = shared_type(2, 10);
    struct gw_meminst *a = NULL, *b = NULL, *c = NULL;
    gw_config_init(&w.config);
    w.config.values[GW_OPTION_MAX_MEMORY] = 5 * PAGE;
    if (!world_open(&w))
        return;
    struct gw_store *store = gw_store_new(w.engine);
    CHECK_EQ_U64(gw_meminst_new(w.store, &type, &w.diag, &a), GW_OK);
    struct gw_sharedmem *shared = gw_meminst_share(a);
    CHECK_EQ_U64(gw_meminst_from_shared(store, shared, &w.diag, &b), GW_OK);
    CHECK_EQ_U64(gw_meminst_grow(b, 2), 2);
    CHECK_EQ_U64(store->memory_bytes, 4 * PAGE);
    CHECK_EQ_U64(w.store->memory_bytes, 2 * PAGE);
    CHECK_EQ_U64(gw_meminst_grow(a, 2), UINT64_MAX);
    CHECK_EQ_U64(w.store->memory_bytes, 2 * PAGE);
    CHECK_EQ_U64(gw_meminst_grow(a, 1), 4);
    CHECK_EQ_U64(w.store->memory_bytes, 5 * PAGE);
    CHECK_EQ_U64(gw_meminst_grow(b, 1), UINT64_MAX);
    CHECK_EQ_U64(gw_meminst_from_shared(store, shared, &w.diag, &c),
                 GW_ERR_LIMIT);
    CHECK_STR(w.diag.text, "memory of 327680 bytes: the store may hold 327680");
    CHECK(c == NULL);
    CHECK_EQ_U64(store->memory_bytes, 4 * PAGE);
    gw_sharedmem_unref(shared);
    gw_store_unref(store);
    world_close(&w);
}

static void
test_no_memory(void)
{
    uint64_t fail = 0;
    enum gw_err err = GW_ERR_NOMEM;
    while (err == GW_ERR_NOMEM && ++fail < 20) {
        struct world w;
        struct gw_memtype type = shared_type(1, 2);
        struct gw_meminst *a = NULL, *b = NULL;
        gw_config_init(&w.config);
        if (!world_open(&w))
            return;
        w.hook.fail = w.hook.count + fail;
        err = gw_meminst_new(w.store, &type, &w.diag, &a);
        struct gw_sharedmem *shared = a ? gw_meminst_share(a) : NULL;
        if (err == GW_OK)
            err = gw_meminst_from_shared(w.store, shared, &w.diag, &b);
        CHECK(err == GW_OK || err == GW_ERR_NOMEM);
        gw_sharedmem_unref(shared);
        world_close(&w);
    }
    CHECK(err == GW_OK && fail > 3);
}

int
main(void)
{
    test_operators();
    test_increment();
    test_grow(GW_MEMORY_GUARDED);
    test_grow(GW_MEMORY_PACKED);
    test_attach_often();
    test_ping_pong();
    test_order();
    test_notify_all();
    test_outcomes();
    test_unshared();
    test_interrupt();
    test_lifetime();
    test_quota();
    test_no_memory();
    return CHECK_DONE();
}
