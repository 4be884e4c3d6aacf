/* A directory that turns into a link and back, 100,000 times, while the guest
 * opens, makes, renames and removes below it: it may fail, it may not get
 * out.  Bounded by time as well. */
#include "unit/wasi_guest.h"
#include "os/os.h"

enum { SWAPS = 100000 };
static const uint64_t most_ns = UINT64_C(4000000000);

static char top[64];
static atomic_bool done;
static unsigned swaps;

static uint64_t
now(void)
{
    uint64_t ns = 0;
    (void)gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &ns);
    return ns;
}

/* box/d is a directory, box/l a link to ../out; each swap exchanges them. */
static void
swap_for_ever(void *env)
{
    int box = *(int *)env;
    uint64_t end = now() + most_ns;
    for (swaps = 0; swaps < SWAPS; swaps += 2) {
        (void)renameat(box, "d", box, "t");
        (void)renameat(box, "l", box, "d");
        (void)renameat(box, "d", box, "l");
        (void)renameat(box, "t", box, "d");
        if (swaps % 64 == 0 && now() > end)
            break;
    }
    atomic_store(&done, true);
}

static void
attack_once(struct guest *g, unsigned *inside, unsigned *refused)
{
    uint32_t fd;
    if (guest_open(g, 3, "d/data", 0, GW_RIGHT(FD_READ), &fd) == 0) {
        CHECK_EQ_U64(CALL(g, fd_read, fd, guest_iov(g, 9), 1, 64), 0);
        if (memcmp(g->memory.base + AT_DATA, "inside", 6) == 0)
            ++*inside;
        else
            CHECK(false && "read from outside");
        (void)CALL(g, fd_close, fd);
    } else {
        ++*refused;
    }
    if (guest_open(g, 3, "d/new", O_CREATE, RW, &fd) == 0)
        (void)CALL(g, fd_close, fd);
    (void)CALL(g, path_create_directory, 3, PATH(g, "d/dir"));
    (void)CALL(g, path_remove_directory, 3, PATH(g, "d/dir"));
    (void)CALL(g, path_rename, 3, PATH(g, "d/new"), 3, PATH2(g, "d/renamed"));
    (void)CALL(g, path_unlink_file, 3, PATH(g, "d/renamed"));
    (void)CALL(g, path_unlink_file, 3, PATH(g, "d/victim"));
    (void)CALL(g, path_symlink, PATH2(g, "x"), 3, PATH(g, "d/sym"));
    (void)CALL(g, path_unlink_file, 3, PATH(g, "d/sym"));
    (void)CALL(g, path_filestat_set_times, 3, 1, PATH(g, "d/time"), 1, 1, 5);
    (void)CALL(g, path_link, 3, 0, PATH(g, "d/secret"), 3, PATH2(g, "got"));
}

static void
race(bool own_walk)
{
    char box[80];
    struct guest g;
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopen = { box, "/", false, GW_WASI_DIR, 0 };
    struct gw_os_thread thread;
    unsigned inside = 0, refused = 0;
    scratch_make(top);
    scratch_dir(top, "out");
    scratch_file(top, "out/data", "OUTSIDE");
    scratch_file(top, "out/victim", "victim");
    scratch_file(top, "out/time", "");
    scratch_file(top, "out/secret", "secret");
    scratch_dir(top, "box");
    scratch_dir(top, "box/d");
    scratch_file(top, "box/d/data", "inside");
    scratch_link(top, "box/l", "../out");
    scratch_print(box, sizeof box, "%s/box", top);
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    config.own_walk = own_walk;
    guest_start(&g, &config);
    int fd = open(box, O_RDONLY | O_DIRECTORY);
    atomic_store(&done, false);
    if (!CHECK(gw_os_thread_start(&thread, swap_for_ever, &fd, 0)))
        return;
    while (!atomic_load(&done))
        attack_once(&g, &inside, &refused);
    gw_os_thread_join(&thread);
    printf("%s: %u swaps, %u opens inside, %u refused\n",
           own_walk ? "own walk" : "kernel", swaps, inside, refused);
    CHECK(inside > 0);
    CHECK(scratch_is(top, "out/victim", "victim"));
    CHECK(!scratch_exists(top, "out/new"));
    CHECK(!scratch_exists(top, "out/renamed"));
    CHECK(!scratch_exists(top, "out/dir"));
    CHECK(!scratch_exists(top, "out/sym"));
    CHECK(!scratch_exists(top, "box/got"));
    struct gw_file_stat stat;
    struct gw_at at = { fd, "l", false, false, false };
    CHECK(gw_at_stat(&at, &stat) == GW_OSERR_OK);
    (void)close(fd);
    char path[80];
    struct stat host;
    scratch_print(path, sizeof path, "%s/out/time", top);
    CHECK(stat.type == GW_FILETYPE_SYMLINK);
    CHECK(lstat(path, &host) == 0 && host.st_mtime > 1000);
    guest_end(&g);
    scratch_remove(top);
}

int
main(void)
{
    race(false);
    race(true);
    return CHECK_DONE();
}
