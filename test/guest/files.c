/* Makes, copies, renames, truncates and removes files; walks directories. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root;

static const char *
at(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", root, name);
    return path;
}

static void
say(const char *what, int result)
{
    printf("%s: %s\n", what, result == 0 ? "ok" : strerror(errno));
}

static void
copy(const char *from, const char *to)
{
    FILE *in = fopen(at(from), "rb"), *out = fopen(at(to), "wb");
    if (in == NULL || out == NULL) {
        say("copy", -1);
        return;
    }
    char buffer[1000];
    size_t size, total = 0;
    while ((size = fread(buffer, 1, sizeof(buffer), in)) > 0)
        total += fwrite(buffer, 1, size, out);
    fclose(in);
    fclose(out);
    printf("copied %zu bytes\n", total);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
walk(const char *name, int depth)
{
    DIR *dir = opendir(at(name));
    if (dir == NULL) {
        say("opendir", -1);
        return;
    }
    char *names[64];
    int count = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL && count < 64;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            names[count++] = strdup(e->d_name);
    closedir(dir);
    qsort(names, (size_t)count, sizeof(names[0]), by_name);
    for (int i = 0; i < count; i++) {
        char child[256];
        snprintf(child, sizeof(child), "%s/%s", name, names[i]);
        struct stat st;
        if (stat(at(child), &st) != 0) {
            say(child, -1);
        } else if (S_ISDIR(st.st_mode)) {
            printf("%*s%s/\n", depth * 2, "", names[i]);
            walk(child, depth + 1);
        } else {
            printf("%*s%s %ld\n", depth * 2, "", names[i], (long)st.st_size);
        }
        free(names[i]);
    }
}

/* All of a directory below the first, the dots with it. */
static void
list(const char *name)
{
    struct dirent **entries;
    int count = scandir(at(name), &entries, NULL, alphasort);
    printf("%d entries:", count);
    for (int i = 0; i < count; i++) {
        printf(" %s%s", entries[i]->d_name, entries[i]->d_ino ? "" : "?");
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    printf("\n");
}

int
main(int argc, char **argv)
{
    root = argc > 1 ? argv[1] : ".";
    say("mkdir", mkdir(at("a"), 0755));
    say("mkdir again", mkdir(at("a"), 0755));
    say("mkdir b", mkdir(at("a/b"), 0755));
    FILE *f = fopen(at("a/one.txt"), "w");
    for (int i = 0; f != NULL && i < 1000; i++)
        fprintf(f, "line %d\n", i);
    if (f == NULL || fclose(f) != 0)
        say("write", -1);
    copy("a/one.txt", "a/b/two.txt");
    say("rename", rename(at("a/b/two.txt"), at("a/b/three.txt")));
    int fd = open(at("a/b/three.txt"), O_RDWR);
    printf("size %ld\n", (long)lseek(fd, 0, SEEK_END));
    say("ftruncate", ftruncate(fd, 100));
    char tail[11] = "";
    printf("pread %d ", (int)pread(fd, tail, 10, 90));
    printf("'%s'\n", tail);
    printf("pwrite %d\n", (int)pwrite(fd, "0123456789", 10, 200));
    printf("size %ld\n", (long)lseek(fd, 0, SEEK_END));
    close(fd);
    f = fopen(at("a/one.txt"), "a+");
    fputs("the end\n", f);
    fseek(f, -8, SEEK_END);
    char line[64] = "";
    printf("last line %s", fgets(line, sizeof(line), f));
    fclose(f);
    say("symlink", symlink("one.txt", at("a/link")));
    struct stat st;
    say("lstat", lstat(at("a/link"), &st));
    printf("is a link: %d\n", S_ISLNK(st.st_mode));
    char target[32] = "";
    printf("readlink %d %s\n", (int)readlink(at("a/link"), target, 31), target);
    walk("a", 0);
    list("a/b");
    say("rmdir full", rmdir(at("a")) == 0 ? 0 : errno == ENOTEMPTY ? 0 : -1);
    say("open missing", open(at("missing"), O_RDONLY) >= 0 ? 0 : -1);
    say("unlink", unlink(at("a/b/three.txt")));
    say("unlink", unlink(at("a/one.txt")));
    say("unlink", unlink(at("a/link")));
    say("rmdir", rmdir(at("a/b")));
    say("rmdir", rmdir(at("a")));
    return 0;
}
