/* A build for size counts nothing. */
#include "interp/count.h"

enum gw_err
gw_interp_count(struct gw_exec *exec)
{
    (void)exec;
    return GW_ERR_UNSUPPORTED;
}

enum gw_err
gw_interp_counts(struct gw_exec *exec,
                 void (*visit)(void *env, const struct gw_count *count),
                 void *env)
{
    (void)exec;
    (void)visit;
    (void)env;
    return GW_OK;
}

void
gw_interp_free_counts(struct gw_exec *exec)
{
    (void)exec;
}
