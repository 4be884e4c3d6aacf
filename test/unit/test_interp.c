/*
 * The interpreter: one table of small programs, run by every driver, in both
 * memory layouts, counting fuel or not, and with all frames moved out and in
 * at every safepoint; then calls of the host, traps, and limits.
 */
#include "interp/interp.h"
#include "interp_util.h"
#include "unit/check.h"

/* ---- one call, in every mode ---- */

struct row {
    const char *text; /* NULL: as above */
    const char *name;
    const char *args, *results; /* like "i32:1 i64:-2", or "trap: text" */
};

static const char arithmetic[] =
    "(module"
    " (func (export \"sub\") (param i32 i32) (result i32)"
    "  (i32.sub (local.get 0) (local.get 1)))"
    " (func (export \"neg\") (param i32) (result i32)"
    "  (i32.sub (i32.const 0) (local.get 0)))"
    " (func (export \"big\") (param i64) (result i64)"
    "  (i64.add (local.get 0) (i64.const 0x123456789a)))"
    " (func (export \"low\") (param i64) (result i64)"
    "  (i64.and (local.get 0) (i64.const 0xffffffff)))"
    " (func (export \"minus\") (param i64) (result i64)"
    "  (i64.mul (local.get 0) (i64.const -1)))"
    " (func (export \"half\") (param f64) (result f64)"
    "  (f64.mul (f64.const 0.5) (local.get 0)))"
    " (func (export \"div\") (param i32 i32) (result i32)"
    "  (i32.div_s (local.get 0) (local.get 1)))"
    " (func (export \"div7\") (param i32) (result i32)"
    "  (i32.div_s (local.get 0) (i32.const 7)))"
    " (func (export \"wrap\") (param i64) (result i64)"
    "  (i64.extend_i32_u (i32.wrap_i64 (local.get 0))))"
    " (func (export \"trunc\") (param f32) (result i32)"
    "  (i32.trunc_f32_s (local.get 0)))"
    " (func (export \"not\") (param i32 i32) (result i32)"
    "  (i32.eqz (i32.lt_s (local.get 0) (local.get 1))))"
    " (func (export \"lt3\") (param i32) (result i32)"
    "  (i32.gt_s (i32.const 3) (local.get 0)))"
    " (func (export \"swap\") (param i32 i64) (result i64 i32)"
    "  (local.get 1) (local.get 0))"
    " (func (export \"consts\") (result i32 i64 f32 f64)"
    "  (i32.const -1) (i64.const -1) (f32.const 1.5) (f64.const -2.5))"
    ")";

static const char locals[] =
    "(module"
    /* An operand waits for a local that changes. */
    " (func (export \"wait\") (param i32) (result i32)"
    "  (i32.sub (local.get 0) (local.tee 0 (i32.const 5)))"
    "  (i32.add (local.get 0)))"
    " (func (export \"wait2\") (param i32) (result i32)"
    "  (local.get 0) (local.get 0)"
    "  (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
    "  (i32.mul) (i32.add (local.get 0)))"
    " (func (export \"wait3\") (param i32 i32) (result i32)"
    "  (local.get 0) (local.get 1)"
    "  (if (local.get 1) (then (local.set 0 (i32.const 100))))"
    "  (i32.add) (i32.add (local.get 0)))"
    " (func (export \"tee\") (param i32) (result i32) (local i32 i32)"
    "  (i32.add (local.tee 1 (local.tee 2"
    "   (i32.add (local.get 0) (i32.const 1)))) (local.get 2))"
    "  (i32.add (local.get 1)))"
    " (func (export \"zero\") (param i32) (result i32) (local i32 i32 i32)"
    "  (i32.or (i32.or (local.get 1) (local.get 2)) (local.get 3)))"
    " (func (export \"dirty\") (param i32) (result i32) (local i32 i32 i32)"
    "  (local.set 1 (i32.const -1)) (local.set 2 (i32.const -1))"
    "  (local.set 3 (i32.const -1)) (call 4 (local.get 0)))"
    " (func (export \"drop\") (param i32) (result i32)"
    "  (i32.add (local.get 0) (i32.const 1)) (drop)"
    "  (i32.const 9) (local.set 0) (local.get 0))"
    " (func (export \"select\") (param i32 i32) (result i32)"
    "  (select (i32.const 10) (local.get 1) (local.get 0)))"
    " (func (export \"selectv\") (param i32) (result i64)"
    "  (i64x2.extract_lane 1 (select (v128.const i64x2 1 2)"
    "   (v128.const i64x2 3 4) (local.get 0))))"
    " (func (export \"wide\") (param i64) (result i64) (local v128 i32 v128)"
    "  (local.set 1 (i64x2.splat (local.get 0)))"
    "  (local.set 2 (i32.const 7))"
    "  (local.set 3 (i64x2.add (local.get 1) (local.get 1)))"
    "  (i64.add (i64x2.extract_lane 0 (local.get 3))"
    "   (i64.extend_i32_u (local.get 2))))"
    ")";

