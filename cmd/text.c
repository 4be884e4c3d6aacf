/* godwit wat2wasm, godwit wasm2wat: between text and binary. */
#include "cmd.h"

struct text {
    const char *output; /* NULL: stdout */
    bool folded;
};

static int
take_output(void *state, const char *value)
{
    ((struct text *)state)->output = value;
    return CMD_GO_ON;
}

static int
take_folded(void *state, const char *value)
{
    (void)value;
    ((struct text *)state)->folded = true;
    return CMD_GO_ON;
}

static int
one_file(const struct cmd *self, const struct cmd_line *line)
{
    if (line->count == 1)
        return CMD_GO_ON;
    cmd_error("more files take more commands", "%s takes one file", self->name);
    return CMD_EXIT_USAGE;
}

/* Writes what a conversion left, or reports why it did not. */
static int
finish(const struct text *state, const char *path, godwit_error_t *error,
       wasm_byte_vec_t *out)
{
    if (error)
        return cmd_report(path, error);
    int code = cmd_write_file(state->output, out);
    wasm_byte_vec_delete(out);
    return code;
}

/* ---- wat2wasm ---- */

static const struct cmd_option wat2wasm_options[] = {
    { 'o', "output", "FILE", "write here instead of the standard output",
      take_output, CMD_ON_LINE },
    { 0 },
};

static int
run_wat2wasm(const struct cmd *self, int argc, char **argv)
{
    struct text state = { .output = NULL };
    struct cmd_line line = { .state = &state };
    struct cmd_engine engine;
    wasm_byte_vec_t text, binary;

    int code = cmd_engine_init(&engine, self, true, argc, argv, &line);
    if (code == CMD_GO_ON)
        code = one_file(self, &line);
    if (code == CMD_GO_ON)
        code = cmd_read_file(line.words[0], &text);
    if (code == CMD_GO_ON) {
        godwit_error_t *error = godwit_text_to_binary(text.data, text.size,
                                                      &binary);
        code = finish(&state, line.words[0], error, &binary);
        wasm_byte_vec_delete(&text);
    }
    cmd_engine_fini(&engine);
    return code;
}

const struct cmd cmd_wat2wasm = {
    .name = "wat2wasm",
    .usage = "[OPTION...] FILE",
    .summary = "turn the text format into the binary one",
    .details = "The result is well formed but not validated.\n",
    .examples = "  godwit wat2wasm fib.wat -o fib.wasm\n",
    .options = wat2wasm_options,
    .run = run_wat2wasm,
};

/* ---- wasm2wat ---- */

static const struct cmd_option wasm2wat_options[] = {
    { 'f', "folded", NULL, "nest expressions", take_folded, CMD_IN_FILE },
    { 'o', "output", "FILE", "write here instead of the standard output",
      take_output, CMD_ON_LINE },
    { 0 },
};

static int
print_module(const struct text *state, struct cmd_engine *engine,
             const char *path)
{
    wasm_byte_vec_t text;
    wasm_module_t *module;
    int code = cmd_open_module(engine, path, &module);
    if (code != CMD_GO_ON)
        return code;
    godwit_error_t *error = godwit_text_from_module(module, state->folded,
                                                    &text);
    wasm_module_delete(module);
    return finish(state, path, error, &text);
}

static int
run_wasm2wat(const struct cmd *self, int argc, char **argv)
{
    struct text state = { .output = NULL };
    struct cmd_line line = { .state = &state };
    struct cmd_engine engine;

    int code = cmd_engine_init(&engine, self, true, argc, argv, &line);
    if (code == CMD_GO_ON)
        code = one_file(self, &line);
    if (code == CMD_GO_ON)
        code = print_module(&state, &engine, line.words[0]);
    cmd_engine_fini(&engine);
    return code;
}

const struct cmd cmd_wasm2wat = {
    .name = "wasm2wat",
    .usage = "[OPTION...] FILE",
    .summary = "turn a binary module into the text format",
    .examples = "  godwit wasm2wat app.wasm | less\n",
    .options = wasm2wat_options,
    .engine_options = CMD_FEATURES,
    .run = run_wasm2wat,
};
