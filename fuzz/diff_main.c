/*
 * What tools/diff gives to other engines: modules of seeds, made of the
 * features that those know, and what godwit answers.
 *
 *     diff_gen FOLDER FIRST COUNT FEATURE…
 *
 * For each seed: N.wasm, the module; N.txt, as play.h says; N.wast, the same
 * as a script of the specification, without what it cannot say.
 */
#include "fuzz/gen.h"
#include "fuzz/play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void
fail(const char *what)
{
    fprintf(stderr, "diff_gen: %s\n", what);
    exit(2);
}

static FILE *
create(const char *folder, uint64_t seed, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%" PRIu64 ".%s", folder, seed, suffix);
    FILE *file = fopen(path, "wb");
    if (!file)
        fail(path);
    return file;
}

static uint64_t
feature_bit(const char *name)
{
    for (unsigned i = 0; i < GW_FEATURE_COUNT; i++) {
        if (strcmp(gw_feature_table[i].name, name) == 0)
            return UINT64_C(1) << i;
    }
    fail(name);
    return 0;
}

/* ---- the script ---- */

static void
put_float(FILE *file, uint64_t bits, bool wide)
{
    uint64_t fraction = bits & (wide ? (UINT64_C(1) << 52) - 1 : 0x7fffff);
    union {
        uint64_t u64;
        double f64;
    } both = { bits };
    union {
        uint32_t u32;
        float f32;
    } half = { (uint32_t)bits };
    double value = wide ? both.f64 : (double)half.f32;
    bool minus = (bits >> (wide ? 63 : 31) & 1) != 0;
    if (value != value)
        fprintf(file, "%snan:0x%" PRIx64, minus ? "-" : "", fraction);
    else
        fprintf(file, "%a", value);
}

/* "i32:7f"; false for what a script cannot expect. */
static bool
put_value(FILE *file, const char *word)
{
    const char *digits = strchr(word, ':') + 1;
    uint64_t bits = strtoull(digits, NULL, 16);
    if (strncmp(word, "ref", 3) == 0)
        return false;
    if (strncmp(word, "v128", 4) == 0) {
        fprintf(file, " (v128.const i64x2 0x%.16s 0x%.16s)", digits + 16,
                digits);
        return true;
    }
    fprintf(file, " (%.3s.const ", word);
    if (word[0] == 'i')
        fprintf(file, "0x%" PRIx64, bits);
    else
        put_float(file, bits, word[1] == '6');
    fprintf(file, ")");
    return true;
}

/* One line of what godwit said: "e0 i32:1 f64:0", "e1 trap: unreachable". */
static void
put_line(FILE *file, char *line)
{
    char name[16], *words = strchr(line, ' ');
    snprintf(name, sizeof name, "%.*s", (int)strcspn(line, " "), line);
    bool call = name[0] == 'e';
    if (!call && name[0] != 'g')
        return;
    const char *trap = words ? strstr(words, "trap: ") : NULL;
    if (trap && strcmp(trap + 6, "uncaught exception") == 0) {
        fprintf(file, "(assert_exception (invoke \"%s\"))\n", name);
        return;
    }
    if (trap) {
        fprintf(file, "(assert_trap (invoke \"%s\") \"%s\")\n", name, trap + 6);
        return;
    }
    if (words && strncmp(words, " ref:", 5) == 0)
        return;
    fprintf(file, "(assert_return (%s \"%s\")", call ? "invoke" : "get", name);
    for (char *word = words ? strtok(words, " ") : NULL; word;
         word = strtok(NULL, " "))
        put_value(file, word);
    fprintf(file, ")\n");
}

static void
put_script(FILE *file, const struct gen_module *module, char *text)
{
    char *rest = strchr(text, '\n');
    const char *trap = strstr(text, "trap: ");
    bool starts = rest && (!trap || trap > rest);
    *rest++ = '\0';
    fprintf(file,
            "(module (func (export \"mix\") (param i32 i64) (result i64)\n"
            "  (i64.add (i64.mul (i64.xor (local.get 1)\n"
            "    (i64.extend_i32_u (local.get 0)))\n"
            "    (i64.const 0x9e3779b97f4a7c15)) (i64.const 1))))\n"
            "(register \"h\")\n");
    fprintf(file, "%s(module binary \"", starts ? "" : "(assert_trap ");
    for (size_t i = 0; i < module->size; i++)
        fprintf(file, "\\%02x", module->data[i]);
    fprintf(file, "\")");
    if (!starts)
        fprintf(file, " \"%s\")", trap + 6);
    fprintf(file, "\n");
    while (*rest != '\0') {
        char *line = rest;
        rest = strchr(line, '\n');
        *rest++ = '\0';
        put_line(file, line);
    }
}

static void
write_seed(const char *folder, uint64_t seed, const struct gen_options *options)
{
    const struct play_mode mode = { 0 };
    struct play_text text = { 0 };
    struct gen_module module;
    gen_module_seed(&module, seed, options);
    play(gw_span(module.data, module.size), &mode, UINT64_MAX, &text);
    FILE *file = create(folder, seed, "wasm");
    fwrite(module.data, 1, module.size, file);
    fclose(file);
    file = create(folder, seed, "txt");
    fputs(text.data, file);
    fclose(file);
    file = create(folder, seed, "wast");
    put_script(file, &module, text.data);
    fclose(file);
    play_text_fini(&text);
    gen_module_fini(&module);
}

int
main(int argc, char **argv)
{
    struct gen_options options = { .features = GW_FEATURE_BIT(MVP) };
    if (argc < 4)
        fail("FOLDER FIRST COUNT FEATURE…");
    for (int i = 4; i < argc; i++)
        options.features |= feature_bit(argv[i]);
    /* Engines that know exceptions in the older form only have tags and
     * throw all the same. */
    if ((options.features & GW_FEATURE_BIT(LEGACY_EXCEPTIONS)) &&
        !(options.features & GW_FEATURE_BIT(EXCEPTIONS))) {
        options.features |= GW_FEATURE_BIT(EXCEPTIONS);
        options.no_exnref = true;
    }
    uint64_t first = strtoull(argv[2], NULL, 10);
    uint64_t count = strtoull(argv[3], NULL, 10);
    for (uint64_t seed = first; seed < first + count; seed++)
        write_seed(argv[1], seed, &options);
    return 0;
}