static const char control[] =
    "(module"
    " (func $fib (export \"fib\") (param i32) (result i32)"
    "  (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))"
    "   (then (local.get 0))"
    "   (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))"
    "    (call $fib (i32.sub (local.get 0) (i32.const 2)))))))"
    " (func (export \"sum\") (param i32) (result i32) (local i32)"
    "  (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))"
    "   (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
    "  (local.get 1))"
    /* A loop with parameters, left with a value below it. */
    " (func (export \"fac\") (param i64) (result i64)"
    "  (i64.const 7) (i64.const 1) (local.get 0)"
    "  (loop $l (param i64 i64) (result i64)"
    "   (local.set 0) (i64.mul (local.get 0)) (local.get 0)"
    "   (i64.const 1) (i64.sub) (local.tee 0)"
    "   (br_if $l (i64.gt_u (local.get 0) (i64.const 1))) (drop))"
    "  (i64.add))"
    " (func (export \"table\") (param i32) (result i32)"
    "  (block $c (block $b (block $a"
    "   (br_table $a $b $c (local.get 0)))"
    "   (return (i32.const 10))) (return (i32.const 20)))"
    "  (i32.const 30))"
    " (func (export \"table_to\") (param i32) (result i32)"
    "  (block $c (result i32) (i32.const 1000) (block $b (result i32)"
    "   (i32.const 5) (i32.const 6) (local.get 0)"
    "   (br_table $b $c $b)) (i32.add)))"
    " (func (export \"table_back\") (param i32) (result i32) (local i32)"
    "  (loop $l"
    "   (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
    "   (block (br_table 0 1 0 (i32.lt_u (local.get 1) (local.get 0)))))"
    "  (local.get 1))"
    " (func (export \"br_if\") (param i32) (result i32)"
    "  (block (result i32) (i32.const 1) (i32.const 2)"
    "   (br_if 0 (local.get 0)) (i32.add)))"
    " (func (export \"br_if_n\") (param i32) (result i32 i32)"
    "  (block (result i32 i32) (i32.const 1) (local.get 0) (i32.const 3)"
    "   (br_if 0 (i32.gt_s (local.get 0) (i32.const 0)))"
    "   (i32.add) (i32.const 50) (i32.add)))"
    " (func (export \"br_local\") (param i32) (result i32)"
    "  (block (result i32) (i32.const 1) (local.get 0)"
    "   (br_if 0 (local.get 0)) (i32.add)))"
    " (func (export \"outer\") (param i32) (result i32)"
    "  (i32.const 77) (br_if 0 (local.get 0)) (drop) (i32.const 78))"
    " (func (export \"if_only\") (param i32) (result i32)"
    "  (local.get 0) (if (param i32) (result i32) (local.get 0)"
    "   (then (i32.add (i32.const 1)))))"
    " (func (export \"if_float\") (param f64 f64) (result i32)"
    "  (if (result i32) (i32.eqz (f64.lt (local.get 0) (local.get 1)))"
    "   (then (i32.const 1)) (else (i32.const 2))))"
    " (func (export \"multi\") (param i32 i32) (result i32 i32 i32)"
    "  (local.get 1) (local.get 0)"
    "  (block (param i32 i32) (result i32 i32 i32) (i32.const 4)))"
    " (func (export \"dead\") (param i32) (result i32)"
    "  (block (result i32) (br 0 (i32.const 3)) (loop (br 0))"
    "   (if (i32.const 1) (then (unreachable)) (else (nop)))))"
    " (func (export \"same_start\") (param i32) (result i32)"
    "  (loop $a (loop $b (local.set 0 (i32.sub (local.get 0)"
    "    (i32.const 1)))"
    "   (br_if $b (i32.gt_s (local.get 0) (i32.const 10)))"
    "   (br_if $a (i32.gt_s (local.get 0) (i32.const 0)))))"
    "  (local.get 0))"
    " (func (export \"unreachable\") (unreachable))"
    /* A comparison that a local keeps, and whose opposite branches. */
    " (func (export \"kept\") (param i32 i32) (result i32) (local i32)"
    "  (block (br_if 0 (i32.eqz (local.tee 2"
    "    (i32.lt_u (local.get 0) (local.get 1))))) (return (local.get 2)))"
    "  (i32.add (local.get 2) (i32.const 100)))"
    " (func (export \"kept_f\") (param f64 f64) (result i32) (local i32)"
    "  (local.set 2 (f64.lt (local.get 0) (local.get 1)))"
    "  (if (i32.eqz (local.get 2)) (then (return (i32.const 50))))"
    "  (local.get 2))"
    ")";

