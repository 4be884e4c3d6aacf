/* Trees: nodes, names and what is put in from outside. */
#include "wasi/tree_node.h"

#include "base/hash.h"

#include <assert.h>

enum { TABLE_FIRST = 64 };

/* ---- time ---- */

static uint64_t
now(void)
{
    uint64_t ns;
    return gw_os_clock_time(GW_OS_CLOCK_REALTIME, &ns) ? ns : 0;
}

void
gw_node_touch(struct gw_node *node)
{
    node->modify_ns = node->change_ns = now();
}

/* ---- nodes ---- */

struct gw_node *
gw_node_new(struct gw_tree *tree, enum gw_filetype type)
{
    struct gw_node *node = gw_alloc_zero(&tree->alloc, 1, sizeof *node);
    if (!node)
        return NULL;
    node->type = type;
    node->inode = ++tree->last_inode;
    node->next_number = 2;
    node->host = -1;
    node->access_ns = node->modify_ns = node->change_ns = now();
    return node;
}

void
gw_node_drop(struct gw_tree *tree, struct gw_node *node)
{
    if (node->links > 0 || node->opens > 0)
        return;
    assert(!node->first);
    if (node->host >= 0)
        gw_file_close(node->host);
    if (node->content == GW_CONTENT_OWN)
        gw_alloc_free(&tree->alloc, node->data, (size_t)node->capacity);
    gw_alloc_free(&tree->alloc, node, sizeof *node);
}

/* ---- names ---- */

static struct gw_entry **
bucket(const struct gw_tree *tree, const struct gw_node *dir, const char *name,
       size_t size)
{
    uint64_t hash = gw_hash_bytes(tree->seed ^ dir->inode, name, size);
    return &tree->table[hash & (tree->table_size - 1)];
}

struct gw_entry *
gw_entry_find(const struct gw_tree *tree, const struct gw_node *dir,
              const char *name)
{
    size_t size = strlen(name);
    struct gw_entry *entry = *bucket(tree, dir, name, size);
    while (entry && (entry->dir != dir || entry->size != size ||
                     memcmp(entry->name, name, size) != 0))
        entry = entry->chain;
    return entry;
}

static bool
grow_table(struct gw_tree *tree)
{
    size_t old_size = tree->table_size;
    size_t size = old_size ? old_size * 2 : TABLE_FIRST;
    struct gw_entry **old = tree->table;
    tree->table = gw_alloc_zero(&tree->alloc, size, sizeof *tree->table);
    if (!tree->table) {
        tree->table = old;
        return false;
    }
    tree->table_size = size;
    for (size_t i = 0; i < old_size; i++) {
        struct gw_entry *next;
        for (struct gw_entry *entry = old[i]; entry; entry = next) {
            next = entry->chain;
            struct gw_entry **link = bucket(tree, entry->dir, entry->name,
                                            entry->size);
            entry->chain = *link;
            *link = entry;
        }
    }
    gw_alloc_free(&tree->alloc, old, old_size * sizeof(struct gw_entry *));
    return true;
}

bool
gw_entry_add(struct gw_tree *tree, struct gw_node *dir, const char *name,
             struct gw_node *node)
{
    size_t size = strlen(name);
    assert(size > 0 && size <= GW_NAME_MAX);
    if (tree->entry_count >= tree->table_size && !grow_table(tree))
        return false;
    struct gw_entry *entry = gw_alloc_get(&tree->alloc,
                                          sizeof *entry + size + 1);
    if (!entry)
        return false;
    struct gw_entry **link = bucket(tree, dir, name, size);
    *entry = (struct gw_entry){ .dir = dir,
                                .node = node,
                                .chain = *link,
                                .previous = dir->last,
                                .number = dir->next_number++,
                                .size = (uint8_t)size };
    memcpy(entry->name, name, size + 1);
    *link = entry;
    *(dir->last ? &dir->last->next : &dir->first) = entry;
    dir->last = entry;
    tree->entry_count++;
    node->links++;
    if (node->type == GW_FILETYPE_DIRECTORY)
        node->parent = dir;
    gw_node_touch(dir);
    return true;
}

