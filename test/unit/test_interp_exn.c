/*
 * Exceptions where the official suite does not reach: through host functions
 * and tail calls, with vectors, out of deep stacks, with frames that move,
 * with a collector, and in loops that only exceptions close.
 */
#include "interp/interp.h"
#include "interp_util.h"
#include "rt/heap.h"
#include "unit/check.h"

struct row {
    const char *name;
    const char *args, *results; /* like "i32:1 i64:-2", or "trap: text" */
};

static void
test_rows(const struct mode *mode, const char *text, const struct row *rows,
          size_t count)
{
    struct world world;
    char got[256];
    if (!world_init(&world, mode, text))
        return;
    for (size_t i = 0; i < count; i++) {
        const char *want = values_normal(&world, rows[i].name, rows[i].results);
        char kept[256];
        snprintf(kept, sizeof kept, "%s", want);
        world_call(&world, rows[i].name, rows[i].args, got, sizeof got);
        if (!CHECK_STR(got, kept))
            printf("    in %s, %s\n", rows[i].name, mode_name(mode));
    }
    world_fini(&world);
}

#define ROWS(TEXT, ROWS_) \
    test_rows(mode, TEXT, ROWS_, sizeof(ROWS_) / sizeof(ROWS_)[0])

/* ---- inside of the guest ---- */

static const char plain[] =
    "(module"
    " (tag $v (param i32 v128 i64)) (tag $e) (tag $f) (tag $i (param i32))"
    " (func $throw_v (param i32) (throw $v (local.get 0)"
    "  (v128.const i64x2 5 6) (i64.const 7)))"
    /* Values below the block: a local that changes later, a constant. */
    " (func (export \"vector\") (param i32) (result i64)"
    "  (local i32 v128 i64 exnref)"
    "  (local.get 0) (i32.const 1000)"
    "  (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
    "  (block $h (result i32 v128 i64 exnref)"
    "   (try_table (catch_ref $v $h)"
    "    (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
    "    (call $throw_v (local.get 0)) (unreachable)) (unreachable))"
    "  (local.set 4) (local.set 3) (local.set 2)"
    /* n, 1000, n + 2 */
    "  (i32.add) (i32.add)"
    "  (i64.extend_i32_u)"
    "  (i64.add (i64x2.extract_lane 0 (local.get 2)))"
    "  (i64.add (i64x2.extract_lane 1 (local.get 2)))"
    "  (i64.add (local.get 3)))"
    /* Back to a loop header, which polls and moves frames. */
    " (func (export \"loop\") (param i32) (result i32)"
    "  (local i32)"
    "  (i32.const 0)"
    "  (loop $l (param i32) (result i32)"
    "   (local.set 1)"
    "   (if (i32.eq (local.get 1) (local.get 0))"
    "    (then (return (local.get 1))))"
    "   (try_table (catch $i $l)"
    "    (throw $i (i32.add (local.get 1) (i32.const 1))))"
    "   (unreachable)))"
    " (func (export \"spin\")"
    "  (loop $l (try_table (catch $e $l) (throw $e))))"
    /* From the bottom of the stack to its top. */
    " (func $deep (param i32) (local v128 v128)"
    "  (if (i32.eqz (local.get 0)) (then (throw $e)))"
    "  (call $deep (i32.sub (local.get 0) (i32.const 1))))"
    " (func (export \"deep\") (param i32) (result i32)"
    "  (block $h"
    "   (try_table (catch $f $h) (catch_all $h) (call $deep (local.get 0)))"
    "   (return (i32.const 0))) (i32.const 1))"
    /* A frame that is gone catches nothing. */
    " (func $tail (try_table (catch $e 0) (return_call $e)))"
    " (func $e (throw $e))"
    " (func (export \"tail\") (result i32)"
    "  (block $h (try_table (catch $e $h) (call $tail))"
    "   (return (i32.const 0))) (i32.const 1))"
    /* What has been caught is thrown on, after a handler that does not fit. */
    " (func (export \"again\") (result i32) (local exnref)"
    "  (block $out (result i32)"
    "   (try_table (catch $i $out)"
    "    (block $in (result exnref)"
    "     (try_table (catch_all_ref $in) (throw $i (i32.const 9)))"
    "     (unreachable))"
    "    (local.set 0)"
    "    (block $none (try_table (catch $e $none)"
    "     (throw_ref (local.get 0)))) (unreachable))"
    "   (unreachable)))"
    " (func (export \"null\") (throw_ref (ref.null exn)))"
    /* To the function's own label. */
    " (func (export \"own\") (param i32) (result i32)"
    "  (try_table (result i32) (catch $i 0)"
    "   (if (local.get 0) (then (throw $i (i32.const 3)))) (i32.const 4)))"
    /* Only comparisons and branches between two tries. */
    " (func (export \"edges\") (param i32) (result i32)"
    "  (i32.eq (local.get 0) (i32.const 1))"
    "  (block $h (param i32)"
    "   (try_table (param i32) (catch_all $h) (if (then (throw $e))))"
    "   (i32.eq (local.get 0) (i32.const 2))"
    "   (if (then (throw $i (i32.const 2))))) (local.get 0))"
    " (func (export \"uncaught\") (param i32) (throw $i (local.get 0))))";

