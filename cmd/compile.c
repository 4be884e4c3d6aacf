/* godwit compile: machine code ahead of time. */
#include "cmd.h"

struct compile {
    const char *output;
    struct godwit_compile_options options;
};

static int
take_output(void *state, const char *value)
{
    ((struct compile *)state)->output = value;
    return CMD_GO_ON;
}

static int
take_target(void *state, const char *value)
{
    ((struct compile *)state)->options.target = value;
    return CMD_GO_ON;
}

static int
take_cpu(void *state, const char *value)
{
    ((struct compile *)state)->options.cpu = value;
    return CMD_GO_ON;
}

static int
take_llvm(void *state, const char *value)
{
    (void)value;
    ((struct compile *)state)->options.output = GODWIT_COMPILE_LLVM;
    return CMD_GO_ON;
}

static int
take_assembly(void *state, const char *value)
{
    (void)value;
    ((struct compile *)state)->options.output = GODWIT_COMPILE_ASSEMBLY;
    return CMD_GO_ON;
}

static const struct cmd_option options[] = {
    { 0, "cpu", "NAME",
      "what code may need: native, x86-64-v2 (the default), -v3, -v4", take_cpu,
      CMD_IN_FILE },
    { 0, "emit-asm", NULL, "write assembly instead", take_assembly,
      CMD_ON_LINE },
    { 0, "emit-llvm", NULL, "write LLVM's intermediate code instead", take_llvm,
      CMD_ON_LINE },
    { 'o', "output", "FILE", "write here instead of the standard output",
      take_output, CMD_ON_LINE },
    { 0, "target", "MACHINE", "x86_64 or aarch64; the default is this one",
      take_target, CMD_IN_FILE },
    { 0 },
};

static int
compile_file(const struct compile *state, wasm_engine_t *engine,
             const char *path)
{
    wasm_byte_vec_t module, out;
    int code = cmd_read_file(path, &module);
    if (code != CMD_GO_ON)
        return code;
    godwit_error_t *error = godwit_compile(engine, module.data, module.size,
                                           &state->options, &out);
    wasm_byte_vec_delete(&module);
    if (error)
        return cmd_report(path, error);
    code = cmd_write_file(state->output, &out);
    wasm_byte_vec_delete(&out);
    return code;
}

static int
run_compile(const struct cmd *self, int argc, char **argv)
{
    struct compile state = { .output = NULL };
    struct cmd_line line = { .state = &state };
    struct cmd_engine engine;
    int code = cmd_engine_init(&engine, self, false, argc, argv, &line);
    if (code == CMD_GO_ON && line.count != 1) {
        cmd_error("more files take more commands", "compile takes one file");
        code = CMD_EXIT_USAGE;
    }
    if (code == CMD_GO_ON)
        code = compile_file(&state, engine.engine, line.words[0]);
    cmd_engine_fini(&engine);
    return code == CMD_GO_ON ? CMD_EXIT_OK : code;
}

const struct cmd cmd_compile = {
    .name = "compile",
    .usage = "[OPTION...] FILE",
    .summary = "make machine code of a module, ahead of time",
    .details = "The result holds the module, too, and is run like one; with\n"
               "--allow-untrusted-code, since machine code cannot be checked.\n"
               "It fits engines with the same --memory.  Needs the plug-in\n"
               "libgodwit-llvm; running the result does not.\n",
    .examples = "  godwit compile -o app.gwa app.wasm\n"
                "  godwit run --allow-untrusted-code app.gwa\n",
    .options = options,
    .engine_options = CMD_ALL_OPTIONS,
    .run = run_compile,
};
