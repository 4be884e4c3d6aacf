/* The configuration file: where it is, and what stands in it. */
#define _POSIX_C_SOURCE 200809L
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct reader {
    struct cmd_config *config;
    const char *at;
    unsigned line;
    char section[64]; /* "": before the first */
};

/* ---- where ---- */

static char *
join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 1;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s", folder, name);
    return path;
}

static bool
is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Own, or NULL: there is none. */
static char *
find_path(void)
{
    const char *named = getenv("GODWIT_CONFIG");
    const char *folder = getenv("XDG_CONFIG_HOME");
    const char *name = "/godwit/config";
    if (named)
        return named[0] ? join(named, "") : NULL;
    if (!folder || folder[0] != '/') {
        folder = getenv("HOME");
        name = "/.config/godwit/config";
    }
    char *path = folder && folder[0] == '/' ? join(folder, name) : NULL;
    if (path && is_absent(path)) {
        free(path);
        path = NULL;
    }
    return path;
}

/* ---- reading ---- */

static int
wrong(const struct reader *reader, const char *what)
{
    cmd_error("a line is \"name = value\", \"[command]\" or \"# comment\"; "
              "--no-config leaves the file out",
              "%s:%u: %s", reader->config->path, reader->line, what);
    return CMD_EXIT_USAGE;
}

static int
no_memory(void)
{
    cmd_error(NULL, "out of memory");
    return CMD_EXIT_SOFTWARE;
}

/* Spaces and comments; lines: the ends of lines, too. */
static void
skip(struct reader *reader, bool lines)
{
    for (;;) {
        char c = *reader->at;
        if (c == '#') {
            reader->at += strcspn(reader->at, "\n");
        } else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
            reader->line += c == '\n';
            reader->at++;
        } else {
            return;
        }
    }
}

static bool
skip_char(struct reader *reader, char c)
{
    skip(reader, false);
    bool there = *reader->at == c;
    reader->at += there;
    return there;
}

static size_t
name_size(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyz"
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
}

/* Behind "[": the words of a command, with points between. */
static int
read_section(struct reader *reader)
{
    size_t used = 0;
    do {
        skip(reader, false);
        size_t size = name_size(reader->at);
        if (size == 0 || used + size + 1 >= sizeof(reader->section))
            return wrong(reader, "a command's name is missing");
        if (used > 0)
            reader->section[used++] = ' ';
        memcpy(reader->section + used, reader->at, size);
        used += size;
        reader->at += size;
    } while (skip_char(reader, '.'));
    reader->section[used] = '\0';
    return skip_char(reader, ']') ? CMD_GO_ON : wrong(reader, "] is missing");
}

/* Copies a string, or a word, without its quotes. */
static int
copy_value(struct reader *reader, char *to)
{
    char quote = *reader->at;
    if (quote != '"' && quote != '\'') {
        size_t size = strcspn(reader->at, " \t\r\n#,[]\"'");
        memcpy(to, reader->at, size);
        to[size] = '\0';
        reader->at += size;
        return size ? CMD_GO_ON : wrong(reader, "a value is missing");
    }
    reader->at++;
    while (*reader->at != quote) {
        if (quote == '"' && *reader->at == '\\') {
            reader->at++;
            if (*reader->at != '"' && *reader->at != '\\')
                return wrong(reader, "only \\\" and \\\\ are escapes; 'text' "
                                     "has none");
        }
        if (*reader->at == '\n' || *reader->at == '\0')
            return wrong(reader, "a string does not end");
        *to++ = *reader->at++;
    }
    *to = '\0';
    reader->at++;
    return CMD_GO_ON;
}

/* Appends name = value. */
static int
add(struct reader *reader, const char *name, size_t size)
{
    struct cmd_config *config = reader->config;
    struct cmd_setting *more = realloc(config->settings,
                                       (config->count + 1) * sizeof(*more));
    if (!more)
        return no_memory();
    config->settings = more;
    struct cmd_setting *setting = &more[config->count++];
    *setting = (struct cmd_setting){ .line = reader->line };
    memcpy(setting->section, reader->section, sizeof(setting->section));
    if (size >= sizeof(setting->name))
        return wrong(reader, "no option has so long a name");
    memcpy(setting->name, name, size);
    setting->name[size] = '\0';
    /* No value is longer than the rest of its line. */
    setting->value = malloc(strcspn(reader->at, "\n") + 1);
    return setting->value ? copy_value(reader, setting->value) : no_memory();
}

/* name = value, or name = [value, ...], which says it several times. */
static int
read_setting(struct reader *reader)
{
    const char *name = reader->at;
    size_t size = name_size(name);
    int code = CMD_GO_ON;
    if (size == 0)
        return wrong(reader, "this is no option's name");
    reader->at += size;
    if (!skip_char(reader, '='))
        return wrong(reader, "= is missing behind the option's name");
    if (!skip_char(reader, '['))
        return add(reader, name, size);
    do {
        skip(reader, true);
        if (*reader->at == ']')
            break;
        code = add(reader, name, size);
        skip(reader, true);
    } while (code == CMD_GO_ON && skip_char(reader, ','));
    if (code == CMD_GO_ON && !skip_char(reader, ']'))
        code = wrong(reader, "] is missing");
    return code;
}

static int
read_lines(struct reader *reader)
{
    int code = CMD_GO_ON;
    skip(reader, true);
    while (code == CMD_GO_ON && *reader->at) {
        code = skip_char(reader, '[') ? read_section(reader)
                                      : read_setting(reader);
        skip(reader, false);
        if (code == CMD_GO_ON && *reader->at && *reader->at != '\n')
            code = wrong(reader, "the line goes on where it should end");
        skip(reader, true);
    }
    return code;
}

int
cmd_config_read(struct cmd_config *config)
{
    wasm_byte_vec_t bytes;
    struct reader reader = { .config = config, .line = 1 };
    config->path = find_path();
    if (!config->path)
        return CMD_GO_ON;
    int code = cmd_read_file(config->path, &bytes);
    if (code != CMD_GO_ON)
        return code;
    char *text = malloc(bytes.size + 1);
    if (text) {
        memcpy(text, bytes.data, bytes.size);
        text[bytes.size] = '\0';
        reader.at = text;
        code = strlen(text) == bytes.size ? read_lines(&reader)
                                          : wrong(&reader, "this is no text");
    }
    wasm_byte_vec_delete(&bytes);
    free(text);
    return text ? code : no_memory();
}

void
cmd_config_show(const struct cmd_config *config)
{
    if (!config->path)
        return;
    fprintf(stderr, "godwit: configuration %s:", config->path);
    for (size_t i = 0; i < config->count; i++)
        if (config->settings[i].taken)
            fprintf(stderr, " --%s=%s", config->settings[i].name,
                    config->settings[i].value);
    fputc('\n', stderr);
}

void
cmd_config_fini(struct cmd_config *config)
{
    for (size_t i = 0; i < config->count; i++)
        free(config->settings[i].value);
    free(config->settings);
    free(config->path);
}
