/* Descriptors: renumbering, forged numbers and cookies, floods. */
#include "unit/wasi_guest.h"

static char top[64];

static void
begin(struct guest *g, uint64_t handles)
{
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopens[] = { { top, "/a", false, GW_WASI_DIR, 0 },
                                          { top, "/b", true, GW_WASI_DIR, 0 } };
    scratch_make(top);
    scratch_file(top, "file", "inside");
    gw_wasi_config_init(&config);
    config.preopens = preopens;
    config.preopen_count = 2;
    config.limits[GW_WASI_LIMIT_HANDLES] = handles;
    guest_start(g, &config);
}

static void
finish(struct guest *g)
{
    guest_end(g);
    scratch_remove(top);
}

static unsigned
host_descriptors(void)
{
    unsigned count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

/* wasmtime: fd_renumber over a preopen, and over itself. */
static void
renumber_over_preopen_and_itself(void)
{
    struct guest g;
    uint32_t fd;
    unsigned before = host_descriptors();
    begin(&g, 64);
    CHECK_EQ_U64(CALL(&g, fd_renumber, 3, 3), 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 3, 64), 0);
    CHECK_EQ_U64(guest_open(&g, 3, "file", 0, GW_RIGHT(FD_READ), &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_renumber, fd, fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_read, fd, guest_iov(&g, 9), 1, 64), 0);
    /* The file is at 4 now, and 4 is no preopen any more. */
    CHECK_EQ_U64(CALL(&g, fd_renumber, fd, 4), 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 4, 64), GW_OSERR_BADF);
    CHECK_EQ_U64(guest_open(&g, 4, "file", 0, 0, &fd), GW_OSERR_NOTDIR);
    /* The read-only directory's number does not lend its rights. */
    CHECK_EQ_U64(CALL(&g, fd_renumber, 3, 4), 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_dir_name, 4, 128, 2), 0);
    CHECK(memcmp(g.memory.base + 128, "/a", 2) == 0);
    CHECK_EQ_U64(CALL(&g, fd_close, 4), 0);
    CHECK_EQ_U64(CALL(&g, fd_close, 4), GW_OSERR_BADF);
    finish(&g);
    CHECK_EQ_U64(host_descriptors(), before);
}

static void
forged_numbers_are_no_descriptors(void)
{
    static const uint32_t forged[] = { 5,          63,         64,        1000,
                                       0x7fffffff, 0x80000000, UINT32_MAX };
    struct guest g;
    begin(&g, 64);
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        uint32_t fd = forged[i];
        CHECK_EQ_U64(CALL(&g, fd_close, fd), GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, fd_renumber, 3, fd), GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, fd_renumber, fd, 3), GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, fd_fdstat_get, fd, 64), GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, fd_read, fd, guest_iov(&g, 1), 1, 64),
                     GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, fd_sync, fd), GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, path_unlink_file, fd, PATH(&g, "file")),
                     GW_OSERR_BADF);
        CHECK_EQ_U64(CALL(&g, sock_shutdown, fd, 1), GW_OSERR_BADF);
    }
    finish(&g);
}

/* A guest that opens for ever ends with EMFILE; what it made by then is all
 * it made, and all comes back. */
static void
opening_for_ever_ends(void)
{
    struct guest g;
    uint32_t fd, opened = 0, err;
    char name[16];
    unsigned before = host_descriptors();
    begin(&g, 40);
    for (;;) {
        scratch_print(name, sizeof name, "new%u", opened);
        err = guest_open(&g, 3, name, O_CREATE, RW, &fd);
        if (err != GW_OSERR_OK || opened > 1000)
            break;
        opened++;
    }
    CHECK_EQ_U64(err, GW_OSERR_MFILE);
    CHECK_EQ_U64(opened, 35);
    CHECK(!scratch_exists(top, name));
    CHECK_EQ_U64(CALL(&g, fd_close, 20), 0);
    CHECK_EQ_U64(guest_open(&g, 3, "file", 0, 0, &fd), 0);
    CHECK_EQ_U64(fd, 20);
    finish(&g);
    CHECK_EQ_U64(host_descriptors(), before);
}

