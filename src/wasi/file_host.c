/* Files and directories of the host: the functions of os/file.h. */
#include "wasi/file.h"

static enum gw_oserr
host_read(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
          size_t *done)
{
    return gw_file_read(file->host, iovs, count, done);
}

static enum gw_oserr
host_write(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
           size_t *done)
{
    return gw_file_write(file->host, iovs, count, done);
}

static enum gw_oserr
socket_write(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
             size_t *done)
{
    return gw_sock_send(file->host, iovs, count, done);
}

static enum gw_oserr
host_pread(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
           uint64_t offset, size_t *done)
{
    return gw_file_pread(file->host, iovs, count, offset, done);
}

static enum gw_oserr
host_pwrite(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
            uint64_t offset, size_t *done)
{
    return gw_file_pwrite(file->host, iovs, count, offset, done);
}

static enum gw_oserr
host_seek(struct gw_wasi_file *file, int64_t offset, enum gw_whence whence,
          uint64_t *position)
{
    return gw_file_seek(file->host, offset, whence, position);
}

static enum gw_oserr
host_stat(struct gw_wasi_file *file, struct gw_file_stat *stat)
{
    return gw_file_stat(file->host, stat);
}

static enum gw_oserr
host_set_size(struct gw_wasi_file *file, uint64_t size)
{
    return gw_file_set_size(file->host, size);
}

static enum gw_oserr
host_set_times(struct gw_wasi_file *file, const struct gw_file_times *times)
{
    return gw_file_set_times(file->host, times);
}

static enum gw_oserr
host_allocate(struct gw_wasi_file *file, uint64_t offset, uint64_t size)
{
    return gw_file_allocate(file->host, offset, size);
}

static enum gw_oserr
host_advise(struct gw_wasi_file *file, uint64_t offset, uint64_t size,
            enum gw_advice advice)
{
    return gw_file_advise(file->host, offset, size, advice);
}

static enum gw_oserr
host_sync(struct gw_wasi_file *file, bool data_only)
{
    return gw_file_sync(file->host, data_only);
}

/* Who opened the description may share it with others. */
static enum gw_oserr
host_set_append(struct gw_wasi_file *file, bool append)
{
    return file->owned ? gw_file_set_append(file->host, append)
                       : GW_OSERR_NOTSUP;
}

/* File systems that do not say what an entry is are asked again. */
struct reading {
    int dir;
    bool (*each)(void *env, const struct gw_dir_entry *entry);
    void *env;
};

static bool
with_type(void *env, const struct gw_dir_entry *entry)
{
    const struct reading *reading = env;
    struct gw_dir_entry known = *entry;
    struct gw_at at = { reading->dir, entry->name, false, true, false };
    struct gw_file_stat stat;
    if (entry->type == GW_FILETYPE_UNKNOWN && strcmp(entry->name, "..") != 0 &&
        gw_at_stat(&at, &stat) == GW_OSERR_OK)
        known.type = stat.type;
    return reading->each(reading->env, &known);
}

static enum gw_oserr
host_read_dir(struct gw_wasi_file *file, uint64_t cookie,
              bool (*each)(void *env, const struct gw_dir_entry *entry),
              void *env)
{
    struct reading reading = { file->host, each, env };
    gw_os_mutex_lock(&file->lock);
    enum gw_oserr err = gw_dir_read(file->host, cookie, with_type, &reading);
    gw_os_mutex_unlock(&file->lock);
    return err;
}

static void
host_close(struct gw_wasi_file *file)
{
    if (file->owned)
        gw_file_close(file->host);
}

/* ---- paths ---- */

static struct gw_at
host_at(const struct gw_wasi_at *at)
{
    return (struct gw_at){ at->dir->host, at->path, at->follow, at->own_walk,
                           at->no_links };
}

static enum gw_oserr
host_open(const struct gw_wasi_at *at, uint32_t flags, unsigned fdflags,
          struct gw_wasi_file **out)
{
    struct gw_at host = host_at(at);
    int fd;
    enum gw_oserr err = gw_at_open(&host, flags, &fd);
    if (err != GW_OSERR_OK)
        return err;
    return gw_wasi_file_host(at->dir->alloc, fd, true, fdflags, out);
}

static enum gw_oserr
path_stat(const struct gw_wasi_at *at, struct gw_file_stat *stat)
{
    struct gw_at host = host_at(at);
    return gw_at_stat(&host, stat);
}

static enum gw_oserr
path_set_times(const struct gw_wasi_at *at, const struct gw_file_times *times)
{
    struct gw_at host = host_at(at);
    return gw_at_set_times(&host, times);
}

