/*
 * Allocators: every heap object of the library comes from one of these.
 *
 * An allocator counts the bytes it has given out and refuses to pass its
 * limit, so quotas are exact; that is why free takes the size.  The counters
 * are atomic: an allocator may be used from several threads.  The hook can be
 * replaced by an embedder or by a test that fails the n-th request.
 */
#ifndef GW_BASE_ALLOC_H
#define GW_BASE_ALLOC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Resizes old (NULL: a new block) to new_size bytes (0: free, returns NULL).
 * Returns NULL when there is no memory; old is untouched then. */
typedef void *gw_resize_fn(void *env, void *old, size_t old_size,
                           size_t new_size);

struct gw_alloc {
    gw_resize_fn *resize;
    void *env;
    atomic_size_t used; /* bytes given out and not yet returned */
    size_t limit;       /* bytes; SIZE_MAX: none */
};

/* Uses malloc when resize is NULL. */
void gw_alloc_init(struct gw_alloc *alloc, gw_resize_fn *resize, void *env,
                   size_t limit);

/* All may return NULL (out of memory or over the limit).  Memory from
 * gw_alloc_get is not cleared; from gw_alloc_zero it is.  The array form
 * checks count * size for overflow.  A block of 0 bytes always succeeds,
 * costs nothing and is not NULL: NULL means failure and nothing else.
 * Resizing to 0 bytes frees the old block; freeing NULL does nothing. */
void *gw_alloc_get(struct gw_alloc *alloc, size_t size);
void *gw_alloc_zero(struct gw_alloc *alloc, size_t count, size_t size);
void *gw_alloc_resize(struct gw_alloc *alloc, void *old, size_t old_size,
                      size_t new_size);
void gw_alloc_free(struct gw_alloc *alloc, void *block, size_t size);

#endif
