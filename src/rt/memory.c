#include "rt/owned.h"
#include "rt/sharedmem.h"
#include "wasm/limit.h"

#include <assert.h>
#include <inttypes.h>

/*
 * [DOC] Linear memories.
 *
 * A guarded memory stands at the start of a reservation so large that no sum
 * of base, 32-bit index, 32-bit offset and access width leaves it.  What lies
 * past the memory's size is never committed, so a wild access faults and the
 * tier needs no check.  The memory never moves.
 *
 * A packed memory has a reservation of about its own size, which doubles when
 * it is outgrown; then the memory moves.  A shared memory is seen by several
 * threads at once and may not move: its reservation is its maximum, and
 * belongs to what all stores share (rt/sharedmem.h).
 *
 * Either way exactly the pages of the system that the size touches are
 * committed, and they read as zero when they become part of the memory.
 */

#define GUARDED_RESERVE ((UINT64_C(1) << 33) + (UINT64_C(1) << 16))

enum { WASM_PAGE_LOG2 = 16 };

static uint64_t
round_up(uint64_t size)
{
    uint64_t page = gw_os_page_size();
    return (size + page - 1) / page * page;
}

static uint64_t
at_most(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool
may_reserve(uint64_t size)
{
    return size <= PTRDIFF_MAX;
}

bool
gw_memtype_guarded(const struct gw_engine *engine,
                   const struct gw_memtype *type)
{
    return engine->config.values[GW_OPTION_MEMORY] == GW_MEMORY_GUARDED &&
           !type->limits.is64 && type->page_log2 == WASM_PAGE_LOG2 &&
           may_reserve(GUARDED_RESERVE);
}

/* The limit counts pages of 64 KiB whatever the memory's own page is.  The
 * size of a 32-bit memory in pages must be an i32. */
static uint64_t
max_pages(const struct gw_engine *engine, const struct gw_memtype *type)
{
    uint64_t limit = engine->decode.limits[GW_LIMIT_MEMORY_PAGES];
    uint64_t most = limit;
    if (type->page_log2 < WASM_PAGE_LOG2)
        most = at_most(limit, UINT32_MAX) << (WASM_PAGE_LOG2 - type->page_log2);
    if (!type->limits.is64)
        most = at_most(most, UINT64_C(1) << (32 - type->page_log2));
    if (!type->limits.is64 && type->page_log2 == 0)
        most = UINT32_MAX < most ? UINT32_MAX : most;
    /* 2^62 bytes are out of reach anywhere; sums below cannot overflow. */
    most = at_most(most, UINT64_C(1) << (62 - type->page_log2));
    return at_most(most, type->limits.max);
}

/* Reserves and commits so that size bytes stand at a new base; false when
 * the system refuses. */
static bool
place(struct gw_meminst *memory, uint64_t size, uint64_t reserve)
{
    if (!may_reserve(reserve))
        return false;
    uint8_t *base = gw_os_reserve((size_t)reserve);
    if (!base)
        return false;
    size_t committed = (size_t)round_up(size);
    if (committed != 0 && !gw_os_commit(base, committed)) {
        gw_os_release(base, (size_t)reserve);
        return false;
    }
    memory->base = base;
    memory->reserved = reserve;
    return true;
}

static uint64_t
first_reserve(const struct gw_meminst *memory, uint64_t size)
{
    if (memory->guarded)
        return GUARDED_RESERVE;
    if (GW_HAS(THREADS) && memory->type.limits.shared)
        size = memory->max_pages << memory->type.page_log2;
    /* An empty memory has a place too: its base is never NULL. */
    return round_up(size ? size : 1);
}

static void
fini_memory(struct gw_store *store, void *object)
{
    struct gw_meminst *memory = object;
    store->memory_bytes -= memory->charged;
    if (GW_HAS(THREADS) && memory->shared)
        gw_sharedmem_detach(memory);
    else if (memory->base)
        gw_os_release(memory->base, (size_t)memory->reserved);
}

/* Takes from the store's quota for memories what a memory of this size needs
 * more than has been taken for it.  A shared memory counts whole for every
 * store that knows it, as large as it was when that store came to know it or
 * last grew it: no thread may touch the books of another. */
static bool
charge(struct gw_meminst *memory, uint64_t size)
{
    struct gw_store *store = memory->store;
    uint64_t limit = store->config.values[GW_OPTION_MAX_MEMORY];
    uint64_t bytes = size - memory->charged;
    assert(size >= memory->charged);
    if (store->memory_bytes > limit || bytes > limit - store->memory_bytes ||
        !gw_store_may_grow(store, GW_EXTERN_MEMORY, memory->charged, size))
        return false;
    store->memory_bytes += bytes;
    memory->charged = size;
    return true;
}

static void
discharge(struct gw_meminst *memory, uint64_t size)
{
    memory->store->memory_bytes -= memory->charged - size;
    memory->charged = size;
}

static enum gw_err
report_quota(const struct gw_store *store, uint64_t size, struct gw_diag *diag)
{
    uint64_t limit = store->config.values[GW_OPTION_MAX_MEMORY];
    if (store->memory_bytes <= limit && size <= limit - store->memory_bytes)
        return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                              "memory of %" PRIu64 " bytes: refused by the "
                              "host",
                              size);
    return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                          "memory of %" PRIu64 " bytes: the store may "
                          "hold %" PRIu64,
                          size, limit);
}

