/* The errors of each function of WASI 0.1: a handle that is not open, that
 * lacks the right, or is of another kind; an address outside of memory; what
 * else its arguments can have wrong.  None is without a row here. */
#include "wasi_guest.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { TOP = 3, LISTENER, FILE_F, BARE, DIR_D, CLOSED = 99 };
enum { OUT = GUEST_MEMORY, NAMELESS = 64 };

static char top[64];
static uint64_t seen[GW_P1_COUNT]; /* bits of errors */

static void
fails(struct guest *g, unsigned function, enum gw_oserr want,
      const uint64_t *args)
{
    uint32_t err = guest_call(g, function, args);
    seen[function] |= UINT64_C(1) << err % 64;
    if (!CHECK(err == (uint32_t)want))
        printf("    %s: %u, not %u\n", gw_p1_table[function].name,
               (unsigned)err, (unsigned)want);
}

#define FAILS(error, name, ...)              \
    fails(g, GW_P1_##name, GW_OSERR_##error, \
          (const uint64_t[16]){ __VA_ARGS__ })

/* ---- by kind of error ---- */

static void
test_no_handle(struct guest *g)
{
    FAILS(BADF, fd_advise, CLOSED, 0, 0, 0);
    FAILS(BADF, fd_allocate, CLOSED, 0, 1);
    FAILS(BADF, fd_close, CLOSED);
    FAILS(BADF, fd_datasync, CLOSED);
    FAILS(BADF, fd_fdstat_get, CLOSED, 64);
    FAILS(BADF, fd_fdstat_set_flags, CLOSED, 0);
    FAILS(BADF, fd_fdstat_set_rights, CLOSED, 0, 0);
    FAILS(BADF, fd_filestat_get, CLOSED, 64);
    FAILS(BADF, fd_filestat_set_size, CLOSED, 0);
    FAILS(BADF, fd_filestat_set_times, CLOSED, 0, 0, 0);
    FAILS(BADF, fd_pread, CLOSED, guest_iov(g, 1), 1, 0, 64);
    FAILS(BADF, fd_prestat_get, CLOSED, 64);
    FAILS(BADF, fd_prestat_dir_name, CLOSED, 64, 5);
    FAILS(BADF, fd_pwrite, CLOSED, guest_iov(g, 1), 1, 0, 64);
    FAILS(BADF, fd_read, CLOSED, guest_iov(g, 1), 1, 64);
    FAILS(BADF, fd_readdir, CLOSED, AT_DATA, 100, 0, 64);
    FAILS(BADF, fd_renumber, CLOSED, FILE_F);
    FAILS(BADF, fd_renumber, FILE_F, CLOSED);
    FAILS(BADF, fd_renumber, CLOSED, CLOSED);
    FAILS(BADF, fd_seek, CLOSED, 0, 0, 64);
    FAILS(BADF, fd_sync, CLOSED);
    FAILS(BADF, fd_tell, CLOSED, 64);
    FAILS(BADF, fd_write, CLOSED, guest_iov(g, 1), 1, 64);
    FAILS(BADF, path_create_directory, CLOSED, PATH(g, "n"));
    FAILS(BADF, path_filestat_get, CLOSED, 0, PATH(g, "f"), 64);
    FAILS(BADF, path_filestat_set_times, CLOSED, 0, PATH(g, "f"), 0, 0, 0);
    FAILS(BADF, path_link, CLOSED, 0, PATH(g, "f"), TOP, PATH2(g, "n"));
    FAILS(BADF, path_link, TOP, 0, PATH(g, "f"), CLOSED, PATH2(g, "n"));
    FAILS(BADF, path_open, CLOSED, 0, PATH(g, "f"), 0, RW, 0, 0, 64);
    FAILS(BADF, path_readlink, CLOSED, PATH(g, "l"), AT_DATA, 9, 64);
    FAILS(BADF, path_remove_directory, CLOSED, PATH(g, "e"));
    FAILS(BADF, path_rename, CLOSED, PATH(g, "f"), TOP, PATH2(g, "n"));
    FAILS(BADF, path_rename, TOP, PATH(g, "f"), CLOSED, PATH2(g, "n"));
    FAILS(BADF, path_symlink, PATH(g, "f"), CLOSED, PATH2(g, "n"));
    FAILS(BADF, path_unlink_file, CLOSED, PATH(g, "f"));
    FAILS(BADF, sock_accept, CLOSED, 0, 64);
    FAILS(BADF, sock_recv, CLOSED, guest_iov(g, 1), 1, 0, 64, 68);
    FAILS(BADF, sock_send, CLOSED, guest_iov(g, 1), 1, 0, 64);
    FAILS(BADF, sock_shutdown, CLOSED, 1);
}

