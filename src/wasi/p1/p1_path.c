/* Functions that take a path: each walks beneath the directory behind a
 * descriptor, with the rights that this descriptor has.  Every directory has
 * all of struct gw_wasi_pathops. */
#include "wasi/p1/p1.h"

/* A path of the guest, checked, and where it starts. */
struct where {
    struct gw_fd dir;
    struct gw_p1_path path;
    struct gw_wasi_at at;
};

/* changes: the operation would alter something below the directory.  On
 * success the caller unrefs where->dir.file. */
static enum gw_oserr
where_begin(struct gw_p1 *p, struct where *where, uint32_t fd, uint64_t rights,
            const union gw_slot *path, uint32_t lookup)
{
    bool changes = (rights & gw_rights_for(GW_CHANGES)) != 0;
    enum gw_oserr err = gw_p1_dir(p, fd, &where->dir);
    if (err != GW_OSERR_OK)
        return err;
    if (where->dir.file->type != GW_FILETYPE_DIRECTORY)
        err = GW_OSERR_NOTDIR;
    else if (rights & ~where->dir.base)
        err = GW_OSERR_NOTCAPABLE;
    else if (changes && where->dir.file->read_only)
        err = GW_OSERR_ROFS;
    else if (lookup > 1)
        err = GW_OSERR_INVAL;
    else
        err = gw_p1_load_path(p, path[0].u32, path[1].u32, &where->path);
    if (err != GW_OSERR_OK) {
        gw_wasi_file_unref(where->dir.file);
        return err;
    }
    where->at.dir = where->dir.file;
    where->at.path = where->path.text;
    where->at.follow = lookup == 1;
    where->at.own_walk = p->wasi->own_walk;
    where->at.no_links = p->judged && p->judged->no_links;
    return GW_OSERR_OK;
}

static void
where_end(struct where *where)
{
    gw_wasi_file_unref(where->dir.file);
}

/* For functions of the shape (fd, path, size). */
static enum gw_oserr
simple(struct gw_p1 *p, const union gw_slot *args, uint64_t rights,
       enum gw_oserr (*act)(const struct gw_wasi_at *at))
{
    struct where where;
    enum gw_oserr err = where_begin(p, &where, args[0].u32, rights, args + 1,
                                    0);
    if (err != GW_OSERR_OK)
        return err;
    err = act(&where.at);
    where_end(&where);
    return err;
}

static enum gw_oserr
make_dir(const struct gw_wasi_at *at)
{
    return at->dir->ops->paths->make_dir(at);
}

enum gw_oserr
gw_p1_path_create_directory(struct gw_p1 *p, const union gw_slot *args)
{
    return simple(p, args, GW_RIGHT(PATH_CREATE_DIRECTORY), make_dir);
}

static enum gw_oserr
remove_dir(const struct gw_wasi_at *at)
{
    return at->dir->ops->paths->remove_dir(at);
}

enum gw_oserr
gw_p1_path_remove_directory(struct gw_p1 *p, const union gw_slot *args)
{
    return simple(p, args, GW_RIGHT(PATH_REMOVE_DIRECTORY), remove_dir);
}

static enum gw_oserr
unlink(const struct gw_wasi_at *at)
{
    return at->dir->ops->paths->unlink(at);
}

enum gw_oserr
gw_p1_path_unlink_file(struct gw_p1 *p, const union gw_slot *args)
{
    return simple(p, args, GW_RIGHT(PATH_UNLINK_FILE), unlink);
}

/* ---- looking ---- */

