/*
 * Calls each function of posix.def and writes the page doc/posix.md.
 *
 *     posix PAGE NAME...     the page; NAMEs ended the program as they should
 *     posix --end NAME       ends the program by that function
 *     posix --list absent    the names that no library may have
 *     posix --list end       the names for --end and their codes
 */
#define _GNU_SOURCE
#include "probe.h"

enum kind { WORKS, EMULATED, FAILS, ABSENT, KINDS };

struct row {
    const char *header, *name, *note;
    enum kind kind;
    int error; /* of what FAILS */
};

static struct row rows[2000];
static int row_count;
static const char *header;

/* ---- what probes use ---- */

static char buffer[4096], state[256];
static char *end;
static int number, visits;
static unsigned short seed[3] = { 1, 2, 3 };
static wchar_t wide, wides[64];
static locale_t plain;
static struct stat status;
static struct timespec moment;
static struct timeval timeval;
static struct tm broken;
static const time_t noon = 43200;
static struct tms used;
static struct rusage usage;
static struct utsname system_name;
static glob_t globbed;
static regex_t regex;
static regmatch_t found[2];
static char bits[64];
static volatile double variable = 0.5;
static double whole;

static bool
near(double value, double wanted)
{
    return fabs(value - wanted) < 1e-12;
}

static bool
near_float(float value, double wanted)
{
    return fabs((double)value - wanted) < 1e-5;
}

/* Writes text to fd and closes it. */
static bool
made(int fd, const char *text)
{
    size_t size = strlen(text);
    return fd >= 0 && write(fd, text, size) == (ssize_t)size && close(fd) == 0;
}

/* Open for as long as the program runs, unless somebody closes it. */
static int
fd_of(const char *name)
{
    return open(name, O_RDWR);
}

static off_t
size_of(const char *name)
{
    struct stat own;
    return stat(name, &own) == 0 ? own.st_size : -1;
}

static bool
same_file(const char *a, const char *b)
{
    struct stat one, two;
    return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_ino == two.st_ino;
}

static bool
holds(const char *name, const char *text)
{
    char got[256];
    int fd = open(name, O_RDONLY);
    ssize_t size = read(fd, got, sizeof(got));
    close(fd);
    return size == (ssize_t)strlen(text) &&
           memcmp(got, text, (size_t)size) == 0;
}

static bool
with_fd(int (*call)(int))
{
    int fd = fd_of("a");
    return call(fd) == 0 && close(fd) == 0 && call(9999) < 0 && errno == EBADF;
}

/* A file written by an expression over out must then hold text. */
#define file_says(name, expression, text)            \
    ({                                               \
        FILE *out = fopen(name, "w");                \
        bool ok = (expression);                      \
        ok &(fclose(out) == 0) && holds(name, text); \
    })

/* An expression over in, which reads a file that holds text. */
#define with_file(text, expression)                                         \
    ({                                                                      \
        FILE *in = made(creat("in", 0644), text) ? fopen("in", "r") : NULL; \
        bool ok = in != NULL && (expression);                               \
        fclose(in);                                                         \
        ok;                                                                 \
    })

/* A function with a va_list for each of those that take one. */
#define VARIADIC(name, type, what, call)                \
    static int name(type what, const char *format, ...) \
    {                                                   \
        va_list args;                                   \
        va_start(args, format);                         \
        int result = call;                              \
        va_end(args);                                   \
        return result;                                  \
    }
#define VARIADIC_ALONE(name, call)           \
    static int name(const char *format, ...) \
    {                                        \
        va_list args;                        \
        va_start(args, format);              \
        int result = call;                   \
        va_end(args);                        \
        return result;                       \
    }
