/*
 * godwit/external.h: memories, tables and tags beyond wasm.h.
 *
 * wasm.h has 32-bit limits and no tags.  Here are limits as the
 * specification has them, sizes of 64 bits, and tags as objects of a store.
 * Threads are as in wasm.h: types belong to nobody, objects to their store.
 */
#ifndef GODWIT_EXTERNAL_H
#define GODWIT_EXTERNAL_H

#include "godwit/module.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- limits, spec 2.3.12 ---- */

struct godwit_limits {
    uint64_t min, max; /* pages or elements; max UINT64_MAX: none */
    bool is64;         /* addresses are i64 */
    bool shared;       /* memories: seen by several threads; wants a max */
    uint8_t page_log2; /* memories: 16, or 0 for pages of one byte */
};

/* A memory's type; own, NULL when the limits are none that a module could
 * have (spec 3.2.11) or out of memory. */
GODWIT_API wasm_memorytype_t *
godwit_memorytype_new(const struct godwit_limits *limits);
/* A table's type; takes element over.  NULL as above. */
GODWIT_API wasm_tabletype_t *
godwit_tabletype_new(wasm_valtype_t *element,
                     const struct godwit_limits *limits);

/* The exact limits of a type, where wasm.h gives the largest number it can. */
GODWIT_API void godwit_memorytype_limits(const wasm_memorytype_t *type,
                                         struct godwit_limits *out);
GODWIT_API void godwit_tabletype_limits(const wasm_tabletype_t *type,
                                        struct godwit_limits *out);

/* ---- sizes ---- */

/* Size in pages of the memory's own kind, spec memory.size. */
GODWIT_API uint64_t godwit_memory_size(const wasm_memory_t *memory);
/* Adds pages, spec memory.grow; false when the memory may not or cannot be so
 * large. */
GODWIT_API bool godwit_memory_grow(wasm_memory_t *memory, uint64_t delta);

/* Size in elements, spec table.size. */
GODWIT_API uint64_t godwit_table_size(const wasm_table_t *table);
/* Own; NULL for the null reference and outside the table. */
GODWIT_API wasm_ref_t *godwit_table_get(const wasm_table_t *table,
                                        uint64_t index);
/* False outside the table, and for a reference that does not fit. */
GODWIT_API bool godwit_table_set(wasm_table_t *table, uint64_t index,
                                 wasm_ref_t *ref);
/* Adds elements, spec table.grow; false when refused or init does not fit. */
GODWIT_API bool godwit_table_grow(wasm_table_t *table, uint64_t delta,
                                  wasm_ref_t *init);

/* ---- tags, spec 4.2.11 ---- */

typedef struct godwit_tag_t godwit_tag_t;

/* Makes a tag whose exceptions carry the parameters of type, which has no
 * results.  Own; NULL when it has, when a type is another engine's, or out of
 * memory. */
GODWIT_API godwit_tag_t *godwit_tag_new(wasm_store_t *store,
                                        const wasm_functype_t *type);
GODWIT_API void godwit_tag_delete(godwit_tag_t *tag);
/* Another handle of the same tag (own); and whether two are of one tag. */
GODWIT_API godwit_tag_t *godwit_tag_copy(const godwit_tag_t *tag);
GODWIT_API bool godwit_tag_same(const godwit_tag_t *a, const godwit_tag_t *b);
/* Own. */
GODWIT_API wasm_functype_t *godwit_tag_type(const godwit_tag_t *tag);

/* The same handle seen as an external, and back: NULL when it is one of
 * another kind.  Nothing changes hands. */
GODWIT_API wasm_extern_t *godwit_tag_as_extern(godwit_tag_t *tag);
GODWIT_API godwit_tag_t *godwit_extern_as_tag(wasm_extern_t *external);

/* The function type in the type of a tag, borrowed; NULL for the types of
 * other externals. */
GODWIT_API const wasm_functype_t *
godwit_externtype_tag(const wasm_externtype_t *type);

#ifdef __cplusplus
}
#endif

#endif
