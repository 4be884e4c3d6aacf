#include "check.h"
#include "module_bytes.h"

#include "wasm/limit.h"

static struct gw_alloc alloc;
static struct gw_diag diag;
static struct gw_decode_options options;

static struct gw_module *
decode(const struct bytes *bytes)
{
    struct gw_module *module;
    gw_diag_init(&diag);
    enum gw_err err = gw_module_decode(gw_span(bytes->data, bytes->size),
                                       &options, &alloc, &diag, &module);
    CHECK((err == GW_OK) == (module != NULL));
    CHECK(err == diag.err);
    return module;
}

static void
check_bad(const struct bytes *bytes, enum gw_err err, uint64_t offset,
          const char *text)
{
    struct gw_module *module = decode(bytes);
    CHECK(!module);
    gw_module_delete(module);
    CHECK(diag.err == err);
    CHECK_EQ_U64(diag.offset, offset);
    if (!CHECK(strncmp(diag.text, text, strlen(text)) == 0))
        printf("    \"%s\" is not \"%s\"\n", diag.text, text);
}

/* One of everything, and an import of each kind. */
static void
make_full(struct bytes *m)
{
    bytes_module(m);
    SECTION(m, 1, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7e);
    SECTION(m, 2, 5, 1, 'm', 1, 'f', 0, 1,    /* func of type 1 */
            1, 'm', 1, 't', 1, 0x70, 1, 2, 9, /* table funcref 2..9 */
            1, 'm', 1, 'm', 2, 0, 3,          /* memory 3.. */
            1, 'm', 1, 'g', 3, 0x7f, 1,       /* global mut i32 */
            1, 'm', 1, 'e', 4, 0, 0);         /* tag of type 0 */
    SECTION(m, 3, 2, 0, 1);
    SECTION(m, 4, 1, 0x40, 0, 0x70, 0, 4, 0xd0, 0x70, 0x0b);
    SECTION(m, 5, 1, 5, 1, 2); /* memory i64 1..2 */
    SECTION(m, 13, 1, 0, 0);
    SECTION(m, 6, 1, 0x7e, 0, 0x42, 5, 0x0b);
    SECTION(m, 7, 2, 1, 'a', 0, 1, 1, 'b', 3, 0);
    SECTION(m, 8, 1);
    SECTION(m, 9, 3, 0, 0x41, 0, 0x0b, 2, 1, 2, /* active functions */
            5, 0x70, 1, 0xd2, 0, 0x0b,          /* passive expressions */
            3, 0, 1, 0);                        /* declared functions */
    SECTION(m, 12, 2);
    SECTION(m, 10, 2, 4, 1, 2, 0x7f, 0x0b, 4, 0, 0x42, 0, 0x0b);
    SECTION(m, 11, 2, 1, 2, 'x', 'y', 2, 1, 0x42, 0, 0x0b, 1, 'z');
    SECTION(m, 0, 4, 'n', 'a', 'm', 'e', 1, 8, 2, 0, 1, 'i', 2, 2, 'f', '2');
}

