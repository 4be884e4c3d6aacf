#include "os/file.h"
#include "os/posix/file_host.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

const char *
gw_oserr_text(enum gw_oserr err)
{
    static const char *const texts[GW_OSERR_COUNT] = {
#define OS_ERROR_OWN(ident, text) text,
#define OS_ERROR(ident, text) text,
#include "os/error.def"
#undef OS_ERROR
#undef OS_ERROR_OWN
    };
    assert((unsigned)err < GW_OSERR_COUNT);
    return texts[err];
}

enum gw_oserr
gw_oserr_from_errno(int number)
{
    if (number == EOPNOTSUPP)
        return GW_OSERR_NOTSUP;
    switch (number) {
#define OS_ERROR_OWN(ident, text)
#define OS_ERROR(ident, text) \
    case E##ident:            \
        return GW_OSERR_##ident;
#include "os/error.def"
#undef OS_ERROR
#undef OS_ERROR_OWN
    default:
        return GW_OSERR_IO;
    }
}

/* ---- conversions ---- */

size_t
gw_iov_to_host(const struct gw_iov *iovs, size_t count, struct iovec *host)
{
    assert(count <= GW_FILE_IOVS);
    for (size_t i = 0; i < count; i++) {
        host[i].iov_base = iovs[i].data;
        host[i].iov_len = iovs[i].size;
    }
    return count;
}

enum gw_filetype
gw_filetype_from_mode(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFBLK:
        return GW_FILETYPE_BLOCK;
    case S_IFCHR:
        return GW_FILETYPE_CHARACTER;
    case S_IFDIR:
        return GW_FILETYPE_DIRECTORY;
    case S_IFREG:
        return GW_FILETYPE_REGULAR;
    case S_IFSOCK:
        return GW_FILETYPE_STREAM;
    case S_IFLNK:
        return GW_FILETYPE_SYMLINK;
    default:
        return GW_FILETYPE_UNKNOWN;
    }
}

