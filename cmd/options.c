/* Reading a command line by tables. */
#include "cmd.h"

#include <stdlib.h>

/* Where an option was found: a row of the command, or one of the engine. */
struct found {
    const struct cmd_option *row;
    enum godwit_option engine;
    bool takes_value;
    bool no_file; /* --no-config, which all have that read the file */
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
    *found = (struct found){ .row = NULL };
    if (cmd->engine_options && strcmp(name, "no-config") == 0) {
        found->no_file = true;
        return true;
    }
    for (const struct cmd_option *row = cmd->options; row->name; row++) {
        if (strcmp(row->name, name) == 0) {
            found->row = row;
            found->takes_value = row->argument != NULL;
            return true;
        }
    }
    if (!godwit_option_find(name, &found->engine) ||
        !cmd_takes_option(cmd, found->engine))
        return false;
    found->takes_value = godwit_option_describe(found->engine)->argument[0];
    return true;
}

static bool
find_letter(const struct cmd *cmd, char letter, struct found *found)
{
    *found = (struct found){ .row = NULL };
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

/* One option at argv[*at]; its value may be the next word.  check: it is not
 * taken yet. */
static int
parse_option(const struct cmd *cmd, int argc, char **argv, int *at,
             struct cmd_line *line, bool check)
{
    char *word = argv[*at], *value = NULL;
    char name[64];
    struct found found;

    if (word[1] == '-') {
        size_t size = strcspn(word, "=");
        value = word[size] ? word + size + 1 : NULL;
        snprintf(name, sizeof(name), "%.*s", (int)size, word);
        if (size >= sizeof(name) || !find_long(cmd, name + 2, &found))
            return usage(cmd, "unknown option", name);
    } else {
        snprintf(name, sizeof(name), "%s", word);
        if (!find_letter(cmd, word[1], &found))
            return usage(cmd, "unknown option", name);
        if (word[2] != '\0')
            value = word + 2;
    }
    if (!found.takes_value && value)
        return usage(cmd, "no value may follow", name);
    if (found.takes_value && !value) {
        if (*at + 1 == argc)
            return usage(cmd, "a value must follow", name);
        value = argv[++*at];
    }
    if (found.no_file)
        line->no_file = true;
    return check || found.no_file ? CMD_GO_ON : take(line, &found, value);
}

static bool
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Reads all of argv; check: only to see whether it makes sense. */
static int
walk(const struct cmd *cmd, int argc, char **argv, struct cmd_line *line,
     bool check)
{
    int at;
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
            int code = parse_option(cmd, argc, argv, &at, line, check);
            if (code != CMD_GO_ON)
                return code;
            continue;
        }
        if (cmd->stop_at_file)
            break;
        if (!check)
            line->words[line->count++] = word;
    }
    while (at < argc && !check)
        line->words[line->count++] = argv[at++];
    return CMD_GO_ON;
}

/* ---- the configuration file ---- */

/* Of the engine's options, one takes a protection away. */
static bool
is_settable(const struct found *found)
{
    if (found->row)
        return found->row->where == CMD_IN_FILE;
    return !found->no_file && found->engine != GODWIT_OPTION_UNTRUSTED_CODE;
}

/* A setting must make sense to a command, whichever is run. */
static int
check_setting(const struct cmd_config *file, const struct cmd_setting *setting)
{
    struct found found;
    bool command = false, known = false, settable = false;
    for (int i = 0; cmd_table[i]; i++) {
        const struct cmd *cmd = cmd_table[i];
        if (setting->section[0] && strcmp(setting->section, cmd->name) != 0)
            continue;
        command = true;
        if (!find_long(cmd, setting->name, &found))
            continue;
        known = true;
        settable |= is_settable(&found);
        bool is_word = strcmp(setting->value, "true") == 0 ||
                       strcmp(setting->value, "false") == 0;
        if (is_settable(&found) && (found.takes_value || is_word))
            return CMD_GO_ON;
    }
    if (!command)
        cmd_error("sections are named like commands: [run], [policy.check]",
                  "%s:%u: there is no command %s", file->path, setting->line,
                  setting->section);
    else if (!known)
        cmd_error("godwit COMMAND --help lists the options of a command",
                  "%s:%u: there is no option %s", file->path, setting->line,
                  setting->name);
    else if (!settable)
        cmd_error("a configuration file grants nothing, and says nothing that "
                  "is about one run only",
                  "%s:%u: %s may stand on the command line only", file->path,
                  setting->line, setting->name);
    else
        cmd_error(NULL, "%s:%u: %s is true or false", file->path, setting->line,
                  setting->name);
    return CMD_EXIT_USAGE;
}

static int
take_setting(const struct cmd *cmd, const struct cmd_line *line,
             struct cmd_setting *setting)
{
    struct found found;
    if (setting->section[0] && strcmp(setting->section, cmd->name) != 0)
        return CMD_GO_ON;
    if (!find_long(cmd, setting->name, &found) || !is_settable(&found))
        return CMD_GO_ON;
    setting->taken = true;
    if (!found.takes_value)
        return strcmp(setting->value, "true") == 0 ? take(line, &found, NULL)
                                                   : CMD_GO_ON;
    int code = take(line, &found, setting->value);
    if (code != CMD_GO_ON)
        cmd_error("--no-config leaves the configuration file out",
                  "%s:%u: that was %s = %s", line->file->path, setting->line,
                  setting->name, setting->value);
    return code;
}

static int
take_file(const struct cmd *cmd, const struct cmd_line *line)
{
    struct cmd_config *file = line->file;
    int code = cmd_config_read(file);
    for (size_t i = 0; i < file->count && code == CMD_GO_ON; i++)
        code = check_setting(file, &file->settings[i]);
    for (size_t i = 0; i < file->count && code == CMD_GO_ON; i++)
        code = take_setting(cmd, line, &file->settings[i]);
    return code;
}

int
cmd_parse(const struct cmd *cmd, int argc, char **argv, struct cmd_line *line)
{
    line->count = 0;
    line->words = argv;
    int code = walk(cmd, argc, argv, line, true);
    if (code == CMD_GO_ON && line->file && !line->no_file)
        code = take_file(cmd, line);
    return code == CMD_GO_ON ? walk(cmd, argc, argv, line, false) : code;
}
