#include "base/alloc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where blocks of no bytes live: a pointer that is not NULL, aligned for any
 * object and never read, written or freed. */
static const max_align_t no_bytes;

static void *
resize_malloc(void *env, void *old, size_t old_size, size_t new_size)
{
    (void)env;
    (void)old_size;
    if (new_size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, new_size);
}

void
gw_alloc_init(struct gw_alloc *alloc, gw_resize_fn *resize, void *env,
              size_t limit)
{
    alloc->resize = resize ? resize : resize_malloc;
    alloc->env = env;
    atomic_init(&alloc->used, 0);
    alloc->limit = limit;
}

/* Takes size bytes from the quota; false when they are not there.  A size
 * that no object can have is refused here, so hooks need not think of it. */
static bool
take(struct gw_alloc *alloc, size_t size)
{
    if (size > PTRDIFF_MAX)
        return false;
    size_t used = atomic_load_explicit(&alloc->used, memory_order_relaxed);
    do {
        if (used > alloc->limit || size > alloc->limit - used)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&alloc->used, &used,
                                                    used + size,
                                                    memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

static void
give_back(struct gw_alloc *alloc, size_t size)
{
    size_t used = atomic_fetch_sub_explicit(&alloc->used, size,
                                            memory_order_relaxed);
    assert(used >= size && "freed more than was given out");
    (void)used;
}

void *
gw_alloc_get(struct gw_alloc *alloc, size_t size)
{
    if (size == 0)
        return (void *)(uintptr_t)&no_bytes;
    if (!take(alloc, size))
        return NULL;
    void *block = alloc->resize(alloc->env, NULL, 0, size);
    if (!block)
        give_back(alloc, size);
    return block;
}

/* The C library knows when fresh pages are zero already; a hook does not. */
static void *
get_zero(struct gw_alloc *alloc, size_t size)
{
    if (alloc->resize == resize_malloc)
        return calloc(1, size);
    void *block = alloc->resize(alloc->env, NULL, 0, size);
    if (block)
        memset(block, 0, size);
    return block;
}

void *
gw_alloc_zero(struct gw_alloc *alloc, size_t count, size_t size)
{
    if (count == 0 || size == 0)
        return gw_alloc_get(alloc, 0);
    if (count > SIZE_MAX / size || !take(alloc, count * size))
        return NULL;
    void *block = get_zero(alloc, count * size);
    if (!block)
        give_back(alloc, count * size);
    return block;
}

void *
gw_alloc_resize(struct gw_alloc *alloc, void *old, size_t old_size,
                size_t new_size)
{
    if (!old || old_size == 0)
        return gw_alloc_get(alloc, new_size);
    if (new_size == 0) {
        gw_alloc_free(alloc, old, old_size);
        return gw_alloc_get(alloc, 0);
    }
    if (new_size > old_size && !take(alloc, new_size - old_size))
        return NULL;
    void *block = alloc->resize(alloc->env, old, old_size, new_size);
    if (block && new_size < old_size)
        give_back(alloc, old_size - new_size);
    if (!block && new_size > old_size)
        give_back(alloc, new_size - old_size);
    return block;
}

void
gw_alloc_free(struct gw_alloc *alloc, void *block, size_t size)
{
    if (!block || size == 0)
        return;
    alloc->resize(alloc->env, block, size, 0);
    give_back(alloc, size);
}