static const char calls[] =
    "(module"
    " (type $b (func (param i32 i32) (result i32)))"
    " (type $n (func (param i64 i64) (result i64)))"
    " (table 5 funcref)"
    " (elem (i32.const 0) $add $sub)"
    " (elem (i32.const 3) func $loop)"
    " (elem declare func $sub)"
    " (func $add (type $b) (i32.add (local.get 0) (local.get 1)))"
    " (func $sub (type $b) (i32.sub (local.get 0) (local.get 1)))"
    " (func (export \"indirect\") (param i32) (result i32)"
    "  (call_indirect (type $b) (i32.const 9) (i32.const 4)"
    "   (local.get 0)))"
    " (func (export \"args\") (param i32) (result i32)"
    "  (i32.const 1000) (call $sub (local.get 0) (i32.const 3)) (i32.add)"
    "  (i32.add (local.get 0)))"
    " (func $loop (export \"loop\") (type $n)"
    "  (if (result i64) (i64.eqz (local.get 0)) (then (local.get 1))"
    "   (else (return_call $loop (i64.sub (local.get 0) (i64.const 1))"
    "    (i64.add (local.get 1) (i64.const 2))))))"
    " (func $loop2 (export \"loop2\") (type $n)"
    "  (if (i64.eqz (local.get 0)) (then (return (local.get 1))))"
    "  (return_call_indirect (type $n)"
    "   (i64.sub (local.get 0) (i64.const 1)) (local.get 1) (i32.const 3)))"
    " (func (export \"ref\") (param i32 i32) (result i32)"
    "  (call_ref $b (local.get 0) (local.get 1) (ref.func $sub)))"
    " (func (export \"ref_tail\") (param i32 i32) (result i32)"
    "  (return_call_ref $b (local.get 1) (local.get 0) (ref.func $sub)))"
    " (func (export \"ref_null\") (param i32 i32) (result i32)"
    "  (call_ref $b (local.get 0) (local.get 1) (ref.null $b)))"
    " (func (export \"on_null\") (param i32) (result i32)"
    "  (block $l (result i32) (i32.const 1)"
    "   (br_on_null $l (table.get (local.get 0))) (drop) (drop)"
    "   (i32.const 2)))"
    " (func (export \"on_non_null\") (param i32) (result i32)"
    "  (ref.is_null (block $l (result funcref) (i32.const 5)"
    "   (br_on_non_null $l (table.get (local.get 0))) (drop)"
    "   (ref.null func))))"
    " (func (export \"non_null\") (param i32) (result i32)"
    "  (ref.is_null (ref.as_non_null (table.get (local.get 0)))))"
    " (func $deep (export \"deep\") (param i32) (result i32)"
    "  (i32.add (i32.const 1) (call $deep (local.get 0))))"
    " (func $odd (export \"odd\") (param i32) (result i32)"
    "  (if (result i32) (local.get 0)"
    "   (then (return_call $even (i32.sub (local.get 0) (i32.const 1))))"
    "   (else (i32.const 0))))"
    " (func $even (param i32) (result i32) (local i64 i64 i64 i64 v128)"
    "  (if (result i32) (local.get 0)"
    "   (then (return_call $odd (i32.sub (local.get 0) (i32.const 1))))"
    "   (else (i32.const 1))))"
    ")";

