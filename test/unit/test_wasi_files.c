/* WASI on files: opening, rights, moving bytes, stat, times, directories,
 * renumbering, sockets; the errors of each. */
#include "wasi_guest.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

static char top[64];

static void
start(struct guest *g, bool read_only, bool own_walk)
{
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopen = { top, "/work", read_only, GW_WASI_DIR,
                                       0 };
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    config.own_walk = own_walk;
    guest_start(g, &config);
}

static void
test_prestat(void)
{
    struct guest g;
    start(&g, false, false);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 3, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 68), 5);
    CHECK_EQ_U64(CALL(&g, fd_prestat_dir_name, 3, 128, 5), 0);
    CHECK(memcmp(g.memory.base + 128, "/work\0", 6) == 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_dir_name, 3, 128, 9), 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_dir_name, 3, 128, 4),
                 GW_OSERR_NAMETOOLONG);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 4, 64), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 1, 64), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_prestat_dir_name, 1, 128, 9), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 3, GUEST_MEMORY - 7), GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, fd_close, 3), 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 3, 64), GW_OSERR_BADF);
    guest_end(&g);
}

static void
test_read_write(void)
{
    struct guest g;
    uint32_t fd;
    start(&g, false, false);
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(fd, 4);
    memcpy(g.memory.base + AT_DATA, "0123456789", 10);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 10), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 10);
    CHECK_EQ_U64(CALL(&g, fd_tell, fd, 64), 0);
    CHECK_EQ_U64(guest_u64(&g, 64), 10);
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, (uint64_t)-4, 2, 64), 0);
    CHECK_EQ_U64(guest_u64(&g, 64), 6);
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, (uint64_t)-9, 1, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, 0, 3, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_read, fd, guest_iov(&g, 99), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 4);
    CHECK(memcmp(g.memory.base + AT_DATA, "6789", 4) == 0);
    CHECK_EQ_U64(CALL(&g, fd_pread, fd, guest_iov(&g, 3), 1, 2, 64), 0);
    CHECK(memcmp(g.memory.base + AT_DATA, "234", 3) == 0);
    CHECK_EQ_U64(CALL(&g, fd_pwrite, fd, guest_iov(&g, 3), 1, 100, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_pread, fd, guest_iov(&g, 3), 1, UINT64_MAX, 64),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_filestat_get, fd, 256), 0);
    CHECK_EQ_U64(guest_u64(&g, 256 + 32), 103);
    CHECK_EQ_U64(guest_u64(&g, 256 + 24), 1);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 50), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, UINT64_MAX),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_allocate, fd, 0, 0), GW_OSERR_INVAL);
    uint32_t err = CALL(&g, fd_allocate, fd, 40, 60);
    CHECK(err == 0 || err == GW_OSERR_NOTSUP);
    CHECK_EQ_U64(CALL(&g, fd_filestat_get, fd, 256), 0);
    CHECK_EQ_U64(guest_u64(&g, 256 + 32), err == 0 ? 100 : 50);
    CHECK_EQ_U64(CALL(&g, fd_advise, fd, 0, 10, 5), 0);
    CHECK_EQ_U64(CALL(&g, fd_advise, fd, 0, 10, 6), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_advise, fd, UINT64_MAX, 10, 0), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_sync, fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_datasync, fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_close, fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_close, fd), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "f")), 0);
    guest_end(&g);
}

/* 200 vectors of one byte, some of them empty, in order and to the end. */
static void
test_many_vectors(void)
{
    struct guest g;
    uint32_t fd, count = 200;
    start(&g, false, false);
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *iov = g.memory.base + AT_IOVS + i * 8;
        gw_p1_put_u32(iov, AT_DATA + i);
        gw_p1_put_u32(iov + 4, i % 3 != 0);
        total += i % 3 != 0;
        g.memory.base[AT_DATA + i] = (uint8_t)i;
    }
    CHECK_EQ_U64(CALL(&g, fd_write, fd, AT_IOVS, count, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), total);
    memset(g.memory.base + AT_DATA, 0, count);
    CHECK_EQ_U64(CALL(&g, fd_pread, fd, AT_IOVS, count, 0, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), total);
    bool same = true;
    for (uint32_t i = 0; i < count; i++)
        same = same && g.memory.base[AT_DATA + i] == (i % 3 ? i : 0);
    CHECK(same);
    CHECK_EQ_U64(CALL(&g, fd_read, fd, AT_IOVS, 0, 64), 0);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "f")), 0);
    guest_end(&g);
}

