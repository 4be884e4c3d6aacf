/* Files in memory: the same answers as directories of the host, step by step;
 * limits; single files; images, good and hostile. */
#include "wasi_guest.h"

#include "wasi/image.h"

static char top[64];
enum { HOST = 3, TREE = 4 };

static void
begin(struct guest *g, uint64_t limit)
{
    struct gw_wasi_config config;
    struct gw_wasi_preopen preopens[2] = {
        { top, "/host", false, GW_WASI_DIR, 0 },
        { NULL, "/tree", false, GW_WASI_TMPFS, limit }
    };
    scratch_make(top);
    gw_wasi_config_init(&config);
    config.preopens = preopens;
    config.preopen_count = 2;
    guest_start(g, &config);
}

static void
finish(struct guest *g)
{
    guest_end(g);
    scratch_remove(top);
}

/* ---- the same as the host ---- */

static uint64_t random_state = 1;

static unsigned
pick(unsigned count)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1;
    return (unsigned)(random_state >> 33) % count;
}

static const char *
pick_path(void)
{
    static const char *const paths[] = {
        "a",    "b",      "c",    "a/",    "b/",         "c/",    "a/a",
        "a/b",  "a/c",    "b/a",  "a/a/",  "a/b/",       "a/a/b", "a/../b",
        "a/..", "a/.",    ".",    "..",    "../a",       "",      "/a",
        "c/a",  "c/../b", "a//b", "./a/b", "a/b/../..",  "c/b/a", "b/c/..",
        "c/..", "c/.",    "b/.",  "./",    "a/a/../../c"
    };
    return paths[pick(sizeof paths / sizeof *paths)];
}

/* One step, of which all is chosen before: on a directory. */
struct act {
    unsigned what, flags;
    const char *path, *other;
};

static uint32_t
do_open(struct guest *g, uint32_t dir, const struct act *act)
{
    uint32_t fd;
    uint64_t rights = act->flags & 1 ? RW : GW_RIGHT(FD_READ);
    uint32_t err = CALL(g, path_open, dir, act->flags >> 1 & 1,
                        PATH(g, act->path), act->flags >> 2 & 15, rights, 0, 0,
                        AT_RESULT);
    if (err != 0)
        return err;
    fd = guest_u32(g, AT_RESULT);
    memset(g->memory.base + AT_DATA, 'x', 64);
    uint32_t wrote = CALL(g, fd_write, fd, guest_iov(g, act->flags & 31), 1,
                          64);
    (void)CALL(g, fd_close, fd);
    return 1000 + wrote;
}

static uint32_t
do_stat(struct guest *g, uint32_t dir, const struct act *act)
{
    uint32_t err = CALL(g, path_filestat_get, dir, act->flags & 1,
                        PATH(g, act->path), 64);
    uint8_t type = g->memory.base[64 + 16];
    if (err != 0)
        return err;
    /* How large directories are, and how often linked, is their own affair. */
    return type == GW_FILETYPE_DIRECTORY
               ? 1000
               : 2000 + type * 100u + guest_u32(g, 64 + 24) * 10 +
                     guest_u32(g, 64 + 32) * 7;
}

static uint32_t
do_read_link(struct guest *g, uint32_t dir, const struct act *act)
{
    uint32_t err = CALL(g, path_readlink, dir, PATH(g, act->path), 64, 4, 32);
    return err != 0 ? err : 1000 + guest_u32(g, 32) * 256 + g->memory.base[64];
}

static uint32_t
do_act(struct guest *g, uint32_t dir, const struct act *act)
{
    switch (act->what) {
    case 0:
    case 1:
        return do_open(g, dir, act);
    case 2:
        return do_stat(g, dir, act);
    case 3:
        return CALL(g, path_create_directory, dir, PATH(g, act->path));
    case 4:
        return CALL(g, path_remove_directory, dir, PATH(g, act->path));
    case 5:
        return CALL(g, path_unlink_file, dir, PATH(g, act->path));
    case 6:
        return CALL(g, path_symlink, PATH2(g, act->other), dir,
                    PATH(g, act->path));
    case 7:
        return do_read_link(g, dir, act);
    case 8:
        return CALL(g, path_link, dir, 0, PATH(g, act->path), dir,
                    PATH2(g, act->other));
    case 9:
        return CALL(g, path_rename, dir, PATH(g, act->path), dir,
                    PATH2(g, act->other));
    default:
        return CALL(g, path_filestat_set_times, dir, act->flags & 1,
                    PATH(g, act->path), 1, 1, 5);
    }
}