static const char memories[] =
    "(module"
    " (memory 1 2) (memory $m 1) (memory $l i64 1)"
    " (data (i32.const 8) \"\\01\\02\\03\\04\\85\\06\\07\\88\")"
    " (data $p \"abcdef\")"
    " (func (export \"load\") (param i32) (result i32)"
    "  (i32.load (local.get 0)))"
    " (func (export \"load16\") (param i32) (result i32)"
    "  (i32.load16_s offset=2 (local.get 0)))"
    " (func (export \"load8\") (param i32) (result i64)"
    "  (i64.load8_s (local.get 0)))"
    " (func (export \"far\") (param i32) (result i32)"
    "  (i32.load offset=0xffffffff (local.get 0)))"
    " (func (export \"store\") (param i32 i64) (result i64)"
    "  (i64.store offset=1 (local.get 0) (local.get 1))"
    "  (i64.load offset=1 (local.get 0)))"
    " (func (export \"store_part\") (param i32) (result i32)"
    "  (i64.store (local.get 0) (i64.const -1)) (i32.const 0))"
    " (func (export \"load_m\") (param i32) (result i32)"
    "  (i32.store $m (local.get 0) (i32.const 42))"
    "  (i32.add (i32.load $m (local.get 0)) (i32.load (local.get 0))))"
    " (func (export \"load_l\") (param i64) (result i32)"
    "  (i32.load $l offset=0xfffffffffffffff0 (local.get 0)))"
    " (func (export \"vector\") (param i32) (result i32)"
    "  (v128.store (local.get 0) (i32x4.splat (i32.const 7)))"
    "  (v128.store32_lane 2 (i32.const 100) (v128.load (local.get 0)))"
    "  (i32x4.extract_lane 0 (v128.load32_lane 0 (i32.const 100)"
    "   (v128.const i32x4 0 0 0 0))))"
    " (func (export \"grow\") (param i32) (result i32 i32)"
    "  (memory.grow (local.get 0)) (memory.size))"
    " (func (export \"grow_use\") (param i32) (result i32)"
    "  (i32.store (i32.const 16) (i32.const 5))"
    "  (drop (memory.grow (local.get 0)))"
    "  (i32.store (i32.const 65540) (i32.const 6))"
    "  (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 65540))))"
    " (func (export \"bulk\") (param i32) (result i32)"
    "  (memory.fill (i32.const 100) (i32.const 3) (i32.const 20))"
    "  (memory.copy (i32.const 110) (i32.const 8) (i32.const 4))"
    "  (memory.init $p (i32.const 114) (i32.const 1) (i32.const 2))"
    "  (data.drop $p)"
    "  (memory.copy $m 0 (i32.const 0) (i32.const 108) (i32.const 8))"
    "  (i32.load $m offset=4 (i32.const 0)))"
    " (func (export \"init\") (param i32) (result i32)"
    "  (memory.init $p (i32.const 0) (i32.const 0) (local.get 0))"
    "  (i32.load8_u (i32.const 5)))"
    " (func (export \"address\") (result i32)"
    "  (i32.load (i32.const 8)))"
    ")";

