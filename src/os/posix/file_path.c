/* Operations on paths of a guest.  Each finds the directory that holds the
 * last name, keeps it open, and acts on that one name without following. */
#include "os/posix/file_host.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A name in a directory.  The directory is closed by place_end. */
struct place {
    int dir;
    bool owned;
    bool must_dir;              /* a trailing slash was there */
    char name[GW_NAME_MAX + 1]; /* "." when the path ends in "." or ".." */
};

static void
place_end(struct place *place)
{
    if (place->owned)
        gw_file_close(place->dir);
}

static enum gw_oserr
open_dir(const struct gw_at *at, const char *path, int *fd)
{
    struct gw_at here = { at->dir, path, true, at->own_walk, at->no_links };
    return gw_open_beneath(&here, gw_walk_oflags, fd);
}

/* Finds where the last component of a path lives; that component itself is
 * not looked at. */
static enum gw_oserr
place_find(const struct gw_at *at, struct place *place)
{
    char parent[GW_PATH_MAX + 1];
    size_t size = strlen(at->path), start;
    place->dir = at->dir;
    place->owned = false;
    if (size == 0)
        return GW_OSERR_NOENT;
    if (size > GW_PATH_MAX)
        return GW_OSERR_NAMETOOLONG;
    if (at->path[0] == '/')
        return GW_OSERR_PERM;
    memcpy(parent, at->path, size + 1);
    place->must_dir = parent[size - 1] == '/';
    while (parent[size - 1] == '/')
        parent[--size] = '\0';
    for (start = size; start > 0 && parent[start - 1] != '/';)
        start--;
    if (size - start > GW_NAME_MAX)
        return GW_OSERR_NAMETOOLONG;
    memcpy(place->name, parent + start, size - start + 1);
    if (strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0)
        memcpy(place->name, ".", 2);
    else
        parent[start] = '\0';
    if (parent[0] == '\0')
        return GW_OSERR_OK;
    enum gw_oserr err = open_dir(at, parent, &place->dir);
    place->owned = err == GW_OSERR_OK;
    return err;
}

/* The type of what place names, itself and not what it points to. */
static enum gw_oserr
place_type(const struct place *place, enum gw_filetype *type)
{
    struct stat host;
    if (fstatat(place->dir, place->name, &host, AT_SYMLINK_NOFOLLOW) != 0)
        return gw_oserr_from_errno(errno);
    *type = gw_filetype_from_mode(host.st_mode);
    return GW_OSERR_OK;
}

static bool
is_dot(const struct place *place)
{
    return strcmp(place->name, ".") == 0;
}

/* ---- open, look, touch ---- */

enum gw_oserr
gw_at_open(const struct gw_at *at, uint32_t flags, int *fd)
{
    static const struct {
        uint32_t flag;
        int host;
    } table[] = {
        { GW_OPEN_CREATE, O_CREAT },   { GW_OPEN_EXCLUSIVE, O_EXCL },
        { GW_OPEN_TRUNCATE, O_TRUNC }, { GW_OPEN_DIRECTORY, O_DIRECTORY },
        { GW_OPEN_APPEND, O_APPEND },  { GW_OPEN_SYNC, O_SYNC },
#if defined(O_DSYNC)
        { GW_OPEN_DSYNC, O_DSYNC },
#endif
#if defined(O_RSYNC)
        { GW_OPEN_RSYNC, O_RSYNC },
#endif
    };
    bool write = (flags & (GW_OPEN_WRITE | GW_OPEN_TRUNCATE)) != 0;
    int oflags = !write ? O_RDONLY : flags & GW_OPEN_READ ? O_RDWR : O_WRONLY;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        oflags |= flags & table[i].flag ? table[i].host : 0;
    if ((oflags & O_CREAT) && (oflags & O_DIRECTORY))
        return GW_OSERR_INVAL;
    return gw_open_beneath(at, oflags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, fd);
}

/* Finds the place of a path and, where the path asks for it, goes through
 * links at its end.  walk is only used then. */
static enum gw_oserr
place_resolve(const struct gw_at *at, struct place *place, struct gw_walk *walk)
{
    enum gw_filetype type;
    walk->top = 0;
    enum gw_oserr err = place_find(at, place);
    if (err != GW_OSERR_OK)
        return err;
    err = place_type(place, &type);
    if (err != GW_OSERR_OK)
        return err;
    if (type == GW_FILETYPE_SYMLINK && (at->follow || place->must_dir)) {
        err = gw_walk(walk, at, false);
        if (err != GW_OSERR_OK)
            return err;
        place_end(place);
        place->dir = gw_walk_dir(walk);
        place->owned = false;
        place->must_dir = place->must_dir || walk->must_dir;
        memcpy(place->name, walk->name, sizeof place->name);
        err = place_type(place, &type);
    }
    if (err == GW_OSERR_OK && place->must_dir && type != GW_FILETYPE_DIRECTORY)
        err = GW_OSERR_NOTDIR;
    return err;
}

enum gw_oserr
gw_at_stat(const struct gw_at *at, struct gw_file_stat *stat)
{
    struct place place;
    struct gw_walk walk;
    struct stat host;
    enum gw_oserr err = place_resolve(at, &place, &walk);
    if (err == GW_OSERR_OK) {
        err = gw_oserr_of(
            fstatat(place.dir, place.name, &host, AT_SYMLINK_NOFOLLOW));
        if (err == GW_OSERR_OK)
            gw_stat_from_host(&host, stat);
    }
    place_end(&place);
    gw_walk_end(&walk);
    return err;
}

