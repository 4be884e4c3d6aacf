/* Paths of a guest in a tree, walked and answered as os/file.h says. */
#include "wasi/tree_node.h"

enum { LINKS_MAX = 40 };

/* Where a walk has arrived: a name in a directory, and what has that name.
 * name is "." when the path ends in the directory itself. */
struct walk {
    struct gw_tree *tree;
    struct gw_node *start, *dir;
    struct gw_entry *entry; /* NULL: nothing, or "." */
    unsigned links;
    bool must_dir; /* a slash followed the last component */
    bool make;     /* which is then not looked at: it is to be made */
    char name[GW_NAME_MAX + 1];
    char path[2 * GW_PATH_MAX + 2]; /* what is left to walk */
};

/* What is done with the last component. */
enum last {
    STAY,   /* it is not looked at */
    FOLLOW, /* links at it are followed, */
    LOOK    /* ... only when a slash follows */
};

static enum gw_oserr
put_front(struct walk *walk, const void *text, size_t size, const char *rest)
{
    size_t rest_size = strlen(rest) + 1;
    if (size + rest_size > sizeof walk->path)
        return GW_OSERR_NAMETOOLONG;
    if (size > 0 && *(const char *)text == '/')
        return GW_OSERR_PERM;
    memmove(walk->path + size, rest, rest_size);
    if (size > 0)
        memcpy(walk->path, text, size);
    return GW_OSERR_OK;
}

static enum gw_oserr
follow_link(struct walk *walk, const char *rest)
{
    const struct gw_node *link = walk->entry->node;
    if (++walk->links > LINKS_MAX)
        return GW_OSERR_LOOP;
    if (link->size == 0)
        return GW_OSERR_NOENT;
    if (link->size >= GW_PATH_MAX)
        return GW_OSERR_NAMETOOLONG;
    return put_front(walk, link->data, (size_t)link->size, rest);
}

/* "..", "." or nothing. */
static enum gw_oserr
take_dots(struct walk *walk)
{
    bool up = strcmp(walk->name, "..") == 0;
    memcpy(walk->name, ".", 2);
    walk->entry = NULL;
    if (!up)
        return GW_OSERR_OK;
    /* A directory that was removed has no parent. */
    if (walk->dir == walk->start || !walk->dir->parent)
        return GW_OSERR_PERM;
    walk->dir = walk->dir->parent;
    return GW_OSERR_OK;
}

/* One step; *arrived when walk->name is the place. */
static enum gw_oserr
step(struct walk *walk, enum last mode, bool *arrived)
{
    const char *path = walk->path + strspn(walk->path, "/");
    size_t size = strcspn(path, "/");
    if (size > GW_NAME_MAX)
        return GW_OSERR_NAMETOOLONG;
    memcpy(walk->name, path, size);
    walk->name[size] = '\0';
    const char *rest = path + size;
    bool last = rest[strspn(rest, "/")] == '\0';
    enum gw_oserr err = GW_OSERR_OK;
    *arrived = last;
    if (size == 0 || strcmp(walk->name, ".") == 0 ||
        strcmp(walk->name, "..") == 0) {
        err = take_dots(walk);
    } else {
        if (mode != STAY)
            walk->must_dir = last && *rest == '/';
        walk->entry = gw_entry_find(walk->tree, walk->dir, walk->name);
        struct gw_node *node = walk->entry ? walk->entry->node : NULL;
        bool stays = mode == STAY ||
                     (walk->must_dir ? walk->make : mode == LOOK);
        if (last && stays)
            return GW_OSERR_OK;
        if (node && node->type == GW_FILETYPE_SYMLINK) {
            *arrived = false;
            return follow_link(walk, rest);
        }
        if (last)
            return GW_OSERR_OK;
        if (!node)
            return GW_OSERR_NOENT;
        if (node->type != GW_FILETYPE_DIRECTORY)
            return GW_OSERR_NOTDIR;
        walk->dir = node;
    }
    if (err == GW_OSERR_OK)
        memmove(walk->path, rest, strlen(rest) + 1);
    return err;
}

