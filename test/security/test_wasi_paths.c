/* Ways in which guests of other engines left their directories.  Each runs
 * with the kernel's path resolution and with our own walk. */
#include "unit/wasi_guest.h"

static char top[64]; /* top/box is granted, top/out is not */

static void
begin(struct guest *g, bool own_walk, bool read_only)
{
    char box[80];
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopen = { box, "/", read_only, GW_WASI_DIR, 0 };
    scratch_make(top);
    scratch_dir(top, "out");
    scratch_file(top, "out/secret", "secret");
    scratch_dir(top, "box");
    scratch_dir(top, "box/d");
    scratch_file(top, "box/file", "inside");
    scratch_print(box, sizeof box, "%s/box", top);
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    config.own_walk = own_walk;
    guest_start(g, &config);
}

/* Nothing outside may have changed, whatever the guest did. */
static void
finish(struct guest *g)
{
    CHECK(scratch_is(top, "out/secret", "secret"));
    char path[80], command[256];
    scratch_print(path, sizeof path, "%s/out", top);
    scratch_print(command, sizeof command,
                  "test \"$(ls %s)\" = secret && test \"$(ls %s)\" = 'box\n"
                  "out'",
                  path, top);
    CHECK(system(command) == 0);
    guest_end(g);
    scratch_remove(top);
}

/* WAMR CVE-2025-43853, wazero 2321: a link made by the guest leads out. */
static void
guest_made_symlink_is_not_followed_outside(struct guest *g)
{
    static const char *const targets[] = { "../out/secret", "d/../../out",
                                           "../out", ".." };
    uint32_t fd;
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, targets[i]), 3,
                          PATH(g, "l")),
                     0);
        CHECK_EQ_U64(guest_open(g, 3, "l", 0, GW_RIGHT(FD_READ), &fd),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(guest_open(g, 3, "l/secret", 0, GW_RIGHT(FD_READ), &fd),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(guest_open(g, 3, "l/", O_DIR, 0, &fd), GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_filestat_get, 3, 1, PATH(g, "l"), 256),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_filestat_set_times, 3, 1, PATH(g, "l"), 1, 1,
                          5),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_unlink_file, 3, PATH(g, "l")), 0);
    }
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "/etc/passwd"), 3,
                      PATH(g, "l")),
                 GW_OSERR_PERM);
}

/* wasmer CVE-2024-38358: creating through a link that leads out. */
static void
create_through_symlink_stays_inside(struct guest *g)
{
    uint32_t fd;
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "../out/new"), 3, PATH(g, "l")),
                 0);
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "../out"), 3, PATH(g, "ld")),
                 0);
    CHECK_EQ_U64(guest_open(g, 3, "l", O_CREATE, RW, &fd), GW_OSERR_PERM);
    CHECK_EQ_U64(guest_open(g, 3, "l", O_CREATE | O_TRUNCATE, RW, &fd),
                 GW_OSERR_PERM);
    CHECK_EQ_U64(guest_open(g, 3, "l", O_CREATE | O_EXCLUDE, RW, &fd),
                 GW_OSERR_EXIST);
    CHECK_EQ_U64(CALL(g, path_open, 3, 0, PATH(g, "l"), O_CREATE, RW, 0, 0,
                      AT_RESULT),
                 GW_OSERR_LOOP);
    CHECK_EQ_U64(guest_open(g, 3, "ld/new", O_CREATE, RW, &fd), GW_OSERR_PERM);
    CHECK_EQ_U64(guest_open(g, 3, "ld/secret", O_TRUNCATE, RW, &fd),
                 GW_OSERR_PERM);
    CHECK_EQ_U64(CALL(g, path_create_directory, 3, PATH(g, "ld/new")),
                 GW_OSERR_PERM);
    CHECK_EQ_U64(CALL(g, path_create_directory, 3, PATH(g, "l")),
                 GW_OSERR_EXIST);
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "x"), 3, PATH(g, "ld/new")),
                 GW_OSERR_PERM);
}

