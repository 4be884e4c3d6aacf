/*
 * Traps: why guest code stopped.  The list is trap.def.
 */
#ifndef GW_WASM_TRAP_H
#define GW_WASM_TRAP_H

enum gw_trap {
#define TRAP(ident, text) GW_TRAP_##ident,
#include "wasm/trap.def"
#undef TRAP
    GW_TRAP_COUNT
};

/* Returns the fixed text of trap, worded as in the official test suite;
 * never NULL. */
const char *gw_trap_text(enum gw_trap trap);

#endif
