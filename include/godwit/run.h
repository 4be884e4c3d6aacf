/*
 * godwit/run.h: calling guests, and holding them to limits.
 */
#ifndef GODWIT_RUN_H
#define GODWIT_RUN_H

#include "godwit/config.h"
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

/* Reads a value of a type as the text format has it: -1, 0x10, 1.5, nan,
 * i32x4 1 2 3 4; references: null only.  GODWIT_ARGUMENT when it cannot be read. */
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

/* Changes a quota of one store: MAX_MEMORY, MAX_TABLE, MAX_INSTANCES, MAX_HOST
 * or MAX_HEAP.  It begins as the engine's.  What is held already stays; a
 * table keeps the bound it was made with.  GODWIT_ARGUMENT for other options,
 * and for values out of the option's bounds. */
GODWIT_API godwit_error_t *godwit_store_set_quota(wasm_store_t *store,
                                                  enum godwit_option option,
                                                  uint64_t value);

/* What a store has taken of its quota: MAX_MEMORY (bytes), MAX_INSTANCES,
 * MAX_HOST (bytes), MAX_HEAP (bytes); 0 for other options. */
GODWIT_API uint64_t godwit_store_usage(const wasm_store_t *store,
                                       enum godwit_option option);

/* Asked when a memory or table is made or would grow, within the quotas and
 * limits: may it go from size to wish (bytes of a memory, elements of a
 * table)?  kind is WASM_EXTERN_MEMORY or _TABLE.  It runs in the store's
 * thread and must not use the store. */
typedef bool godwit_limiter_t(void *env, wasm_externkind_t kind, uint64_t size,
                              uint64_t wish);

/* Sets the limiter of a store; NULL takes it away. */
GODWIT_API void godwit_store_set_limiter(wasm_store_t *store,
                                         godwit_limiter_t *limiter, void *env);

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

/* ---- sampling ---- */

enum { GODWIT_SAMPLE_MAX = 256 };

/* Told where a guest is: its frames, innermost first; of a deeper stack the
 * outer frames are left out.  The innermost has the offset of the operator
 * that comes next, others may have that of their function.  Names are valid as
 * long as the module.  It runs in the store's thread and must not use the
 * store. */
typedef void godwit_sampler_t(void *env, const struct godwit_frame *frames,
                              size_t count);

/* Sets the sampler of a store; NULL takes it away.  The store's own thread,
 * while no guest runs. */
GODWIT_API void godwit_store_set_sampler(wasm_store_t *store,
                                         godwit_sampler_t *sampler, void *env);

/* Has the sampler called once, at the next safepoint of the guest that runs,
 * or runs next.  May be called from any thread while the store lives, not from
 * a signal handler.  Guests are not slowed down in between. */
GODWIT_API void godwit_store_sample(wasm_store_t *store);

/* ---- counting ---- */

/* How often guests ran instructions of the interpreter: of a function, because
 * of an operator of WebAssembly (one name), or two or three that stand one
 * behind the other. */
struct godwit_count {
    bool is_func;
    uint32_t func;
    struct godwit_bytes func_name; /* valid as long as the module */
    const char *names[3];          /* NULL: no more */
    uint64_t count;
};

typedef void godwit_counts_t(void *env, const struct godwit_count *count);

/* Counts from now on, which makes guests several times slower.  Only the
 * driver named switch does: GODWIT_UNSUPPORTED with others.  The store's own
 * thread, while no guest runs; so is the other. */
GODWIT_API godwit_error_t *godwit_store_count(wasm_store_t *store);
/* Tells what was counted, in no order; the same names may come many times. */
GODWIT_API godwit_error_t *
godwit_store_counts(wasm_store_t *store, godwit_counts_t *visit, void *env);

#ifdef __cplusplus
}
#endif

#endif
