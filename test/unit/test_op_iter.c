#include "check.h"
#include "module_bytes.h"

#include "wasm/limit.h"
#include "wasm/op_iter.h"
#include "wasm/print.h"

static struct gw_alloc alloc;
static struct gw_diag diag;
static struct gw_decode_options options;

static struct gw_module *
decode(const struct bytes *bytes)
{
    struct gw_module *module;
    gw_diag_init(&diag);
    gw_module_decode(gw_span(bytes->data, bytes->size), &options, &alloc, &diag,
                     &module);
    return module;
}

static void
expect_bad(const struct bytes *bytes, const char *text)
{
    struct gw_module *module = decode(bytes);
    CHECK(!module);
    gw_module_delete(module);
    if (!CHECK(strncmp(diag.text, text, strlen(text)) == 0))
        printf("    \"%s\" is not \"%s\"\n", diag.text, text);
}

static void
expect_good(const struct bytes *bytes)
{
    struct gw_module *module = decode(bytes);
    if (!CHECK(module != NULL))
        printf("    %s\n", diag.text);
    gw_module_delete(module);
}

/* What a sink sees, as text: "name height reachable" for each operator. */
struct trace {
    char text[4096];
    size_t used;
    unsigned stop_after;
};

static bool
trace_op(void *self, struct gw_op_iter *it)
{
    struct trace *trace = self;
    int length = snprintf(trace->text + trace->used,
                          sizeof trace->text - trace->used, "%s %u%s;",
                          gw_op_table[it->op].text, it->height,
                          it->reachable ? "" : "!");
    trace->used += (size_t)length;
    return --trace->stop_after > 0;
}

static void
run_trace(const struct bytes *bytes, struct trace *trace, bool quick)
{
    struct gw_module *module = decode(bytes);
    if (!CHECK(module != NULL)) {
        puts(diag.text);
        return;
    }
    struct gw_op_iter it;
    struct gw_sink sink = { trace, trace_op };
    gw_op_iter_init(&it, module, &options, &alloc);
    it.slow = !quick;
    trace->used = 0;
    trace->text[0] = '\0';
    CHECK(gw_op_iter_run(&it, 0, &sink, &diag) == GW_OK);
    gw_op_iter_fini(&it);
    gw_module_delete(module);
}

static void
check_trace(const struct bytes *bytes, const char *expected)
{
    for (int quick = 0; quick < 2; quick++) {
        struct trace trace = { .stop_after = 1000 };
        run_trace(bytes, &trace, quick != 0);
        CHECK_STR(trace.text, expected);
    }
}

