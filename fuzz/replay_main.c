/* The main() of a fuzz target in every build without libFuzzer: runs the target
 * on the empty input and on each file named, or found in a folder named, in
 * argv.  A folder that does not exist is an empty corpus.  Whatever is wrong
 * ends the program inside the target, so a count that is printed has passed. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

int
main(int argc, char **argv)
{
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    passed++;
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%u passed, 0 failed, 0 skipped\n", passed);
    return 0;
}