static enum gw_err
init_memory(struct gw_meminst *memory, struct gw_diag *diag)
{
    uint64_t pages = memory->type.limits.min;
    if (pages > memory->max_pages)
        return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                              "memory of %" PRIu64 " pages: the limit is "
                              "%" PRIu64,
                              pages, memory->max_pages);
    uint64_t size = pages << memory->type.page_log2;
    if (!charge(memory, size))
        return report_quota(memory->store, size, diag);
    if (!place(memory, size, first_reserve(memory, size)))
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "the system has no room for a memory of "
                              "%" PRIu64 " bytes%s",
                              size,
                              memory->guarded ? " with its guard (packed "
                                                "memories need none)"
                                              : "");
    atomic_init(&memory->size, (size_t)size);
    atomic_init(&memory->pages, (size_t)pages);
    if (GW_HAS(THREADS) && memory->type.limits.shared &&
        !gw_sharedmem_new(memory))
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for a memory");
    return GW_OK;
}

static struct gw_meminst *
add_memory(struct gw_store *store, struct gw_diag *diag)
{
    struct gw_meminst *memory = gw_owned_new(store, sizeof(*memory),
                                             fini_memory);
    if (memory)
        memory->store = store;
    else
        gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                       "out of memory for a memory");
    return memory;
}

enum gw_err
gw_meminst_new(struct gw_store *store, const struct gw_memtype *type,
               struct gw_diag *diag, struct gw_meminst **out)
{
    struct gw_owned *mark = store->owned;
    struct gw_meminst *memory = add_memory(store, diag);
    if (!memory)
        return GW_ERR_NOMEM;
    memory->type = *type;
    memory->max_pages = max_pages(store->engine, type);
    memory->guarded = gw_memtype_guarded(store->engine, type);
    enum gw_err err = init_memory(memory, diag);
    if (err != GW_OK)
        gw_owned_drop(store, mark);
    else
        *out = memory;
    return err;
}

enum gw_err
gw_meminst_from_shared(struct gw_store *store, struct gw_sharedmem *shared,
                       struct gw_diag *diag, struct gw_meminst **out)
{
    struct gw_owned *mark = store->owned;
    if (store->engine != shared->engine)
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "the shared memory belongs to another engine");
    struct gw_meminst *memory = add_memory(store, diag);
    if (!memory)
        return GW_ERR_NOMEM;
    gw_sharedmem_attach(shared, memory);
    uint64_t size = gw_meminst_size(memory);
    if (!charge(memory, size)) {
        gw_owned_drop(store, mark);
        return report_quota(store, size, diag);
    }
    *out = memory;
    return GW_OK;
}

/* ---- size ---- */

uint64_t
gw_meminst_pages(const struct gw_meminst *memory)
{
    size_t size = memory->shared ? atomic_load(&memory->shared->size)
                                 : atomic_load(&memory->size);
    return size >> memory->type.page_log2;
}

/* Moves a packed memory to a larger reservation: twice the old one when
 * address space allows, else what is needed. */
static bool
move(struct gw_meminst *memory, uint64_t old_size, uint64_t size)
{
    uint8_t *old_base = memory->base;
    uint64_t old_reserved = memory->reserved;
    uint64_t most = round_up(memory->max_pages << memory->type.page_log2);
    uint64_t need = round_up(size);
    uint64_t wish = at_most(most, 2 * memory->reserved);
    assert(!memory->shared);
    if ((wish <= need || !place(memory, size, wish)) &&
        !place(memory, size, need))
        return false;
    memcpy(memory->base, old_base, (size_t)old_size);
    gw_os_release(old_base, (size_t)old_reserved);
    for (struct gw_instance *i = memory->store->instances; i; i = i->next) {
        if (i->ctx.mem0 == memory)
            i->ctx.mem0_base = memory->base;
    }
    return true;
}

static bool
extend(struct gw_meminst *memory, uint64_t old_size, uint64_t size)
{
    uint64_t old_end = round_up(old_size), end = round_up(size);
    if (end > memory->reserved)
        return move(memory, old_size, size);
    return end == old_end ||
           gw_os_commit(memory->base + old_end, (size_t)(end - old_end));
}

static void
set_size(struct gw_meminst *memory, uint64_t size)
{
    if (GW_HAS(THREADS) && memory->shared) {
        gw_sharedmem_set_size(memory->shared, size);
        return;
    }
    memory->size = (size_t)size;
    memory->pages = (size_t)(size >> memory->type.page_log2);
}

static uint64_t
grow(struct gw_meminst *memory, uint64_t delta)
{
    uint64_t old_size = gw_meminst_size(memory), charged = memory->charged;
    uint64_t pages = old_size >> memory->type.page_log2;
    if (delta > memory->max_pages - pages)
        return UINT64_MAX;
    if (delta == 0)
        return pages;
    uint64_t size = (pages + delta) << memory->type.page_log2;
    if (!charge(memory, size))
        return UINT64_MAX;
    if (!extend(memory, old_size, size)) {
        discharge(memory, charged);
        return UINT64_MAX;
    }
    set_size(memory, size);
    return pages;
}

uint64_t
gw_meminst_grow(struct gw_meminst *memory, uint64_t delta)
{
    struct gw_sharedmem *shared = memory->shared;
    if (!GW_HAS(THREADS) || !shared)
        return grow(memory, delta);
    gw_os_mutex_lock(&shared->lock);
    uint64_t pages = grow(memory, delta);
    gw_os_mutex_unlock(&shared->lock);
    return pages;
}