/* Rights shrink from descriptor to descriptor and are obeyed. */
static void
test_rights(void)
{
    struct guest g;
    uint32_t fd, dir;
    start(&g, false, false);
    scratch_file(top, "f", "text");
    CHECK_EQ_U64(guest_open(&g, 3, "f", 0, GW_RIGHT(FD_READ), &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_get, fd, 256), 0);
    CHECK_EQ_U64(g.memory.base[256], GW_FILETYPE_REGULAR);
    CHECK_EQ_U64(guest_u64(&g, 264), GW_RIGHT(FD_READ));
    CHECK_EQ_U64(guest_u64(&g, 272), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 1), 1, 64),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, fd_tell, fd, 64), GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 0), GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_rights, fd, RW, 0),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_rights, fd, 0, 0), 0);
    CHECK_EQ_U64(CALL(&g, fd_read, fd, guest_iov(&g, 1), 1, 64),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_rights, 99, 0, 0), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_close, fd), 0);
    /* A directory that may not hand on writing. */
    CHECK_EQ_U64(CALL(&g, path_open, 3, 0, PATH(&g, "."), O_DIR,
                      ALL_RIGHTS & ~GW_RIGHT(FD_WRITE), GW_RIGHT(FD_READ), 0,
                      AT_RESULT),
                 0);
    dir = guest_u32(&g, AT_RESULT);
    CHECK_EQ_U64(guest_open(&g, dir, "f", 0, GW_RIGHT(FD_WRITE), &fd),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(guest_open(&g, dir, "f", 0, GW_RIGHT(FD_READ), &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_close, fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_read, dir, guest_iov(&g, 1), 1, 64),
                 GW_OSERR_NOTCAPABLE);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "f")), 0);
    guest_end(&g);
}

static void
test_open_errors(void)
{
    struct guest g;
    uint32_t fd;
    start(&g, false, false);
    scratch_file(top, "f", "text");
    CHECK_EQ_U64(guest_open(&g, 3, "f", 16, RW, &fd), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, path_open, 3, 2, PATH(&g, "f"), 0, 0, 0, 0,
                      AT_RESULT),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, path_open, 3, 0, PATH(&g, "f"), 0, 0, 0, 32,
                      AT_RESULT),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, path_open, 3, 0, PATH(&g, "f"), 0, 0, 0, 0,
                      GUEST_MEMORY - 3),
                 GW_OSERR_FAULT);
    CHECK_EQ_U64(guest_open(&g, 3, "d", O_CREATE | O_DIR, RW, &fd),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_CREATE | O_EXCLUDE, RW, &fd),
                 GW_OSERR_EXIST);
    CHECK_EQ_U64(guest_open(&g, 3, ".", O_DIR, RW, &fd), GW_OSERR_ISDIR);
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_DIR, 0, &fd), GW_OSERR_NOTDIR);
    CHECK_EQ_U64(guest_open(&g, 3, "\xff", 0, RW, &fd), GW_OSERR_ILSEQ);
    CHECK_EQ_U64(guest_open(&g, 3, "f", 0, 0, &fd), 0);
    CHECK_EQ_U64(guest_open(&g, fd, "x", 0, 0, &fd), GW_OSERR_NOTDIR);
    CHECK(scratch_is(top, "f", "text"));
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_TRUNCATE, 0, &fd), 0);
    CHECK(scratch_is(top, "f", ""));
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "f")), 0);
    guest_end(&g);
}

static void
test_flags(void)
{
    struct guest g;
    uint32_t fd;
    start(&g, false, false);
    CHECK_EQ_U64(CALL(&g, path_open, 3, 0, PATH(&g, "f"), O_CREATE, ALL_RIGHTS,
                      0, GW_FDFLAG_APPEND | GW_FDFLAG_SYNC, AT_RESULT),
                 0);
    fd = guest_u32(&g, AT_RESULT);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_get, fd, 256), 0);
    CHECK_EQ_U64(g.memory.base[258], GW_FDFLAG_APPEND | GW_FDFLAG_SYNC);
    memcpy(g.memory.base + AT_DATA, "ab", 2);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 1), 1, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, 0, 0, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 1), 1, 64), 0);
    CHECK(scratch_is(top, "f", "aa"));
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_flags, fd, 0), GW_OSERR_NOTSUP);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_flags, fd, 32), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_flags, fd, GW_FDFLAG_SYNC), 0);
    g.memory.base[AT_DATA] = 'b';
    CHECK_EQ_U64(CALL(&g, fd_seek, fd, 0, 0, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 1), 1, 64), 0);
    CHECK(scratch_is(top, "f", "ba"));
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "f")), 0);
    guest_end(&g);
}

