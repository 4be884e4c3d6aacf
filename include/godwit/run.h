/*
 * godwit/run.h: calling guests, and holding them to limits.
 */
#ifndef GODWIT_RUN_H
#define GODWIT_RUN_H

#include "godwit/trap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- calls ---- */

/* Calls a function of arg_count arguments and result_count results, spec
 * 4.5.5; both must be those of its type.  results is filled with own values.
 * Returns GODWIT_TRAP_NONE, or the kind of the trap, which is left in own
 * *trap unless trap is NULL. */
GODWIT_API enum godwit_trap
godwit_func_call(const wasm_func_t *func, const wasm_val_t *args,
                 size_t arg_count, wasm_val_t *results, size_t result_count,
                 wasm_trap_t **trap);

/* The export of a name (own), or NULL.  Constant time. */
GODWIT_API wasm_extern_t *
godwit_instance_export(const wasm_instance_t *instance, const char *name);

/* The module an instance was made of (own). */
GODWIT_API wasm_module_t *
godwit_instance_module(const wasm_instance_t *instance);

/* ---- values as text ---- */

/* Reads a value of a type as the text format has it: -1, 0x10, 1.5, nan;
 * references: null only.  GODWIT_ARGUMENT when it cannot be read. */
GODWIT_API godwit_error_t *godwit_val_parse(const wasm_valtype_t *type,
                                            const char *text, wasm_val_t *out);

/* Writes a value so that godwit_val_parse reads it again; always terminates,
 * returns the length of the whole. */
GODWIT_API size_t godwit_val_print(const wasm_val_t *val, char *buffer,
                                   size_t size);

/* Writes a type's name, e.g. "i32" or "(ref null func)". */
GODWIT_API size_t godwit_valtype_print(const wasm_valtype_t *type, char *buffer,
                                       size_t size);

/* ---- limits while running ---- */

/* Fuel: a unit for about each operator executed, the same in every tier.
 * Only stores of engines with METER count.  Out of fuel is a trap. */
GODWIT_API void godwit_store_set_fuel(wasm_store_t *store, uint64_t fuel);
GODWIT_API uint64_t godwit_store_fuel(const wasm_store_t *store);

/* Guests trap when they still run timeout_ns from now; UINT64_MAX takes the
 * deadline away.  GODWIT_SYSTEM when no timer can be had. */
GODWIT_API godwit_error_t *godwit_store_set_timeout(wasm_store_t *store,
                                                    uint64_t timeout_ns);

/* Makes the guest that runs, or runs next, trap at its next safepoint.  May
 * be called from any thread while the store lives, not from a signal
 * handler. */
GODWIT_API void godwit_store_interrupt(wasm_store_t *store);

/* Lets guests run again after an interrupt or a deadline.  The store's own
 * thread, while no guest runs. */
GODWIT_API void godwit_store_resume(wasm_store_t *store);

#ifdef __cplusplus
}
#endif

#endif