static void
test_full(void)
{
    struct bytes m;
    make_full(&m);
    struct gw_module *module = decode(&m);
    if (!CHECK(module != NULL)) {
        puts(diag.text);
        return;
    }
    CHECK_EQ_U64(module->import_count, 5);
    CHECK_EQ_U64(module->func_count, 3);
    CHECK_EQ_U64(module->imported[GW_EXTERN_FUNC], 1);
    CHECK_EQ_U64(module->funcs[2].type, 1);
    CHECK_EQ_U64(module->funcs[0].size, 0);
    CHECK_EQ_U64(module->funcs[1].size, 4);
    CHECK_EQ_U64(module->bytes.data[module->funcs[1].offset], 1);
    CHECK(module->funcs[0].declared && module->funcs[1].declared);
    CHECK_EQ_U64(module->tables[0].type.limits.max, 9);
    CHECK_EQ_U64(module->tables[1].init.size, 3);
    CHECK(!module->tables[1].type.limits.has_max);
    CHECK_EQ_U64(module->memories[0].limits.min, 3);
    CHECK_EQ_U64(module->memories[0].page_log2, 16);
    CHECK(module->memories[1].limits.is64);
    CHECK(module->globals[0].type.mutable);
    CHECK_EQ_U64(module->globals[1].init.size, 3);
    CHECK_EQ_U64(module->tag_count, 2);
    CHECK_EQ_U64(module->start, 1);
    CHECK_EQ_U64(module->elems[0].count, 2);
    CHECK(module->elems[0].mode == GW_SEGMENT_ACTIVE);
    CHECK(module->elems[1].exprs && module->elems[1].count == 1);
    CHECK(module->elems[2].mode == GW_SEGMENT_DECLARED);
    CHECK(module->datas[0].mode == GW_SEGMENT_PASSIVE);
    CHECK_EQ_U64(module->datas[1].memory, 1);
    CHECK(gw_span_equal(module->datas[0].bytes, gw_span_str("xy")));
    CHECK_EQ_U64(module->custom_count, 1);
    const struct gw_export *export = gw_module_find_export(module,
                                                           gw_span_str("b"));
    CHECK(export && export->kind == GW_EXTERN_GLOBAL && export->index == 0);
    CHECK(!gw_module_find_export(module, gw_span_str("c")));
    CHECK(gw_span_equal(gw_module_func_name(module, 2), gw_span_str("f2")));
    CHECK(gw_module_func_name(module, 1).data == NULL);
    CHECK(module->features & GW_FEATURE_BIT(MEMORY64));
    CHECK(module->features & GW_FEATURE_BIT(EXCEPTIONS));
    CHECK(!(module->features & GW_FEATURE_BIT(SIMD)));
    CHECK_EQ_U64(module->sections[10].count, 2);
    gw_module_delete(module);
}

/* Every prefix of a module is bad, or good where sections happen to end;
 * nothing is read past the end (the sanitizer looks on). */
static void
test_prefixes(void)
{
    struct bytes m;
    make_full(&m);
    for (size_t size = 0; size < m.size; size++) {
        uint8_t *copy = gw_alloc_get(&alloc, size);
        struct gw_module *module;
        memcpy(copy, m.data, size);
        gw_diag_init(&diag);
        enum gw_err err = gw_module_decode(gw_span(copy, size), &options,
                                           &alloc, &diag, &module);
        CHECK(err == GW_OK || diag.offset <= size);
        gw_module_delete(module);
        gw_alloc_free(&alloc, copy, size);
    }
}

/* Every byte changed to every other value: an error or a module. */
static void
test_mutations(void)
{
    struct bytes m;
    make_full(&m);
    for (size_t at = 8; at < m.size; at++) {
        uint8_t old = m.data[at];
        for (unsigned value = 0; value < 256; value++) {
            m.data[at] = (uint8_t)value;
            struct gw_module *module;
            gw_diag_init(&diag);
            gw_module_decode(gw_span(m.data, m.size), &options, &alloc, &diag,
                             &module);
            gw_module_delete(module);
        }
        m.data[at] = old;
    }
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
}

static void
test_header(void)
{
    struct bytes m = { .size = 0 };
    check_bad(&m, GW_ERR_MALFORMED, 0, "unexpected end");
    BYTES(&m, 0, 'a', 's', 'm', 1, 0, 0);
    check_bad(&m, GW_ERR_MALFORMED, 7, "unexpected end");
    BYTES(&m, 1);
    check_bad(&m, GW_ERR_MALFORMED, 4, "unknown binary version");
    m.data[0] = 1;
    check_bad(&m, GW_ERR_MALFORMED, 0, "magic header not detected");
}

static void
test_sections(void)
{
    struct bytes m;
    bytes_module(&m);
    SECTION(&m, 14, 0);
    check_bad(&m, GW_ERR_MALFORMED, 8, "malformed section id");
    bytes_module(&m);
    SECTION(&m, 3, 0);
    SECTION(&m, 1, 0);
    check_bad(&m, GW_ERR_MALFORMED, 11, "unexpected content after last");
    bytes_module(&m);
    SECTION(&m, 1, 0, 0);
    check_bad(&m, GW_ERR_MALFORMED, 11, "section size mismatch");
    bytes_module(&m);
    BYTES(&m, 1, 5, 1, 0x60);
    check_bad(&m, GW_ERR_MALFORMED, 9, "length out of bounds");
    bytes_module(&m);
    SECTION(&m, 1, 1, 0x60, 0, 0);
    SECTION(&m, 3, 1, 0);
    check_bad(&m, GW_ERR_MALFORMED, m.size,
              "function and code section have inconsistent lengths");
    bytes_module(&m);
    SECTION(&m, 12, 1);
    check_bad(&m, GW_ERR_MALFORMED, m.size,
              "data count and data section have inconsistent lengths");
    bytes_module(&m);
    SECTION(&m, 0, 2, 0xc3, 0x28);
    check_bad(&m, GW_ERR_MALFORMED, 11, "malformed UTF-8 encoding");
}

