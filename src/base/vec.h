/*
 * Growable arrays.
 *
 *     struct gw_vec { ... } v;  gw_vec_init(&v, alloc, sizeof(struct thing));
 *     struct thing *t = gw_vec_push(&v);   (cleared; NULL: out of memory)
 *
 * Elements move when the vector grows: hold indices, not pointers.
 */
#ifndef GW_BASE_VEC_H
#define GW_BASE_VEC_H

#include "base/alloc.h"

struct gw_vec {
    struct gw_alloc *alloc;
    void *data;
    size_t count, capacity;
    size_t size; /* bytes of one element */
};

void gw_vec_init(struct gw_vec *vec, struct gw_alloc *alloc, size_t size);
void gw_vec_fini(struct gw_vec *vec);

/* Appends one cleared element, or n of them; returns the first new one, NULL
 * when out of memory (the vector is unchanged then). */
void *gw_vec_push(struct gw_vec *vec);
void *gw_vec_push_n(struct gw_vec *vec, size_t n);

#endif
