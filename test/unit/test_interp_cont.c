/*
 * Continuations where the tests of the proposal do not reach: below host
 * functions, with traps and exceptions in them, with frames that move, with
 * vectors, and with a collector that has to find what only they hold.
 */
#include "interp/interp.h"
#include "interp_util.h"
#include "rt/heap.h"
#include "unit/check.h"

static const char text[] =
    "(module"
    " (import \"\" \"\" (func $h (param i32) (result i32)))"
    " (type $f (func)) (type $k (cont $f))"
    " (type $fi (func (param i32) (result i32))) (type $ki (cont $fi))"
    " (type $fv (func (param v128) (result v128))) (type $kv (cont $fv))"
    " (rec (type $fs (func (param i32 (ref null $ks)) (result i32)))"
    "      (type $ks (cont $fs)))"
    " (tag $e) (tag $y (param i32) (result i32))"
    " (tag $v (param i64 v128) (result v128)) (tag $x (param i32))"
    " (tag $s (result i32))"
    " (elem declare func $gen $vec $h $sus $trap $thrower $outer $ping $deep"
    "  $keep)"
    /* Yields n, n - 1 ... 1; returns the sum of what it is given. */
    " (func $gen (param i32) (result i32) (local i32)"
    "  (loop $l"
    "   (if (local.get 0) (then"
    "    (local.set 1 (i32.add (local.get 1)"
    "     (suspend $y (local.get 0))))"
    "    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))"
    "    (br $l))))"
    "  (local.get 1))"
    " (func $drive (export \"gen\") (param i32) (result i32)"
    "  (local (ref null $ki) i32)"
    "  (local.set 1 (cont.new $ki (ref.func $gen)))"
    "  (local.get 0)"
    "  (loop $l (param i32) (result i32)"
    "   (local.set 2)"
    "   (block $on (result i32 (ref $ki))"
    "    (return (resume $ki (on $y $on) (local.get 2) (local.get 1))))"
    "   (local.set 1)"
    "   (i32.const 10) (i32.mul)"
    "   (br $l)) (unreachable))"
    /* Two operands of the generator are below what is suspended. */
    " (func $vec (param v128) (result v128)"
    "  (local.get 0)"
    "  (suspend $v (i64.const 3) (local.get 0))"
    "  (i64x2.add))"
    " (func (export \"vec\") (result i64)"
    "  (local v128 i64 (ref null $kv))"
    "  (block $on (result i64 v128 (ref $kv))"
    "   (resume $kv (on $v $on) (v128.const i64x2 5 6)"
    "    (cont.new $kv (ref.func $vec)))"
    "   (unreachable))"
    "  (local.set 2) (local.set 0) (local.set 1)"
    "  (local.set 0 (resume $kv (local.get 0) (local.get 2)))"
    "  (i64.add (i64.mul (i64x2.extract_lane 0 (local.get 0))"
    "   (i64x2.extract_lane 1 (local.get 0))) (local.get 1)))"
    /* Continuations of host functions, and the host between them. */
    " (func (export \"host\") (param i32) (result i32)"
    "  (i32.const 1000)"
    "  (resume $ki (local.get 0) (cont.new $ki (ref.func $h))) (i32.add))"
    " (func $sus (export \"inner\") (param i32) (result i32)"
    "  (if (i32.eq (local.get 0) (i32.const 1))"
    "   (then (return (suspend $y (i32.const 1)))))"
    "  (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $x"
    "   (i32.const 70))))"
    "  (call $drive (local.get 0)))"
    " (func $outer (param i32) (result i32)"
    "  (i32.add (call $h (local.get 0)) (i32.const 1)))"
    " (func (export \"across\") (param i32) (result i32)"
    "  (block $x (result i32)"
    "   (block $on (result i32 (ref $ki))"
    "    (try_table (catch $x $x)"
    "     (return (resume $ki (on $y $on) (local.get 0)"
    "      (cont.new $ki (ref.func $outer)))))"
    "    (unreachable))"
    "   (unreachable)))"
    /* A trap in a continuation in a continuation. */
    " (func $trap (param i32) (result i32)"
    "  (if (local.get 0) (then (return (resume $ki"
    "   (i32.sub (local.get 0) (i32.const 1))"
    "   (cont.new $ki (ref.func $trap))))))"
    "  (unreachable))"
    " (func (export \"trap\") (param i32) (result i32)"
    "  (call $trap (local.get 0)))"
    /* An exception through n continuations. */
    " (func $thrower (param i32) (result i32)"
    "  (if (i32.eqz (local.get 0)) (then (throw $x (i32.const 9))))"
    "  (resume $ki (i32.sub (local.get 0) (i32.const 1))"
    "   (cont.new $ki (ref.func $thrower))))"
    " (func (export \"throw\") (param i32) (result i32)"
    "  (block $h (result i32)"
    "   (try_table (catch $x $h)"
    "    (return (call $thrower (local.get 0)))) (unreachable)))"
    /* Hundreds are made and left, one collection after the other. */
    " (func (export \"leave\") (param i32) (result i32) (local i32)"
    "  (loop $l"
    "   (block $on (result i32 (ref $ki))"
    "    (resume $ki (on $y $on) (i32.const 3)"
    "     (cont.new $ki (ref.func $gen)))"
    "    (unreachable))"
    "   (drop) (local.set 1 (i32.add (local.get 1)))"
    "   (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
    "  (local.get 1))"
    /* Switching to and fro, without a frame more. */
    " (func $ping (type $fs)"
    "  (loop $l (result i32)"
    "   (if (result i32) (i32.eqz (local.get 0))"
    "    (then (i32.const 5))"
    "    (else"
    "     (switch $ks $s (i32.sub (local.get 0) (i32.const 1))"
    "      (local.get 1))"
    "     (local.set 1) (local.set 0) (br $l)))))"
    " (func (export \"switch\") (param i32) (result i32)"
    "  (resume $ks (on $s switch) (local.get 0)"
    "   (cont.new $ks (ref.func $ping)) (cont.new $ks (ref.func $ping))))"
    /* A stack that is too deep, in a continuation. */
    " (func $deep (param i32) (result i32)"
    "  (i32.add (i32.const 1) (call $deep (local.get 0))))"
    " (func (export \"deep\") (param i32) (result i32)"
    "  (resume $ki (local.get 0) (cont.new $ki (ref.func $deep))))"
    /* Only a suspended frame holds the exception. */
    " (func $keep (param i32) (result i32) (local exnref)"
    "  (block $h (result i32 exnref)"
    "   (try_table (catch_ref $x $h) (throw $x (local.get 0)))"
    "   (unreachable))"
    "  (local.set 1) (drop)"
    "  (drop (suspend $y (i32.const 0)))"
    "  (throw_ref (local.get 1)))"
    " (func (export \"keep\") (param i32) (result i32)"
    "  (local (ref null $ki))"
    "  (block $on (result i32 (ref $ki))"
    "   (resume $ki (on $y $on) (local.get 0)"
    "    (cont.new $ki (ref.func $keep)))"
    "   (unreachable))"
    "  (local.set 1) (drop)"
    "  (drop (call $h (i32.const 0)))"
    "  (block $h (result i32)"
    "   (try_table (catch $x $h)"
    "    (return (resume $ki (i32.const 0) (local.get 1))))"
    "   (unreachable))))";

