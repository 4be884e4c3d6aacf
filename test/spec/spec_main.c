/*
 * Runs the official test suite: every .wast below the given folders, each in
 * a store of its own, and prints what failed and a count per folder.
 *
 *     spec_main [--memory=guarded|packed] [--driver=…] [--tier=aot] [--notes]
 *               [--skip FILE] [--show N] [--save FOLDER] PATH…
 *
 * With --save every module becomes a seed for fuzzing: its text a file in
 * FOLDER/wat, its bytes one in FOLDER/decode.
 * The skip file has one line for each path that is not run: the path as it
 * ends, a space, and the reason.  Exit status 0 when nothing failed.
 */
#include "aot/aot.h"
#include "base/option.h"
#include "interp/interp.h"
#include "os/os.h"
#include "script/script.h"
#include "wasm/op.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 1024, FILES_MAX = 4096, SEED_MAX = 16384 };

/* What a folder's scripts need that is off by default, and what must be off
 * for them: a proposal that is older than a feature asserts its absence. */
static const struct {
    const char *folder;
    uint64_t on, off;
} proposals[] = {
    { "legacy", GW_FEATURE_BIT(LEGACY_EXCEPTIONS), 0 },
    { "custom-page-sizes", GW_FEATURE_BIT(CUSTOM_PAGE_SIZES), 0 },
    { "wide-arithmetic", GW_FEATURE_BIT(WIDE_ARITHMETIC), 0 },
    { "compact-import-section", GW_FEATURE_BIT(COMPACT_IMPORTS), 0 },
    { "stack-switching", GW_FEATURE_BIT(STACK_SWITCHING), 0 },
    { "threads", 0,
      GW_FEATURE_BIT(MULTI_MEMORY) | GW_FEATURE_BIT(REFERENCE_TYPES) },
};

static struct gw_config config;
static bool notes;
static unsigned show = 5; /* failures printed per file */
static const char *skip_text = "";
static const char *save_folder;

static struct gw_script_result total, folder_total;
static char folder[PATH_SIZE];
static char *files[FILES_MAX];
static size_t file_count;

struct progress {
    const char *path;
    unsigned printed;
};

static void
report(void *env, enum gw_script_event event, uint32_t line,
       const char *message)
{
    static const char *const words[] = { "failed", "skipped", "note" };
    struct progress *progress = env;
    if (progress->printed++ < show)
        printf("%s:%u: %s: %s\n", progress->path, (unsigned)line, words[event],
               message);
}

/* ---- seeds ---------------------------------------------------------------- */

static void
save(const char *kind, unsigned number, struct gw_span bytes)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s/suite-%u", save_folder, kind, number);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
        fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

/* Large ones make fuzzing slow.  Called by the threads of scripts, too. */
static void
save_module(void *env, struct gw_span text, struct gw_span bytes)
{
    static atomic_uint count;
    unsigned number = atomic_fetch_add(&count, 1);
    (void)env;
    if (text.size > 0 && text.size <= SEED_MAX)
        save("wat", number, text);
    if (bytes.size > 0 && bytes.size <= SEED_MAX)
        save("decode", number, bytes);
}

/* Is one of the folders in path called name? */
static bool
has_component(const char *path, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = path; (at = strstr(at, name)); at++) {
        if ((at == path || at[-1] == '/') && at[size] == '/')
            return true;
    }
    return false;
}

/* Functions that have been compiled, and those that were left to the
 * interpreter. */
static unsigned compiled, left;

static enum gw_err
compile(struct gw_program *program, struct gw_span file, struct gw_diag *diag)
{
    const struct gw_module *module = program->module;
    enum gw_err err = gw_aot_compiler.prepare(program, file, diag);
    uint32_t count = program->native ? program->native->compiled : 0;
    compiled += count;
    left += module->func_count - module->imported[GW_EXTERN_FUNC] - count;
    return err;
}

