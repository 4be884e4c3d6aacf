#include "rt/heap_block.h"
#include "rt/owned.h"

static void
trace_global(struct gw_marker *marker, void *object)
{
    const struct gw_globalinst *global = object;
    gw_mark_refs(marker, &global->value[0].ref, 1);
}

enum gw_err
gw_globalinst_new(struct gw_store *store, const struct gw_globaltype *type,
                  struct gw_globalinst **out)
{
    struct gw_globalinst *global = gw_owned_new(store, sizeof(*global), NULL);
    if (!global)
        return GW_ERR_NOMEM;
    global->type = *type;
    global->store = store;
    if (gw_typereg_is_traced(store->engine, type->type))
        gw_owned_set_trace(global, trace_global);
    *out = global;
    return GW_OK;
}

enum gw_err
gw_taginst_new(struct gw_store *store, uint32_t type_id,
               const struct gw_functype *type, struct gw_taginst **out)
{
    struct gw_taginst *tag = gw_owned_new(store, sizeof(*tag), NULL);
    if (!tag)
        return GW_ERR_NOMEM;
    tag->type_id = type_id;
    tag->type = type;
    tag->store = store;
    *out = tag;
    return GW_OK;
}
