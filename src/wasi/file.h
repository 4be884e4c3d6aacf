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

struct gw_wasi_fileops {
    enum gw_oserr (*read)(struct gw_wasi_file *file, const struct gw_iov *iovs,
                          size_t count, size_t *done);
    enum gw_oserr (*write)(struct gw_wasi_file *file, const struct gw_iov *iovs,
                           size_t count, size_t *done);
};

struct gw_wasi_file {
    atomic_uint refs;
    struct gw_alloc *alloc;
    const struct gw_wasi_fileops *ops;
    enum gw_filetype type;
    unsigned kind;     /* one of GW_FOR_ */
    int host;          /* descriptor of the host; -1: a made file */
    bool owned;        /* host is ours to close */
    bool waits;        /* may not be ready: poll before reading or writing */
    bool read_only;    /* nothing below this directory may change */
    atomic_uint flags; /* GW_FDFLAG_ */

    struct gw_os_mutex lock; /* for one thread at a time: made files, and
                                the position in a directory */
    struct gw_span input;    /* made files: what is left to read */
    struct gw_vec output;    /* ... and what was written */
    uint64_t limit;          /* bytes that output may hold */
};

/* Wraps a descriptor of the host, and looks what it is.  On failure the
 * descriptor is closed if owned. */
enum gw_oserr gw_wasi_file_host(struct gw_alloc *alloc, int host, bool owned,
                                unsigned flags, struct gw_wasi_file **out);
/* A made file; kind is NULL, BYTES or CAPTURE.  NULL: out of memory. */
struct gw_wasi_file *gw_wasi_file_made(struct gw_alloc *alloc,
                                       const struct gw_wasi_stdio *stdio,
                                       uint64_t limit);
struct gw_wasi_file *gw_wasi_file_ref(struct gw_wasi_file *file);
void gw_wasi_file_unref(struct gw_wasi_file *file);

#endif
