/* godwit completion: what shells need to complete command lines, and pages of
 * the manual, from the same tables as the help. */
#include "cmd.h"

/* ---- bash ---- */

static void
words_of(const struct cmd *cmd)
{
    struct cmd_shown shown;
    for (int i = 0; cmd_shown_option(cmd, i, &shown); i++)
        printf(" --%s", shown.name);
}

static void
print_bash(void)
{
    printf("_godwit()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
           "    local command=${COMP_WORDS[1]-}\n"
           "    case $command in policy)\n"
           "        command=\"policy ${COMP_WORDS[2]-}\" ;;\n    esac\n"
           "    case $command in\n");
    for (int i = 0; cmd_table[i]; i++) {
        printf("    '%s')\n        options='", cmd_table[i]->name);
        words_of(cmd_table[i]);
        printf(" --help' ;;\n");
    }
    printf("    esac\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        options='");
    for (int i = 0; cmd_table[i]; i++) {
        size_t size = strcspn(cmd_table[i]->name, " ");
        /* Commands of two words lie together. */
        if (i == 0 || strncmp(cmd_table[i - 1]->name, cmd_table[i]->name,
                              size + (cmd_table[i]->name[size] != '\0')) != 0)
            printf(" %.*s", (int)size, cmd_table[i]->name);
    }
    printf(" --help --version'\n"
           "    elif [ \"${COMP_WORDS[1]}\" = policy ] && "
           "[ \"$COMP_CWORD\" -eq 2 ]; then\n"
           "        options='");
    for (int i = 0; cmd_table[i]; i++)
        if (strchr(cmd_table[i]->name, ' '))
            printf(" %s", strchr(cmd_table[i]->name, ' ') + 1);
    printf(
        "'\n    fi\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
        "    case $word in -*) ;; *)\n"
        "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY "
        "< <(compgen -f -- \"$word\") ;;\n"
        "    esac\n}\n"
        "complete -o filenames -F _godwit godwit\n");
}

/* ---- zsh, fish ---- */

/* Text within single quotes, without what the shells would read in it. */
static void
print_quoted(const char *text, const char *escaped)
{
    for (; *text; text++) {
        if (*text == '\'')
            printf("'\\''");
        else
            printf(strchr(escaped, *text) ? "\\%c" : "%c", *text);
    }
}

static void
print_zsh(void)
{
    struct cmd_shown shown;
    printf("#compdef godwit\n"
           "local command=$words[2]\n"
           "[[ $command == policy ]] && command=\"policy $words[3]\"\n"
           "case $command in\n");
    for (int i = 0; cmd_table[i]; i++) {
        printf("('%s')\n    _arguments \\\n", cmd_table[i]->name);
        for (int k = 0; cmd_shown_option(cmd_table[i], k, &shown); k++) {
            printf("        '--%s%s[", shown.name,
                   shown.argument[0] ? "=" : "");
            print_quoted(shown.help, "[]:");
            printf("]%s", shown.argument[0] ? ":" : "");
            print_quoted(shown.argument, "[]:");
            printf("%s' \\\n", shown.argument[0] ? ":_files" : "");
        }
        printf("        '*:file:_files' ;;\n");
    }
    printf("(*)\n    _values command");
    for (int i = 0; cmd_table[i]; i++) {
        printf(" \\\n        '%s[", cmd_table[i]->name);
        print_quoted(cmd_table[i]->summary, "[]:");
        printf("]'");
    }
    printf(" ;;\nesac\n");
}

