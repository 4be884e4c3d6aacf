/*
 * Files, directories, streams and sockets of the host.
 *
 * A descriptor is a small number of the host; who opens it closes it.  All
 * functions may be called from any thread, allocate nothing and return
 * GW_OSERR_OK or why the host refused.  They retry when a signal interrupts.
 *
 * [DOC] The sandboxed walk.  Functions named gw_at_ take a path that a guest
 * made up, and never reach anything outside the directory it starts from:
 *   1. An absolute path is refused, and so is an absolute symbolic link.
 *   2. ".." may not rise above the starting directory, not even on the way
 *      to a place below it.
 *   3. The place that is acted on is pinned before acting: the kernel's own
 *      beneath-resolution opens the file (Linux openat2), or the directory
 *      of the last component is held open and the operation is done on one
 *      name in it, following nothing.  Swapping directories for links while
 *      we walk can make us fail, never leave.
 *   4. A trailing slash is taken off and remembered ("must be a directory"),
 *      since kernels follow a link named "link/" even when told not to.
 * Leaving is reported as GW_OSERR_PERM.
 */
#ifndef GW_OS_FILE_H
#define GW_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gw_oserr {
#define OS_ERROR_OWN(ident, text) GW_OSERR_##ident,
#define OS_ERROR(ident, text) GW_OSERR_##ident,
#include "os/error.def"
#undef OS_ERROR
#undef OS_ERROR_OWN
    GW_OSERR_COUNT
};

/* The fixed English text of an error; never NULL. */
const char *gw_oserr_text(enum gw_oserr err);

/* In the order of WASI 0.1. */
enum gw_filetype {
    GW_FILETYPE_UNKNOWN, /* pipes too */
    GW_FILETYPE_BLOCK,
    GW_FILETYPE_CHARACTER,
    GW_FILETYPE_DIRECTORY,
    GW_FILETYPE_REGULAR,
    GW_FILETYPE_DATAGRAM,
    GW_FILETYPE_STREAM,
    GW_FILETYPE_SYMLINK
};

struct gw_file_stat {
    uint64_t device, inode, links, size;
    uint64_t access_ns, modify_ns, change_ns; /* since 1970; 0 if before */
    enum gw_filetype type;
};

enum gw_file_time { GW_TIME_KEEP, GW_TIME_NOW, GW_TIME_SET };

struct gw_file_times {
    enum gw_file_time access, modify;
    uint64_t access_ns, modify_ns; /* with GW_TIME_SET */
};

struct gw_iov {
    void *data; /* only read from when writing */
    size_t size;
};

enum { GW_FILE_IOVS = 64 }; /* at most so many in one call */
enum gw_whence { GW_WHENCE_SET, GW_WHENCE_CUR, GW_WHENCE_END };
enum gw_advice {
    GW_ADVICE_NORMAL,
    GW_ADVICE_SEQUENTIAL,
    GW_ADVICE_RANDOM,
    GW_ADVICE_WILLNEED,
    GW_ADVICE_DONTNEED,
    GW_ADVICE_NOREUSE
};

/* ---- open files ---- */

/* Opens a regular file of the host by a trusted path, to read and perhaps to
 * write; GW_OSERR_INVAL when it is something else. */
enum gw_oserr gw_file_open(const char *path, bool write, int *fd);

void gw_file_close(int fd);
/* *done is the number of bytes moved, which may be fewer than asked; 0 from
 * a read is the end. */
enum gw_oserr gw_file_read(int fd, const struct gw_iov *iovs, size_t count,
                           size_t *done);
enum gw_oserr gw_file_write(int fd, const struct gw_iov *iovs, size_t count,
                            size_t *done);
enum gw_oserr gw_file_pread(int fd, const struct gw_iov *iovs, size_t count,
                            uint64_t offset, size_t *done);
enum gw_oserr gw_file_pwrite(int fd, const struct gw_iov *iovs, size_t count,
                             uint64_t offset, size_t *done);
enum gw_oserr gw_file_seek(int fd, int64_t offset, enum gw_whence whence,
                           uint64_t *position);
enum gw_oserr gw_file_stat(int fd, struct gw_file_stat *stat);
enum gw_oserr gw_file_set_size(int fd, uint64_t size);
enum gw_oserr gw_file_set_times(int fd, const struct gw_file_times *times);
/* Makes sure [offset, offset + size) has storage; never shrinks.
 * GW_OSERR_NOTSUP where the file system cannot. */
