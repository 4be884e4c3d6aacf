/* WASI without files: strings, clocks, stdio, the table, rights, polling. */
#include "wasi_guest.h"
#include "os/os.h"

static void
test_names(void)
{
    struct gw_span p1 = gw_span_str("wasi_snapshot_preview1");
    struct gw_span old = gw_span_str("wasi_unstable");
    CHECK_EQ_U64(GW_P1_COUNT, 46);
    CHECK(gw_wasi_provides(p1, gw_span_str("fd_write")));
    CHECK(gw_wasi_provides(p1, gw_span_str("sock_accept")));
    CHECK(gw_wasi_provides(old, gw_span_str("fd_write")));
    CHECK(!gw_wasi_provides(old, gw_span_str("sock_accept")));
    CHECK(!gw_wasi_provides(p1, gw_span_str("fd_writ")));
    CHECK(!gw_wasi_provides(p1, gw_span_str("fd_write2")));
    CHECK(!gw_wasi_provides(gw_span_str("wasi"), gw_span_str("fd_write")));
}

static void
test_strings(void)
{
    static const char *const args[] = { "prog", "", "two words" };
    static const char *const env[] = { "A=1", "B=" };
    struct guest g;
    struct gw_wasi_config config;
    gw_wasi_config_init(&config);
    config.args = args;
    config.arg_count = 3;
    config.env = env;
    config.env_count = 2;
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, args_sizes_get, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 3);
    CHECK_EQ_U64(guest_u32(&g, 68), 16);
    CHECK_EQ_U64(CALL(&g, args_get, 128, 256), 0);
    CHECK_EQ_U64(guest_u32(&g, 128), 256);
    CHECK_EQ_U64(guest_u32(&g, 132), 261);
    CHECK_EQ_U64(guest_u32(&g, 136), 262);
    CHECK(memcmp(g.memory.base + 256, "prog\0\0two words", 16) == 0);
    CHECK_EQ_U64(CALL(&g, environ_sizes_get, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 2);
    CHECK_EQ_U64(guest_u32(&g, 68), 7);
    CHECK_EQ_U64(CALL(&g, environ_get, 128, 256), 0);
    CHECK(memcmp(g.memory.base + 256, "A=1\0B=", 7) == 0);
    /* The last byte that fits, and one more. */
    CHECK_EQ_U64(CALL(&g, args_get, 128, GUEST_MEMORY - 16), 0);
    CHECK_EQ_U64(CALL(&g, args_get, 128, GUEST_MEMORY - 15), GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, args_get, GUEST_MEMORY - 11, 256), GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, args_get, UINT32_MAX, 256), GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, args_sizes_get, 64, GUEST_MEMORY - 3),
                 GW_OSERR_FAULT);
    g.memory.size = 0;
    CHECK_EQ_U64(CALL(&g, args_sizes_get, 0, 0), GW_OSERR_FAULT);
    guest_end(&g);
}

/* Nothing is granted unless asked for. */
static void
test_bare(void)
{
    struct guest g;
    struct gw_wasi_config config;
    uint32_t fd;
    gw_wasi_config_init(&config);
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, args_sizes_get, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    CHECK_EQ_U64(CALL(&g, environ_sizes_get, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 3, 64), GW_OSERR_BADF);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_EQ_U64(guest_open(&g, i, "x", 0, RW, &fd), GW_OSERR_NOTDIR);
        CHECK_EQ_U64(CALL(&g, sock_accept, i, 0, 64), GW_OSERR_NOTSOCK);
        CHECK_EQ_U64(CALL(&g, sock_recv, i, 0, 0, 0, 64, 68), GW_OSERR_NOTSOCK);
        CHECK_EQ_U64(CALL(&g, sock_send, i, 0, 0, 0, 64), GW_OSERR_NOTSOCK);
        CHECK_EQ_U64(CALL(&g, sock_shutdown, i, 1), GW_OSERR_NOTSOCK);
    }
    CHECK_EQ_U64(CALL(&g, sock_accept, 3, 0, 64), GW_OSERR_BADF);
    CHECK_EQ_U64(guest_open(&g, 3, "x", 0, RW, &fd), GW_OSERR_BADF);
    /* stdin is empty, stdout swallows. */
    CHECK_EQ_U64(CALL(&g, fd_read, 0, guest_iov(&g, 10), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 10), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 10);
    CHECK_EQ_U64(CALL(&g, fd_read, 1, guest_iov(&g, 10), 1, 64),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, fd_write, 0, guest_iov(&g, 10), 1, 64),
                 GW_OSERR_NOTCAPABLE);
    guest_end(&g);
}