static void
answers_are_those_of_the_host(bool own_walk)
{
    static const char *const names[] = { "open",    "open",     "stat",
                                         "mkdir",   "rmdir",    "unlink",
                                         "symlink", "readlink", "link",
                                         "rename",  "times" };
    struct guest g;
    unsigned differ = 0, worked = 0;
    begin(&g, 0);
    g.wasi->own_walk = own_walk;
    for (unsigned i = 0; i < 40000; i++) {
        struct act act = { pick(11), pick(128), pick_path(), pick_path() };
        uint32_t host = do_act(&g, HOST, &act), tree = do_act(&g, TREE, &act);
        worked += host == 0 || host >= 1000;
        if (host == tree)
            continue;
        if (differ++ < 12)
            printf("    %u: %s %s %s 0x%x: host %u (%s), tree %u (%s)\n", i,
                   names[act.what], act.path, act.other, act.flags, host,
                   host < 77 ? gw_oserr_text((enum gw_oserr)host) : "", tree,
                   tree < 77 ? gw_oserr_text((enum gw_oserr)tree) : "");
    }
    CHECK_EQ_U64(differ, 0);
    printf("%u of 40000 steps worked\n", worked);
    CHECK(worked > 4000);
    finish(&g);
}

/* ---- limits ---- */

static void
memory_is_bounded(void)
{
    struct guest g;
    uint32_t fd, err = 0;
    char name[16];
    begin(&g, 100000);
    CHECK_EQ_U64(guest_open(&g, TREE, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 1 << 20), GW_OSERR_NOSPC);
    CHECK_EQ_U64(CALL(&g, fd_allocate, fd, 0, UINT64_C(1) << 50),
                 GW_OSERR_NOSPC);
    CHECK_EQ_U64(CALL(&g, fd_pwrite, fd, guest_iov(&g, 1), 1, UINT64_C(1) << 40,
                      64),
                 GW_OSERR_NOSPC);
    CHECK_EQ_U64(CALL(&g, fd_pwrite, fd, guest_iov(&g, 1), 1, INT64_MAX, 64),
                 GW_OSERR_FBIG);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, UINT64_MAX),
                 GW_OSERR_INVAL);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 50000), 0);
    /* What was refused took nothing; what is shortened comes back. */
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 0), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 80000), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_set_size, fd, 1), 0);
    unsigned made = 0;
    for (; made < 10000 && err == 0; made++) {
        scratch_print(name, sizeof name, "d%u", made);
        err = CALL(&g, path_create_directory, TREE, PATH(&g, name));
    }
    CHECK_EQ_U64(err, GW_OSERR_NOSPC);
    CHECK(made > 100 && made < 1000);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, TREE, PATH(&g, "f")), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 5), 1, 64), 0);
    finish(&g);
}

/* A directory that is removed while it is open, and a file without a name. */
static void
removed_things_stay_until_closed(void)
{
    struct guest g;
    uint32_t dir, fd, no;
    begin(&g, 0);
    CHECK_EQ_U64(CALL(&g, path_create_directory, TREE, PATH(&g, "d")), 0);
    CHECK_EQ_U64(guest_open(&g, TREE, "d", O_DIR, ALL_RIGHTS & ~RW, &dir), 0);
    CHECK_EQ_U64(CALL(&g, path_remove_directory, TREE, PATH(&g, "d")), 0);
    CHECK_EQ_U64(guest_open(&g, dir, "x", O_CREATE, RW, &no), GW_OSERR_NOENT);
    CHECK_EQ_U64(guest_open(&g, dir, "..", 0, 0, &no), GW_OSERR_PERM);
    CHECK_EQ_U64(CALL(&g, fd_readdir, dir, AT_DATA, 4096, 0, 64), 0);
    CHECK_EQ_U64(guest_open(&g, TREE, "f", O_CREATE, ALL_RIGHTS, &fd), 0);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, TREE, PATH(&g, "f")), 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 5), 1, 64), 0);
    CHECK_EQ_U64(CALL(&g, fd_filestat_get, fd, 64), 0);
    CHECK_EQ_U64(guest_u64(&g, 64 + 24), 0); /* links */
    CHECK_EQ_U64(guest_u64(&g, 64 + 32), 5);
    /* Between kinds of directories nothing is linked or renamed. */
    scratch_file(top, "f", "");
    CHECK_EQ_U64(CALL(&g, path_rename, HOST, PATH(&g, "f"), TREE,
                      PATH2(&g, "f")),
                 GW_OSERR_XDEV);
    CHECK_EQ_U64(CALL(&g, path_link, HOST, 0, PATH(&g, "f"), TREE,
                      PATH2(&g, "f")),
                 GW_OSERR_XDEV);
    finish(&g);
}