static void
test_plain(const struct mode *mode)
{
    static const struct row rows[] = {
        { "vector", "i32:3", "i64:1026" },
        { "loop", "i32:50", "i32:50" },
        { "deep", "i32:0", "i32:1" },
        { "deep", "i32:60", "i32:1" },
        { "tail", "", "i32:1" },
        { "again", "", "i32:9" },
        { "null", "", "trap: null exception reference" },
        { "own", "i32:1", "i32:3" },
        { "own", "i32:0", "i32:4" },
        { "edges", "i32:1", "i32:1" },
        { "edges", "i32:2", "trap: uncaught exception" },
        { "edges", "i32:3", "i32:3" },
        { "uncaught", "i32:1", "trap: uncaught exception" },
    };
    static const struct row deep[] = { { "deep", "i32:5000", "i32:1" } };
    ROWS(plain, rows);
    if (!mode->safepoint_test)
        ROWS(plain, deep);
}

static void
test_spin(const struct mode *mode)
{
    struct world world;
    char got[64];
    if (!world_init(&world, mode, plain))
        return;
    gw_store_interrupt(world.store, GW_REASON_INTERRUPT);
    world_call(&world, "spin", "", got, sizeof got);
    CHECK_STR(got, "trap: interrupted");
    gw_store_clear_interrupt(world.store);
    /* Every turn makes an exception, so the collector runs. */
    if (!mode->safepoint_test) {
        world_call(&world, "loop", "i32:100000", got, sizeof got);
        CHECK_STR(got, "i32:0x186a0");
        CHECK(gw_heap_stats(world.store).collections > 0);
    }
    world_fini(&world);
}

/* ---- legacy ---- */

