/* godwit validate: are these modules valid? */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "cmd.h"

#include <inttypes.h>
#include <sys/resource.h>
#include <time.h>

struct validate {
    bool verbose;
};

static int
take_verbose(void *state, const char *value)
{
    (void)value;
    ((struct validate *)state)->verbose = true;
    return CMD_GO_ON;
}

static const struct cmd_option options[] = {
    { 'v', "verbose", NULL, "print size, time, speed and peak memory",
      take_verbose, CMD_IN_FILE },
    { 0 },
};

static double
now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* In MiB; the system counts in KiB. */
static double
peak_memory(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)usage.ru_maxrss / 1024;
}

static int
validate_file(struct cmd_engine *engine, const char *path, bool verbose)
{
    wasm_module_t *module;
    double begin = now_s();
    int code = cmd_open_module(engine, path, &module);
    double seconds = now_s() - begin;
    if (code != CMD_GO_ON)
        return code;
    if (verbose) {
        size_t size = godwit_module_bytes(module).size;
        printf("%s: valid, %zu bytes, %" PRIu32 " functions, %.1f ms, "
               "%.1f MB/s, peak memory %.1f MiB\n",
               path, size, godwit_module_count(module, WASM_EXTERN_FUNC),
               seconds * 1e3, (double)size / 1e6 / seconds, peak_memory());
    }
    wasm_module_delete(module);
    return CMD_EXIT_OK;
}

/* The first failure gives the exit code; all files are looked at. */
static int
validate_all(struct cmd_engine *engine, const struct cmd_line *line,
             bool verbose)
{
    int code = CMD_EXIT_OK;
    for (int i = 0; i < line->count; i++) {
        int one = validate_file(engine, line->words[i], verbose);
        if (code == CMD_EXIT_OK)
            code = one;
    }
    return cmd_finish(code);
}

static int
run_validate(const struct cmd *self, int argc, char **argv)
{
    struct validate state = { .verbose = false };
    struct cmd_line line = { .state = &state };
    struct cmd_engine engine;
    int code = cmd_engine_init(&engine, self, true, argc, argv, &line);
    if (code == CMD_GO_ON)
        code = validate_all(&engine, &line, state.verbose);
    cmd_engine_fini(&engine);
    return code;
}

const struct cmd cmd_validate = {
    .name = "validate",
    .usage = "[OPTION...] FILE...",
    .summary = "check that modules are valid",
    .details = "Says nothing when all are.  Features that cannot be executed "
               "yet are validated,\ntoo.  \"-\" is the standard input.\n",
    .examples = "  godwit validate app.wasm\n"
                "  godwit validate --verbose *.wasm\n",
    .options = options,
    .engine_options = CMD_FEATURES,
    .run = run_validate,
};
