/* What a guest does with an open descriptor, besides moving bytes. */
#include "wasi/p1/p1.h"

/* ---- layouts ---- */

void
gw_p1_put_filestat(const struct gw_p1 *p, uint8_t *to,
                   const struct gw_file_stat *stat)
{
    memset(to, 0, gw_p1_filestat_size(p));
    gw_p1_put_u64(to, stat->device);
    gw_p1_put_u64(to + 8, stat->inode);
    to[16] = (uint8_t)stat->type;
    if (p->unstable) {
        gw_p1_put_u32(to + 20, (uint32_t)stat->links);
        to += 24;
    } else {
        gw_p1_put_u64(to + 24, stat->links);
        to += 32;
    }
    gw_p1_put_u64(to, stat->size);
    gw_p1_put_u64(to + 8, stat->access_ns);
    gw_p1_put_u64(to + 16, stat->modify_ns);
    gw_p1_put_u64(to + 24, stat->change_ns);
}

enum gw_oserr
gw_p1_times(uint64_t access_ns, uint64_t modify_ns, uint32_t flags,
            struct gw_file_times *times)
{
    static const enum gw_file_time what[] = { GW_TIME_KEEP, GW_TIME_SET,
                                              GW_TIME_NOW };
    if (flags > 15 || (flags & 3) == 3 || (flags >> 2) == 3)
        return GW_OSERR_INVAL;
    times->access = what[flags & 3];
    times->modify = what[flags >> 2];
    times->access_ns = access_ns;
    times->modify_ns = modify_ns;
    return GW_OSERR_OK;
}

/* ---- fdstat ---- */

enum gw_oserr
gw_p1_fd_fdstat_get(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = gw_p1_fd(p, args[0].u32, 0, &entry);
    if (err != GW_OSERR_OK)
        return err;
    uint8_t *to = gw_p1_at(p, args[1].u32, 24);
    if (to) {
        memset(to, 0, 24);
        to[0] = (uint8_t)entry.file->type;
        gw_p1_put_u16(to + 2, atomic_load(&entry.file->flags));
        gw_p1_put_u64(to + 8, entry.base);
        gw_p1_put_u64(to + 16, entry.inheriting);
    }
    gw_wasi_file_unref(entry.file);
    return to ? GW_OSERR_OK : GW_OSERR_FAULT;
}

/* O_NONBLOCK is never set on the host's description, which other processes
 * may share; gw_p1_wait obeys the guest's flag instead. */
static enum gw_oserr
set_flags(struct gw_wasi_file *file, unsigned flags)
{
    unsigned old = atomic_load(&file->flags), changed = flags ^ old;
    enum gw_oserr err = GW_OSERR_OK;
    if (flags & ~(unsigned)GW_FDFLAG_ALL)
        return GW_OSERR_INVAL;
    if (changed & (GW_FDFLAG_DSYNC | GW_FDFLAG_RSYNC | GW_FDFLAG_SYNC))
        return GW_OSERR_NOTSUP;
    if ((changed & GW_FDFLAG_APPEND) && !file->ops->set_append)
        return GW_OSERR_NOTSUP;
    if (changed & GW_FDFLAG_APPEND)
        err = file->ops->set_append(file, (flags & GW_FDFLAG_APPEND) != 0);
    if (err == GW_OSERR_OK)
        atomic_store(&file->flags, flags);
    return err;
}

