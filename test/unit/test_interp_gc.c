/*
 * The interpreter's operators on objects, in every mode: all storage types,
 * casts in branches, what a collection must see while a function runs, and
 * what big arrays cost.
 */
#include "interp/interp.h"
#include "interp_util.h"
#include "unit/check.h"

struct row {
    const char *text; /* NULL: as above */
    const char *name;
    const char *args, *results; /* like "i32:1 i64:-2", or "trap: text" */
};

#define TYPES                                                           \
    "(module"                                                           \
    " (type $mix (struct (field i8) (field (mut i16)) (field (mut i8))" \
    "  (field (mut v128)) (field (mut i32)) (field (mut f32))"          \
    "  (field (mut i64)) (field (mut f64)) (field (mut anyref))))"      \
    " (type $node (struct (field i64) (field (mut (ref null $node)))))" \
    " (type $vecs (array (mut v128)))"                                  \
    " (type $bytes (array (mut i8)))"                                   \
    " (type $refs (array (mut anyref)))"                                \
    " (type $base (sub (struct (field i32))))"                          \
    " (type $leaf (sub final $base (struct (field i32) (field i32))))"

/* Every storage type in one struct; what is next to it stays. */
static const char fields[] = TYPES
    " (func (export \"packed\") (param i32) (result i32 i32 i32 i32)"
    "  (local $m (ref $mix))"
    "  (local.set $m (struct.new $mix (local.get 0) (local.get 0)"
    "   (local.get 0) (v128.const i64x2 -1 -1) (i32.const -1)"
    "   (f32.const 1) (i64.const -1) (f64.const 1) (ref.null any)))"
    "  (struct.set $mix 2 (local.get $m) (i32.const 0))"
    "  (struct.get_s $mix 0 (local.get $m))"
    "  (struct.get_u $mix 0 (local.get $m))"
    "  (struct.get_s $mix 1 (local.get $m))"
    "  (struct.get_u $mix 1 (local.get $m)))"
    " (func (export \"wide\") (param i64) (result i64 i64 f32 f64 i32)"
    "  (local $m (ref $mix)) (local $v v128)"
    "  (local.set $m (struct.new_default $mix))"
    "  (struct.set $mix 3 (local.get $m) (i64x2.splat (local.get 0)))"
    "  (struct.set $mix 5 (local.get $m) (f32.const 2.5))"
    "  (struct.set $mix 7 (local.get $m) (f64.const -0.5))"
    "  (struct.set $mix 8 (local.get $m) (ref.i31 (i32.const -7)))"
    "  (local.set $v (struct.get $mix 3 (local.get $m)))"
    "  (i64x2.extract_lane 0 (local.get $v))"
    "  (i64x2.extract_lane 1 (local.get $v))"
    "  (struct.get $mix 5 (local.get $m)) (struct.get $mix 7 (local.get $m))"
    "  (i31.get_s (ref.cast (ref i31) (struct.get $mix 8 (local.get $m)))))"
    " (func (export \"null\") (result i32)"
    "  (struct.get $mix 4 (ref.null $mix)))"
    " (func (export \"vecs\") (param i64 i32) (result i64)"
    "  (local $a (ref $vecs))"
    "  (local.set $a (array.new $vecs (i64x2.splat (local.get 0))"
    "   (i32.const 3)))"
    "  (array.set $vecs (local.get $a) (i32.const 1)"
    "   (v128.const i64x2 5 6))"
    "  (i64x2.extract_lane 1 (array.get $vecs (local.get $a)"
    "   (local.get 1))))"
    " (func (export \"fixed\") (param i32) (result i32)"
    "  (array.get_s $bytes (array.new_fixed $bytes 3 (i32.const 1)"
    "   (i32.const 0xfe) (local.get 0)) (local.get 0)))"
    " (func (export \"len\") (param i32) (result i32)"
    "  (array.len (array.new_default $bytes (local.get 0))))"
    ")";