static void
test_made_stdio(void)
{
    struct guest g;
    struct gw_wasi_config config;
    gw_wasi_config_init(&config);
    config.stdio[0].kind = GW_WASI_BYTES;
    config.stdio[0].bytes = gw_span_str("hello");
    config.stdio[1].kind = GW_WASI_CAPTURE;
    config.limits[GW_WASI_LIMIT_CAPTURE] = 10;
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, fd_read, 0, guest_iov(&g, 3), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 3);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 3), 1, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_read, 0, guest_iov(&g, 99), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 2);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 2), 1, 64), 0);
    CHECK(gw_span_equal(gw_wasi_captured(g.wasi, 1), gw_span_str("hello")));
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 99), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 5);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 1), 1, 64),
                 GW_OSERR_NOSPC);
    CHECK_EQ_U64(CALL(&g, fd_seek, 1, 0, 1, 64), GW_OSERR_SPIPE);
    CHECK_EQ_U64(CALL(&g, fd_pwrite, 1, guest_iov(&g, 1), 1, 0, 64),
                 GW_OSERR_SPIPE);
    CHECK_EQ_U64(CALL(&g, fd_close, 1), 0);
    CHECK_EQ_U64(gw_wasi_captured(g.wasi, 1).size, 10);
    CHECK_EQ_U64(gw_wasi_captured(g.wasi, 2).size, 0);
    guest_end(&g);
}

static void
test_clocks_and_random(void)
{
    struct guest g;
    struct gw_wasi_config config;
    gw_wasi_config_init(&config);
    guest_start(&g, &config);
    for (uint32_t id = 0; id < 4; id++) {
        CHECK_EQ_U64(CALL(&g, clock_res_get, id, 64), 0);
        CHECK(guest_u64(&g, 64) > 0);
        CHECK_EQ_U64(CALL(&g, clock_time_get, id, 0, 64), 0);
    }
    CHECK_EQ_U64(CALL(&g, clock_time_get, 4, 0, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, clock_res_get, UINT32_MAX, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, clock_time_get, 0, 0, GUEST_MEMORY - 7),
                 GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, random_get, AT_DATA, 300000), 0);
    unsigned zeros = 0;
    for (unsigned i = 0; i < 300000; i++)
        zeros += g.memory.base[AT_DATA + i] == 0;
    CHECK(zeros > 800 && zeros < 1600);
    CHECK_EQ_U64(g.memory.base[AT_DATA + 300000], 0);
    CHECK_EQ_U64(CALL(&g, random_get, GUEST_MEMORY, 0), 0);
    CHECK_EQ_U64(CALL(&g, random_get, 1, GUEST_MEMORY), GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, sched_yield, 0), 0);
    CHECK_EQ_U64(CALL(&g, proc_raise, 0), 0);
    CHECK_EQ_U64(CALL(&g, proc_raise, 18), GW_OSERR_NOSYS);
    CHECK_EQ_U64(CALL(&g, proc_raise, 31), GW_OSERR_INVAL);
    guest_end(&g);
}

/* ---- polling ---- */

static void
put_clock(struct guest *g, uint32_t index, uint64_t user, uint32_t id,
          uint64_t timeout, unsigned flags)
{
    uint8_t *to = g->memory.base + AT_DATA + index * 48;
    memset(to, 0, 48);
    gw_p1_put_u64(to, user);
    gw_p1_put_u32(to + 16, id);
    gw_p1_put_u64(to + 24, timeout);
    gw_p1_put_u16(to + 40, flags);
}

