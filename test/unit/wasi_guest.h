/*
 * A guest without code: a memory, and calls of WASI functions as a guest
 * would make them.
 *
 *     struct guest g; struct gw_wasi_config config;
 *     gw_wasi_config_init(&config);  ...  guest_start(&g, &config);
 *     CHECK_EQ_U64(CALL(&g, fd_close, 3), GW_OSERR_OK);
 *     guest_end(&g);
 *
 * scratch_ functions make and remove directories of the host for it.
 */
#ifndef GW_TEST_UNIT_WASI_GUEST_H
#define GW_TEST_UNIT_WASI_GUEST_H

#include "check.h"
#include "wasi/p1/p1.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    GUEST_MEMORY = 1 << 20,
    /* Where calls put what they point to. */
    AT_PATH = 0x1000,
    AT_PATH2 = 0x4000,
    AT_RESULT = 0x8000,
    AT_IOVS = 0x9000,
    AT_DATA = 0x10000
};

struct guest {
    struct gw_alloc alloc;
    struct gw_wasi *wasi;
    struct gw_meminst memory;
    struct gw_call call;
    bool unstable;
};

static inline void
guest_start(struct guest *g, const struct gw_wasi_config *config)
{
    struct gw_diag diag;
    memset(g, 0, sizeof *g);
    gw_diag_init(&diag);
    gw_alloc_init(&g->alloc, NULL, NULL, SIZE_MAX);
    g->memory.base = calloc(1, GUEST_MEMORY);
    g->memory.size = GUEST_MEMORY;
    if (!CHECK(gw_wasi_new(&g->alloc, config, &diag, &g->wasi) == GW_OK)) {
        printf("    %s\n", diag.text);
        exit(check_done());
    }
}

/* Every byte must have come back. */
static inline void
guest_end(struct guest *g)
{
    gw_wasi_free(g->wasi);
    CHECK_EQ_U64(atomic_load(&g->alloc.used), 0);
    free(g->memory.base);
}

static inline uint32_t
guest_call(struct guest *g, unsigned function, const uint64_t *args)
{
    const struct gw_p1_row *row = &gw_p1_table[function];
    union gw_slot slots[16];
    struct gw_p1 p = { 0 };
    memset(slots, 0, sizeof slots);
    for (size_t i = 0; i < strlen(row->params); i++) {
        if (row->params[i] == 'I')
            slots[i].u64 = args[i];
        else
            slots[i].u32 = (uint32_t)args[i];
    }
    p.wasi = g->wasi;
    p.call = &g->call;
    p.memory = &g->memory;
    p.unstable = g->unstable;
    return (uint32_t)row->fn(&p, slots);
}

#define CALL(g, name, ...) \
    guest_call((g), GW_P1_##name, (const uint64_t[16]){ __VA_ARGS__ })

/* The text at an address, as pointer and length for CALL. */
static inline uint64_t
guest_text(struct guest *g, uint32_t address, const char *text)
{
    size_t size = strlen(text);
    memcpy(g->memory.base + address, text, size);
    return size;
}

#define PATH(g, text) AT_PATH, guest_text((g), AT_PATH, (text))
#define PATH2(g, text) AT_PATH2, guest_text((g), AT_PATH2, (text))

static inline uint32_t
guest_u32(const struct guest *g, uint32_t address)
{
    return gw_p1_get_u32(g->memory.base + address);
}

static inline uint64_t
guest_u64(const struct guest *g, uint32_t address)
{
    return gw_p1_get_u64(g->memory.base + address);
}

/* One vector of size bytes at AT_DATA. */
static inline uint64_t
guest_iov(struct guest *g, uint32_t size)
{
    gw_p1_put_u32(g->memory.base + AT_IOVS, AT_DATA);
    gw_p1_put_u32(g->memory.base + AT_IOVS + 4, size);
    return AT_IOVS;
}

#define ALL_RIGHTS UINT64_C(0x3fffffff)
enum { O_CREATE = 1, O_DIR = 2, O_EXCLUDE = 4, O_TRUNCATE = 8 };

/* path_open that follows links; returns the errno, *fd the descriptor. */
static inline uint32_t
guest_open(struct guest *g, uint32_t dir, const char *path, unsigned oflags,
           uint64_t rights, uint32_t *fd)
{
    uint32_t err = CALL(g, path_open, dir, 1, PATH(g, path), oflags, rights,
                        ALL_RIGHTS, 0, AT_RESULT);
    *fd = err == GW_OSERR_OK ? guest_u32(g, AT_RESULT) : UINT32_MAX;
    return err;
}

#define RW (GW_RIGHT(FD_READ) | GW_RIGHT(FD_WRITE))

/* ---- directories of the host ---- */

static inline void
scratch_print(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(buffer, size, format, args);
    va_end(args);
}

static inline void
scratch_make(char path[64])
{
    strcpy(path, "/tmp/godwit-test-XXXXXX");
    if (!mkdtemp(path)) {
        perror("mkdtemp");
        exit(1);
    }
}

static inline void
scratch_remove(const char *path)
{
    char command[128];
    scratch_print(command, sizeof command, "rm -rf '%s'", path);
    if (strncmp(path, "/tmp/godwit-test-", 17) == 0 && system(command) != 0)
        printf("    cannot remove %s\n", path);
}

static inline void
scratch_file(const char *dir, const char *name, const char *text)
{
    char path[256];
    scratch_print(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        perror(path);
}

static inline void
scratch_dir(const char *dir, const char *name)
{
    char path[256];
    scratch_print(path, sizeof path, "%s/%s", dir, name);
    if (mkdir(path, 0777) != 0)
        perror(path);
}

static inline void
scratch_link(const char *dir, const char *name, const char *target)
{
    char path[256];
    scratch_print(path, sizeof path, "%s/%s", dir, name);
    if (symlink(target, path) != 0)
        perror(path);
}

/* Does the file of the host hold just this text? */
static inline bool
scratch_is(const char *dir, const char *name, const char *text)
{
    char path[256], buffer[256] = { 0 };
    scratch_print(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t size = fread(buffer, 1, sizeof buffer - 1, file);
    (void)fclose(file);
    return size == strlen(text) && memcmp(buffer, text, size) == 0;
}

static inline bool
scratch_exists(const char *dir, const char *name)
{
    char path[256];
    struct stat stat;
    scratch_print(path, sizeof path, "%s/%s", dir, name);
    return lstat(path, &stat) == 0;
}

#endif
