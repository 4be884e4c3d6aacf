#include "rt/sharedmem.h"

#include "rt/store.h"

#include <assert.h>

/* ---- making and freeing ---- */

static void
link_sharer(struct gw_sharedmem *shared, struct gw_meminst *memory)
{
    memory->shared = shared;
    memory->sharer = shared->sharers;
    shared->sharers = memory;
}

bool
gw_sharedmem_new(struct gw_meminst *memory)
{
    struct gw_engine *engine = memory->store->engine;
    struct gw_sharedmem *shared = gw_alloc_zero(&engine->alloc, 1,
                                                sizeof(*shared));
    if (!shared)
        return false;
    shared->engine = gw_engine_ref(engine);
    shared->base = memory->base;
    shared->reserved = memory->reserved;
    shared->max_pages = memory->max_pages;
    shared->type = memory->type;
    shared->guarded = memory->guarded;
    atomic_init(&shared->refs, 1);
    atomic_init(&shared->size, (size_t)gw_meminst_size(memory));
    gw_os_mutex_init(&shared->lock);
    for (size_t i = 0; i < GW_WAIT_QUEUES; i++)
        gw_os_mutex_init(&shared->queues[i].lock);
    link_sharer(shared, memory);
    return true;
}

static void
delete_sharedmem(struct gw_sharedmem *shared)
{
    struct gw_engine *engine = shared->engine;
    assert(!shared->sharers);
    for (size_t i = 0; i < GW_WAIT_QUEUES; i++) {
        assert(!shared->queues[i].first);
        gw_os_mutex_fini(&shared->queues[i].lock);
    }
    gw_os_mutex_fini(&shared->lock);
    gw_os_release(shared->base, (size_t)shared->reserved);
    gw_alloc_free(&engine->alloc, shared, sizeof(*shared));
    gw_engine_unref(engine);
}

struct gw_sharedmem *
gw_sharedmem_ref(struct gw_sharedmem *shared)
{
    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void
gw_sharedmem_unref(struct gw_sharedmem *shared)
{
    if (shared && atomic_fetch_sub(&shared->refs, 1) == 1)
        delete_sharedmem(shared);
}

struct gw_sharedmem *
gw_meminst_share(const struct gw_meminst *memory)
{
    return memory->shared ? gw_sharedmem_ref(memory->shared) : NULL;
}

/* ---- sharers ---- */

static void
set_copies(struct gw_meminst *memory, size_t size)
{
    atomic_store(&memory->size, size);
    atomic_store(&memory->pages, size >> memory->type.page_log2);
}

void
gw_sharedmem_attach(struct gw_sharedmem *shared, struct gw_meminst *memory)
{
    memory->base = shared->base;
    memory->reserved = shared->reserved;
    memory->max_pages = shared->max_pages;
    memory->type = shared->type;
    memory->guarded = shared->guarded;
    gw_os_mutex_lock(&shared->lock);
    set_copies(memory, atomic_load(&shared->size));
    link_sharer(gw_sharedmem_ref(shared), memory);
    gw_os_mutex_unlock(&shared->lock);
}

void
gw_sharedmem_detach(struct gw_meminst *memory)
{
    struct gw_sharedmem *shared = memory->shared;
    gw_os_mutex_lock(&shared->lock);
    struct gw_meminst **link = &shared->sharers;
    while (*link != memory)
        link = &(*link)->sharer;
    *link = memory->sharer;
    gw_os_mutex_unlock(&shared->lock);
    gw_sharedmem_unref(shared);
}

/* The one size that memory.size reads changes last: a thread that has seen
 * it, and whoever hears of it from that thread, may access the new bytes. */
void
gw_sharedmem_set_size(struct gw_sharedmem *shared, uint64_t size)
{
    assert(size <= shared->reserved && size >= atomic_load(&shared->size));
    for (struct gw_meminst *m = shared->sharers; m; m = m->sharer)
        set_copies(m, (size_t)size);
    atomic_store(&shared->size, (size_t)size);
}