static enum gw_err
take_as_it_is(struct gw_engine *engine, struct gw_span *bytes,
              struct gw_diag *diag)
{
    (void)engine, (void)bytes, (void)diag;
    return GW_OK;
}

static const struct gw_compiler compiler = { take_as_it_is, compile };

static struct gw_engine *
make_engine(const char *path)
{
    struct gw_config own = config;
    uint64_t features = gw_features_default;
    for (size_t i = 0; i < sizeof proposals / sizeof proposals[0]; i++) {
        if (has_component(path, proposals[i].folder))
            features = (features | proposals[i].on) & ~proposals[i].off;
    }
    gw_config_set(&own, GW_OPTION_FEATURES, features);
    struct gw_engine *engine = gw_engine_new(&own, &gw_interp_tier, NULL, NULL);
    if (engine && own.values[GW_OPTION_TIER] == GW_TIER_AOT)
        engine->compiler = &compiler;
    return engine;
}

static void
add(struct gw_script_result *sum, const struct gw_script_result *part)
{
    sum->passed += part->passed;
    sum->failed += part->failed;
    sum->skipped += part->skipped;
    sum->assertions += part->assertions;
}

static void
print_folder(void)
{
    const struct gw_script_result *f = &folder_total;
    if (folder[0] && f->passed + f->failed + f->skipped > 0)
        printf("%s: %u passed, %u failed, %u skipped (%u assertions)\n", folder,
               (unsigned)f->passed, (unsigned)f->failed, (unsigned)f->skipped,
               (unsigned)f->assertions);
    memset(&folder_total, 0, sizeof folder_total);
}

static void
enter_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) : 0;
    if (strlen(folder) == size && memcmp(folder, path, size) == 0)
        return;
    print_folder();
    snprintf(folder, sizeof folder, "%.*s", (int)size, path);
}

static void
run_file(const char *path)
{
    struct progress progress = { path, 0 };
    struct gw_script_options options = { .report = report,
                                         .env = &progress,
                                         .notes = notes,
                                         .module = save_folder ? save_module
                                                               : NULL };
    struct gw_script_result result = { 0 };
    struct gw_diag diag;
    const void *data;
    size_t size;
    enter_folder(path);
    struct gw_engine *engine = make_engine(path);
    if (!engine ||
        gw_os_map_file(path, SIZE_MAX, &data, &size, NULL) != GW_OK) {
        printf("%s: cannot be read\n", path);
        folder_total.failed++;
        total.failed++;
        return;
    }
    gw_diag_init(&diag);
    enum gw_err err = gw_script_run(engine, gw_span(data, size), &options,
                                    &diag, &result);
    if (err != GW_OK) {
        printf("%s:%u:%u: failed: %s\n", path, (unsigned)diag.line,
               (unsigned)diag.column, diag.text);
        result.failed++;
    }
    if (result.failed + result.skipped > show)
        printf("%s: %u failed, %u skipped of %u\n", path,
               (unsigned)result.failed, (unsigned)result.skipped,
               (unsigned)(result.passed + result.failed + result.skipped));
    add(&folder_total, &result);
    add(&total, &result);
    gw_os_unmap_file(data, size);
    gw_engine_unref(engine);
}

/* ---- which files ---------------------------------------------------------- */

/* Is there a line for the path?  Prints its reason then. */
static bool
is_skipped(const char *path)
{
    for (const char *line = skip_text; *line;) {
        size_t size = strcspn(line, "\n"), word = strcspn(line, " \n");
        char pattern[PATH_SIZE];
        snprintf(pattern, sizeof pattern, "%.*s", (int)word, line);
        if (word > 0 && line[0] != '#' && strstr(path, pattern)) {
            printf("%s: skipped:%.*s\n", path, (int)(size - word), line + word);
            return true;
        }
        line += size;
        line += *line == '\n';
    }
    return false;
}

