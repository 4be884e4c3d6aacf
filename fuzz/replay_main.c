/* The main() of a fuzz target in every build without libFuzzer: runs the target
 * on the empty input and on each file named, or found in a folder named, in
 * argv.  A folder that does not exist is an empty corpus.  "--seeds FIRST
 * COUNT" in front runs it on that many numbers too, eight bytes each: to the
 * targets that generate modules they are seeds (gen.h).  Whatever is wrong
 * ends the program inside the target, so a count that is printed has passed;
 * before it aborts it tells the seed. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned passed;

static void
fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(2);
}

/* The copy is as long as the file and no longer: a sanitizer then sees the
 * first byte read past the end. */
static void
replay_file(const char *path, size_t size)
{
    uint8_t *data = malloc(size);
    FILE *file = fopen(path, "rb");

    if ((!data && size) || !file || fread(data, 1, size, file) != size)
        fail(path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    passed++;
}

static void
replay(const char *path)
{
    struct stat status;
    struct dirent *entry;
    char child[4096];
    DIR *dir;

    if (stat(path, &status)) {
        if (errno != ENOENT)
            fail(path);
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        replay_file(path, (size_t)status.st_size);
        return;
    }
    dir = opendir(path);
    if (!dir)
        fail(path);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
        replay(child);
    }
    closedir(dir);
}

static uint64_t current;

static void
tell_seed(int signal_number)
{
    char text[64];
    int size = snprintf(text, sizeof text, "seed %" PRIu64 "\n", current);
    (void)signal_number;
    (void)!write(2, text, (size_t)size);
}

static void
replay_seeds(uint64_t first, uint64_t count)
{
    uint8_t data[8];
    signal(SIGABRT, tell_seed);
    for (current = first; current < first + count; current++) {
        for (size_t i = 0; i < sizeof(data); i++)
            data[i] = (uint8_t)(current >> 8 * i);
        LLVMFuzzerTestOneInput(data, sizeof(data));
        passed++;
    }
    signal(SIGABRT, SIG_DFL);
}

int
main(int argc, char **argv)
{
    int first = 1;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    passed++;
    if (argc > 3 && strcmp(argv[1], "--seeds") == 0) {
        replay_seeds(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
        first = 4;
    }
    for (int i = first; i < argc; i++)
        replay(argv[i]);
    printf("%u passed, 0 failed, 0 skipped\n", passed);
    return 0;
}
