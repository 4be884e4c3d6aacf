/*
 * Files that live in this process: a tree of directories, files and links,
 * empty at first or filled from an image (wasi/image.h).
 *
 * Paths are walked by the rules of os/file.h.  A file's bytes are its own, or
 * borrowed (from an image, copied when they are first written), or packed
 * (inflated when the file is first opened), or those of one open file of the
 * host.  All that the tree holds counts against its limit: past it, growing
 * fails with GW_OSERR_NOSPC.
 *
 * A tree outlives the files opened in it.  Any thread.
 */
#ifndef GW_WASI_TREE_H
#define GW_WASI_TREE_H

#include "wasi/file.h"

/* NULL when out of memory.  limit: bytes. */
struct gw_tree *gw_tree_new(struct gw_alloc *alloc, uint64_t limit);
/* NULL does nothing. */
void gw_tree_delete(struct gw_tree *tree);

/* Nothing in the tree can be changed from now on. */
void gw_tree_freeze(struct gw_tree *tree);

/* Guests can make and remove no names in the root. */
void gw_tree_fix_names(struct gw_tree *tree);

/* The root, opened; NULL: out of memory. */
struct gw_wasi_file *gw_tree_open(struct gw_tree *tree, struct gw_alloc *alloc);

/* ---- filling it, before the guest runs ---- */

/* What is put into a tree. */
struct gw_tree_item {
    enum gw_filetype type; /* REGULAR, DIRECTORY, SYMLINK */
    uint64_t modify_ns;
    struct gw_span bytes;   /* borrowed as long as the tree; of a link: the
                               target, copied */
    uint64_t unpacked_size; /* bytes are deflated and stand for so many */
    uint32_t crc;           /* of those */
    bool packed, read_only;
    bool host;   /* the contents are those of host_fd, which the tree */
    int host_fd; /*   closes, also on failure */
};

/* Adds an item under a path of names and slashes; directories above it are
 * made.  A file or link that is there is replaced.  GW_OSERR_PERM for "..",
 * NOTDIR, EXIST (a directory is there), NAMETOOLONG, NOSPC. */
enum gw_oserr gw_tree_add(struct gw_tree *tree, struct gw_span path,
                          const struct gw_tree_item *item);
/* A second name for a file or link. */
enum gw_oserr gw_tree_add_link(struct gw_tree *tree, struct gw_span path,
                               struct gw_span target);

#endif