static void
put_fd(struct guest *g, uint32_t index, uint64_t user, unsigned type,
       uint32_t fd)
{
    uint8_t *to = g->memory.base + AT_DATA + index * 48;
    memset(to, 0, 48);
    gw_p1_put_u64(to, user);
    to[8] = (uint8_t)type;
    gw_p1_put_u32(to + 16, fd);
}

enum { AT_EVENTS = 0x40000 };
#define EVENT(g, i) ((g)->memory.base + AT_EVENTS + (i) * 32)

static void
test_poll(void)
{
    struct guest g;
    struct gw_wasi_config config;
    int ends[2];
    uint64_t start, end;
    CHECK(pipe(ends) == 0);
    gw_wasi_config_init(&config);
    config.stdio[0].kind = GW_WASI_HOST;
    config.stdio[0].host_fd = ends[0];
    guest_start(&g, &config);

    put_clock(&g, 0, 11, 1, 30000000, 0);
    put_fd(&g, 1, 12, 1, 0);
    (void)gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &start);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 2, 64), 0);
    (void)gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &end);
    CHECK(end - start >= 30000000 && end - start < 2000000000);
    CHECK_EQ_U64(guest_u32(&g, 64), 1);
    CHECK_EQ_U64(gw_p1_get_u64(EVENT(&g, 0)), 11);
    CHECK_EQ_U64(EVENT(&g, 0)[10], 0);

    CHECK(write(ends[1], "abc", 3) == 3);
    put_fd(&g, 2, 13, 2, 1);
    put_fd(&g, 3, 14, 1, 77);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 4, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 3);
    CHECK_EQ_U64(gw_p1_get_u64(EVENT(&g, 0)), 12);
    CHECK_EQ_U64(EVENT(&g, 0)[10], 1);
    CHECK_EQ_U64(gw_p1_get_u64(EVENT(&g, 0) + 16), 3);
    CHECK_EQ_U64(gw_p1_get_u64(EVENT(&g, 1)), 13);
    CHECK_EQ_U64(gw_p1_get_u64(EVENT(&g, 2)), 14);
    CHECK_EQ_U64(EVENT(&g, 2)[8], GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_read, 0, guest_iov(&g, 99), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 3);

    /* Not blocking: nothing there is EAGAIN; then the other end goes. */
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_flags, 0, GW_FDFLAG_NONBLOCK), 0);
    CHECK_EQ_U64(CALL(&g, fd_read, 0, guest_iov(&g, 99), 1, 64),
                 GW_OSERR_AGAIN);
    (void)close(ends[1]);
    put_fd(&g, 0, 15, 1, 0);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 1, 64), 0);
    CHECK_EQ_U64(EVENT(&g, 0)[24], 1);
    CHECK_EQ_U64(CALL(&g, fd_read, 0, guest_iov(&g, 99), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_seek, 0, 0, 0, 64), GW_OSERR_SPIPE);
    guest_end(&g);
    (void)close(ends[0]);
}

static void
test_poll_errors(void)
{
    struct guest g;
    struct gw_wasi_config config;
    gw_wasi_config_init(&config);
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 0, 64),
                 GW_OSERR_INVAL);
    put_clock(&g, 0, 1, 2, 0, 0);
    put_clock(&g, 1, 2, 9, 0, 0);
    put_clock(&g, 2, 3, 0, 1, 1);
    put_clock(&g, 3, 4, 1, 0, 2);
    put_clock(&g, 4, 5, 1, UINT64_MAX, 0);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 5, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 4);
    CHECK_EQ_U64(EVENT(&g, 0)[8], GW_OSERR_NOTSUP);
    CHECK_EQ_U64(EVENT(&g, 1)[8], GW_OSERR_INVAL);
    CHECK_EQ_U64(EVENT(&g, 2)[8], 0);
    CHECK_EQ_U64(EVENT(&g, 3)[8], GW_OSERR_INVAL);
    /* Events may overwrite the subscriptions they answer. */
    put_clock(&g, 0, 21, 0, 1, 1);
    put_clock(&g, 1, 22, 0, 1, 1);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_DATA, 2, 64), 0);
    CHECK_EQ_U64(guest_u64(&g, AT_DATA), 21);
    CHECK_EQ_U64(guest_u64(&g, AT_DATA + 32), 22);
    put_fd(&g, 0, 1, 3, 0);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 1, 64),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, GUEST_MEMORY - 31, 1, 64),
                 GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, GUEST_MEMORY - 47, AT_DATA, 1, 64),
                 GW_OSERR_FAULT);
    guest_end(&g);
}

