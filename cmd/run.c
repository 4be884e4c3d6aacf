/* godwit run: all of the library, used from outside. */
#define _POSIX_C_SOURCE 200809L
#include "cmd.h"
#include "count.h"
#include "judge.h"
#include "profile.h"
#include "result.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* What the command line asks for, and what is made of it. */
struct run {
    const char *invoke; /* NULL: run the program */
    const char *argv0;  /* NULL: the path */
    uint64_t timeout_ns;
    bool no_wall, verbose;
    int streams[3]; /* files for stdin, stdout, stderr; -1: ours */
    struct cmd_judge judge;
    struct cmd_result *result;
    struct cmd_profile *profile; /* NULL: none */
    struct cmd_count *count;     /* likewise */
    godwit_wasi_config_t *wasi;  /* NULL once granted */
    struct cmd_engine made;
    wasm_module_t *module;
    godwit_linker_t *linker;
    wasm_instance_t *instance;
    const char *path;
    int arg_count;
    char **args; /* behind the file */
};

/* ---- options ---- */

static int
outcome(godwit_error_t *error)
{
    return error ? cmd_report(NULL, error) : CMD_GO_ON;
}

/* HOST, HOST::GUEST, either with a word behind it. */
struct grant {
    char *host, *guest;
    bool marked;
};

static bool
split_grant(const char *value, const char *mark, struct grant *out)
{
    size_t size = strlen(value), mark_size = strlen(mark);
    out->host = malloc(size + 1);
    if (!out->host)
        return false;
    memcpy(out->host, value, size + 1);
    out->marked = size > mark_size &&
                  strcmp(value + size - mark_size, mark) == 0;
    if (out->marked)
        out->host[size - mark_size] = '\0';
    out->guest = out->host;
    char *colons = strstr(out->host, "::");
    if (colons) {
        *colons = '\0';
        out->guest = colons + 2;
    }
    return true;
}

static int
take_dir(void *state, const char *value)
{
    struct run *run = state;
    struct grant grant;
    if (!split_grant(value, ":ro", &grant))
        return CMD_EXIT_SOFTWARE;
    godwit_error_t *error = godwit_wasi_config_add_dir(run->wasi, grant.host,
                                                       grant.guest,
                                                       grant.marked);
    free(grant.host);
    return outcome(error);
}

static int
take_file(void *state, const char *value)
{
    struct run *run = state;
    struct grant grant;
    if (!split_grant(value, ":ro", &grant))
        return CMD_EXIT_SOFTWARE;
    godwit_error_t *error = godwit_wasi_config_add_file(run->wasi, grant.host,
                                                        grant.guest,
                                                        grant.marked);
    free(grant.host);
    return outcome(error);
}

static int
take_image(void *state, const char *value)
{
    struct run *run = state;
    struct grant grant;
    if (!split_grant(value, ":rw", &grant))
        return CMD_EXIT_SOFTWARE;
    const char *guest = grant.guest == grant.host ? "/" : grant.guest;
    godwit_error_t *error = godwit_wasi_config_add_image(run->wasi, grant.host,
                                                         guest, !grant.marked);
    free(grant.host);
    return outcome(error);
}

/* GUEST, GUEST:SIZE. */
static int
take_tmpfs(void *state, const char *value)
{
    struct run *run = state;
    const char *colon = strrchr(value, ':');
    uint64_t limit = 0;
    godwit_error_t *error = NULL;
    if (colon)
        error = godwit_option_parse(GODWIT_OPTION_MAX_HOST, colon + 1, &limit);
    if (error)
        return cmd_report("--tmpfs", error);
    size_t size = colon ? (size_t)(colon - value) : strlen(value);
    char *guest = malloc(size + 1);
    if (!guest)
        return CMD_EXIT_SOFTWARE;
    memcpy(guest, value, size);
    guest[size] = '\0';
    error = godwit_wasi_config_add_tmpfs(run->wasi, guest, limit);
    free(guest);
    return outcome(error);
}

