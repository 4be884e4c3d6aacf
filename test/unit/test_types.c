#include "check.h"
#include "module_bytes.h"

#include "wasm/gate.h"
#include "wasm/limit.h"
#include "wasm/trap.h"

static struct gw_alloc alloc;
static struct gw_diag diag;

static struct gw_module *
decode(const struct bytes *bytes)
{
    struct gw_decode_options options;
    struct gw_module *module;
    options_all(&options);
    gw_diag_init(&diag);
    gw_module_decode(gw_span(bytes->data, bytes->size), &options, &alloc, &diag,
                     &module);
    return module;
}

static void
test_print(void)
{
    char text[32];
    gw_type_print(GW_TYPE_I32, text, sizeof text);
    CHECK_STR(text, "i32");
    gw_type_print(GW_TYPE_V128, text, sizeof text);
    CHECK_STR(text, "v128");
    gw_type_print(GW_TYPE_FUNCREF, text, sizeof text);
    CHECK_STR(text, "funcref");
    gw_type_print(gw_type_ref(false, GW_HEAP_EXTERN), text, sizeof text);
    CHECK_STR(text, "(ref extern)");
    gw_type_print(gw_type_ref(true, 17), text, sizeof text);
    CHECK_STR(text, "(ref null 17)");
    CHECK_EQ_U64(gw_type_print(gw_type_ref(false, 5), text, 4), 7);
    CHECK_STR(text, "(re");
    gw_type_print(GW_TYPE_BOT, text, sizeof text);
    CHECK_STR(text, "bot");
}

/* The hierarchies of spec 2.3.3, pair by pair. */
static void
test_abstract_matching(void)
{
    static const uint32_t heaps[] = {
        GW_HEAP_NONE,     GW_HEAP_I31,    GW_HEAP_STRUCT, GW_HEAP_ARRAY,
        GW_HEAP_EQ,       GW_HEAP_ANY,    GW_HEAP_NOFUNC, GW_HEAP_FUNC,
        GW_HEAP_NOEXTERN, GW_HEAP_EXTERN, GW_HEAP_NOEXN,  GW_HEAP_EXN,
        GW_HEAP_NOCONT,   GW_HEAP_CONT
    };
    /* Row a, column b: a matches b. */
    static const char *const table[] = {
        "xxxxxx........", ".x..xx........", "..x.xx........", "...xxx........",
        "....xx........", ".....x........", "......xx......", ".......x......",
        "........xx....", ".........x....", "..........xx..", "...........x..",
        "............xx", ".............x"
    };
    struct gw_types none = { NULL, 0 };
    for (unsigned a = 0; a < 14; a++) {
        for (unsigned b = 0; b < 14; b++)
            CHECK(gw_heap_matches(&none, heaps[a], heaps[b]) ==
                  (table[a][b] == 'x'));
        CHECK(gw_heap_matches(&none, GW_HEAP_BOT, heaps[a]));
        CHECK(!gw_heap_matches(&none, heaps[a], GW_HEAP_BOT));
    }
    CHECK(gw_type_matches(&none, GW_TYPE_BOT, GW_TYPE_I32));
    CHECK(gw_type_matches(&none, GW_TYPE_I32, GW_TYPE_I32));
    CHECK(!gw_type_matches(&none, GW_TYPE_I32, GW_TYPE_I64));
    CHECK(!gw_type_matches(&none, GW_TYPE_I32, GW_TYPE_FUNCREF));
    CHECK(gw_type_matches(&none, gw_type_ref(false, GW_HEAP_FUNC),
                          GW_TYPE_FUNCREF));
    CHECK(!gw_type_matches(&none, GW_TYPE_FUNCREF,
                           gw_type_ref(false, GW_HEAP_FUNC)));
    CHECK(gw_heap_top(&none, GW_HEAP_ARRAY) == GW_HEAP_ANY);
    CHECK(gw_heap_bottom(&none, GW_HEAP_EXN) == GW_HEAP_NOEXN);
}

/* $0 = sub struct {i32}; $1 = sub $0 {i32, i64}; $2 = sub final $1; $3 func */
static void
test_defined_matching(void)
{
    struct bytes m;
    bytes_module(&m);
    SECTION(&m, 1, 4, 0x50, 0, 0x5f, 1, 0x7f, 0, 0x50, 1, 0, 0x5f, 2, 0x7f, 0,
            0x7e, 0, 0x4f, 1, 1, 0x5f, 2, 0x7f, 0, 0x7e, 0, 0x60, 0, 0);
    struct gw_module *module = decode(&m);
    if (!CHECK(module != NULL))
        return;
    const struct gw_types *types = &module->types;
    CHECK_EQ_U64(types->count, 4);
    CHECK_EQ_U64(types->defs[2].depth, 2);
    CHECK(gw_heap_matches(types, 2, 0));
    CHECK(gw_heap_matches(types, 2, 1));
    CHECK(!gw_heap_matches(types, 0, 1));
    CHECK(!gw_heap_matches(types, 3, 0));
    CHECK(gw_heap_matches(types, 2, GW_HEAP_STRUCT));
    CHECK(gw_heap_matches(types, 2, GW_HEAP_EQ));
    CHECK(!gw_heap_matches(types, 2, GW_HEAP_ARRAY));
    CHECK(gw_heap_matches(types, GW_HEAP_NONE, 2));
    CHECK(!gw_heap_matches(types, GW_HEAP_NOFUNC, 2));
    CHECK(gw_heap_matches(types, 3, GW_HEAP_FUNC));
    CHECK(gw_heap_matches(types, GW_HEAP_NOFUNC, 3));
    CHECK(gw_heap_top(types, 3) == GW_HEAP_FUNC);
    gw_module_delete(module);
}

