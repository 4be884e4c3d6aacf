/*
 * Runs commands in turn, again and again, and prints what they cost.
 *
 *     bench PROGRAM ROUNDS NAME=COMMAND ...
 *
 * The first command is the mark: the others must print what it prints, and
 * are given as ratios to it.  Each round runs every command once, so that a
 * change of the machine's load meets all of them; the figure is the median of
 * user and system time of the child, in milliseconds, with its peak memory.
 * One JSON line per command goes to standard output, a line for people to
 * standard error.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 40, ROUNDS_MAX = 1000, CPU_LIMIT_S = 120 };

struct command {
    const char *name, *line;
    const char *problem; /* NULL while all is well */
    double cpu_ms[ROUNDS_MAX];
    double user_ms[ROUNDS_MAX];
    double wall_ms[ROUNDS_MAX];
    long peak_kib;
    uint64_t said; /* a hash of its standard output */
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

/* What a file holds, as a number; its offset is then at the end. */
static uint64_t
hash_file(int file)
{
    uint64_t hash = 14695981039346656037u;
    unsigned char bytes[4096];
    ssize_t size;
    lseek(file, 0, SEEK_SET);
    while ((size = read(file, bytes, sizeof(bytes))) > 0)
        for (ssize_t i = 0; i < size; i++)
            hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static void
become(const char *line, int out)
{
    const struct rlimit limit = { CPU_LIMIT_S, CPU_LIMIT_S };
    int null = open("/dev/null", O_RDWR);
    char *shell_line;
    if (asprintf(&shell_line, "exec %s", line) < 0)
        _exit(126);
    setrlimit(RLIMIT_CPU, &limit);
    dup2(null, 0);
    dup2(out, 1);
    if (getenv("BENCH_LOUD") == NULL)
        dup2(null, 2);
    execl("/bin/sh", "sh", "-c", shell_line, (char *)NULL);
    _exit(127);
}

static void
run_once(struct command *command, int round, const struct command *mark)
{
    FILE *out = tmpfile();
    if (out == NULL) {
        command->problem = "no temporary file";
        return;
    }
    double start = now_ms();
    pid_t child = fork();
    if (child == 0)
        become(command->line, fileno(out));
    int status = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        command->problem = "cannot be started";
    else if (status != 0)
        command->problem = WIFSIGNALED(status) ? "killed" : "fails";
    if (command->problem == NULL) {
        command->wall_ms[round] = now_ms() - start;
        command->user_ms[round] = milliseconds(usage.ru_utime);
        command->cpu_ms[round] = command->user_ms[round] +
                                 milliseconds(usage.ru_stime);
        if (usage.ru_maxrss > command->peak_kib)
            command->peak_kib = usage.ru_maxrss;
        command->said = hash_file(fileno(out));
        if (mark->problem == NULL && command->said != mark->said)
            command->problem = "prints something else";
    }
    fclose(out);
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Leaves the values in order. */
static double
median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), compare);
    return count % 2 ? values[count / 2]
                     : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void
print_command(struct command *command, const char *program, int rounds,
              double *mark)
{
    printf("{\"program\":\"%s\",\"way\":\"%s\",", program, command->name);
    if (command->problem != NULL) {
        printf("\"problem\":\"%s\"}\n", command->problem);
        fprintf(stderr, "  %-16s %s\n", command->name, command->problem);
        return;
    }
    double cpu = median(command->cpu_ms, rounds);
    double user = median(command->user_ms, rounds);
    double wall = median(command->wall_ms, rounds);
    if (*mark == 0)
        *mark = cpu;
    printf("\"cpu_ms\":%.3f,\"least_ms\":%.3f,\"most_ms\":%.3f,"
           "\"user_ms\":%.3f,\"wall_ms\":%.3f,\"peak_kib\":%ld}\n",
           cpu, command->cpu_ms[0], command->cpu_ms[rounds - 1], user, wall,
           command->peak_kib);
    fprintf(stderr, "  %-16s %9.2f ms  %7.2f x  %8ld KiB\n", command->name, cpu,
            *mark > 0 ? cpu / *mark : 0, command->peak_kib);
}

int
main(int argc, char **argv)
{
    static struct command commands[COMMANDS_MAX];
    int rounds = argc > 2 ? atoi(argv[2]) : 0;
    int count = argc - 3;
    if (rounds < 1 || rounds > ROUNDS_MAX || count < 1 ||
        count > COMMANDS_MAX) {
        fprintf(stderr, "usage: bench PROGRAM ROUNDS NAME=COMMAND ...\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char *equals = strchr(argv[i + 3], '=');
        if (equals == NULL) {
            fprintf(stderr, "bench: '%s' is not NAME=COMMAND\n", argv[i + 3]);
            return 2;
        }
        *equals = '\0';
        commands[i].name = argv[i + 3];
        commands[i].line = equals + 1;
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            if (commands[i].problem == NULL)
                run_once(&commands[i], round, &commands[0]);
    double mark = 0;
    for (int i = 0; i < count; i++)
        print_command(&commands[i], argv[1], rounds, &mark);
    return commands[0].problem != NULL;
}