/* Casts that branch forward, back, and as part of if. */
static const char casts[] = TYPES
    " (func $make (param i32) (result anyref)"
    "  (if (i32.eqz (local.get 0)) (then (return (ref.null any))))"
    "  (if (i32.eq (local.get 0) (i32.const 1))"
    "   (then (return (ref.i31 (i32.const 1)))))"
    "  (if (i32.eq (local.get 0) (i32.const 2))"
    "   (then (return (struct.new $base (i32.const 20)))))"
    "  (struct.new $leaf (i32.const 30) (i32.const 31)))"
    " (func (export \"if\") (param i32) (result i32) (local anyref)"
    "  (local.set 1 (call $make (local.get 0)))"
    "  (if (result i32) (ref.test (ref $leaf) (local.get 1))"
    "   (then (i32.const 1)) (else"
    "    (if (result i32) (i32.eqz (ref.test (ref null $base)"
    "     (local.get 1))) (then (i32.const 2)) (else (i32.const 3))))))"
    " (func (export \"cast\") (param i32) (result i32)"
    "  (struct.get $base 0 (ref.cast (ref $base)"
    "   (call $make (local.get 0)))))"
    " (func (export \"leaf\") (param i32) (result i32)"
    "  (struct.get $leaf 1 (ref.cast (ref null $leaf)"
    "   (call $make (local.get 0)))))"
    " (func (export \"br\") (param i32) (result i32)"
    "  (block $l (result (ref $leaf))"
    "   (block $b (result (ref null $base))"
    "    (br_on_cast $l anyref (ref $leaf) (call $make (local.get 0)))"
    "    (br_on_cast $b anyref (ref null $base)) (drop)"
    "    (return (i32.const -1)))"
    "   (return (struct.get $base 0)))"
    "  (struct.get $leaf 1))"
    " (func (export \"fail\") (param i32) (result i32)"
    "  (block $no (result anyref)"
    "   (i32.const 9) (call $make (local.get 0))"
    "   (br_on_cast_fail $no anyref (ref $base))"
    "   (return (i32.add (struct.get $base 0))))"
    "  (drop) (i32.const -1))"
    /* Counts down through leaves to a base. */
    " (func (export \"back\") (param i32) (result i32) (local i32)"
    "  (loop $l (param) (result)"
    "   (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
    "   (local.set 0 (i32.sub (local.get 0) (i32.const 1)))"
    "   (br_if $l (ref.test (ref $leaf) (call $make (local.get 0)))))"
    "  (local.get 1))"
    " (func (export \"const\") (result i32)"
    "  (block $b (result (ref null $leaf))"
    "   (br_on_cast $b anyref (ref null $leaf) (ref.null any)) (drop)"
    "   (return (i32.const 5)))"
    "  (ref.is_null))"
    ")";

/* References in operands, locals, callers' frames, tables and globals. */
static const char roots[] = TYPES
    " (global $g (mut anyref) (ref.null any))"
    " (table $t 4 anyref)"
    " (func $list (param i64) (result (ref null $node)) (local (ref $node))"
    "  (if (result (ref null $node)) (i64.eqz (local.get 0))"
    "   (then (ref.null $node))"
    "   (else (struct.new $node (local.get 0)"
    "    (call $list (i64.sub (local.get 0) (i64.const 1)))))))"
    " (func $sum (param (ref null $node)) (result i64) (local i64)"
    "  (loop $l (if (i32.eqz (ref.is_null (local.get 0))) (then"
    "   (local.set 1 (i64.add (local.get 1)"
    "    (struct.get $node 0 (local.get 0))))"
    "   (local.set 0 (struct.get $node 1 (local.get 0))) (br $l))))"
    "  (local.get 1))"
    " (func $trash (drop (call $list (i64.const 5))))"
    " (func (export \"operands\") (result i64)"
    "  (call $list (i64.const 10)) (struct.new $node (i64.const 100)"
    "   (ref.null $node)) (call $trash)"
    "  (i64.add (call $sum) (i64.const 0))"
    "  (drop) (call $sum))"
    " (func (export \"fixed\") (result i64) (local $a (ref $refs))"
    "  (local.set $a (array.new_fixed $refs 3 (call $list (i64.const 3))"
    "   (call $list (i64.const 4)) (ref.i31 (i32.const 3))))"
    "  (call $trash)"
    "  (i64.add"
    "   (call $sum (ref.cast (ref $node) (array.get $refs (local.get $a)"
    "    (i32.const 0))))"
    "   (call $sum (ref.cast (ref $node) (array.get $refs (local.get $a)"
    "    (i32.const 1))))))"
    " (func (export \"keep\") (result i64)"
    "  (global.set $g (call $list (i64.const 6)))"
    "  (table.set $t (i32.const 3) (call $list (i64.const 7)))"
    "  (call $trash)"
    "  (i64.add (call $sum (ref.cast (ref $node) (global.get $g)))"
    "   (call $sum (ref.cast (ref $node) (table.get $t (i32.const 3))))))"
    " (func (export \"extern\") (result i64) (local externref)"
    "  (local.set 0 (extern.convert_any (call $list (i64.const 4))))"
    "  (call $trash)"
    "  (call $sum (ref.cast (ref $node)"
    "   (any.convert_extern (local.get 0)))))"
    ")";

