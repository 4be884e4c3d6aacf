#include "base/map.h"

#include "base/hash.h"

#include <assert.h>

enum { FIRST_CAPACITY = 16 };

/* An entry is free while its tag is 0; keys may be empty or NULL. */
struct gw_map_entry {
    struct gw_span key;
    uint32_t tag; /* of the key's hash, never 0 */
    uint32_t value;
};

void
gw_map_init(struct gw_map *map, struct gw_alloc *alloc, uint64_t seed)
{
    *map = (struct gw_map){ .alloc = alloc, .seed = seed };
}

void
gw_map_fini(struct gw_map *map)
{
    gw_alloc_free(map->alloc, map->entries,
                  map->capacity * sizeof(*map->entries));
    gw_map_init(map, map->alloc, map->seed);
}

static uint32_t
key_tag(const struct gw_map *map, struct gw_span key)
{
    uint32_t tag = (uint32_t)gw_hash_bytes(map->seed, key.data, key.size);
    return tag ? tag : 1;
}

/* Returns the entry of key, or the free entry where it belongs.  At most
 * three quarters of the entries are taken, so there is an end to the search. */
static struct gw_map_entry *
probe(const struct gw_map *map, struct gw_span key, uint32_t tag)
{
    size_t mask = map->capacity - 1;
    size_t index = tag & mask;
    assert(map->count < map->capacity);
    for (;; index = (index + 1) & mask) {
        struct gw_map_entry *entry = &map->entries[index];
        if (entry->tag == 0)
            return entry;
        if (entry->tag == tag && gw_span_equal(entry->key, key))
            return entry;
    }
}

/* Moves the entries into a table twice as large.  They are known to differ,
 * so only tags are looked at. */
static enum gw_err
grow(struct gw_map *map)
{
    struct gw_map new = *map;
    new.capacity = map->capacity ? map->capacity * 2 : FIRST_CAPACITY;
    /* Tags have 32 bits: a larger table would leave its upper part empty. */
    if (new.capacity > UINT32_MAX / 2)
        return GW_ERR_NOMEM;
    new.entries = gw_alloc_zero(map->alloc, new.capacity, sizeof(*new.entries));
    if (!new.entries)
        return GW_ERR_NOMEM;
    for (size_t i = 0; i < map->capacity; i++) {
        const struct gw_map_entry *entry = &map->entries[i];
        if (entry->tag == 0)
            continue;
        size_t index = entry->tag & (new.capacity - 1);
        while (new.entries[index].tag != 0)
            index = (index + 1) & (new.capacity - 1);
        new.entries[index] = *entry;
    }
    gw_alloc_free(map->alloc, map->entries,
                  map->capacity * sizeof(*map->entries));
    *map = new;
    return GW_OK;
}

uint32_t *
gw_map_find(const struct gw_map *map, struct gw_span key)
{
    if (map->count == 0)
        return NULL;
    struct gw_map_entry *entry = probe(map, key, key_tag(map, key));
    return entry->tag == 0 ? NULL : &entry->value;
}

enum gw_err
gw_map_put(struct gw_map *map, struct gw_span key, uint32_t value,
           uint32_t *old)
{
    uint32_t tag = key_tag(map, key);
    uint32_t *found = gw_map_find(map, key);
    if (!found) {
        if (map->count >= map->capacity - map->capacity / 4) {
            enum gw_err err = grow(map);
            if (err != GW_OK)
                return err;
        }
        struct gw_map_entry *entry = probe(map, key, tag);
        *entry = (struct gw_map_entry){ key, tag, value };
        map->count++;
        found = &entry->value;
    }
    if (old)
        *old = *found;
    return GW_OK;
}
