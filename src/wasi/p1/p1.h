/*
 * The front end for WASI 0.1 (wasi_snapshot_preview1, wasi_unstable): reads
 * arguments out of the guest's memory, asks the layer below, writes results
 * back.  One row of p1.def per function.
 *
 * Guest memory is only touched through the functions here: each pointer and
 * length is checked at the time of use, all numbers are little-endian, and
 * no host pointer into memory outlives the host function.
 */
#ifndef GW_WASI_P1_P1_H
#define GW_WASI_P1_P1_H

#include "policy/gate.h"
#include "rt/store.h"
#include "wasi/guest.h"

/* One call in progress. */
struct gw_p1 {
    struct gw_wasi *wasi;
    struct gw_call *call;
    struct gw_meminst *memory;   /* the caller's export "memory", or NULL */
    bool unstable;               /* called as wasi_unstable */
    enum gw_trap trap;           /* when set, the errno is forgotten */
    struct gw_p1_judged *judged; /* NULL: nothing had to be judged */
    uint64_t moved;              /* bytes, by gw_p1_move */
};

typedef enum gw_oserr gw_p1_fn(struct gw_p1 *p, const union gw_slot *args);

enum gw_p1_cost { GW_P1_TRIVIAL, GW_P1_SYSTEM, GW_P1_TRANSFER, GW_P1_WAITS };
enum gw_p1_checkpoint { GW_P1_RESTARTABLE, GW_P1_COMPLETE, GW_P1_PINNED };

enum gw_p1_access {
    GW_P1_NONE,
    GW_P1_READS = GW_ACCESS_READ,
    GW_P1_WRITES = GW_ACCESS_WRITE,
    GW_P1_OPENS = 4
};

struct gw_p1_row {
    const char *name, *params, *means;
    enum gw_p1_access access;
    bool old; /* in wasi_unstable too */
    enum gw_p1_cost cost;
    enum gw_p1_checkpoint checkpoint;
    gw_p1_fn *fn;
};

enum {
#define P1(name, params, means, access, since, cost, checkpoint) GW_P1_##name,
#include "wasi/p1/p1.def"
#undef P1
    GW_P1_COUNT
};

extern const struct gw_p1_row gw_p1_table[GW_P1_COUNT];

#define P1(name, params, means, access, since, cost, checkpoint) \
    gw_p1_fn gw_p1_##name;
#include "wasi/p1/p1.def"
#undef P1

/* ---- guest memory ---- */

/* Where size bytes of the guest lie, or NULL when any is outside. */
uint8_t *gw_p1_at(const struct gw_p1 *p, uint64_t address, uint64_t size);

