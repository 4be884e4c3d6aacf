/* A build for size has no superinstructions. */
#include "interp/super.h"

void
gw_super_join(uint32_t *words, struct gw_super_start *starts, uint32_t count,
              uint32_t temps)
{
    (void)words;
    (void)starts;
    (void)count;
    (void)temps;
}

uint32_t
gw_super_first(uint32_t iop)
{
    return iop;
}