static enum gw_oserr
walk_to(struct walk *walk, const struct gw_wasi_at *at, enum last mode,
        bool make)
{
    size_t size = strlen(at->path);
    walk->tree = at->dir->tree;
    walk->make = make;
    walk->start = walk->dir = at->dir->node;
    walk->entry = NULL;
    walk->links = at->no_links ? LINKS_MAX : 0;
    walk->must_dir = false;
    walk->path[0] = '\0';
    if (size == 0)
        return GW_OSERR_NOENT;
    if (size > GW_PATH_MAX)
        return GW_OSERR_NAMETOOLONG;
    enum gw_oserr err = put_front(walk, at->path, size, "");
    if (mode == STAY)
        walk->must_dir = at->path[size - 1] == '/';
    for (bool arrived = false; err == GW_OSERR_OK && !arrived;)
        err = step(walk, mode, &arrived);
    return err;
}

static bool
is_dot(const struct walk *walk)
{
    return strcmp(walk->name, ".") == 0;
}

/* What the walk has arrived at; NULL: nothing. */
static struct gw_node *
found(const struct walk *walk)
{
    if (is_dot(walk))
        return walk->dir;
    return walk->entry ? walk->entry->node : NULL;
}

/* May names in this directory change?  A removed one takes no new names. */
static enum gw_oserr
check_names(const struct walk *walk)
{
    if (walk->tree->frozen || walk->dir->read_only)
        return GW_OSERR_ROFS;
    return walk->dir->links == 0 ? GW_OSERR_NOENT : GW_OSERR_OK;
}

static enum gw_oserr
name_new(struct walk *walk, enum gw_filetype type, struct gw_node **out)
{
    enum gw_oserr err = check_names(walk);
    if (err != GW_OSERR_OK)
        return err;
    struct gw_node *node = gw_node_new(walk->tree, type);
    if (!node)
        return GW_OSERR_NOSPC;
    if (!gw_entry_add(walk->tree, walk->dir, walk->name, node)) {
        gw_node_drop(walk->tree, node);
        return GW_OSERR_NOSPC;
    }
    *out = node;
    return GW_OSERR_OK;
}

/* ---- open ---- */

static enum gw_oserr
check_open(const struct walk *walk, const struct gw_node *node, uint32_t flags)
{
    bool dir = node->type == GW_FILETYPE_DIRECTORY;
    bool write = (flags & (GW_OPEN_WRITE | GW_OPEN_TRUNCATE)) != 0;
    if (flags & GW_OPEN_CREATE) {
        if (walk->must_dir)
            return GW_OSERR_ISDIR;
        if (flags & GW_OPEN_EXCLUSIVE)
            return GW_OSERR_EXIST;
        if (dir)
            return GW_OSERR_ISDIR;
    }
    if (node->type == GW_FILETYPE_SYMLINK)
        return flags & GW_OPEN_DIRECTORY ? GW_OSERR_NOTDIR : GW_OSERR_LOOP;
    if (!dir && (walk->must_dir || (flags & GW_OPEN_DIRECTORY)))
        return GW_OSERR_NOTDIR;
    if (dir && write)
        return GW_OSERR_ISDIR;
    if (write && (walk->tree->frozen || node->read_only))
        return GW_OSERR_ROFS;
    return GW_OSERR_OK;
}

static enum gw_oserr
open_found(struct walk *walk, uint32_t flags, struct gw_node **out)
{
    struct gw_node *node = found(walk);
    if (!node && !(flags & GW_OPEN_CREATE))
        return GW_OSERR_NOENT;
    if (!node && walk->must_dir)
        return GW_OSERR_ISDIR;
    if (!node)
        return name_new(walk, GW_FILETYPE_REGULAR, out);
    enum gw_oserr err = check_open(walk, node, flags);
    if (err == GW_OSERR_OK && (flags & GW_OPEN_TRUNCATE))
        err = gw_node_set_size(walk->tree, node, 0);
    else if (err == GW_OSERR_OK && node->type == GW_FILETYPE_REGULAR)
        err = gw_node_unpack(walk->tree, node);
    *out = node;
    return err;
}