static inline uint32_t
gw_p1_get_u32(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 |
           (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static inline uint64_t
gw_p1_get_u64(const uint8_t *from)
{
    return gw_p1_get_u32(from) | (uint64_t)gw_p1_get_u32(from + 4) << 32;
}

static inline void
gw_p1_put_u16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static inline void
gw_p1_put_u32(uint8_t *to, uint32_t value)
{
    gw_p1_put_u16(to, value & 0xffff);
    gw_p1_put_u16(to + 2, value >> 16);
}

static inline void
gw_p1_put_u64(uint8_t *to, uint64_t value)
{
    gw_p1_put_u32(to, (uint32_t)value);
    gw_p1_put_u32(to + 4, (uint32_t)(value >> 32));
}

/* Stores one result; GW_OSERR_FAULT when it does not fit. */
enum gw_oserr gw_p1_store_u32(struct gw_p1 *p, uint64_t address,
                              uint32_t value);
enum gw_oserr gw_p1_store_u64(struct gw_p1 *p, uint64_t address,
                              uint64_t value);

/* A path or link text of the guest, checked: UTF-8, no NUL, not too long. */
struct gw_p1_path {
    char text[GW_PATH_MAX + 1];
};
enum gw_oserr gw_p1_load_path(struct gw_p1 *p, uint64_t address, uint32_t size,
                              struct gw_p1_path *path);

/* ---- policy ---- */

/* Where in the arguments of a row is what a policy looks at; NOT_THERE:
 * nowhere.  From the row's meanings, once for each function that is made. */
enum { GW_P1_NOT_THERE = -1 };
struct gw_p1_plan {
    int8_t clock, bytes, vectors, oflags, rights, handle, subscriptions;
    int8_t dirs[2], paths[2];
    uint8_t path_count;
    bool wide;            /* the count of bytes is an i64 */
    unsigned has, access; /* of each call: struct gw_ask */
};
void gw_p1_plan(const struct gw_p1_row *row, struct gw_p1_plan *plan);

/* What was read ahead of a call to judge it.  The call sees the same, even if
 * another thread of the guest changes memory or handles meanwhile. */
struct gw_p1_ahead {
    uint64_t address;
    uint32_t size, fd;
    struct gw_fd dir;
    struct gw_p1_path path;
    char clean[GW_CLEAN_MAX];
};
struct gw_p1_judged {
    struct gw_p1_ahead *ahead;
    unsigned count;
    uint64_t room;   /* bytes that may move */
    uint32_t clocks; /* that poll_oneoff may wait for */
    bool no_links;
};

/* Which clocks the subscriptions of poll_oneoff name. */
enum gw_oserr gw_p1_poll_clocks(struct gw_p1 *p, const union gw_slot *args,
                                uint32_t *clocks);

/* Judges a call at its guard, and enters the function if it may be. */
enum gw_trap gw_p1_enter_judged(struct gw_p1 *p, const struct gw_p1_row *row,
                                const struct gw_p1_plan *plan,
                                struct gw_guard *guard, union gw_slot *args);

/* gw_fdtable_get, but of what the call was judged by. */
enum gw_oserr gw_p1_dir(struct gw_p1 *p, uint32_t fd, struct gw_fd *entry);

/* Where there is a gate, remembers for a directory that was just opened what
 * it is for the guest. */
void gw_p1_name_dir(struct gw_p1 *p, const struct gw_fd *dir, const char *path,
                    struct gw_wasi_file *file);

/* ---- descriptors ---- */

/* The file behind a descriptor that has all these rights.  The caller unrefs
 * entry->file.  GW_OSERR_BADF or _NOTCAPABLE. */
enum gw_oserr gw_p1_fd(struct gw_p1 *p, uint32_t fd, uint64_t rights,
                       struct gw_fd *entry);

/* The layouts of fdstat, filestat. */
void gw_p1_put_filestat(const struct gw_p1 *p, uint8_t *to,
                        const struct gw_file_stat *stat);
static inline uint32_t
gw_p1_filestat_size(const struct gw_p1 *p)
{
    return p->unstable ? 56 : 64; /* a link count of 32 bits, or of 64 */
}

/* Turns a guest's times and flags (bit 0 atim, 1 now, 2 mtim, 3 now) into
 * ours; GW_OSERR_INVAL when they contradict. */
enum gw_oserr gw_p1_times(uint64_t access_ns, uint64_t modify_ns,
                          uint32_t flags, struct gw_file_times *times);

/* ---- waiting ---- */

enum { GW_P1_SLICE_NS = 50 * 1000 * 1000 };

/* Has the store asked the guest to stop?  Then p->trap is set. */
bool gw_p1_stopped(struct gw_p1 *p);

/* Waits until a file can be read or written.  GW_OSERR_AGAIN at once when it
 * cannot and must not wait; GW_OSERR_INTR when the guest was stopped. */
enum gw_oserr gw_p1_wait(struct gw_p1 *p, struct gw_wasi_file *file,
                         bool write);

/* ---- vectors ---- */

/* How bytes move in one call. */
struct gw_p1_move {
    struct gw_wasi_file *file;
    bool write, at_offset, socket, peek, all;
    uint64_t offset;
    bool truncated; /* answer of a socket */
};

/* Moves bytes between a file and the vectors that the guest describes at
 * address; *done of them.  GW_OSERR_OK if at least one moved. */
enum gw_oserr gw_p1_move(struct gw_p1 *p, struct gw_p1_move *move,
                         uint32_t address, uint32_t count, uint32_t *done);

#endif
