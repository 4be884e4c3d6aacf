/*
 * LLVM's passes over a module, and what must hold for them.
 */
#ifndef GW_AOT_LLVM_OPTIMISE_H
#define GW_AOT_LLVM_OPTIMISE_H

#include "aot/llvm/ll.h"

enum gw_err gw_ll_optimise(struct gw_ll *ll, uint32_t level,
                           struct gw_diag *diag);

#endif