/* wasmtime, 2026-08: a trailing slash makes the kernel follow a link that it
 * was told not to. */
static void
trailing_slash_does_not_follow_outside(struct guest *g)
{
    uint32_t fd;
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "../out"), 3, PATH(g, "l")), 0);
    for (unsigned follow = 0; follow < 2; follow++) {
        CHECK_EQ_U64(CALL(g, path_open, 3, follow, PATH(g, "l/"), 0, 0, 0, 0,
                          AT_RESULT),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_open, 3, follow, PATH(g, "l///"), O_DIR, 0, 0,
                          0, AT_RESULT),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_open, 3, follow, PATH(g, "l/."), 0, 0, 0, 0,
                          AT_RESULT),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_filestat_get, 3, follow, PATH(g, "l/"), 256),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_filestat_set_times, 3, follow, PATH(g, "l/"),
                          1, 1, 5),
                     GW_OSERR_PERM);
    }
    CHECK_EQ_U64(CALL(g, path_readlink, 3, PATH(g, "l/"), 256, 99, 64),
                 GW_OSERR_PERM);
    CHECK_EQ_U64(CALL(g, path_remove_directory, 3, PATH(g, "l/")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_unlink_file, 3, PATH(g, "l/")), GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_create_directory, 3, PATH(g, "l/")),
                 GW_OSERR_EXIST);
    CHECK_EQ_U64(CALL(g, path_rename, 3, PATH(g, "l/"), 3, PATH2(g, "m")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_rename, 3, PATH(g, "file"), 3, PATH2(g, "l/")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_rename, 3, PATH(g, "d"), 3, PATH2(g, "l/")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_link, 3, 0, PATH(g, "l/"), 3, PATH2(g, "m")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_link, 3, 0, PATH(g, "file"), 3, PATH2(g, "l/")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "x"), 3, PATH(g, "l/")),
                 GW_OSERR_NOTDIR);
    CHECK_EQ_U64(guest_open(g, 3, "l/", O_CREATE, RW, &fd), GW_OSERR_ISDIR);
}

/* wasmer 1759: renaming and linking reach across the border. */
static void
rename_and_link_stay_inside(struct guest *g)
{
    static const char *const outside[] = {
        "../out/secret", "../x", "d/../../out/x", "/tmp/x", "..", "d/../.."
    };
    for (unsigned i = 0; i < 6; i++) {
        CHECK_EQ_U64(CALL(g, path_rename, 3, PATH(g, outside[i]), 3,
                          PATH2(g, "m")),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_rename, 3, PATH(g, "file"), 3,
                          PATH2(g, outside[i])),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_link, 3, 0, PATH(g, outside[i]), 3,
                          PATH2(g, "m")),
                     GW_OSERR_PERM);
        CHECK_EQ_U64(CALL(g, path_link, 3, 0, PATH(g, "file"), 3,
                          PATH2(g, outside[i])),
                     GW_OSERR_PERM);
    }
    /* A link that leads out can be moved, not used. */
    uint32_t fd;
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "out/secret"), 3,
                      PATH(g, "d/l")),
                 0);
    CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "../out/secret"), 3,
                      PATH(g, "d/k")),
                 0);
    CHECK_EQ_U64(CALL(g, path_rename, 3, PATH(g, "d/k"), 3, PATH2(g, "k")), 0);
    CHECK_EQ_U64(guest_open(g, 3, "k", 0, GW_RIGHT(FD_READ), &fd),
                 GW_OSERR_PERM);
    CHECK_EQ_U64(CALL(g, path_link, 3, 1, PATH(g, "k"), 3, PATH2(g, "m")),
                 GW_OSERR_INVAL);
    CHECK(scratch_is(top, "box/file", "inside"));
}

/* ".." after a link to a directory is that directory's parent, and a deeper
 * descriptor cannot climb to its parent either. */
