/* The sandboxed walk: one table of paths, resolved by the kernel's help and by
 * our own walk, which must agree; then open files and directories. */
#include "os/windows/file_name.h"
#include "wasi_guest.h"

static char top[64]; /* top/box is the sandbox, top/out is not */
static int box;

static void
build(void)
{
    scratch_make(top);
    scratch_dir(top, "out");
    scratch_file(top, "out/secret", "secret");
    scratch_dir(top, "box");
    scratch_dir(top, "box/a");
    scratch_dir(top, "box/a/b");
    scratch_file(top, "box/file", "file");
    scratch_file(top, "box/a/b/deep", "deep");
    scratch_link(top, "box/to_file", "file");
    scratch_link(top, "box/to_a", "a");
    scratch_link(top, "box/a/b/up", "../../file");
    scratch_link(top, "box/a/b/up_dir", "../..");
    scratch_link(top, "box/chain", "to_a/b/up");
    scratch_link(top, "box/abs", "/etc/passwd");
    scratch_link(top, "box/abs_dir", "/");
    scratch_link(top, "box/escape", "../out/secret");
    scratch_link(top, "box/escape_dir", "../out");
    scratch_link(top, "box/a/b/far", "../../../out/secret");
    scratch_link(top, "box/loop", "loop");
    scratch_link(top, "box/ping", "pong");
    scratch_link(top, "box/pong", "ping");
    scratch_link(top, "box/dangling", "nothing");
    scratch_link(top, "box/slashed", "a/");
    scratch_link(top, "box/dot", ".");
    char path[80];
    scratch_print(path, sizeof path, "%s/box", top);
    CHECK(gw_dir_open(path, &box) == GW_OSERR_OK);
}

