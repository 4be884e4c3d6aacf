/* A guest that tries what its arguments say, and prints how each went:
 * read, write, list, stat, remove PATH; rename, link, symlink FROM TO;
 * below DIR NAME; open PATH N; random, out N; clock, poll ID (wait for that
 * clock; -1: for the standard output). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

static char **words;

static const char *
next(void)
{
    return *words ? *words++ : "";
}

static int
read_file(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);
    int result = fd < 0 ? -1 : (int)read(fd, &byte, 1);
    if (fd >= 0)
        close(fd);
    return result;
}

static int
write_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    if (fd >= 0)
        close(fd);
    return fd;
}

static int
list(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return -1;
    while (readdir(dir) != NULL)
        ;
    return closedir(dir);
}

/* Through a directory that was opened first. */
static int
below(const char *dir, const char *name)
{
    int at = open(dir, O_RDONLY | O_DIRECTORY);
    int fd = at < 0 ? -1 : openat(at, name, O_RDONLY);
    if (fd >= 0)
        close(fd);
    return fd;
}

/* How many handles there can be at once, up to count. */
static int
open_many(const char *path, int count)
{
    int open_now = 0;
    while (open_now < count && open(path, O_RDONLY) >= 0)
        open_now++;
    printf("(%d open) ", open_now);
    return open_now == count ? 0 : -1;
}

static int
random_bytes(size_t size)
{
    uint8_t *bytes = malloc(size);
    errno = bytes ? __wasi_random_get(bytes, size) : ENOMEM;
    free(bytes);
    return errno ? -1 : 0;
}

static int
write_out(size_t size)
{
    char *bytes = calloc(size + 1, 1);
    size_t done = 0;
    memset(bytes, 'x', size);
    while (done < size) {
        ssize_t part = write(2, bytes + done, size - done);
        if (part < 0)
            break;
        done += (size_t)part;
    }
    free(bytes);
    return done == size ? 0 : -1;
}

static int
clock_time(unsigned id)
{
    __wasi_timestamp_t now;
    errno = __wasi_clock_time_get(id, 0, &now);
    return errno ? -1 : 0;
}

static int
wait_for(int id)
{
    __wasi_subscription_t on = { .userdata = 1 };
    __wasi_event_t event = { 0 };
    size_t count;
    on.u.tag = id < 0 ? __WASI_EVENTTYPE_FD_WRITE : __WASI_EVENTTYPE_CLOCK;
    if (id < 0)
        on.u.u.fd_write.file_descriptor = 1;
    else
        on.u.u.clock.id = (__wasi_clockid_t)id;
    errno = __wasi_poll_oneoff(&on, &event, 1, &count);
    if (errno == 0)
        errno = event.error;
    return errno ? -1 : 0;
}

static int
try(const char *what, const char *about)
{
    struct stat stat_of;
    if (strcmp(what, "read") == 0)
        return read_file(about);
    if (strcmp(what, "write") == 0)
        return write_file(about);
    if (strcmp(what, "list") == 0)
        return list(about);
    if (strcmp(what, "stat") == 0)
        return lstat(about, &stat_of);
    if (strcmp(what, "remove") == 0)
        return unlink(about);
    if (strcmp(what, "rename") == 0)
        return rename(about, next());
    if (strcmp(what, "link") == 0)
        return link(about, next());
    if (strcmp(what, "symlink") == 0)
        return symlink(about, next());
    if (strcmp(what, "below") == 0)
        return below(about, next());
    if (strcmp(what, "open") == 0)
        return open_many(about, atoi(next()));
    if (strcmp(what, "random") == 0)
        return random_bytes((size_t)atol(about));
    if (strcmp(what, "out") == 0)
        return write_out((size_t)atol(about));
    if (strcmp(what, "clock") == 0)
        return clock_time((unsigned)atoi(about));
    if (strcmp(what, "poll") == 0)
        return wait_for(atoi(about));
    fprintf(stderr, "probe cannot %s\n", what);
    exit(2);
}

int
main(int argc, char **argv)
{
    (void)argc;
    words = argv + 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (*words) {
        const char *what = next(), *about = next();
        errno = 0;
        int result = try(what, about);
        printf("%s: %s\n", what, result >= 0 ? "ok" : strerror(errno));
    }
    return 0;
}