static void
test_indices(void)
{
    struct bytes m;
    bytes_module(&m);
    SECTION(&m, 3, 1, 0);
    check_bad(&m, GW_ERR_INVALID, 11, "unknown type 0");
    bytes_module(&m);
    SECTION(&m, 7, 1, 0, 2, 3);
    check_bad(&m, GW_ERR_INVALID, 13, "unknown memory 3");
    bytes_module(&m);
    SECTION(&m, 5, 1, 0, 0);
    SECTION(&m, 7, 2, 1, 'x', 2, 0, 1, 'x', 2, 0);
    check_bad(&m, GW_ERR_INVALID, 20, "duplicate export name");
    bytes_module(&m);
    SECTION(&m, 8, 0);
    check_bad(&m, GW_ERR_INVALID, 10, "unknown function 0");
    bytes_module(&m);
    SECTION(&m, 5, 1, 1, 2, 1);
    check_bad(&m, GW_ERR_INVALID, 12,
              "size minimum must not be greater than maximum");
    bytes_module(&m);
    SECTION(&m, 5, 1, 0, 0x81, 0x80, 4);
    check_bad(&m, GW_ERR_INVALID, 12, "memory size must be at most 65536");
}

/* Groups of imports with one module name, and with one type, too. */
static void
test_compact_imports(void)
{
    struct gw_decode_options all = options;
    struct bytes m;
    bytes_module(&m);
    SECTION(&m, 2, 3,                                   /* groups */
            1, 'm', 0, 0x7f, 2, 1, 'a', 3, 0x7f, 0, 0,  /* a: global */
            2, 0, 1,                                    /* "": memory */
            1, 'n', 1, 'b', 3, 0x7e, 0,                 /* b: global */
            1, 'o', 0, 0x7e, 3, 0x7d, 1, 2, 1, 'c', 0); /* c, "": globals */
    struct gw_module *module = decode(&m);
    if (CHECK(module != NULL)) {
        const struct gw_import *last = &module->imports[4];
        CHECK_EQ_U64(module->import_count, 5);
        CHECK_EQ_U64(module->sections[2].count, 5);
        CHECK_EQ_U64(module->global_count, 4);
        CHECK_EQ_U64(module->memory_count, 1);
        CHECK(gw_span_equal(module->imports[1].module, gw_span_str("m")));
        CHECK(gw_span_equal(last->module, gw_span_str("o")));
        CHECK(last->name.size == 0 && last->index == 3);
        CHECK(module->globals[3].type.mutable);
        CHECK(module->features & GW_FEATURE_BIT(COMPACT_IMPORTS));
    }
    gw_module_delete(module);
    options.limits[GW_LIMIT_IMPORTS] = 4;
    check_bad(&m, GW_ERR_LIMIT, 36, "imports: more than the limit of 4");
    options = all;
    options.features &= ~GW_FEATURE_BIT(COMPACT_IMPORTS);
    check_bad(&m, GW_ERR_UNSUPPORTED, 14,
              "malformed import kind: feature not enabled: compact-imports");
    options = all;
    /* A count of billions, of names that the section does not have. */
    bytes_module(&m);
    SECTION(&m, 2, 1, 0, 0, 0x7e, 3, 0x7f, 0, 0xff, 0xff, 0xff, 0xff, 0xf, 0);
    check_bad(&m, GW_ERR_MALFORMED, 23, "unexpected end");
}

