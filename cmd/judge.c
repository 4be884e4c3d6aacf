#include "judge.h"

#include <errno.h>

static int
no_memory(void)
{
    cmd_error(NULL, "out of memory");
    return CMD_EXIT_SOFTWARE;
}

static int
outcome(const char *subject, godwit_error_t *error)
{
    return error ? cmd_report(subject, error) : CMD_GO_ON;
}

/* A grant that makes no sense is a mistake of the command line. */
static int
grant(struct cmd_judge *judge, enum godwit_policy_action action,
      const char *text)
{
    if (!judge->policy)
        judge->policy = godwit_policy_new();
    if (!judge->policy)
        return no_memory();
    int code = outcome(NULL, godwit_policy_grant(judge->policy, action, text));
    return code == CMD_EXIT_DATA ? CMD_EXIT_USAGE : code;
}

int
cmd_judge_allow(struct cmd_judge *judge, const char *text)
{
    judge->allows = true;
    return grant(judge, GODWIT_POLICY_ALLOW, text);
}

int
cmd_judge_deny(struct cmd_judge *judge, const char *text)
{
    judge->denies = true;
    return grant(judge, GODWIT_POLICY_DENY, text);
}

/* ---- putting it together ---- */

/* Prints the line that a place is in, and a caret under it. */
static void
show_line(const wasm_byte_vec_t *text, uint32_t line, uint32_t column)
{
    const char *at = text->data, *end = at + text->size;
    struct godwit_bytes bytes = { at, 0 };
    for (; line > 1 && at < end; at++)
        line -= *at == '\n';
    bytes.data = at;
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    bytes.size = (size_t)(at - bytes.data);
    if (line == 1 && bytes.size < 160)
        fprintf(stderr, "    %s\n    %*s\n", cmd_name(bytes).text, (int)column,
                "^");
}

static int
read_file(struct cmd_judge *judge)
{
    wasm_byte_vec_t text;
    uint32_t line, column;
    int code = cmd_read_file(judge->file, &text);
    if (code != CMD_GO_ON)
        return code;
    godwit_error_t *error = godwit_policy_read(judge->policy, text.data,
                                               text.size);
    bool placed = error && godwit_error_line(error, &line, &column);
    code = outcome(judge->file, error);
    if (placed)
        show_line(&text, line, column);
    wasm_byte_vec_delete(&text);
    return code;
}

int
cmd_judge_read(struct cmd_judge *judge)
{
    if (!judge->policy)
        judge->policy = godwit_policy_new();
    if (!judge->policy)
        return no_memory();
    if (judge->file)
        return read_file(judge);
    /* Without a policy the other options grant, less what was denied. */
    if (judge->allows)
        return CMD_GO_ON;
    return outcome(NULL, godwit_policy_allow_all(judge->policy,
                                                 judge->audit_path != NULL));
}

static void
write_record(void *env, const char *line, size_t size)
{
    fwrite(line, 1, size, env);
}

static int
open_file(const char *path, const char *mode, FILE **out)
{
    *out = fopen(path, mode);
    if (*out)
        return CMD_GO_ON;
    cmd_error(errno == EEXIST ? "--learn=FILE names another, or this one on "
                                "purpose"
                              : NULL,
              "cannot make %s: %s", path, strerror(errno));
    return CMD_EXIT_CANNOT_MAKE;
}

static int
open_audit(struct cmd_judge *judge, const char *instance)
{
    int code = open_file(judge->audit_path, "a", &judge->audit);
    if (code != CMD_GO_ON)
        return code;
    return outcome(NULL, godwit_gate_audit(judge->gate, instance, write_record,
                                           judge->audit, judge->audit_limit));
}

int
cmd_judge_set(struct cmd_judge *judge, godwit_linker_t *linker,
              const char *instance)
{
    bool needed = judge->file || judge->allows || judge->denies ||
                  judge->audit_path || judge->learn_path || judge->counts;
    if (!needed)
        return CMD_GO_ON;
    int code = cmd_judge_read(judge);
    if (code != CMD_GO_ON)
        return code;
    judge->gate = godwit_gate_new(judge->policy);
    if (!judge->gate)
        return no_memory();
    /* Opened before the guest runs: later this process may open no more. */
    if (judge->learn_path) {
        godwit_gate_learn(judge->gate);
        code = open_file(judge->learn_path, judge->learn_new ? "wx" : "w",
                         &judge->learn);
    }
    if (code == CMD_GO_ON && judge->audit_path)
        code = open_audit(judge, instance);
    return code == CMD_GO_ON
               ? outcome(NULL, godwit_linker_set_gate(linker, judge->gate))
               : code;
}

/* ---- the end ---- */

static int
write_learned(const struct cmd_judge *judge)
{
    wasm_byte_vec_t text;
    godwit_error_t *error = godwit_gate_learned(judge->gate, &text);
    if (error)
        return cmd_report(judge->learn_path, error);
    fwrite(text.data, 1, text.size, judge->learn);
    wasm_byte_vec_delete(&text);
    return CMD_EXIT_OK;
}

/* Closes what was written; NULL does nothing. */
static int
close_file(FILE **file, const char *path)
{
    bool good = !*file || !ferror(*file);
    if (*file && fclose(*file) != 0)
        good = false;
    *file = NULL;
    if (good)
        return CMD_EXIT_OK;
    cmd_error(NULL, "cannot write %s: %s", path, strerror(errno));
    return CMD_EXIT_IO;
}

int
cmd_judge_end(struct cmd_judge *judge, int code)
{
    int ends[3] = { CMD_EXIT_OK, CMD_EXIT_OK, CMD_EXIT_OK };
    if (judge->learn)
        ends[0] = write_learned(judge);
    ends[1] = close_file(&judge->learn, judge->learn_path);
    ends[2] = close_file(&judge->audit, judge->audit_path);
    for (int i = 0; i < 3 && code == CMD_EXIT_OK; i++)
        code = ends[i];
    return code;
}

void
cmd_judge_fini(struct cmd_judge *judge)
{
    if (judge->learn)
        fclose(judge->learn);
    if (judge->audit)
        fclose(judge->audit);
    godwit_gate_delete(judge->gate);
    godwit_policy_delete(judge->policy);
}
