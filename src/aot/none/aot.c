/* A build without machine code: every function is left to the interpreter. */
#include "aot/aot.h"

static enum gw_err
prepare(struct gw_program *program, struct gw_diag *diag)
{
    (void)program;
    (void)diag;
    return GW_OK;
}

const struct gw_compiler gw_aot_compiler = { prepare };