static const char legacy[] =
    "(module"
    " (tag $e) (tag $i (param i32)) (tag $v (param v128 i32))"
    " (func $nothing (param i32) (result i32) (loop) (local.get 0))"
    " (func $throw (param i32) (if (local.get 0)"
    "  (then (throw $i (local.get 0)))))"
    /* Calls and loops in a handler, then the exception is wanted again. */
    " (func (export \"rethrow\") (param i32) (result i32)"
    "  (i32.const 100)"
    "  (try (result i32)"
    "   (do (try (result i32)"
    "    (do (call $throw (local.get 0)) (i32.const 1))"
    "    (catch $i"
    "     (local.set 0 (call $nothing))"
    "     (loop (drop (call $nothing (i32.const 5))))"
    "     (rethrow 0))))"
    "   (catch $e (i32.const 2))"
    "   (catch $i (i32.add (local.get 0))))"
    "  (i32.add))"
    /* Handlers in handlers, and operands below all of them. */
    " (func (export \"nest\") (param i32) (result i32) (local i32)"
    "  (local.get 0)"
    "  (try (result i32) (do (call $throw (i32.const 7)) (unreachable))"
    "   (catch $i"
    "    (try (result i32)"
    "     (do (throw $v (v128.const i64x2 1 2) (i32.const 30)))"
    "     (catch $v"
    "      (call $nothing)"
    "      (try (param i32) (result i32) (do (drop) (rethrow 2))"
    "       (catch $i (drop) (i32.const 3))"
    "       (catch_all (i32.const 4)))"
    "      (local.set 1) (drop) (local.get 1))"
    "     (catch_all (unreachable)))"
    "    (i32.add)))"
    "  (i32.add))"
    " (func (export \"branch\") (param i32) (result i32)"
    "  (i32.const 1)"
    "  (try $t (result i32) (do (throw $e))"
    "   (catch $e (i32.const 5) (local.get 0) (br_if $t)"
    "    (drop) (i32.const 9) (br_table 0 0 (i32.const 1))))"
    "  (i32.add))"
    " (func (export \"two\") (param i32) (result i32 i64)"
    "  (try (result i32 i64)"
    "   (do (call $throw (local.get 0)) (i32.const 1) (i64.const 2))"
    "   (catch $i (i64.const 3))))"
    " (func (export \"delegate\") (param i32) (result i32)"
    "  (try (result i32)"
    "   (do"
    "    (try (result i32)"
    "     (do"
    "      (try (result i32)"
    "       (do (call $throw (local.get 0)) (i32.const 1))"
    "       (delegate 1)))"
    "     (catch_all (i32.const 2))))"
    "   (catch $i)))"
    " (func (export \"leave\") (param i32) (result i32)"
    "  (try (result i32)"
    "   (do"
    "    (try (result i32) (do (call $throw (local.get 0)) (i32.const 1))"
    "     (delegate 1)))"
    "   (catch_all (i32.const 2)))))";

static void
test_legacy(const struct mode *mode)
{
    static const struct row rows[] = {
        { "rethrow", "i32:11", "i32:122" },
        { "rethrow", "i32:0", "i32:101" },
        { "nest", "i32:1000", "i32:1010" },
        { "branch", "i32:1", "i32:6" },
        { "branch", "i32:0", "i32:10" },
        { "two", "i32:0", "i32:1 i64:2" },
        { "two", "i32:4", "i32:4 i64:3" },
        { "delegate", "i32:5", "i32:5" },
        { "delegate", "i32:0", "i32:1" },
        { "leave", "i32:5", "trap: uncaught exception" },
        { "leave", "i32:0", "i32:1" },
    };
    ROWS(legacy, rows);
}

/* ---- through the host ---- */

struct host {
    struct world *world;
    bool collect, swallow;
    uint32_t calls;
    enum gw_trap trap; /* what `inner` ended with */
};

/* Calls the guest's `inner` and returns what that does. */
static enum gw_trap
host_call(void *env, struct gw_call *call, union gw_slot *args)
{
    struct host *host = env;
    host->calls++;
    host->trap = gw_func_call(world_func(host->world, "inner"), args);
    if (host->collect)
        gw_heap_collect(call->store);
    if (host->swallow) {
        args[0].i32 = -1;
        return GW_TRAP_NONE;
    }
    return host->trap;
}

static const char through[] =
    "(module (import \"\" \"\" (func $h (param i32) (result i32)))"
    " (tag $i (param i32)) (tag $e)"
    " (func $inner (export \"inner\") (param i32) (result i32)"
    "  (if (i32.eqz (local.get 0)) (then (throw $i (i32.const 77))))"
    "  (if (i32.eq (local.get 0) (i32.const 99)) (then (unreachable)))"
    "  (call $h (i32.sub (local.get 0) (i32.const 1))))"
    " (func (export \"catch\") (param i32) (result i32)"
    "  (block $h (result i32)"
    "   (try_table (catch $i $h) (return (call $h (local.get 0))))"
    "   (unreachable)))"
    " (func (export \"wrong\") (param i32) (result i32)"
    "  (block $h"
    "   (try_table (catch $e $h) (return (call $h (local.get 0))))"
    "   (unreachable)) (i32.const 1))"
    " (func $tail (param i32) (result i32)"
    "  (block $h (try_table (catch_all $h) (return_call $h (local.get 0))))"
    "  (unreachable))"
    " (func (export \"tail\") (param i32) (result i32)"
    "  (block $h (result i32)"
    "   (try_table (catch $i $h) (return (call $tail (local.get 0))))"
    "   (unreachable))))";