/* ---- single files ---- */

static void
single_files(void)
{
    struct guest g;
    struct gw_wasi_config config;
    char a[80], b[80];
    uint32_t fd;
    scratch_make(top);
    scratch_file(top, "a", "inside a");
    scratch_file(top, "b", "inside b");
    scratch_file(top, "secret", "secret");
    scratch_print(a, sizeof a, "%s/a", top);
    scratch_print(b, sizeof b, "%s/b", top);
    struct gw_wasi_preopen preopens[] = {
        { a, "/etc/one", false, GW_WASI_FILE, 0 },
        { b, "/etc/two", true, GW_WASI_DIR, 0 }
    };
    gw_wasi_config_init(&config);
    config.preopens = preopens;
    config.preopen_count = 2;
    guest_start(&g, &config);
    CHECK_EQ_U64(CALL(&g, fd_prestat_dir_name, 3, 64, 4), 0);
    CHECK(memcmp(g.memory.base + 64, "/etc", 4) == 0);
    CHECK_EQ_U64(CALL(&g, fd_prestat_get, 4, 64), GW_OSERR_BADF);
    CHECK_EQ_U64(guest_open(&g, 3, "one", 0, RW, &fd), 0);
    CHECK_EQ_U64(CALL(&g, fd_read, fd, guest_iov(&g, 6), 1, 64), 0);
    CHECK(memcmp(g.memory.base + AT_DATA, "inside", 6) == 0);
    CHECK_EQ_U64(CALL(&g, fd_write, fd, guest_iov(&g, 6), 1, 64), 0);
    CHECK(scratch_is(top, "a", "insideinside"));
    CHECK_EQ_U64(guest_open(&g, 3, "two", 0, RW, &fd), GW_OSERR_ROFS);
    CHECK_EQ_U64(guest_open(&g, 3, "two", O_TRUNCATE, 0, &fd), GW_OSERR_ROFS);
    CHECK_EQ_U64(guest_open(&g, 3, "two", 0, GW_RIGHT(FD_READ), &fd), 0);
    CHECK_EQ_U64(guest_open(&g, 3, "secret", 0, GW_RIGHT(FD_READ), &fd),
                 GW_OSERR_NOENT);
    CHECK_EQ_U64(guest_open(&g, 3, "new", O_CREATE, RW, &fd), GW_OSERR_ROFS);
    CHECK_EQ_U64(CALL(&g, path_unlink_file, 3, PATH(&g, "one")), GW_OSERR_ROFS);
    CHECK_EQ_U64(CALL(&g, path_rename, 3, PATH(&g, "one"), 3, PATH2(&g, "two")),
                 GW_OSERR_ROFS);
    CHECK(scratch_is(top, "b", "inside b"));
    finish(&g);
}

/* ---- images ---- */

struct archive {
    uint8_t bytes[16384];
    size_t size;
};

static void
tar_entry(struct archive *tar, char kind, const char *name, const char *data)
{
    uint8_t *header = tar->bytes + tar->size;
    size_t size = kind == '2' || kind == '1' ? 0 : strlen(data);
    unsigned sum = 0;
    memset(header, 0, 1024 + size);
    scratch_print((char *)header, 100, "%s", name);
    scratch_print((char *)header + 124, 12, "%011o", (unsigned)size);
    memset(header + 148, ' ', 8);
    header[156] = (uint8_t)kind;
    if (kind == '1' || kind == '2')
        scratch_print((char *)header + 157, 100, "%s", data);
    else
        memcpy(header + 512, data, size);
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    for (size_t i = 0; i < 512; i++)
        sum += header[i];
    scratch_print((char *)header + 148, 8, "%06o", sum);
    tar->size += 512 + (size + 511) / 512 * 512;
}

static void
put_u32(struct archive *zip, size_t at, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        zip->bytes[at + i] = (uint8_t)(value >> (8 * i));
}