static const struct {
    const char *path;
    bool follow;
    uint32_t flags;
    enum gw_oserr err;
} cases[] = {
    { "file", true, GW_OPEN_READ, GW_OSERR_OK },
    { "./file", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/b/deep", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a//b/./deep", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/../a/b/../b/deep", true, GW_OPEN_READ, GW_OSERR_OK },
    { ".", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/..", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/b/", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/b///", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a", true, GW_OPEN_READ | GW_OPEN_DIRECTORY, GW_OSERR_OK },
    { "to_file", true, GW_OPEN_READ, GW_OSERR_OK },
    { "to_a/b/deep", true, GW_OPEN_READ, GW_OSERR_OK },
    { "to_a/b/deep", false, GW_OPEN_READ, GW_OSERR_OK },
    { "to_a/../file", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/b/up", true, GW_OPEN_READ, GW_OSERR_OK },
    { "a/b/up_dir/file", true, GW_OPEN_READ, GW_OSERR_OK },
    { "chain", true, GW_OPEN_READ, GW_OSERR_OK },
    { "slashed", true, GW_OPEN_READ, GW_OSERR_OK },
    { "slashed/b/deep", true, GW_OPEN_READ, GW_OSERR_OK },
    { "dot/dot/dot/file", true, GW_OPEN_READ, GW_OSERR_OK },
    { "to_a/", false, GW_OPEN_READ, GW_OSERR_OK },

    { "", true, GW_OPEN_READ, GW_OSERR_NOENT },
    { "none", true, GW_OPEN_READ, GW_OSERR_NOENT },
    { "none/file", true, GW_OPEN_READ, GW_OSERR_NOENT },
    { "dangling", true, GW_OPEN_READ, GW_OSERR_NOENT },
    { "file/", true, GW_OPEN_READ, GW_OSERR_NOTDIR },
    { "file/.", true, GW_OPEN_READ, GW_OSERR_NOTDIR },
    { "file/..", true, GW_OPEN_READ, GW_OSERR_NOTDIR },
    { "file/x", true, GW_OPEN_READ, GW_OSERR_NOTDIR },
    { "to_file/", true, GW_OPEN_READ, GW_OSERR_NOTDIR },
    { "file", true, GW_OPEN_READ | GW_OPEN_DIRECTORY, GW_OSERR_NOTDIR },
    { "a", true, GW_OPEN_READ | GW_OPEN_WRITE, GW_OSERR_ISDIR },
    { "to_file", false, GW_OPEN_READ, GW_OSERR_LOOP },
    { "dangling", false, GW_OPEN_READ, GW_OSERR_LOOP },
    { "loop", true, GW_OPEN_READ, GW_OSERR_LOOP },
    { "loop", false, GW_OPEN_READ, GW_OSERR_LOOP },
    { "ping/x", true, GW_OPEN_READ, GW_OSERR_LOOP },
    { "a/b", true, GW_OPEN_READ | GW_OPEN_WRITE | GW_OPEN_CREATE,
      GW_OSERR_ISDIR },
    { "new/", true, GW_OPEN_WRITE | GW_OPEN_CREATE, GW_OSERR_ISDIR },
    { "escape_dir/", true, GW_OPEN_WRITE | GW_OPEN_CREATE, GW_OSERR_ISDIR },
    { "none/x/", true, GW_OPEN_WRITE | GW_OPEN_CREATE, GW_OSERR_NOENT },
    { "file", true, GW_OPEN_WRITE | GW_OPEN_CREATE | GW_OPEN_EXCLUSIVE,
      GW_OSERR_EXIST },
    { "to_file", true, GW_OPEN_WRITE | GW_OPEN_CREATE | GW_OPEN_EXCLUSIVE,
      GW_OSERR_EXIST },
    { "dangling", true, GW_OPEN_WRITE | GW_OPEN_CREATE | GW_OPEN_EXCLUSIVE,
      GW_OSERR_EXIST },

    { "/", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "/etc/passwd", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "..", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "../", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "../out/secret", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "../box/file", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "a/../../out/secret", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "a/b/../../../box/file", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "abs", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "abs_dir", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "abs_dir/etc/passwd", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "abs_dir/", false, GW_OPEN_READ, GW_OSERR_PERM },
    { "escape", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "escape", true, GW_OPEN_WRITE | GW_OPEN_CREATE, GW_OSERR_PERM },
    { "escape_dir", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "escape_dir/", false, GW_OPEN_READ, GW_OSERR_PERM },
    { "escape_dir/secret", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "escape_dir/secret", false, GW_OPEN_READ, GW_OSERR_PERM },
    { "escape_dir/new", true, GW_OPEN_WRITE | GW_OPEN_CREATE, GW_OSERR_PERM },
    { "a/b/far", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "to_a/../../out/secret", true, GW_OPEN_READ, GW_OSERR_PERM },
    { "a/b/up_dir/../out/secret", true, GW_OPEN_READ, GW_OSERR_PERM },
};

static void
test_table(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int own = 0; own < 2; own++) {
            struct gw_at at = { box, cases[i].path, cases[i].follow, own,
                                false };
            int fd = -1;
            enum gw_oserr err = gw_at_open(&at, cases[i].flags, &fd);
            if (!CHECK_EQ_U64(err, cases[i].err))
                printf("    \"%s\" %s: %s\n", cases[i].path,
                       own ? "own walk" : "kernel", gw_oserr_text(err));
            if (err == GW_OSERR_OK)
                gw_file_close(fd);
        }
    }
    CHECK(scratch_is(top, "out/secret", "secret"));
    CHECK(!scratch_exists(top, "out/new"));
}

/* Creating through a link is right as long as it stays inside. */
static void
test_create(void)
{
    for (int own = 0; own < 2; own++) {
        struct gw_at at = { box, "dangling", true, own, false };
        struct gw_at made = { box, "nothing", true, own, false };
        int fd;
        CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_WRITE | GW_OPEN_CREATE, &fd),
                     GW_OSERR_OK);
        gw_file_close(fd);
        CHECK(scratch_exists(top, "box/nothing"));
        CHECK_EQ_U64(gw_at_unlink(&made), GW_OSERR_OK);
        CHECK(scratch_exists(top, "box/dangling"));
    }
}

/* Forty links are followed, the forty-first is too many; the walk is as deep
 * as it says. */
static void
test_limits(void)
{
    char name[16], target[16], deep[GW_PATH_MAX + 8];
    scratch_file(top, "box/l0", "end");
    for (int i = 1; i <= 41; i++) {
        scratch_print(name, sizeof name, "box/l%d", i);
        scratch_print(target, sizeof target, "l%d", i - 1);
        scratch_link(top, name, target);
    }
    for (int own = 0; own < 2; own++) {
        int fd;
        struct gw_at at = { box, "l40", true, own, false };
        CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_READ, &fd), GW_OSERR_OK);
        gw_file_close(fd);
        at.path = "l41";
        CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_READ, &fd), GW_OSERR_LOOP);
        memset(deep, 'x', sizeof deep);
        deep[GW_NAME_MAX + 1] = '\0';
        at.path = deep;
        CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_READ, &fd), GW_OSERR_NAMETOOLONG);
        for (size_t i = 0; i < sizeof deep - 1; i++)
            deep[i] = i % 2 ? '/' : '.';
        deep[sizeof deep - 1] = '\0';
        CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_READ, &fd), GW_OSERR_NAMETOOLONG);
        struct gw_file_stat stat;
        CHECK_EQ_U64(gw_at_stat(&at, &stat), GW_OSERR_NAMETOOLONG);
    }
}