static const struct row rows[] = {
    { arithmetic, "sub", "i32:5 i32:7", "i32:-2" },
    { NULL, "neg", "i32:5", "i32:-5" },
    { NULL, "big", "i64:1", "i64:0x123456789b" },
    { NULL, "low", "i64:-1", "i64:0xffffffff" },
    { NULL, "minus", "i64:17", "i64:-17" },
    { NULL, "half", "f64:3", "f64:1.5" },
    { NULL, "div", "i32:-7 i32:2", "i32:-3" },
    { NULL, "div", "i32:1 i32:0", "trap: integer divide by zero" },
    { NULL, "div", "i32:0x80000000 i32:-1", "trap: integer overflow" },
    { NULL, "div7", "i32:-50", "i32:-7" },
    { NULL, "wrap", "i64:0x1fffffff0", "i64:0xfffffff0" },
    { NULL, "trunc", "f32:-3.7", "i32:-3" },
    { NULL, "trunc", "f32:nan", "trap: invalid conversion to integer" },
    { NULL, "not", "i32:1 i32:2", "i32:0" },
    { NULL, "not", "i32:2 i32:2", "i32:1" },
    { NULL, "lt3", "i32:2", "i32:1" },
    { NULL, "lt3", "i32:3", "i32:0" },
    { NULL, "swap", "i32:1 i64:-2", "i64:-2 i32:1" },
    { NULL, "consts", "", "i32:-1 i64:-1 f32:1.5 f64:-2.5" },

    { locals, "wait", "i32:20", "i32:20" },
    { NULL, "wait2", "i32:6", "i32:43" },
    { NULL, "wait3", "i32:6 i32:1", "i32:107" },
    { NULL, "wait3", "i32:6 i32:0", "i32:12" },
    { NULL, "tee", "i32:1", "i32:6" },
    { NULL, "zero", "i32:-1", "i32:0" },
    { NULL, "dirty", "i32:-1", "i32:0" },
    { NULL, "drop", "i32:1", "i32:9" },
    { NULL, "select", "i32:1 i32:3", "i32:10" },
    { NULL, "select", "i32:0 i32:3", "i32:3" },
    { NULL, "selectv", "i32:1", "i64:2" },
    { NULL, "selectv", "i32:0", "i64:4" },
    { NULL, "wide", "i64:50", "i64:107" },

    { control, "fib", "i32:15", "i32:610" },
    { NULL, "sum", "i32:1000", "i32:500500" },
    { NULL, "fac", "i64:20", "i64:2432902008176640007" },
    { NULL, "table", "i32:0", "i32:10" },
    { NULL, "table", "i32:1", "i32:20" },
    { NULL, "table", "i32:2", "i32:30" },
    { NULL, "table", "i32:-1", "i32:30" },
    { NULL, "table_to", "i32:0", "i32:1006" },
    { NULL, "table_to", "i32:1", "i32:6" },
    { NULL, "table_to", "i32:9", "i32:1006" },
    { NULL, "table_back", "i32:10", "i32:10" },
    { NULL, "br_if", "i32:1", "i32:2" },
    { NULL, "br_if", "i32:0", "i32:3" },
    { NULL, "kept", "i32:1 i32:2", "i32:1" },
    { NULL, "kept", "i32:2 i32:1", "i32:100" },
    { NULL, "kept_f", "f64:1 f64:2", "i32:1" },
    { NULL, "kept_f", "f64:2 f64:1", "i32:50" },
    { NULL, "br_if_n", "i32:5", "i32:5 i32:3" },
    { NULL, "br_if_n", "i32:-5", "i32:1 i32:48" },
    { NULL, "br_local", "i32:5", "i32:5" },
    { NULL, "br_local", "i32:0", "i32:1" },
    { NULL, "outer", "i32:1", "i32:77" },
    { NULL, "outer", "i32:0", "i32:78" },
    { NULL, "if_only", "i32:1", "i32:2" },
    { NULL, "if_only", "i32:0", "i32:0" },
    { NULL, "if_float", "f64:1 f64:2", "i32:2" },
    { NULL, "if_float", "f64:nan f64:2", "i32:1" },
    { NULL, "multi", "i32:1 i32:2", "i32:2 i32:1 i32:4" },
    { NULL, "dead", "i32:1", "i32:3" },
    { NULL, "same_start", "i32:30", "i32:0" },
    { NULL, "unreachable", "", "trap: unreachable" },

    { calls, "indirect", "i32:0", "i32:13" },
    { NULL, "indirect", "i32:1", "i32:5" },
    { NULL, "indirect", "i32:2", "trap: uninitialized element" },
    { NULL, "indirect", "i32:3", "trap: indirect call type mismatch" },
    { NULL, "indirect", "i32:5", "trap: undefined element" },
    { NULL, "indirect", "i32:-1", "trap: undefined element" },
    { NULL, "args", "i32:10", "i32:1017" },
    { NULL, "loop", "i64:1000 i64:5", "i64:2005" },
    { NULL, "loop2", "i64:1000 i64:5", "i64:2003" },
    { NULL, "ref", "i32:9 i32:4", "i32:5" },
    { NULL, "ref_tail", "i32:9 i32:4", "i32:-5" },
    { NULL, "ref_null", "i32:9 i32:4", "trap: null function reference" },
    { NULL, "on_null", "i32:0", "i32:2" },
    { NULL, "on_null", "i32:2", "i32:1" },
    { NULL, "on_non_null", "i32:0", "i32:0" },
    { NULL, "on_non_null", "i32:2", "i32:1" },
    { NULL, "non_null", "i32:0", "i32:0" },
    { NULL, "non_null", "i32:2", "trap: null reference" },
    { NULL, "non_null", "i32:5", "trap: out of bounds table access" },
    { NULL, "deep", "i32:5", "trap: call stack exhausted" },
    { NULL, "odd", "i32:1001", "i32:1" },

    { memories, "load", "i32:8", "i32:0x04030201" },
    { NULL, "load", "i32:65532", "i32:0" },
    { NULL, "load", "i32:65533", "trap: out of bounds memory access" },
    { NULL, "load", "i32:-1", "trap: out of bounds memory access" },
    { NULL, "load16", "i32:12", "i32:0xffff8807" },
    { NULL, "load8", "i32:12", "i64:-123" },
    { NULL, "far", "i32:-1", "trap: out of bounds memory access" },
    { NULL, "far", "i32:0", "trap: out of bounds memory access" },
    { NULL, "store", "i32:60000 i64:-5", "i64:-5" },
    { NULL, "store", "i32:65528 i64:-5", "trap: out of bounds memory access" },
    { NULL, "store_part", "i32:65531", "trap: out of bounds memory access" },
    { NULL, "load_m", "i32:65532", "i32:42" },
    { NULL, "load_m", "i32:65533", "trap: out of bounds memory access" },
    { NULL, "load_l", "i64:15", "trap: out of bounds memory access" },
    { NULL, "load_l", "i64:16", "trap: out of bounds memory access" },
    { NULL, "vector", "i32:200", "i32:7" },
    { NULL, "grow", "i32:0", "i32:1 i32:1" },
    { NULL, "grow", "i32:1", "i32:1 i32:2" },
    { NULL, "grow", "i32:2", "i32:-1 i32:1" },
    { NULL, "grow_use", "i32:1", "i32:11" },
    { NULL, "grow_use", "i32:0", "trap: out of bounds memory access" },
    { NULL, "bulk", "i32:0", "i32:0x63620403" },
    { NULL, "init", "i32:6", "i32:102" },
    { NULL, "init", "i32:7", "trap: out of bounds memory access" },
    { NULL, "address", "", "i32:0x04030201" },
};

