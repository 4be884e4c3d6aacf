/* A build without machine code: no file is an artifact, and every function is
 * left to the interpreter. */
#include "aot/aot.h"

static enum gw_err
open_file(struct gw_engine *engine, struct gw_span *bytes, struct gw_diag *diag)
{
    (void)engine;
    (void)bytes;
    (void)diag;
    return GW_OK;
}

static enum gw_err
prepare(struct gw_program *program, struct gw_span file, struct gw_diag *diag)
{
    (void)program;
    (void)file;
    (void)diag;
    return GW_OK;
}

const struct gw_compiler gw_aot_compiler = { open_file, prepare };
