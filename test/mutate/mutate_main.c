/*
 * mutate COUNT [PATH…]: plays COUNT mutants of the modules written by hand and
 * of the .wasm files at each PATH (a file or a folder).
 * mutate =NUMBER [PATH…]: plays one, the way to see a failure again.
 * mutate files PATH…: plays the files as they are, whatever their size, and
 * tells of each whether it is valid, or why not.
 *
 * A child process does the work and writes on a shared page which mutant it is
 * at; when it dies or hangs, the parent tells the number, keeps the mutant as
 * build/mutant-NUMBER.wasm, and a new child goes on behind it.
 */
#include "mutate/mutant.h"
#include "mutate/play.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FILE_MOST = 64 << 10, /* larger files are slow and no better */
    FAILURES_MOST = 20,
    SECONDS_MOST = 120 /* for one mutant; far more than any takes */
};

struct board {
    _Atomic(uint64_t) at; /* the mutant being played */
    uint64_t failed;
    struct play_counts counts;
};

struct job {
    struct seeds seeds;
    struct board *board;
    bool as_they_are; /* only the files, which need not be right */
    bool complained;  /* about the mutant being played */
};

static void
tell(struct job *job, uint64_t number, const char *what)
{
    char path[64];
    struct bytes mutant = { 0 };
    const struct seed *seed = mutant_make(&job->seeds, number, &mutant);
    snprintf(path, sizeof(path), "build/mutant-%" PRIu64 ".wasm", number);
    FILE *file = fopen(path, "wb");
    if (file) {
        fwrite(mutant.data, 1, mutant.size, file);
        fclose(file);
    }
    printf("FAILED: mutant %" PRIu64 " of %s: %s; see %s\n", number, seed->name,
           what, path);
    fflush(stdout);
    bytes_free(&mutant);
}

static void
on_complaint(void *env, const char *text)
{
    struct job *job = env;
    if (!job->complained)
        job->board->failed++;
    job->complained = true;
    tell(job, job->board->at, text);
}

/* The copy is as long as the mutant and no longer: a sanitizer then sees the
 * first byte read past the end. */
static void
play_number(struct job *job, struct play *play, uint64_t number)
{
    struct bytes mutant = { 0 };
    mutant_make(&job->seeds, number, &mutant);
    uint8_t *copy = malloc(mutant.size);
    if (mutant.size > 0)
        memcpy(copy, mutant.data, mutant.size);
    job->complained = false;
    play_module(play, gw_span(copy, mutant.size), number);
    free(copy);
    bytes_free(&mutant);
}

/* Before anything else the seeds themselves are played.  Those of mutants are
 * right: one is refused only when it uses what is not executable yet. */
static void
play_seeds(struct job *job, struct play *play)
{
    for (size_t i = 0; i < job->seeds.count; i++) {
        const struct seed *seed = &job->seeds.list[i];
        struct play_counts *counts = play->counts;
        uint64_t valid = counts->valid, unsupported = counts->unsupported;
        job->complained = false;
        alarm(SECONDS_MOST);
        play_module(play, gw_span(seed->bytes, seed->size), 1);
        printf("%s, %zu bytes: %s\n", seed->name, seed->size,
               counts->valid > valid ? "valid" : play->error);
        if (counts->valid == valid && counts->unsupported == unsupported &&
            !job->as_they_are) {
            printf("FAILED: a seed is refused\n");
            job->board->failed++;
        }
    }
    fflush(stdout);
}

static void
work(struct job *job, uint64_t first, uint64_t end, bool fresh)
{
    struct play play = { .complain = on_complaint,
                         .env = job,
                         .counts = &job->board->counts };
    if (fresh)
        play_seeds(job, &play);
    for (uint64_t number = first; number < end; number++) {
        if (job->board->failed >= FAILURES_MOST)
            break;
        atomic_store(&job->board->at, number);
        alarm(SECONDS_MOST);
        play_number(job, &play, number);
    }
    play_fini(&play);
    seeds_free(&job->seeds);
    fflush(stdout);
    exit(0);
}

/* Runs children until one comes to the end. */
static void
drive(struct job *job, uint64_t first, uint64_t end)
{
    for (bool fresh = true;; fresh = false) {
        int status = 0;
        atomic_store(&job->board->at, first);
        pid_t child = fork();
        if (child == 0)
            work(job, first, end, fresh);
        if (child < 0 || waitpid(child, &status, 0) != child)
            abort();
        if (status == 0)
            return;
        char what[64];
        if (!WIFSIGNALED(status))
            snprintf(what, sizeof(what), "ended with %d", WEXITSTATUS(status));
        else if (WTERMSIG(status) == SIGALRM)
            snprintf(what, sizeof(what), "still going after %d s",
                     SECONDS_MOST);
        else
            snprintf(what, sizeof(what), "died of signal %d", WTERMSIG(status));
        first = atomic_load(&job->board->at) + 1;
        tell(job, first - 1, what);
        if (++job->board->failed >= FAILURES_MOST) {
            printf("that is enough\n");
            return;
        }
    }
}

int
main(int argc, char **argv)
{
    struct job job = { 0 };
    const char *what = argc > 1 ? argv[1] : "20000";
    bool one = what[0] == '=';
    uint64_t number = strtoull(what + one, NULL, 10);

    job.as_they_are = strcmp(what, "files") == 0;
    if (!job.as_they_are)
        seeds_builtin(&job.seeds);
    for (int i = 2; i < argc; i++)
        seeds_add(&job.seeds, argv[i],
                  job.as_they_are ? SIZE_MAX : (size_t)FILE_MOST);
    job.board = mmap(NULL, sizeof(*job.board), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job.board == MAP_FAILED)
        return 2;
    drive(&job, one ? number : 0, one ? number + 1 : number);

    struct play_counts *counts = &job.board->counts;
    printf("%" PRIu64 " malformed, %" PRIu64 " invalid, %" PRIu64
           " unsupported, %" PRIu64 " over a limit, %" PRIu64 " valid\n",
           counts->malformed, counts->invalid, counts->unsupported,
           counts->limited, counts->valid);
    printf("%" PRIu64 " instances made, %" PRIu64 " calls, %" PRIu64
           " traps; at most %.2f bytes a byte (and 1 MiB) to decode\n",
           counts->linked, counts->calls, counts->traps,
           (double)counts->worst / 100);
    uint64_t failed = job.board->failed;
    printf("%d passed, %" PRIu64 " failed, 0 skipped\n", failed == 0, failed);
    seeds_free(&job.seeds);
    return failed != 0;
}
