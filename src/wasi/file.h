/*
 * What a guest's descriptor stands for: a file of the host, or a made one.
 *
 * Counted by reference, so that a call in progress keeps its file open when
 * another thread closes the descriptor.
 */
#ifndef GW_WASI_FILE_H
#define GW_WASI_FILE_H

#include "base/span.h"
#include "base/vec.h"
#include "os/file.h"
#include "os/os.h"
#include "wasi/wasi.h"

enum gw_right_bit {
#define RIGHT(ident, where) GW_RIGHT_BIT_##ident,
#include "wasi/right.def"
#undef RIGHT
    GW_RIGHT_COUNT
};

#define GW_RIGHT(ident) (UINT64_C(1) << GW_RIGHT_BIT_##ident)

/* Which rights mean something for a kind of file; may be or'ed together. */
enum {
    GW_FOR_REGULAR = 1,
    GW_FOR_DIRECTORY = 2,
    GW_FOR_DEVICE = 4,
    GW_FOR_PIPE = 8,
    GW_FOR_LISTENER = 16,
    GW_FOR_SOCKET = 32,
    GW_CHANGES = 64 /* what a read-only directory does not give */
};

uint64_t gw_rights_for(unsigned kinds);

enum {
    GW_FDFLAG_APPEND = 1,
    GW_FDFLAG_DSYNC = 2,
    GW_FDFLAG_NONBLOCK = 4,
    GW_FDFLAG_RSYNC = 8,
    GW_FDFLAG_SYNC = 16,
    GW_FDFLAG_ALL = 31
};

struct gw_wasi_file;
struct gw_tree;
struct gw_node;

/* A path of the guest, that starts from a directory and stays below it. */
struct gw_wasi_at {
    struct gw_wasi_file *dir;
    const char *path; /* ends with NUL */
    bool follow;      /* a symbolic link as last component */
    bool own_walk;    /* host: never the kernel's path resolution */
    bool no_links;    /* GW_OSERR_LOOP where a link would be followed */
};

/*
 * What a kind of file does: the functions of os/file.h, with the same
 * contracts.  All kinds walk paths by the rules of that header.  What a kind
 * lacks (NULL) cannot be done with it.
 */
struct gw_wasi_fileops {
    enum gw_oserr (*read)(struct gw_wasi_file *file, const struct gw_iov *iovs,
                          size_t count, size_t *done);
    enum gw_oserr (*write)(struct gw_wasi_file *file, const struct gw_iov *iovs,
                           size_t count, size_t *done);
    enum gw_oserr (*pread)(struct gw_wasi_file *file, const struct gw_iov *iovs,
                           size_t count, uint64_t offset, size_t *done);
    enum gw_oserr (*pwrite)(struct gw_wasi_file *file,
                            const struct gw_iov *iovs, size_t count,
                            uint64_t offset, size_t *done);
    enum gw_oserr (*seek)(struct gw_wasi_file *file, int64_t offset,
                          enum gw_whence whence, uint64_t *position);
    enum gw_oserr (*stat)(struct gw_wasi_file *file, struct gw_file_stat *stat);
    enum gw_oserr (*set_size)(struct gw_wasi_file *file, uint64_t size);
    enum gw_oserr (*set_times)(struct gw_wasi_file *file,
                               const struct gw_file_times *times);
    enum gw_oserr (*allocate)(struct gw_wasi_file *file, uint64_t offset,
                              uint64_t size);
    enum gw_oserr (*advise)(struct gw_wasi_file *file, uint64_t offset,
                            uint64_t size, enum gw_advice advice);
    enum gw_oserr (*sync)(struct gw_wasi_file *file, bool data_only);
    enum gw_oserr (*set_append)(struct gw_wasi_file *file, bool append);
    enum gw_oserr (*read_dir)(struct gw_wasi_file *file, uint64_t cookie,
                              bool (*each)(void *env,
                                           const struct gw_dir_entry *entry),
                              void *env);
    void (*close)(struct gw_wasi_file *file);
    const struct gw_wasi_pathops *paths; /* directories */
};

struct gw_wasi_pathops {
    /* fdflags: of the guest, kept by the new file. */
    enum gw_oserr (*open)(const struct gw_wasi_at *at, uint32_t flags,
                          unsigned fdflags, struct gw_wasi_file **out);
    enum gw_oserr (*stat)(const struct gw_wasi_at *at,
                          struct gw_file_stat *stat);
    enum gw_oserr (*set_times)(const struct gw_wasi_at *at,
                               const struct gw_file_times *times);
    enum gw_oserr (*make_dir)(const struct gw_wasi_at *at);
    enum gw_oserr (*remove_dir)(const struct gw_wasi_at *at);
    enum gw_oserr (*unlink)(const struct gw_wasi_at *at);
    enum gw_oserr (*symlink)(const char *target, const struct gw_wasi_at *at);
    enum gw_oserr (*read_link)(const struct gw_wasi_at *at, char *buffer,
                               size_t size, size_t *used);
    /* Only between directories of one kind: else GW_OSERR_XDEV. */
    enum gw_oserr (*link)(const struct gw_wasi_at *from,
                          const struct gw_wasi_at *to);
    enum gw_oserr (*rename)(const struct gw_wasi_at *from,
                            const struct gw_wasi_at *to);
};

struct gw_wasi_file {
    atomic_uint refs;
    struct gw_alloc *alloc;
    const struct gw_wasi_fileops *ops;
    enum gw_filetype type;
    unsigned kind;     /* one of GW_FOR_ */
    int host;          /* descriptor of the host; -1: none */
    bool owned;        /* host is ours to close */
    bool waits;        /* may not be ready: poll before reading or writing */
    bool read_only;    /* nothing below this directory may change */
    atomic_uint flags; /* GW_FDFLAG_ */

    char *name; /* own: where the guest opened this directory; NULL: a
                   preopen, or nobody asks (policy/gate.h) */

    struct gw_os_mutex lock; /* for one thread at a time: made files, and
                                the position in a directory */
    struct gw_span input;    /* made files: what is left to read */
    struct gw_vec output;    /* ... and what was written */
    uint64_t limit;          /* bytes that output may hold */

    struct gw_tree *tree; /* files of a tree (wasi/tree.h) */
    struct gw_node *node;
    uint64_t position;
};

/* A cleared file with one reference; NULL: out of memory. */
struct gw_wasi_file *gw_wasi_file_new(struct gw_alloc *alloc,
                                      const struct gw_wasi_fileops *ops);

/* Wraps a descriptor of the host, and looks what it is.  On failure the
 * descriptor is closed if owned. */
enum gw_oserr gw_wasi_file_host(struct gw_alloc *alloc, int host, bool owned,
                                unsigned flags, struct gw_wasi_file **out);
/* A made file; kind is NULL, BYTES or CAPTURE.  NULL: out of memory. */
struct gw_wasi_file *gw_wasi_file_made(struct gw_alloc *alloc,
                                       const struct gw_wasi_stdio *stdio,
                                       uint64_t limit);

/* Directories of two kinds: GW_OSERR_XDEV. */
enum gw_oserr gw_wasi_at_link(const struct gw_wasi_at *from,
                              const struct gw_wasi_at *to);
enum gw_oserr gw_wasi_at_rename(const struct gw_wasi_at *from,
                                const struct gw_wasi_at *to);

struct gw_wasi_file *gw_wasi_file_ref(struct gw_wasi_file *file);
void gw_wasi_file_unref(struct gw_wasi_file *file);

#endif