/* Bytes behind the code, so that the quick walk is not too near the end. */
static void
pad(struct bytes *m)
{
    SECTION(m, 0, 3, 'p', 'a', 'd', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void
test_sink(void)
{
    struct bytes m;
    FUNCTION_MODULE(&m, 2, 0x7f, 0x7f, 1, 0x7f);
    CODE(&m, 1, 1, 0x7f, 0x20, 0, 0x20, 1, 0x6a, 0x22, 2, 0x04, 0x7f, 0x41, 1,
         0x05, 0x41, 0x80, 1, 0x0b, 0x0b);
    pad(&m);
    check_trace(&m, "local.get 0;local.get 1;i32.add 0;local.tee 0;if 0;"
                    "i32.const 0;else 0;i32.const 0;end 0;end 0;");
}

/* Heights stand below all that a branch takes along. */
static void
test_sink_branches(void)
{
    struct bytes m;
    FUNCTION_MODULE(&m, 1, 0x7f, 1, 0x7f);
    CODE(&m, 0, 0x41, 7, 0x41, 9, 0x20, 0, 0x0d, 0, 0x1a, 0x02, 0x40, 0x20, 0,
         0x0e, 1, 0, 0, 0x01, 0x0b, 0x0f, 0x01, 0x02, 0x40, 0x01, 0x0b, 0x0b);
    pad(&m);
    /* The value of br_if is an operand too.  Behind return only structure is
     * delivered, and is marked as out of reach. */
    check_trace(&m, "i32.const 0;i32.const 1;local.get 2;br_if 1;drop 1;"
                    "block 1;local.get 1;br_table 1;end 1!;return 0;"
                    "block 0!;end 0!;end 0!;");
}

static void
test_sink_stops(void)
{
    struct bytes m;
    FUNCTION_MODULE(&m, 0, 0);
    CODE(&m, 0, 0x41, 1, 0x1a, 0x02, 0x40, 0x0b, 0x0b);
    pad(&m);
    for (unsigned stop = 1; stop < 5; stop++) {
        struct trace trace = { .stop_after = stop };
        run_trace(&m, &trace, true);
        unsigned seen = 0;
        for (size_t i = 0; i < trace.used; i++)
            seen += trace.text[i] == ';';
        CHECK_EQ_U64(seen, stop);
    }
}

#define EXPECT_BODY_BAD(text, ...)              \
    do {                                        \
        struct bytes m_;                        \
        FUNCTION_MODULE(&m_, 1, 0x7f, 1, 0x7f); \
        CODE(&m_, __VA_ARGS__);                 \
        expect_bad(&m_, text);                  \
        pad(&m_);                               \
        expect_bad(&m_, text);                  \
    } while (0)

#define EXPECT_BODY_GOOD(...)                   \
    do {                                        \
        struct bytes m_;                        \
        FUNCTION_MODULE(&m_, 1, 0x7f, 1, 0x7f); \
        CODE(&m_, __VA_ARGS__);                 \
        expect_good(&m_);                       \
        pad(&m_);                               \
        expect_good(&m_);                       \
    } while (0)

static void
test_mismatches(void)
{
    EXPECT_BODY_BAD("type mismatch: instruction requires [i32] but stack has "
                    "[i64] (i32.add)",
                    0, 0x41, 1, 0x42, 2, 0x6a, 0x0b);
    EXPECT_BODY_BAD("type mismatch: instruction requires [i32] but stack has "
                    "[] (i32.eqz)",
                    0, 0x45, 0x0b);
    EXPECT_BODY_BAD("type mismatch: block requires [i32] but stack has [i32 "
                    "i32]",
                    0, 0x41, 0, 0x41, 0, 0x0b);
    EXPECT_BODY_BAD("type mismatch", 0, 0x0b);
    EXPECT_BODY_BAD("type mismatch: if without else", 0, 0x41, 0, 0x04, 0x7f,
                    0x41, 0, 0x0b, 0x0b);
    /* A block cannot reach below itself. */
    EXPECT_BODY_BAD("type mismatch", 0, 0x41, 0, 0x02, 0x40, 0x1a, 0x0b, 0x0b);
    EXPECT_BODY_BAD("type mismatch: br_table", 0, 0x41, 0, 0x02, 0x40, 0x41, 0,
                    0x0e, 1, 0, 1, 0x0b, 0x0b);
    EXPECT_BODY_BAD("type mismatch: select without", 0, 0xd0, 0x70, 0xd0, 0x70,
                    0x41, 0, 0x1b, 0x0b);
    EXPECT_BODY_BAD("invalid result arity", 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x1c,
                    2, 0x7f, 0x7f, 0x0b);
}

static void
test_names(void)
{
    EXPECT_BODY_BAD("unknown local 1", 0, 0x20, 1, 0x0b);
    EXPECT_BODY_BAD("unknown global 0", 0, 0x23, 0, 0x0b);
    EXPECT_BODY_BAD("unknown function 9", 0, 0x10, 9, 0x0b);
    EXPECT_BODY_BAD("unknown label 1", 0, 0x0c, 1, 0x0b);
    EXPECT_BODY_BAD("unknown memory 0", 0, 0x41, 0, 0x28, 2, 0, 0x0b);
    EXPECT_BODY_BAD("unknown table 0", 0, 0x41, 0, 0x25, 0, 0x1a, 0x0b);
    EXPECT_BODY_BAD("unknown type 5", 0, 0x41, 0, 0x02, 5, 0x0b, 0x0b);
    EXPECT_BODY_BAD("unknown tag 0", 0, 0x08, 0, 0x0b);
    EXPECT_BODY_BAD("undeclared function reference", 0, 0xd2, 0, 0x1a, 0x41, 0,
                    0x0b);
    EXPECT_BODY_BAD("data count section required", 0, 0xfc, 9, 0, 0x41, 0,
                    0x0b);
    EXPECT_BODY_BAD("illegal opcode ff", 0, 0xff, 0x0b);
    EXPECT_BODY_BAD("illegal opcode fc 99", 0, 0xfc, 99, 0x0b);
    EXPECT_BODY_BAD("invalid lane index 16", 0, 0x41, 0, 0xfd, 15, 0xfd, 21, 16,
                    0x0b);
    EXPECT_BODY_BAD("END opcode expected: else without if", 0, 0x05, 0x0b);
    EXPECT_BODY_BAD("section size mismatch", 0, 0x41, 0, 0x0b, 0x01);
    EXPECT_BODY_BAD("section size mismatch: the function goes on behind", 0,
                    0x41, 0, 0x0b, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
                    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x0b);
}

static void
test_unreachable(void)
{
    EXPECT_BODY_GOOD(0, 0x00, 0x0b);
    EXPECT_BODY_GOOD(0, 0x00, 0x6a, 0x0b);
    EXPECT_BODY_GOOD(0, 0x00, 0x1b, 0x0b);
    EXPECT_BODY_GOOD(0, 0x00, 0x42, 1, 0x41, 1, 0x1b, 0x1a, 0x0b);
    EXPECT_BODY_GOOD(0, 0x00, 0xd4, 0xd1, 0x0b);
    EXPECT_BODY_GOOD(0, 0x00, 0x0c, 0, 0x0e, 1, 0, 0, 0x0b);
    EXPECT_BODY_BAD("type mismatch", 0, 0x00, 0x42, 1, 0x45, 0x0b);
    EXPECT_BODY_BAD("type mismatch: block requires [i32] but stack has [i64", 0,
                    0x00, 0x42, 1, 0x41, 1, 0x0b);
    /* A block in unreachable code has a stack of its own. */
    EXPECT_BODY_BAD("type mismatch", 0, 0x00, 0x02, 0x7f, 0x0b, 0x0b);
}

/* A local without a default value is set before it is read, and what one
 * branch sets the other does not see. */
static void
test_local_init(void)
{
    struct bytes m;
    FUNCTION_MODULE(&m, 1, 0x64, 0x70, 0);
    CODE(&m, 1, 1, 0x64, 0x70, 0x20, 1, 0x1a, 0x0b);
    expect_bad(&m, "uninitialized local 1");
    FUNCTION_MODULE(&m, 1, 0x64, 0x70, 0);
    CODE(&m, 1, 1, 0x64, 0x70, 0x20, 0, 0x21, 1, 0x20, 1, 0x1a, 0x0b);
    expect_good(&m);
    FUNCTION_MODULE(&m, 1, 0x64, 0x70, 0);
    CODE(&m, 1, 1, 0x64, 0x70, 0x02, 0x40, 0x20, 0, 0x21, 1, 0x0b, 0x20, 1,
         0x1a, 0x0b);
    expect_bad(&m, "uninitialized local 1");
    FUNCTION_MODULE(&m, 1, 0x64, 0x70, 0);
    CODE(&m, 1, 1, 0x64, 0x70, 0x41, 0, 0x04, 0x40, 0x20, 0, 0x21, 1, 0x05,
         0x20, 1, 0x1a, 0x0b, 0x0b);
    expect_bad(&m, "uninitialized local 1");
}

/* Addresses of a 64-bit memory, and both kinds in one module. */
static void
test_memory64(void)
{
    struct bytes m;
    FUNCTION_MODULE(&m, 0, 0);
    SECTION(&m, 5, 2, 4, 1, 0, 1); /* memory 0 is i64, memory 1 is i32 */
    CODE(&m, 0, 0x42, 0, 0x28, 2, 0, 0x1a, 0x41, 0, 0x28, 0x42, 1, 0, 0x1a,
         0x42, 0, 0x41, 0, 0x41, 0, 0xfc, 10, 0, 1, 0x0b);
    pad(&m);
    expect_good(&m);
    FUNCTION_MODULE(&m, 0, 0);
    SECTION(&m, 5, 1, 4, 1);
    CODE(&m, 0, 0x41, 0, 0x28, 2, 0, 0x1a, 0x0b);
    pad(&m);
    expect_bad(&m, "type mismatch: instruction requires [i64] but stack has "
                   "[i32] (i32.load)");
    FUNCTION_MODULE(&m, 0, 0);
    SECTION(&m, 5, 1, 0, 1);
    CODE(&m, 0, 0x41, 0, 0x28, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a, 0x0b);
    pad(&m);
    expect_bad(&m, "offset out of range");
    FUNCTION_MODULE(&m, 0, 0);
    SECTION(&m, 5, 1, 0, 1);
    CODE(&m, 0, 0x41, 0, 0x28, 3, 0, 0x1a, 0x0b);
    pad(&m);
    expect_bad(&m, "alignment must not be larger than natural");
}

/* More frames and operands than any first capacity. */
static void
test_deep(void)
{
    static struct bytes m;
    static uint8_t body[40000];
    size_t size = 0;
    body[size++] = 0;
    for (unsigned i = 0; i < 9000; i++) {
        body[size++] = 0x02;
        body[size++] = 0x7f;
    }
    body[size++] = 0x41;
    body[size++] = 0;
    for (unsigned i = 0; i <= 9000; i++)
        body[size++] = 0x0b;
    FUNCTION_MODULE(&m, 0, 1, 0x7f);
    bytes_code(&m, body, size);
    expect_good(&m);
    struct gw_decode_options all = options;
    options.limits[GW_LIMIT_BLOCK_DEPTH] = 5000;
    expect_bad(&m, "more than 5000 blocks inside each other");
    options = all;
    for (unsigned i = 1; i < 30000; i += 2) {
        body[i] = 0x41;
        body[i + 1] = 0;
    }
    FUNCTION_MODULE(&m, 0, 0);
    bytes_code(&m, body, 30001);
    expect_bad(&m, "unexpected end of section or function");
    options.limits[GW_LIMIT_OPERANDS] = 10000;
    expect_bad(&m, "more than 10000 operands on the stack");
    options = all;
}

struct lines {
    char text[1024];
    size_t used;
};

static bool
add_line(void *self, const struct gw_print_line *line)
{
    struct lines *lines = self;
    int length = snprintf(lines->text + lines->used,
                          sizeof lines->text - lines->used, "%u:%s\n",
                          line->depth, line->text);
    lines->used += (size_t)length;
    return true;
}

static void
test_print(void)
{
    struct bytes m;
    FUNCTION_MODULE(&m, 1, 0x7f, 1, 0x7e);
    SECTION(&m, 5, 1, 0, 1);
    CODE(&m, 1, 2, 0x7d, 0x20, 0, 0x04, 0x40, 0x43, 0, 0, 0xc0, 0x7f, 0x1a,
         0x05, 0x41, 0x7f, 0x29, 0, 16, 0x1a, 0x0b, 0x42, 5, 0x0b);
    struct gw_module *module = decode(&m);
    if (!CHECK(module != NULL))
        return;
    struct lines lines = { .used = 0 };
    struct gw_print_sink sink = { &lines, add_line };
    CHECK(gw_print_func(module, 0, &sink, NULL) == GW_OK);
    CHECK_STR(lines.text,
              "0:func 0 (param i32) (result i64)\n0:(local f32 f32)\n"
              "0:local.get 0\n0:if\n1:f32.const nan\n1:drop\n0:else\n"
              "1:i32.const -1\n1:i64.load offset=16 align=1\n1:drop\n0:end\n"
              "0:i64.const 5\n0:end\n");
    CHECK(gw_print_func(module, 1, &sink, NULL) == GW_ERR_ARGUMENT);
    gw_module_delete(module);
}

int
main(void)
{
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    options_all(&options);
    test_sink();
    test_sink_branches();
    test_sink_stops();
    test_mismatches();
    test_names();
    test_unreachable();
    test_local_init();
    test_memory64();
    test_deep();
    test_print();
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
    return CHECK_DONE();
}
