/* godwit policy check, explain: looking at a policy without running. */
#include "judge.h"

#include <inttypes.h>

struct look {
    bool json;
    struct cmd_judge judge;
};

static int
take_policy(void *state, const char *value)
{
    ((struct look *)state)->judge.file = value;
    return CMD_GO_ON;
}

static int
take_allow(void *state, const char *value)
{
    return cmd_judge_allow(&((struct look *)state)->judge, value);
}

static int
take_deny(void *state, const char *value)
{
    return cmd_judge_deny(&((struct look *)state)->judge, value);
}

static int
take_json(void *state, const char *value)
{
    (void)value;
    ((struct look *)state)->json = true;
    return CMD_GO_ON;
}

static const char *const answers[] = { "refused", "depends", "allowed" };

/* ---- check ---- */

static const struct cmd_option check_options[] = {
    { 0, "allow", "NAME[:KEY=VALUE,...]", "as in godwit run", take_allow,
      CMD_ON_LINE },
    { 0, "deny", "NAME[=ERRNO]", "as in godwit run", take_deny, CMD_ON_LINE },
    { 0, "json", NULL, "print one JSON object", take_json, CMD_IN_FILE },
    { 0, "policy", "FILE", "the policy to look through", take_policy,
      CMD_ON_LINE },
    { 0 },
};

struct row {
    enum godwit_policy_answer answer;
    char text[1000], keys[100];
};

static void
print_row(const struct look *look, const struct godwit_import *import,
          const struct row *row, bool first)
{
    if (!look->json) {
        printf("%-9s%s.%s: %s; it knows %s\n", answers[row->answer],
               cmd_name(import->module).text, cmd_name(import->name).text,
               row->text, row->keys);
        return;
    }
    printf("%s{\"module\":", first ? "" : ",");
    cmd_print_json(import->module.data, import->module.size);
    printf(",\"name\":");
    cmd_print_json(import->name.data, import->name.size);
    printf(",\"answer\":\"%s\",\"keys\":", answers[row->answer]);
    cmd_print_json(row->keys, strlen(row->keys));
    printf(",\"why\":");
    cmd_print_json(row->text, strlen(row->text));
    printf("}");
}

static int
check_module(const struct look *look, const wasm_module_t *module)
{
    struct godwit_import import;
    struct row row;
    bool first = true, refused = false;
    if (look->json)
        printf("{\"functions\":[");
    for (uint32_t i = 0; godwit_module_import(module, i, &import); i++) {
        if (import.kind != WASM_EXTERN_FUNC)
            continue;
        godwit_policy_function(look->judge.policy, import.module, import.name,
                               &row.answer, row.text, sizeof(row.text));
        godwit_policy_keys(import.module, import.name, row.keys,
                           sizeof(row.keys));
        print_row(look, &import, &row, first);
        first = false;
        refused |= row.answer == GODWIT_POLICY_REFUSED;
    }
    if (look->json)
        printf("]}\n");
    else if (first)
        printf("this module asks for no host function\n");
    return cmd_finish(refused ? CMD_EXIT_FAILED : CMD_EXIT_OK);
}

static int
run_check(const struct cmd *self, int argc, char **argv)
{
    struct look look = { .json = false };
    struct cmd_line line = { .state = &look };
    struct cmd_engine engine;
    wasm_module_t *module = NULL;
    int code = cmd_engine_init(&engine, self, true, argc, argv, &line);
    if (code == CMD_GO_ON)
        code = cmd_judge_read(&look.judge);
    if (code == CMD_GO_ON)
        code = cmd_open_module(&engine, line.words[0], &module);
    if (code == CMD_GO_ON)
        code = check_module(&look, module);
    wasm_module_delete(module);
    cmd_engine_fini(&engine);
    cmd_judge_fini(&look.judge);
    return code;
}

const struct cmd cmd_policy_check = {
    .name = "policy check",
    .usage = "[OPTION...] FILE",
    .summary = "show what a module can ask for and would get",
    .details =
        "One line for each host function that FILE imports: allowed, depends "
        "(on arguments\nor quotas) or refused; by which terms; and which keys "
        "of a rule mean something for\nit.  Ends with 1 when one is refused. "
        " Says nothing about what other options of\ngodwit run grant.\n",
    .examples = "  godwit policy check app.wasm\n"
                "  godwit policy check --policy policy.toml --json app.wasm\n",
    .options = check_options,
    .engine_options = CMD_FEATURES,
    .run = run_check,
};

/* ---- explain ---- */

static const struct cmd_option explain_options[] = {
    { 0, "allow", "NAME[:KEY=VALUE,...]", "as in godwit run", take_allow,
      CMD_ON_LINE },
    { 0, "deny", "NAME[=ERRNO]", "as in godwit run", take_deny, CMD_ON_LINE },
    { 0, "policy", "FILE", "the policy to explain", take_policy, CMD_ON_LINE },
    { 0 },
};

static void
print_keys(void)
{
    const char *name, *help;
    puts("keys of a rule:");
    for (unsigned i = 0; (name = godwit_policy_key(i, &help)) != NULL; i++)
        printf("  %-10s %s\n", name, help);
}

static void
print_rules(const godwit_policy_t *policy)
{
    char text[2000];
    for (uint32_t i = 0; godwit_policy_rule(policy, i, text, sizeof(text)); i++)
        printf("%" PRIu32 ". %s\n", i + 1, text);
    puts("What no rule allows is refused.");
}

static int
explain_call(const godwit_policy_t *policy, const char *call)
{
    enum godwit_policy_answer answer;
    char text[2000];
    godwit_error_t *error = godwit_policy_call(policy, call, &answer, text,
                                               sizeof(text));
    if (error) {
        cmd_report(NULL, error);
        return CMD_EXIT_USAGE;
    }
    printf("%s: %s\n", call, text);
    return answer == GODWIT_POLICY_REFUSED ? CMD_EXIT_FAILED : CMD_EXIT_OK;
}

static int
run_explain(const struct cmd *self, int argc, char **argv)
{
    struct look look = { .json = false };
    struct cmd_line line = { .state = &look };
    int code = cmd_parse(self, argc, argv, &line);
    bool given = look.judge.file || look.judge.allows || look.judge.denies;
    if (code == CMD_GO_ON)
        code = cmd_judge_read(&look.judge);
    if (code == CMD_GO_ON) {
        code = CMD_EXIT_OK;
        if (!given)
            print_keys();
        else if (line.count == 0)
            print_rules(look.judge.policy);
        for (int i = 0; i < line.count; i++) {
            int one = explain_call(look.judge.policy, line.words[i]);
            code = code ? code : one;
        }
        code = cmd_finish(code);
    }
    cmd_judge_fini(&look.judge);
    return code;
}

const struct cmd cmd_policy_explain = {
    .name = "policy explain",
    .usage = "[OPTION...] [CALL...]",
    .summary = "say what a policy means, or how calls would fare",
    .details = "Without a policy, lists the keys of a rule.  A CALL is written "
               "like a grant,\nNAME:key=value,...; max-bytes is how many bytes "
               "it asks for.  Ends with 1 when\none would be refused.\n",
    .examples = "  godwit policy explain\n"
                "  godwit policy explain --policy policy.toml\n"
                "  godwit policy explain --policy policy.toml "
                "path_open:path=/data/a,access=read\n",
    .options = explain_options,
    .run = run_explain,
};