/* K=V, or K alone for the variable of this process. */
static int
take_env(void *state, const char *value)
{
    struct run *run = state;
    if (strchr(value, '='))
        return outcome(godwit_wasi_config_add_env(run->wasi, value));
    const char *own = getenv(value);
    if (!own)
        return CMD_GO_ON;
    size_t size = strlen(value) + strlen(own) + 2;
    char *variable = malloc(size);
    if (!variable)
        return CMD_EXIT_SOFTWARE;
    snprintf(variable, size, "%s=%s", value, own);
    godwit_error_t *error = godwit_wasi_config_add_env(run->wasi, variable);
    free(variable);
    return outcome(error);
}

/* Lines NAME=VALUE or NAME; empty ones and those with # in front are not
 * for us. */
static int
take_env_file(void *state, const char *value)
{
    wasm_byte_vec_t text;
    int code = cmd_read_file(value, &text);
    char *at = code == CMD_GO_ON ? malloc(text.size + 1) : NULL, *line = at;
    if (code == CMD_GO_ON && !at)
        code = CMD_EXIT_SOFTWARE;
    if (at) {
        memcpy(at, text.data, text.size);
        at[text.size] = '\0';
    }
    while (code == CMD_GO_ON && *line) {
        size_t size = strcspn(line, "\r\n");
        bool last = line[size] == '\0';
        line[size] = '\0';
        if (line[0] && line[0] != '#')
            code = take_env(state, line);
        line += size + !last;
    }
    free(at);
    if (code != CMD_EXIT_NO_INPUT)
        wasm_byte_vec_delete(&text);
    return code;
}

static int
take_argv0(void *state, const char *value)
{
    ((struct run *)state)->argv0 = value;
    return CMD_GO_ON;
}

static int
take_invoke(void *state, const char *value)
{
    ((struct run *)state)->invoke = value;
    return CMD_GO_ON;
}

/* Counted from the start of the guest, not from the start of loading. */
static int
take_timeout(void *state, const char *value)
{
    return outcome(godwit_option_parse(GODWIT_OPTION_TIMEOUT, value,
                                       &((struct run *)state)->timeout_ns));
}

static int
take_threads(void *state, const char *value)
{
    (void)value;
    godwit_wasi_config_set_threads(((struct run *)state)->wasi, true);
    return CMD_GO_ON;
}

static int
take_no_wall(void *state, const char *value)
{
    (void)value;
    ((struct run *)state)->no_wall = true;
    return CMD_GO_ON;
}

static int
take_verbose(void *state, const char *value)
{
    (void)value;
    ((struct run *)state)->verbose = true;
    return CMD_GO_ON;
}

/* One of the guest's streams from or to a file. */
static int
take_stream(struct run *run, int stream, const char *path)
{
    int flags = stream == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
    int fd = open(path, flags | O_CLOEXEC, 0666);
    if (fd < 0) {
        cmd_error(NULL, "cannot %s %s: %s", stream ? "make" : "open", path,
                  strerror(errno));
        return stream ? CMD_EXIT_CANNOT_MAKE : CMD_EXIT_NO_INPUT;
    }
    if (run->streams[stream] >= 0)
        close(run->streams[stream]);
    run->streams[stream] = fd;
    return CMD_GO_ON;
}

static int
take_stdin(void *state, const char *value)
{
    return take_stream(state, 0, value);
}

static int
take_stdout(void *state, const char *value)
{
    return take_stream(state, 1, value);
}

static int
take_stderr(void *state, const char *value)
{
    return take_stream(state, 2, value);
}

static int
take_profile(void *state, const char *value)
{
    struct run *run = state;
    cmd_profile_delete(run->profile);
    run->profile = cmd_profile_new(value);
    return run->profile ? CMD_GO_ON : CMD_EXIT_IO;
}

static int
take_count(void *state, const char *value)
{
    struct run *run = state;
    cmd_count_delete(run->count);
    run->count = cmd_count_new(value);
    return run->count ? CMD_GO_ON : CMD_EXIT_IO;
}

static int
take_allow(void *state, const char *value)
{
    return cmd_judge_allow(&((struct run *)state)->judge, value);
}

static int
take_deny(void *state, const char *value)
{
    return cmd_judge_deny(&((struct run *)state)->judge, value);
}