static void
test_times(void)
{
    struct guest g;
    uint32_t fd;
    start(&g, false, false);
    CHECK_EQ_U64(guest_open(&g, 3, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, fd, 1000000001, 5, 1 | 4), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_get, fd, 256), 0);
    CHECK_EQ_U64(guest_u64(&g, 256 + 40), 1000000001);
    CHECK_EQ_U64(guest_u64(&g, 256 + 48), 5);
    CHECK_EQ_U64(CALL(&g, path_filestat_set_times, 3, 0, PATH(&g, "f"), 7, 9,
                      4),
                 0);
    CHECK_EQ_U64(CALL(&g, path_filestat_get, 3, 0, PATH(&g, "f"), 256), 0);
    CHECK_EQ_U64(guest_u64(&g, 256 + 40), 1000000001);
    CHECK_EQ_U64(guest_u64(&g, 256 + 48), 9);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, fd, 0, 0, 2 | 8), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_get, fd, 256), 0);
    CHECK(guest_u64(&g, 256 + 48) > UINT64_C(1500000000000000000));
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, fd, 0, 0, 3), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, fd, 0, 0, 12), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_times, fd, 0, 0, 16), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, path_filestat_set_times, 3, 0, PATH(&g, "f"), 0, 0,
                      16),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "f")), 0);
    guest_end(&g);
}

/* ---- directories ---- */

/* Counts whole entries of a buffer; *next is the cookie after the last.  What
 * is above the directory is not told: both dots have its own inode. */
static unsigned
parse(const struct guest *g, uint32_t used, uint64_t own, uint64_t *next,
      bool *found_x)
{
    unsigned count = 0;
    for (uint32_t at = 0; at + 24 <= used;) {
        const uint8_t *entry = g->memory.base + AT_DATA + at;
        uint32_t size = gw_p1_get_u32(entry + 16);
        if (at + 24 + size > used)
            break;
        *next = gw_p1_get_u64(entry);
        if (size == 1 && entry[24] == 'x') {
            *found_x = true;
            CHECK_EQ_U64(entry[20], GW_FILETYPE_DIRECTORY);
        }
        if (size <= 2 && memcmp(entry + 24, "..", size) == 0)
            CHECK_EQ_U64(gw_p1_get_u64(entry + 8), own);
        at += 24 + size;
        count++;
    }
    return count;
}

static void
test_readdir(void)
{
    struct guest g;
    uint32_t fd;
    char name[16];
    start(&g, false, false);
    scratch_dir(top, "d");
    scratch_dir(top, "d/x");
    for (int i = 0; i < 100; i++) {
        scratch_print(name, sizeof name, "d/file-%d", i);
        scratch_file(top, name, "");
    }
    CHECK_EQ_U64(CALL(&g, path_open, 3, 0, PATH(&g, "d"), O_DIR,
                      GW_RIGHT(FD_READDIR), 0, 0, AT_RESULT),
                 0);
    fd = guest_u32(&g, AT_RESULT);
    CHECK_EQ_U64(CALL(&g, path_filestat_get, 3, 0, PATH(&g, "d"), 256), 0);
    uint64_t own = guest_u64(&g, 256 + 8);
    CHECK(own != 0);
    for (uint32_t size = 40; size < 9000; size = size * 3 / 2) {
        uint64_t cookie = 0;
        unsigned total = 0;
        bool found_x = false;
        for (unsigned calls = 0; calls < 200; calls++) {
            CHECK_EQ_U64(CALL(&g, fd_readdir, fd, AT_DATA, size, cookie, 64),
                         0);
            uint32_t used = guest_u32(&g, 64);
            total += parse(&g, used, own, &cookie, &found_x);
            if (used < size)
                break;
        }
        CHECK_EQ_U64(total, 103);
        CHECK(found_x);
    }
    CHECK_EQ_U64(CALL(&g, fd_readdir, fd, AT_DATA, 0, 0, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_readdir, fd, 1, GUEST_MEMORY, 0, 64),
                 GW_OSERR_FAULT);
    CHECK_EQ_U64(CALL(&g, fd_readdir, 1, AT_DATA, 99, 0, 64),
                 GW_OSERR_NOTCAPABLE);
    guest_end(&g);
    scratch_remove(top);
    scratch_make(top);
}

