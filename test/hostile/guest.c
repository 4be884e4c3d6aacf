/* guest WAY: a program that does one thing for ever, or far too much of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static volatile unsigned sink;

/* Keeps nothing in linear memory, so that the engine's stack is what ends. */
__attribute__((noinline)) static unsigned
recurse(unsigned n)
{
    sink = n;
    unsigned deep = recurse(n + 1);
    return deep + sink;
}

typedef unsigned step_fn(unsigned);
static unsigned hop(unsigned n);
static step_fn *volatile next = hop;

__attribute__((noinline)) static unsigned
hop(unsigned n)
{
    sink = n;
    unsigned deep = next(n + 1);
    return deep + sink;
}

/* The same in linear memory: 1 KiB for each call. */
__attribute__((noinline)) static unsigned
pile(unsigned n)
{
    volatile char room[1024];
    room[n % sizeof(room)] = (char)n;
    unsigned deep = pile(n + 1);
    return deep + (unsigned char)room[n % sizeof(room)];
}

static int
loop(void)
{
    for (;;)
        sink++;
}

static int
spin(void)
{
    for (;;)
        __asm__ volatile("");
}

static int
rest(void)
{
    struct timespec hour = { 3600, 0 };
    nanosleep(&hour, NULL);
    puts("slept an hour");
    return 1;
}

static int
wait_for_input(void)
{
    char byte;
    ssize_t size = read(0, &byte, 1);
    printf("read %d\n", (int)size);
    return 1;
}

/* Takes memory until there is none, and writes to all of it. */
static int
grow(void)
{
    size_t blocks = 0, size = 1 << 20;
    char *volatile block; /* or the compiler does without the memory */
    while ((block = malloc(size))) {
        memset(block, 1, size);
        blocks++;
    }
    printf("no memory after %zu MiB: %s\n", blocks, strerror(errno));
    block = malloc(100);
    puts(block ? "a little is left" : "nothing is left");
    return 0;
}

static int
open_files(void)
{
    int count = 0, last = -1, fd;
    while ((fd = open("file", O_CREAT | O_RDWR, 0666)) >= 0 &&
           count < 10000000) {
        last = fd;
        count++;
    }
    int reason = errno;
    DIR *dir = opendir(".");
    close(last);
    int again = open("file", O_RDONLY);
    printf("%s: %s, folder %s, again %s\n",
           count > 10 ? "many open" : "few open", strerror(reason),
           dir ? "open" : "refused", again == last ? "yes" : "no");
    return 0;
}

static int
make_folders(void)
{
    int depth = 0;
    while (depth < 100000 && mkdir("d", 0777) == 0 && chdir("d") == 0)
        depth++;
    printf("stopped: %s\n", strerror(errno));
    return 0;
}

static int
write_pipe(void)
{
    char text[1000];
    memset(text, 'x', sizeof(text));
    for (int i = 0; i < 1000000; i++)
        if (write(1, text, sizeof(text)) < 0) {
            fprintf(stderr, "write: %s\n", strerror(errno));
            return 5;
        }
    return 0;
}

static int
count_words(int argc, char **argv)
{
    size_t size = 0;
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]);
    printf("%d words, %zu bytes\n", argc - 2,
           size - strlen(argv[0]) - strlen(argv[1]));
    return 0;
}

int
main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    if (strcmp(way, "recurse") == 0)
        return (int)recurse(0);
    if (strcmp(way, "hop") == 0)
        return (int)hop(0);
    if (strcmp(way, "pile") == 0)
        return (int)pile(0);
    if (strcmp(way, "loop") == 0)
        return loop();
    if (strcmp(way, "spin") == 0)
        return spin();
    if (strcmp(way, "rest") == 0)
        return rest();
    if (strcmp(way, "wait") == 0)
        return wait_for_input();
    if (strcmp(way, "grow") == 0)
        return grow();
    if (strcmp(way, "open") == 0)
        return open_files();
    if (strcmp(way, "folders") == 0)
        return make_folders();
    if (strcmp(way, "pipe") == 0)
        return write_pipe();
    if (strcmp(way, "words") == 0)
        return count_words(argc, argv);
    fprintf(stderr, "guest: no such way: %s\n", way);
    return 2;
}