static enum gw_oserr
path_open(const struct gw_wasi_at *at, uint32_t flags, unsigned fdflags,
          struct gw_wasi_file **out)
{
    struct gw_tree *tree = at->dir->tree;
    struct walk walk;
    struct gw_node *node;
    bool create = (flags & GW_OPEN_CREATE) != 0;
    bool follow = at->follow && !(create && (flags & GW_OPEN_EXCLUSIVE));
    if (create && (flags & GW_OPEN_DIRECTORY))
        return GW_OSERR_INVAL;
    gw_os_mutex_lock(&tree->lock);
    enum gw_oserr err = walk_to(&walk, at, follow ? FOLLOW : LOOK, create);
    if (err == GW_OSERR_OK)
        err = open_found(&walk, flags, &node);
    if (err == GW_OSERR_OK)
        err = gw_tree_open_node(tree, at->dir->alloc, node, fdflags, out);
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

/* ---- look, touch ---- */

/* Through links at the end when at says so, or a trailing slash does. */
static enum gw_oserr
resolve(struct walk *walk, const struct gw_wasi_at *at, struct gw_node **out)
{
    enum gw_oserr err = walk_to(walk, at, at->follow ? FOLLOW : LOOK, false);
    if (err != GW_OSERR_OK)
        return err;
    *out = found(walk);
    if (!*out)
        return GW_OSERR_NOENT;
    return walk->must_dir && (*out)->type != GW_FILETYPE_DIRECTORY
               ? GW_OSERR_NOTDIR
               : GW_OSERR_OK;
}

static enum gw_oserr
path_stat(const struct gw_wasi_at *at, struct gw_file_stat *stat)
{
    struct gw_tree *tree = at->dir->tree;
    struct walk walk;
    struct gw_node *node;
    gw_os_mutex_lock(&tree->lock);
    enum gw_oserr err = resolve(&walk, at, &node);
    if (err == GW_OSERR_OK)
        err = gw_node_stat(tree, node, stat);
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

static enum gw_oserr
path_set_times(const struct gw_wasi_at *at, const struct gw_file_times *times)
{
    struct gw_tree *tree = at->dir->tree;
    struct walk walk;
    struct gw_node *node;
    gw_os_mutex_lock(&tree->lock);
    enum gw_oserr err = resolve(&walk, at, &node);
    if (err == GW_OSERR_OK && (tree->frozen || node->read_only))
        err = GW_OSERR_ROFS;
    if (err == GW_OSERR_OK)
        gw_node_set_times(node, times);
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

static enum gw_oserr
path_read_link(const struct gw_wasi_at *at, char *buffer, size_t size,
               size_t *used)
{
    struct gw_tree *tree = at->dir->tree;
    struct walk walk;
    struct gw_node *node;
    *used = 0;
    gw_os_mutex_lock(&tree->lock);
    struct gw_wasi_at here = *at;
    here.follow = false;
    enum gw_oserr err = resolve(&walk, &here, &node);
    if (err == GW_OSERR_OK && node->type != GW_FILETYPE_SYMLINK)
        err = GW_OSERR_INVAL;
    if (err == GW_OSERR_OK) {
        *used = node->size < size ? (size_t)node->size : size;
        if (*used > 0)
            memcpy(buffer, node->data, *used);
    }
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

/* ---- make and remove names ---- */

/* Each of these acts on one name, with the lock held. */
typedef enum gw_oserr action(struct walk *walk, const void *argument);

static enum gw_oserr
act_on(const struct gw_wasi_at *at, action *act, const void *argument)
{
    struct gw_tree *tree = at->dir->tree;
    struct walk walk;
    gw_os_mutex_lock(&tree->lock);
    enum gw_oserr err = walk_to(&walk, at, STAY, false);
    if (err == GW_OSERR_OK)
        err = act(&walk, argument);
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

static enum gw_oserr
make_dir(struct walk *walk, const void *argument)
{
    struct gw_node *node;
    (void)argument;
    if (found(walk))
        return GW_OSERR_EXIST;
    return name_new(walk, GW_FILETYPE_DIRECTORY, &node);
}

static enum gw_oserr
remove_dir(struct walk *walk, const void *argument)
{
    const struct gw_node *node = found(walk);
    (void)argument;
    if (is_dot(walk))
        return GW_OSERR_INVAL;
    if (!node)
        return GW_OSERR_NOENT;
    if (node->type != GW_FILETYPE_DIRECTORY)
        return GW_OSERR_NOTDIR;
    if (node->first)
        return GW_OSERR_NOTEMPTY;
    enum gw_oserr err = check_names(walk);
    if (err == GW_OSERR_OK)
        gw_entry_remove(walk->tree, walk->entry);
    return err;
}

static enum gw_oserr
unlink_name(struct walk *walk, const void *argument)
{
    const struct gw_node *node = found(walk);
    (void)argument;
    if (!node)
        return GW_OSERR_NOENT;
    if (node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_ISDIR;
    if (walk->must_dir)
        return GW_OSERR_NOTDIR;
    enum gw_oserr err = check_names(walk);
    if (err == GW_OSERR_OK)
        gw_entry_remove(walk->tree, walk->entry);
    return err;
}

/* May a name that is no directory be made here?  With a trailing slash it
 * never may; the answer then depends on what is there. */
static enum gw_oserr
check_new(const struct walk *walk)
{
    const struct gw_node *node = found(walk);
    if (is_dot(walk))
        return GW_OSERR_EXIST;
    if (!walk->must_dir)
        return GW_OSERR_OK;
    if (!node)
        return GW_OSERR_NOENT;
    return node->type == GW_FILETYPE_DIRECTORY ? GW_OSERR_EXIST
                                               : GW_OSERR_NOTDIR;
}

static enum gw_oserr
make_link(struct walk *walk, const void *argument)
{
    struct gw_node *node;
    const char *target = argument;
    struct gw_iov iov = { (void *)(uintptr_t)target, strlen(target) };
    size_t done;
    enum gw_oserr err = check_new(walk);
    if (err == GW_OSERR_OK && target[0] == '\0')
        err = GW_OSERR_NOENT;
    if (err == GW_OSERR_OK && found(walk))
        err = GW_OSERR_EXIST;
    if (err == GW_OSERR_OK)
        err = name_new(walk, GW_FILETYPE_SYMLINK, &node);
    if (err != GW_OSERR_OK)
        return err;
    err = gw_node_write(walk->tree, node, &iov, 1, 0, &done);
    if (err != GW_OSERR_OK)
        gw_entry_remove(walk->tree,
                        gw_entry_find(walk->tree, walk->dir, walk->name));
    return err;
}

static enum gw_oserr
path_make_dir(const struct gw_wasi_at *at)
{
    return act_on(at, make_dir, NULL);
}

static enum gw_oserr
path_remove_dir(const struct gw_wasi_at *at)
{
    return act_on(at, remove_dir, NULL);
}

static enum gw_oserr
path_unlink(const struct gw_wasi_at *at)
{
    return act_on(at, unlink_name, NULL);
}

static enum gw_oserr
path_symlink(const char *target, const struct gw_wasi_at *at)
{
    if (target[0] == '/')
        return GW_OSERR_PERM;
    return act_on(at, make_link, target);
}

/* ---- two names ---- */

/* Walks to both; the same tree, whose lock is held. */
static enum gw_oserr
walk_both(struct walk *from, const struct gw_wasi_at *source, struct walk *to,
          const struct gw_wasi_at *target)
{
    enum gw_oserr err = walk_to(from, source, STAY, false);
    if (err == GW_OSERR_OK)
        err = walk_to(to, target, STAY, false);
    return err;
}

/* A source with a trailing slash must be a directory. */
static enum gw_oserr
check_source(const struct walk *walk, bool must_dir)
{
    const struct gw_node *node = found(walk);
    if (!must_dir)
        return GW_OSERR_OK;
    if (!node)
        return GW_OSERR_NOENT;
    return node->type == GW_FILETYPE_DIRECTORY ? GW_OSERR_OK : GW_OSERR_NOTDIR;
}

static enum gw_oserr
link_names(struct walk *from, struct walk *to)
{
    struct gw_node *node = found(from);
    enum gw_oserr err = check_source(from, from->must_dir);
    if (err == GW_OSERR_OK)
        err = check_new(to);
    if (err != GW_OSERR_OK)
        return err;
    if (is_dot(from))
        return GW_OSERR_PERM;
    if (!node)
        return GW_OSERR_NOENT;
    if (found(to))
        return GW_OSERR_EXIST;
    err = check_names(to);
    if (err != GW_OSERR_OK)
        return err;
    if (node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_PERM;
    return gw_entry_add(to->tree, to->dir, to->name, node) ? GW_OSERR_OK
                                                           : GW_OSERR_NOSPC;
}

static enum gw_oserr
path_link(const struct gw_wasi_at *from, const struct gw_wasi_at *to)
{
    struct gw_tree *tree = from->dir->tree;
    struct walk source, target;
    if (to->dir->tree != tree)
        return GW_OSERR_XDEV;
    gw_os_mutex_lock(&tree->lock);
    enum gw_oserr err = walk_both(&source, from, &target, to);
    if (err == GW_OSERR_OK)
        err = link_names(&source, &target);
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

/* Is dir the node, or somewhere below it? */
static bool
is_below(const struct gw_node *dir, const struct gw_node *node)
{
    while (dir && dir != node)
        dir = dir->parent;
    return dir != NULL;
}

/* The order of the answers is that of Linux. */
static enum gw_oserr
check_rename(const struct walk *from, const struct walk *to)
{
    const struct gw_node *node = found(from), *over = found(to);
    enum gw_oserr err = check_source(from, from->must_dir || to->must_dir);
    if (err != GW_OSERR_OK)
        return err;
    if (is_dot(from) || is_dot(to))
        return GW_OSERR_BUSY;
    if (!node)
        return GW_OSERR_NOENT;
    bool dir = node->type == GW_FILETYPE_DIRECTORY;
    if (dir && is_below(to->dir, node))
        return GW_OSERR_INVAL;
    if (over && is_below(from->dir, over))
        return GW_OSERR_NOTEMPTY;
    if (over == node)
        return GW_OSERR_OK;
    err = check_names(from);
    if (err == GW_OSERR_OK)
        err = check_names(to);
    if (err != GW_OSERR_OK || !over)
        return err;
    if (over->type == GW_FILETYPE_DIRECTORY && !dir)
        return GW_OSERR_ISDIR;
    if (over->type != GW_FILETYPE_DIRECTORY && dir)
        return GW_OSERR_NOTDIR;
    return over->first ? GW_OSERR_NOTEMPTY : GW_OSERR_OK;
}

static enum gw_oserr
rename_names(struct walk *from, struct walk *to)
{
    struct gw_node *node = found(from);
    enum gw_oserr err = check_rename(from, to);
    if (err != GW_OSERR_OK || node == found(to))
        return err;
    struct gw_entry *over = to->entry;
    if (!gw_entry_add(to->tree, to->dir, to->name, node))
        return GW_OSERR_NOSPC;
    struct gw_node *parent = node->parent;
    if (over)
        gw_entry_remove(to->tree, over);
    gw_entry_remove(from->tree, from->entry);
    if (node->type == GW_FILETYPE_DIRECTORY)
        node->parent = parent;
    return GW_OSERR_OK;
}

static enum gw_oserr
path_rename(const struct gw_wasi_at *from, const struct gw_wasi_at *to)
{
    struct gw_tree *tree = from->dir->tree;
    struct walk source, target;
    if (to->dir->tree != tree)
        return GW_OSERR_XDEV;
    gw_os_mutex_lock(&tree->lock);
    enum gw_oserr err = walk_both(&source, from, &target, to);
    if (err == GW_OSERR_OK)
        err = rename_names(&source, &target);
    gw_os_mutex_unlock(&tree->lock);
    return err;
}

const struct gw_wasi_pathops gw_tree_pathops = {
    .open = path_open,
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
