#include "rt/owned.h"
#include "rt/tier.h"

static void
fini_host_func(struct gw_store *store, void *object)
{
    struct gw_funcinst *func = object;
    (void)store;
    if (func->finalize)
        func->finalize(func->env);
}

/* The registry keeps a copy of every function type as long as the engine
 * lives, which is longer than the store. */
enum gw_err
gw_funcinst_new_host(struct gw_store *store, const struct gw_functype *type,
                     gw_host_fn *host, void *env, void (*finalize)(void *env),
                     struct gw_funcinst **out)
{
    struct gw_engine *engine = store->engine;
    uint32_t type_id;
    enum gw_err err = gw_typereg_intern_func(engine, type, &type_id);
    if (err != GW_OK)
        return err;
    struct gw_funcinst *func = gw_owned_new(store, sizeof(*func),
                                            fini_host_func);
    if (!func)
        return GW_ERR_NOMEM;
    func->type = &gw_typereg_def(engine, type_id)->func;
    func->type_id = type_id;
    func->index = GW_NO_INDEX;
    func->host = host;
    func->env = env;
    func->finalize = finalize;
    func->store = store;
    func->code = engine->tier->entry(func);
    *out = func;
    return GW_OK;
}