static void
test_rows(const struct mode *mode)
{
    const char *text = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world world;
        if (rows[i].text)
            text = rows[i].text;
        if (!world_init(&world, mode, text))
            return;
        char got[256];
        world_call(&world, rows[i].name, rows[i].args, got, sizeof got);
        if (!CHECK_STR(got,
                       values_normal(&world, rows[i].name, rows[i].results)))
            printf("    %s(%s), %s\n", rows[i].name, rows[i].args,
                   mode_name(mode));
        world_fini(&world);
    }
}

/* ---- traps ---- */

static void
test_trace(const struct mode *mode)
{
    static const char text[] =
        "(module (memory 1)"
        " (func $a (export \"a\") (param i32) (result i32)"
        "  (i32.add (i32.const 1) (call $b (local.get 0))))"
        " (func $b (param i32) (result i32)"
        "  (loop (result i32) (nop)"
        "   (i32.load offset=8 (local.get 0)) (call $c) (drop)"
        "   (i32.const 3)))"
        " (func $c (param i32) (result i32) (unreachable)))";
    struct world world;
    char got[64];
    if (!world_init(&world, mode, text))
        return;
    const struct gw_trap_info *info = gw_store_trap(world.store);
    world_call(&world, "a", "i32:0", got, sizeof got);
    CHECK_STR(got, "trap: unreachable");
    CHECK_EQ_U64(info->frame_count, 3);
    for (uint32_t i = 0; i < info->frame_count && i < 3; i++) {
        static const uint8_t opcodes[] = { 0x00, 0x10, 0x10 };
        CHECK_EQ_U64(info->frames[i].func, 2 - i);
        CHECK_EQ_U64(world.bytes[info->frames[i].offset], opcodes[i]);
    }
    world_call(&world, "a", "i32:65536", got, sizeof got);
    CHECK_STR(got, "trap: out of bounds memory access");
    CHECK_EQ_U64(info->frame_count, 2);
    CHECK_EQ_U64(info->frames[0].func, 1);
    CHECK_EQ_U64(world.bytes[info->frames[0].offset], 0x28);
    CHECK_EQ_U64(world.bytes[info->frames[1].offset], 0x10);
    world_fini(&world);
}

/* ---- the host ---- */

struct host {
    struct world *world;
    uint32_t calls;
};

/* Calls the guest's `back` with one less, until there is nothing left. */
static enum gw_trap
host_call(void *env, struct gw_call *call, union gw_slot *args)
{
    struct host *host = env;
    union gw_slot slots[4] = { { .u64 = 0 } };
    host->calls++;
    CHECK(call->caller == host->world->instance);
    if (args[0].i32 == 0)
        return GW_TRAP_NONE;
    if (args[0].i32 == 1000)
        return gw_exec_trap(call->exec, GW_TRAP_HOST, "no %d", 7);
    slots[0].u64 = 0xdddddddddddddddd;
    slots[0].i32 = args[0].i32 - 1;
    enum gw_trap trap = gw_func_call(world_func(host->world, "back"), slots);
    args[0].i32 = slots[0].i32 + 1;
    return trap;
}

static bool
host_world(struct world *world, struct host *host, const struct mode *mode,
           const char *text)
{
    static const gw_valtype i32 = GW_TYPE_I32;
    static const struct gw_functype type = { 1, 1, 1, 1, &i32, &i32 };
    struct gw_externval import = { .kind = GW_EXTERN_FUNC };
    struct gw_diag diag;
    *host = (struct host){ world, 0 };
    return world_open(world, mode, text, &diag) &&
           CHECK(gw_funcinst_new_host(world->store, &type, host_call, host,
                                      NULL, &import.of.func) == GW_OK) &&
           world_link(world, &import, 1, &diag);
}