VARIADIC(to_file, FILE *, file, vfprintf(file, format, args))
VARIADIC(to_fd, int, fd, vdprintf(fd, format, args))
VARIADIC(from_text, const char *, text, vsscanf(text, format, args))
VARIADIC(check_vfscanf, FILE *, file, vfscanf(file, format, args) == 1)
VARIADIC_ALONE(to_stdout, vprintf(format, args))
VARIADIC_ALONE(from_stdin, vscanf(format, args))
VARIADIC_ALONE(to_text, vsnprintf(buffer, sizeof(buffer), format, args))
VARIADIC_ALONE(to_sprint, vsprintf(buffer, format, args))

/* ---- descriptors ---- */

static bool
check_fcntl(void)
{
    int fd = fd_of("a");
    bool ok = fcntl(fd, F_GETFL) == O_RDWR &&
              fcntl(fd, F_SETFL, O_APPEND) == 0 &&
              (fcntl(fd, F_GETFL) & O_APPEND) && fcntl(9999, F_GETFL) < 0;
    close(fd);
    return ok;
}

static bool
check_advice(void)
{
    int fd = fd_of("a");
    bool ok = posix_fadvise(fd, 0, 10, POSIX_FADV_SEQUENTIAL) == 0;
    close(fd);
    return ok;
}

static bool
check_allocate(void)
{
    int fd = open("allocated", O_CREAT | O_RDWR, 0644);
    errno = posix_fallocate(fd, 0, 100);
    close(fd);
    return errno == 0 && size_of("allocated") == 100;
}

static bool
check_read(void)
{
    int fd = fd_of("a");
    bool ok = read(fd, buffer, 5) == 5 && memcmp(buffer, "hello", 5) == 0 &&
              read(fd, buffer, 99) == 6 && read(fd, buffer, 99) == 0;
    close(fd);
    return ok && read(9999, buffer, 1) < 0 && errno == EBADF;
}

static bool
check_write(void)
{
    return made(creat("w", 0644), "written") && holds("w", "written");
}

static bool
check_pread(void)
{
    int fd = fd_of("a");
    bool ok = pread(fd, buffer, 5, 6) == 5 && memcmp(buffer, "world", 5) == 0 &&
              lseek(fd, 0, SEEK_CUR) == 0;
    close(fd);
    return ok;
}

static bool
check_pwrite(void)
{
    int fd = fd_of("w");
    bool ok = pwrite(fd, "WW", 2, 1) == 2;
    close(fd);
    return ok && holds("w", "wWWtten");
}

static bool
check_seek(void)
{
    int fd = fd_of("a");
    bool ok = lseek(fd, -5, SEEK_END) == 6 && lseek(fd, 1, SEEK_CUR) == 7 &&
              lseek(fd, 2, SEEK_SET) == 2 && lseek(fd, -1, SEEK_SET) < 0 &&
              errno == EINVAL;
    close(fd);
    return ok;
}

static bool
check_ftruncate(void)
{
    int fd = fd_of("w");
    bool ok = ftruncate(fd, 3) == 0;
    close(fd);
    return ok && size_of("w") == 3;
}

static bool
check_readlink(ssize_t size)
{
    return size == 1 && buffer[0] == 'a';
}

static bool
check_chdir(void)
{
    return mkdir("cd", 0755) == 0 && chdir("cd") == 0 &&
           made(creat("inner", 0644), "") && chdir("..") == 0 &&
           access("cd/inner", F_OK) == 0;
}

static bool
check_usleep(void)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    bool ok = usleep(2000) == 0;
    clock_gettime(CLOCK_MONOTONIC, &after);
    return ok && (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec -
                         before.tv_nsec >=
                     2000000;
}

static bool
check_getopt(void)
{
    char *words[] = { "x", "-a", "-b", "value", "rest", NULL };
    return getopt(5, words, "ab:") == 'a' && getopt(5, words, "ab:") == 'b' &&
           strcmp(optarg, "value") == 0 && getopt(5, words, "ab:") == -1 &&
           optind == 4;
}

static bool
check_entropy(void)
{
    char one[32], two[32];
    return getentropy(one, 32) == 0 && getentropy(two, 32) == 0 &&
           memcmp(one, two, 32) != 0;
}

