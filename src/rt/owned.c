#include "rt/owned.h"

#include <assert.h>

void *
gw_owned_new(struct gw_store *store, size_t size,
             void (*fini)(struct gw_store *store, void *object))
{
    if (size > PTRDIFF_MAX - sizeof(struct gw_owned))
        return NULL;
    size += sizeof(struct gw_owned);
    struct gw_owned *owned = gw_alloc_zero(&store->alloc, 1, size);
    if (!owned)
        return NULL;
    owned->older = store->owned;
    owned->fini = fini;
    owned->size = size;
    store->owned = owned;
    return owned->object;
}

void
gw_owned_set_trace(void *object,
                   void (*trace)(struct gw_marker *marker, void *object))
{
    uint8_t *start = (uint8_t *)object - offsetof(struct gw_owned, object);
    ((struct gw_owned *)(void *)start)->trace = trace;
}

void
gw_owned_drop(struct gw_store *store, struct gw_owned *mark)
{
    while (store->owned != mark) {
        struct gw_owned *owned = store->owned;
        assert(owned && "the mark is not in the list");
        store->owned = owned->older;
        if (owned->fini)
            owned->fini(store, owned->object);
        gw_alloc_free(&store->alloc, owned, owned->size);
    }
}