static void
test_host(const struct mode *mode)
{
    static const char text[] =
        "(module (import \"\" \"\" (func $h (param i32) (result i32)))"
        " (table funcref (elem $h $back))"
        " (memory 1)"
        " (func $back (export \"back\") (param i32) (result i32)"
        "  (local i32 i64) (local.set 1 (i32.const 0))"
        "  (i32.add (call $h (local.get 0)) (local.get 1)))"
        " (func (export \"indirect\") (param i32) (result i32)"
        "  (i32.const 5) (call_indirect (param i32) (result i32)"
        "   (local.get 0) (i32.const 0)) (i32.add))"
        " (func (export \"tail\") (param i32) (result i32)"
        "  (i32.const 100) (call $t (local.get 0)) (i32.add))"
        " (func $t (param i32) (result i32) (local i64 i64)"
        "  (return_call $h (local.get 0)))"
        " (func (export \"wild\") (param i32) (result i32)"
        "  (drop (call $h (i32.const 2))) (i32.load (local.get 0))))";
    struct world world;
    struct host host;
    char got[64];
    if (host_world(&world, &host, mode, text)) {
        world_call(&world, "back", "i32:50", got, sizeof got);
        CHECK_STR(got, "i32:0x32");
        CHECK_EQ_U64(host.calls, 51);
        world_call(&world, "indirect", "i32:3", got, sizeof got);
        CHECK_STR(got, "i32:0x8");
        world_call(&world, "tail", "i32:3", got, sizeof got);
        CHECK_STR(got, "i32:0x67");
        world_call(&world, "tail", "i32:1001", got, sizeof got);
        CHECK_STR(got, "trap: no 7");
        world_call(&world, "back", "i32:1002", got, sizeof got);
        CHECK_STR(got, "trap: no 7");
        CHECK_EQ_U64(gw_store_trap(world.store)->frame_total, 3);
        world_call(&world, "wild", "i32:-1", got, sizeof got);
        CHECK_STR(got, "trap: out of bounds memory access");
        world_call(&world, "back", "i32:900", got, sizeof got);
        CHECK_STR(got, "trap: call stack exhausted");
        world_call(&world, "back", "i32:5", got, sizeof got);
        CHECK_STR(got, "i32:0x5");
    }
    world_fini(&world);
}

/* ---- two instances ---- */

/* Each has a memory of its own, and the callee's grows and moves meanwhile. */
static void
test_instances(const struct mode *mode)
{
    static const char first[] =
        "(module (memory 1) (table (export \"t\") 2 funcref)"
        " (elem (i32.const 0) $f)"
        " (func $f (export \"f\") (param i32) (result i32)"
        "  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0))"
        "   (local.get 0)))"
        "  (drop (memory.grow (i32.const 1)))"
        "  (i32.load (i32.const 0))))";
    static const char second[] =
        "(module (import \"\" \"f\" (func $f (param i32) (result i32)))"
        " (import \"\" \"t\" (table 2 funcref))"
        " (memory 1) (data (i32.const 0) \"\\64\")"
        " (func $g (param i32) (result i32)"
        "  (if (result i32) (local.get 0)"
        "   (then (return_call $f (i32.const 1)))"
        "   (else (call $f (i32.const 2)))))"
        " (elem (i32.const 1) $g)"
        " (func (export \"go\") (param i32) (result i32)"
        "  (i32.add (i32.load (i32.const 0))"
        "   (i32.add (call $f (local.get 0))"
        "    (i32.add (call $g (local.get 0))"
        "     (call_indirect (param i32) (result i32) (local.get 0)"
        "      (i32.const 0)))))"
        "  (i32.add (i32.load (i32.const 0)))))";
    struct world a, b;
    struct gw_diag diag;
    struct gw_externval imports[2];
    if (!world_init(&a, mode, first))
        return;
    world_open(&b, mode, second, &diag);
    gw_instance_export(a.instance, gw_span_str("f"), &imports[0]);
    gw_instance_export(a.instance, gw_span_str("t"), &imports[1]);
    /* Both in the store and the engine of the first. */
    struct gw_program *program;
    CHECK(gw_program_new(a.engine, gw_span(b.bytes, b.size), NULL, NULL, &diag,
                         &program) == GW_OK);
    struct world both = a;
    both.program = program;
    if (world_link(&both, imports, 2, &diag)) {
        char got[64];
        world_call(&both, "go", "i32:10", got, sizeof got);
        CHECK_STR(got, "i32:0xf2"); /* 100 + 10 + 11 + 21 + 100 */
        world_call(&both, "go", "i32:0", got, sizeof got);
        CHECK_STR(got, "i32:0x10b"); /* 100 + 21 + 23 + 23 + 100 */
    }
    gw_program_unref(program);
    world_fini(&b);
    world_fini(&a);
}

