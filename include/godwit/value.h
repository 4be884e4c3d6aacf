/*
 * godwit/value.h: vectors, and looking into references.
 *
 * Values and references belong to the store they came from and its thread.
 */
#ifndef GODWIT_VALUE_H
#define GODWIT_VALUE_H

#include "godwit/module.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- vectors ---- */

/* Makes own *out a vector of 16 bytes, the first being the lowest of lane 0.
 * wasm_val_t has no room for them, so the value owns memory: it ends with
 * wasm_val_delete, like a reference.  False when out of memory. */
GODWIT_API bool godwit_val_new_v128(wasm_val_t *out, const uint8_t bytes[16]);

/* Copies the bytes of a vector; false when val is not one. */
GODWIT_API bool godwit_val_v128(const wasm_val_t *val, uint8_t bytes[16]);

/* ---- references, spec 4.2.1 ---- */

enum godwit_ref {
    GODWIT_REF_NULL,
    GODWIT_REF_FUNC,
    GODWIT_REF_HOST, /* any other object of wasm.h */
    GODWIT_REF_I31,
    GODWIT_REF_STRUCT,
    GODWIT_REF_ARRAY,
    GODWIT_REF_EXCEPTION,
    GODWIT_REF_CONTINUATION
};

/* What a reference is to. */
GODWIT_API enum godwit_ref godwit_ref_kind(const wasm_ref_t *ref);

/* The type that the object of a struct or array was made with, a reference
 * that is not null; own.  NULL for other references. */
GODWIT_API wasm_valtype_t *godwit_ref_type(const wasm_ref_t *ref);

/* How many fields or elements a struct or array has; 0 for other
 * references. */
GODWIT_API uint64_t godwit_ref_count(const wasm_ref_t *ref);

/* Reads a field or element to own *out; those of 8 and 16 bits become an i32
 * without sign.  False when there is none of that number. */
GODWIT_API bool godwit_ref_get(const wasm_ref_t *ref, uint64_t index,
                               wasm_val_t *out);

/* Writes a field or element.  False when there is none of that number, when
 * it cannot be changed, and when val does not fit. */
GODWIT_API bool godwit_ref_set(wasm_ref_t *ref, uint64_t index,
                               const wasm_val_t *val);

/* The number of an i31, with its sign; false for other references. */
GODWIT_API bool godwit_ref_i31(const wasm_ref_t *ref, int32_t *out);

/* ---- making them ---- */

/* The lower 31 bits of value as a reference.  Own; NULL when out of memory. */
GODWIT_API wasm_ref_t *godwit_i31_new(wasm_store_t *store, int32_t value);

/* Makes a struct of the type that a reference type names, e.g. one of a
 * function's parameters.  fields: count values, or NULL for the defaults.
 * Own; NULL when type names no struct type of this engine, when a value does
 * not fit or a default does not exist, or when the heap is full. */
GODWIT_API wasm_ref_t *godwit_struct_new(wasm_store_t *store,
                                         const wasm_valtype_t *type,
                                         const wasm_val_t *fields,
                                         size_t count);

/* The same of an array with count elements, each of them value (NULL: the
 * default). */
GODWIT_API wasm_ref_t *godwit_array_new(wasm_store_t *store,
                                        const wasm_valtype_t *type,
                                        uint32_t count,
                                        const wasm_val_t *value);

#ifdef __cplusplus
}
#endif

#endif