static void
readdir_cookies_cannot_be_forged(void)
{
    struct guest g;
    begin(&g, 64);
    uint64_t cookie = 1;
    for (unsigned i = 0; i < 200; i++) {
        uint32_t err = CALL(&g, fd_readdir, 3, AT_DATA, 4096, cookie, 64);
        CHECK(err == GW_OSERR_OK || err == GW_OSERR_INVAL ||
              err == GW_OSERR_NOENT);
        if (err == GW_OSERR_OK)
            CHECK(guest_u32(&g, 64) <= 4096);
        cookie = cookie * UINT64_C(6364136223846793005) + 1442695040888963407;
    }
    CHECK_EQ_U64(CALL(&g, fd_readdir, 3, AT_DATA, 4096, UINT64_MAX, 64),
                 GW_OSERR_INVAL);
    /* An honest reader is not disturbed. */
    CHECK_EQ_U64(CALL(&g, fd_readdir, 3, AT_DATA, 4096, 0, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 3 * 24 + 1 + 2 + 4);
    finish(&g);
}

static void
huge_iov_counts_are_refused(void)
{
    struct guest g;
    uint32_t fd;
    begin(&g, 64);
    CHECK_EQ_U64(guest_open(&g, 3, "file", 0, ALL_RIGHTS, &fd), 0);
    /* 2^29 vectors wrap to nothing in 32 bits. */
    static const uint32_t counts[] = { 0x20000000, 0x20000001, 0x80000000,
                                       UINT32_MAX };
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ_U64(CALL(&g, fd_read, fd, 0, counts[i], 64), GW_OSERR_FAULT);
        CHECK_EQ_U64(CALL(&g, fd_pwrite, fd, 0, counts[i], 0, 64),
                     GW_OSERR_FAULT);
    }
    CHECK_EQ_U64(CALL(&g, fd_read, fd, 0, 100000, 64), GW_OSERR_INVAL);
    /* The bad vector is the last of many: nothing is moved before. */
    for (uint32_t i = 0; i < 100; i++) {
        gw_p1_put_u32(g.memory.base + AT_IOVS + i * 8, AT_DATA);
        gw_p1_put_u32(g.memory.base + AT_IOVS + i * 8 + 4, 1);
    }
    gw_p1_put_u32(g.memory.base + AT_IOVS + 99 * 8, GUEST_MEMORY);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, AT_IOVS, 100, 64), GW_OSERR_FAULT);
    CHECK(scratch_is(top, "file", "inside"));
    gw_p1_put_u32(g.memory.base + AT_IOVS, UINT32_MAX);
    gw_p1_put_u32(g.memory.base + AT_IOVS + 4, UINT32_MAX);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, AT_IOVS, 1, 64), GW_OSERR_FAULT);
    finish(&g);
}

/* A million subscriptions: refused before any memory is taken for them. */
static void
poll_floods_are_refused(void)
{
    struct guest g;
    begin(&g, 64);
    free(g.memory.base);
    g.memory.size = UINT64_C(100) << 20;
    g.memory.base = calloc(1, g.memory.size);
    size_t used = atomic_load(&g.alloc.used);
    g.alloc.limit = used; /* not a byte more */
    CHECK_EQ_U64(CALL(&g, poll_oneoff, 0, 60 << 20, 1000000, 64),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, 0, 60 << 20, UINT32_MAX, 64),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, 0, 60 << 20, 1, 64), GW_OSERR_NOMEM);
    CHECK_EQ_U64(atomic_load(&g.alloc.used), used);
    finish(&g);
}

int
main(void)
{
    renumber_over_preopen_and_itself();
    forged_numbers_are_no_descriptors();
    opening_for_ever_ends();
    readdir_cookies_cannot_be_forged();
    huge_iov_counts_are_refused();
    poll_floods_are_refused();
    return CHECK_DONE();
}
