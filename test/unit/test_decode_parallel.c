/* Bodies walked by several threads: the same outcome as by one. */
#include "check.h"
#include "module_bytes.h"

#include "wasm/limit.h"

enum { FUNCTIONS = 1000 };

static struct gw_alloc alloc;

/* Functions of () -> i32; each (i32.const i), and those named bad with
 * different mistakes. */
static void
make(struct bytes *m, const uint32_t *bad, size_t bad_count)
{
    static struct bytes funcs, code;
    funcs.size = code.size = 0;
    bytes_u32(&funcs, FUNCTIONS);
    bytes_u32(&code, FUNCTIONS);
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        bool is_bad = false;
        for (size_t k = 0; k < bad_count; k++)
            is_bad = is_bad || bad[k] == i;
        BYTES(&funcs, 0);
        if (is_bad && i % 3 == 0)
            BYTES(&code, 4, 0, 0x20, 9, 0x0b); /* unknown local */
        else if (is_bad && i % 3 == 1)
            BYTES(&code, 4, 0, 0x42, 1, 0x0b); /* i64.const */
        else if (is_bad)
            BYTES(&code, 4, 0, 0x41, 1, 0x41); /* cut off */
        else if (i % 2)
            BYTES(&code, 4, 0, 0x41, 1, 0x0b);
        else /* i32.extend8_s */
            BYTES(&code, 5, 0, 0x41, 1, 0xc0, 0x0b);
    }
    bytes_module(m);
    SECTION(m, 1, 1, 0x60, 0, 1, 0x7f);
    bytes_section(m, 3, funcs.data, funcs.size);
    bytes_section(m, 10, code.data, code.size);
}

static enum gw_err
decode(const struct bytes *m, uint32_t jobs, uint64_t serial,
       struct gw_diag *diag, uint64_t *features)
{
    struct gw_decode_options options;
    struct gw_module *module;
    gw_decode_options_init(&options);
    options.jobs = jobs;
    options.limits[GW_LIMIT_SERIAL_CODE] = serial;
    gw_diag_init(diag);
    enum gw_err err = gw_module_decode(gw_span(m->data, m->size), &options,
                                       &alloc, diag, &module);
    *features = module ? module->features : 0;
    gw_module_delete(module);
    return err;
}

static void
compare(const uint32_t *bad, size_t bad_count)
{
    static struct bytes m;
    struct gw_diag wanted, diag;
    uint64_t wanted_features, features;
    make(&m, bad, bad_count);
    enum gw_err err = decode(&m, 1, 0, &wanted, &wanted_features);
    CHECK((err == GW_OK) == (bad_count == 0));
    for (uint32_t jobs = 0; jobs <= 5; jobs++) {
        for (int again = 0; again < 4; again++) {
            CHECK_EQ_U64(decode(&m, jobs, 0, &diag, &features), err);
            CHECK_EQ_U64(features, wanted_features);
            CHECK_EQ_U64(diag.offset, wanted.offset);
            CHECK_EQ_U64(diag.func, wanted.func);
            CHECK_STR(diag.text, wanted.text);
        }
    }
    CHECK_EQ_U64(decode(&m, 4, UINT32_MAX, &diag, &features), err);
    CHECK_EQ_U64(diag.offset, wanted.offset);
}

/* A call for memory that fails in any thread fails the whole, and nothing is
 * left. */
static void
test_no_memory(void)
{
    static struct bytes m;
    make(&m, NULL, 0);
    for (size_t limit = 0; limit < 256 << 10; limit += 4 << 10) {
        struct gw_alloc small;
        struct gw_decode_options options;
        struct gw_module *module;
        struct gw_diag diag;
        gw_decode_options_init(&options);
        options.jobs = 3;
        options.limits[GW_LIMIT_SERIAL_CODE] = 0;
        gw_alloc_init(&small, NULL, NULL, limit);
        gw_diag_init(&diag);
        enum gw_err err = gw_module_decode(gw_span(m.data, m.size), &options,
                                           &small, &diag, &module);
        CHECK(err == GW_OK || err == GW_ERR_NOMEM);
        CHECK_EQ_U64(diag.err, err);
        gw_module_delete(module);
        CHECK_EQ_U64(atomic_load(&small.used), 0);
    }
}

int
main(void)
{
    static const uint32_t bad[] = { 999, 0, 15, 16, 17, 500, 501, 502, 31 };
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    compare(NULL, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (size_t count = 1; i + count <= sizeof bad / sizeof bad[0];
             count += 4)
            compare(&bad[i], count);
    }
    test_no_memory();
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
    return CHECK_DONE();
}