static bool
host_world(struct world *world, struct host *host, const struct mode *mode)
{
    static const gw_valtype i32 = GW_TYPE_I32;
    static const struct gw_functype type = { 1, 1, 1, 1, &i32, &i32 };
    struct gw_externval import = { .kind = GW_EXTERN_FUNC };
    struct gw_diag diag;
    memset(host, 0, sizeof *host);
    host->world = world;
    return world_open(world, mode, through, &diag) &&
           CHECK(gw_funcinst_new_host(world->store, &type, host_call, host,
                                      NULL, &import.of.func) == GW_OK) &&
           world_link(world, &import, 1, &diag);
}

static void
test_host(const struct mode *mode)
{
    struct world world;
    struct host host;
    char got[64];
    if (host_world(&world, &host, mode)) {
        const struct gw_trap_info *info = gw_store_trap(world.store);
        const struct gw_exec *exec = &world.store->exec;
        host.collect = true;
        world_call(&world, "catch", "i32:3", got, sizeof got);
        CHECK_STR(got, "i32:0x4d");
        CHECK_EQ_U64(host.calls, 4);
        CHECK_EQ_U64(host.trap, GW_TRAP_UNCAUGHT_EXCEPTION);
        CHECK(exec->exn == NULL);
        world_call(&world, "tail", "i32:3", got, sizeof got);
        CHECK_STR(got, "i32:0x4d");
        /* Nobody catches it: the frames are those of the throw. */
        world_call(&world, "wrong", "i32:2", got, sizeof got);
        CHECK_STR(got, "trap: uncaught exception");
        CHECK_EQ_U64(info->frame_total, 4);
        CHECK(exec->exn != NULL && gw_exn_payload(exec->exn)->i32 == 77 &&
              gw_heap_knows(world.store, gw_ref_from(exec->exn)));
        /* A trap is no exception. */
        world_call(&world, "tail", "i32:102", got, sizeof got);
        CHECK_STR(got, "trap: unreachable");
        host.swallow = true;
        world_call(&world, "wrong", "i32:0", got, sizeof got);
        CHECK_STR(got, "i32:0xffffffff");
    }
    world_fini(&world);
}

/* An exception leaves a start function. */
static void
test_start(const struct mode *mode)
{
    static const char text[] =
        "(module (tag $e) (func $f (throw $e)) (start $f))";
    struct world world;
    struct gw_diag diag;
    if (world_open(&world, mode, text, &diag)) {
        CHECK_EQ_U64(gw_instance_new(world.store, world.program, NULL, 0, &diag,
                                     &world.instance),
                     GW_ERR_TRAP);
        CHECK_STR(gw_store_trap(world.store)->text, "uncaught exception");
    }
    world_fini(&world);
}

static void
test_fuel(const struct mode *mode)
{
    static const char text[] =
        "(module (tag $e)"
        " (func (export \"run\") (result i32)"
        "  (block $h (try_table (catch $e $h) (throw $e))) (i32.const 1)))";
    struct mode meter = *mode;
    struct world world;
    char got[64];
    meter.meter = 1;
    if (!world_init(&world, &meter, text))
        return;
    gw_store_set_fuel(world.store, 2);
    world_call(&world, "run", "", got, sizeof got);
    CHECK_STR(got, "i32:0x1");
    CHECK_EQ_U64(gw_store_fuel(world.store), 0);
    world_fini(&world);
}

int
main(void)
{
    static const uint64_t drivers[] = { GW_DRIVER_SWITCH, GW_DRIVER_GOTO,
                                        GW_DRIVER_TAIL };
    for (size_t d = 0; d < 3; d++) {
        if (!gw_interp_has_driver(drivers[d])) {
            CHECK_SKIP("a driver is not in this build");
            continue;
        }
        for (uint64_t i = 0; i < 8; i++) {
            static const uint64_t every[] = { 0, 1, 0, 3 };
            struct mode mode = { drivers[d], i & 1, i >> 2, every[i >> 1], 0 };
            test_plain(&mode);
            test_spin(&mode);
            test_legacy(&mode);
            test_host(&mode);
            test_start(&mode);
            test_fuel(&mode);
        }
    }
    return CHECK_DONE();
}
