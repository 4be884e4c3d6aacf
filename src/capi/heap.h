/*
 * Memory of handles, vectors and errors.
 *
 * These belong to the embedder and outlive engines and stores, so they come
 * from the C library and count against no quota; what a guest can make the
 * library hold comes from the store's allocator, as everywhere.
 */
#ifndef GW_CAPI_HEAP_H
#define GW_CAPI_HEAP_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Cleared memory for count things of size bytes, or NULL; checks the product
 * and returns a block even for none. */
static inline void *
gw_heap_get(size_t count, size_t size)
{
    return calloc(count ? count : 1, size ? size : 1);
}

static inline void *
gw_heap_resize(void *block, size_t count, size_t size)
{
    return count > SIZE_MAX / size ? NULL : realloc(block, count * size);
}

static inline void
gw_heap_free(void *block)
{
    free(block);
}

#endif