enum gw_oserr
gw_p1_fd_fdstat_set_flags(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = gw_p1_fd(p, args[0].u32, GW_RIGHT(FD_FDSTAT_SET_FLAGS),
                                 &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = set_flags(entry.file, args[1].u32);
    gw_wasi_file_unref(entry.file);
    return err;
}

enum gw_oserr
gw_p1_fd_fdstat_set_rights(struct gw_p1 *p, const union gw_slot *args)
{
    return gw_fdtable_set_rights(&p->wasi->fds, args[0].u32, args[1].u64,
                                 args[2].u64);
}

/* ---- filestat ---- */

enum gw_oserr
gw_p1_fd_filestat_get(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    struct gw_file_stat stat = { 0 };
    enum gw_oserr err = gw_p1_fd(p, args[0].u32, GW_RIGHT(FD_FILESTAT_GET),
                                 &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = entry.file->ops->stat(entry.file, &stat);
    stat.type = entry.file->type;
    gw_wasi_file_unref(entry.file);
    if (err != GW_OSERR_OK)
        return err;
    uint8_t *to = gw_p1_at(p, args[1].u32, gw_p1_filestat_size(p));
    if (!to)
        return GW_OSERR_FAULT;
    gw_p1_put_filestat(p, to, &stat);
    return GW_OSERR_OK;
}

/* The file behind a descriptor with these rights, which are those of one that
 * has storage; made files have none. */
static enum gw_oserr
stored_fd(struct gw_p1 *p, uint32_t fd, uint64_t rights, struct gw_fd *entry)
{
    enum gw_oserr err = gw_p1_fd(p, fd, rights, entry);
    if (err != GW_OSERR_OK)
        return err;
    if ((rights & gw_rights_for(GW_CHANGES)) && entry->file->read_only)
        err = GW_OSERR_ROFS;
    else if (!entry->file->ops->set_size)
        err = GW_OSERR_INVAL;
    if (err != GW_OSERR_OK)
        gw_wasi_file_unref(entry->file);
    return err;
}

enum gw_oserr
gw_p1_fd_filestat_set_size(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = stored_fd(p, args[0].u32,
                                  GW_RIGHT(FD_FILESTAT_SET_SIZE), &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = entry.file->ops->set_size(entry.file, args[1].u64);
    gw_wasi_file_unref(entry.file);
    return err;
}

enum gw_oserr
gw_p1_fd_filestat_set_times(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    struct gw_file_times times;
    enum gw_oserr err = stored_fd(p, args[0].u32,
                                  GW_RIGHT(FD_FILESTAT_SET_TIMES), &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = gw_p1_times(args[1].u64, args[2].u64, args[3].u32, &times);
    if (err == GW_OSERR_OK)
        err = entry.file->ops->set_times(entry.file, &times);
    gw_wasi_file_unref(entry.file);
    return err;
}

/* ---- storage ---- */

enum gw_oserr
gw_p1_fd_advise(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = stored_fd(p, args[0].u32, GW_RIGHT(FD_ADVISE), &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = args[3].u32 > GW_ADVICE_NOREUSE
              ? GW_OSERR_INVAL
              : entry.file->ops->advise(entry.file, args[1].u64, args[2].u64,
                                        (enum gw_advice)args[3].u32);
    gw_wasi_file_unref(entry.file);
    return err;
}

enum gw_oserr
gw_p1_fd_allocate(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = stored_fd(p, args[0].u32, GW_RIGHT(FD_ALLOCATE),
                                  &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = entry.file->ops->allocate(entry.file, args[1].u64, args[2].u64);
    gw_wasi_file_unref(entry.file);
    return err;
}

static enum gw_oserr
sync_fd(struct gw_p1 *p, uint32_t fd, uint64_t right, bool data_only)
{
    struct gw_fd entry;
    enum gw_oserr err = gw_p1_fd(p, fd, right, &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = entry.file->ops->sync(entry.file, data_only);
    gw_wasi_file_unref(entry.file);
    return err;
}

enum gw_oserr
gw_p1_fd_sync(struct gw_p1 *p, const union gw_slot *args)
{
    return sync_fd(p, args[0].u32, GW_RIGHT(FD_SYNC), false);
}

enum gw_oserr
gw_p1_fd_datasync(struct gw_p1 *p, const union gw_slot *args)
{
    return sync_fd(p, args[0].u32, GW_RIGHT(FD_DATASYNC), true);
}

/* ---- position ---- */

static enum gw_oserr
seek(struct gw_p1 *p, uint32_t fd, uint64_t right, int64_t offset,
     enum gw_whence whence, uint32_t result)
{
    struct gw_fd entry;
    uint64_t position = 0;
    if (!gw_p1_at(p, result, 8))
        return GW_OSERR_FAULT;
    enum gw_oserr err = gw_p1_fd(p, fd, right, &entry);
    if (err != GW_OSERR_OK)
        return err;
    err = entry.file->ops->seek(entry.file, offset, whence, &position);
    gw_wasi_file_unref(entry.file);
    return err == GW_OSERR_OK ? gw_p1_store_u64(p, result, position) : err;
}

enum gw_oserr
gw_p1_fd_seek(struct gw_p1 *p, const union gw_slot *args)
{
    static const enum gw_whence unstable[] = { GW_WHENCE_CUR, GW_WHENCE_END,
                                               GW_WHENCE_SET };
    static const enum gw_whence stable[] = { GW_WHENCE_SET, GW_WHENCE_CUR,
                                             GW_WHENCE_END };
    if (args[2].u32 > 2)
        return GW_OSERR_INVAL;
    enum gw_whence whence = (p->unstable ? unstable : stable)[args[2].u32];
    bool tells = whence == GW_WHENCE_CUR && args[1].i64 == 0;
    return seek(p, args[0].u32, tells ? GW_RIGHT(FD_TELL) : GW_RIGHT(FD_SEEK),
                args[1].i64, whence, args[3].u32);
}

enum gw_oserr
gw_p1_fd_tell(struct gw_p1 *p, const union gw_slot *args)
{
    return seek(p, args[0].u32, GW_RIGHT(FD_TELL), 0, GW_WHENCE_CUR,
                args[1].u32);
}

/* ---- the table ---- */

enum gw_oserr
gw_p1_fd_close(struct gw_p1 *p, const union gw_slot *args)
{
    return gw_fdtable_close(&p->wasi->fds, args[0].u32);
}

enum gw_oserr
gw_p1_fd_renumber(struct gw_p1 *p, const union gw_slot *args)
{
    return gw_fdtable_renumber(&p->wasi->fds, args[0].u32, args[1].u32);
}

enum gw_oserr
gw_p1_fd_prestat_get(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = gw_p1_fd(p, args[0].u32, 0, &entry);
    if (err != GW_OSERR_OK)
        return err;
    gw_wasi_file_unref(entry.file);
    if (!entry.preopen)
        return GW_OSERR_BADF;
    uint8_t *to = gw_p1_at(p, args[1].u32, 8);
    if (!to)
        return GW_OSERR_FAULT;
    gw_p1_put_u32(to, 0); /* a directory, the only kind there is */
    gw_p1_put_u32(to + 4, (uint32_t)strlen(entry.preopen));
    return GW_OSERR_OK;
}

enum gw_oserr
gw_p1_fd_prestat_dir_name(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    enum gw_oserr err = gw_p1_fd(p, args[0].u32, 0, &entry);
    if (err != GW_OSERR_OK)
        return err;
    gw_wasi_file_unref(entry.file);
    if (!entry.preopen)
        return GW_OSERR_BADF;
    size_t size = strlen(entry.preopen);
    if (size > args[2].u32)
        return GW_OSERR_NAMETOOLONG;
    uint8_t *to = gw_p1_at(p, args[1].u32, size);
    if (!to)
        return GW_OSERR_FAULT;
    memcpy(to, entry.preopen, size);
    return GW_OSERR_OK;
}

/* ---- directories ---- */

struct listing {
    uint8_t *to;
    size_t size, used;
    uint64_t own; /* inode of the directory */
};

static bool
add_entry(void *env, const struct gw_dir_entry *entry)
{
    struct listing *list = env;
    uint8_t head[24] = { 0 };
    bool parent = strcmp(entry->name, "..") == 0;
    gw_p1_put_u64(head, entry->next);
    /* What lies above a granted directory is none of the guest's business.
     * As in a root, ".." is the directory itself: 0 would make C libraries
     * ask what it is, which is refused, and give up on the whole list. */
    gw_p1_put_u64(head + 8, parent ? list->own : entry->inode);
    gw_p1_put_u32(head + 16, (uint32_t)entry->name_size);
    head[20] = (uint8_t)(parent ? GW_FILETYPE_DIRECTORY : entry->type);
    const struct gw_span parts[] = { gw_span(head, sizeof head),
                                     gw_span(entry->name, entry->name_size) };
    for (unsigned i = 0; i < 2; i++) {
        size_t room = list->size - list->used;
        size_t size = parts[i].size < room ? parts[i].size : room;
        memcpy(list->to + list->used, parts[i].data, size);
        list->used += size;
    }
    return list->used < list->size;
}

enum gw_oserr
gw_p1_fd_readdir(struct gw_p1 *p, const union gw_slot *args)
{
    struct gw_fd entry;
    struct listing list = { 0 };
    list.to = gw_p1_at(p, args[1].u32, args[2].u32);
    list.size = args[2].u32;
    if (!list.to || !gw_p1_at(p, args[4].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = stored_fd(p, args[0].u32, GW_RIGHT(FD_READDIR), &entry);
    if (err != GW_OSERR_OK)
        return err;
    struct gw_file_stat own = { 0 };
    if (list.size > 0)
        err = entry.file->ops->read_dir
                  ? entry.file->ops->stat(entry.file, &own)
                  : GW_OSERR_NOTDIR;
    list.own = own.inode;
    if (list.size > 0 && err == GW_OSERR_OK)
        err = entry.file->ops->read_dir(entry.file, args[3].u64, add_entry,
                                        &list);
    gw_wasi_file_unref(entry.file);
    if (err != GW_OSERR_OK)
        return err;
    return gw_p1_store_u32(p, args[4].u32, (uint32_t)list.used);
}
