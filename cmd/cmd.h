/*
 * What the subcommands share: tables of options, help, errors, exit codes.
 *
 * A subcommand is a struct cmd, one of the table in godwit.c.  Its options
 * are rows; parsing, help and the manual (doc/cli.md) all expand them.
 */
#ifndef GODWIT_CMD_H
#define GODWIT_CMD_H

#include "godwit.h"

#include "progress.h"

#include <stdio.h>

enum cmd_exit {
#define EXIT(ident, code, when) CMD_EXIT_##ident = (code),
#include "exit.def"
#undef EXIT
    CMD_GO_ON = -1 /* no exit: go on */
};

/* Where an option may stand.  What gives a guest something, or is about one
 * run only, may not stand in a configuration file. */
enum cmd_where { CMD_ON_LINE, CMD_IN_FILE };

struct cmd_option {
    char letter; /* 0: none */
    const char *name;
    const char *argument; /* NULL: a switch; value is NULL then */
    const char *help;
    /* Returns CMD_GO_ON, or an exit code after saying why. */
    int (*take)(void *state, const char *value);
    enum cmd_where where;
};

/* Which options of godwit/config.h a command takes. */
enum cmd_engine_options {
    CMD_NO_OPTIONS,
    CMD_FEATURES, /* looks at modules: --features and --jobs */
    CMD_ALL_OPTIONS
};

struct cmd {
    const char *name, *usage, *summary;
    const char *details;              /* paragraphs; may be NULL */
    const char *examples;             /* lines, each a command */
    const struct cmd_option *options; /* the last has no name */
    enum cmd_engine_options engine_options;
    bool stop_at_file; /* what follows the first file is not ours */
    int (*run)(const struct cmd *cmd, int argc, char **argv);
};

extern const struct cmd cmd_run, cmd_compile, cmd_validate, cmd_inspect,
    cmd_wat2wasm, cmd_wasm2wat, cmd_wast, cmd_policy_learn, cmd_policy_check,
    cmd_policy_explain, cmd_completion, cmd_help;
/* All of them, in the order of the help; the last is NULL. */
extern const struct cmd *const cmd_table[];
/* The command that words name, of which some have two; *used: how many.
 * NULL: there is none. */
const struct cmd *cmd_find(int count, char *const *words, int *used);

/* ---- config.c ---- */

/* One option of a configuration file. */
struct cmd_setting {
    char section[64]; /* the command's name; "": all that take it */
    char name[64];
    char *value; /* own */
    unsigned line;
    bool taken; /* by the command that runs */
};

struct cmd_config {
    char *path; /* own; NULL: there is none */
    struct cmd_setting *settings;
    size_t count;
};

/* Reads the file that GODWIT_CONFIG names, else the one of the user, if any.
 * CMD_GO_ON or an exit code; cmd_config_fini ends it in any case. */
int cmd_config_read(struct cmd_config *config);
/* Prints which file it is and what was taken from it. */
void cmd_config_show(const struct cmd_config *config);
void cmd_config_fini(struct cmd_config *config);
/* Paragraphs about the file. */
extern const char cmd_config_help[];

/* ---- options.c ---- */

/* What a command line is read into. */
struct cmd_line {
    void *state;             /* for cmd_option.take */
    wasm_config_t *config;   /* for the engine's options; may be NULL */
    struct cmd_config *file; /* read and taken before argv; may be NULL */
    bool no_file;            /* argv says --no-config */
    int count;               /* words that are no options, */
    char **words;            /*   moved to the front of argv */
};

/* Reads argv (without the command's name); CMD_GO_ON or an exit code. */
int cmd_parse(const struct cmd *cmd, int argc, char **argv,
              struct cmd_line *line);
/* Does cmd take this option of the engine? */
bool cmd_takes_option(const struct cmd *cmd, enum godwit_option option);

/* Engine and store of a command that takes the engine's options. */
struct cmd_engine {
    wasm_engine_t *engine;
    wasm_store_t *store;
    struct cmd_config config;
    struct cmd_progress progress;
};

/* Reads argv, which must name at least one file, and makes an engine that
 * runs modules or, for inspect, only looks at them.  CMD_GO_ON or an exit
 * code; cmd_engine_fini ends it in any case, where it is. */
int cmd_engine_init(struct cmd_engine *engine, const struct cmd *cmd,
                    bool inspect, int argc, char **argv, struct cmd_line *line);
void cmd_engine_fini(struct cmd_engine *engine);
/* Opens a module into own *out; CMD_GO_ON or an exit code after saying why. */
int cmd_open_module(struct cmd_engine *engine, const char *path,
                    wasm_module_t **out);

/* ---- help.c ---- */

/* An option that people are shown. */
struct cmd_shown {
    char letter; /* 0: none */
    const char *name, *help;
    const char *argument; /* "": a switch */
};
/* By number from 0; false when there are no more. */
bool cmd_shown_option(const struct cmd *cmd, int number, struct cmd_shown *out);

void cmd_print_help(const struct cmd *cmd);
void cmd_print_overview(FILE *to);

/* ---- report.c ---- */

/* Prints "godwit: ..." and, unless hint is NULL, "hint: ...". */
void cmd_error(const char *hint, const char *format, ...);
/* Prints an error about subject (NULL: none), ends it and returns the exit
 * code that goes with it. */
int cmd_report(const char *subject, godwit_error_t *error);
/* Prints a trap with its backtrace, ends it and returns the exit code; of a
 * guest that ended its program, that code without a word. */
int cmd_report_trap(const char *subject, wasm_trap_t *trap);
/* Ends the output: code, or CMD_EXIT_IO when stdout could not be written. */
int cmd_finish(int code);

/* ---- file.c ---- */

/* Reads a whole file ("-": stdin) into own *out; CMD_GO_ON or an exit code
 * after saying why. */
int cmd_read_file(const char *path, wasm_byte_vec_t *out);
/* Writes it (NULL or "-": stdout). */
int cmd_write_file(const char *path, const wasm_byte_vec_t *bytes);

/* ---- names ---- */

/* A name from a module, escaped and perhaps shortened. */
struct cmd_name {
    char text[256];
};
struct cmd_name cmd_name(struct godwit_bytes name);
/* Writes it as a JSON string. */
void cmd_write_json(FILE *to, const char *data, size_t size);
void cmd_print_json(const char *data, size_t size); /* to stdout */

#endif
