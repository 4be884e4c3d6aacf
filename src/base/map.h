/*
 * A hash map from byte strings to 32-bit numbers.
 *
 * Keys are borrowed and must outlive the map.  Open addressing with a seed
 * given by the owner; grows by doubling.  One thread at a time while it
 * changes, any number of readers after.
 */
#ifndef GW_BASE_MAP_H
#define GW_BASE_MAP_H

#include "base/alloc.h"
#include "base/err.h"
#include "base/span.h"

struct gw_map_entry;

struct gw_map {
    struct gw_alloc *alloc;
    struct gw_map_entry *entries;
    size_t count, capacity;
    uint64_t seed;
};

void gw_map_init(struct gw_map *map, struct gw_alloc *alloc, uint64_t seed);
void gw_map_fini(struct gw_map *map);

/* Returns a pointer to the value of key, or NULL; valid until the next put. */
uint32_t *gw_map_find(const struct gw_map *map, struct gw_span key);

/* Adds key with value unless it is there; *old (may be NULL) tells the value
 * found or stored.  Returns GW_ERR_NOMEM or GW_OK. */
enum gw_err gw_map_put(struct gw_map *map, struct gw_span key, uint32_t value,
                       uint32_t *old);

#endif