static void
test_no_right(struct guest *g)
{
    FAILS(NOTCAPABLE, fd_advise, BARE, 0, 0, 0);
    FAILS(NOTCAPABLE, fd_allocate, BARE, 0, 1);
    FAILS(NOTCAPABLE, fd_datasync, BARE);
    FAILS(NOTCAPABLE, fd_fdstat_set_flags, BARE, 0);
    FAILS(NOTCAPABLE, fd_fdstat_set_rights, BARE, GW_RIGHT(FD_READ), 0);
    FAILS(NOTCAPABLE, fd_filestat_get, BARE, 64);
    FAILS(NOTCAPABLE, fd_filestat_set_size, BARE, 0);
    FAILS(NOTCAPABLE, fd_filestat_set_times, BARE, 0, 0, 0);
    FAILS(NOTCAPABLE, fd_pread, BARE, guest_iov(g, 1), 1, 0, 64);
    FAILS(NOTCAPABLE, fd_pwrite, BARE, guest_iov(g, 1), 1, 0, 64);
    FAILS(NOTCAPABLE, fd_read, BARE, guest_iov(g, 1), 1, 64);
    FAILS(NOTCAPABLE, fd_readdir, BARE, AT_DATA, 100, 0, 64);
    FAILS(NOTCAPABLE, fd_seek, BARE, 0, 0, 64);
    FAILS(NOTCAPABLE, fd_sync, BARE);
    FAILS(NOTCAPABLE, fd_tell, BARE, 64);
    FAILS(NOTCAPABLE, fd_write, BARE, guest_iov(g, 1), 1, 64);
    FAILS(OK, fd_fdstat_set_rights, DIR_D, 0, 0);
    FAILS(NOTCAPABLE, path_create_directory, DIR_D, PATH(g, "n"));
    FAILS(NOTCAPABLE, path_filestat_get, DIR_D, 0, PATH(g, "x"), 64);
    FAILS(NOTCAPABLE, path_filestat_set_times, DIR_D, 0, PATH(g, "x"), 0, 0, 0);
    FAILS(NOTCAPABLE, path_link, DIR_D, 0, PATH(g, "x"), TOP, PATH2(g, "n"));
    FAILS(NOTCAPABLE, path_link, TOP, 0, PATH(g, "f"), DIR_D, PATH2(g, "n"));
    FAILS(NOTCAPABLE, path_open, DIR_D, 0, PATH(g, "x"), 0, 0, 0, 0, 64);
    FAILS(NOTCAPABLE, path_readlink, DIR_D, PATH(g, "x"), AT_DATA, 9, 64);
    FAILS(NOTCAPABLE, path_remove_directory, DIR_D, PATH(g, "y"));
    FAILS(NOTCAPABLE, path_rename, DIR_D, PATH(g, "x"), TOP, PATH2(g, "n"));
    FAILS(NOTCAPABLE, path_rename, TOP, PATH(g, "f"), DIR_D, PATH2(g, "n"));
    FAILS(NOTCAPABLE, path_symlink, PATH(g, "f"), DIR_D, PATH2(g, "n"));
    FAILS(NOTCAPABLE, path_unlink_file, DIR_D, PATH(g, "x"));
    FAILS(NOTCAPABLE, fd_readdir, DIR_D, AT_DATA, 100, 0, 64);
}