enum gw_oserr
gw_p1_path_filestat_get(struct gw_p1 *p, const union gw_slot *args)
{
    struct where where;
    struct gw_file_stat stat;
    enum gw_oserr err = where_begin(p, &where, args[0].u32,
                                    GW_RIGHT(PATH_FILESTAT_GET), args + 2,
                                    args[1].u32);
    if (err != GW_OSERR_OK)
        return err;
    err = where.at.dir->ops->paths->stat(&where.at, &stat);
    where_end(&where);
    if (err != GW_OSERR_OK)
        return err;
    uint8_t *to = gw_p1_at(p, args[4].u32, gw_p1_filestat_size(p));
    if (!to)
        return GW_OSERR_FAULT;
    gw_p1_put_filestat(p, to, &stat);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_p1_path_filestat_set_times(struct gw_p1 *p, const union gw_slot *args)
{
    struct where where;
    struct gw_file_times times;
    enum gw_oserr err = where_begin(p, &where, args[0].u32,
                                    GW_RIGHT(PATH_FILESTAT_SET_TIMES), args + 2,
                                    args[1].u32);
    if (err != GW_OSERR_OK)
        return err;
    err = gw_p1_times(args[4].u64, args[5].u64, args[6].u32, &times);
    if (err == GW_OSERR_OK)
        err = where.at.dir->ops->paths->set_times(&where.at, &times);
    where_end(&where);
    return err;
}

enum gw_oserr
gw_p1_path_readlink(struct gw_p1 *p, const union gw_slot *args)
{
    struct where where;
    size_t used = 0;
    char *to = (char *)gw_p1_at(p, args[3].u32, args[4].u32);
    if (!to || !gw_p1_at(p, args[5].u32, 4))
        return GW_OSERR_FAULT;
    enum gw_oserr err = where_begin(p, &where, args[0].u32,
                                    GW_RIGHT(PATH_READLINK), args + 1, 0);
    if (err != GW_OSERR_OK)
        return err;
    err = where.at.dir->ops->paths->read_link(&where.at, to, args[4].u32,
                                              &used);
    where_end(&where);
    if (err != GW_OSERR_OK)
        return err;
    return gw_p1_store_u32(p, args[5].u32, (uint32_t)used);
}

/* ---- links and names ---- */

enum gw_oserr
gw_p1_path_symlink(struct gw_p1 *p, const union gw_slot *args)
{
    struct where where;
    struct gw_p1_path target;
    enum gw_oserr err = gw_p1_load_path(p, args[0].u32, args[1].u32, &target);
    if (err == GW_OSERR_OK)
        err = where_begin(p, &where, args[2].u32, GW_RIGHT(PATH_SYMLINK),
                          args + 3, 0);
    if (err != GW_OSERR_OK)
        return err;
    err = where.at.dir->ops->paths->symlink(target.text, &where.at);
    where_end(&where);
    return err;
}

/* A link or rename takes part in changing both directories: otherwise a name
 * in a writable one would open what a read-only one protects. */
enum gw_oserr
gw_p1_path_link(struct gw_p1 *p, const union gw_slot *args)
{
    struct where from, to;
    if (args[1].u32 != 0) /* links are never followed here */
        return GW_OSERR_INVAL;
    enum gw_oserr err = where_begin(p, &from, args[0].u32,
                                    GW_RIGHT(PATH_LINK_SOURCE), args + 2, 0);
    if (err != GW_OSERR_OK)
        return err;
    err = where_begin(p, &to, args[4].u32, GW_RIGHT(PATH_LINK_TARGET), args + 5,
                      0);
    if (err == GW_OSERR_OK) {
        err = gw_wasi_at_link(&from.at, &to.at);
        where_end(&to);
    }
    where_end(&from);
    return err;
}

enum gw_oserr
gw_p1_path_rename(struct gw_p1 *p, const union gw_slot *args)
{
    struct where from, to;
    enum gw_oserr err = where_begin(p, &from, args[0].u32,
                                    GW_RIGHT(PATH_RENAME_SOURCE), args + 1, 0);
    if (err != GW_OSERR_OK)
        return err;
    err = where_begin(p, &to, args[3].u32, GW_RIGHT(PATH_RENAME_TARGET),
                      args + 4, 0);
    if (err == GW_OSERR_OK) {
        err = gw_wasi_at_rename(&from.at, &to.at);
        where_end(&to);
    }
    where_end(&from);
    return err;
}

/* ---- path_open ---- */

enum { CREATE = 1, DIRECTORY = 2, EXCLUSIVE = 4, TRUNCATE = 8 };

/* What a guest asks of path_open. */
struct asked {
    uint32_t oflags, fdflags;
    uint64_t base, inheriting;
};

static uint32_t
open_flags(const struct asked *asked)
{
    static const struct {
        unsigned from, to;
    } oflags[] = { { CREATE, GW_OPEN_CREATE },
                   { DIRECTORY, GW_OPEN_DIRECTORY },
                   { EXCLUSIVE, GW_OPEN_EXCLUSIVE },
                   { TRUNCATE, GW_OPEN_TRUNCATE } },
      fdflags[] = { { GW_FDFLAG_APPEND, GW_OPEN_APPEND },
                    { GW_FDFLAG_DSYNC, GW_OPEN_DSYNC },
                    { GW_FDFLAG_RSYNC, GW_OPEN_RSYNC },
                    { GW_FDFLAG_SYNC, GW_OPEN_SYNC } };
    uint32_t flags = 0;
    if (asked->base & (GW_RIGHT(FD_READ) | GW_RIGHT(FD_READDIR)))
        flags |= GW_OPEN_READ;
    if (asked->base & GW_RIGHT(FD_WRITE))
        flags |= GW_OPEN_WRITE;
    for (unsigned i = 0; i < 4; i++) {
        flags |= asked->oflags & oflags[i].from ? oflags[i].to : 0;
        flags |= asked->fdflags & fdflags[i].from ? fdflags[i].to : 0;
    }
    return flags;
}

/* The rights of the new descriptor: what was asked, as far as the directory
 * hands it on and the kind of file has a use for it.  Programs ask for much
 * and need little, so only a refusal to read or write is an error. */
static enum gw_oserr
grant(const struct gw_fd *dir, struct asked *asked)
{
    const uint64_t size = GW_RIGHT(FD_ALLOCATE) |
                          GW_RIGHT(FD_FILESTAT_SET_SIZE);
    uint64_t refused = asked->base & ~dir->inheriting;
    if (refused & (GW_RIGHT(FD_READ) | GW_RIGHT(FD_WRITE)))
        return GW_OSERR_NOTCAPABLE;
    if (dir->file->read_only && (asked->base & GW_RIGHT(FD_WRITE)))
        return GW_OSERR_ROFS;
    asked->base &= dir->inheriting;
    asked->inheriting &= dir->inheriting;
    if (!(asked->base & GW_RIGHT(FD_WRITE)))
        asked->base &= ~size; /* the host's descriptor will not write */
    return GW_OSERR_OK;
}

static enum gw_oserr
open_at(struct gw_p1 *p, struct where *where, struct asked *asked, uint32_t *fd)
{
    struct gw_fd entry = { 0 };
    enum gw_oserr err = grant(&where->dir, asked);
    if (err != GW_OSERR_OK)
        return err;
    if (gw_fdtable_full(&p->wasi->fds))
        return GW_OSERR_MFILE;
    err = where->at.dir->ops->paths->open(&where->at, open_flags(asked),
                                          asked->fdflags, &entry.file);
    if (err != GW_OSERR_OK)
        return err;
    gw_p1_name_dir(p, &where->dir, where->path.text, entry.file);
    entry.file->read_only = where->dir.file->read_only;
    entry.base = asked->base & gw_rights_for(entry.file->kind);
    if (entry.file->type == GW_FILETYPE_DIRECTORY)
        entry.inheriting = asked->inheriting;
    return gw_fdtable_add(&p->wasi->fds, &entry, fd);
}

enum gw_oserr
gw_p1_path_open(struct gw_p1 *p, const union gw_slot *args)
{
    struct where where;
    struct asked asked = { args[4].u32, args[7].u32, args[5].u64, args[6].u64 };
    uint64_t rights = GW_RIGHT(PATH_OPEN);
    uint32_t fd = 0;
    if (asked.oflags > 15 || asked.fdflags > GW_FDFLAG_ALL)
        return GW_OSERR_INVAL;
    if (!gw_p1_at(p, args[8].u32, 4))
        return GW_OSERR_FAULT;
    if (asked.oflags & CREATE)
        rights |= GW_RIGHT(PATH_CREATE_FILE);
    if (asked.oflags & TRUNCATE)
        rights |= GW_RIGHT(PATH_FILESTAT_SET_SIZE);
    enum gw_oserr err = where_begin(p, &where, args[0].u32, rights, args + 2,
                                    args[1].u32);
    if (err != GW_OSERR_OK)
        return err;
    err = open_at(p, &where, &asked, &fd);
    where_end(&where);
    return err == GW_OSERR_OK ? gw_p1_store_u32(p, args[8].u32, fd) : err;
}