void
gw_entry_remove(struct gw_tree *tree, struct gw_entry *entry)
{
    struct gw_node *dir = entry->dir, *node = entry->node;
    struct gw_entry **link = bucket(tree, dir, entry->name, entry->size);
    while (*link != entry)
        link = &(*link)->chain;
    *link = entry->chain;
    *(entry->previous ? &entry->previous->next : &dir->first) = entry->next;
    *(entry->next ? &entry->next->previous : &dir->last) = entry->previous;
    tree->entry_count--;
    gw_node_touch(dir);
    node->links--;
    node->change_ns = dir->change_ns;
    if (node->type == GW_FILETYPE_DIRECTORY)
        node->parent = NULL;
    gw_alloc_free(&tree->alloc, entry, sizeof *entry + entry->size + 1);
    gw_node_drop(tree, node);
}

/* ---- the tree ---- */

struct gw_tree *
gw_tree_new(struct gw_alloc *alloc, uint64_t limit)
{
    struct gw_tree *tree = gw_alloc_zero(alloc, 1, sizeof *tree);
    if (!tree)
        return NULL;
    tree->outer = alloc;
    gw_alloc_init(&tree->alloc, alloc->resize, alloc->env,
                  limit < SIZE_MAX ? (size_t)limit : SIZE_MAX);
    gw_os_mutex_init(&tree->lock);
    uint64_t random[2] = { 0, 1 };
    (void)gw_os_random(random, sizeof random);
    tree->seed = random[0];
    tree->device = random[1];
    tree->root = gw_node_new(tree, GW_FILETYPE_DIRECTORY);
    if (!tree->root || !grow_table(tree)) {
        gw_tree_delete(tree);
        return NULL;
    }
    tree->root->links = 1;
    return tree;
}

/* Directories come before what is in them: their names are taken away from
 * the end of all, which leaves them empty. */
static void
remove_all(struct gw_tree *tree)
{
    struct gw_node *dir = tree->root;
    while (dir->first || dir != tree->root) {
        struct gw_entry *entry = dir->first;
        if (entry && entry->node->type == GW_FILETYPE_DIRECTORY &&
            entry->node->first) {
            dir = entry->node;
        } else if (entry) {
            gw_entry_remove(tree, entry);
        } else {
            dir = dir->parent;
        }
    }
}

void
gw_tree_delete(struct gw_tree *tree)
{
    if (!tree)
        return;
    if (tree->table)
        remove_all(tree);
    if (tree->root) {
        tree->root->links = 0;
        gw_node_drop(tree, tree->root);
    }
    gw_alloc_free(&tree->alloc, tree->table,
                  tree->table_size * sizeof *tree->table);
    assert(atomic_load(&tree->alloc.used) == 0);
    gw_os_mutex_fini(&tree->lock);
    gw_alloc_free(tree->outer, tree, sizeof *tree);
}

void
gw_tree_freeze(struct gw_tree *tree)
{
    tree->frozen = true;
}

void
gw_tree_fix_names(struct gw_tree *tree)
{
    tree->root->read_only = true;
}

struct gw_wasi_file *
gw_tree_open(struct gw_tree *tree, struct gw_alloc *alloc)
{
    struct gw_wasi_file *file;
    return gw_tree_open_node(tree, alloc, tree->root, 0, &file) == GW_OSERR_OK
               ? file
               : NULL;
}

/* ---- filling ---- */

/* The next name of a path into name; empty at the end.  "." is no name. */
static enum gw_oserr
take_name(struct gw_span *path, char name[GW_NAME_MAX + 1])
{
    size_t size;
    do {
        while (path->size > 0 && path->data[0] == '/')
            *path = gw_span(path->data + 1, path->size - 1);
        for (size = 0; size < path->size && path->data[size] != '/';)
            size++;
        if (size > GW_NAME_MAX)
            return GW_OSERR_NAMETOOLONG;
        if (size > 0)
            memcpy(name, path->data, size);
        name[size] = '\0';
        if (size > 0)
            *path = gw_span(path->data + size, path->size - size);
    } while (strcmp(name, ".") == 0);
    if (strlen(name) != size)
        return GW_OSERR_INVAL;
    return strcmp(name, "..") == 0 ? GW_OSERR_PERM : GW_OSERR_OK;
}

/* A place for an item: the last name, and its directory. */
struct spot {
    struct gw_node *dir;
    char name[GW_NAME_MAX + 1];
};

