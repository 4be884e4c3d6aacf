/*
 * Runs the prebuilt modules of WebAssembly/wasi-testsuite under a command.
 *
 *     run_p1 [--image] GODWIT FOLDER SUITE [WORD]
 *
 * SUITE is the archive (unpacked below FOLDER) or a folder with p1/ and
 * threads/.  Beside X.wasm an optional X.json says: args, env, root (a folder
 * beside it, of which the guest gets a fresh copy as "/"), exit_code, stdout,
 * stderr.  With WORD only modules whose path contains it run, and what they
 * print is shown.  With --image that folder is a tar file, granted to be
 * written to in memory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 32, TEXT_MAX = 4096, OUTPUT_MAX = 65536, SECONDS = 60 };

static const char *const parts[] = { "p1/assemblyscript", "p1/c", "p1/rust",
                                     "threads" };
static unsigned long passed, failed;
static bool as_image;

/* Text that does not fit would run something else than was meant. */
static void
print_to(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(buffer, size, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= size) {
        fprintf(stderr, "run_p1: a path is too long\n");
        exit(2);
    }
}

/* ---- what a test expects ---- */

struct expected {
    char text[TEXT_MAX]; /* all strings, each with its NUL */
    size_t used;
    const char *args[WORDS_MAX], *env[WORDS_MAX];
    size_t arg_count, env_count;
    const char *root, *out, *err; /* NULL: not said */
    int exit_code;
};

/* Reads JSON as far as these files use it; at points into the text. */
struct json {
    const char *at;
    bool bad;
};

static void
skip_space(struct json *json)
{
    json->at += strspn(json->at, " \t\r\n,:");
}

static bool
take(struct json *json, char c)
{
    skip_space(json);
    if (*json->at != c)
        return false;
    json->at++;
    return true;
}

static const char *
read_string(struct json *json, struct expected *expected, char separator)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    char *start = expected->text + expected->used;
    if (!take(json, '"')) {
        json->bad = true;
        return "";
    }
    while (*json->at && *json->at != '"' && expected->used < TEXT_MAX - 2) {
        char c = *json->at++;
        if (c == '\\') {
            const char *escape = strchr(from, *json->at);
            c = escape && *escape ? to[escape - from] : *json->at;
            json->at++;
        }
        expected->text[expected->used++] = c;
    }
    json->bad = json->bad || *json->at != '"';
    json->at++;
    expected->text[expected->used++] = separator;
    return start;
}

static void
read_value(struct json *json, const char *key, struct expected *expected)
{
    if (strcmp(key, "args") == 0 && take(json, '[')) {
        while (!take(json, ']') && !json->bad &&
               expected->arg_count < WORDS_MAX)
            expected->args[expected->arg_count++] = read_string(json, expected,
                                                                '\0');
    } else if (strcmp(key, "env") == 0 && take(json, '{')) {
        while (!take(json, '}') && !json->bad &&
               expected->env_count < WORDS_MAX) {
            expected->env[expected->env_count++] = read_string(json, expected,
                                                               '=');
            (void)read_string(json, expected, '\0');
        }
    } else if (strcmp(key, "exit_code") == 0) {
        skip_space(json);
        expected->exit_code = (int)strtol(json->at, (char **)&json->at, 10);
    } else {
        const char *value = read_string(json, expected, '\0');
        if (strcmp(key, "root") == 0)
            expected->root = value;
        else if (strcmp(key, "stdout") == 0)
            expected->out = value;
        else if (strcmp(key, "stderr") == 0)
            expected->err = value;
        else
            json->bad = true;
    }
}

/* No file means that nothing special is expected. */
static bool
read_expected(const char *path, struct expected *expected)
{
    char text[TEXT_MAX] = { 0 };
    struct json json = { text, false };
    memset(expected, 0, sizeof *expected);
    FILE *file = fopen(path, "r");
    if (!file)
        return true;
    size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    json.bad = size == sizeof text - 1 || !take(&json, '{');
    while (!json.bad && !take(&json, '}')) {
        const char *key = read_string(&json, expected, '\0');
        read_value(&json, key, expected);
    }
    return !json.bad;
}

/* ---- running one ---- */

static bool
shell(const char *format, const char *a, const char *b)
{
    char command[2 * PATH_MAX + 128];
    print_to(command, sizeof command, format, a, b);
    return system(command) == 0;
}

static void
redirect(const char *path, int fd, int flags)
{
    int file = open(path, flags, 0666);
    if (file == -1 || dup2(file, fd) == -1)
        _exit(126);
}

/* Threads may wait for ever for an input that nobody writes; for others it is
 * empty. */
static void
set_input(bool threads)
{
    int ends[2];
    if (!threads)
        redirect("/dev/null", 0, O_RDONLY);
    else if (pipe(ends) == -1 || dup2(ends[0], 0) == -1)
        _exit(126);
}