static bool
check_readv(void)
{
    char one[6], two[5];
    int fd = fd_of("a");
    struct iovec parts[] = { { one, 6 }, { two, 5 } };
    bool ok = readv(fd, parts, 2) == 11 && memcmp(two, "world", 5) == 0;
    close(fd);
    return ok;
}

static bool
check_writev(void)
{
    struct iovec parts[] = { { "one", 3 }, { "two", 3 } };
    int fd = creat("v", 0644);
    bool ok = writev(fd, parts, 2) == 6;
    close(fd);
    return ok && holds("v", "onetwo");
}

static bool
check_ioctl(void)
{
    int fd = fd_of("a"), on = 1;
    bool ok = ioctl(fd, FIONBIO, &on) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
    return ok;
}

static bool
check_poll(void)
{
    struct pollfd one = { fd_of("a"), POLLIN, 0 };
    bool ok = poll(&one, 1, 1000) == 1 && (one.revents & POLLIN);
    close(one.fd);
    return ok;
}

static bool
check_select(void)
{
    fd_set set;
    struct timeval wait = { 1, 0 };
    int fd = fd_of("a");
    FD_ZERO(&set);
    FD_SET(fd, &set);
    bool ok = select(fd + 1, &set, NULL, NULL, &wait) == 1 &&
              FD_ISSET(fd, &set);
    close(fd);
    return ok;
}

static bool
check_pselect(void)
{
    fd_set set;
    struct timespec wait = { 1, 0 };
    int fd = fd_of("a");
    FD_ZERO(&set);
    FD_SET(fd, &set);
    bool ok = pselect(fd + 1, NULL, &set, NULL, &wait, NULL) == 1 &&
              FD_ISSET(fd, &set);
    close(fd);
    return ok;
}

static bool
check_sockopt(void)
{
    socklen_t size = sizeof(number);
    return getsockopt(fd_of("a"), SOL_SOCKET, SO_TYPE, &number, &size) == 0;
}

/* ---- files by name ---- */