enum gw_oserr
gw_at_set_times(const struct gw_at *at, const struct gw_file_times *times)
{
    struct place place;
    struct gw_walk walk;
    struct timespec host[2];
    gw_times_to_host(times, host);
    enum gw_oserr err = place_resolve(at, &place, &walk);
    if (err == GW_OSERR_OK)
        err = gw_oserr_of(
            utimensat(place.dir, place.name, host, AT_SYMLINK_NOFOLLOW));
    place_end(&place);
    gw_walk_end(&walk);
    return err;
}

enum gw_oserr
gw_at_read_link(const struct gw_at *at, char *buffer, size_t size, size_t *used)
{
    struct place place;
    char target[GW_PATH_MAX];
    ssize_t result = 0;
    *used = 0;
    enum gw_oserr err = place_find(at, &place);
    if (err == GW_OSERR_OK && place.must_dir) {
        struct gw_file_stat stat;
        err = gw_at_stat(at, &stat);
        if (err == GW_OSERR_OK)
            err = GW_OSERR_INVAL; /* a directory, which is no link */
    }
    if (err == GW_OSERR_OK) {
        result = readlinkat(place.dir, place.name, target, sizeof target);
        err = gw_oserr_of((int)result);
    }
    if (err == GW_OSERR_OK) {
        *used = (size_t)result < size ? (size_t)result : size;
        memcpy(buffer, target, *used);
    }
    place_end(&place);
    return err;
}

/* ---- make and remove names ---- */

enum gw_oserr
gw_at_make_dir(const struct gw_at *at)
{
    struct place place;
    enum gw_oserr err = place_find(at, &place);
    if (err == GW_OSERR_OK)
        err = is_dot(&place)
                  ? GW_OSERR_EXIST
                  : gw_oserr_of(mkdirat(place.dir, place.name, 0777));
    place_end(&place);
    return err;
}

enum gw_oserr
gw_at_remove_dir(const struct gw_at *at)
{
    struct place place;
    enum gw_oserr err = place_find(at, &place);
    if (err == GW_OSERR_OK)
        err = is_dot(&place)
                  ? GW_OSERR_INVAL
                  : gw_oserr_of(unlinkat(place.dir, place.name, AT_REMOVEDIR));
    place_end(&place);
    return err;
}

enum gw_oserr
gw_at_unlink(const struct gw_at *at)
{
    struct place place;
    enum gw_filetype type;
    enum gw_oserr err = place_find(at, &place);
    if (err == GW_OSERR_OK && place.must_dir) {
        err = place_type(&place, &type);
        if (err == GW_OSERR_OK)
            err = type == GW_FILETYPE_DIRECTORY ? GW_OSERR_ISDIR
                                                : GW_OSERR_NOTDIR;
    }
    if (err == GW_OSERR_OK)
        err = is_dot(&place) ? GW_OSERR_ISDIR
                             : gw_oserr_of(unlinkat(place.dir, place.name, 0));
    place_end(&place);
    return err;
}

/* May a name that is no directory be made here?  With a trailing slash it
 * never may; the answer then depends on what is there. */
static enum gw_oserr
check_new(const struct place *place)
{
    enum gw_filetype type;
    if (is_dot(place))
        return GW_OSERR_EXIST;
    if (!place->must_dir)
        return GW_OSERR_OK;
    enum gw_oserr err = place_type(place, &type);
    if (err != GW_OSERR_OK)
        return err;
    return type == GW_FILETYPE_DIRECTORY ? GW_OSERR_EXIST : GW_OSERR_NOTDIR;
}

enum gw_oserr
gw_at_symlink(const char *target, const struct gw_at *at)
{
    struct place place;
    if (target[0] == '/')
        return GW_OSERR_PERM;
    enum gw_oserr err = place_find(at, &place);
    if (err == GW_OSERR_OK)
        err = check_new(&place);
    if (err == GW_OSERR_OK)
        err = gw_oserr_of(symlinkat(target, place.dir, place.name));
    place_end(&place);
    return err;
}

/* ---- two names ---- */

/* A source of a link or rename with a trailing slash must be a directory. */
static enum gw_oserr
check_source(const struct place *place, bool must_dir)
{
    enum gw_filetype type;
    if (!must_dir)
        return GW_OSERR_OK;
    enum gw_oserr err = place_type(place, &type);
    if (err == GW_OSERR_OK && type != GW_FILETYPE_DIRECTORY)
        err = GW_OSERR_NOTDIR;
    return err;
}

enum gw_oserr
gw_at_link(const struct gw_at *from, const struct gw_at *to)
{
    struct place source, target;
    enum gw_oserr err = place_find(from, &source);
    if (err == GW_OSERR_OK) {
        err = place_find(to, &target);
        if (err == GW_OSERR_OK)
            err = check_source(&source, source.must_dir);
        if (err == GW_OSERR_OK)
            err = check_new(&target);
        if (err == GW_OSERR_OK)
            err = is_dot(&source)
                      ? GW_OSERR_PERM
                      : gw_oserr_of(linkat(source.dir, source.name, target.dir,
                                           target.name, 0));
        place_end(&target);
    }
    place_end(&source);
    return err;
}

enum gw_oserr
gw_at_rename(const struct gw_at *from, const struct gw_at *to)
{
    struct place source, target;
    enum gw_oserr err = place_find(from, &source);
    if (err == GW_OSERR_OK) {
        err = place_find(to, &target);
        if (err == GW_OSERR_OK)
            err = check_source(&source, source.must_dir || target.must_dir);
        if (err == GW_OSERR_OK)
            err = is_dot(&source) || is_dot(&target)
                      ? GW_OSERR_BUSY
                      : gw_oserr_of(renameat(source.dir, source.name,
                                             target.dir, target.name));
        place_end(&target);
    }
    place_end(&source);
    return err;
}
