/*
 * Linkers: what linker.c, which keeps the host's definitions by name, asks of
 * linker_wasi.c, which knows policies and WASI.  A build without WASI has
 * none/linker_wasi.c in its place.
 */
#ifndef GW_CAPI_LINKER_H
#define GW_CAPI_LINKER_H

#include "capi/handle.h"

struct gw_gate;
struct gw_wasi;

struct godwit_linker_t {
    struct gw_store *store;
    struct gw_wasi *wasi; /* the store's; NULL: not granted */
    struct gw_gate *gate; /* a reference; NULL: nothing is judged */
    struct gw_alloc alloc;
    struct gw_map index; /* key -> place in definitions */
    struct gw_vec definitions;
};

void gw_linker_drop_gate(godwit_linker_t *linker);

/* Puts the gate, if there is one, before a function of the host. */
enum gw_err gw_linker_guard(godwit_linker_t *linker, struct gw_span module,
                            struct gw_span name, struct gw_externval *value);

/* What WASI has under an import's name; GW_ERR_NOT_FOUND when nothing.  The
 * memory that a program with threads imports is made for it. */
enum gw_err gw_linker_provide(godwit_linker_t *linker,
                              const struct gw_module *module,
                              const struct gw_import *import,
                              struct gw_diag *diag, struct gw_externval *out);

/* Adds to an error what a user can do about an import that nothing was
 * granted for. */
void gw_linker_hint(const godwit_linker_t *linker,
                    const struct gw_module *module,
                    const struct gw_import *import, godwit_error_t *error);

#endif
