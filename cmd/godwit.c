/* The command: a table of subcommands over include/. */
#define _POSIX_C_SOURCE 200809L
#include "cmd.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

const struct cmd *const cmd_table[] = {
    &cmd_run,
    &cmd_compile,
    &cmd_validate,
    &cmd_inspect,
    &cmd_wat2wasm,
    &cmd_wasm2wat,
    &cmd_wast,
    &cmd_policy_learn,
    &cmd_policy_check,
    &cmd_policy_explain,
    &cmd_completion,
    &cmd_help,
    NULL,
};

const struct cmd *
cmd_find(int count, char *const *words, int *used)
{
    for (int i = 0; cmd_table[i]; i++) {
        const char *name = cmd_table[i]->name;
        size_t size = strcspn(name, " ");
        if (count == 0 || strlen(words[0]) != size ||
            strncmp(name, words[0], size) != 0)
            continue;
        *used = 1 + (name[size] != '\0');
        if (*used == 1 || (count > 1 && strcmp(name + size + 1, words[1]) == 0))
            return cmd_table[i];
    }
    return NULL;
}

static bool
is_either(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* Where the caller has closed a standard stream, the next file opened would
 * stand in its place, and what we print would go there. */
static void
fill_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

int
main(int argc, char **argv)
{
    fill_standard_streams();
    /* A closed pipe is an error like any other: the guest sees EPIPE. */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        cmd_print_overview(stderr);
        return CMD_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (is_either(word, "--version", "-V")) {
        printf("godwit %s\n", godwit_version());
        return cmd_finish(CMD_EXIT_OK);
    }
    if (is_either(word, "--help", "-h")) {
        cmd_print_overview(stdout);
        return cmd_finish(CMD_EXIT_OK);
    }
    int used;
    const struct cmd *cmd = cmd_find(argc - 1, argv + 1, &used);
    if (cmd)
        return cmd->run(cmd, argc - 1 - used, argv + 1 + used);
    /* A name with a point or a slash is a file; so is one after options. */
    if (strpbrk(word, "./") || word[0] == '-')
        return cmd_run.run(&cmd_run, argc - 1, argv + 1);
    cmd_error("godwit --help lists the commands; a file is run by godwit run "
              "FILE",
              "there is no command %s", word);
    return CMD_EXIT_USAGE;
}
