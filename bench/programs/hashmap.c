/* A hash table that grows, with linear probing: loads that miss the cache. */
#include "draw.h"
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 400000, LOOKUPS = 2500000 };

struct entry {
    uint32_t key, count; /* count 0: free */
};

static struct entry *entries;
static uint32_t size, used;

static struct entry *
find(uint32_t key)
{
    uint32_t at = key * 2654435761u & (size - 1);
    while (entries[at].count != 0 && entries[at].key != key)
        at = (at + 1) & (size - 1);
    return &entries[at];
}

static void
grow(void)
{
    struct entry *old = entries;
    uint32_t old_size = size;
    size = size ? size * 2 : 16;
    entries = calloc(size, sizeof(*entries));
    if (entries == NULL)
        abort();
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i].count != 0)
            *find(old[i].key) = old[i];
    free(old);
}

int
main(void)
{
    for (int i = 0; i < KEYS; i++) {
        if (used * 2 >= size)
            grow();
        uint32_t key = draw() % (KEYS * 2);
        struct entry *entry = find(key);
        used += entry->count == 0;
        entry->key = key;
        entry->count++;
    }
    uint32_t hash = used;
    for (int i = 0; i < LOOKUPS; i++)
        hash = hash * 31 + find(draw() % (KEYS * 2))->count;
    printf("%u\n", (unsigned)hash);
    return 0;
}