static bool
check_stat(void)
{
    return stat("a", &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_size == 11 && stat("none", &status) < 0 && errno == ENOENT;
}

static bool
check_fstat(void)
{
    int fd = fd_of("a");
    bool ok = fstat(fd, &status) == 0 && status.st_size == 11;
    close(fd);
    return ok;
}

static const struct timespec *
times_of(time_t second)
{
    static struct timespec both[2];
    both[0] = both[1] = (struct timespec){ second, 0 };
    return both;
}

static bool
changed_at(const char *name, time_t second)
{
    return stat(name, &status) == 0 && status.st_mtim.tv_sec == second;
}

static bool
check_futimens(void)
{
    int fd = fd_of("a");
    bool ok = futimens(fd, times_of(2000)) == 0;
    close(fd);
    return ok && changed_at("a", 2000);
}

/* The folder holds "e" and itself. */
static int
count_entries(DIR *dir)
{
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        count += entry->d_name[0] != '.';
    return count;
}

static bool
check_dir(DIR *dir)
{
    bool ok = dir && count_entries(dir) == 1;
    return dir && closedir(dir) == 0 && ok;
}

static bool
check_dirfd(void)
{
    DIR *dir = opendir("d");
    bool ok = dir && fstat(dirfd(dir), &status) == 0 && S_ISDIR(status.st_mode);
    closedir(dir);
    return ok;
}

static bool
check_rewind(void)
{
    DIR *dir = opendir("d");
    bool ok = count_entries(dir) == 1;
    rewinddir(dir);
    ok &= count_entries(dir) == 1;
    closedir(dir);
    return ok;
}

static bool
check_seekdir(void)
{
    char name[256];
    DIR *dir = opendir(".");
    readdir(dir);
    long place = telldir(dir);
    struct dirent *entry = readdir(dir);
    bool ok = entry != NULL;
    strcpy(name, ok ? entry->d_name : "");
    seekdir(dir, place);
    entry = readdir(dir);
    ok = ok && entry && strcmp(entry->d_name, name) == 0;
    closedir(dir);
    return ok;
}

static int
no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool
check_scandir(void)
{
    struct dirent **list;
    int count = scandir(".", &list, no_dots, alphasort);
    for (int i = 1; i < count; i++)
        if (strcmp(list[i - 1]->d_name, list[i]->d_name) >= 0)
            return false;
    return count > 3;
}

static int
count_visit(const char *path, const struct stat *own, int flag, struct FTW *at)
{
    (void)path, (void)own, (void)at;
    visits += flag == FTW_D;
    return 0;
}

/* ---- streams ---- */

static bool
check_fopen(void)
{
    FILE *file = fopen("a", "r");
    return file && fclose(file) == 0 && !fopen("none", "r") && errno == ENOENT;
}

static bool
check_fdopen(void)
{
    FILE *file = fdopen(fd_of("a"), "r");
    bool ok = file && getc(file) == 'h';
    fclose(file);
    return ok;
}

static bool
check_freopen(void)
{
    FILE *file = freopen("a", "r", fopen("w", "r"));
    bool ok = file && getc(file) == 'h';
    fclose(file);
    return ok;
}

static bool
check_fread(void)
{
    FILE *file = fopen("f", "w+");
    bool ok = fwrite("ab", 1, 2, file) == 2 && fseek(file, 0, SEEK_SET) == 0 &&
              fread(buffer, 1, 9, file) == 2 && memcmp(buffer, "ab", 2) == 0;
    fclose(file);
    return ok;
}

static bool
check_dprintf(void)
{
    int fd = creat("f", 0644);
    bool ok = dprintf(fd, "%d", 1) == 1 && to_fd(fd, "%d", 2) == 1;
    close(fd);
    return ok && holds("f", "12");
}

static bool
check_fscanf(FILE *in)
{
    char word[8];
    return fscanf(in, "%d %7s", &number, word) == 2 && number == 12 &&
           strcmp(word, "ab") == 0;
}

static bool
check_getline(FILE *in)
{
    char *line = NULL;
    size_t room = 0;
    bool ok = getline(&line, &room, in) == 10 &&
              strcmp(line, "long line\n") == 0;
    free(line);
    return ok;
}

static bool
check_getdelim(FILE *in)
{
    char *line = NULL;
    size_t room = 0;
    bool ok = getdelim(&line, &room, ':', in) == 4 && strcmp(line, "one:") == 0;
    free(line);
    return ok;
}

static bool
check_fpos(FILE *in)
{
    fpos_t place;
    return getc(in) == 'a' && fgetpos(in, &place) == 0 && getc(in) == 'b' &&
           fsetpos(in, &place) == 0 && getc(in) == 'b';
}

static bool
check_fflush(void)
{
    FILE *file = fopen("f", "w");
    bool ok = fputs("x", file) >= 0 && fflush(file) == 0 && holds("f", "x");
    fclose(file);
    return ok;
}

static bool
check_fmemopen(void)
{
    char text[] = "memory";
    FILE *file = fmemopen(text, 6, "r");
    bool ok = file && fgets(buffer, 7, file) && strcmp(buffer, "memory") == 0;
    fclose(file);
    return ok;
}

static bool
check_memstream(void)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    fprintf(file, "%d", 123);
    return fclose(file) == 0 && size == 3 && strcmp(text, "123") == 0;
}

static bool
check_wmemstream(void)
{
    wchar_t *text;
    size_t size;
    FILE *file = open_wmemstream(&text, &size);
    fwprintf(file, L"%d", 123);
    return fclose(file) == 0 && size == 3 && wcscmp(text, L"123") == 0;
}

static bool
check_perror(void)
{
    errno = ENOENT;
    perror("perror");
    return !ferror(stderr);
}

/* ---- memory and sorting ---- */

static bool
check_malloc(void)
{
    char *one = malloc(100000), *two = malloc(1);
    bool ok = one && two && one != two;
    memset(one, 1, 100000);
    free(one);
    free(two);
    return ok;
}