static int
take_policy(void *state, const char *value)
{
    ((struct run *)state)->judge.file = value;
    return CMD_GO_ON;
}

static int
take_audit(void *state, const char *value)
{
    ((struct run *)state)->judge.audit_path = value;
    return CMD_GO_ON;
}

static int
take_learn(void *state, const char *value)
{
    struct cmd_judge *judge = &((struct run *)state)->judge;
    judge->learn_path = value;
    judge->learn_new = false;
    return CMD_GO_ON;
}

static int
take_json(void *state, const char *value)
{
    struct run *run = state;
    (void)value;
    run->result->json = run->judge.counts = true;
    return CMD_GO_ON;
}

static int
take_wall(void *state, const char *value)
{
    (void)value;
    ((struct run *)state)->result->wall = true;
    return CMD_GO_ON;
}

/* NAME=VALUE, one of the rows of WASI's limits. */
static int
take_limit(void *state, const char *value)
{
    struct run *run = state;
    char name[64];
    uint64_t number;
    size_t size = strcspn(value, "=");
    if (value[size] != '=' || size >= sizeof(name)) {
        cmd_error("limits are written wasi-handles=64", "%s is no limit",
                  value);
        return CMD_EXIT_USAGE;
    }
    memcpy(name, value, size);
    name[size] = '\0';
    godwit_error_t *error = godwit_option_parse(GODWIT_OPTION_MAX_HOST,
                                                value + size + 1, &number);
    if (!error && strcmp(name, "audit-bytes") == 0)
        run->judge.audit_limit = number;
    else if (!error)
        error = godwit_wasi_config_set_limit(run->wasi, name, number);
    int code = outcome(error);
    return code == CMD_EXIT_NO_INPUT ? CMD_EXIT_USAGE : code;
}

static const struct cmd_option options[] = {
    { 0, "allow", "NAME[:KEY=VALUE,...]",
      "allow this host function, and no other that is not allowed", take_allow,
      CMD_ON_LINE },
    { 0, "argv0", "NAME", "what the program is told that its name is",
      take_argv0, CMD_ON_LINE },
    { 0, "audit", "FILE",
      "append a line of JSON for each host call that is refused or logged",
      take_audit, CMD_IN_FILE },
    { 0, "count", "FILE",
      "write what was run how often; slow, and needs --driver=switch",
      take_count, CMD_ON_LINE },
    { 0, "deny", "NAME[=ERRNO]",
      "refuse this host function, with ERRNO or a trap", take_deny,
      CMD_ON_LINE },
    { 0, "dir", "HOST[::GUEST][:ro]",
      "grant a directory, under GUEST's name, perhaps read-only", take_dir,
      CMD_ON_LINE },
    { 0, "env", "NAME[=VALUE]",
      "set a variable; without VALUE, to what it is here", take_env,
      CMD_ON_LINE },
    { 0, "env-file", "FILE", "set the variables of lines NAME=VALUE",
      take_env_file, CMD_ON_LINE },
    { 0, "file", "HOST[::GUEST][:ro]", "grant one file, under GUEST's name",
      take_file, CMD_ON_LINE },
    { 0, "image", "FILE[::GUEST][:rw]",
      "grant the files of a tar or zip; rw: changes stay in memory", take_image,
      CMD_ON_LINE },
    { 0, "invoke", "NAME",
      "call this export with the arguments, print the results", take_invoke,
      CMD_ON_LINE },
    { 0, "json", NULL,
      "print how it ended, and what it used, as JSON on the standard error",
      take_json, CMD_IN_FILE },
    { 0, "learn", "FILE",
      "write the smallest policy under which this run works", take_learn,
      CMD_ON_LINE },
    { 0, "limit", "NAME=N", "hold WASI to a limit: godwit help limits",
      take_limit, CMD_IN_FILE },
    { 0, "no-second-wall", NULL,
      "leave this process what the guest does not need", take_no_wall,
      CMD_ON_LINE },
    { 0, "policy", "FILE", "allow of host functions what this policy allows",
      take_policy, CMD_IN_FILE },
    { 0, "profile", "FILE",
      "write where time was spent: .json for Firefox's profiler, else text",
      take_profile, CMD_ON_LINE },
    { 0, "stderr", "FILE", "write the guest's standard error to a file",
      take_stderr, CMD_ON_LINE },
    { 0, "stdin", "FILE", "read the guest's standard input from a file",
      take_stdin, CMD_ON_LINE },
    { 0, "stdout", "FILE", "write the guest's standard output to a file",
      take_stdout, CMD_ON_LINE },
    { 0, "threads", NULL, "let the program start threads (wasi-threads)",
      take_threads, CMD_ON_LINE },
    { 0, "timeout", "T", "stop the guest after this time (10s, 500ms)",
      take_timeout, CMD_IN_FILE },
    { 0, "tmpfs", "GUEST[:SIZE]", "grant an empty directory in memory",
      take_tmpfs, CMD_ON_LINE },
    { 'v', "verbose", NULL, "say what protects the host", take_verbose,
      CMD_IN_FILE },
    { 0, "wall", NULL, "print the wall time of the run at its end", take_wall,
      CMD_IN_FILE },
    { 0 },
};

