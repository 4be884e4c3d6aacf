/*
 * Runs commands in turn, again and again, and prints what they cost.
 *
 *     bench ROUNDS NAME=COMMAND ...
 *
 * The first command is the mark: the others are given as ratios to it.  Each
 * round runs every command once, so that a change of the machine's load meets
 * all of them; the figure is the median of user and system time of the
 * child, in milliseconds, with its peak memory.  One JSON line per command
 * goes to standard output, a line for people to standard error.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 32, ROUNDS_MAX = 1000 };

struct command {
    const char *name, *line;
    double cpu_ms[ROUNDS_MAX];
    double wall_ms[ROUNDS_MAX];
    long peak_kib;
    int failed;
};

static double
milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static double
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
run_once(struct command *command, int round)
{
    double start = now_ms();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        char *shell_line;
        if (asprintf(&shell_line, "exec %s", command->line) < 0)
            _exit(126);
        execl("/bin/sh", "sh", "-c", shell_line, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0) {
        command->failed = 1;
        return;
    }
    command->wall_ms[round] = now_ms() - start;
    command->cpu_ms[round] = milliseconds(usage.ru_utime) +
                             milliseconds(usage.ru_stime);
    if (usage.ru_maxrss > command->peak_kib)
        command->peak_kib = usage.ru_maxrss;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), compare);
    return count % 2 ? values[count / 2]
                     : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void
print_command(struct command *command, int rounds, double *mark)
{
    if (command->failed) {
        printf("{\"name\":\"%s\",\"failed\":true}\n", command->name);
        fprintf(stderr, "  %-14s failed\n", command->name);
        return;
    }
    double cpu = median(command->cpu_ms, rounds);
    double wall = median(command->wall_ms, rounds);
    if (*mark == 0)
        *mark = cpu;
    double ratio = *mark > 0 ? cpu / *mark : 0;
    printf("{\"name\":\"%s\",\"cpu_ms\":%.3f,\"wall_ms\":%.3f,"
           "\"ratio\":%.3f,\"peak_kib\":%ld}\n",
           command->name, cpu, wall, ratio, command->peak_kib);
    fprintf(stderr, "  %-14s %9.2f ms  %7.2f x  %8ld KiB\n", command->name, cpu,
            ratio, command->peak_kib);
}

int
main(int argc, char **argv)
{
    static struct command commands[COMMANDS_MAX];
    int rounds = argc > 1 ? atoi(argv[1]) : 0;
    int count = argc - 2;
    if (rounds < 1 || rounds > ROUNDS_MAX || count < 1 ||
        count > COMMANDS_MAX) {
        fprintf(stderr, "usage: bench ROUNDS NAME=COMMAND ...\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char *equals = strchr(argv[i + 2], '=');
        if (equals == NULL) {
            fprintf(stderr, "bench: '%s' is not NAME=COMMAND\n", argv[i + 2]);
            return 2;
        }
        *equals = '\0';
        commands[i].name = argv[i + 2];
        commands[i].line = equals + 1;
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            if (!commands[i].failed)
                run_once(&commands[i], round);
    double mark = 0;
    int failed = 0;
    for (int i = 0; i < count; i++) {
        print_command(&commands[i], rounds, &mark);
        failed |= commands[i].failed;
    }
    return failed;
}