static bool
check_calloc(void)
{
    char *block = calloc(100, 10);
    bool ok = block != NULL;
    for (int i = 0; ok && i < 1000; i++)
        ok = block[i] == 0;
    free(block);
    return ok;
}

static bool
check_realloc(void)
{
    char *block = realloc(strdup("kept"), 100000);
    bool ok = block && strcmp(block, "kept") == 0;
    free(block);
    return ok;
}

static bool
check_memalign(void)
{
    void *block = NULL;
    bool ok = posix_memalign(&block, 256, 10) == 0 &&
              (uintptr_t)block % 256 == 0;
    free(block);
    return ok;
}

static bool
check_aligned(void)
{
    void *block = aligned_alloc(512, 512);
    bool ok = block && (uintptr_t)block % 512 == 0;
    free(block);
    return ok;
}

static int
by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool
check_qsort(void)
{
    int list[] = { 3, 1, 2 };
    qsort(list, 3, sizeof(*list), by_value);
    return list[0] == 1 && list[1] == 2 && list[2] == 3;
}

static bool
check_bsearch(void)
{
    int list[] = { 1, 2, 3 }, key = 2, none = 9;
    return bsearch(&key, list, 3, sizeof(*list), by_value) == &list[1] &&
           !bsearch(&none, list, 3, sizeof(*list), by_value);
}

static bool
check_rand_r(void)
{
    unsigned one = 1, two = 1;
    return rand_r(&one) == rand_r(&two) && one == two;
}

static bool
check_subopt(void)
{
    char text[] = "key=1,flag", *at = text, *value;
    char *const names[] = { "flag", "key", NULL };
    return getsubopt(&at, names, &value) == 1 && strcmp(value, "1") == 0 &&
           getsubopt(&at, names, &value) == 0;
}

/* Encrypted and decrypted again. */
static bool
check_encrypt(void)
{
    char block[64] = { 1, 0, 1, 1 }, first[64];
    memcpy(first, block, 64);
    setkey(bits);
    encrypt(block, 0);
    bool changed = memcmp(block, first, 64) != 0;
    encrypt(block, 1);
    return changed && memcmp(block, first, 64) == 0;
}

static bool
check_hash(void)
{
    ENTRY entry = { "key", &number };
    ENTRY *got;
    bool ok = hcreate(10) && hsearch(entry, ENTER) &&
              (got = hsearch((ENTRY){ "key", NULL }, FIND)) &&
              got->data == &number && !hsearch((ENTRY){ "no", NULL }, FIND);
    hdestroy();
    return ok;
}

static void
visit(const void *node, VISIT when, int depth)
{
    (void)node, (void)depth;
    visits += when == postorder || when == leaf;
}

static bool
check_tree(void)
{
    void *root = NULL;
    int list[] = { 2, 1, 3 };
    for (int i = 0; i < 3; i++)
        tsearch(&list[i], &root, by_value);
    int before = visits;
    twalk(root, visit);
    return visits == before + 3 &&
           *(int **)tfind(&(int){ 1 }, &root, by_value) == &list[1] &&
           tdelete(&list[1], &root, by_value) &&
           !tfind(&(int){ 1 }, &root, by_value);
}

static bool
check_linear(void)
{
    int list[4] = { 1, 2 }, key = 3;
    size_t count = 2;
    return !lfind(&key, list, &count, sizeof(key), by_value) &&
           lsearch(&key, list, &count, sizeof(key), by_value) == &list[2] &&
           count == 3 && lfind(&key, list, &count, sizeof(key), by_value);
}

static bool
check_queue(void)
{
    struct item {
        struct item *next, *back;
    } one = { NULL, NULL }, two = { NULL, NULL };
    insque(&one, NULL);
    insque(&two, &one);
    bool ok = one.next == &two && two.back == &one;
    remque(&two);
    return ok && one.next == NULL;
}