/* Collects, then calls the guest's `inner` unless the argument is 0. */
static enum gw_trap
host_call(void *env, struct gw_call *call, union gw_slot *args)
{
    const struct world *world = env;
    gw_heap_collect(call->store);
    if (args[0].i32 == 0)
        return GW_TRAP_NONE;
    return gw_func_call(world_func(world, "inner"), args);
}

static bool
open_world(struct world *world, const struct mode *mode)
{
    static const gw_valtype i32 = GW_TYPE_I32;
    static const struct gw_functype type = { 1, 1, 1, 1, &i32, &i32 };
    struct gw_externval import = { .kind = GW_EXTERN_FUNC };
    struct gw_diag diag;
    return world_open(world, mode, text, &diag) &&
           CHECK(gw_funcinst_new_host(world->store, &type, host_call, world,
                                      NULL, &import.of.func) == GW_OK) &&
           world_link(world, &import, 1, &diag);
}

static void
test_rows(const struct mode *mode)
{
    static const struct {
        const char *name, *args, *results;
    } rows[] = {
        { "gen", "i32:3", "i32:60" },
        { "gen", "i32:0", "i32:0" },
        { "vec", "", "i64:123" },
        { "host", "i32:3", "i32:1060" },
        { "host", "i32:0", "i32:1000" },
        { "across", "i32:3", "i32:61" },
        { "across", "i32:2", "i32:70" },
        { "across", "i32:1", "trap: unhandled tag" },
        { "trap", "i32:3", "trap: unreachable" },
        { "throw", "i32:0", "i32:9" },
        { "throw", "i32:40", "i32:9" },
        { "leave", "i32:500", "i32:1500" },
        { "switch", "i32:100", "i32:5" },
        { "keep", "i32:33", "i32:33" },
        { "inner", "i32:1", "trap: unhandled tag" },
    };
    struct world world;
    char got[256], want[256];
    if (open_world(&world, mode)) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            snprintf(want, sizeof want, "%s",
                     values_normal(&world, rows[i].name, rows[i].results));
            world_call(&world, rows[i].name, rows[i].args, got, sizeof got);
            if (!CHECK_STR(got, want))
                printf("    in %s, %s\n", rows[i].name, mode_name(mode));
            CHECK(world.store->exec.stack == NULL);
        }
    }
    world_fini(&world);
}

static void
test_limits(const struct mode *mode)
{
    struct world world;
    char got[128];
    if (!mode->safepoint_test && open_world(&world, mode)) {
        const struct gw_trap_info *info = gw_store_trap(world.store);
        world_call(&world, "trap", "i32:3", got, sizeof got);
        CHECK_EQ_U64(info->frame_total, 5);
        world_call(&world, "deep", "i32:0", got, sizeof got);
        CHECK_STR(got, "trap: call stack exhausted");
        /* More than there may be at one time, but for the collector. */
        world_call(&world, "leave", "i32:25000", got, sizeof got);
        CHECK_STR(got, "i32:0x124f8");
        CHECK(gw_heap_stats(world.store).collections > 0);
        world_call(&world, "throw", "i32:10001", got, sizeof got);
        CHECK_STR(got, "trap: call stack exhausted");
        world_call(&world, "throw", "i32:9000", got, sizeof got);
        CHECK_STR(got, "i32:0x9");
    }
    if (!mode->safepoint_test)
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
            test_rows(&mode);
            if (i == 0)
                test_limits(&mode);
        }
    }
    return CHECK_DONE();
}