static void
test_no_address(struct guest *g)
{
    FAILS(FAULT, args_get, OUT, 64);
    FAILS(FAULT, args_get, 64, OUT);
    FAILS(FAULT, args_sizes_get, OUT, 64);
    FAILS(FAULT, args_sizes_get, 64, OUT - 3);
    FAILS(FAULT, environ_get, OUT, 64);
    FAILS(FAULT, environ_get, 64, OUT);
    FAILS(FAULT, environ_sizes_get, OUT, 64);
    FAILS(FAULT, environ_sizes_get, 64, OUT - 3);
    FAILS(FAULT, clock_res_get, 1, OUT - 7);
    FAILS(FAULT, clock_time_get, 1, 0, OUT - 7);
    FAILS(FAULT, fd_fdstat_get, FILE_F, OUT - 23);
    FAILS(FAULT, fd_filestat_get, FILE_F, OUT - 63);
    FAILS(FAULT, fd_pread, FILE_F, OUT, 1, 0, 64);
    FAILS(FAULT, fd_pread, FILE_F, guest_iov(g, 1), 1, 0, OUT);
    FAILS(FAULT, fd_pread, FILE_F, guest_iov(g, OUT), 1, 0, 64);
    FAILS(FAULT, fd_prestat_get, TOP, OUT - 7);
    FAILS(FAULT, fd_prestat_dir_name, TOP, OUT - 4, 5);
    FAILS(FAULT, fd_pwrite, FILE_F, OUT, 1, 0, 64);
    FAILS(FAULT, fd_pwrite, FILE_F, guest_iov(g, OUT), 1, 0, 64);
    FAILS(FAULT, fd_read, FILE_F, OUT, 1, 64);
    FAILS(FAULT, fd_read, FILE_F, guest_iov(g, OUT), 1, 64);
    FAILS(FAULT, fd_readdir, TOP, OUT - 99, 100, 0, 64);
    FAILS(FAULT, fd_readdir, TOP, AT_DATA, 100, 0, OUT);
    FAILS(FAULT, fd_seek, FILE_F, 0, 0, OUT - 7);
    FAILS(FAULT, fd_tell, FILE_F, OUT - 7);
    FAILS(FAULT, fd_write, FILE_F, OUT, 1, 64);
    FAILS(FAULT, fd_write, FILE_F, guest_iov(g, OUT), 1, 64);
    FAILS(FAULT, path_create_directory, TOP, OUT, 1);
    FAILS(FAULT, path_filestat_get, TOP, 0, OUT, 1, 64);
    FAILS(FAULT, path_filestat_get, TOP, 0, PATH(g, "f"), OUT - 63);
    FAILS(FAULT, path_filestat_set_times, TOP, 0, OUT, 1, 0, 0, 0);
    FAILS(FAULT, path_link, TOP, 0, OUT, 1, TOP, PATH2(g, "n"));
    FAILS(FAULT, path_link, TOP, 0, PATH(g, "f"), TOP, OUT, 1);
    FAILS(FAULT, path_open, TOP, 0, OUT, 1, 0, RW, 0, 0, 64);
    FAILS(FAULT, path_open, TOP, 0, PATH(g, "f"), 0, RW, 0, 0, OUT);
    FAILS(FAULT, path_readlink, TOP, OUT, 1, AT_DATA, 9, 64);
    FAILS(FAULT, path_readlink, TOP, PATH(g, "l"), OUT, 9, 64);
    FAILS(FAULT, path_remove_directory, TOP, OUT, 1);
    FAILS(FAULT, path_rename, TOP, OUT, 1, TOP, PATH2(g, "n"));
    FAILS(FAULT, path_rename, TOP, PATH(g, "f"), TOP, OUT, 1);
    FAILS(FAULT, path_symlink, OUT, 1, TOP, PATH2(g, "n"));
    FAILS(FAULT, path_symlink, PATH(g, "f"), TOP, OUT, 1);
    FAILS(FAULT, path_unlink_file, TOP, OUT, 1);
    FAILS(FAULT, poll_oneoff, OUT - 47, 64, 1, 64);
    FAILS(FAULT, poll_oneoff, 64, OUT - 31, 1, 64);
    FAILS(FAULT, poll_oneoff, 64, 256, 1, OUT - 3);
    FAILS(FAULT, random_get, OUT - 9, 10);
}