/* ---- making ---- */

static int
no_memory(void)
{
    cmd_error(NULL, "out of memory");
    return CMD_EXIT_SOFTWARE;
}

static int
grant(struct run *run)
{
    const char *name = run->argv0 ? run->argv0 : run->path;
    godwit_error_t *error = godwit_wasi_config_add_arg(run->wasi, name);
    for (int i = 0; !error && !run->invoke && i < run->arg_count; i++)
        error = godwit_wasi_config_add_arg(run->wasi, run->args[i]);
    if (error)
        return cmd_report(NULL, error);
    godwit_wasi_config_inherit_stdio(run->wasi);
    for (unsigned i = 0; i < 3 && !error; i++)
        if (run->streams[i] >= 0)
            error = godwit_wasi_config_set_stdio(run->wasi, i, run->streams[i]);
    if (error)
        return cmd_report(NULL, error);
    run->linker = godwit_linker_new(run->made.store);
    if (!run->linker)
        return no_memory();
    int judged = cmd_judge_set(&run->judge, run->linker, run->path);
    if (judged != CMD_GO_ON)
        return judged;
    error = godwit_linker_define_wasi(run->linker, run->wasi);
    run->wasi = NULL;
    if (!error)
        return CMD_GO_ON;
    int code = cmd_report(NULL, error);
    return code == CMD_EXIT_IO || code == CMD_EXIT_NO_INPUT ? CMD_EXIT_DENIED
                                                            : code;
}

static int
instantiate(struct run *run)
{
    godwit_error_t *error;
    wasm_trap_t *trap;
    error = godwit_store_set_timeout(run->made.store, run->timeout_ns);
    if (error)
        return cmd_report(NULL, error);
    run->instance = godwit_linker_instantiate(run->linker, run->module, &trap,
                                              &error);
    if (run->instance)
        return CMD_GO_ON;
    if (!trap)
        return cmd_report(run->path, error);
    godwit_error_delete(error);
    cmd_result_trap(run->result, trap);
    return cmd_report_trap(run->path, trap);
}

/* What the guest does not need is gone before it runs. */
static void
raise_wall(const struct run *run)
{
    static const struct {
        unsigned part;
        const char *name;
    } parts[] = { { GODWIT_WALL_NO_NEW_PRIVS, "no new privileges" },
                  { GODWIT_WALL_PATHS, "paths" },
                  { GODWIT_WALL_CALLS, "system calls" } };
    unsigned raised = run->no_wall ? 0 : godwit_linker_raise_wall(run->linker);
    if (!run->verbose)
        return;
    fprintf(stderr, "godwit: second wall:");
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        fprintf(stderr, "%s %s %s", i ? "," : "", parts[i].name,
                raised & parts[i].part ? "yes" : "no");
    fprintf(stderr, "%s\n", run->no_wall ? " (--no-second-wall)" : "");
}

/* ---- calling ---- */

static int
trapped(const struct run *run, wasm_trap_t *trap)
{
    cmd_result_trap(run->result, trap);
    return cmd_report_trap(run->path, trap);
}

