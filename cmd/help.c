/* Help and manual, expanded from the tables of the commands. */
#include "cmd.h"

enum { COLUMN = 30 };

static const struct {
    int code;
    const char *when;
} exits[] = {
#define EXIT(ident, code, when) { code, when },
#include "exit.def"
#undef EXIT
};

const char cmd_config_help[] =
    "Options that would be said every time may stand in a file: the one that\n"
    "the variable GODWIT_CONFIG names (none, if it is empty), else\n"
    "godwit/config in $XDG_CONFIG_HOME or, without that, in ~/.config.  A "
    "line\n"
    "is \"name = value\", with the long name of an option; a switch is true "
    "or\n"
    "false; what may be said several times is [value, value].  Lines under\n"
    "[run], or the name of another command ([policy.check]), are for that\n"
    "command; lines above are for all that know the option.  They are taken\n"
    "before the command line, which therefore wins.\n"
    "\n"
    "The file grants nothing: options that give the guest something, weaken\n"
    "what protects the host, or are about one run only (dir, env, allow, "
    "deny,\n"
    "threads, no-second-wall, invoke, stdout, ...) are errors in it, as are\n"
    "names and values that make no sense.  godwit run -v says which file was\n"
    "read and what was taken from it; --no-config leaves it out.\n";

static const char config_example[] = "  timeout = 10s\n"
                                     "\n"
                                     "  [run]\n"
                                     "  max-memory = 256MiB\n"
                                     "  policy = \"/etc/godwit/default.toml\"\n"
                                     "  limit = [\"wasi-handles=64\", "
                                     "\"wasi-tmpfs=16MiB\"]\n";

/* For work on godwit itself: taken, but not shown. */
static bool
is_internal(enum godwit_option option)
{
    return option == GODWIT_OPTION_METER ||
           option == GODWIT_OPTION_SAFEPOINT_TEST ||
           option == GODWIT_OPTION_GC_STRESS;
}

