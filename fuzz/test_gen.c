/* Modules of many seeds and of several sets of features are valid, and every
 * operator is among them. */
#include "fuzz/gen.h"
#include "unit/check.h"
#include "wasm/module.h"

#include <stdlib.h>

static void
save(const struct gen_module *module)
{
    const char *path = getenv("GODWIT_SAVE");
    FILE *file = path ? fopen(path, "wb") : NULL;
    if (!file)
        return;
    fwrite(module->data, 1, module->size, file);
    fclose(file);
}

static bool
try_seed(uint64_t seed, const struct gen_options *options,
         uint32_t uses[GW_OP_COUNT])
{
    uint64_t features = options->features;
    struct gw_decode_options decode;
    struct gw_alloc alloc;
    struct gw_diag diag;
    struct gw_module *decoded;
    struct gen_module module;
    gw_decode_options_init(&decode);
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_diag_init(&diag);
    decode.features = features;
    gen_module_seed(&module, seed, options);
    bool good = CHECK_EQ_U64(gw_module_decode(gw_span(module.data, module.size),
                                              &decode, &alloc, &diag, &decoded),
                             GW_OK);
    if (good) {
        gw_module_delete(decoded);
    } else {
        printf("    seed %" PRIu64 ", features %" PRIx64 ": %s at 0x%" PRIx64
               "\n",
               seed, features, diag.text, diag.offset);
        save(&module);
    }
    for (int op = 0; op < GW_OP_COUNT; op++)
        uses[op] += module.uses[op];
    gen_module_fini(&module);
    return good;
}

/* Answers that have run out at once, and no module at all. */
static void
test_empty(void)
{
    const struct gen_options options = { .features = gw_features_executable };
    struct gen_module module;
    gen_module_init(&module, gw_span(NULL, 0), &options);
    CHECK(module.size > 8 && module.size < 1000);
    gen_module_fini(&module);
}

static void
test_seeds(uint64_t features, bool no_exnref, uint64_t count)
{
    const struct gen_options options = { features, no_exnref };
    static uint32_t uses[GW_OP_COUNT];
    unsigned missing = 0;
    memset(uses, 0, sizeof uses);
    for (uint64_t seed = 0; seed < count; seed++) {
        if (!try_seed(seed, &options, uses))
            break;
    }
    for (int i = GW_OP_NONE + 1; i < GW_OP_COUNT; i++) {
        uint64_t needed = UINT64_C(1) << gw_op_table[i].feature;
        CHECK(gen_knows((enum gw_op)i));
        if (no_exnref && (i == GW_OP_TRY_TABLE || i == GW_OP_THROW_REF)) {
            CHECK_EQ_U64(uses[i], 0);
        } else if (uses[i] == 0 && (needed & features)) {
            printf("    never written: %s\n", gw_op_table[i].text);
            missing++;
        }
        CHECK(uses[i] == 0 || (needed & features));
    }
    printf("%" PRIu64 " modules, features %" PRIx64 ": %u operators never "
           "written\n",
           count, features, missing);
    CHECK_EQ_U64(missing, 0);
}

int
main(void)
{
    const uint64_t all = gw_features_executable;
    const uint64_t typed = GW_FEATURE_BIT(FUNCTION_REFERENCES) |
                           GW_FEATURE_BIT(GC) | GW_FEATURE_BIT(MEMORY64) |
                           GW_FEATURE_BIT(STACK_SWITCHING);
    test_empty();
    test_seeds(all, false, 6000);
    test_seeds(gw_features_default, false, 4000);
    test_seeds(all & ~typed, true, 2000);
    test_seeds(GW_FEATURE_BIT(MVP), false, 600);
    return CHECK_DONE();
}