static void
test_wrong_kind(struct guest *g)
{
    FAILS(BADF, fd_prestat_get, FILE_F, 64);
    FAILS(BADF, fd_prestat_dir_name, FILE_F, 64, 5);
    FAILS(NOTDIR, path_create_directory, FILE_F, PATH(g, "n"));
    FAILS(NOTDIR, path_filestat_get, FILE_F, 0, PATH(g, "x"), 64);
    FAILS(NOTDIR, path_filestat_set_times, FILE_F, 0, PATH(g, "x"), 0, 0, 0);
    FAILS(NOTDIR, path_link, FILE_F, 0, PATH(g, "x"), TOP, PATH2(g, "n"));
    FAILS(NOTDIR, path_open, FILE_F, 0, PATH(g, "x"), 0, 0, 0, 0, 64);
    FAILS(NOTDIR, path_open, TOP, 0, PATH(g, "f"), O_DIR, 0, 0, 0, 64);
    FAILS(NOTDIR, path_readlink, FILE_F, PATH(g, "x"), AT_DATA, 9, 64);
    FAILS(NOTDIR, path_remove_directory, FILE_F, PATH(g, "y"));
    FAILS(NOTDIR, path_remove_directory, TOP, PATH(g, "f"));
    FAILS(NOTDIR, path_rename, FILE_F, PATH(g, "x"), TOP, PATH2(g, "n"));
    FAILS(NOTDIR, path_symlink, PATH(g, "f"), FILE_F, PATH2(g, "n"));
    FAILS(NOTDIR, path_unlink_file, FILE_F, PATH(g, "x"));
    FAILS(ISDIR, path_unlink_file, TOP, PATH(g, "d"));
    FAILS(INVAL, path_readlink, TOP, PATH(g, "f"), AT_DATA, 9, 64);
    FAILS(NOTSOCK, sock_accept, FILE_F, 0, 64);
    FAILS(NOTSOCK, sock_recv, FILE_F, guest_iov(g, 1), 1, 0, 64, 68);
    FAILS(NOTSOCK, sock_send, FILE_F, guest_iov(g, 1), 1, 0, 64);
    FAILS(NOTSOCK, sock_shutdown, FILE_F, 1);
}

static void
test_names(struct guest *g)
{
    FAILS(NOENT, path_filestat_get, TOP, 0, PATH(g, "none"), 64);
    FAILS(NOENT, path_filestat_set_times, TOP, 0, PATH(g, "none"), 0, 0, 2);
    FAILS(NOENT, path_link, TOP, 0, PATH(g, "none"), TOP, PATH2(g, "n"));
    FAILS(EXIST, path_link, TOP, 0, PATH(g, "f"), TOP, PATH2(g, "l"));
    FAILS(NOENT, path_open, TOP, 0, PATH(g, "none"), 0, RW, 0, 0, 64);
    FAILS(EXIST, path_open, TOP, 0, PATH(g, "f"), O_CREATE | O_EXCLUDE, RW, 0,
          0, 64);
    FAILS(LOOP, path_open, TOP, 0, PATH(g, "l"), 0, RW, 0, 0, 64);
    FAILS(NOENT, path_readlink, TOP, PATH(g, "none"), AT_DATA, 9, 64);
    FAILS(NOENT, path_create_directory, TOP, PATH(g, "none/n"));
    FAILS(EXIST, path_create_directory, TOP, PATH(g, "d"));
    FAILS(NOENT, path_remove_directory, TOP, PATH(g, "none"));
    FAILS(NOTEMPTY, path_remove_directory, TOP, PATH(g, "d"));
    FAILS(NOENT, path_rename, TOP, PATH(g, "none"), TOP, PATH2(g, "n"));
    FAILS(EXIST, path_symlink, PATH(g, "f"), TOP, PATH2(g, "f"));
    FAILS(NOENT, path_unlink_file, TOP, PATH(g, "none"));
    FAILS(NAMETOOLONG, path_unlink_file, TOP, AT_DATA, 5000);
    FAILS(NAMETOOLONG, fd_prestat_dir_name, TOP, 64, 4);
    FAILS(ILSEQ, path_unlink_file, TOP, PATH(g, "\xff"));
    FAILS(INVAL, path_unlink_file, TOP, NAMELESS, 2);
}