static bool
has_row(const struct cmd *cmd, const char *name)
{
    for (const struct cmd_option *o = cmd->options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

bool
cmd_shown_option(const struct cmd *cmd, int number, struct cmd_shown *out)
{
    const struct godwit_option_info *info;
    for (const struct cmd_option *o = cmd->options; o->name; o++) {
        *out = (struct cmd_shown){ o->letter, o->name, o->help,
                                   o->argument ? o->argument : "" };
        if (number-- == 0)
            return true;
    }
    for (int i = 0;; i++) {
        enum godwit_option option = (enum godwit_option)i;
        info = godwit_option_describe(option);
        if (!info)
            break;
        if (!cmd_takes_option(cmd, option) || is_internal(option) ||
            has_row(cmd, info->name))
            continue;
        *out = (struct cmd_shown){ 0, info->name, info->help, info->argument };
        if (number-- == 0)
            return true;
    }
    *out = (struct cmd_shown){ 0, "no-config",
                               "leave the configuration file out", "" };
    return number == 0 && cmd->engine_options;
}

/* Calls row for each of them: "-o, --output FILE", and its help. */
static void
each_option(const struct cmd *cmd,
            void (*row)(const char *left, const char *help))
{
    struct cmd_shown shown;
    char left[96];
    for (int i = 0; cmd_shown_option(cmd, i, &shown); i++) {
        char letter[] = { '-', shown.letter, ',', ' ', '\0' };
        snprintf(left, sizeof(left), "%s--%s%s%s", shown.letter ? letter : "",
                 shown.name, shown.argument[0] ? " " : "", shown.argument);
        row(left, shown.help);
    }
    row("-h, --help", "print this and end");
}

static void
print_row(const char *left, const char *help)
{
    if (strlen(left) > COLUMN - 2)
        printf("  %s\n  %*s%s\n", left, COLUMN, "", help);
    else
        printf("  %-*s%s\n", COLUMN, left, help);
}

void
cmd_print_help(const struct cmd *cmd)
{
    printf("godwit %s: %s\n\nusage: godwit %s %s\n", cmd->name, cmd->summary,
           cmd->name, cmd->usage);
    if (cmd->details)
        printf("\n%s", cmd->details);
    printf("\noptions:\n");
    each_option(cmd, print_row);
    printf("\nexamples:\n%s", cmd->examples);
}

void
cmd_print_overview(FILE *to)
{
    fprintf(to,
            "godwit %s: a WebAssembly engine and edge runtime\n\n"
            "usage: godwit COMMAND [OPTION...] FILE...\n"
            "       godwit FILE [ARG...]          the same as godwit run\n"
            "\ncommands:\n",
            godwit_version());
    for (int i = 0; cmd_table[i]; i++)
        fprintf(to, "  %-14s %s\n", cmd_table[i]->name, cmd_table[i]->summary);
    fprintf(to, "\ngodwit COMMAND --help tells more; godwit help exit lists "
                "the exit codes.\n");
}

/* What WASI holds a guest to; see --limit. */
static void
each_limit(void (*row)(const char *left, const char *help))
{
    struct godwit_wasi_limit limit;
    char left[96];
    for (unsigned i = 0; godwit_wasi_limit(i, &limit); i++) {
        snprintf(left, sizeof(left), "%s=%llu", limit.name,
                 (unsigned long long)limit.standard);
        row(left, limit.effect);
    }
    for (unsigned i = 0; godwit_policy_limit(i, &limit); i++) {
        if (strcmp(limit.name, "audit-bytes") != 0)
            continue; /* the others are not for --limit */
        snprintf(left, sizeof(left), "%s=%llu", limit.name,
                 (unsigned long long)limit.standard);
        row(left, limit.effect);
    }
}

/* ---- the manual: doc/cli.md ---- */

static void
manual_row(const char *left, const char *help)
{
    printf("| `");
    for (; *left; left++)
        printf(*left == '|' ? "\\%c" : "%c", *left);
    printf("` | %s |\n", help);
}

static void
manual_command(const struct cmd *cmd)
{
    printf("\n## godwit %s\n\n%c%s.\n\n```\ngodwit %s %s\n```\n\n", cmd->name,
           cmd->summary[0] - 'a' + 'A', cmd->summary + 1, cmd->name,
           cmd->usage);
    if (cmd->details)
        printf("%s\n", cmd->details);
    printf("| option | |\n|---|---|\n");
    each_option(cmd, manual_row);
    printf("\n```\n%s```\n", cmd->examples);
}

static void
print_manual(void)
{
    printf("# The command\n\nThis page is what `godwit help manual` prints: "
           "the tables of `cmd/` and `src/base/option.def`.\n\n"
           "`godwit FILE ARG…` is short for `godwit run FILE ARG…`; "
           "`godwit --version` prints the version.\n");
    for (int i = 0; cmd_table[i]; i++)
        manual_command(cmd_table[i]);
    printf(
        "\n## Limits\n\nFor `--limit`, with what they are unless it says "
        "otherwise, and what happens past them.\n\n| limit | |\n|---|---|\n");
    each_limit(manual_row);
    printf("\n## The configuration file\n\n%s\n```\n%s```\n", cmd_config_help,
           config_example);
    printf("\n## Exit codes\n\n| code | when |\n|---|---|\n");
    for (size_t i = 0; i < sizeof(exits) / sizeof(*exits); i++)
        printf("| %d | %s |\n", exits[i].code, exits[i].when);
}

/* ---- the features: doc/features.md ---- */

static void
print_features(void)
{
    const char *name;
    unsigned operators, sum = 0;
    printf("# Features\n\nThis page is what `godwit help features` prints: the "
           "rows of `src/wasm/feature.def`, and how many of `src/wasm/op.def` "
           "belong to each.\n"
           "`--features=+NAME,-NAME` switches them.  What a module uses is "
           "found out when it is loaded; `godwit inspect` lists it.\n\n"
           "| feature | what it adds | operators | on unless asked otherwise | "
           "executed by |\n|---|---|---|---|---|\n");
    for (unsigned i = 0; (name = godwit_feature_name(i)) != NULL; i++) {
        operators = godwit_feature_operators(i);
        sum += operators;
        printf("| `%s` | %s | %u | %s | %s |\n", name, godwit_feature_text(i),
               operators, godwit_feature_is_on(i) ? "yes" : "no",
               godwit_feature_is_executable(i) ? "the interpreter"
                                               : "nothing yet");
    }
    printf("\n%u operators in all.\n", sum);
}

/* ---- godwit help ---- */

static void
print_config(void)
{
    printf("%s\n%s", cmd_config_help, config_example);
}

static void
print_limits(void)
{
    each_limit(print_row);
}

static void
print_exits(void)
{
    for (size_t i = 0; i < sizeof(exits) / sizeof(*exits); i++)
        printf("%4d  %s\n", exits[i].code, exits[i].when);
}

static void
print_commands(void)
{
    cmd_print_overview(stdout);
}

static const struct {
    const char *name;
    void (*print)(void);
} topics[] = { { "", print_commands },     { "config", print_config },
               { "exit", print_exits },    { "features", print_features },
               { "limits", print_limits }, { "manual", print_manual } };

static int
run_help(const struct cmd *self, int argc, char **argv)
{
    struct cmd_line line = { .config = NULL };
    int used, code = cmd_parse(self, argc, argv, &line);
    if (code != CMD_GO_ON)
        return code;
    const char *topic = line.count > 0 ? line.words[0] : "";
    const struct cmd *cmd = cmd_find(line.count, line.words, &used);
    if (cmd) {
        cmd_print_help(cmd);
        return cmd_finish(CMD_EXIT_OK);
    }
    for (size_t i = 0; i < sizeof(topics) / sizeof(*topics); i++) {
        if (strcmp(topic, topics[i].name) == 0) {
            topics[i].print();
            return cmd_finish(CMD_EXIT_OK);
        }
    }
    cmd_error("godwit help lists the commands", "there is no command %s",
              topic);
    return CMD_EXIT_USAGE;
}

static const struct cmd_option options[] = { { 0 } };

const struct cmd cmd_help = {
    .name = "help",
    .usage = "[COMMAND | config | exit | features | limits | manual]",
    .summary = "explain a command, the exit codes, or everything",
    .examples = "  godwit help run\n  godwit help manual >cli.md\n",
    .options = options,
    .run = run_help,
};