/* Links are not followed: an image has no say in where its files go. */
static enum gw_oserr
find_spot(struct gw_tree *tree, struct gw_span path, bool make,
          struct spot *spot)
{
    char next[GW_NAME_MAX + 1];
    spot->dir = tree->root;
    enum gw_oserr err = take_name(&path, spot->name);
    while (err == GW_OSERR_OK) {
        err = take_name(&path, next);
        if (err != GW_OSERR_OK || next[0] == '\0')
            break;
        struct gw_entry *entry = gw_entry_find(tree, spot->dir, spot->name);
        struct gw_node *node = entry ? entry->node : NULL;
        if (!node && !make)
            return GW_OSERR_NOENT;
        if (!node) {
            node = gw_node_new(tree, GW_FILETYPE_DIRECTORY);
            if (!node)
                return GW_OSERR_NOSPC;
            if (!gw_entry_add(tree, spot->dir, spot->name, node)) {
                gw_node_drop(tree, node);
                return GW_OSERR_NOSPC;
            }
        }
        if (node->type != GW_FILETYPE_DIRECTORY)
            return GW_OSERR_NOTDIR;
        spot->dir = node;
        memcpy(spot->name, next, sizeof next);
    }
    return err;
}

static bool
fill(struct gw_tree *tree, struct gw_node *node,
     const struct gw_tree_item *item)
{
    node->read_only = item->read_only;
    node->access_ns = node->modify_ns = node->change_ns = item->modify_ns;
    if (item->type == GW_FILETYPE_DIRECTORY)
        return true;
    node->size = item->packed ? item->unpacked_size : item->bytes.size;
    node->data = (uint8_t *)(uintptr_t)item->bytes.data;
    node->packed_size = item->bytes.size;
    node->crc = item->crc;
    node->content = item->packed ? GW_CONTENT_PACKED : GW_CONTENT_BORROWED;
    if (item->type == GW_FILETYPE_SYMLINK) {
        uint8_t *copy = gw_alloc_get(&tree->alloc, item->bytes.size);
        if (!copy)
            return false;
        memcpy(copy, item->bytes.data, item->bytes.size);
        node->content = GW_CONTENT_OWN;
        node->data = copy;
        node->capacity = item->bytes.size;
    }
    return true;
}

static enum gw_oserr
put(struct gw_tree *tree, struct spot *spot, struct gw_node *node)
{
    struct gw_entry *old = gw_entry_find(tree, spot->dir, spot->name);
    if (old && old->node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_EXIST;
    if (!gw_entry_add(tree, spot->dir, spot->name, node))
        return GW_OSERR_NOSPC;
    if (old)
        gw_entry_remove(tree, old);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_tree_add(struct gw_tree *tree, struct gw_span path,
            const struct gw_tree_item *item)
{
    struct spot spot;
    struct gw_node *node = NULL;
    enum gw_oserr err = find_spot(tree, path, true, &spot);
    bool dir = item->type == GW_FILETYPE_DIRECTORY;
    struct gw_entry *old = NULL;
    if (err == GW_OSERR_OK && spot.name[0] == '\0')
        err = dir ? GW_OSERR_OK : GW_OSERR_ISDIR;
    else if (err == GW_OSERR_OK)
        old = gw_entry_find(tree, spot.dir, spot.name);
    bool known = dir && (spot.name[0] == '\0' ||
                         (old && old->node->type == GW_FILETYPE_DIRECTORY));
    if (err == GW_OSERR_OK && !known) {
        node = gw_node_new(tree, item->type);
        err = node && fill(tree, node, item) ? put(tree, &spot, node)
                                             : GW_OSERR_NOSPC;
    }
    if (err == GW_OSERR_OK && item->host) {
        node->content = GW_CONTENT_HOST;
        node->host = item->host_fd;
    } else if (item->host) {
        gw_file_close(item->host_fd);
    }
    if (err != GW_OSERR_OK && node)
        gw_node_drop(tree, node);
    return err;
}

enum gw_oserr
gw_tree_add_link(struct gw_tree *tree, struct gw_span path,
                 struct gw_span target)
{
    struct spot spot, known;
    enum gw_oserr err = find_spot(tree, target, false, &known);
    if (err == GW_OSERR_OK)
        err = find_spot(tree, path, true, &spot);
    if (err != GW_OSERR_OK)
        return err;
    struct gw_entry *entry = gw_entry_find(tree, known.dir, known.name);
    if (!entry || spot.name[0] == '\0')
        return GW_OSERR_NOENT;
    if (entry->node->type == GW_FILETYPE_DIRECTORY)
        return GW_OSERR_PERM;
    return put(tree, &spot, entry->node);
}
