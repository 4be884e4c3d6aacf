/* A build for size has no fast walk either. */
#include "wasm/op_fast.h"

bool
gw_shapes_new(const struct gw_module *module, struct gw_alloc *alloc,
              struct gw_shape **out)
{
    (void)module;
    (void)alloc;
    *out = NULL;
    return true;
}

void
gw_shapes_delete(struct gw_shape *shapes, const struct gw_module *module,
                 struct gw_alloc *alloc)
{
    (void)shapes;
    (void)module;
    (void)alloc;
}

struct gw_fast *
gw_fast_new(struct gw_alloc *alloc)
{
    (void)alloc;
    return NULL;
}

void
gw_fast_delete(struct gw_fast *fast, struct gw_alloc *alloc)
{
    (void)fast;
    (void)alloc;
}

bool
gw_fast_run(struct gw_op_iter *it, uint32_t func)
{
    (void)it;
    (void)func;
    return false;
}
