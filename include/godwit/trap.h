/*
 * godwit/trap.h: why a guest stopped, and where.
 *
 * A trap belongs to the store it came from.  Strings and frames are valid as
 * long as the trap.
 */
#ifndef GODWIT_TRAP_H
#define GODWIT_TRAP_H

#include "godwit/external.h"

#ifdef __cplusplus
extern "C" {
#endif

enum godwit_trap {
    GODWIT_TRAP_NONE,
    GODWIT_TRAP_UNREACHABLE,
    GODWIT_TRAP_INTEGER_DIVIDE_BY_ZERO,
    GODWIT_TRAP_INTEGER_OVERFLOW,
    GODWIT_TRAP_INVALID_CONVERSION,
    GODWIT_TRAP_MEMORY_OUT_OF_BOUNDS,
    GODWIT_TRAP_TABLE_OUT_OF_BOUNDS,
    GODWIT_TRAP_UNDEFINED_ELEMENT,
    GODWIT_TRAP_UNINITIALIZED_ELEMENT,
    GODWIT_TRAP_INDIRECT_CALL_TYPE,
    GODWIT_TRAP_NULL_REFERENCE,
    GODWIT_TRAP_NULL_FUNCTION,
    GODWIT_TRAP_NULL_STRUCTURE,
    GODWIT_TRAP_NULL_ARRAY,
    GODWIT_TRAP_NULL_I31,
    GODWIT_TRAP_NULL_EXCEPTION,
    GODWIT_TRAP_NULL_CONTINUATION,
    GODWIT_TRAP_CONTINUATION_CONSUMED,
    GODWIT_TRAP_CAST_FAILURE,
    GODWIT_TRAP_ARRAY_OUT_OF_BOUNDS,
    GODWIT_TRAP_UNALIGNED_ATOMIC,
    GODWIT_TRAP_NOT_SHARED,
    GODWIT_TRAP_UNHANDLED_TAG,
    GODWIT_TRAP_UNCAUGHT_EXCEPTION,
    GODWIT_TRAP_STACK_EXHAUSTED,
    GODWIT_TRAP_OUT_OF_FUEL,
    GODWIT_TRAP_DEADLINE,
    GODWIT_TRAP_INTERRUPTED,
    GODWIT_TRAP_HEAP_EXHAUSTED,
    GODWIT_TRAP_NO_MEMORY,
    GODWIT_TRAP_HOST, /* a host function failed */
    GODWIT_TRAP_EXIT  /* the guest ended the program; no failure */
};

/* The kind; GODWIT_TRAP_NONE for NULL. */
GODWIT_API enum godwit_trap godwit_trap_kind(const wasm_trap_t *trap);

/* The status of a guest that ended the program (proc_exit); false for other
 * traps. */
GODWIT_API bool godwit_trap_exit_code(const wasm_trap_t *trap, int32_t *code);

/* Makes the trap that ends the guest's program with a status: for host
 * functions.  Own; NULL when out of memory. */
GODWIT_API wasm_trap_t *godwit_trap_new_exit(wasm_store_t *store, int32_t code);

/* The exception that no guest has caught (GODWIT_TRAP_UNCAUGHT_EXCEPTION): its
 * tag and its values, all own; either pointer may be NULL.  False for other
 * traps. */
GODWIT_API bool godwit_trap_exception(const wasm_trap_t *trap,
                                      godwit_tag_t **tag,
                                      wasm_val_vec_t *values);

/* Makes the trap that throws an exception, for host functions: guests that
 * called them can catch it.  values: one for each parameter of the tag's
 * type.  Own; NULL when they do not fit or out of memory. */
GODWIT_API wasm_trap_t *godwit_trap_new_exception(const godwit_tag_t *tag,
                                                  const wasm_val_t *values,
                                                  size_t count);

/* The message, terminated and fit for a terminal. */
GODWIT_API const char *godwit_trap_message(const wasm_trap_t *trap);

struct godwit_frame {
    struct godwit_bytes func_name; /* {NULL, 0}: none */
    uint32_t func;                 /* index in the module */
    uint32_t offset;               /* of the operator, in the module's bytes */
};

/* Guest frame by number, 0 the innermost; false when there are no more.  Of a
 * very deep stack the middle frames are not kept: *skipped tells how many
 * were left out just before this one. */
GODWIT_API bool godwit_trap_frame(const wasm_trap_t *trap, uint32_t number,
                                  struct godwit_frame *out, uint32_t *skipped);

#ifdef __cplusplus
}
#endif

#endif
