/* Clocks, sleeping, random numbers, arguments and environment: says only
 * what is the same on every run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    struct timespec before, after, wall;
    clock_gettime(CLOCK_MONOTONIC, &before);
    struct timespec nap = { 0, 20000000 };
    printf("sleep %d\n", nanosleep(&nap, NULL));
    clock_gettime(CLOCK_MONOTONIC, &after);
    clock_gettime(CLOCK_REALTIME, &wall);
    long long ns = (after.tv_sec - before.tv_sec) * 1000000000LL +
                   (after.tv_nsec - before.tv_nsec);
    printf("slept enough: %d\n", ns >= 20000000);
    printf("after 2020: %d\n", wall.tv_sec > 1577836800);
    unsigned char a[32], b[32];
    printf("random %d %d\n", getentropy(a, 32), getentropy(b, 32));
    printf("differ: %d\n", memcmp(a, b, 32) != 0);
    for (int i = 1; i < argc; i++)
        printf("argument %d: '%s'\n", i, argv[i]);
    const char *value = getenv("GODWIT_TEST");
    printf("environment: %s\n", value != NULL ? value : "nothing");
    printf("home: %s\n", getenv("HOME") != NULL ? "seen" : "unseen");
    char line[64];
    while (fgets(line, sizeof(line), stdin) != NULL)
        printf("read: %s", line);
    fflush(stdout);
    _Exit(7);
}