static void
print_fish(void)
{
    struct cmd_shown shown;
    for (int i = 0; cmd_table[i]; i++) {
        const char *name = cmd_table[i]->name, *second = strchr(name, ' ');
        int size = (int)strcspn(name, " ");
        printf("complete -c godwit -n __fish_use_subcommand -a %.*s -d '", size,
               name);
        print_quoted(cmd_table[i]->summary, "\\");
        printf("'\n");
        if (second)
            printf("complete -c godwit -n '__fish_seen_subcommand_from %.*s' "
                   "-a %s\n",
                   size, name, second + 1);
        for (int k = 0; cmd_shown_option(cmd_table[i], k, &shown); k++) {
            printf("complete -c godwit -n '__fish_seen_subcommand_from %s' "
                   "-l %s%s -d '",
                   second ? second + 1 : name, shown.name,
                   shown.argument[0] ? " -r" : "");
            print_quoted(shown.help, "\\");
            printf("'\n");
        }
    }
}

/* ---- pages of the manual ---- */

/* Text for roff: no line begins with a point, hyphens stay hyphens. */
static void
print_roff(const char *text)
{
    for (bool start = true; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            printf("\\&");
        start = *text == '\n';
        if (*text == '\\')
            printf("\\e");
        else if (*text == '-')
            printf("\\-");
        else
            putchar(*text);
    }
}

static void
man_command(const struct cmd *cmd)
{
    struct cmd_shown shown;
    printf(".SS \"godwit %s\"\n", cmd->name);
    print_roff(cmd->summary);
    printf(".\n.PP\n.B godwit %s\n", cmd->name);
    print_roff(cmd->usage);
    printf("\n");
    if (cmd->details) {
        printf(".PP\n");
        print_roff(cmd->details);
    }
    for (int i = 0; cmd_shown_option(cmd, i, &shown); i++) {
        printf(".TP\n.B ");
        if (shown.letter)
            printf("\\-%c, ", shown.letter);
        printf("\\-\\-");
        print_roff(shown.name);
        printf("%s", shown.argument[0] ? " " : "");
        print_roff(shown.argument);
        printf("\n");
        print_roff(shown.help);
        printf("\n");
    }
    printf(".PP\n.nf\n");
    print_roff(cmd->examples);
    printf(".fi\n");
}

static void
print_man(void)
{
    printf(".TH GODWIT 1 \"\" \"godwit %s\" \"User Commands\"\n"
           ".SH NAME\ngodwit \\- a WebAssembly engine and edge runtime\n"
           ".SH SYNOPSIS\n.B godwit\n.I command\n[option...] file...\n"
           ".br\n.B godwit\n.I file\n[argument...]\n"
           ".SH COMMANDS\n",
           godwit_version());
    for (int i = 0; cmd_table[i]; i++)
        man_command(cmd_table[i]);
    printf(".SH CONFIGURATION FILE\n");
    print_roff(cmd_config_help);
    printf(".SH EXIT STATUS\n");
#define EXIT(ident, code, when)     \
    printf(".TP\n.B %d\n", (code)); \
    print_roff(when);               \
    printf("\n");
#include "exit.def"
#undef EXIT
}

/* ---- the command ---- */

static int
run_completion(const struct cmd *self, int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } kinds[] = { { "bash", print_bash },
                  { "zsh", print_zsh },
                  { "fish", print_fish },
                  { "man", print_man } };
    struct cmd_line line = { .config = NULL };
    int code = cmd_parse(self, argc, argv, &line);
    if (code != CMD_GO_ON)
        return code;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (line.count == 1 && strcmp(line.words[0], kinds[i].name) == 0) {
            kinds[i].print();
            return cmd_finish(CMD_EXIT_OK);
        }
    }
    cmd_error("usage: godwit completion bash|zsh|fish|man",
              "completion: which shell?");
    return CMD_EXIT_USAGE;
}

static const struct cmd_option options[] = { { 0 } };

const struct cmd cmd_completion = {
    .name = "completion",
    .usage = "bash|zsh|fish|man",
    .summary = "print what a shell needs to complete, or the manual page",
    .examples = "  source <(godwit completion bash)\n"
                "  godwit completion zsh >~/.zfunc/_godwit\n"
                "  godwit completion fish | source\n"
                "  godwit completion man | man -l -\n",
    .options = options,
    .run = run_completion,
};
