/* Linkers in a build without WASI: there is what the host defines. */
#include "capi/linker.h"

#include "capi/error.h"

void
gw_linker_drop_gate(godwit_linker_t *linker)
{
    (void)linker;
}

enum gw_err
gw_linker_guard(godwit_linker_t *linker, struct gw_span module,
                struct gw_span name, struct gw_externval *value)
{
    (void)linker;
    (void)module;
    (void)name;
    (void)value;
    return GW_OK;
}

enum gw_err
gw_linker_provide(godwit_linker_t *linker, const struct gw_module *module,
                  const struct gw_import *import, struct gw_diag *diag,
                  struct gw_externval *out)
{
    (void)linker;
    (void)module;
    (void)import;
    (void)diag;
    (void)out;
    return GW_ERR_NOT_FOUND;
}

void
gw_linker_hint(const godwit_linker_t *linker, const struct gw_module *module,
               const struct gw_import *import, godwit_error_t *error)
{
    (void)linker;
    (void)module;
    (void)import;
    gw_error_hint(error, "the host must define it before the module is "
                         "instantiated; this build has no WASI");
}