/* wasi_unstable numbers whence otherwise and has other layouts. */
static void
test_unstable(void)
{
    struct guest g;
    struct gw_wasi_config config;
    char top[64];
    uint32_t fd;
    struct gw_wasi_preopen preopen = { top, "/", false, GW_WASI_DIR, 0 };
    scratch_make(top);
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    guest_start(&g, &config);
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 100), 0);
    g.unstable = true;
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, 0, 1, 64), 0);
    CHECK_EQ_U64(guest_u64(&g, 64), 100);
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, 7, 2, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, 1, 0, 64), 0);
    CHECK_EQ_U64(guest_u64(&g, 64), 8);
    memset(g.memory.base + 256, 0xee, 64);
    CHECK_EQ_U64(CALL(&g, fd_filestat_get, fd, 256), 0);
    CHECK_EQ_U64(g.memory.base[256 + 16], GW_FILETYPE_REGULAR);
    CHECK_EQ_U64(guest_u32(&g, 256 + 20), 1);
    CHECK_EQ_U64(guest_u64(&g, 256 + 24), 100);
    CHECK_EQ_U64(g.memory.base[256 + 56], 0xee);
    uint8_t *sub = g.memory.base + AT_DATA;
    memset(sub, 0, 56);
    gw_p1_put_u32(sub + 24, 1);
    gw_p1_put_u64(sub + 32, 1000);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_EVENTS, 1, 64), 0);
    CHECK_EQ_U64(EVENT(&g, 0)[8], 0);
    guest_end(&g);
    scratch_remove(top);
}

static void
test_config(void)
{
    struct gw_alloc alloc;
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopen = { "/nowhere/at/all", "/", false,
                                       GW_WASI_DIR, 0 };
    struct gw_diag diag;
    struct gw_wasi *wasi = NULL;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    gw_diag_init(&diag);
    CHECK(gw_wasi_new(&alloc, &config, &diag, &wasi) == GW_ERR_IO);
    CHECK_STR(diag.text, "cannot open directory /nowhere/at/all: "
                         "no such file or directory");
    preopen.host_path = "/tmp";
    preopen.guest_path = "";
    CHECK(gw_wasi_new(&alloc, &config, NULL, &wasi) == GW_ERR_ARGUMENT);
    preopen.guest_path = "/tmp";
    config.limits[GW_WASI_LIMIT_HANDLES] = 3;
    CHECK(gw_wasi_new(&alloc, &config, NULL, &wasi) == GW_ERR_LIMIT);
    config.limits[GW_WASI_LIMIT_HANDLES] = 0;
    CHECK(gw_wasi_new(&alloc, &config, NULL, &wasi) == GW_ERR_ARGUMENT);
    config.limits[GW_WASI_LIMIT_HANDLES] = 4;
    /* However little memory there is, failing leaks nothing. */
    for (size_t limit = 0; limit < 100000; limit += 64) {
        alloc.limit = limit;
        enum gw_err err = gw_wasi_new(&alloc, &config, NULL, &wasi);
        CHECK(err == GW_OK || err == GW_ERR_NOMEM || err == GW_ERR_IO);
        if (err == GW_OK)
            gw_wasi_free(wasi);
        CHECK_EQ_U64(atomic_load(&alloc.used), 0);
        if (err == GW_OK)
            break;
    }
    gw_wasi_free(NULL);
}

int
main(void)
{
    test_names();
    test_strings();
    test_bare();
    test_made_stdio();
    test_clocks_and_random();
    test_poll();
    test_poll_errors();
    test_unstable();
    test_config();
    return CHECK_DONE();
}