static void
collect(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        fprintf(stderr, "%s: no such file or folder\n", path);
        exit(2);
    }
    size_t length = strlen(path);
    if (!S_ISDIR(status.st_mode)) {
        bool wast = length > 5 && strcmp(path + length - 5, ".wast") == 0;
        if (wast && file_count < FILES_MAX)
            files[file_count++] = strdup(path);
        return;
    }
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char child[PATH_SIZE];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        collect(child);
    }
    if (dir)
        closedir(dir);
}

/* By folder first, so that one folder's files stay together. */
static int
compare_paths(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    const char *x_slash = strrchr(x, '/'), *y_slash = strrchr(y, '/');
    size_t x_size = x_slash ? (size_t)(x_slash - x) : 0;
    size_t y_size = y_slash ? (size_t)(y_slash - y) : 0;
    int order = memcmp(x, y, x_size < y_size ? x_size : y_size);
    if (order == 0 && x_size != y_size)
        return x_size < y_size ? -1 : 1;
    return order ? order : strcmp(x, y);
}

/* ---- options ---------------------------------------------------------------- */

/* The number of a word in a list like "guarded|packed". */
static bool
choose(const char *list, const char *word, uint64_t *out)
{
    size_t size = strlen(word);
    for (*out = 0;; ++*out) {
        size_t item = strcspn(list, "|");
        if (item == size && memcmp(list, word, size) == 0)
            return true;
        if (!list[item])
            return false;
        list += item + 1;
    }
}

static bool
set_option(const char *argument)
{
    for (int i = 0; i < GW_OPTION_COUNT; i++) {
        const struct gw_option_info *info = &gw_option_table[i];
        size_t size = strlen(info->name);
        uint64_t value;
        if (strncmp(argument, info->name, size) != 0 || argument[size] != '=')
            continue;
        const char *text = argument + size + 1;
        if (!choose(info->argument, text, &value))
            value = strtoull(text, NULL, 0);
        return gw_config_set(&config, (enum gw_option)i, value) == GW_OK;
    }
    return false;
}

static void
read_skip_file(const char *path)
{
    const void *data;
    size_t size;
    if (gw_os_map_file(path, SIZE_MAX, &data, &size, NULL) != GW_OK) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    char *text = calloc(1, size + 1);
    if (!text)
        exit(2);
    memcpy(text, data, size);
    skip_text = text;
    gw_os_unmap_file(data, size);
}

int
main(int argc, char **argv)
{
    gw_config_init(&config);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--notes") == 0) {
            notes = true;
        } else if (strcmp(argv[i], "--skip") == 0 && i + 1 < argc) {
            read_skip_file(argv[++i]);
        } else if (strcmp(argv[i], "--show") == 0 && i + 1 < argc) {
            show = (unsigned)strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--save") == 0 && i + 1 < argc) {
            save_folder = argv[++i];
        } else if (strncmp(argv[i], "--", 2) == 0) {
            if (!set_option(argv[i] + 2)) {
                fprintf(stderr, "%s: no such option\n", argv[i]);
                return 2;
            }
        } else {
            collect(argv[i]);
        }
    }
    if (!gw_interp_has_driver(config.values[GW_OPTION_DRIVER])) {
        printf("SKIPPED: this compiler cannot make the driver, or has a better "
               "one\n0 passed, 0 failed, 1 skipped\n");
        return 0;
    }
    qsort(files, file_count, sizeof files[0], compare_paths);
    for (size_t i = 0; i < file_count; i++) {
        if (is_skipped(files[i]))
            total.skipped++;
        else
            run_file(files[i]);
        free(files[i]);
    }
    print_folder();
    if (config.values[GW_OPTION_TIER] == GW_TIER_AOT)
        printf("%u functions compiled, %u left to the interpreter\n", compiled,
               left);
    printf("%u passed, %u failed, %u skipped\n", (unsigned)total.passed,
           (unsigned)total.failed, (unsigned)total.skipped);
    return total.failed > 0 || total.passed == 0;
}