static void
become(const char *godwit, const char *module, const char *root,
       const char *folder, const struct expected *expected)
{
    bool threads = strstr(module, "/threads/") != NULL;
    const char *argv[2 * WORDS_MAX + WORDS_MAX + 8];
    char dir[PATH_MAX + 16], path[PATH_MAX + 16];
    size_t n = 0;
    argv[n++] = godwit;
    argv[n++] = "run";
    if (threads)
        argv[n++] = "--threads";
    if (expected->root) {
        print_to(dir, sizeof dir, as_image ? "%s.tar::/:rw" : "%s::/", root);
        argv[n++] = as_image ? "--image" : "--dir";
        argv[n++] = dir;
    }
    for (size_t i = 0; i < expected->env_count; i++) {
        argv[n++] = "--env";
        argv[n++] = expected->env[i];
    }
    argv[n++] = module;
    for (size_t i = 0; i < expected->arg_count; i++)
        argv[n++] = expected->args[i];
    argv[n] = NULL;
    set_input(threads);
    print_to(path, sizeof path, "%s/stdout", folder);
    redirect(path, 1, O_WRONLY | O_CREAT | O_TRUNC);
    print_to(path, sizeof path, "%s/stderr", folder);
    redirect(path, 2, O_WRONLY | O_CREAT | O_TRUNC);
    (void)alarm(SECONDS);
    (void)execv(godwit, (char **)argv);
    _exit(127);
}

static const char *
output_of(const char *folder, const char *name, char buffer[OUTPUT_MAX])
{
    char path[PATH_MAX + 16];
    print_to(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(buffer, 1, OUTPUT_MAX - 1, file) : 0;
    buffer[size] = '\0';
    if (file)
        (void)fclose(file);
    return buffer;
}

static void
judge(const char *module, int status, const char *folder,
      const struct expected *expected, bool show)
{
    static char out[OUTPUT_MAX], err[OUTPUT_MAX];
    (void)output_of(folder, "stdout", out);
    (void)output_of(folder, "stderr", err);
    bool code = WIFEXITED(status) && WEXITSTATUS(status) == expected->exit_code;
    bool texts = (!expected->out || strcmp(out, expected->out) == 0) &&
                 (!expected->err || strcmp(err, expected->err) == 0);
    if (code && texts)
        passed++;
    else
        failed++;
    if (!code || !texts)
        printf("FAILED: %s: %s %d, expected exit %d%s\n", module,
               WIFEXITED(status) ? "exit" : "signal",
               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
               expected->exit_code, texts ? "" : "; other output");
    if (!code || !texts || show)
        printf("%.2000s%.2000s", out, err);
}

static void
run(const char *godwit, const char *folder, const char *suite, const char *base,
    bool show)
{
    char path[PATH_MAX], root[PATH_MAX];
    struct expected expected;
    print_to(path, sizeof path, "%s/%s.json", suite, base);
    if (!read_expected(path, &expected)) {
        printf("FAILED: %s.json cannot be read\n", base);
        failed++;
        return;
    }
    print_to(root, sizeof root, "%s/root", folder);
    if (expected.root) {
        print_to(path, sizeof path, "%s/%.*s/%s", suite,
                 (int)(strrchr(base, '/') - base), base, expected.root);
        if (!shell("rm -rf '%2$s' && cp -R '%1$s' '%2$s' && "
                   "find '%2$s' -name '*.cleanup' -exec rm -rf {} +",
                   path, root))
            printf("cannot copy %s\n", path);
        if (as_image && !shell("tar -cf '%1$s.tar' -C '%1$s' .", root, ""))
            printf("cannot pack %s\n", path);
    }
    print_to(path, sizeof path, "%s/%s.wasm", suite, base);
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        become(godwit, path, root, folder, &expected);
    int status = -1;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR)
        ;
    judge(path, status, folder, &expected, show);
}

/* ---- all of them ---- */

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_module(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".wasm") == 0;
}

static void
run_part(const char *godwit, const char *folder, const char *suite,
         const char *part, const char *word)
{
    char path[PATH_MAX], base[PATH_MAX];
    struct dirent **entries;
    print_to(path, sizeof path, "%s/%s", suite, part);
    int count = scandir(path, &entries, is_module, by_name);
    for (int i = 0; i < count; i++) {
        print_to(base, sizeof base, "%s/%.*s", part,
                 (int)(strlen(entries[i]->d_name) - 5), entries[i]->d_name);
        if (!word || strstr(base, word))
            run(godwit, folder, suite, base, word != NULL);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
}

int
main(int argc, char **argv)
{
    char suite[PATH_MAX];
    if (argc > 1 && strcmp(argv[1], "--image") == 0) {
        as_image = true;
        argc--;
        argv++;
    }
    if (argc < 4) {
        fprintf(stderr, "usage: run_p1 [--image] GODWIT FOLDER SUITE [WORD]\n");
        return 2;
    }
    if (access(argv[3], R_OK) != 0) {
        printf("%s is not here: download or copy it\n", argv[3]);
        printf("0 passed, 0 failed, 87 skipped\n");
        return 0;
    }
    print_to(suite, sizeof suite, "%s", argv[3]);
    if (strstr(argv[3], ".tar")) {
        print_to(suite, sizeof suite, "%s/wasi-testsuite-p1", argv[2]);
        if (!shell("mkdir -p '%2$s' && tar -xf '%1$s' -C '%2$s'", argv[3],
                   argv[2]))
            printf("cannot unpack %s\n", argv[3]);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        run_part(argv[1], argv[2], suite, parts[i], argc > 4 ? argv[4] : NULL);
    failed += passed + failed == 0;
    printf("%lu passed, %lu failed, 0 skipped\n", passed, failed);
    return failed != 0;
}
