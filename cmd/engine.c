/* From a command line to an engine and a store. */
#include "cmd.h"

static int
make(struct cmd_engine *out, wasm_config_t *config)
{
    out->engine = wasm_engine_new_with_config(config);
    out->store = out->engine ? wasm_store_new(out->engine) : NULL;
    if (out->store)
        return CMD_GO_ON;
    cmd_error("--max-stack may ask for more than this machine has",
              "cannot make an engine");
    return CMD_EXIT_SOFTWARE;
}

int
cmd_engine_init(struct cmd_engine *out, const struct cmd *cmd, bool inspect,
                int argc, char **argv, struct cmd_line *line)
{
    char hint[200];
    wasm_config_t *config = wasm_config_new();

    *out = (struct cmd_engine){ .engine = NULL };
    if (!config) {
        cmd_error(NULL, "out of memory");
        return CMD_EXIT_SOFTWARE;
    }
    line->config = config;
    line->file = &out->config;
    int code = cmd_parse(cmd, argc, argv, line);
    line->config = NULL;
    if (code == CMD_GO_ON && line->count == 0) {
        snprintf(hint, sizeof(hint), "usage: godwit %s %s", cmd->name,
                 cmd->usage);
        cmd_error(hint, "%s: no file is named", cmd->name);
        code = CMD_EXIT_USAGE;
    }
    if (code != CMD_GO_ON) {
        wasm_config_delete(config);
        return code;
    }
    godwit_config_set_inspect(config, inspect);
    if (cmd_progress_is_seen())
        godwit_config_set_progress(config, cmd_progress_tell, &out->progress);
    return make(out, config);
}

void
cmd_engine_fini(struct cmd_engine *engine)
{
    wasm_store_delete(engine->store);
    wasm_engine_delete(engine->engine);
    cmd_config_fini(&engine->config);
}

int
cmd_open_module(struct cmd_engine *engine, const char *path,
                wasm_module_t **out)
{
    godwit_error_t *error;
    cmd_progress_begin(&engine->progress);
    *out = godwit_module_open(engine->store, path, &error);
    cmd_progress_end(&engine->progress);
    if (*out)
        return CMD_GO_ON;
    int code = cmd_report(path, error);
    return code == CMD_EXIT_IO ? CMD_EXIT_NO_INPUT : code;
}