/* Without links: only what would have to be followed fails. */
static void
test_no_links(void)
{
    static const struct {
        const char *path;
        bool follow;
        enum gw_oserr open, stat;
    } paths[] = {
        { "file", true, GW_OSERR_OK, GW_OSERR_OK },
        { "to_file", true, GW_OSERR_LOOP, GW_OSERR_LOOP },
        { "to_file", false, GW_OSERR_LOOP, GW_OSERR_OK },
        { "to_dir", true, GW_OSERR_LOOP, GW_OSERR_LOOP },
        { "to_dir/", false, GW_OSERR_LOOP, GW_OSERR_LOOP },
        { "to_dir/.", false, GW_OSERR_LOOP, GW_OSERR_LOOP },
        { "to_dir/../file", false, GW_OSERR_LOOP, GW_OSERR_LOOP },
        { "escape_dir/secret", true, GW_OSERR_LOOP, GW_OSERR_LOOP },
        { "a/../file", true, GW_OSERR_OK, GW_OSERR_OK },
        { "../file", true, GW_OSERR_PERM, GW_OSERR_PERM },
    };
    struct gw_at make = { box, "to_dir", false, false, false };
    CHECK_EQ_U64(gw_at_symlink("a", &make), GW_OSERR_OK);
    for (size_t i = 0; i < 2 * (sizeof paths / sizeof *paths); i++) {
        size_t k = i / 2;
        struct gw_at at = { box, paths[k].path, paths[k].follow, i % 2, true };
        struct gw_file_stat stat;
        int fd;
        enum gw_oserr err = gw_at_open(&at, GW_OPEN_READ, &fd);
        if (err == GW_OSERR_OK)
            gw_file_close(fd);
        bool good = CHECK_EQ_U64(err, paths[k].open);
        good &= CHECK_EQ_U64(gw_at_stat(&at, &stat), paths[k].stat);
        if (!good)
            printf("    %s, own walk %d\n", paths[k].path, (int)(i % 2));
    }
    CHECK_EQ_U64(gw_at_unlink(&make), GW_OSERR_OK);
}