static void
dotdot_after_symlink_stays_inside(struct guest *g)
{
    uint32_t fd, dir;
    scratch_dir(top, "box/d/e");
    scratch_link(top, "box/l", "d/e");
    CHECK_EQ_U64(guest_open(g, 3, "l/../../file", 0, GW_RIGHT(FD_READ), &fd),
                 0);
    CHECK_EQ_U64(guest_open(g, 3, "l/../../../out/secret", 0, GW_RIGHT(FD_READ),
                            &fd),
                 GW_OSERR_PERM);
    CHECK_EQ_U64(guest_open(g, 3, "d", O_DIR, GW_RIGHT(PATH_OPEN), &dir), 0);
    CHECK_EQ_U64(guest_open(g, dir, "../file", 0, 0, &fd), GW_OSERR_PERM);
    CHECK_EQ_U64(guest_open(g, dir, "..", 0, 0, &fd), GW_OSERR_PERM);
    CHECK_EQ_U64(guest_open(g, dir, "e/../../file", 0, 0, &fd), GW_OSERR_PERM);
}

static void
absolute_empty_and_nul_paths_are_refused(struct guest *g)
{
    static const struct {
        const char *path;
        size_t size;
        enum gw_oserr err;
    } bad[] = { { "", 0, GW_OSERR_NOENT },
                { "/", 1, GW_OSERR_PERM },
                { "/etc/passwd", 11, GW_OSERR_PERM },
                { "//etc", 5, GW_OSERR_PERM },
                { "file\0", 5, GW_OSERR_INVAL },
                { "d\0/../../out/secret", 19, GW_OSERR_INVAL },
                { "\0", 1, GW_OSERR_INVAL },
                { "\xc0\xae\xc0\xae/out", 8, GW_OSERR_ILSEQ } };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t size = bad[i].size;
        memcpy(g->memory.base + AT_PATH, bad[i].path, bad[i].size);
        CHECK_EQ_U64(CALL(g, path_open, 3, 1, AT_PATH, size, O_CREATE, RW, 0, 0,
                          AT_RESULT),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_filestat_get, 3, 0, AT_PATH, size, 256),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_create_directory, 3, AT_PATH, size),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_unlink_file, 3, AT_PATH, size), bad[i].err);
        CHECK_EQ_U64(CALL(g, path_remove_directory, 3, AT_PATH, size),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_readlink, 3, AT_PATH, size, 256, 9, 64),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_symlink, AT_PATH, size, 3, PATH2(g, "s")),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_symlink, PATH2(g, "s"), 3, AT_PATH, size),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_rename, 3, AT_PATH, size, 3, PATH2(g, "s")),
                     bad[i].err);
        CHECK_EQ_U64(CALL(g, path_link, 3, 0, PATH2(g, "file"), 3, AT_PATH,
                          size),
                     bad[i].err);
    }
    CHECK_EQ_U64(CALL(g, path_open, 3, 1, AT_PATH, 4096, 0, 0, 0, 0, AT_RESULT),
                 GW_OSERR_NAMETOOLONG);
    CHECK_EQ_U64(CALL(g, path_open, 3, 1, AT_PATH, UINT32_MAX, 0, 0, 0, 0,
                      AT_RESULT),
                 GW_OSERR_FAULT);
}