/* Groups that are alike share their canonical indices, also when they refer
 * to themselves; groups that only look alike do not. */
static void
test_canonical(void)
{
    struct bytes m;
    bytes_module(&m);
    SECTION(&m, 1, 6,
            /* 0: (func (param i32)) and 1, the same */
            0x60, 1, 0x7f, 0, 0x60, 1, 0x7f, 0,
            /* 2, 3: rec (struct (ref 3)) (struct (ref 2)) */
            0x4e, 2, 0x5f, 1, 0x64, 3, 0, 0x5f, 1, 0x64, 2, 0,
            /* 4, 5: the same */
            0x4e, 2, 0x5f, 1, 0x64, 5, 0, 0x5f, 1, 0x64, 4, 0,
            /* 6, 7: not the same: names the first group from outside */
            0x4e, 2, 0x5f, 1, 0x64, 3, 0, 0x5f, 1, 0x64, 2, 0,
            /* 8: func with (ref 5): named by its canonical index */
            0x60, 1, 0x64, 5, 0);
    struct gw_module *module = decode(&m);
    if (!CHECK(module != NULL))
        return;
    const struct gw_typedef *defs = module->types.defs;
    static const uint32_t canon[] = { 0, 0, 2, 3, 2, 3, 6, 7, 8 };
    for (unsigned i = 0; i < 9; i++)
        CHECK_EQ_U64(defs[i].canon, canon[i]);
    CHECK_EQ_U64(defs[4].fields[0].type, gw_type_ref(false, 3));
    CHECK_EQ_U64(defs[8].func.params[0], gw_type_ref(false, 3));
    CHECK_EQ_U64(defs[5].group_start, 4);
    CHECK_EQ_U64(defs[5].group_count, 2);
    gw_module_delete(module);
}

static void
check_bad_types(struct bytes *m, const char *text)
{
    CHECK(!decode(m));
    CHECK(diag.err == GW_ERR_INVALID);
    if (!CHECK(strncmp(diag.text, text, strlen(text)) == 0))
        printf("    \"%s\" is not \"%s\"\n", diag.text, text);
}

static void
test_bad_subtypes(void)
{
    struct bytes m;
    bytes_module(&m); /* of a final type */
    SECTION(&m, 1, 2, 0x5f, 0, 0x50, 1, 0, 0x5f, 0);
    check_bad_types(&m, "sub type 1 does not match super type 0");
    bytes_module(&m); /* fewer fields */
    SECTION(&m, 1, 2, 0x50, 0, 0x5f, 1, 0x7f, 0, 0x50, 1, 0, 0x5f, 0);
    check_bad_types(&m, "sub type 1");
    bytes_module(&m); /* later supertype */
    SECTION(&m, 1, 1, 0x4e, 2, 0x50, 1, 1, 0x5f, 0, 0x50, 0, 0x5f, 0);
    check_bad_types(&m, "unknown type 1");
    bytes_module(&m); /* beyond its group */
    SECTION(&m, 1, 2, 0x60, 1, 0x64, 1, 0, 0x60, 0, 0);
    check_bad_types(&m, "unknown type 1");
    bytes_module(&m); /* a continuation of no function */
    SECTION(&m, 1, 2, 0x5f, 0, 0x5d, 0);
    check_bad_types(&m, "non-function type 0");
}

static void
test_gate(void)
{
    CHECK_EQ_U64(gw_gate_type(GW_TYPE_I64), 0);
    CHECK_EQ_U64(gw_gate_type(GW_TYPE_V128), GW_FEATURE_BIT(SIMD));
    CHECK_EQ_U64(gw_gate_type(GW_TYPE_EXNREF), GW_FEATURE_BIT(EXCEPTIONS));
    CHECK_EQ_U64(gw_gate_type(GW_TYPE_EXTERNREF),
                 GW_FEATURE_BIT(REFERENCE_TYPES));
    CHECK_EQ_U64(gw_gate_type(gw_type_ref(false, 0)),
                 GW_FEATURE_BIT(FUNCTION_REFERENCES));
    CHECK_EQ_U64(gw_gate_type(gw_type_ref(true, GW_HEAP_ANY)),
                 GW_FEATURE_BIT(GC));
    struct gw_decode_options options;
    gw_decode_options_init(&options);
    CHECK_EQ_U64(options.features, gw_features_default);
    CHECK_EQ_U64(gw_gate_allowed(&options),
                 gw_features_default & gw_features_executable);
    for (int i = 0; i < GW_LIMIT_COUNT; i++) {
        CHECK(gw_limit_table[i].standard <= gw_limit_table[i].maximum);
        CHECK_EQ_U64(options.limits[i], gw_limit_table[i].standard);
    }
    CHECK_STR(gw_trap_text(GW_TRAP_UNREACHABLE), "unreachable");
    CHECK(gw_trap_text(GW_TRAP_COUNT) != NULL);
}

int
main(void)
{
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    test_print();
    test_abstract_matching();
    test_defined_matching();
    test_canonical();
    test_bad_subtypes();
    test_gate();
    CHECK_EQ_U64(atomic_load(&alloc.used), 0);
    return CHECK_DONE();
}
