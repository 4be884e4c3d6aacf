#include "check.h"
#include "module_bytes.h"

#include "wasm/limit.h"
#include "wasm/op_fast.h"

static struct gw_alloc alloc;
static struct gw_decode_options options;

/* A bit of everything that code can name: function 0 from i32 to i32, 1 with
 * nine parameters, 2 with two results; a variable and a constant global, a
 * memory, a table. */
static void
make_module(struct bytes *m, const uint8_t *body, size_t size, bool padded)
{
    struct bytes code = { .size = 0 };
    BYTES(&code, 3);
    bytes_u32(&code, (uint32_t)size);
    bytes_put(&code, body, size);
    BYTES(&code, 2, 0, 0x0b, 6, 0, 0x41, 0, 0x41, 0, 0x0b);
    bytes_module(m);
    SECTION(m, 1, 3, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 9, 0x7f, 0x7e, 0x7f, 0x7f,
            0x7f, 0x7f, 0x7f, 0x7f, 0x7c, 0, 0x60, 0, 2, 0x7f, 0x7f);
    SECTION(m, 3, 3, 0, 1, 2);
    SECTION(m, 4, 1, 0x70, 0, 1);
    SECTION(m, 5, 1, 0, 1);
    SECTION(m, 6, 2, 0x7e, 1, 0x42, 0, 0x0b, 0x7f, 0, 0x41, 0, 0x0b);
    SECTION(m, 9, 1, 3, 0, 1, 0);
    bytes_section(m, 10, code.data, code.size);
    if (padded)
        SECTION(m, 0, 3, 'p', 'a', 'd', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/* Does the fast walk know function 0, and what says the general one? */
static void
check(const uint8_t *body, size_t size, bool padded, bool knows, bool valid)
{
    static struct bytes m;
    struct gw_module *module;
    struct gw_diag diag;
    make_module(&m, body, size, padded);
    gw_diag_init(&diag);
    if (!CHECK(gw_module_decode_sections(gw_span(m.data, m.size), &options,
                                         &alloc, &diag, &module) == GW_OK)) {
        puts(diag.text);
        return;
    }
    struct gw_op_iter it;
    struct gw_shape *shapes;
    CHECK(gw_shapes_new(module, &alloc, &shapes) && shapes);
    gw_op_iter_init(&it, module, &options, &alloc);
    CHECK(gw_op_iter_hasten(&it, shapes));
    for (int round = 0; round < 2; round++) {
        CHECK(gw_fast_run(&it, 0) == knows);
        CHECK(gw_fast_run(&it, 1));
        CHECK(!gw_fast_run(&it, 2));
    }
    it.slow = true;
    CHECK((gw_op_iter_run(&it, 0, NULL, &diag) == GW_OK) == valid);
    gw_op_iter_fini(&it);
    gw_shapes_delete(shapes, module, &alloc);
    gw_module_delete(module);
}

/* A long body must have bytes behind it. */
static void
check_at(const uint8_t *body, size_t size, bool knows, bool valid, int line)
{
    unsigned long failed = check_failed;
    if (size < 100)
        check(body, size, false, knows, valid);
    check(body, size, true, knows, valid);
    if (check_failed != failed)
        printf("    the body of line %d\n", line);
}

#define CHECK_AT(...) check_at(__VA_ARGS__, __LINE__)

#define CHECK_BODY(knows, valid, ...)                   \
    do {                                                \
        static const uint8_t body_[] = { __VA_ARGS__ }; \
        CHECK_AT(body_, sizeof body_, knows, valid);    \
    } while (0)
/* Valid and known as such; wrong; valid, which only the general walk says. */
#define FAST(...) CHECK_BODY(true, true, __VA_ARGS__)
#define WRONG(...) CHECK_BODY(false, false, __VA_ARGS__)
#define LEFT(...) CHECK_BODY(false, true, __VA_ARGS__)

/* The first byte says how many runs of locals there are. */
static void
test_values(void)
{
    FAST(0, 0x20, 0, 0x0b);
    FAST(0, 0x20, 0, 0x41, 1, 0x6a, 0x0b);
    FAST(0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x78, 0x0b);
    FAST(0, 0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f,
         0xa7, 0x0b);
    FAST(0, 0x43, 0, 0, 0, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0xb6, 0x92, 0xa8,
         0x0b);
    FAST(0, 0x20, 0, 0x20, 0, 0x20, 0, 0x1b, 0x0b);
    FAST(0, 0x20, 0, 0x42, 0, 0x1a, 0x0b);
    FAST(0, 0xd0, 0x70, 0x1a, 0x20, 0, 0x0b);
    /* sign extension, saturation, vectors: done by the general walk */
    FAST(0, 0x20, 0, 0xc0, 0x43, 0, 0, 0, 0, 0xfc, 0, 0x6a, 0x0b);
    FAST(0, 0x20, 0, 0xfd, 17, 0xfd, 0x53, 0x0b);
    FAST(0, 0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0, 0x20, 0, 0x0b);
    WRONG(0, 0x0b);
    WRONG(0, 0x6a, 0x0b);
    WRONG(0, 0x20, 0, 0x6a, 0x0b);
    WRONG(0, 0x20, 0, 0x42, 0, 0x6a, 0x0b);
    WRONG(0, 0x42, 0, 0x20, 0, 0x6a, 0x0b);
    WRONG(0, 0x20, 0, 0x20, 0, 0x0b);
    WRONG(0, 0x42, 0, 0x0b);
    WRONG(0, 0x1a, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x42, 0, 0x20, 0, 0x1b, 0x0b);
    WRONG(0, 0xd0, 0x70, 0xd0, 0x70, 0x20, 0, 0x1b, 0x1a, 0x20, 0, 0x0b);
    WRONG(0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x08, 0x0b);
    WRONG(0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x0b);
    WRONG(0, 0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2,
          0xa7, 0x0b);
    WRONG(0, 0x20, 0, 0xff, 0x0b);
    WRONG(0, 0x20, 0);
    WRONG(0, 0x20, 0, 0x0b, 0x0b);
    WRONG(0, 0x20, 0, 0x0b, 0x1a, 0x20, 0, 0x0b);
}

static void
test_locals(void)
{
    FAST(2, 1, 0x7e, 20, 0x7d, 0x20, 21, 0x21, 2, 0x42, 0, 0x22, 1, 0xa7, 0x0b);
    FAST(1, 0x80, 2, 0x7f, 0x20, 0x80, 2, 0x0b);
    FAST(2, 1, 0x7b, 1, 0x70, 0x20, 1, 0x1a, 0x20, 2, 0x1a, 0x20, 0, 0x0b);
    LEFT(1, 0xd0, 0x84, 3, 0x7f, 0x20, 0xd0, 0x84, 3, 0x0b);
    LEFT(1, 1, 0x6e, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 1, 0x0b);
    WRONG(1, 1, 0x7e, 0x20, 1, 0x0b);
    WRONG(1, 1, 0x7e, 0x20, 0, 0x22, 1, 0x0b);
    WRONG(0, 0x22, 0, 0x0b);
    WRONG(1, 1, 0x40, 0x20, 0, 0x0b);
    WRONG(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x20, 0, 0x0b);
    FAST(0, 0x23, 0, 0x24, 0, 0x23, 1, 0x0b);
    WRONG(0, 0x20, 0, 0x24, 1, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x24, 0, 0x20, 0, 0x0b);
    WRONG(0, 0x23, 2, 0x0b);
    WRONG(0, 0x24, 0, 0x20, 0, 0x0b);
}

static void
test_memory(void)
{
    FAST(0, 0x20, 0, 0x28, 2, 0, 0x0b);
    FAST(0, 0x20, 0, 0x2d, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b);
    FAST(0, 0x20, 0, 0x20, 0, 0x29, 3, 8, 0x37, 3, 0, 0x3f, 0, 0x40, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x28, 3, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x2d, 1, 0, 0x0b);
    WRONG(0, 0x42, 0, 0x28, 2, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x29, 3, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x28, 0x42, 1, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x28, 2, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x0b);
}

static void
test_blocks(void)
{
    FAST(0, 0x02, 0x40, 0x0b, 0x20, 0, 0x0b);
    FAST(0, 0x02, 0x7f, 0x20, 0, 0x0b, 0x0b);
    FAST(0, 0x02, 0x7b, 0x20, 0, 0xfd, 17, 0x0b, 0xfd, 0x53, 0x0b);
    FAST(0, 0x03, 0x7f, 0x20, 0, 0x0d, 0, 0x20, 0, 0x0b, 0x0b);
    FAST(0, 0x20, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b, 0x0b);
    FAST(0, 0x20, 0, 0x04, 0x40, 0x01, 0x0b, 0x20, 0, 0x0b);
    FAST(0, 0x42, 0, 0x02, 0x40, 0x0b, 0x1a, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x02, 0x40, 0x1a, 0x0b, 0x0b);
    WRONG(0, 0x20, 0, 0x02, 0x7f, 0x0b, 0x0b);
    WRONG(0, 0x02, 0x7f, 0x42, 0, 0x0b, 0x0b);
    WRONG(0, 0x02, 0x40, 0x20, 0, 0x0b, 0x0b);
    WRONG(0, 0x20, 0, 0x04, 0x7f, 0x20, 0, 0x0b, 0x0b);
    WRONG(0, 0x20, 0, 0x04, 0x7f, 0x20, 0, 0x05, 0x0b, 0x0b);
    WRONG(0, 0x20, 0, 0x04, 0x7f, 0x05, 0x20, 0, 0x0b, 0x0b);
    WRONG(0, 0x42, 0, 0x04, 0x40, 0x0b, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x04, 0x40, 0x05, 0x05, 0x0b, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x05, 0x20, 0, 0x0b);
    /* parameters and two results are more than the fast walk knows */
    LEFT(0, 0x20, 0, 0x02, 0, 0x0b, 0x0b);
    LEFT(0, 0x02, 2, 0x41, 0, 0x41, 0, 0x0b, 0x6a, 0x0b);
}

static void
test_branches(void)
{
    FAST(0, 0x20, 0, 0x0f, 0x0b);
    FAST(0, 0x00, 0x0b);
    FAST(0, 0x20, 0, 0x20, 0, 0x0d, 0, 0x0b);
    FAST(0, 0x02, 0x40, 0x20, 0, 0x0c, 1, 0x0b, 0x20, 0, 0x0b);
    FAST(0, 0x02, 0x7e, 0x42, 0, 0x0c, 0, 0x0b, 0xa7, 0x0b);
    FAST(0, 0x20, 0, 0x04, 0x7f, 0x00, 0x05, 0x20, 0, 0x0c, 0, 0x0b, 0x0b);
    FAST(0, 0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 2, 0, 1, 0, 0x0b, 0x0b, 0x20,
         0, 0x0b);
    FAST(0, 0x20, 0, 0x20, 0, 0x0e, 0, 0, 0x0b);
    WRONG(0, 0x0f, 0x0b);
    WRONG(0, 0x42, 0, 0x0c, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x0c, 1, 0x0b);
    WRONG(0, 0x20, 0, 0x20, 0, 0x0d, 1, 0x0b);
    WRONG(0, 0x20, 0, 0x0d, 0, 0x20, 0, 0x0b);
    WRONG(0, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 2, 0x0b, 0x20, 0, 0x0b);
    WRONG(0, 0x02, 0x40, 0x20, 0, 0x20, 0, 0x0e, 1, 0, 1, 0x0b, 0x20, 0, 0x0b);
    WRONG(0, 0x42, 0, 0x0e, 0, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x04, 0x7f, 0x00, 0x0b, 0x0b);
    WRONG(0, 0x20, 0, 0x20, 0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b);
    WRONG(0, 0x00);
    /* code that cannot be reached */
    LEFT(0, 0x00, 0x6a, 0x0b);
    LEFT(0, 0x20, 0, 0x0f, 0x01, 0x0b);
}

static void
test_calls(void)
{
    FAST(0, 0x20, 0, 0x10, 0, 0x0b);
    FAST(0, 0x20, 0, 0x10, 0x80, 0x80, 0x80, 0x80, 0, 0x0b);
    FAST(0, 0x20, 0, 0x20, 0, 0x11, 0, 0, 0x0b);
    FAST(0, 0x41, 0, 0x42, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41,
         0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0x20, 0, 0x0b);
    WRONG(0, 0x10, 0, 0x0b);
    WRONG(0, 0x42, 0, 0x10, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x10, 3, 0x0b);
    WRONG(0, 0x20, 0, 0x02, 0x7f, 0x10, 0, 0x0b, 0x0b);
    WRONG(0, 0x42, 0, 0x42, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0,
          0x41, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0x20, 0, 0x0b);
    WRONG(0, 0x42, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0,
          0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0x20, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x20, 0, 0x11, 3, 0, 0x0b);
    WRONG(0, 0x20, 0, 0x20, 0, 0x11, 0, 1, 0x0b);
    WRONG(0, 0x20, 0, 0x42, 0, 0x11, 0, 0, 0x0b);
    LEFT(0, 0x10, 2, 0x1a, 0x0b);
}

/* What fast walk and general walk must both mind, and what the fast one has
 * no room for. */
static void
test_bounds(void)
{
    static uint8_t body[60000];
    size_t size = 1;
    for (; size < 3001; size += 2)
        memcpy(body + size, (const uint8_t[]){ 0x02, 0x40 }, 2);
    memset(body + size, 0x0b, 1500);
    size += 1500;
    memcpy(body + size, (const uint8_t[]){ 0x20, 0, 0x0b }, 3);
    CHECK_AT(body, size + 3, false, true);
    struct gw_decode_options all = options;
    options.limits[GW_LIMIT_BLOCK_DEPTH] = 3;
    FAST(0, 0x02, 0x7f, 0x02, 0x7f, 0x20, 0, 0x0b, 0x0b, 0x0b);
    WRONG(0, 0x02, 0x7f, 0x02, 0x7f, 0x02, 0x7f, 0x20, 0, 0x0b, 0x0b, 0x0b,
          0x0b);
    options = all;
    options.limits[GW_LIMIT_OPERANDS] = 40;
    for (size = 1; size < 1 + 2 * 41; size += 2)
        memcpy(body + size, (const uint8_t[]){ 0x20, 0 }, 2);
    memset(body + size, 0x6a, 40);
    body[size + 40] = 0x0b;
    CHECK_AT(body, size + 41, false, false);
    options.limits[GW_LIMIT_OPERANDS] = 100;
    CHECK_AT(body, size + 41, true, true);
    options = all;
    options.limits[GW_LIMIT_BR_TABLE_LABELS] = 1;
    WRONG(0, 0x20, 0, 0x20, 0, 0x0e, 2, 0, 0, 0, 0x0b);
    options = all;
    options.limits[GW_LIMIT_LOCALS] = 10;
    FAST(1, 9, 0x7f, 0x20, 0, 0x0b);
    WRONG(1, 10, 0x7f, 0x20, 0, 0x0b);
    options = all;
    options.features &= ~GW_FEATURE_BIT(SIMD);
    WRONG(1, 1, 0x7b, 0x20, 0, 0x0b);
    WRONG(0, 0x02, 0x40, 0x20, 0, 0xfd, 17, 0x1a, 0x0b, 0x20, 0, 0x0b);
    options = all;
}

/* More operands than there is room for at once. */
static void
test_long(void)
{
    static uint8_t body[50000];
    size_t size = 1;
    for (unsigned i = 0; i < 20000; i++) {
        body[size++] = 0x20;
        body[size++] = 0;
        if (i > 0)
            body[size++] = i % 3 ? 0x6a : 0x1a;
        else
            i++;
        if (size > sizeof body - 8)
            break;
    }
    body[size++] = 0x0b;
    CHECK_AT(body, size, true, true);
    memset(body, 0, sizeof body);
    for (size = 1; size < 36001; size += 2)
        memcpy(body + size, (const uint8_t[]){ 0x20, 0 }, 2);
    memset(body + size, 0x1a, 12000);
    CHECK_AT(body, size + 12000, false, false);
}

static uint32_t
random_below(uint32_t limit)
{
    static uint64_t state = 88172645463325252;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % limit;
}

/* What the fast walk says yes to, the general one says yes to. */
static void
test_mutants(void)
{
    static const uint8_t body[] = {
        2,    3,    0x7e, 1,    0x7d, 0x20, 0,    0x41, 0xff, 0,    0x6a,
        0x22, 0,    0x04, 0x40, 0x02, 0x7f, 0x20, 0,    0x28, 2,    8,
        0x20, 0,    0x0d, 0,    0x21, 0,    0x41, 3,    0x0b, 0x1a, 0x05,
        0x20, 0,    0x23, 0,    0x37, 3,    0,    0x0b, 0x02, 0x40, 0x02,
        0x40, 0x20, 0,    0x0e, 2,    0,    1,    0,    0x0b, 0x03, 0x40,
        0x20, 0,    0x45, 0x0d, 0,    0x0b, 0x20, 4,    0xa8, 0x10, 0,
        0x20, 0,    0x20, 0,    0x1b, 0x0f, 0x0b, 0x20, 0,    0x41, 0,
        0x11, 0,    0,    0xfd, 17,   0xfd, 0x53, 0x0b
    };
    static struct bytes m;
    struct gw_module *module;
    struct gw_op_iter fast, general;
    struct gw_shape *shapes;
    struct gw_diag diag;
    uint32_t known = 0, wrong = 0;
    make_module(&m, body, sizeof body, true);
    gw_diag_init(&diag);
    if (!CHECK(gw_module_decode_sections(gw_span(m.data, m.size), &options,
                                         &alloc, &diag, &module) == GW_OK))
        return;
    CHECK(gw_shapes_new(module, &alloc, &shapes) && shapes);
    gw_op_iter_init(&fast, module, &options, &alloc);
    gw_op_iter_init(&general, module, &options, &alloc);
    CHECK(gw_op_iter_hasten(&fast, shapes) && gw_fast_run(&fast, 0));
    uint8_t *code = m.data + module->funcs[0].offset;
    for (uint32_t i = 0; i < 50000; i++) {
        for (uint32_t n = 1 + random_below(3); n > 0; n--)
            code[random_below(sizeof body)] =
                random_below(2) ? (uint8_t)random_below(256)
                                : body[random_below(sizeof body)];
        bool knows = gw_fast_run(&fast, 0);
        gw_diag_init(&diag);
        bool valid = gw_op_iter_run(&general, 0, NULL, &diag) == GW_OK;
        known += knows;
        wrong += knows && !valid;
        memcpy(code, body, sizeof body);
    }
    CHECK_EQ_U64(wrong, 0);
    CHECK(known > 1000);
    gw_op_iter_fini(&fast);
    gw_op_iter_fini(&general);
    gw_shapes_delete(shapes, module, &alloc);
    gw_module_delete(module);
}

int
main(void)
{
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    options_all(&options);
    test_values();
    test_locals();
    test_memory();
    test_blocks();
    test_branches();
    test_calls();
    test_bounds();
    test_long();
    test_mutants();
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
    return CHECK_DONE();
}