static void
truncate_needs_the_right(struct guest *g)
{
    uint32_t fd;
    CHECK_EQ_U64(CALL(g, fd_fdstat_set_rights, 3,
                      GW_RIGHT(PATH_OPEN) | GW_RIGHT(PATH_CREATE_FILE),
                      ALL_RIGHTS & ~GW_RIGHT(FD_FILESTAT_SET_SIZE)),
                 GW_OSERR_NOTCAPABLE); /* a wider set than it had */
    CHECK_EQ_U64(CALL(g, fd_fdstat_set_rights, 3,
                      GW_RIGHT(PATH_OPEN) | GW_RIGHT(PATH_CREATE_FILE),
                      GW_RIGHT(FD_READ) | GW_RIGHT(FD_WRITE)),
                 0);
    CHECK_EQ_U64(guest_open(g, 3, "file", O_TRUNCATE, RW, &fd),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(guest_open(g, 3, "file", O_TRUNCATE, 0, &fd),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(guest_open(g, 3, "file", 0, ALL_RIGHTS & ~RW, &fd), 0);
    CHECK_EQ_U64(CALL(g, fd_filestat_set_size, fd, 0), GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(g, fd_allocate, fd, 0, 1), GW_OSERR_NOTCAPABLE);
    CHECK(scratch_is(top, "box/file", "inside"));
}

static void
everything_stays_inside(bool own_walk)
{
    static void (*const tests[])(struct guest *g) = {
        guest_made_symlink_is_not_followed_outside,
        create_through_symlink_stays_inside,
        trailing_slash_does_not_follow_outside,
        rename_and_link_stay_inside,
        dotdot_after_symlink_stays_inside,
        absolute_empty_and_nul_paths_are_refused,
        truncate_needs_the_right,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        struct guest g;
        begin(&g, own_walk, false);
        tests[i](&g);
        finish(&g);
    }
}

/* A read-only directory cannot be changed, not through a descriptor below it
 * and not by lending its files a name in a writable directory. */
static void
read_only_means_read_only(bool own_walk)
{
    struct guest g;
    uint32_t fd, dir;
    begin(&g, own_walk, true);
    CHECK_EQ_U64(guest_open(&g, 3, "file", 0, GW_RIGHT(FD_READ), &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 1), 1, 64),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(guest_open(&g, 3, "file", 0, RW, &fd), GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(guest_open(&g, 3, "file", O_TRUNCATE, GW_RIGHT(FD_READ), &fd),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(guest_open(&g, 3, "d", O_DIR, ALL_RIGHTS & ~RW, &dir), 0);
    for (uint32_t at = 3; at <= dir; at += dir - 3) {
        CHECK_EQ_U64(guest_open(&g, at, "new", O_CREATE, 0, &fd),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_create_directory, at, PATH(&g, "n")),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_symlink, PATH2(&g, "x"), at, PATH(&g, "n")),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_unlink_file, at, PATH(&g, "file")),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_remove_directory, at, PATH(&g, "d")),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_rename, at, PATH(&g, "file"), at,
                          PATH2(&g, "n")),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_link, at, 0, PATH(&g, "file"), at,
                          PATH2(&g, "n")),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, path_filestat_set_times, at, 0, PATH(&g, "file"),
                          1, 1, 5),
                     GW_OSERR_NOTCAPABLE);
        CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, at, 1, 1, 5),
                     GW_OSERR_NOTCAPABLE);
    }
    CHECK(scratch_is(top, "box/file", "inside"));
    finish(&g);
}

/* The rights of a read-only directory are not its only protection. */
static void
read_only_without_rights_check(void)
{
    struct guest g;
    uint32_t fd;
    begin(&g, false, true);
    ((struct gw_fd *)g.wasi->fds.entries.data)[3].base = ALL_RIGHTS;
    ((struct gw_fd *)g.wasi->fds.entries.data)[3].inheriting = ALL_RIGHTS;
    CHECK_EQ_U64(guest_open(&g, 3, "new", O_CREATE, RW, &fd), GW_OSERR_ROFS);
    CHECK_EQ_U64(guest_open(&g, 3, "file", 0, RW, &fd), GW_OSERR_ROFS);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "file")),
                 GW_OSERR_ROFS);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, 3, 1, 1, 5), GW_OSERR_ROFS);
    finish(&g);
}

int
main(void)
{
    for (int own_walk = 0; own_walk < 2; own_walk++) {
        everything_stays_inside(own_walk);
        read_only_means_read_only(own_walk);
    }
    read_only_without_rights_check();
    return CHECK_DONE();
}
