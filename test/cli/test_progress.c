/* test_progress COMMAND: the bar on a terminal, while a module is loaded.
 *
 * The module is made so large that loading it takes long on any machine. */
#include "unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *command, *terminal_type = "xterm";
static char path[] = "/tmp/godwit-progress-XXXXXX";

/* ---- a module of many functions ---- */

enum { BODY = 60000 };

static void
put_size(FILE *to, uint32_t value)
{
    for (; value > 127; value >>= 7)
        fputc((int)(value & 127) | 128, to);
    fputc((int)value, to);
}

static uint32_t
size_of(uint32_t value)
{
    uint32_t size = 1;
    while (value >>= 7)
        size++;
    return size;
}

/* Each body: no locals, and empty blocks, which take longest by size. */
static void
make_module(uint32_t count)
{
    static const char head[] = "\0asm\1\0\0\0\1\4\1\x60\0\0\3";
    static const char step[] = "\x02\x40\x0b";
    const uint32_t body = BODY * 3 + 2;
    FILE *to = fopen(path, "wb");
    CHECK(to != NULL);
    fwrite(head, 1, sizeof head - 1, to);
    put_size(to, size_of(count) + count);
    put_size(to, count);
    for (uint32_t i = 0; i < count; i++)
        fputc(0, to);
    fputc(10, to);
    put_size(to, size_of(count) + count * (size_of(body) + body));
    put_size(to, count);
    for (uint32_t i = 0; i < count; i++) {
        put_size(to, body);
        fputc(0, to);
        for (int k = 0; k < BODY; k++)
            fwrite(step, 1, 3, to);
        fputc(11, to);
    }
    CHECK(fclose(to) == 0);
}

/* ---- a terminal ---- */

static double
now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Validates the module with err as its standard error. */
static pid_t
start(int err)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("GODWIT_CONFIG", "", 1);
        setenv("TERM", terminal_type, 1);
        dup2(err, 2);
        execl(command, command, "validate", "--jobs=1", path, (char *)NULL);
        _exit(127);
    }
    return child;
}

/* What it wrote, and how long it took. */
static double
listen_to(bool terminal, char *text, size_t size)
{
    int ends[2], status = -1;
    size_t used = 0;
    ssize_t part;
    double begin = now_s();
    if (terminal) {
        ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
        CHECK(grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0);
        ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
    } else {
        CHECK(pipe(ends) == 0);
    }
    CHECK(ends[0] >= 0 && ends[1] >= 0);
    pid_t child = start(ends[1]);
    close(ends[1]);
    /* A terminal ends with an error. */
    while ((part = read(ends[0], text + used, size - 1 - used)) > 0)
        used += (size_t)part;
    text[used] = '\0';
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    return now_s() - begin;
}

int
main(int argc, char **argv)
{
    static char text[1 << 16];
    command = argc > 1 ? argv[1] : "build/release/godwit";
    close(mkstemp(path));

    make_module(1);
    listen_to(true, text, sizeof text);
    CHECK(text[0] == '\0');

    uint32_t count = 16;
    do {
        make_module(count *= 2);
    } while (listen_to(false, text, sizeof text) < 1 && count < 8192);
    CHECK(text[0] == '\0');

    listen_to(true, text, sizeof text);
    if (!CHECK(strncmp(text, "\rgodwit: loading [", 18) == 0))
        printf("    %.60s\n", text);
    CHECK(strstr(text, "] 100 %") != NULL);
    size_t size = strlen(text);
    CHECK(size > 4 && strcmp(text + size - 4, "\r\033[K") == 0);

    terminal_type = "dumb";
    listen_to(true, text, sizeof text);
    CHECK(text[0] == '\0');
    unlink(path);
    return CHECK_DONE();
}
