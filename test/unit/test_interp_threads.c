/*
 * The interpreter's atomic operators with real threads: stores of one engine
 * that run the same program on the same memory.
 */
#include "interp/interp.h"
#include "interp_util.h"
#include "os/os.h"
#include "unit/check.h"

enum { THREADS = 4, ROUNDS = 2000, CELLS = 7 };

/* Each of `add` does one kind of update, n times.  `turn` waits for its
 * number, me, in a cell, n times, and gives the turn to the next of four. */
static const char text[] =
    "(module (import \"env\" \"memory\" (memory 1 1 shared))"
    " (func (export \"add\") (param $n i32) (local $old i64)"
    "  (loop $l"
    "   (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))"
    "   (drop (i32.atomic.rmw8.add_u (i32.const 8) (i32.const 1)))"
    "   (drop (i64.atomic.rmw16.sub_u (i32.const 16) (i64.const 1)))"
    "   (drop (i64.atomic.rmw.add offset=24 (i32.const 0)"
    "    (i64.const 0x100000000)))"
    "   (drop (i32.atomic.rmw.xor (i32.const 32) (i32.const 1)))"
    "   (loop $retry"
    "    (local.set $old (i64.atomic.load (i32.const 40)))"
    "    (br_if $retry (i64.ne (local.get $old)"
    "     (i64.atomic.rmw.cmpxchg (i32.const 40) (local.get $old)"
    "      (i64.add (local.get $old) (i64.const 3))))))"
    "   (br_if $l (local.tee $n (i32.sub (local.get $n)"
    "    (i32.const 1))))))"
    " (func (export \"turn\") (param $me i32) (param $n i32)"
    "  (local $now i32)"
    "  (loop $l"
    "   (local.set $now (i32.atomic.load (i32.const 64)))"
    "   (if (i32.ne (local.get $now) (local.get $me)) (then"
    "    (drop (memory.atomic.wait32 (i32.const 64) (local.get $now)"
    "     (i64.const -1))) (br $l)))"
    /* Not atomic: the turn orders it. */
    "   (i32.store (i32.const 48) (i32.add (i32.load (i32.const 48))"
    "    (i32.const 1)))"
    "   (i32.atomic.store (i32.const 64) (i32.and (i32.add"
    "    (local.get $me) (i32.const 1)) (i32.const 3)))"
    "   (atomic.fence)"
    "   (drop (memory.atomic.notify (i32.const 64) (i32.const -1)))"
    "   (br_if $l (local.tee $n (i32.sub (local.get $n)"
    "    (i32.const 1))))))"
    " (func (export \"load\") (param i32) (result i64)"
    "  (i64.atomic.load (local.get 0)))"
    ")";

struct player {
    struct gw_os_thread thread;
    struct gw_store *store;
    struct gw_funcinst *add, *turn;
    uint32_t number;
    enum gw_trap trap;
};

static void
play(void *env)
{
    struct player *player = env;
    union gw_slot args[2] = { { .u64 = 0 }, { .u64 = 0 } };
    args[0].u32 = ROUNDS;
    player->trap = gw_func_call(player->add, args);
    args[0].u32 = player->number;
    args[1].u32 = ROUNDS / 10;
    if (player->trap == GW_TRAP_NONE)
        player->trap = gw_func_call(player->turn, args);
}

static struct gw_funcinst *
find(struct gw_instance *instance, const char *name)
{
    struct gw_externval value;
    CHECK(gw_instance_export(instance, gw_span_str(name), &value));
    return value.of.func;
}

/* A store with an instance on the shared memory. */
static bool
join(struct world *world, struct player *player, struct gw_sharedmem *shared,
     uint32_t number)
{
    struct gw_externval memory = { .kind = GW_EXTERN_MEMORY };
    struct gw_instance *instance;
    struct gw_diag diag;
    gw_diag_init(&diag);
    player->number = number;
    player->store = gw_store_new(world->engine);
    if (gw_meminst_from_shared(player->store, shared, &diag,
                               &memory.of.memory) != GW_OK ||
        gw_instance_new(player->store, world->program, &memory, 1, &diag,
                        &instance) != GW_OK)
        return world_fail(&diag);
    player->add = find(instance, "add");
    player->turn = find(instance, "turn");
    return true;
}

static void
check_cells(struct world *world)
{
    static const struct {
        const char *address, *value;
    } cells[] = {
        { "i32:0", "i64:0x1f40" },  { "i32:8", "i64:0x40" },
        { "i32:16", "i64:0xe0c0" }, { "i32:24", "i64:0x1f4000000000" },
        { "i32:32", "i64:0x0" },    { "i32:40", "i64:0x5dc0" },
        { "i32:48", "i64:0x320" },
    };
    char got[64];
    for (size_t i = 0; i < CELLS; i++) {
        world_call(world, "load", cells[i].address, got, sizeof got);
        CHECK_STR(got, cells[i].value);
    }
    world_call(world, "load", "i32:4", got, sizeof got);
    CHECK_STR(got, "trap: unaligned atomic");
    world_call(world, "load", "i32:65536", got, sizeof got);
    CHECK_STR(got, "trap: out of bounds memory access");
}

static void
run_players(struct world *world, struct gw_sharedmem *shared)
{
    static struct player players[THREADS];
    uint32_t ready = 0, started = 0;
    while (ready < THREADS && join(world, &players[ready], shared, ready))
        ready++;
    while (ready == THREADS && started < THREADS &&
           CHECK(gw_os_thread_start(&players[started].thread, play,
                                    &players[started], 0)))
        started++;
    for (uint32_t i = 0; i < started; i++) {
        gw_os_thread_join(&players[i].thread);
        CHECK(players[i].trap == GW_TRAP_NONE);
    }
    for (uint32_t i = 0; i < ready; i++)
        gw_store_unref(players[i].store);
    if (started == THREADS)
        check_cells(world);
}

static void
test_mode(const struct mode *mode)
{
    struct gw_externval memory = { .kind = GW_EXTERN_MEMORY };
    struct world world;
    struct gw_diag diag;
    if (!world_open(&world, mode, text, &diag))
        return;
    const struct gw_memtype *type = &world.program->module->memories[0];
    if (CHECK(gw_meminst_new(world.store, type, &diag, &memory.of.memory) ==
              GW_OK) &&
        world_link(&world, &memory, 1, &diag)) {
        struct gw_sharedmem *shared = gw_meminst_share(memory.of.memory);
        run_players(&world, shared);
        gw_sharedmem_unref(shared);
    }
    world_fini(&world);
}

int
main(void)
{
    for (uint64_t d = GW_DRIVER_SWITCH; d <= GW_DRIVER_TAIL; d++) {
        for (uint64_t i = 0; i < 4 && gw_interp_has_driver(d); i++) {
            struct mode mode = { d, i & 1, 0, i >> 1, 0 };
            test_mode(&mode);
        }
    }
    return CHECK_DONE();
}