/* One stored or deflated file, with its directory and end. */
static void
zip_of(struct archive *zip, const char *name, const void *data, size_t size,
       size_t unpacked, uint32_t crc)
{
    size_t name_size = strlen(name), at = 30 + name_size + size;
    memset(zip, 0, sizeof *zip);
    memcpy(zip->bytes, "PK\3\4", 4);
    put_u32(zip, 26, (uint32_t)name_size, 2);
    memcpy(zip->bytes + 30, name, name_size);
    memcpy(zip->bytes + 30 + name_size, data, size);
    memcpy(zip->bytes + at, "PK\1\2", 4);
    put_u32(zip, at + 10, size == unpacked ? 0 : 8, 2);
    put_u32(zip, at + 16, crc, 4);
    put_u32(zip, at + 20, (uint32_t)size, 4);
    put_u32(zip, at + 24, (uint32_t)unpacked, 4);
    put_u32(zip, at + 28, (uint32_t)name_size, 2);
    memcpy(zip->bytes + at + 46, name, name_size);
    size_t end = at + 46 + name_size;
    memcpy(zip->bytes + end, "PK\5\6", 4);
    put_u32(zip, end + 10, 1, 2);
    put_u32(zip, end + 16, (uint32_t)at, 4);
    zip->size = end + 22;
}

static enum gw_err
try_image(const struct archive *archive, uint64_t limit, struct gw_tree **out)
{
    static struct gw_alloc alloc;
    struct gw_diag diag;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_diag_init(&diag);
    struct gw_tree *tree = gw_tree_new(&alloc, limit);
    enum gw_err err = gw_image_load(tree,
                                    gw_span(archive->bytes, archive->size),
                                    &diag);
    CHECK(err == diag.err && (err == GW_OK || diag.offset <= archive->size));
    if (out && err == GW_OK)
        *out = tree;
    else
        gw_tree_delete(tree);
    CHECK((out && err == GW_OK) || atomic_load(&alloc.used) == 0);
    return err;
}

static enum gw_oserr
read_at(struct gw_tree *tree, const char *path, bool no_links, char *buffer,
        size_t size)
{
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    struct gw_wasi_file *root = gw_tree_open(tree, &alloc), *file;
    struct gw_wasi_at at = {
        .dir = root, .path = path, .follow = true, .no_links = no_links
    };
    struct gw_iov iov = { buffer, size - 1 };
    size_t done = 0;
    enum gw_oserr err = root->ops->paths->open(&at, GW_OPEN_READ, 0, &file);
    if (err == GW_OSERR_OK) {
        err = file->ops->read(file, &iov, 1, &done);
        gw_wasi_file_unref(file);
    }
    buffer[done] = '\0';
    gw_wasi_file_unref(root);
    return err;
}

static enum gw_oserr
read_in(struct gw_tree *tree, const char *path, char *buffer, size_t size)
{
    return read_at(tree, path, false, buffer, size);
}

static void
good_images(void)
{
    /* "hello hello hello hello" by the deflate of zlib. */
    static const uint8_t deflated[] = { 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
                                        0x57, 0xc8, 0x40, 0x27, 0x01 };
    static struct archive a;
    struct gw_tree *tree = NULL;
    char text[64];
    a.size = 0;
    tar_entry(&a, '5', "dir/", "");
    tar_entry(&a, '0', "./dir/file", "in a file");
    tar_entry(&a, '2', "dir/link", "file");
    tar_entry(&a, '1', "/again", "dir/file");
    tar_entry(&a, 'x', "pax", "21 path=long/er/name\n");
    tar_entry(&a, '0', "short", "by pax");
    tar_entry(&a, '3', "device", "");
    if (!CHECK_EQ_U64(try_image(&a, 1 << 20, &tree), GW_OK))
        return;
    CHECK(read_in(tree, "dir/link", text, sizeof text) == GW_OSERR_OK);
    CHECK_STR(text, "in a file");
    CHECK(read_at(tree, "dir/link", true, text, sizeof text) == GW_OSERR_LOOP);
    CHECK(read_at(tree, "dir/file", true, text, sizeof text) == GW_OSERR_OK);
    CHECK(read_in(tree, "again", text, sizeof text) == GW_OSERR_OK);
    CHECK_STR(text, "in a file");
    CHECK(read_in(tree, "long/er/name", text, sizeof text) == GW_OSERR_OK);
    CHECK_STR(text, "by pax");
    CHECK(read_in(tree, "device", text, sizeof text) == GW_OSERR_NOENT);
    gw_tree_delete(tree);

    zip_of(&a, "a/b.txt", deflated, sizeof deflated, 23, 0x4f6e0d5e);
    if (CHECK_EQ_U64(try_image(&a, 1 << 20, &tree), GW_OK)) {
        /* The check sum is wrong. */
        CHECK(read_in(tree, "a/b.txt", text, sizeof text) == GW_OSERR_IO);
        gw_tree_delete(tree);
    }
    zip_of(&a, "a/b.txt", deflated, sizeof deflated, 23, 0x8d3d51e3);
    if (CHECK_EQ_U64(try_image(&a, 1 << 20, &tree), GW_OK)) {
        CHECK(read_in(tree, "a/b.txt", text, sizeof text) == GW_OSERR_OK);
        CHECK_STR(text, "hello hello hello hello");
        gw_tree_delete(tree);
    }
}

