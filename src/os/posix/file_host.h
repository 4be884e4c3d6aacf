/*
 * What the parts of the POSIX implementation of os/file.h share, and the few
 * calls that each system has in its own way (linux/file_kernel.c,
 * darwin/file_kernel.c).
 */
#ifndef GW_OS_POSIX_FILE_HOST_H
#define GW_OS_POSIX_FILE_HOST_H

#include "os/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#define RETRY(result, call) \
    do {                    \
        (result) = (call);  \
    } while ((result) == -1 && errno == EINTR)

enum gw_oserr gw_oserr_from_errno(int number);

/* GW_OSERR_OK when result is not -1, else what errno says. */
static inline enum gw_oserr
gw_oserr_of(int result)
{
    return result != -1 ? GW_OSERR_OK : gw_oserr_from_errno(errno);
}

size_t gw_iov_to_host(const struct gw_iov *iovs, size_t count,
                      struct iovec *host);
void gw_stat_from_host(const struct stat *host, struct gw_file_stat *stat);
void gw_times_to_host(const struct gw_file_times *times,
                      struct timespec host[2]);
enum gw_filetype gw_filetype_from_mode(mode_t mode);

/* Opens a path beneath its directory with the kernel's help; GW_OSERR_NOSYS when there
 * is none, or when it could not decide: then the caller walks itself.  oflags
 * are those of open(2) with O_CLOEXEC. */
enum gw_oserr gw_kernel_open(const struct gw_at *at, int oflags, int *fd);

/* ---- the walk in our own hands ---- */

enum { GW_WALK_DEPTH = 128, GW_WALK_LINKS = 40, GW_CREATE_MODE = 0666 };

/* Where a walk has arrived: a name in a directory that is held open.  name
 * is "." when the path ends in the directory itself. */
struct gw_walk {
    int stack[GW_WALK_DEPTH]; /* [0] is borrowed; ".." goes back */
    int top;
    unsigned links;
    bool no_links; /* as in struct gw_at */
    bool must_dir; /* a slash followed the last component */
    char name[GW_NAME_MAX + 1];
    char path[2 * GW_PATH_MAX + 2]; /* what is left to walk */
};

/* Walks to the last component, through it when at->follow (or a trailing
 * slash, unless the name is to be made) says so and it is a link.  Needs
 * gw_walk_end in any case. */
enum gw_oserr gw_walk(struct gw_walk *walk, const struct gw_at *at, bool make);
void gw_walk_end(struct gw_walk *walk);

static inline int
gw_walk_dir(const struct gw_walk *walk)
{
    return walk->stack[walk->top];
}

/* Opens beneath: by the kernel, else by the walk. */
enum gw_oserr gw_open_beneath(const struct gw_at *at, int oflags, int *fd);

/* Flags that open a directory only to walk through it. */
extern const int gw_walk_oflags;

#endif
