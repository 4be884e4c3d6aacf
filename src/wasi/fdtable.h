/*
 * The capability table: the descriptors of a guest, and what it may do with
 * each.  Numbers are the lowest that are free, as POSIX programs expect.
 * Any thread.
 */
#ifndef GW_WASI_FDTABLE_H
#define GW_WASI_FDTABLE_H

#include "os/os.h"
#include "wasi/file.h"

struct gw_fd {
    struct gw_wasi_file *file; /* NULL: a free number */
    uint64_t base, inheriting; /* rights */
    const char *preopen;       /* the guest's name for it, or NULL; lives as
                                  long as the table */
};

struct gw_fdtable {
    struct gw_vec entries; /* struct gw_fd, by number */
    size_t open, limit;
    struct gw_os_mutex lock;
};

void gw_fdtable_init(struct gw_fdtable *table, struct gw_alloc *alloc,
                     size_t limit);
void gw_fdtable_fini(struct gw_fdtable *table);

/* How many are open. */
size_t gw_fdtable_count(struct gw_fdtable *table);

/* Would gw_fdtable_add fail with GW_OSERR_MFILE now? */
bool gw_fdtable_full(struct gw_fdtable *table);

/* Takes over the reference to entry->file, even on failure: GW_OSERR_MFILE
 * when the limit is reached, GW_OSERR_NOMEM. */
enum gw_oserr gw_fdtable_add(struct gw_fdtable *table,
                             const struct gw_fd *entry, uint32_t *fd);
/* Copies the entry; the caller unrefs entry->file.  GW_OSERR_BADF. */
enum gw_oserr gw_fdtable_get(struct gw_fdtable *table, uint32_t fd,
                             struct gw_fd *entry);
enum gw_oserr gw_fdtable_close(struct gw_fdtable *table, uint32_t fd);
/* Moves from to the number to, closing what was there; both must be open. */
enum gw_oserr gw_fdtable_renumber(struct gw_fdtable *table, uint32_t from,
                                  uint32_t to);
/* Rights only ever shrink: else GW_OSERR_NOTCAPABLE. */
enum gw_oserr gw_fdtable_set_rights(struct gw_fdtable *table, uint32_t fd,
                                    uint64_t base, uint64_t inheriting);

#endif
