#include "rt/heap_block.h"
#include "rt/owned.h"
#include "wasm/limit.h"

#include <inttypes.h>

static void
fini_table(struct gw_store *store, void *object)
{
    struct gw_tableinst *table = object;
    gw_alloc_free(&store->alloc, table->elems,
                  (size_t)table->capacity * sizeof(*table->elems));
}

static void
trace_table(struct gw_marker *marker, void *object)
{
    const struct gw_tableinst *table = object;
    gw_mark_refs(marker, table->elems, table->size);
}

static enum gw_err
init_table(struct gw_tableinst *table, uint64_t init, struct gw_diag *diag)
{
    struct gw_store *store = table->store;
    uint64_t size = table->type.limits.min;
    if (size > table->max || size > SIZE_MAX / sizeof(*table->elems))
        return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                              "table of %" PRIu64 " elements: the limit is "
                              "%" PRIu64,
                              size, table->max);
    if (!gw_store_may_grow(store, GW_EXTERN_TABLE, 0, size))
        return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                              "table of %" PRIu64 " elements: refused by the "
                              "host",
                              size);
    table->elems = gw_alloc_zero(&store->alloc, (size_t)size,
                                 sizeof(*table->elems));
    if (!table->elems)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for a table of %" PRIu64
                              " elements",
                              size);
    table->size = table->capacity = size;
    for (uint64_t i = 0; init != 0 && i < size; i++)
        table->elems[i] = init;
    return GW_OK;
}

enum gw_err
gw_tableinst_new(struct gw_store *store, const struct gw_tabletype *type,
                 uint64_t init, struct gw_diag *diag, struct gw_tableinst **out)
{
    struct gw_owned *mark = store->owned;
    struct gw_tableinst *table = gw_owned_new(store, sizeof(*table),
                                              fini_table);
    if (!table)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for a table");
    table->store = store;
    table->type = *type;
    if (gw_typereg_is_traced(store->engine, type->elem))
        gw_owned_set_trace(table, trace_table);
    table->max = store->config.values[GW_OPTION_MAX_TABLE];
    if (type->limits.max < table->max)
        table->max = type->limits.max;
    enum gw_err err = init_table(table, init, diag);
    if (err != GW_OK)
        gw_owned_drop(store, mark);
    else
        *out = table;
    return err;
}

static bool
resize(struct gw_tableinst *table, uint64_t capacity)
{
    if (capacity > SIZE_MAX / sizeof(*table->elems))
        return false;
    uint64_t *elems = gw_alloc_resize(&table->store->alloc, table->elems,
                                      (size_t)table->capacity * sizeof(*elems),
                                      (size_t)capacity * sizeof(*elems));
    if (!elems)
        return false;
    table->elems = elems;
    table->capacity = capacity;
    return true;
}

uint64_t
gw_tableinst_grow(struct gw_tableinst *table, uint64_t delta, uint64_t init)
{
    uint64_t old = table->size;
    if (delta > table->max - old)
        return UINT64_MAX;
    uint64_t size = old + delta;
    if (!gw_store_may_grow(table->store, GW_EXTERN_TABLE, old, size))
        return UINT64_MAX;
    if (size > table->capacity) {
        /* Half as much again, so that growing by ones stays linear. */
        uint64_t wish = table->capacity + table->capacity / 2;
        if (wish > table->max)
            wish = table->max;
        if ((wish <= size || !resize(table, wish)) && !resize(table, size))
            return UINT64_MAX;
    }
    for (uint64_t i = old; i < size; i++)
        table->elems[i] = init;
    table->size = size;
    return old;
}
