/*
 * What a store owns.
 *
 * Memories, tables, globals, tags, functions and instances are made here and
 * live as long as their store.  They are freed newest first, so that making
 * several of them can be undone back to a mark.
 */
#ifndef GW_RT_OWNED_H
#define GW_RT_OWNED_H

#include "rt/store.h"

#include <stddef.h>

struct gw_marker;

/* The head of every owned object; the object follows. */
struct gw_owned {
    struct gw_owned *older;
    void (*fini)(struct gw_store *store, void *object);    /* may be NULL */
    void (*trace)(struct gw_marker *marker, void *object); /* may be NULL */
    size_t size;                                           /* with this head */
    max_align_t object[];
};

/* Returns size cleared bytes, or NULL.  fini may see the object at any stage
 * after this call; it does not free the object itself. */
void *gw_owned_new(struct gw_store *store, size_t size,
                   void (*fini)(struct gw_store *store, void *object));

/* Makes object, which gw_owned_new has returned, one that holds references to
 * objects of the heap: trace marks them (rt/heap_block.h). */
void gw_owned_set_trace(void *object,
                        void (*trace)(struct gw_marker *marker, void *object));

/* Frees everything newer than mark, a value that store->owned had (NULL: all
 * there is). */
void gw_owned_drop(struct gw_store *store, struct gw_owned *mark);

#endif
