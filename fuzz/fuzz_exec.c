/*
 * A module made from the input must do the same in every driver of the
 * interpreter and every layout of memories, with frames moved at safepoints
 * and without, and use the same fuel; without counting fuel it must still do
 * the same, and when it is compiled, where the compiler is.
 */
#include "fuzz/gen.h"
#include "fuzz/play.h"
#include "base/option.h"
#include "interp/interp.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLENTY = 1000000 };

/* The first is what the others are compared with; those that do not count
 * stand last.  The generator makes NaNs canonical, so the deterministic ones
 * must agree too. */
static const struct play_mode modes[] = {
    { GW_DRIVER_SWITCH, GW_MEMORY_GUARDED, 1, 0, 0, 0 },
    { GW_DRIVER_GOTO, GW_MEMORY_GUARDED, 1, 0, 0, 0 },
    { GW_DRIVER_TAIL, GW_MEMORY_GUARDED, 1, 0, 0, 0 },
    { GW_DRIVER_SWITCH, GW_MEMORY_PACKED, 1, 0, 1, 0 },
    { GW_DRIVER_GOTO, GW_MEMORY_PACKED, 1, 0, 0, 0 },
    { GW_DRIVER_TAIL, GW_MEMORY_PACKED, 1, 0, 1, 0 },
    { GW_DRIVER_AUTO, GW_MEMORY_GUARDED, 0, 0, 0, 0 },
    { GW_DRIVER_AUTO, GW_MEMORY_PACKED, 0, 0, 1, 0 },
    { GW_DRIVER_AUTO, GW_MEMORY_GUARDED, 0, 0, 0, GW_TIER_AOT },
    { GW_DRIVER_AUTO, GW_MEMORY_PACKED, 0, 0, 0, GW_TIER_AOT },
};

enum { MODES = sizeof modes / sizeof *modes, COUNTING = 6, INTERPRETED = 8 };

/* Every set has what it needs of the others. */
static uint64_t
pick_features(uint32_t choice)
{
    const uint64_t all = gw_features_executable;
    switch (choice % 4) {
    case 0:
        return gw_features_default;
    case 1:
        return all & ~(GW_FEATURE_BIT(GC) | GW_FEATURE_BIT(STACK_SWITCHING));
    case 2:
        return all & ~(GW_FEATURE_BIT(SIMD) | GW_FEATURE_BIT(RELAXED_SIMD) |
                       GW_FEATURE_BIT(THREADS));
    default:
        return all;
    }
}

/* A copy without what is told of fuel. */
static void
without_fuel(struct play_text *text)
{
    char *to = text->data;
    for (const char *from = text->data; *from != '\0';) {
        if (strncmp(from, " fuel:", 6) == 0)
            from += strcspn(from, "\n");
        *to++ = *from++;
    }
    *to = '\0';
}

static void
complain(const struct gen_module *module, const struct play_mode *mode,
         const struct play_text *a, const struct play_text *b)
{
    char first[96], second[96];
    const char *path = getenv("GODWIT_SAVE");
    FILE *file = path ? fopen(path, "wb") : NULL;
    if (file) {
        fwrite(module->data, 1, module->size, file);
        fclose(file);
    }
    fprintf(stderr, "%s:\n%s\n%s:\n%s\n",
            play_mode_name(&modes[0], first, sizeof first), a->data,
            play_mode_name(mode, second, sizeof second), b->data);
    abort();
}

/* Frames of machine code have other sizes. */
static bool
ran_deep(const struct play_text *text)
{
    return strstr(text->data, "call stack exhausted") != NULL;
}

/* Runs the module once more; what it does must be as expected. */
static void
check(const struct gen_module *module, const struct play_mode *mode,
      uint64_t fuel, const struct play_text *expected)
{
    struct play_text text = { 0 };
    play(gw_span(module->data, module->size), mode, fuel, &text);
    bool deep = mode->tier == GW_TIER_AOT &&
                (ran_deep(expected) || ran_deep(&text));
    if (strcmp(expected->data, text.data) != 0 && !play_is_vague(&text) &&
        !deep)
        complain(module, mode, expected, &text);
    play_text_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t choice = size > 0 ? data[0] : 0;
    const struct gen_options options = { .features = pick_features(choice) };
    uint64_t fuel = choice >= 224 ? (choice & 31) * 16 : PLENTY;
    struct play_text expected = { 0 };
    struct gen_module module;
    gen_module_init(&module, gw_span(data, size), &options);
    play(gw_span(module.data, module.size), &modes[0], fuel, &expected);
    bool starved = strstr(expected.data, "all fuel consumed") != NULL;
    size_t all = play_can_compile() ? MODES : INTERPRETED;
    size_t count = play_is_vague(&expected) ? 0 : starved ? COUNTING : all;
    for (size_t i = 1; i < count; i++) {
        if (!gw_interp_has_driver(modes[i].driver))
            continue;
        if (!modes[i].meter)
            without_fuel(&expected);
        /* Moving frames takes long: in one of the modes, whichever. */
        if (i == 1 + choice % (COUNTING - 1)) {
            struct play_mode moving = modes[i];
            moving.safepoint_test = 1 + choice / 8 % 3;
            check(&module, &moving, fuel, &expected);
        }
        check(&module, &modes[i], fuel, &expected);
    }
    play_text_fini(&expected);
    gen_module_fini(&module);
    return 0;
}
