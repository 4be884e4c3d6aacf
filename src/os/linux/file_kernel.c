/* File operations that Linux has in its own way. */
#include "os/posix/file_host.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in <linux/openat2.h>, which older systems lack. */
struct open_how {
    uint64_t flags, mode, resolve;
};
enum {
    RESOLVE_BENEATH_ONLY = 0x08 | 0x02, /* BENEATH, NO_MAGICLINKS */
    RESOLVE_NO_LINKS = 0x04
};
enum { OPEN_TRIES = 32 };

/* EXDEV is how the kernel says that the path would leave.  EAGAIN: something
 * was renamed under a ".." just then.  EPERM may come from a system-call
 * filter that has never heard of openat2; the walk gives its own answer. */
enum gw_oserr
gw_kernel_open(const struct gw_at *at, int oflags, int *fd)
{
#if defined(SYS_openat2)
    struct open_how how = { 0 };
    how.flags = (uint64_t)(unsigned)oflags;
    how.mode = oflags & O_CREAT ? GW_CREATE_MODE : 0;
    how.resolve = RESOLVE_BENEATH_ONLY;
    if (at->no_links)
        how.resolve |= RESOLVE_NO_LINKS;
    for (int i = 0; i < OPEN_TRIES; i++) {
        *fd = (int)syscall(SYS_openat2, at->dir, at->path, &how, sizeof how);
        if (*fd >= 0)
            return GW_OSERR_OK;
        if (errno == EXDEV)
            return GW_OSERR_PERM;
        if (errno == EPERM)
            return GW_OSERR_NOSYS;
        if (errno != EAGAIN && errno != EINTR)
            return gw_oserr_from_errno(errno);
    }
#endif
    (void)at, (void)oflags;
    *fd = -1;
    return GW_OSERR_NOSYS;
}

enum gw_oserr
gw_file_allocate(int fd, uint64_t offset, uint64_t size)
{
    int result;
    if (size == 0 || offset > INT64_MAX || size > INT64_MAX)
        return GW_OSERR_INVAL;
    if (offset + size > INT64_MAX)
        return GW_OSERR_FBIG;
    RETRY(result, fallocate(fd, 0, (off_t)offset, (off_t)size));
    return gw_oserr_of(result);
}

enum gw_oserr
gw_file_advise(int fd, uint64_t offset, uint64_t size, enum gw_advice advice)
{
    static const int host[] = {
        POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
        POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE,
    };
    if (offset > INT64_MAX || size > INT64_MAX)
        return GW_OSERR_INVAL;
    int number = posix_fadvise(fd, (off_t)offset, (off_t)size, host[advice]);
    return number == 0 ? GW_OSERR_OK : gw_oserr_from_errno(number);
}

/* ---- directories ---- */

/* What getdents64(2) writes. */
struct linux_dirent {
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
    char name[];
};
enum { DIRENT_NAME = 19 };

static enum gw_filetype
type_from_dirent(uint8_t type)
{
    /* The types of directory entries are those of st_mode, shifted. */
    return gw_filetype_from_mode((mode_t)type << 12);
}

/* Hands out the entries of one buffer; false when `each` had enough. */
static bool
hand_out(const char *buffer, size_t size,
         bool (*each)(void *env, const struct gw_dir_entry *entry), void *env)
{
    for (size_t at = 0; at < size;) {
        struct linux_dirent head;
        memcpy(&head, buffer + at, DIRENT_NAME);
        struct gw_dir_entry entry = { 0 };
        entry.next = (uint64_t)head.next;
        entry.inode = head.inode;
        entry.type = type_from_dirent(head.type);
        entry.name = buffer + at + DIRENT_NAME;
        entry.name_size = strlen(entry.name);
        if (!each(env, &entry))
            return false;
        at += head.size;
    }
    return true;
}

enum gw_oserr
gw_dir_read(int fd, uint64_t cookie,
            bool (*each)(void *env, const struct gw_dir_entry *entry),
            void *env)
{
    char buffer[8192];
    if (cookie > INT64_MAX)
        return GW_OSERR_INVAL;
    if (lseek(fd, (off_t)cookie, SEEK_SET) == (off_t)-1)
        return gw_oserr_from_errno(errno);
    for (;;) {
        long size = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
        if (size < 0)
            return gw_oserr_from_errno(errno);
        if (size == 0 || !hand_out(buffer, (size_t)size, each, env))
            return GW_OSERR_OK;
    }
}