/* Own, or NULL: an export of that name that is a function. */
static wasm_func_t *
find_func(const struct run *run, const char *name)
{
    wasm_extern_t *found = godwit_instance_export(run->instance, name);
    wasm_func_t *func = wasm_extern_as_func(found);
    if (!func)
        wasm_extern_delete(found);
    return func;
}

/* Ends func. */
static int
call_plain(const struct run *run, wasm_func_t *func)
{
    wasm_trap_t *trap;
    enum godwit_trap kind = godwit_func_call(func, NULL, 0, NULL, 0, &trap);
    wasm_func_delete(func);
    return kind ? trapped(run, trap) : CMD_GO_ON;
}

static int
no_such_func(const struct run *run, const char *name)
{
    char hint[400] = "";
    size_t length = 0;
    struct godwit_export export;
    for (uint32_t i = 0; godwit_module_export(run->module, i, &export); i++) {
        if (export.kind != WASM_EXTERN_FUNC || length + 80 > sizeof(hint))
            continue;
        length += (size_t)snprintf(hint + length, sizeof(hint) - length,
                                   "%s%.60s",
                                   length ? ", "
                                          : "--invoke one "
                                            "of the exported functions: ",
                                   cmd_name(export.name).text);
    }
    cmd_error(length ? hint : "the module exports no function at all",
              "%s: there is no function %s", run->path, name);
    return CMD_EXIT_NO_INPUT;
}

static int
parse_args(const struct run *run, const wasm_valtype_vec_t *params,
           wasm_val_vec_t *args)
{
    if ((size_t)run->arg_count != params->size) {
        cmd_error("arguments stand behind the file, one for each parameter",
                  "%s takes %zu arguments, not %d", run->invoke, params->size,
                  run->arg_count);
        return CMD_EXIT_USAGE;
    }
    for (size_t i = 0; i < params->size; i++) {
        godwit_error_t *error = godwit_val_parse(params->data[i], run->args[i],
                                                 &args->data[i]);
        if (error)
            return cmd_report(run->invoke, error);
    }
    return CMD_GO_ON;
}

static void
print_results(const wasm_val_vec_t *results)
{
    char text[64];
    for (size_t i = 0; i < results->size; i++) {
        godwit_val_print(&results->data[i], text, sizeof(text));
        puts(text);
    }
}

static int
invoke_func(const struct run *run, const wasm_func_t *func)
{
    wasm_functype_t *type = wasm_func_type(func);
    wasm_val_vec_t args, results;
    wasm_trap_t *trap;

    if (!type)
        return no_memory();
    wasm_val_vec_new_uninitialized(&args, wasm_functype_params(type)->size);
    wasm_val_vec_new_uninitialized(&results, wasm_functype_results(type)->size);
    int code = parse_args(run, wasm_functype_params(type), &args);
    if (code == CMD_GO_ON) {
        if (godwit_func_call(func, args.data, args.size, results.data,
                             results.size, &trap) == GODWIT_TRAP_NONE)
            print_results(&results);
        else
            code = trapped(run, trap);
    }
    wasm_val_vec_delete(&args);
    wasm_val_vec_delete(&results);
    wasm_functype_delete(type);
    return code;
}

/* A reactor is initialised before anything of it is called. */
static int
invoke(const struct run *run)
{
    wasm_func_t *func = find_func(run, "_initialize");
    if (func && strcmp(run->invoke, "_initialize") != 0) {
        int code = call_plain(run, func);
        if (code != CMD_GO_ON)
            return code;
    } else {
        wasm_func_delete(func);
    }
    func = find_func(run, run->invoke);
    if (!func)
        return no_such_func(run, run->invoke);
    int code = invoke_func(run, func);
    wasm_func_delete(func);
    return code;
}

static int
start(const struct run *run)
{
    if (run->invoke)
        return invoke(run);
    wasm_func_t *func = find_func(run, "_start");
    return func ? call_plain(run, func) : no_such_func(run, "_start");
}

/* ---- all of it ---- */