/* The operations that change names, with and without slashes. */
static void
test_names(void)
{
    for (int own = 0; own < 2; own++) {
#define AT(text) (&(struct gw_at){ box, text, false, own, false })
        struct gw_file_stat stat;
        CHECK_EQ_U64(gw_at_make_dir(AT("n/")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_make_dir(AT("n")), GW_OSERR_EXIST);
        CHECK_EQ_U64(gw_at_make_dir(AT(".")), GW_OSERR_EXIST);
        CHECK_EQ_U64(gw_at_make_dir(AT("..")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_make_dir(AT("../x")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_make_dir(AT("/tmp/x")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_make_dir(AT("")), GW_OSERR_NOENT);
        CHECK_EQ_U64(gw_at_make_dir(AT("escape_dir/x")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_make_dir(AT("escape_dir/")), GW_OSERR_EXIST);
        CHECK_EQ_U64(gw_at_rename(AT("n/"), AT("m")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_rename(AT("m"), AT("n/")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_rename(AT("n"), AT("../n")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_rename(AT("n"), AT("escape_dir/n")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_rename(AT("../out/secret"), AT("s")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_rename(AT("escape_dir/secret"), AT("s")),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_rename(AT("file/"), AT("s")), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(gw_at_rename(AT("file"), AT("s/")), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(gw_at_rename(AT("."), AT("s")), GW_OSERR_BUSY);
        CHECK_EQ_U64(gw_at_link(AT("file"), AT("n/f")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_link(AT("file"), AT("../f")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_link(AT("../out/secret"), AT("f")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_link(AT("escape_dir/secret"), AT("f")),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_link(AT("file"), AT("f/")), GW_OSERR_NOENT);
        /* A link to a link is that link, and following it is still refused. */
        CHECK_EQ_U64(gw_at_link(AT("escape"), AT("n/e")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_stat(AT("n/e"), &stat), GW_OSERR_OK);
        CHECK_EQ_U64(stat.type, GW_FILETYPE_SYMLINK);
        CHECK_EQ_U64(gw_at_symlink("x", AT("n/l")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_symlink("/x", AT("n/k")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_symlink("x", AT("n/k/")), GW_OSERR_NOENT);
        CHECK_EQ_U64(gw_at_symlink("x", AT("../k")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_unlink(AT("n")), GW_OSERR_ISDIR);
        CHECK_EQ_U64(gw_at_unlink(AT("n/")), GW_OSERR_ISDIR);
        CHECK_EQ_U64(gw_at_unlink(AT("file/")), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(gw_at_unlink(AT("escape_dir/secret")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_unlink(AT("../out/secret")), GW_OSERR_PERM);
        CHECK_EQ_U64(gw_at_remove_dir(AT("n")), GW_OSERR_NOTEMPTY);
        CHECK_EQ_U64(gw_at_remove_dir(AT("to_a/")), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(gw_at_remove_dir(AT("escape_dir/")), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(gw_at_remove_dir(AT("file")), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(gw_at_unlink(AT("n/f")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_unlink(AT("n/e")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_unlink(AT("n/l")), GW_OSERR_OK);
        CHECK_EQ_U64(gw_at_remove_dir(AT("n/")), GW_OSERR_OK);
#undef AT
    }
    CHECK(scratch_is(top, "out/secret", "secret"));
    CHECK(scratch_is(top, "box/file", "file"));
}

static void
test_stat_and_links(void)
{
    static const struct {
        const char *path;
        bool follow;
        enum gw_oserr err;
        enum gw_filetype type;
    } stats[] = {
        { "file", false, GW_OSERR_OK, GW_FILETYPE_REGULAR },
        { "to_file", false, GW_OSERR_OK, GW_FILETYPE_SYMLINK },
        { "to_file", true, GW_OSERR_OK, GW_FILETYPE_REGULAR },
        { "to_a/", false, GW_OSERR_OK, GW_FILETYPE_DIRECTORY },
        { "to_file/", false, GW_OSERR_NOTDIR, 0 },
        { "chain", true, GW_OSERR_OK, GW_FILETYPE_REGULAR },
        { "escape", false, GW_OSERR_OK, GW_FILETYPE_SYMLINK },
        { "escape", true, GW_OSERR_PERM, 0 },
        { "escape_dir/", false, GW_OSERR_PERM, 0 },
        { "escape_dir/secret", false, GW_OSERR_PERM, 0 },
        { "abs", true, GW_OSERR_PERM, 0 },
        { "..", true, GW_OSERR_PERM, 0 },
        { "a/..", true, GW_OSERR_OK, GW_FILETYPE_DIRECTORY },
        { "loop", true, GW_OSERR_LOOP, 0 },
        { "dangling", true, GW_OSERR_NOENT, 0 },
    };
    struct gw_file_times times = { GW_TIME_SET, GW_TIME_SET, 5, 7000000009 };
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        for (int own = 0; own < 2; own++) {
            struct gw_at at = { box, stats[i].path, stats[i].follow, own,
                                false };
            struct gw_file_stat stat;
            enum gw_oserr err = gw_at_stat(&at, &stat);
            if (!CHECK_EQ_U64(err, stats[i].err))
                printf("    %s\n", stats[i].path);
            CHECK_EQ_U64(gw_at_set_times(&at, &times), stats[i].err);
            if (err != GW_OSERR_OK)
                continue;
            CHECK_EQ_U64(stat.type, stats[i].type);
            CHECK_EQ_U64(gw_at_stat(&at, &stat), GW_OSERR_OK);
            CHECK_EQ_U64(stat.modify_ns, 7000000009);
            CHECK_EQ_U64(stat.access_ns, 5);
        }
    }
    char buffer[8];
    size_t used;
    struct gw_at at = { box, "to_file", false, false, false };
    CHECK_EQ_U64(gw_at_read_link(&at, buffer, 3, &used), GW_OSERR_OK);
    CHECK(used == 3 && memcmp(buffer, "fil", 3) == 0);
    at.path = "file";
    CHECK_EQ_U64(gw_at_read_link(&at, buffer, 3, &used), GW_OSERR_INVAL);
    at.path = "a/";
    CHECK_EQ_U64(gw_at_read_link(&at, buffer, 3, &used), GW_OSERR_INVAL);
}

struct count {
    unsigned entries, until;
    uint64_t next;
};

static bool
count_entry(void *env, const struct gw_dir_entry *entry)
{
    struct count *count = env;
    count->entries++;
    count->next = entry->next;
    return count->entries < count->until;
}

/* Reading on from any cookie gives the rest, even when entries that were
 * already seen are gone. */
static void
test_dir_read(void)
{
    char name[32];
    scratch_dir(top, "box/many");
    for (int i = 0; i < 500; i++) {
        scratch_print(name, sizeof name, "box/many/%d", i);
        scratch_file(top, name, "");
    }
    struct gw_at at = { box, "many", true, false, false };
    int fd;
    CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_READ | GW_OPEN_DIRECTORY, &fd),
                 GW_OSERR_OK);
    struct count all = { 0, 1000, 0 };
    CHECK_EQ_U64(gw_dir_read(fd, 0, count_entry, &all), GW_OSERR_OK);
    CHECK_EQ_U64(all.entries, 502);
    unsigned total = 0;
    for (uint64_t cookie = 0;;) {
        struct count some = { 0, 7, 0 };
        CHECK_EQ_U64(gw_dir_read(fd, cookie, count_entry, &some), GW_OSERR_OK);
        total += some.entries;
        cookie = some.next;
        if (some.entries < 7)
            break;
    }
    CHECK_EQ_U64(total, 502);
    gw_file_close(fd);
}

/* cap-std CVE-2024-51756, CVE-2024-51745: names of devices, with whatever
 * behind them, are devices in every directory of Windows.  Here they are
 * files like any other. */
static void
test_device_names(void)
{
    static const char *const special[] = {
        "CON",           "con",    "NUL.txt",  "nul .tar.gz", "aux",
        "Prn.",          "COM1",   "com9.log", "LPT5",        "COM\xc2\xb9",
        "lpt\xc2\xb3.x", "CONIN$", "conout$",  "file:stream", "a\\b",
        "a\nb",          "NUL  "
    };
    static const char *const plain[] = { "CONS",        "COM",      "COM0",
                                         "COM10",       "LPT",      "xCON",
                                         "con_",        ".con",     "NUL1",
                                         "COM\xc2\xb4", "file.con", "auxx" };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (!CHECK(gw_windows_is_special(special[i], strlen(special[i]))))
            printf("    %s\n", special[i]);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!CHECK(!gw_windows_is_special(plain[i], strlen(plain[i]))))
            printf("    %s\n", plain[i]);
    for (int own = 0; own < 2; own++) {
        struct gw_at at = { box, "CON.txt", true, own, false };
        int fd;
        CHECK_EQ_U64(gw_at_open(&at, GW_OPEN_WRITE | GW_OPEN_CREATE, &fd),
                     GW_OSERR_OK);
        gw_file_close(fd);
        CHECK_EQ_U64(gw_at_unlink(&at), GW_OSERR_OK);
    }
}

static void
test_listen(void)
{
    uint16_t port = 0;
    int fd, peer;
    if (gw_sock_listen("127.0.0.1", &port, &fd) != GW_OSERR_OK) {
        CHECK_SKIP("no loopback network here");
        return;
    }
    CHECK(port != 0);
    CHECK_EQ_U64(gw_sock_accept(fd, &peer), GW_OSERR_AGAIN);
    gw_file_close(fd);
    CHECK(gw_sock_listen("example.org", &port, &fd) != GW_OSERR_OK);
}

int
main(void)
{
    CHECK_EQ_U64(GW_OSERR_ACCES, 2);
    CHECK_EQ_U64(GW_OSERR_INVAL, 28);
    CHECK_EQ_U64(GW_OSERR_XDEV, 75);
    CHECK_EQ_U64(GW_OSERR_NOTCAPABLE, 76);
    build();
    test_table();
    test_create();
    test_limits();
    test_no_links();
    test_names();
    test_stat_and_links();
    test_dir_read();
    test_device_names();
    test_listen();
    gw_file_close(box);
    scratch_remove(top);
    return CHECK_DONE();
}