static void
test_wrong_numbers(struct guest *g)
{
    FAILS(INVAL, clock_res_get, 4, 64);
    FAILS(INVAL, clock_time_get, 4, 0, 64);
    FAILS(INVAL, fd_advise, FILE_F, 0, 0, 6);
    FAILS(INVAL, fd_allocate, FILE_F, 0, 0);
    FAILS(FBIG, fd_allocate, FILE_F, INT64_MAX, 1);
    FAILS(INVAL, fd_fdstat_set_flags, FILE_F, 32);
    FAILS(INVAL, fd_filestat_set_size, FILE_F, UINT64_MAX);
    FAILS(INVAL, fd_filestat_set_times, FILE_F, 0, 0, 3);
    FAILS(INVAL, fd_filestat_set_times, FILE_F, 0, 0, 16);
    FAILS(INVAL, path_filestat_set_times, TOP, 0, PATH(g, "f"), 0, 0, 12);
    FAILS(INVAL, fd_pread, FILE_F, guest_iov(g, 1), 1, UINT64_MAX, 64);
    FAILS(INVAL, fd_read, FILE_F, AT_DATA, 1025, 64);
    FAILS(INVAL, fd_write, FILE_F, AT_DATA, 1025, 64);
    FAILS(INVAL, fd_seek, FILE_F, (uint64_t)-1, 0, 64);
    FAILS(INVAL, fd_seek, FILE_F, 0, 3, 64);
    FAILS(INVAL, fd_readdir, TOP, AT_DATA, 100, UINT64_MAX, 64);
    FAILS(INVAL, path_open, TOP, 0, PATH(g, "f"), 16, RW, 0, 0, 64);
    FAILS(INVAL, path_open, TOP, 0, PATH(g, "f"), 0, RW, 0, 32, 64);
    FAILS(INVAL, poll_oneoff, 64, 256, 0, 64);
    FAILS(INVAL, poll_oneoff, 64, 256, UINT32_MAX, 64);
    FAILS(INVAL, random_get, AT_DATA, 1001);
    FAILS(NOSYS, proc_raise, 18);
    FAILS(INVAL, proc_raise, 99);
    FAILS(INVAL, sock_accept, LISTENER, 2, 64);
    FAILS(OK, fd_fdstat_set_flags, LISTENER, GW_FDFLAG_NONBLOCK);
    FAILS(AGAIN, sock_accept, LISTENER, 0, 64);
    FAILS(NOTCONN, sock_shutdown, LISTENER, 3);
    FAILS(SPIPE, fd_seek, LISTENER, 0, 0, 64);
}

/* ---- the whole ---- */

static int
listener(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 &&
          bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(fd, 1) == 0);
    return fd;
}

int
main(void)
{
    struct guest guest, *g = &guest;
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopen = { top, "/work", false, GW_WASI_DIR, 0 };
    int listening = listener();
    uint32_t fd;
    scratch_make(top);
    scratch_file(top, "f", "text");
    scratch_dir(top, "d");
    scratch_file(top, "d/x", "");
    scratch_link(top, "l", "f");
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    config.listeners = &listening;
    config.listener_count = 1;
    config.args = (const char *const[]){ "name" };
    config.arg_count = 1;
    config.env = (const char *const[]){ "A=1" };
    config.env_count = 1;
    config.limits[GW_WASI_LIMIT_RANDOM_MAX] = 1000;
    guest_start(g, &config);
    memset(g->memory.base + AT_DATA, 'n', 5000);
    CHECK_EQ_U64(guest_open(g, TOP, "f", 0, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(fd, FILE_F);
    CHECK_EQ_U64(guest_open(g, TOP, "f", 0, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(CALL(g, fd_fdstat_set_rights, BARE, 0, 0), 0);
    CHECK_EQ_U64(guest_open(g, TOP, "d", O_DIR, GW_RIGHT(FD_READDIR), &fd), 0);
    CHECK_EQ_U64(fd, DIR_D);

    test_no_handle(g);
    test_no_right(g);
    test_no_address(g);
    test_wrong_kind(g);
    test_names(g);
    test_wrong_numbers(g);
    for (unsigned i = 0; i < GW_P1_COUNT; i++) {
        bool never = i == GW_P1_proc_exit || i == GW_P1_sched_yield;
        if (!CHECK(never || (seen[i] & ~UINT64_C(1))))
            printf("    %s\n", gw_p1_table[i].name);
    }
    guest_end(g);
    close(listening);
    scratch_remove(top);
    return CHECK_DONE();
}
