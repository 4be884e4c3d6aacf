/*
 * A program: a module made ready for an engine.
 *
 * Its types are numbered, and its functions are translated by the engine's
 * tier when they are first called; the code is shared by all instances in
 * all stores.  Thread safe; reference counted.
 */
#ifndef GW_RT_PROGRAM_H
#define GW_RT_PROGRAM_H

#include "rt/engine.h"
#include "os/os.h"

struct gw_program {
    struct gw_engine *engine;
    struct gw_module *module;
    uint32_t *type_ids;    /* module type index -> engine type number */
    _Atomic(void *) *code; /* per defined function; the tier's, or NULL */
    struct gw_os_mutex translating; /* held by the tier while it adds code */
    struct gw_native *native;       /* machine code (rt/native.h); NULL: none */
    struct gw_span file;            /* the module's bytes, or an artifact */
    void (*release)(void *env, struct gw_span file);
    void *release_env;
    atomic_uint refs;
};

/* Decodes, validates and prepares a module, or, with a compiler, an artifact
 * that holds one.  bytes must live until the program is
 * gone: release (may be NULL) is called then, and also on failure. */
enum gw_err gw_program_new(struct gw_engine *engine, struct gw_span bytes,
                           void (*release)(void *env, struct gw_span bytes),
                           void *release_env, struct gw_diag *diag,
                           struct gw_program **out);
struct gw_program *gw_program_ref(struct gw_program *program);
void gw_program_unref(struct gw_program *program);

#endif