static enum gw_oserr
path_make_dir(const struct gw_wasi_at *at)
{
    struct gw_at host = host_at(at);
    return gw_at_make_dir(&host);
}

static enum gw_oserr
path_remove_dir(const struct gw_wasi_at *at)
{
    struct gw_at host = host_at(at);
    return gw_at_remove_dir(&host);
}

static enum gw_oserr
path_unlink(const struct gw_wasi_at *at)
{
    struct gw_at host = host_at(at);
    return gw_at_unlink(&host);
}

static enum gw_oserr
path_read_link(const struct gw_wasi_at *at, char *buffer, size_t size,
               size_t *used)
{
    struct gw_at host = host_at(at);
    return gw_at_read_link(&host, buffer, size, used);
}

static enum gw_oserr
path_symlink(const char *target, const struct gw_wasi_at *at)
{
    struct gw_at host = host_at(at);
    return gw_at_symlink(target, &host);
}

static enum gw_oserr
path_link(const struct gw_wasi_at *from, const struct gw_wasi_at *to)
{
    struct gw_at source = host_at(from), target = host_at(to);
    return gw_at_link(&source, &target);
}

static enum gw_oserr
path_rename(const struct gw_wasi_at *from, const struct gw_wasi_at *to)
{
    struct gw_at source = host_at(from), target = host_at(to);
    return gw_at_rename(&source, &target);
}

static const struct gw_wasi_pathops host_paths = {
    .open = host_open,
    .stat = path_stat,
    .set_times = path_set_times,
    .make_dir = path_make_dir,
    .remove_dir = path_remove_dir,
    .unlink = path_unlink,
    .symlink = path_symlink,
    .read_link = path_read_link,
    .link = path_link,
    .rename = path_rename,
};

static const struct gw_wasi_fileops host_ops = {
    .read = host_read,
    .write = host_write,
    .pread = host_pread,
    .pwrite = host_pwrite,
    .seek = host_seek,
    .stat = host_stat,
    .set_size = host_set_size,
    .set_times = host_set_times,
    .allocate = host_allocate,
    .advise = host_advise,
    .sync = host_sync,
    .set_append = host_set_append,
    .read_dir = host_read_dir,
    .close = host_close,
    .paths = &host_paths,
};

static const struct gw_wasi_fileops socket_ops = {
    .read = host_read,
    .write = socket_write,
    .pread = host_pread,
    .pwrite = host_pwrite,
    .seek = host_seek,
    .stat = host_stat,
    .sync = host_sync,
    .set_append = host_set_append,
    .close = host_close,
};

/* ---- making ---- */

/* A terminal counts as a pipe: without the rights to seek, which is how the
 * guest's C library knows one. */
static unsigned
kind_of(enum gw_filetype type, int host)
{
    switch (type) {
    case GW_FILETYPE_REGULAR:
        return GW_FOR_REGULAR;
    case GW_FILETYPE_DIRECTORY:
        return GW_FOR_DIRECTORY;
    case GW_FILETYPE_STREAM:
    case GW_FILETYPE_DATAGRAM:
        return GW_FOR_SOCKET;
    case GW_FILETYPE_CHARACTER:
    case GW_FILETYPE_BLOCK:
        return gw_file_is_terminal(host) ? GW_FOR_PIPE : GW_FOR_DEVICE;
    default:
        return GW_FOR_PIPE;
    }
}

enum gw_oserr
gw_wasi_file_host(struct gw_alloc *alloc, int host, bool owned, unsigned flags,
                  struct gw_wasi_file **out)
{
    struct gw_file_stat stat;
    struct gw_wasi_file *file = NULL;
    enum gw_oserr err = gw_file_stat(host, &stat);
    if (err == GW_OSERR_OK) {
        file = gw_wasi_file_new(alloc, &host_ops);
        err = file ? GW_OSERR_OK : GW_OSERR_NOMEM;
    }
    if (err != GW_OSERR_OK) {
        if (owned)
            gw_file_close(host);
        return err;
    }
    file->host = host;
    file->owned = owned;
    file->type = stat.type;
    file->kind = kind_of(stat.type, host);
    if (file->kind == GW_FOR_SOCKET)
        file->ops = &socket_ops;
    file->waits = file->kind != GW_FOR_REGULAR &&
                  file->kind != GW_FOR_DIRECTORY;
    atomic_init(&file->flags, flags);
    *out = file;
    return GW_OSERR_OK;
}