static int
run_guest(struct run *run)
{
    if (run->verbose)
        cmd_config_show(&run->made.config);
    int code = cmd_open_module(&run->made, run->path, &run->module);
    if (code == CMD_GO_ON)
        code = grant(run);
    if (code == CMD_GO_ON)
        code = cmd_count_start(run->count, run->made.store);
    if (code != CMD_GO_ON)
        return code;
    raise_wall(run);
    struct cmd_watch *watch = cmd_watch_start(run->made.store);
    cmd_result_begin(run->result, run->made.store);
    cmd_profile_start(run->profile, run->made.store);
    code = instantiate(run);
    if (code == CMD_GO_ON)
        code = start(run);
    cmd_profile_stop(run->profile);
    godwit_linker_end_threads(run->linker);
    cmd_watch_stop(watch);
    code = cmd_judge_end(&run->judge, code == CMD_GO_ON ? CMD_EXIT_OK : code);
    code = cmd_finish(code);
    int written = cmd_profile_write(run->profile, run->path);
    if (written == CMD_GO_ON)
        written = cmd_count_write(run->count, run->made.store);
    if (written != CMD_GO_ON && code == CMD_EXIT_OK)
        code = written;
    cmd_result_print(run->result, run->path, run->made.store, run->judge.gate,
                     code);
    return code;
}

static int
run_run(const struct cmd *self, int argc, char **argv)
{
    struct cmd_result result = { .json = false };
    struct run run = {
        .timeout_ns = UINT64_MAX,
        .streams = { -1, -1, -1 },
        .wasi = godwit_wasi_config_new(),
        .result = &result,
    };
    struct cmd_line line = { .state = &run };
    if (!run.wasi)
        return no_memory();
    if (self == &cmd_policy_learn) {
        run.judge.learn_path = "policy.toml";
        run.judge.learn_new = true;
    }
    int code = cmd_engine_init(&run.made, self, false, argc, argv, &line);
    if (code == CMD_GO_ON) {
        run.path = line.words[0];
        run.args = line.words + 1;
        run.arg_count = line.count - 1;
        code = run_guest(&run);
    }
    wasm_instance_delete(run.instance);
    godwit_linker_delete(run.linker);
    wasm_module_delete(run.module);
    cmd_engine_fini(&run.made);
    godwit_wasi_config_delete(run.wasi);
    cmd_judge_fini(&run.judge);
    cmd_profile_delete(run.profile);
    cmd_count_delete(run.count);
    for (int i = 0; i < 3; i++)
        if (run.streams[i] >= 0)
            close(run.streams[i]);
    return code;
}

const struct cmd cmd_policy_learn = {
    .name = "policy learn",
    .usage = "[OPTION...] FILE [ARG...]",
    .summary = "run a program and write the policy it needs",
    .details =
        "Runs FILE like godwit run, allows every host function, and writes the "
        "smallest\npolicy under which this run works to policy.toml, which "
        "must "
        "not be there yet, or\nto the file that --learn names.  Rights that "
        "other options give are not part of it.\n",
    .examples = "  godwit policy learn --dir data::/data app.wasm in.txt\n"
                "  godwit run --policy policy.toml --dir data::/data app.wasm "
                "in.txt\n",
    .options = options,
    .engine_options = CMD_ALL_OPTIONS,
    .stop_at_file = true,
    .run = run_run,
};

const struct cmd cmd_run = {
    .name = "run",
    .usage = "[OPTION...] FILE [ARG...]",
    .summary = "run a WebAssembly program",
    .details =
        "The program sees its arguments and the standard streams, and nothing "
        "else: no\ndirectory, no environment, no network, unless an option "
        "grants it.  With\n--policy or --allow, a host function must be "
        "granted twice: by these options and by\nthe policy.  FILE is .wasm or "
        ".wat; \"-\" is the standard input.  The exit code is\nthe "
        "program's.\n",
    .examples = "  godwit run hello.wasm\n"
                "  godwit run --dir data::/data:ro wc.wasm /data/a.txt\n"
                "  godwit run --timeout 10s --max-memory 64MiB app.wasm\n"
                "  godwit run --invoke fib fib.wat 30\n",
    .options = options,
    .engine_options = CMD_ALL_OPTIONS,
    .stop_at_file = true,
    .run = run_run,
};
