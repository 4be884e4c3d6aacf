/*
 * godwit/linker.h: instantiation with imports found by name.
 *
 * A linker belongs to one store and its thread.  It holds names and what the
 * host grants under them; a module gets what it asks for by name and nothing
 * else.
 */
#ifndef GODWIT_LINKER_H
#define GODWIT_LINKER_H

#include "godwit/run.h"
#include "godwit/wasi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct godwit_linker_t godwit_linker_t;

/* Own; NULL when out of memory. */
GODWIT_API godwit_linker_t *godwit_linker_new(wasm_store_t *store);
/* What was defined stays alive with the store. */
GODWIT_API void godwit_linker_delete(godwit_linker_t *linker);

/* Defines module.name; a later definition of the same name takes its place.
 * Errors: ARGUMENT (another store's), NOMEM. */
GODWIT_API godwit_error_t *godwit_linker_define(godwit_linker_t *linker,
                                                const char *module,
                                                const char *name,
                                                const wasm_extern_t *value);

/* Makes a host function and defines it; for the last three see
 * wasm_func_new_with_env. */
GODWIT_API godwit_error_t *
godwit_linker_define_func(godwit_linker_t *linker, const char *module,
                          const char *name, const wasm_functype_t *type,
                          wasm_func_callback_with_env_t callback, void *env,
                          void (*finalizer)(void *env));

/* Defines every export of an instance under a module's name. */
GODWIT_API godwit_error_t *
godwit_linker_define_instance(godwit_linker_t *linker, const char *module,
                              const wasm_instance_t *instance);

/* Defines the functions of WASI 0.1 (wasi_snapshot_preview1), with what
 * config grants.  Takes config over, also when it fails. */
GODWIT_API godwit_error_t *
godwit_linker_define_wasi(godwit_linker_t *linker,
                          godwit_wasi_config_t *config);

/* Parts of the second wall; a set. */
enum godwit_wall {
    GODWIT_WALL_NO_NEW_PRIVS = 1, /* nothing gives this process more rights */
    GODWIT_WALL_PATHS = 2,        /* only granted paths can be opened */
    GODWIT_WALL_CALLS = 4         /* few system calls are left, and no exec */
};

/* Takes from this whole process, for good, what guests of WASI do not need
 * for what they were granted, so that one that got out of its sandbox would
 * find nothing.  Call it after godwit_linker_define_wasi, when all modules
 * are loaded and before threads are started.  Returns which parts stand: a
 * system may have none of them, or refuse. */
GODWIT_API unsigned godwit_linker_raise_wall(godwit_linker_t *linker);

/* Ends the threads that guests of WASI have started and waits for them, while
 * none of this store's guests runs; they cannot start any more.  A program
 * ends with its _start.  Deleting the store does it, too. */
GODWIT_API void godwit_linker_end_threads(godwit_linker_t *linker);

/* Instantiates a module, spec 4.5.4: own, or NULL with an error.  UNLINKABLE
 * names the import that is missing or does not fit, and its hint says what
 * would grant it.  TRAP: initialisation or the start function trapped, and
 * own *trap (unless trap is NULL) has it. */
GODWIT_API wasm_instance_t *
godwit_linker_instantiate(godwit_linker_t *linker, const wasm_module_t *module,
                          wasm_trap_t **trap, godwit_error_t **error);

#ifdef __cplusplus
}
#endif

#endif
