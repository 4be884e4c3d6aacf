/* Open files and directories of a tree. */
#include "wasi/tree_node.h"

/* ---- looking ---- */

enum gw_oserr
gw_node_stat(const struct gw_tree *tree, const struct gw_node *node,
             struct gw_file_stat *stat)
{
    *stat = (struct gw_file_stat){ .device = tree->device,
                                   .inode = node->inode,
                                   .links = node->links,
                                   .access_ns = node->access_ns,
                                   .modify_ns = node->modify_ns,
                                   .change_ns = node->change_ns,
                                   .type = node->type };
    if (node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_OK;
    return gw_node_size(node, &stat->size);
}

static enum gw_oserr
tree_stat(struct gw_wasi_file *file, struct gw_file_stat *stat)
{
    gw_os_mutex_lock(&file->tree->lock);
    enum gw_oserr err = gw_node_stat(file->tree, file->node, stat);
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

static void
set_time(uint64_t *time, enum gw_file_time what, uint64_t ns, uint64_t now)
{
    if (what != GW_TIME_KEEP)
        *time = what == GW_TIME_SET ? ns : now;
}

void
gw_node_set_times(struct gw_node *node, const struct gw_file_times *times)
{
    uint64_t now = 0;
    (void)gw_os_clock_time(GW_OS_CLOCK_REALTIME, &now);
    set_time(&node->access_ns, times->access, times->access_ns, now);
    set_time(&node->modify_ns, times->modify, times->modify_ns, now);
    node->change_ns = now;
}

static enum gw_oserr
tree_set_times(struct gw_wasi_file *file, const struct gw_file_times *times)
{
    bool fixed = file->tree->frozen || file->node->read_only;
    if (fixed)
        return GW_OSERR_ROFS;
    gw_os_mutex_lock(&file->tree->lock);
    gw_node_set_times(file->node, times);
    gw_os_mutex_unlock(&file->tree->lock);
    return GW_OSERR_OK;
}

/* ---- bytes ---- */

static enum gw_oserr
tree_pread(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
           uint64_t offset, size_t *done)
{
    *done = 0;
    if (file->node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_ISDIR;
    gw_os_mutex_lock(&file->tree->lock);
    enum gw_oserr err = gw_node_read(file->node, iovs, count, offset, done);
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

/* Needs the lock. */
static enum gw_oserr
write_at(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
         uint64_t *offset, size_t *done)
{
    enum gw_oserr err = GW_OSERR_OK;
    *done = 0;
    if (file->node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_ISDIR;
    if (file->tree->frozen || file->node->read_only)
        return GW_OSERR_ROFS;
    if (atomic_load(&file->flags) & GW_FDFLAG_APPEND)
        err = gw_node_size(file->node, offset);
    if (err == GW_OSERR_OK)
        err = gw_node_write(file->tree, file->node, iovs, count, *offset, done);
    return err;
}

static enum gw_oserr
tree_pwrite(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
            uint64_t offset, size_t *done)
{
    gw_os_mutex_lock(&file->tree->lock);
    enum gw_oserr err = write_at(file, iovs, count, &offset, done);
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

static enum gw_oserr
tree_read(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
          size_t *done)
{
    *done = 0;
    if (file->node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_ISDIR;
    gw_os_mutex_lock(&file->tree->lock);
    enum gw_oserr err = gw_node_read(file->node, iovs, count, file->position,
                                     done);
    file->position += *done;
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

static enum gw_oserr
tree_write(struct gw_wasi_file *file, const struct gw_iov *iovs, size_t count,
           size_t *done)
{
    gw_os_mutex_lock(&file->tree->lock);
    uint64_t offset = file->position;
    enum gw_oserr err = write_at(file, iovs, count, &offset, done);
    if (err == GW_OSERR_OK)
        file->position = offset + *done;
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

/* ---- position and size ---- */

static enum gw_oserr
tree_seek(struct gw_wasi_file *file, int64_t offset, enum gw_whence whence,
          uint64_t *position)
{
    uint64_t base = 0;
    enum gw_oserr err = GW_OSERR_OK;
    gw_os_mutex_lock(&file->tree->lock);
    if (whence == GW_WHENCE_CUR)
        base = file->position;
    else if (whence == GW_WHENCE_END)
        err = gw_node_size(file->node, &base);
    /* base is at most INT64_MAX: the sum stays within 64 bits. */
    uint64_t sum = base + (uint64_t)offset;
    if (err == GW_OSERR_OK && sum > INT64_MAX)
        err = GW_OSERR_INVAL;
    if (err == GW_OSERR_OK)
        *position = file->position = sum;
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

static enum gw_oserr
tree_set_size(struct gw_wasi_file *file, uint64_t size)
{
    if (file->tree->frozen || file->node->read_only)
        return GW_OSERR_ROFS;
    gw_os_mutex_lock(&file->tree->lock);
    enum gw_oserr err = gw_node_set_size(file->tree, file->node, size);
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

static enum gw_oserr
tree_allocate(struct gw_wasi_file *file, uint64_t offset, uint64_t size)
{
    uint64_t old;
    if (size == 0 || offset > INT64_MAX || size > INT64_MAX)
        return GW_OSERR_INVAL;
    if (offset + size > INT64_MAX)
        return GW_OSERR_FBIG;
    if (file->tree->frozen || file->node->read_only)
        return GW_OSERR_ROFS;
    gw_os_mutex_lock(&file->tree->lock);
    enum gw_oserr err = gw_node_size(file->node, &old);
    if (err == GW_OSERR_OK && offset + size > old)
        err = gw_node_set_size(file->tree, file->node, offset + size);
    gw_os_mutex_unlock(&file->tree->lock);
    return err;
}

static enum gw_oserr
tree_advise(struct gw_wasi_file *file, uint64_t offset, uint64_t size,
            enum gw_advice advice)
{
    (void)file, (void)advice;
    return offset > INT64_MAX || size > INT64_MAX ? GW_OSERR_INVAL
                                                  : GW_OSERR_OK;
}

static enum gw_oserr
tree_sync(struct gw_wasi_file *file, bool data_only)
{
    return file->node->host >= 0 ? gw_file_sync(file->node->host, data_only)
                                 : GW_OSERR_OK;
}

/* The flag itself is the file's: write_at looks at it. */
static enum gw_oserr
tree_set_append(struct gw_wasi_file *file, bool append)
{
    (void)file, (void)append;
    return GW_OSERR_OK;
}

/* ---- directories ---- */

static bool
hand_out(const struct gw_node *node, const char *name, size_t size,
         uint64_t next,
         bool (*each)(void *env, const struct gw_dir_entry *entry), void *env)
{
    struct gw_dir_entry entry = { next, node->inode, node->type, name, size };
    return each(env, &entry);
}

static enum gw_oserr
tree_read_dir(struct gw_wasi_file *file, uint64_t cookie,
              bool (*each)(void *env, const struct gw_dir_entry *entry),
              void *env)
{
    const struct gw_node *dir = file->node;
    if (dir->type != GW_FILETYPE_DIRECTORY)
        return GW_OSERR_NOTDIR;
    if (cookie > INT64_MAX)
        return GW_OSERR_INVAL;
    gw_os_mutex_lock(&file->tree->lock);
    bool more = cookie > 0 || hand_out(dir, ".", 1, 1, each, env);
    if (more && cookie <= 1)
        more = hand_out(dir, "..", 2, 2, each, env);
    for (const struct gw_entry *e = dir->first; e && more; e = e->next)
        if (e->number >= cookie)
            more = hand_out(e->node, e->name, e->size, e->number + 1, each,
                            env);
    gw_os_mutex_unlock(&file->tree->lock);
    return GW_OSERR_OK;
}

/* ---- opening and closing ---- */

static void
tree_close(struct gw_wasi_file *file)
{
    gw_os_mutex_lock(&file->tree->lock);
    file->node->opens--;
    gw_node_drop(file->tree, file->node);
    gw_os_mutex_unlock(&file->tree->lock);
}

const struct gw_wasi_fileops gw_tree_fileops = {
    .read = tree_read,
    .write = tree_write,
    .pread = tree_pread,
    .pwrite = tree_pwrite,
    .seek = tree_seek,
    .stat = tree_stat,
    .set_size = tree_set_size,
    .set_times = tree_set_times,
    .allocate = tree_allocate,
    .advise = tree_advise,
    .sync = tree_sync,
    .set_append = tree_set_append,
    .read_dir = tree_read_dir,
    .close = tree_close,
    .paths = &gw_tree_pathops,
};

enum gw_oserr
gw_tree_open_node(struct gw_tree *tree, struct gw_alloc *alloc,
                  struct gw_node *node, unsigned fdflags,
                  struct gw_wasi_file **out)
{
    struct gw_wasi_file *file = gw_wasi_file_new(alloc, &gw_tree_fileops);
    if (!file)
        return GW_OSERR_NOMEM;
    file->tree = tree;
    file->node = node;
    file->type = node->type;
    file->kind = node->type == GW_FILETYPE_DIRECTORY ? GW_FOR_DIRECTORY
                                                     : GW_FOR_REGULAR;
    atomic_init(&file->flags, fdflags);
    node->opens++;
    *out = file;
    return GW_OSERR_OK;
}
