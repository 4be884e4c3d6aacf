/*
 * The inside of struct gw_wasi: what one guest holds.
 */
#ifndef GW_WASI_GUEST_H
#define GW_WASI_GUEST_H

#include "wasi/fdtable.h"

/* Strings one after another, each with its NUL. */
struct gw_wasi_strings {
    char *bytes;
    uint32_t size, count;
};

/* A tree of files in memory, and the image that it shows. */
struct gw_wasi_tree {
    struct gw_tree *tree;
    const void *image; /* mapped; NULL: none */
    size_t image_size;
};

struct gw_wasi {
    struct gw_alloc *parent; /* of this struct */
    struct gw_alloc budget;  /* HOST_BYTES out of parent */
    struct gw_alloc *alloc;  /* of all else: the budget */
    struct gw_wasi_strings args, env;
    struct gw_wasi_strings names; /* of the preopens */
    struct gw_vec trees;          /* struct gw_wasi_tree */
    struct gw_fdtable fds;
    struct gw_wasi_file *captured[3]; /* or NULL */
    uint64_t limits[GW_WASI_LIMIT_COUNT];
    struct gw_wasi_threads *threads; /* NULL: not granted */
    bool own_walk;
    struct gw_gate *gate; /* a reference, or NULL */
    size_t start_handles; /* open before the guest began */
};

#endif
