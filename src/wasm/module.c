#include "wasm/module.h"

void
gw_module_delete(struct gw_module *module)
{
    if (!module)
        return;
    struct gw_alloc *alloc = module->arena.alloc;
    gw_arena_fini(&module->arena);
    gw_alloc_free(alloc, module, sizeof *module);
}
