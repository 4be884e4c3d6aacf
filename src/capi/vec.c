/* Vectors.  A vector that could not be had has size 0. */
#include "capi/heap.h"
#include "wasm.h"

/* What all vectors have in common; KEEP(x) copies an element, DROP(x) ends
 * it. */
#define VEC(name, element)                                             \
    void wasm_##name##_vec_new_empty(wasm_##name##_vec_t *out)         \
    {                                                                  \
        out->size = 0;                                                 \
        out->data = NULL;                                              \
    }                                                                  \
    void wasm_##name##_vec_new_uninitialized(wasm_##name##_vec_t *out, \
                                             size_t size)              \
    {                                                                  \
        out->data = size ? gw_heap_get(size, sizeof(element)) : NULL;  \
        out->size = out->data ? size : 0;                              \
    }                                                                  \
    void wasm_##name##_vec_delete(wasm_##name##_vec_t *vec)            \
    {                                                                  \
        if (!vec)                                                      \
            return;                                                    \
        drop_##name(vec->data, vec->size);                             \
        gw_heap_free(vec->data);                                       \
        vec->data = NULL;                                              \
        vec->size = 0;                                                 \
    }                                                                  \
    void wasm_##name##_vec_new(wasm_##name##_vec_t *out, size_t size,  \
                               element const elements[])               \
    {                                                                  \
        wasm_##name##_vec_new_uninitialized(out, size);                \
        if (!out->size)                                                \
            drop_##name(elements, size);                               \
        for (size_t i = 0; i < out->size; i++)                         \
            out->data[i] = elements[i];                                \
    }                                                                  \
    void wasm_##name##_vec_copy(wasm_##name##_vec_t *out,              \
                                const wasm_##name##_vec_t *vec)        \
    {                                                                  \
        wasm_##name##_vec_new_uninitialized(out, vec->size);           \
        if (!keep_##name(out->data, vec->data, out->size))             \
            wasm_##name##_vec_delete(out);                             \
    }

#define POINTERS(name)                                                 \
    static void drop_##name(wasm_##name##_t *const *data, size_t size) \
    {                                                                  \
        for (size_t i = 0; i < size; i++)                              \
            wasm_##name##_delete(data[i]);                             \
    }                                                                  \
    static bool keep_##name(wasm_##name##_t **out,                     \
                            wasm_##name##_t *const *data, size_t size) \
    {                                                                  \
        bool all = true;                                               \
        for (size_t i = 0; i < size; i++) {                            \
            out[i] = data[i] ? wasm_##name##_copy(data[i]) : NULL;     \
            all = all && (out[i] || !data[i]);                         \
        }                                                              \
        return all;                                                    \
    }                                                                  \
    VEC(name, wasm_##name##_t *)

static void
drop_byte(const wasm_byte_t *data, size_t size)
{
    (void)data, (void)size;
}

static bool
keep_byte(wasm_byte_t *out, const wasm_byte_t *data, size_t size)
{
    if (size)
        memcpy(out, data, size);
    return true;
}

static void
drop_val(const wasm_val_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        wasm_val_t val = data[i];
        wasm_val_delete(&val);
    }
}

static bool
keep_val(wasm_val_t *out, const wasm_val_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        wasm_val_copy(&out[i], &data[i]);
    return true;
}

VEC(byte, wasm_byte_t)
VEC(val, wasm_val_t)
POINTERS(valtype)
POINTERS(functype)
POINTERS(globaltype)
POINTERS(tabletype)
POINTERS(memorytype)
POINTERS(externtype)
POINTERS(importtype)
POINTERS(exporttype)
POINTERS(frame)
POINTERS(extern)
