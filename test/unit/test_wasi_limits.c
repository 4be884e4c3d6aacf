/* The rows of wasi/limit.def: on by default, and what happens past each. */
#include "wasi_guest.h"

enum { DIR = 3, LITTLE = 8 };

static char top[64];
static bool seen[GW_WASI_LIMIT_COUNT];
static struct gw_wasi_config config;
static struct gw_wasi_preopen preopen;

/* A guest with one directory, and one limit that is not the standard. */
static void
begin(struct guest *g, enum gw_wasi_limit limit, uint64_t value)
{
    seen[limit] = true;
    preopen = (struct gw_wasi_preopen){ top, "/", false, GW_WASI_DIR, 0 };
    gw_wasi_config_init(&config);
    config.preopens = &preopen;
    config.preopen_count = 1;
    config.limits[limit] = value;
    if (g)
        guest_start(g, &config);
}

static enum gw_err
refused(void)
{
    struct gw_alloc alloc;
    struct gw_wasi *wasi = NULL;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    enum gw_err err = gw_wasi_new(&alloc, &config, NULL, &wasi);
    gw_wasi_free(wasi);
    return err;
}

static void
test_standards(void)
{
    gw_wasi_config_init(&config);
    for (unsigned i = 0; i < GW_WASI_LIMIT_COUNT; i++) {
        const struct gw_wasi_limit_info *row = &gw_wasi_limit_table[i];
        CHECK_EQ_U64(config.limits[i], row->standard);
        CHECK(row->standard > 0 && row->standard <= row->maximum);
    }
}

static void
test_calls(void)
{
    struct guest g;
    uint32_t fd;
    begin(&g, GW_WASI_LIMIT_HANDLES, 5);
    CHECK_EQ_U64(guest_open(&g, DIR, "f", O_CREATE, RW, &fd), 0);
    CHECK_EQ_U64(guest_open(&g, DIR, "f", 0, RW, &fd), GW_OSERR_MFILE);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_IOVS, 4);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, AT_IOVS, 4, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, AT_IOVS, 5, 64), GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_read, 0, AT_IOVS, 5, 64), GW_OSERR_INVAL);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_TRANSFER, LITTLE);
    CHECK_EQ_U64(guest_open(&g, DIR, "f", 0, RW, &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 100), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), LITTLE);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_PATH, LITTLE);
    CHECK_EQ_U64(guest_open(&g, DIR, "12345678", 0, RW, &fd), GW_OSERR_NOENT);
    CHECK_EQ_U64(guest_open(&g, DIR, "123456789", 0, RW, &fd),
                 GW_OSERR_NAMETOOLONG);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_POLLS, 2);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_DATA + 999, 2, 64), 0);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_DATA + 999, 3, 64),
                 GW_OSERR_INVAL);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_RANDOM, 1);
    CHECK_EQ_U64(CALL(&g, random_get, AT_DATA, 1000), 0);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_RANDOM_MAX, LITTLE);
    CHECK_EQ_U64(CALL(&g, random_get, AT_DATA, LITTLE), 0);
    CHECK_EQ_U64(CALL(&g, random_get, AT_DATA, LITTLE + 1), GW_OSERR_INVAL);
    guest_end(&g);

    begin(&g, GW_WASI_LIMIT_HOST_BYTES, 16384);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_DATA + 99999, 2, 64), 0);
    CHECK_EQ_U64(CALL(&g, poll_oneoff, AT_DATA, AT_DATA + 99999, 1000, 64),
                 GW_OSERR_NOMEM);
    guest_end(&g);
}

static void
test_files_in_memory(void)
{
    struct guest g;
    uint32_t fd;
    begin(NULL, GW_WASI_LIMIT_TMPFS, 100000);
    preopen.kind = GW_WASI_TMPFS;
    preopen.host_path = NULL;
    guest_start(&g, &config);
    CHECK_EQ_U64(guest_open(&g, DIR, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 200000), GW_OSERR_NOSPC);
    CHECK_EQ_U64(CALL(&g, fd_pwrite, fd, guest_iov(&g, 9), 1, 200000, 64),
                 GW_OSERR_NOSPC);
    guest_end(&g);

    begin(NULL, GW_WASI_LIMIT_CAPTURE, LITTLE);
    config.stdio[1].kind = GW_WASI_CAPTURE;
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 99), 1, 64), 0);
    CHECK_EQ_U64(guest_u32(&g, 64), LITTLE);
    CHECK_EQ_U64(CALL(&g, fd_write, 1, guest_iov(&g, 1), 1, 64),
                 GW_OSERR_NOSPC);
    guest_end(&g);
}

/* A tar of so many empty files. */
static void
write_tar(const char *path, unsigned count)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    for (unsigned i = 0; i < count; i++) {
        char header[512] = { 0 };
        unsigned sum = 0;
        scratch_print(header, 100, "file-%u", i);
        memcpy(header + 124, "00000000000", 11);
        memset(header + 148, ' ', 8);
        header[156] = '0';
        memcpy(header + 257, "ustar", 6);
        for (unsigned k = 0; k < sizeof header; k++)
            sum += (unsigned char)header[k];
        scratch_print(header + 148, 8, "%06o", sum);
        CHECK_EQ_U64(fwrite(header, 1, sizeof header, file), sizeof header);
    }
    (void)fclose(file);
}

static void
test_what_is_refused(void)
{
    static const char *const words[] = { "123", "4567" };
    char image[128];
    scratch_print(image, sizeof image, "%s/image.tar", top);
    begin(NULL, GW_WASI_LIMIT_STRINGS, 9);
    config.args = words;
    config.arg_count = 2;
    CHECK(refused() == GW_OK);
    config.limits[GW_WASI_LIMIT_STRINGS] = 8;
    CHECK(refused() == GW_ERR_LIMIT);
    config.arg_count = 0;
    config.env = words;
    config.env_count = 2;
    CHECK(refused() == GW_ERR_LIMIT);

    begin(NULL, GW_WASI_LIMIT_IMAGE, 10000);
    preopen.kind = GW_WASI_IMAGE;
    preopen.host_path = image;
    write_tar(image, 3);
    CHECK(refused() == GW_OK);
    write_tar(image, 1000);
    CHECK(refused() != GW_OK);
    config.limits[GW_WASI_LIMIT_IMAGE] =
        gw_wasi_limit_table[GW_WASI_LIMIT_IMAGE].standard;
    CHECK(refused() == GW_OK);
}

int
main(void)
{
    scratch_make(top);
    test_standards();
    test_calls();
    test_files_in_memory();
    test_what_is_refused();
    seen[GW_WASI_LIMIT_THREADS] = true; /* test/capi/test_threads.c */
    for (unsigned i = 0; i < GW_WASI_LIMIT_COUNT; i++)
        if (!CHECK(seen[i]))
            printf("    %s\n", gw_wasi_limit_table[i].name);
    scratch_remove(top);
    return CHECK_DONE();
}
