/* The sandboxed walk by hand: one component at a time, following nothing that
 * was not read and checked here. */
#include "os/posix/file_host.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#if defined(O_PATH)
const int gw_walk_oflags = O_PATH | O_DIRECTORY | O_CLOEXEC;
#elif defined(O_SEARCH)
const int gw_walk_oflags = O_SEARCH | O_DIRECTORY | O_CLOEXEC;
#else
const int gw_walk_oflags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

/* Puts text before what is left to walk (from rest, which starts with a
 * slash or is empty). */
static enum gw_oserr
put_front(struct gw_walk *walk, const char *text, size_t size, const char *rest)
{
    size_t rest_size = strlen(rest) + 1;
    if (size + rest_size > sizeof walk->path)
        return GW_OSERR_NAMETOOLONG;
    if (size > 0 && text[0] == '/')
        return GW_OSERR_PERM;
    memmove(walk->path + size, rest, rest_size);
    memcpy(walk->path, text, size);
    return GW_OSERR_OK;
}

/* Splits off the next component into walk->name; *rest is what follows it,
 * *last says that nothing but slashes does. */
static enum gw_oserr
take_name(struct gw_walk *walk, const char **rest, bool *last)
{
    const char *path = walk->path + strspn(walk->path, "/");
    size_t size = strcspn(path, "/");
    if (size > GW_NAME_MAX)
        return GW_OSERR_NAMETOOLONG;
    memcpy(walk->name, path, size);
    walk->name[size] = '\0';
    *rest = path + size;
    *last = (*rest)[strspn(*rest, "/")] == '\0';
    return GW_OSERR_OK;
}

static enum gw_oserr
go_up(struct gw_walk *walk)
{
    if (walk->top == 0)
        return GW_OSERR_PERM;
    (void)close(walk->stack[walk->top--]);
    return GW_OSERR_OK;
}

static enum gw_oserr
go_down(struct gw_walk *walk)
{
    int fd;
    if (walk->top + 1 == GW_WALK_DEPTH)
        return GW_OSERR_NAMETOOLONG;
    RETRY(fd,
          openat(gw_walk_dir(walk), walk->name, gw_walk_oflags | O_NOFOLLOW));
    if (fd == -1)
        return gw_oserr_from_errno(errno);
    walk->stack[++walk->top] = fd;
    return GW_OSERR_OK;
}

/* If walk->name is a link, puts its target in front of rest; *found says
 * whether it was one. */
static enum gw_oserr
follow_link(struct gw_walk *walk, const char *rest, bool *found)
{
    char target[GW_PATH_MAX];
    ssize_t size = readlinkat(gw_walk_dir(walk), walk->name, target,
                              sizeof target);
    *found = size >= 0;
    if (size < 0)
        return errno == EINVAL ? GW_OSERR_OK : gw_oserr_from_errno(errno);
    if (walk->no_links || ++walk->links > GW_WALK_LINKS)
        return GW_OSERR_LOOP;
    if (size == 0)
        return GW_OSERR_NOENT;
    if ((size_t)size == sizeof target)
        return GW_OSERR_NAMETOOLONG;
    return put_front(walk, target, (size_t)size, rest);
}

/* One step; *arrived when walk->name is the place. */
static enum gw_oserr
step(struct gw_walk *walk, bool follow, bool make, bool *arrived)
{
    const char *rest;
    bool last, found;
    enum gw_oserr err = take_name(walk, &rest, &last);
    if (err != GW_OSERR_OK)
        return err;
    bool up = strcmp(walk->name, "..") == 0;
    *arrived = last;
    if (up || strcmp(walk->name, ".") == 0 || walk->name[0] == '\0') {
        err = up ? go_up(walk) : GW_OSERR_OK;
        memcpy(walk->name, ".", 2);
    } else {
        walk->must_dir = last && *rest == '/';
        if (last && (walk->must_dir ? make : !follow))
            return GW_OSERR_OK;
        err = follow_link(walk, rest, &found);
        if (found) {
            *arrived = false;
            return err;
        }
        if (last) /* a last name that is not there may be about to be made */
            return err == GW_OSERR_NOENT ? GW_OSERR_OK : err;
        if (err == GW_OSERR_OK)
            err = go_down(walk);
    }
    if (err == GW_OSERR_OK)
        memmove(walk->path, rest, strlen(rest) + 1);
    return err;
}

enum gw_oserr
gw_walk(struct gw_walk *walk, const struct gw_at *at, bool make)
{
    walk->stack[0] = at->dir;
    walk->top = 0;
    walk->links = 0;
    walk->no_links = at->no_links;
    walk->must_dir = false;
    walk->path[0] = '\0';
    if (at->path[0] == '\0')
        return GW_OSERR_NOENT;
    size_t size = strlen(at->path);
    if (size > GW_PATH_MAX)
        return GW_OSERR_NAMETOOLONG;
    enum gw_oserr err = put_front(walk, at->path, size, "");
    for (bool arrived = false; err == GW_OSERR_OK && !arrived;)
        err = step(walk, at->follow, make, &arrived);
    return err;
}

void
gw_walk_end(struct gw_walk *walk)
{
    while (walk->top > 0)
        (void)close(walk->stack[walk->top--]);
}

/* Opens the place a walk has arrived at. */
static enum gw_oserr
open_arrived(const struct gw_walk *walk, int oflags, int *fd)
{
    bool create = (oflags & O_CREAT) != 0;
    if (create && strcmp(walk->name, ".") == 0)
        return oflags & O_EXCL ? GW_OSERR_EXIST : GW_OSERR_ISDIR;
    if (create && walk->must_dir)
        return GW_OSERR_ISDIR;
    if (walk->must_dir)
        oflags |= O_DIRECTORY;
    RETRY(*fd, openat(gw_walk_dir(walk), walk->name, oflags | O_NOFOLLOW,
                      GW_CREATE_MODE));
    return gw_oserr_of(*fd);
}

enum gw_oserr
gw_open_beneath(const struct gw_at *at, int oflags, int *fd)
{
    if ((oflags & O_CREAT) && (oflags & O_EXCL))
        oflags |= O_NOFOLLOW;
    if (!at->follow)
        oflags |= O_NOFOLLOW;
    if (!at->own_walk) {
        enum gw_oserr err = gw_kernel_open(at, oflags, fd);
        if (err != GW_OSERR_NOSYS)
            return err;
    }
    struct gw_at here = *at;
    here.follow = (oflags & O_NOFOLLOW) == 0;
    struct gw_walk walk;
    enum gw_oserr err = gw_walk(&walk, &here, (oflags & O_CREAT) != 0);
    if (err == GW_OSERR_OK)
        err = open_arrived(&walk, oflags, fd);
    gw_walk_end(&walk);
    return err;
}
