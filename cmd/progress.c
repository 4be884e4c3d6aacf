#define _POSIX_C_SOURCE 200809L
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_NS = 500000000, WIDTH = 40 };

static uint64_t
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool
cmd_progress_is_seen(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

void
cmd_progress_begin(struct cmd_progress *progress)
{
    progress->begin_ns = now_ns();
    atomic_init(&progress->shown, 0);
    atomic_flag_clear(&progress->drawing);
}

static void
draw(const char *what, unsigned percent)
{
    char bar[WIDTH + 1];
    unsigned full = percent * WIDTH / 100;
    memset(bar, ' ', WIDTH);
    memset(bar, '#', full);
    bar[WIDTH] = '\0';
    fprintf(stderr, "\rgodwit: %s [%s] %3u %%", what, bar, percent);
    fflush(stderr);
}

void
cmd_progress_tell(void *env, const char *what, uint64_t done, uint64_t total)
{
    struct cmd_progress *progress = env;
    if (total == 0 || now_ns() - progress->begin_ns < PATIENCE_NS)
        return;
    unsigned percent = (unsigned)(done * 100 / total);
    if (percent < atomic_load(&progress->shown) ||
        atomic_flag_test_and_set(&progress->drawing))
        return;
    if (percent >= atomic_load(&progress->shown)) {
        draw(what, percent);
        atomic_store(&progress->shown, percent + 1);
    }
    atomic_flag_clear(&progress->drawing);
}

void
cmd_progress_end(struct cmd_progress *progress)
{
    if (atomic_load(&progress->shown) == 0)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