enum gw_oserr gw_file_allocate(int fd, uint64_t offset, uint64_t size);
enum gw_oserr gw_file_advise(int fd, uint64_t offset, uint64_t size,
                             enum gw_advice advice);
enum gw_oserr gw_file_sync(int fd, bool data_only);
enum gw_oserr gw_file_set_append(int fd, bool append);
bool gw_file_is_terminal(int fd);

/* ---- directories ---- */

/* Opens a directory of the host by a trusted path. */
enum gw_oserr gw_dir_open(const char *path, int *fd);

struct gw_dir_entry {
    uint64_t next; /* cookie of the entry after this one; never 0 */
    uint64_t inode;
    enum gw_filetype type; /* UNKNOWN when the file system does not say */
    const char *name;
    size_t name_size;
};

/* Hands out the entries from a cookie on (0: from the first, "." and ".."
 * among them) until `each` returns false or there are no more.  A cookie
 * that was never given out yields some entries, none, or GW_OSERR_INVAL.
 * Moves the position of the descriptor: one thread at a time. */
enum gw_oserr gw_dir_read(int fd, uint64_t cookie,
                          bool (*each)(void *env,
                                       const struct gw_dir_entry *entry),
                          void *env);

/* ---- paths of a guest ---- */

enum { GW_PATH_MAX = 4095, GW_NAME_MAX = 255 }; /* without the NUL */

struct gw_at {
    int dir;          /* the walk starts here and stays below */
    const char *path; /* ends with NUL */
    bool follow;      /* a symbolic link as last component */
    bool own_walk;    /* never use the kernel's beneath-resolution */
    bool no_links;    /* GW_OSERR_LOOP where a link would be followed */
};

enum {
    GW_OPEN_READ = 1 << 0,
    GW_OPEN_WRITE = 1 << 1,
    GW_OPEN_CREATE = 1 << 2,
    GW_OPEN_EXCLUSIVE = 1 << 3,
    GW_OPEN_TRUNCATE = 1 << 4,
    GW_OPEN_DIRECTORY = 1 << 5,
    GW_OPEN_APPEND = 1 << 6,
    GW_OPEN_DSYNC = 1 << 7,
    GW_OPEN_RSYNC = 1 << 8,
    GW_OPEN_SYNC = 1 << 9
};

/* The descriptor never blocks: pipes and devices report GW_OSERR_AGAIN. */
enum gw_oserr gw_at_open(const struct gw_at *at, uint32_t flags, int *fd);
enum gw_oserr gw_at_stat(const struct gw_at *at, struct gw_file_stat *stat);
enum gw_oserr gw_at_set_times(const struct gw_at *at,
                              const struct gw_file_times *times);
enum gw_oserr gw_at_make_dir(const struct gw_at *at);
enum gw_oserr gw_at_remove_dir(const struct gw_at *at);
enum gw_oserr gw_at_unlink(const struct gw_at *at);
/* An absolute target is refused: GW_OSERR_PERM. */
enum gw_oserr gw_at_symlink(const char *target, const struct gw_at *at);
/* Fills buffer up to size bytes, without a NUL; *used says how many. */
enum gw_oserr gw_at_read_link(const struct gw_at *at, char *buffer, size_t size,
                              size_t *used);
/* Links and renames act on the names themselves, never through a link. */
enum gw_oserr gw_at_link(const struct gw_at *from, const struct gw_at *to);
enum gw_oserr gw_at_rename(const struct gw_at *from, const struct gw_at *to);

/* ---- readiness ---- */

struct gw_poll {
    int fd; /* negative: never ready */
    bool read, write;
    bool ready, hangup; /* answers */
};

/* Waits until one is ready or timeout_ns has passed (0: only looks). */
enum gw_oserr gw_file_poll(struct gw_poll *polls, size_t count,
                           uint64_t timeout_ns);
/* Bytes that a read would give at once; 0 when unknown. */
uint64_t gw_file_pending(int fd);

/* ---- sockets ---- */

/* Listens on a numeric IPv4 or IPv6 address; port 0 lets the host choose
 * one.  *port tells which. */
enum gw_oserr gw_sock_listen(const char *address, uint16_t *port, int *fd);
/* None of these blocks or raises a signal. */
enum gw_oserr gw_sock_accept(int fd, int *connection);
enum gw_oserr gw_sock_receive(int fd, const struct gw_iov *iovs, size_t count,
                              bool peek, size_t *done, bool *truncated);
enum gw_oserr gw_sock_send(int fd, const struct gw_iov *iovs, size_t count,
                           size_t *done);
enum gw_oserr gw_sock_shutdown(int fd, bool read, bool write);

#endif