static bool
check_iconv(void)
{
    char from[] = "\xe9", *in = from, *out = buffer;
    size_t in_size = 1, out_size = 8;
    iconv_t way = iconv_open("UTF-8", "ISO-8859-1");
    return way != (iconv_t)-1 &&
           iconv(way, &in, &in_size, &out, &out_size) == 0 &&
           memcmp(buffer, "\xc3\xa9", 2) == 0 && iconv_close(way) == 0;
}

/* ---- time, memory of files, signals ---- */

static bool
check_clock(void)
{
    struct timespec before, after;
    return clock_gettime(CLOCK_REALTIME, &moment) == 0 &&
           moment.tv_sec > 1500000000 &&
           clock_gettime(CLOCK_MONOTONIC, &before) == 0 &&
           clock_gettime(CLOCK_MONOTONIC, &after) == 0 &&
           (after.tv_sec > before.tv_sec || after.tv_nsec >= before.tv_nsec);
}

static bool
check_nanosleep(int by_clock)
{
    struct timespec before, after, wait = { 0, 2000000 };
    clock_gettime(CLOCK_MONOTONIC, &before);
    int result = by_clock ? clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL)
                          : nanosleep(&wait, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    return result == 0 && (after.tv_sec - before.tv_sec) * 1000000000 +
                                  after.tv_nsec - before.tv_nsec >=
                              2000000;
}

static bool
check_getdate(void)
{
    if (!made(creat("mask", 0644), "%Y-%m-%d\n") ||
        setenv("DATEMSK", "mask", 1) != 0)
        return false;
    struct tm *got = getdate("2001-02-03");
    return got && got->tm_mon == 1 && got->tm_mday == 3;
}

static bool
check_mmap(void)
{
    int fd = fd_of("a");
    char *map = mmap(NULL, 11, PROT_READ, MAP_PRIVATE, fd, 0);
    bool ok = map != MAP_FAILED && memcmp(map, "hello world", 11) == 0 &&
              munmap(map, 11) == 0;
    close(fd);
    return ok;
}

static void
take_signal(int taken)
{
    number = taken;
}

static bool
check_signal(void)
{
    number = 0;
    return signal(SIGINT, take_signal) != SIG_ERR && raise(SIGINT) == 0 &&
           number == SIGINT;
}

static void
end_six(void)
{
    _Exit(6);
}

/* ---- the rows ---- */

static void
add(enum kind kind, const char *name, const char *note, bool ok)
{
    int error = errno;
    rows[row_count++] = (struct row){ header, name, note, ok ? kind : FAILS,
                                      error };
}