/* Constant expressions. */
static void
test_constants(void)
{
    struct bytes m;
    bytes_module(&m);
    SECTION(&m, 6, 1, 0x7f, 0, 0x42, 0, 0x0b);
    check_bad(&m, GW_ERR_INVALID, 15, "type mismatch");
    bytes_module(&m);
    SECTION(&m, 6, 1, 0x7f, 0, 0x41, 0, 0x45, 0x0b);
    check_bad(&m, GW_ERR_INVALID, 15, "constant expression required");
    bytes_module(&m);
    SECTION(&m, 6, 1, 0x7f, 0, 0x23, 0, 0x0b);
    check_bad(&m, GW_ERR_INVALID, 13, "unknown global 0");
    bytes_module(&m);
    SECTION(&m, 6, 2, 0x7f, 0, 0x41, 1, 0x0b, 0x7f, 0, 0x23, 0, 0x41, 2, 0x6a,
            0x0b);
    struct gw_module *module = decode(&m);
    CHECK(module && (module->features & GW_FEATURE_BIT(EXTENDED_CONST)));
    gw_module_delete(module);
}

static void
test_gates(void)
{
    struct bytes m;
    struct gw_decode_options all = options;
    gw_decode_options_init(&options);
    options.features &= ~GW_FEATURE_BIT(MULTI_MEMORY);
    bytes_module(&m);
    SECTION(&m, 5, 2, 0, 0, 0, 0);
    check_bad(&m, GW_ERR_UNSUPPORTED, 13,
              "multiple memories: feature not enabled: multi-memory");
    options.features |= GW_FEATURE_BIT(STACK_SWITCHING);
    bytes_module(&m);
    SECTION(&m, 1, 2, 0x60, 0, 0, 0x5d, 0);
    if (!gw_feature_table[GW_FEATURE_STACK_SWITCHING].executable)
        check_bad(&m, GW_ERR_UNSUPPORTED, 14,
                  "feature not in this build: stack-switching");
    options = all;
}

static void
test_limits(void)
{
    struct bytes m;
    struct gw_decode_options all = options;
    bytes_module(&m);
    SECTION(&m, 5, 2, 0, 0, 0, 0);
    options.limits[GW_LIMIT_MEMORIES] = 1;
    check_bad(&m, GW_ERR_LIMIT, 10, "2 memories are over the limit of 1");
    options = all;
    FUNCTION_MODULE(&m, 0, 0);
    CODE(&m, 2, 0xd0, 0x86, 3, 0x7f, 1, 0x7e, 0x0b);
    check_bad(&m, GW_ERR_LIMIT, 27, "too many locals");
    FUNCTION_MODULE(&m, 0, 0);
    CODE(&m, 2, 0xff, 0xff, 0xff, 0xff, 0xf, 0x7f, 1, 0x7e, 0x0b);
    check_bad(&m, GW_ERR_MALFORMED, 29, "too many locals");
}

/* Counts that claim billions of items cost nothing. */
static void
test_claims(void)
{
    static const uint8_t ids[] = { 1, 2, 3, 4, 5, 13, 6, 7, 9, 10, 11 };
    for (unsigned i = 0; i < sizeof ids; i++) {
        struct bytes m;
        struct gw_alloc small;
        struct gw_module *module;
        gw_alloc_init(&small, NULL, NULL, 64 << 10);
        bytes_module(&m);
        SECTION(&m, ids[i], 0xff, 0xff, 0xff, 0xff, 0xf);
        gw_diag_init(&diag);
        gw_module_decode(gw_span(m.data, m.size), &options, &small, &diag,
                         &module);
        CHECK(!module);
        CHECK(diag.err == GW_ERR_MALFORMED);
        CHECK_EQ_U64(atomic_load(&small.used), 0);
    }
}

/* Out of memory at every allocation in turn. */
static void
test_nomem(void)
{
    struct bytes m;
    make_full(&m);
    for (size_t limit = 0; limit < 64 << 10; limit += 64) {
        struct gw_alloc small;
        struct gw_module *module;
        gw_alloc_init(&small, NULL, NULL, limit);
        gw_diag_init(&diag);
        enum gw_err err = gw_module_decode(gw_span(m.data, m.size), &options,
                                           &small, &diag, &module);
        CHECK(err == GW_OK || err == GW_ERR_NOMEM);
        gw_module_delete(module);
        CHECK_EQ_U64(atomic_load(&small.used), 0);
    }
}

int
main(void)
{
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    options_all(&options);
    test_full();
    test_prefixes();
    test_mutations();
    test_header();
    test_sections();
    test_indices();
    test_compact_imports();
    test_constants();
    test_gates();
    test_limits();
    test_claims();
    test_nomem();
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
    return CHECK_DONE();
}
