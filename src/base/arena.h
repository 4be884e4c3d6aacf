/*
 * An arena: many allocations, one free.
 *
 * Blocks come from an allocator and are returned together by gw_arena_fini.
 * Used for modules: everything a module holds lives in its arena.
 * Not thread safe; a finished (no longer growing) arena may be read by all.
 */
#ifndef GW_BASE_ARENA_H
#define GW_BASE_ARENA_H

#include "base/alloc.h"

struct gw_arena_block;

struct gw_arena {
    struct gw_alloc *alloc;
    struct gw_arena_block *blocks;
    uint8_t *next, *end; /* free part of the newest block */
    size_t used;         /* bytes handed out */
    size_t limit;        /* bytes; SIZE_MAX: none */
};

void gw_arena_init(struct gw_arena *arena, struct gw_alloc *alloc,
                   size_t limit);
void gw_arena_fini(struct gw_arena *arena);

/* Returns cleared memory aligned for any object, or NULL; the array form
 * checks count * size for overflow and returns a valid non-NULL pointer for
 * count 0. */
void *gw_arena_get(struct gw_arena *arena, size_t size);
void *gw_arena_array(struct gw_arena *arena, size_t count, size_t size);

#endif