static bool
is_among(const char *name, char **names)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void
probe(char **ended)
{
#define HEADER(text) header = text;
#define P(name, note, expression) \
    errno = 0;                    \
    add(WORKS, #name, note, expression);
#define E(name, how, expression) \
    errno = 0;                   \
    add(EMULATED, #name, how, expression);
#define M(name, x, y)                                                       \
    variable = x;                                                           \
    P(name, "",                                                             \
      near(name(variable), y) && near_float(name##f((float)variable), y) && \
          near((double)name##l(variable), y))                               \
    variable = 0.5;
#define ENDS(name, code, call) \
    errno = 0;                 \
    add(WORKS, #name, "", is_among(#name, ended));
#define ABSENT(why, names) \
    rows[row_count++] = (struct row){ header, names, why, ABSENT, 0 };
#include "posix.def"
#undef P
#undef E
#undef M
#undef ENDS
#undef ABSENT
}

static int
end_by(const char *wanted)
{
#define P(name, note, expression)
#define E(name, how, expression)
#define M(name, x, y)
#define ENDS(name, code, call)      \
    if (strcmp(wanted, #name) == 0) \
        call;
#define ABSENT(why, names)
#include "posix.def"
#undef ENDS
    return 1;
}

static int
list(const char *what)
{
    bool end = strcmp(what, "end") == 0;
#define ENDS(name, code, call) \
    if (end)                   \
        printf(#name " %d\n", code);
#undef ABSENT
#define ABSENT(why, names) \
    if (!end)              \
        printf("%s\n", names);
#include "posix.def"
    return 0;
}

/* ---- the page ---- */

static const char *
errno_name(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {
#define NAME(error) { error, #error }
        NAME(EACCES),
        NAME(EBADF),
        NAME(EINVAL),
        NAME(ENOENT),
        NAME(ENOSYS),
        NAME(ENOTSOCK),
        NAME(ENOTSUP),
        NAME(EPERM),
        NAME(ENOPROTOOPT),
        NAME(ENOTCAPABLE),
        NAME(ESPIPE),
        NAME(EDOM),
        NAME(ENOMEM),
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].error == error)
            return names[i].name;
    return error ? strerror(error) : "wrong result";
}

static void
write_names(FILE *to, const char *names)
{
    for (const char *at = names; *at;) {
        int size = (int)strcspn(at, " ");
        fprintf(to, "%s`%.*s`", at == names ? "" : ", ", size, at);
        at += size + (at[size] == ' ');
    }
}

/* A header's functions that work and need no word, as one line; then the
 * others, one row each. */
static int
write_header(FILE *to, int first)
{
    static const char *const says[] = { "works", "emulated", "fails",
                                        "absent" };
    int i, plain_count = 0, last = first;
    while (last < row_count && rows[last].header == rows[first].header)
        last++;
    fprintf(to, "\n## %s\n", rows[first].header);
    for (i = first; i < last; i++) {
        if (rows[i].kind != WORKS || rows[i].note[0])
            continue;
        fprintf(to, "%s`%s`", plain_count++ ? ", " : "\nWorks: ", rows[i].name);
    }
    fprintf(to, plain_count ? ".\n" : "");
    if (plain_count == last - first)
        return last;
    fprintf(to, "\n| function | | |\n|---|---|---|\n");
    for (i = first; i < last; i++) {
        if (rows[i].kind == WORKS && !rows[i].note[0])
            continue;
        fprintf(to, "| ");
        write_names(to, rows[i].name);
        fprintf(to, " | %s", says[rows[i].kind]);
        if (rows[i].kind == FAILS)
            fprintf(to, ", %s", errno_name(rows[i].error));
        fprintf(to, " | %s |\n", rows[i].note);
    }
    return last;
}

static int
count_kind(enum kind kind)
{
    int count = 0;
    for (int i = 0; i < row_count; i++) {
        if (rows[i].kind != kind)
            continue;
        count++;
        for (const char *c = rows[i].name; kind == ABSENT && *c; c++)
            count += *c == ' ';
    }
    return count;
}

static int
write_page(const char *path)
{
    FILE *to = fopen(path, "w");
    if (!to)
        return 1;
    fprintf(
        to,
        "# POSIX for guests\n\n"
        "What a C program finds when it is compiled with wasi-libc and run "
        "by godwit with one granted folder.  `test/posix/run --write` "
        "writes this page: a guest calls each function and looks at what "
        "it did.\n"
        "The table is `test/posix/posix.def`; a test compares the page "
        "with what the guest finds.\n\n"
        "- **works**: does what POSIX says, through WASI 0.1 or within the "
        "guest: %d.\n"
        "- **emulated**: the C library gives an answer that the host has "
        "no part in: %d.\n"
        "- **fails**: is there, and gives the named error in this run: "
        "%d.\n"
        "- **absent**: not in the library, so a program that calls it is not "
        "linked: %d named here.\n",
        count_kind(WORKS), count_kind(EMULATED), count_kind(FAILS),
        count_kind(ABSENT));
    for (int at = 0; at < row_count;)
        at = write_header(to, at);
    return fclose(to) != 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--end") == 0)
        return end_by(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--list") == 0)
        return list(argv[2]);
    if (argc < 2)
        return 1;
    setlocale(LC_ALL, "C.UTF-8");
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    probe(argv + 2);
    return write_page(argv[1]);
}