static void
test_renumber(void)
{
    struct guest g;
    uint32_t a, b;
    start(&g, false, false);
    CHECK_EQ_U64(guest_open(&g, 3, "a", O_CREATE, ALL_RIGHTS, &a), 0);
    CHECK_EQ_U64(guest_open(&g, 3, "b", O_CREATE, ALL_RIGHTS, &b), 0);
    CHECK_EQ_U64(CALL(&g, fd_renumber, a, b), 0);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_get, a, 256), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_write, b, guest_iov(&g, 1), 1, 64), 0);
    CHECK(!scratch_is(top, "a", ""));
    CHECK(scratch_is(top, "b", ""));
    CHECK_EQ_U64(CALL(&g, fd_renumber, b, a), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_renumber, a, b), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, fd_renumber, b, UINT32_MAX), GW_OSERR_BADF);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "a")), 0);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "b")), 0);
    guest_end(&g);
}

/* ---- sockets ---- */

static void
test_sockets(void)
{
    struct guest g;
    struct gw_wasi_config config;
    uint16_t port = 0;
    int listener;
    if (gw_sock_listen("127.0.0.1", &port, &listener) != GW_OSERR_OK) {
        CHECK_SKIP("no loopback network here");
        return;
    }
    gw_wasi_config_init(&config);
    config.listeners = &listener;
    config.listener_count = 1;
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_flags, 3, GW_FDFLAG_NONBLOCK), 0);
    CHECK_EQ_U64(CALL(&g, sock_accept, 3, 0, 64), GW_OSERR_AGAIN);
    CHECK_EQ_U64(CALL(&g, sock_accept, 3, 1, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, sock_shutdown, 3, 1), GW_OSERR_NOTCONN);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_set_flags, 3, 0), 0);

    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = { .sin_family = AF_INET,
                                .sin_port = htons(port) };
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(connect(client, (struct sockaddr *)&name, sizeof name) == 0);
    CHECK(write(client, "ping", 4) == 4);
    CHECK_EQ_U64(CALL(&g, sock_accept, 3, 0, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 4);
    CHECK_EQ_U64(CALL(&g, fd_fdstat_get, 4, 256), 0);
    CHECK_EQ_U64(g.memory.base[256], GW_FILETYPE_STREAM);
    CHECK_EQ_U64(CALL(&g, sock_recv, 4, guest_iov(&g, 99), 1, 1, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 4);
    CHECK_EQ_U64(CALL(&g, sock_recv, 4, guest_iov(&g, 4), 1, 2, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 4);
    CHECK(memcmp(g.memory.base + AT_DATA, "ping", 4) == 0);
    CHECK_EQ_U64(CALL(&g, sock_recv, 4, guest_iov(&g, 4), 1, 4, 64, 68),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, sock_send, 4, guest_iov(&g, 4), 1, 1, 64),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, sock_send, 4, guest_iov(&g, 4), 1, 0, 64), 0);
    char buffer[8];
    CHECK(read(client, buffer, sizeof buffer) == 4);
    CHECK_EQ_U64(CALL(&g, fd_write, 4, guest_iov(&g, 2), 1, 64), 0);
    CHECK(read(client, buffer, sizeof buffer) == 2);
    CHECK_EQ_U64(CALL(&g, sock_accept, 4, 0, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, sock_shutdown, 4, 0), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, sock_shutdown, 4, 2), 0);
    CHECK(read(client, buffer, sizeof buffer) == 0);
    /* Writing to what is shut fails; no signal ends this test. */
    CHECK_EQ_U64(CALL(&g, fd_write, 4, guest_iov(&g, 2), 1, 64), GW_OSERR_PIPE);
    (void)close(client);
    CHECK_EQ_U64(CALL(&g, sock_recv, 4, guest_iov(&g, 4), 1, 0, 64, 68), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), 0);
    guest_end(&g);
    gw_file_close(listener);
}

/* More than a pipe holds, in one call, while the other end is drained. */
static void
test_big_pipe_write(void)
{
    enum { SIZE = 300000 };
    struct guest g;
    struct gw_wasi_config config;
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        static char buffer[SIZE];
        size_t total = 0;
        (void)close(ends[1]);
        for (ssize_t n; (n = read(ends[0], buffer, SIZE)) > 0;)
            total += (size_t)n;
        _exit(total == SIZE ? 0 : 1);
    }
    (void)close(ends[0]);
    gw_wasi_config_init(&config);
    config.stdio[1].kind = GW_WASI_HOST;
    config.stdio[1].host_fd = ends[1];
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, SIZE), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), SIZE);
    guest_end(&g);
    (void)close(ends[1]);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int
main(void)
{
    scratch_make(top);
    test_prestat();
    test_read_write();
    test_many_vectors();
    test_rights();
    test_open_errors();
    test_flags();
    test_times();
    test_readdir();
    test_renumber();
    test_sockets();
    test_big_pipe_write();
    scratch_remove(top);
    return CHECK_DONE();
}
