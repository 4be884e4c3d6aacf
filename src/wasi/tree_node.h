/*
 * The inside of a tree: nodes, the entries that name them, and contents.
 *
 * An entry stands in its directory's list, in the order of making, and in one
 * table of the tree for all names.  Its number in the directory only rises,
 * so it serves as a cookie.  A node goes when it has no name and is not open.
 * Everything here needs the tree's lock.
 */
#ifndef GW_WASI_TREE_NODE_H
#define GW_WASI_TREE_NODE_H

#include "wasi/tree.h"

enum gw_content {
    GW_CONTENT_OWN,
    GW_CONTENT_BORROWED,
    GW_CONTENT_PACKED,
    GW_CONTENT_HOST
};

struct gw_entry {
    struct gw_node *dir, *node;
    struct gw_entry *chain;           /* in the table */
    struct gw_entry *previous, *next; /* in the directory */
    uint64_t number;                  /* from 2: "." and ".." come first */
    uint8_t size;
    char name[]; /* with a NUL */
};

struct gw_node {
    enum gw_filetype type;
    bool read_only;
    uint64_t inode;
    uint32_t links, opens; /* names; open files */
    uint64_t access_ns, modify_ns, change_ns;

    /* Directories. */
    struct gw_node *parent; /* NULL: the root, or removed */
    struct gw_entry *first, *last;
    uint64_t next_number;

    /* Files, links. */
    enum gw_content content;
    uint8_t *data;
    uint64_t size;     /* not of HOST */
    uint64_t capacity; /* OWN: bytes behind data */
    size_t packed_size;
    uint32_t crc;
    int host;
};

struct gw_tree {
    struct gw_alloc *outer;
    struct gw_alloc alloc; /* all but the tree itself; has the limit */
    struct gw_os_mutex lock;
    struct gw_node *root;
    struct gw_entry **table;
    size_t table_size, entry_count;
    uint64_t seed, device, last_inode;
    bool frozen;
};

/* ---- nodes and names ---- */

struct gw_node *gw_node_new(struct gw_tree *tree, enum gw_filetype type);
/* Frees it if nothing holds it. */
void gw_node_drop(struct gw_tree *tree, struct gw_node *node);

struct gw_entry *gw_entry_find(const struct gw_tree *tree,
                               const struct gw_node *dir, const char *name);
/* Names a node, whose links go up; false: out of memory. */
bool gw_entry_add(struct gw_tree *tree, struct gw_node *dir, const char *name,
                  struct gw_node *node);
/* Takes the name away, and the node if that was all that held it. */
void gw_entry_remove(struct gw_tree *tree, struct gw_entry *entry);

/* Marks a change of a node now. */
void gw_node_touch(struct gw_node *node);

/* ---- contents ---- */

enum gw_oserr gw_node_size(const struct gw_node *node, uint64_t *size);
/* Inflates what is packed. */
enum gw_oserr gw_node_unpack(struct gw_tree *tree, struct gw_node *node);
enum gw_oserr gw_node_read(struct gw_node *node, const struct gw_iov *iovs,
                           size_t count, uint64_t offset, size_t *done);
enum gw_oserr gw_node_write(struct gw_tree *tree, struct gw_node *node,
                            const struct gw_iov *iovs, size_t count,
                            uint64_t offset, size_t *done);
enum gw_oserr gw_node_set_size(struct gw_tree *tree, struct gw_node *node,
                               uint64_t size);

/* ---- the files of a tree (tree_file.c, tree_path.c) ---- */

extern const struct gw_wasi_fileops gw_tree_fileops;
extern const struct gw_wasi_pathops gw_tree_pathops;

/* Opens a node; GW_OSERR_NOMEM. */
enum gw_oserr gw_tree_open_node(struct gw_tree *tree, struct gw_alloc *alloc,
                                struct gw_node *node, unsigned fdflags,
                                struct gw_wasi_file **out);
enum gw_oserr gw_node_stat(const struct gw_tree *tree,
                           const struct gw_node *node,
                           struct gw_file_stat *stat);
void gw_node_set_times(struct gw_node *node, const struct gw_file_times *times);

#endif