static const struct row rows[] = {
    { fields, "packed", "i32:0x8081",
      "i32:0xffffff81 i32:0x81 i32:0xffff8081 i32:0x8081" },
    { NULL, "wide", "i64:-3", "i64:-3 i64:-3 f32:2.5 f64:-0.5 i32:-7" },
    { NULL, "null", "", "trap: null structure reference" },
    { NULL, "vecs", "i64:9 i32:1", "i64:6" },
    { NULL, "vecs", "i64:9 i32:2", "i64:9" },
    { NULL, "vecs", "i64:9 i32:3", "trap: out of bounds array access" },
    { NULL, "fixed", "i32:1", "i32:-2" },
    { NULL, "fixed", "i32:2", "i32:2" },
    { NULL, "len", "i32:70000", "i32:70000" },
    { NULL, "len", "i32:-1", "trap: out of garbage-collected heap" },
    { casts, "if", "i32:0", "i32:3" },
    { NULL, "if", "i32:1", "i32:2" },
    { NULL, "if", "i32:2", "i32:3" },
    { NULL, "if", "i32:3", "i32:1" },
    { NULL, "cast", "i32:0", "trap: cast failure" },
    { NULL, "cast", "i32:1", "trap: cast failure" },
    { NULL, "cast", "i32:2", "i32:20" },
    { NULL, "cast", "i32:3", "i32:30" },
    { NULL, "leaf", "i32:0", "trap: null structure reference" },
    { NULL, "leaf", "i32:2", "trap: cast failure" },
    { NULL, "leaf", "i32:3", "i32:31" },
    { NULL, "br", "i32:0", "trap: null structure reference" },
    { NULL, "br", "i32:1", "i32:-1" },
    { NULL, "br", "i32:2", "i32:20" },
    { NULL, "br", "i32:3", "i32:31" },
    { NULL, "fail", "i32:0", "i32:-1" },
    { NULL, "fail", "i32:1", "i32:-1" },
    { NULL, "fail", "i32:2", "i32:29" },
    { NULL, "fail", "i32:3", "i32:39" },
    { NULL, "back", "i32:10", "i32:8" },
    { NULL, "const", "", "i32:1" },
    { roots, "operands", "", "i64:55" },
    { NULL, "fixed", "", "i64:16" },
    { NULL, "keep", "", "i64:49" },
    { NULL, "extern", "", "i64:10" },
};

static void
test_rows(const struct mode *mode)
{
    const char *text = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world world;
        char got[256];
        if (rows[i].text)
            text = rows[i].text;
        if (!world_init(&world, mode, text))
            return;
        world_call(&world, rows[i].name, rows[i].args, got, sizeof got);
        if (!CHECK_STR(got,
                       values_normal(&world, rows[i].name, rows[i].results)))
            printf("    %s(%s), %s\n", rows[i].name, rows[i].args,
                   mode_name(mode));
        world_fini(&world);
    }
}

/* Eight elements cost one. */
static void
test_fuel(const struct mode *mode)
{
    static const char text[] = TYPES
        " (func (export \"new\") (param i32)"
        "  (drop (array.new_default $bytes (local.get 0)))))";
    struct mode meter = *mode;
    struct world world;
    char got[64];
    meter.meter = 1;
    if (!world_init(&world, &meter, text))
        return;
    gw_store_set_fuel(world.store, 1003);
    world_call(&world, "new", "i32:8000", got, sizeof got);
    CHECK_STR(got, "");
    CHECK_EQ_U64(gw_store_fuel(world.store), 0);
    gw_store_set_fuel(world.store, 1003);
    world_call(&world, "new", "i32:8008", got, sizeof got);
    CHECK_STR(got, "trap: all fuel consumed");
    world_fini(&world);
}

int
main(void)
{
    for (uint64_t d = GW_DRIVER_SWITCH; d <= GW_DRIVER_TAIL; d++) {
        if (!gw_interp_has_driver(d)) {
            CHECK_SKIP("this compiler cannot make the driver");
            continue;
        }
        for (uint64_t i = 0; i < 8; i++) {
            static const uint64_t every[] = { 0, 1, 0, 3 };
            struct mode mode = { d, i & 1, i >> 2, every[i >> 1], 0 };
            test_rows(&mode);
            test_fuel(&mode);
        }
    }
    return CHECK_DONE();
}
