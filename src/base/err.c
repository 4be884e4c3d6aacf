#include "base/err.h"

static const char *const texts[GW_ERR_COUNT] = {
#define ERR(ident, text) [GW_ERR_##ident] = text,
#include "base/err.def"
#undef ERR
};

const char *
gw_err_text(enum gw_err err)
{
    /* The cast also sends negative values, which C allows, past the end. */
    if ((unsigned)err >= GW_ERR_COUNT)
        return "unknown error";
    return texts[err];
}