static uint64_t
time_from_host(struct timespec time)
{
    if (time.tv_sec < 0 || (uint64_t)time.tv_sec >= UINT64_MAX / 1000000000)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void
gw_stat_from_host(const struct stat *host, struct gw_file_stat *stat)
{
    stat->device = (uint64_t)host->st_dev;
    stat->inode = (uint64_t)host->st_ino;
    stat->links = (uint64_t)host->st_nlink;
    stat->size = (uint64_t)host->st_size;
    stat->type = gw_filetype_from_mode(host->st_mode);
#if defined(__APPLE__)
    stat->access_ns = time_from_host(host->st_atimespec);
    stat->modify_ns = time_from_host(host->st_mtimespec);
    stat->change_ns = time_from_host(host->st_ctimespec);
#else
    stat->access_ns = time_from_host(host->st_atim);
    stat->modify_ns = time_from_host(host->st_mtim);
    stat->change_ns = time_from_host(host->st_ctim);
#endif
}

static struct timespec
time_to_host(enum gw_file_time what, uint64_t time_ns)
{
    struct timespec time = { 0 };
    if (what == GW_TIME_SET) {
        time.tv_sec = (time_t)(time_ns / 1000000000);
        time.tv_nsec = (long)(time_ns % 1000000000);
    } else {
        time.tv_nsec = what == GW_TIME_NOW ? UTIME_NOW : UTIME_OMIT;
    }
    return time;
}

void
gw_times_to_host(const struct gw_file_times *times, struct timespec host[2])
{
    host[0] = time_to_host(times->access, times->access_ns);
    host[1] = time_to_host(times->modify, times->modify_ns);
}

/* ---- reading and writing ---- */

static enum gw_oserr
moved(ssize_t result, size_t *done)
{
    *done = result < 0 ? 0 : (size_t)result;
    return result < 0 ? gw_oserr_from_errno(errno) : GW_OSERR_OK;
}

enum gw_oserr
gw_file_open(const char *path, bool write, int *fd)
{
    struct stat host;
    int flags = (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    RETRY(*fd, open(path, flags));
    if (*fd == -1)
        return gw_oserr_from_errno(errno);
    if (fstat(*fd, &host) == 0 && S_ISREG(host.st_mode))
        return GW_OSERR_OK;
    gw_file_close(*fd);
    return GW_OSERR_INVAL;
}

void
gw_file_close(int fd)
{
    /* Not retried: after EINTR the descriptor is gone all the same. */
    (void)close(fd);
}

enum gw_oserr
gw_file_read(int fd, const struct gw_iov *iovs, size_t count, size_t *done)
{
    struct iovec host[GW_FILE_IOVS];
    int n = (int)gw_iov_to_host(iovs, count, host);
    ssize_t result;
    RETRY(result, readv(fd, host, n));
    return moved(result, done);
}

enum gw_oserr
gw_file_write(int fd, const struct gw_iov *iovs, size_t count, size_t *done)
{
    struct iovec host[GW_FILE_IOVS];
    int n = (int)gw_iov_to_host(iovs, count, host);
    ssize_t result;
    RETRY(result, writev(fd, host, n));
    return moved(result, done);
}

enum gw_oserr
gw_file_pread(int fd, const struct gw_iov *iovs, size_t count, uint64_t offset,
              size_t *done)
{
    struct iovec host[GW_FILE_IOVS];
    int n = (int)gw_iov_to_host(iovs, count, host);
    ssize_t result;
    *done = 0;
    if (offset > INT64_MAX)
        return GW_OSERR_INVAL;
    RETRY(result, preadv(fd, host, n, (off_t)offset));
    return moved(result, done);
}

enum gw_oserr
gw_file_pwrite(int fd, const struct gw_iov *iovs, size_t count, uint64_t offset,
               size_t *done)
{
    struct iovec host[GW_FILE_IOVS];
    int n = (int)gw_iov_to_host(iovs, count, host);
    ssize_t result;
    *done = 0;
    if (offset > INT64_MAX)
        return GW_OSERR_INVAL;
    RETRY(result, pwritev(fd, host, n, (off_t)offset));
    return moved(result, done);
}

enum gw_oserr
gw_file_seek(int fd, int64_t offset, enum gw_whence whence, uint64_t *position)
{
    static const int host[] = { SEEK_SET, SEEK_CUR, SEEK_END };
    off_t result = lseek(fd, (off_t)offset, host[whence]);
    *position = result < 0 ? 0 : (uint64_t)result;
    return result < 0 ? gw_oserr_from_errno(errno) : GW_OSERR_OK;
}

/* ---- everything else on an open file ---- */

enum gw_oserr
gw_file_stat(int fd, struct gw_file_stat *stat)
{
    struct stat host;
    if (fstat(fd, &host) != 0)
        return gw_oserr_from_errno(errno);
    gw_stat_from_host(&host, stat);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_file_set_size(int fd, uint64_t size)
{
    int result;
    if (size > INT64_MAX)
        return GW_OSERR_INVAL;
    RETRY(result, ftruncate(fd, (off_t)size));
    return gw_oserr_of(result);
}

enum gw_oserr
gw_file_set_times(int fd, const struct gw_file_times *times)
{
    struct timespec host[2];
    gw_times_to_host(times, host);
    return gw_oserr_of(futimens(fd, host));
}

enum gw_oserr
gw_file_sync(int fd, bool data_only)
{
    int result;
#if defined(__APPLE__)
    (void)data_only;
    RETRY(result, fsync(fd));
#else
    RETRY(result, data_only ? fdatasync(fd) : fsync(fd));
#endif
    return gw_oserr_of(result);
}

enum gw_oserr
gw_file_set_append(int fd, bool append)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1)
        return gw_oserr_from_errno(errno);
    flags = append ? flags | O_APPEND : flags & ~O_APPEND;
    return gw_oserr_of(fcntl(fd, F_SETFL, flags));
}

bool
gw_file_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

enum gw_oserr
gw_dir_open(const char *path, int *fd)
{
    RETRY(*fd, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return gw_oserr_of(*fd);
}