/* ---- stopping ---- */

static void
test_interrupt(const struct mode *mode)
{
    static const char text[] =
        "(module"
        " (func (export \"spin\") (loop (br 0)))"
        " (func (export \"spin2\") (param i32)"
        "  (loop (block (br_table 1 1 (local.get 0)))))"
        " (func $r (export \"recurse\") (return_call $r)))";
    struct world world;
    char got[64];
    if (!world_init(&world, mode, text))
        return;
    gw_store_interrupt(world.store, GW_REASON_INTERRUPT);
    world_call(&world, "spin", "", got, sizeof got);
    CHECK_STR(got, "trap: interrupted");
    world_call(&world, "spin2", "i32:1", got, sizeof got);
    CHECK_STR(got, "trap: interrupted");
    world_call(&world, "recurse", "", got, sizeof got);
    CHECK_STR(got, "trap: interrupted");
    CHECK_EQ_U64(gw_store_trap(world.store)->frame_total, 1);
    gw_store_clear_interrupt(world.store);
    world_fini(&world);
}

static void
test_fuel(const struct mode *mode)
{
    static const char text[] =
        "(module (memory 1)"
        " (func (export \"run\") (param i32) (result i32) (local i32)"
        "  (loop"
        "   (local.set 1 (i32.add (local.get 1) (i32.const 2)))"
        "   (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
        "  (local.get 1))"
        " (func (export \"fill\") (param i32)"
        "  (memory.fill (i32.const 0) (i32.const 0) (local.get 0))))";
    struct mode meter = *mode;
    struct world world;
    char got[64];
    meter.meter = 1;
    if (!world_init(&world, &meter, text))
        return;
    /* Nine operators in the loop, one behind it. */
    gw_store_set_fuel(world.store, 91);
    world_call(&world, "run", "i32:10", got, sizeof got);
    CHECK_STR(got, "i32:0x14");
    CHECK_EQ_U64(gw_store_fuel(world.store), 0);
    gw_store_set_fuel(world.store, 90);
    world_call(&world, "run", "i32:10", got, sizeof got);
    CHECK_STR(got, "trap: all fuel consumed");
    gw_store_set_fuel(world.store, 1004);
    world_call(&world, "fill", "i32:64064", got, sizeof got);
    CHECK_STR(got, "trap: all fuel consumed");
    gw_store_set_fuel(world.store, 1004);
    world_call(&world, "fill", "i32:64000", got, sizeof got);
    CHECK_STR(got, "");
    CHECK_EQ_U64(gw_store_fuel(world.store), 0);
    world_fini(&world);
}

/* ---- size ---- */

static void
test_tail_loop(const struct mode *mode)
{
    struct world world;
    char got[64];
    if (mode->safepoint_test || mode->memory || mode->meter)
        return; /* once for each driver is enough */
    if (!world_init(&world, mode, calls))
        return;
    world_call(&world, "loop", "i64:10000000 i64:1", got, sizeof got);
    CHECK_STR(got, "i64:0x1312d01");
    world_call(&world, "loop2", "i64:10000000 i64:1", got, sizeof got);
    CHECK_STR(got, "i64:0x1312cff");
    world_call(&world, "odd", "i32:10000001", got, sizeof got);
    CHECK_STR(got, "i32:0x1");
    world_fini(&world);
}

static void
test_modes(uint64_t driver)
{
    for (uint64_t i = 0; i < 8; i++) {
        static const uint64_t every[] = { 0, 1, 0, 3 };
        struct mode mode = { driver, i & 1, i >> 2, every[i >> 1], 0 };
#ifdef GW_TEST_EMULATED
        /* An emulator keeps a record of each page of a reservation for good:
         * a guarded memory costs it many megabytes. */
        if (mode.memory == GW_MEMORY_GUARDED &&
            (i != 0 || driver != GW_DRIVER_SWITCH)) {
            CHECK_SKIP("guarded memories are large under an emulator");
            continue;
        }
#endif
        test_rows(&mode);
        test_trace(&mode);
        test_host(&mode);
        test_instances(&mode);
        test_interrupt(&mode);
        test_fuel(&mode);
        test_tail_loop(&mode);
    }
}

int
main(void)
{
    for (uint64_t d = GW_DRIVER_SWITCH; d <= GW_DRIVER_TAIL; d++) {
        if (gw_interp_has_driver(d))
            test_modes(d);
        else
            CHECK_SKIP("this compiler cannot make the driver");
    }
    return CHECK_DONE();
}
