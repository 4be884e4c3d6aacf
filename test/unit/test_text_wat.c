/* Text to binary and back: bytes, messages with their place, hostile input. */
#include "text/print.h"
#include "text/wat.h"

#include "unit/check.h"

#include <stdlib.h>

static size_t used, peak;

static void *
resize(void *env, void *old, size_t old_size, size_t new_size)
{
    (void)env;
    used = used - old_size + new_size;
    if (used > peak)
        peak = used;
    if (new_size > 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static struct gw_alloc alloc;

/* ---- bytes --------------------------------------------------------------------- */

static void
check_bytes(const char *text, const char *wanted, size_t size)
{
    uint8_t *out;
    size_t out_size;
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (!CHECK(gw_wat_to_wasm(gw_span_str(text), NULL, &alloc, &diag, &out,
                              &out_size) == GW_OK)) {
        printf("    %s\n    %s\n", text, diag.text);
        return;
    }
    if (!CHECK(out_size == size && memcmp(out, wanted, size) == 0))
        printf("    %s\n", text);
    gw_alloc_free(&alloc, out, out_size);
}

#define HEAD "\0asm\1\0\0\0"
#define CHECK_BYTES(text, bytes) \
    check_bytes(text, HEAD bytes, sizeof(HEAD bytes) - 1)

static void
test_bytes(void)
{
    CHECK_BYTES("", "");
    CHECK_BYTES("(module)", "");
    CHECK_BYTES("(module $m (; a (; b ;) ;) ;; c\n)", "");
    CHECK_BYTES("(type (func (param i32 i64) (result f32)))",
                "\1\7\1\x60\2\x7f\x7e\1\x7d");
    /* A type use without a definition makes one, once. */
    CHECK_BYTES("(import \"a\" \"b\" (func (param i32)))"
                "(import \"a\" \"c\" (func (param i32)))",
                "\1\5\1\x60\1\x7f\0\2\x0d\2\1a\1b\0\0\1a\1c\0\0");
    /* Compact imports; the last two import nothing. */
    CHECK_BYTES("(import \"m\" (item \"a\" (global i32)) (item \"b\" "
                "(memory 1)))",
                "\2\x10\1\1m\0\x7f\2\1a\3\x7f\0\1b\2\0\1");
    CHECK_BYTES("(import \"m\" (item \"a\") (item \"b\") (global i64))"
                "(export \"e\" (global 1))",
                "\2\x0d\1\1m\0\x7e\3\x7e\0\2\1a\1b\7\5\1\1e\3\1");
    CHECK_BYTES("(import \"m\")", "\2\6\1\1m\0\x7f\0");
    CHECK_BYTES("(import \"m\" (memory 1))", "\2\x09\1\1m\0\x7e\2\0\1\0");
    CHECK_BYTES("(func (i32.const -1) drop)",
                "\1\4\1\x60\0\0\3\2\1\0\x0a\7\1\5\0\x41\x7f\x1a\x0b");
    CHECK_BYTES("(memory 1) (data (i32.const 0) \"a\\62\\u{63}\\n\")",
                "\5\3\1\0\1\x0b\x0a\1\0\x41\0\x0b\4"
                "abc\n");
    CHECK_BYTES("(module binary \"\\00asm\" \"\\01\\00\\00\\00\")", "");
    CHECK_BYTES("(module quote \"(module\" \"(memory 1))\")", "\5\3\1\0\1");
}

/* ---- messages ----------------------------------------------------------------------- */

static void
check_error(const char *text, const char *message, uint32_t line,
            uint32_t column)
{
    uint8_t *out;
    size_t size;
    struct gw_diag diag;
    gw_diag_init(&diag);
    enum gw_err err = gw_wat_to_wasm(gw_span_str(text), NULL, &alloc, &diag,
                                     &out, &size);
    if (!CHECK(err != GW_OK)) {
        printf("    accepted: %s\n", text);
        gw_alloc_free(&alloc, out, size);
        return;
    }
    CHECK_STR(diag.text, message);
    CHECK_EQ_U64(diag.line, line);
    CHECK_EQ_U64(diag.column, column);
}

static void
test_messages(void)
{
    check_error("(module\n  (func i32.foo))", "unknown operator i32.foo", 2, 9);
    check_error("(func (br $a))", "unknown label", 1, 11);
    check_error("(func (call $f))", "unknown func f", 1, 13);
    check_error("(func $f) (func $f)", "duplicate func f", 1, 17);
    check_error("(func block $a end $b)", "mismatching label", 1, 20);
    check_error("(func (i32.const 0x1_0000_0000) drop)",
                "constant out of range", 1, 18);
    check_error("(memory 1)\n(func (drop (i32.load align=3 (i32.const 0))))",
                "alignment must be a power of two", 2, 23);
    check_error("(func)\n(import \"\" \"\" (func))", "import after function", 2,
                1);
    check_error("(import \"m\" (item \"a\") (func $f))",
                "identifier not allowed", 1, 30);
    check_error("(import \"m\" (item \"a\" (func)) (item \"b\"))",
                "unexpected token", 1, 41);
    check_error("(import \"m\" (item \"a\" (func)) (func))", "unexpected token",
                1, 32);
    check_error("(import \"m\" (item \"a\"))", "unexpected token", 1, 23);
    check_error("(func", "unexpected token", 1, 6);
    check_error("(module))", "unexpected token", 1, 9);
    check_error("(; (; ;)", "unclosed comment", 1, 1);
    check_error("(func \"a\"x)", "unknown operator \"a\"x", 1, 7);
    check_error("(data \"\\q\")", "illegal escape", 1, 7);
    check_error("(\x01)", "illegal character", 1, 2);
    check_error(" (func \xff)", "malformed UTF-8 encoding", 1, 8);
    check_error("(@x (y)", "unclosed annotation", 1, 1);
    check_error("(func (@custom \"a\"))", "misplaced @custom annotation", 1, 7);
}

/* ---- hostile input --------------------------------------------------------------------- */

static char *
repeat(const char *head, const char *part, size_t count, const char *tail)
{
    size_t part_size = strlen(part), at = strlen(head);
    char *text = malloc(at + part_size * count + strlen(tail) + 1);
    if (!text)
        exit(2);
    memcpy(text, head, at);
    for (size_t i = 0; i < count; i++, at += part_size)
        memcpy(text + at, part, part_size);
    strcpy(text + at, tail);
    return text;
}

/* Whatever the outcome: bounded memory, none left. */
static enum gw_err
run_hostile(const char *head, const char *part, size_t count, const char *tail)
{
    char *text = repeat(head, part, count, tail);
    uint8_t *out;
    size_t size;
    used = peak = 0;
    enum gw_err err = gw_wat_to_wasm(gw_span_str(text), NULL, &alloc, NULL,
                                     &out, &size);
    if (err == GW_OK)
        gw_alloc_free(&alloc, out, size);
    CHECK(peak <= 64 * strlen(text) + (1u << 20));
    CHECK_EQ_U64(used, 0);
    free(text);
    return err;
}

static void
test_hostile(void)
{
    CHECK_EQ_U64(run_hostile("", "(", 1000000, ""), GW_ERR_SYNTAX);
    CHECK_EQ_U64(run_hostile("(func ", "(block ", 1000000, ""), GW_ERR_SYNTAX);
    CHECK_EQ_U64(run_hostile("(func ", "block ", 1000000, "unreachable)"),
                 GW_ERR_LIMIT);
    char *ends = repeat("", "end ", 200000, ")");
    CHECK_EQ_U64(run_hostile("(func ", "block ", 200000, ends), GW_ERR_LIMIT);
    free(ends);
    CHECK_EQ_U64(run_hostile("(data \"", "a", 20000000, "\")"), GW_OK);
    CHECK_EQ_U64(run_hostile("", "(func)", 200000, ""), GW_OK);
    CHECK_EQ_U64(run_hostile("(func ", "(local i32)", 200000, ")"), GW_OK);
    CHECK_EQ_U64(run_hostile("", "(type (struct (field $a i32)))", 50000, ""),
                 GW_OK);
    CHECK_EQ_U64(run_hostile("", "(@custom \"a\")", 50000, ""), GW_OK);
    CHECK_EQ_U64(run_hostile("(;", "(;", 500000, ""), GW_ERR_SYNTAX);
    CHECK_EQ_U64(run_hostile("(import \"\" ", "(item \"\")", 500000, "(func))"),
                 GW_OK);
}

/* ---- and back ------------------------------------------------------------------------ */

static bool
prints_back(struct gw_span wasm, bool folded)
{
    const struct gw_print_options print = { .folded = folded };
    const struct gw_wat_options read = { .names = true };
    uint8_t *text, *again;
    size_t text_size, again_size;
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (gw_wasm_to_wat(wasm, &print, &alloc, &diag, &text, &text_size)) {
        printf("    %s\n", diag.text);
        return false;
    }
    bool same = false;
    if (gw_wat_to_wasm(gw_span(text, text_size), &read, &alloc, &diag, &again,
                       &again_size) == GW_OK) {
        same = gw_span_equal(wasm, gw_span(again, again_size));
        gw_alloc_free(&alloc, again, again_size);
    }
    if (!same)
        printf("%.*s    %s\n", (int)text_size, (const char *)text, diag.text);
    gw_alloc_free(&alloc, text, text_size);
    return same;
}

static void
test_round_trip(void)
{
    static const char *const modules[] = {
        "(module $m (type $f (func (param $x i32))) (rec (type $s (struct "
        "(field $a (mut i8)) (field (ref null $s)))) (type (array i64))))",
        "(import \"a\" \"b\" (memory $m i64 1 2)) (data $d (i64.const 1) "
        "\"\\00\\ff\\22\") (global $g (mut f64) (f64.const -0x1.8p-3))",
        "(func $f (export \"f\") (param $a i32) (result i32) (local $b i64) "
        "(if $l (result i32) (local.get $a) (then (br $l (i32.const 1))) "
        "(else (i32.add (local.get $a) (call $f (i32.const 2))))))",
        "(tag $t (param i32)) (func (try_table (catch $t 0) (throw $t "
        "(i32.const 0))) (block (result i32) (i32.const 1) "
        "(br_table 0 0 (i32.const 0))) drop)",
        "(table $t 3 funcref (ref.null func)) (elem (table $t) (i32.const 0) "
        "func $f) (elem declare funcref (ref.func $f)) (func $f)",
        "(func $\"a b\" (@metadata.code.branch_hint \"\\01\") (if "
        "(i32.const 0) (then))) (@custom \"x\" (before code) \"y\")",
        "(func (v128.const f32x4 1 nan -inf 0x1p-149) drop (f32.const "
        "nan:0x123) drop (f64.const 1e300) drop (i32.const -5) drop)",
        "(import \"m\" (item \"a\" (func $f (param i32))) (item \"b\" "
        "(table $t 1 funcref))) (import \"m\" \"c\" (global $g i32)) "
        "(import \"m\" (item \"d\") (item \"e\") (tag (param i32))) "
        "(import \"m\" (item \"h\") (func (param i32))) "
        "(import \"m\") (import \"m\" (global f32)) "
        "(func $k (call $f (i32.const 0)) (call 1 (global.get $g)))",
        "(func (try (do (nop)) (catch_all (rethrow 0))) (try (do) "
        "(delegate 0)))",
        "(func (block $a (@name \"\") (result i32) (block $b (block $b)) "
        "(if (@name \"a b\") (block (@name \"first\") (result i32) "
        "(i32.const 1)) (then) (else)) (@metadata.code.branch_hint \"\\00\") "
        "(br_if 0 (i32.const 1) (i32.const 2))) drop "
        "loop (@name \"l\") (@metadata.code.branch_hint \"\\01\") if end end)",
    };
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        const struct gw_wat_options options = { .names = true };
        uint8_t *wasm;
        size_t size;
        struct gw_diag diag;
        gw_diag_init(&diag);
        enum gw_err err = gw_wat_to_wasm(gw_span_str(modules[i]), &options,
                                         &alloc, &diag, &wasm, &size);
        if (!CHECK(err == GW_OK)) {
            printf("    %s: %s\n", modules[i], diag.text);
            continue;
        }
        CHECK(prints_back(gw_span(wasm, size), false));
        CHECK(prints_back(gw_span(wasm, size), true));
        gw_alloc_free(&alloc, wasm, size);
    }
}

/* Of a folded if the operands' blocks come first. */
static void
test_label_names(void)
{
    static const uint8_t expected[] = { 4, 'n', 'a', 'm', 'e', 3, 11,  1, 0,
                                        3, 0,   1,   'b', 1,   1, 'c', 2, 0 };
    const struct gw_wat_options options = { .names = true };
    uint8_t *wasm;
    size_t size;
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (!CHECK(gw_wat_to_wasm(
                   gw_span_str("(func (if $a (@name \"c\") (block $b (result "
                               "i32) (i32.const 0)) (then)) block (@name "
                               "\"\") end)"),
                   &options, &alloc, &diag, &wasm, &size) == GW_OK)) {
        puts(diag.text);
        return;
    }
    CHECK(size > sizeof expected && memcmp(wasm + size - sizeof expected,
                                           expected, sizeof expected) == 0);
    gw_alloc_free(&alloc, wasm, size);
}

/* Fails the n-th allocation, for every n: an error, and nothing left. */
static size_t countdown;

static void *
failing_resize(void *env, void *old, size_t old_size, size_t new_size)
{
    if (new_size > 0 && countdown-- == 0) {
        countdown = 0;
        return NULL;
    }
    return resize(env, old, old_size, new_size);
}

static void
test_no_memory(void)
{
    static const char text[] =
        "(module (type $s (struct (field $a i32))) (func $\"f\\61\" (param $p "
        "i32) (block $b (if (local.get $p) (then (br $b))))) (data \"x\") "
        "(elem func $fa) (table funcref (elem $fa)) (@custom \"c\" \"d\"))";
    const struct gw_wat_options options = { .names = true };
    enum gw_err err = GW_ERR_NOMEM;
    struct gw_alloc failing;
    used = 0;
    gw_alloc_init(&failing, failing_resize, NULL, SIZE_MAX);
    for (size_t n = 0; err == GW_ERR_NOMEM && n < 10000; n++) {
        uint8_t *wasm = NULL, *printed;
        size_t size = 0, printed_size;
        countdown = n;
        err = gw_wat_to_wasm(gw_span_str(text), &options, &failing, NULL, &wasm,
                             &size);
        if (err == GW_OK) {
            err = gw_wasm_to_wat(gw_span(wasm, size), NULL, &failing, NULL,
                                 &printed, &printed_size);
            if (err == GW_OK)
                gw_alloc_free(&failing, printed, printed_size);
            gw_alloc_free(&failing, wasm, size);
        }
        if (!CHECK(used == 0 && (err == GW_OK || err == GW_ERR_NOMEM)))
            break;
    }
    CHECK_EQ_U64(err, GW_OK);
}

int
main(void)
{
    gw_alloc_init(&alloc, resize, NULL, SIZE_MAX);
    test_bytes();
    test_messages();
    test_hostile();
    test_round_trip();
    test_label_names();
    test_no_memory();
    return CHECK_DONE();
}
