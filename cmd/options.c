/* Reading a command line by tables. */
#include "cmd.h"

#include <stdlib.h>

/* Where an option was found: a row of the command, or one of the engine. */
struct found {
    const struct cmd_option *row;
    enum godwit_option engine;
    bool takes_value;
};

bool
cmd_takes_option(const struct cmd *cmd, enum godwit_option option)
{
    if (cmd->engine_options == CMD_FEATURES)
        return option == GODWIT_OPTION_FEATURES || option == GODWIT_OPTION_JOBS;
    return cmd->engine_options == CMD_ALL_OPTIONS;
}

static bool
find_long(const struct cmd *cmd, const char *name, struct found *found)
{
    for (const struct cmd_option *row = cmd->options; row->name; row++) {
        if (strcmp(row->name, name) == 0) {
            found->row = row;
            found->takes_value = row->argument != NULL;
            return true;
        }
    }
    found->row = NULL;
    if (!godwit_option_find(name, &found->engine) ||
        !cmd_takes_option(cmd, found->engine))
        return false;
    found->takes_value = godwit_option_describe(found->engine)->argument[0];
    return true;
}

static bool
find_letter(const struct cmd *cmd, char letter, struct found *found)
{
    for (const struct cmd_option *row = cmd->options; row->name; row++) {
        if (row->letter == letter) {
            found->row = row;
            found->takes_value = row->argument != NULL;
            return true;
        }
    }
    return false;
}

static int
usage(const struct cmd *cmd, const char *what, const char *word)
{
    char hint[80];
    snprintf(hint, sizeof(hint), "godwit %s --help lists the options",
             cmd->name);
    cmd_error(hint, "%s: %s %s", cmd->name, what, word);
    return CMD_EXIT_USAGE;
}

static int
set_engine(const struct cmd_line *line, enum godwit_option option,
           const char *text)
{
    uint64_t value;
    godwit_error_t *error = godwit_option_parse(option, text ? text : "on",
                                                &value);
    if (!error)
        error = godwit_config_set(line->config, option, value);
    return error ? cmd_report(NULL, error) : CMD_GO_ON;
}

static int
take(const struct cmd_line *line, const struct found *found, const char *value)
{
    if (found->row)
        return found->row->take(line->state, value);
    return set_engine(line, found->engine, value);
}

/* One option at argv[*at]; its value may be the next word. */
static int
parse_option(const struct cmd *cmd, int argc, char **argv, int *at,
             const struct cmd_line *line)
{
    char *word = argv[*at];
    char *value = NULL;
    struct found found;

    if (word[1] == '-') {
        value = strchr(word, '=');
        if (value)
            *value++ = '\0';
        if (!find_long(cmd, word + 2, &found))
            return usage(cmd, "unknown option", word);
    } else {
        if (!find_letter(cmd, word[1], &found))
            return usage(cmd, "unknown option", word);
        if (word[2] != '\0')
            value = word + 2;
    }
    if (!found.takes_value && value)
        return usage(cmd, "no value may follow", word);
    if (found.takes_value && !value) {
        if (*at + 1 == argc)
            return usage(cmd, "a value must follow", word);
        value = argv[++*at];
    }
    return take(line, &found, value);
}

static bool
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int
cmd_parse(const struct cmd *cmd, int argc, char **argv, struct cmd_line *line)
{
    int at;
    line->count = 0;
    line->words = argv;
    for (at = 0; at < argc; at++) {
        char *word = argv[at];
        if (is_help(word)) {
            cmd_print_help(cmd);
            return cmd_finish(CMD_EXIT_OK);
        }
        if (word[0] == '-' && word[1] == '-' && word[2] == '\0') {
            at++;
            break;
        }
        if (word[0] == '-' && word[1] != '\0') {
            int code = parse_option(cmd, argc, argv, &at, line);
            if (code != CMD_GO_ON)
                return code;
            continue;
        }
        if (cmd->stop_at_file)
            break;
        line->words[line->count++] = word;
    }
    while (at < argc)
        line->words[line->count++] = argv[at++];
    return CMD_GO_ON;
}