static void
hostile_images(void)
{
    static const char *const outside[] = { "../x", "a/../../x", "..", "a/.." };
    static struct archive a;
    struct gw_tree *tree;
    char text[64];
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        a.size = 0;
        tar_entry(&a, '0', outside[i], "x");
        CHECK_EQ_U64(try_image(&a, 1 << 20, NULL), GW_ERR_MALFORMED);
        zip_of(&a, outside[i], "x", 1, 1, 0);
        CHECK_EQ_U64(try_image(&a, 1 << 20, NULL), GW_ERR_MALFORMED);
    }
    /* A file through a link of the image's own: links are not followed. */
    a.size = 0;
    tar_entry(&a, '2', "link", "/etc");
    tar_entry(&a, '0', "link/passwd", "x");
    CHECK_EQ_U64(try_image(&a, 1 << 20, NULL), GW_ERR_MALFORMED);
    /* Links that lead out or in circles are refused where they are used. */
    a.size = 0;
    tar_entry(&a, '2', "out", "../../etc/passwd");
    tar_entry(&a, '2', "absolute", "/etc/passwd");
    tar_entry(&a, '2', "ping", "pong");
    tar_entry(&a, '2', "pong", "ping");
    if (CHECK_EQ_U64(try_image(&a, 1 << 20, &tree), GW_OK)) {
        CHECK(read_in(tree, "out", text, sizeof text) == GW_OSERR_PERM);
        CHECK(read_in(tree, "absolute", text, sizeof text) == GW_OSERR_PERM);
        CHECK(read_in(tree, "ping", text, sizeof text) == GW_OSERR_LOOP);
        gw_tree_delete(tree);
    }
    /* A bomb says that it is 4 GiB, and does not fit. */
    zip_of(&a, "bomb", "x", 1, 0xfffffff0, 0);
    if (CHECK_EQ_U64(try_image(&a, 1 << 20, &tree), GW_OK)) {
        CHECK(read_in(tree, "bomb", text, sizeof text) == GW_OSERR_NOSPC);
        gw_tree_delete(tree);
    }
    /* More names than there is room for. */
    a.size = 0;
    for (unsigned i = 0; i < 20; i++) {
        scratch_print(text, sizeof text, "d%u/e/f/g/h/i", i);
        tar_entry(&a, '5', text, "");
    }
    CHECK_EQ_U64(try_image(&a, 8192, NULL), GW_ERR_LIMIT);
    CHECK_EQ_U64(try_image(&a, 1 << 20, NULL), GW_OK);
    /* Cut off at every byte, and every byte of a zip changed. */
    for (size_t size = a.size; size-- > 0;) {
        a.size = size;
        (void)try_image(&a, 1 << 20, NULL);
        size -= size > 100 ? 97 : 0;
    }
    zip_of(&a, "f", "stored", 6, 6, 0);
    for (size_t i = 0; i < a.size * 8; i++) {
        a.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        if (try_image(&a, 1 << 20, &tree) == GW_OK) {
            (void)read_in(tree, "f", text, sizeof text);
            gw_tree_delete(tree);
        }
        a.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t size = a.size; size-- > 0;) {
        a.size = size;
        CHECK(try_image(&a, 1 << 20, NULL) != GW_OK);
    }
}

int
main(void)
{
    memory_is_bounded();
    removed_things_stay_until_closed();
    single_files();
    good_images();
    hostile_images();
    answers_are_those_of_the_host(false);
    answers_are_those_of_the_host(true);
    return CHECK_DONE();
}
