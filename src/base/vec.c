#include "base/vec.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

void
gw_vec_init(struct gw_vec *vec, struct gw_alloc *alloc, size_t size)
{
    assert(size != 0);
    *vec = (struct gw_vec){ .alloc = alloc, .size = size };
}

void
gw_vec_fini(struct gw_vec *vec)
{
    gw_alloc_free(vec->alloc, vec->data, vec->capacity * vec->size);
    gw_vec_init(vec, vec->alloc, vec->size);
}

static bool
grow(struct gw_vec *vec, size_t need)
{
    size_t capacity = vec->capacity ? vec->capacity : FIRST_CAPACITY;
    size_t most = PTRDIFF_MAX / vec->size;
    if (need > most)
        return false;
    while (capacity < need)
        capacity = capacity > most / 2 ? need : capacity * 2;
    void *data = gw_alloc_resize(vec->alloc, vec->data,
                                 vec->capacity * vec->size,
                                 capacity * vec->size);
    if (!data)
        return false;
    vec->data = data;
    vec->capacity = capacity;
    return true;
}

void *
gw_vec_push_n(struct gw_vec *vec, size_t n)
{
    if (n > SIZE_MAX - vec->count)
        return NULL;
    size_t need = vec->count + n;
    /* Even for no elements the result is a pointer into the vector. */
    if ((need > vec->capacity || !vec->data) && !grow(vec, need))
        return NULL;
    uint8_t *first = (uint8_t *)vec->data + vec->count * vec->size;
    memset(first, 0, n * vec->size);
    vec->count = need;
    return first;
}

void *
gw_vec_push(struct gw_vec *vec)
{
    return gw_vec_push_n(vec, 1);
}
