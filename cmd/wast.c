/* godwit wast: runs scripts of the official test suite. */
#include "cmd.h"

#include <inttypes.h>

struct wast {
    bool json, verbose;
    const char *path; /* of the script that runs */
    struct godwit_script_result sum;
};

static int
take_json(void *state, const char *value)
{
    (void)value;
    ((struct wast *)state)->json = true;
    return CMD_GO_ON;
}

static int
take_verbose(void *state, const char *value)
{
    (void)value;
    ((struct wast *)state)->verbose = true;
    return CMD_GO_ON;
}

static const struct cmd_option options[] = {
    { 0, "json", NULL, "print one JSON object for each script", take_json,
      CMD_IN_FILE },
    { 'v', "verbose", NULL,
      "also say what was skipped, and which messages differ", take_verbose,
      CMD_IN_FILE },
    { 0 },
};

static void
report(void *env, enum godwit_script_event event, uint32_t line,
       const char *message)
{
    static const char *const words[] = { "failed", "skipped", "note" };
    const struct wast *wast = env;
    if (event == GODWIT_SCRIPT_FAILED || wast->verbose)
        fprintf(stderr, "%s:%" PRIu32 ": %s: %s\n", wast->path, line,
                words[event], message);
}

static void
print_json(const char *path, const struct godwit_script_result *result)
{
    printf("{\"file\":");
    cmd_print_json(path, strlen(path));
    printf(",\"passed\":%" PRIu32 ",\"failed\":%" PRIu32 ",\"skipped\":%" PRIu32
           ",\"assertions\":%" PRIu32 "}\n",
           result->passed, result->failed, result->skipped, result->assertions);
}

static int
run_script(struct wast *wast, wasm_engine_t *engine, const char *path)
{
    struct godwit_script_result result;
    wasm_byte_vec_t text;
    int code = cmd_read_file(path, &text);
    if (code != CMD_GO_ON)
        return code;
    wast->path = path;
    godwit_error_t *error = godwit_script_run(engine, text.data, text.size,
                                              report, wast, &result);
    wasm_byte_vec_delete(&text);
    wast->sum.passed += result.passed;
    wast->sum.failed += result.failed;
    wast->sum.skipped += result.skipped;
    if (wast->json)
        print_json(path, &result);
    if (error)
        return cmd_report(path, error);
    return result.failed ? CMD_EXIT_FAILED : CMD_EXIT_OK;
}

static int
run_wast(const struct cmd *self, int argc, char **argv)
{
    struct wast wast = { .json = false };
    struct cmd_line line = { .state = &wast };
    struct cmd_engine engine;
    int code = cmd_engine_init(&engine, self, false, argc, argv, &line);
    if (code == CMD_GO_ON) {
        code = CMD_EXIT_OK;
        for (int i = 0; i < line.count; i++) {
            int one = run_script(&wast, engine.engine, line.words[i]);
            code = code ? code : one;
        }
        if (!wast.json)
            printf("%" PRIu32 " passed, %" PRIu32 " failed, %" PRIu32
                   " skipped\n",
                   wast.sum.passed, wast.sum.failed, wast.sum.skipped);
        code = cmd_finish(code);
    }
    cmd_engine_fini(&engine);
    return code;
}

const struct cmd cmd_wast = {
    .name = "wast",
    .usage = "[OPTION...] FILE...",
    .summary = "run scripts of the official test suite",
    .details = "Ends with 0 when every assertion of every script passed.\n",
    .examples = "  godwit wast i32.wast\n"
                "  godwit wast --memory=packed --driver=switch *.wast\n",
    .options = options,
    .engine_options = CMD_ALL_OPTIONS,
    .run = run_wast,
};
