/* File operations where the system has no help beyond POSIX. */
#include "os/posix/file_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum gw_oserr
gw_kernel_open(const struct gw_at *at, int oflags, int *fd)
{
    (void)at, (void)oflags;
    *fd = -1;
    return GW_OSERR_NOSYS;
}

enum gw_oserr
gw_file_allocate(int fd, uint64_t offset, uint64_t size)
{
    (void)fd;
    return size == 0 || offset > INT64_MAX || size > INT64_MAX
               ? GW_OSERR_INVAL
               : GW_OSERR_NOTSUP;
}

/* Advice may be ignored. */
enum gw_oserr
gw_file_advise(int fd, uint64_t offset, uint64_t size, enum gw_advice advice)
{
    (void)fd, (void)advice;
    return offset > INT64_MAX || size > INT64_MAX ? GW_OSERR_INVAL
                                                  : GW_OSERR_OK;
}

static enum gw_filetype
type_from_dirent(unsigned type)
{
    /* The types of directory entries are those of st_mode, shifted. */
    return gw_filetype_from_mode((mode_t)(type << 12));
}

/* A cookie is the number of entries before it: positions of telldir live
 * only as long as their stream. */
enum gw_oserr
gw_dir_read(int fd, uint64_t cookie,
            bool (*each)(void *env, const struct gw_dir_entry *entry),
            void *env)
{
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy == -1)
        return gw_oserr_from_errno(errno);
    DIR *dir = fdopendir(copy);
    if (!dir) {
        enum gw_oserr err = gw_oserr_from_errno(errno);
        gw_file_close(copy);
        return err;
    }
    struct dirent *host;
    errno = 0;
    for (uint64_t next = 1; (host = readdir(dir)) != NULL; next++) {
        struct gw_dir_entry entry = { 0 };
        entry.next = next;
        entry.inode = (uint64_t)host->d_ino;
        entry.type = type_from_dirent(host->d_type);
        entry.name = host->d_name;
        entry.name_size = strlen(host->d_name);
        if (next > cookie && !each(env, &entry)) {
            errno = 0;
            break;
        }
    }
    enum gw_oserr err = errno ? gw_oserr_from_errno(errno) : GW_OSERR_OK;
    (void)closedir(dir);
    return err;
}
