#include "wasm/trap.h"

const char *
gw_trap_text(enum gw_trap trap)
{
    static const char *const texts[GW_TRAP_COUNT] = {
#define TRAP(ident, text) [GW_TRAP_##ident] = text,
#include "wasm/trap.def"
#undef TRAP
    };
    return (unsigned)trap < GW_TRAP_COUNT ? texts[trap] : "unknown trap";
}
