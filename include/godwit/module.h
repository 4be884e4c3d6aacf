/*
 * godwit/module.h: loading modules, and looking into them.
 *
 * A module never changes and may be read by any thread.  Names and bytes
 * that the functions below give out are borrowed from the module and live as
 * long as it; names are UTF-8, not terminated, and may hold anything a
 * producer likes: print them through godwit_name_print.
 */
#ifndef GODWIT_MODULE_H
#define GODWIT_MODULE_H

#include "godwit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed bytes. */
struct godwit_bytes {
    const char *data;
    size_t size;
};

/* Kinds of externals that wasm.h does not know; they fit wasm_externkind_t. */
enum { GODWIT_EXTERN_TAG = WASM_EXTERN_MEMORY + 1 };

/* The kind of vectors, which wasm.h does not know: see godwit/value.h. */
enum { GODWIT_V128 = WASM_F64 + 1 };

/* ---- loading ---- */

/* Decodes and validates a module (spec 5, 3) given as binary or, when it
 * begins with a parenthesis or a comment, as text (spec 6).  The bytes are
 * copied.  Errors: MALFORMED, INVALID, UNSUPPORTED, SYNTAX, LIMIT, NOMEM. */
GODWIT_API wasm_module_t *godwit_module_new(wasm_store_t *store,
                                            const void *bytes, size_t size,
                                            godwit_error_t **error);

/* The same of a binary that is not copied: it must stay where it is, and
 * unchanged, while the module or anything made of it lives. */
GODWIT_API wasm_module_t *godwit_module_borrow(wasm_store_t *store,
                                               const void *bytes, size_t size,
                                               godwit_error_t **error);

/* The same of a file, which is mapped, not copied: it must not be changed in
 * place while the module lives.  "-" is the standard input.  Errors, beside
 * those above: NOT_FOUND, IO, LIMIT. */
GODWIT_API wasm_module_t *godwit_module_open(wasm_store_t *store,
                                             const char *path,
                                             godwit_error_t **error);

/* ---- names ---- */

/* Writes a name so that a terminal can show it, control characters and
 * ill-formed bytes as \xx.  Always terminates (size > 0); returns the length
 * of the whole. */
GODWIT_API size_t godwit_name_print(struct godwit_bytes name, char *buffer,
                                    size_t size);

/* ---- the whole ---- */

/* The module's bytes. */
GODWIT_API struct godwit_bytes godwit_module_bytes(const wasm_module_t *);

/* The set of features the module uses (godwit/config.h). */
GODWIT_API uint64_t godwit_module_features(const wasm_module_t *);

struct godwit_section {
    const char *name; /* static, "type"; custom sections have their own list */
    uint32_t offset;  /* of the contents, in bytes from the module's start */
    uint32_t size;    /* bytes; 0: absent */
    uint32_t count;   /* entries */
};

/* Section by id; false when there is no such id, which ends a loop. */
GODWIT_API bool godwit_module_section(const wasm_module_t *, unsigned id,
                                      struct godwit_section *out);

struct godwit_custom {
    struct godwit_bytes name, bytes;
    uint32_t offset;
};

/* Custom section by number from 0; false when there are no more. */
GODWIT_API bool godwit_module_custom(const wasm_module_t *, uint32_t number,
                                     struct godwit_custom *out);

/* ---- imports and exports ---- */

struct godwit_import {
    struct godwit_bytes module, name;
    wasm_externkind_t kind; /* or GODWIT_EXTERN_TAG */
    uint32_t index;         /* in the index space of the kind */
};

struct godwit_export {
    struct godwit_bytes name;
    wasm_externkind_t kind;
    uint32_t index;
};

/* By number from 0, in the order of the module; false when there are no
 * more. */
GODWIT_API bool godwit_module_import(const wasm_module_t *, uint32_t number,
                                     struct godwit_import *out);
GODWIT_API bool godwit_module_export(const wasm_module_t *, uint32_t number,
                                     struct godwit_export *out);

/* How many externals of a kind the module has, imports included. */
GODWIT_API uint32_t godwit_module_count(const wasm_module_t *,
                                        wasm_externkind_t kind);

/* Writes the type of an external as the text format has it, e.g.
 * "(func (param i32) (result i64))"; always terminates, returns the length of
 * the whole, 0 when there is no such external. */
GODWIT_API size_t godwit_module_type_text(const wasm_module_t *,
                                          wasm_externkind_t kind,
                                          uint32_t index, char *buffer,
                                          size_t size);

/* ---- functions ---- */

/* The name of a function: from the name section, else an import's or export's
 * name; {NULL, 0} when it has none.  Takes time: looked up on each call. */
GODWIT_API struct godwit_bytes godwit_module_func_name(const wasm_module_t *,
                                                       uint32_t index);

/* Finds a function by a name as godwit_name_print writes it, of up to 1000
 * bytes: of an export, in the name section, or of an import.  False when there
 * is none. */
GODWIT_API bool godwit_module_find_func(const wasm_module_t *, const char *name,
                                        uint32_t *index);

/* Where a function's body lies; false for imports and past the end. */
GODWIT_API bool godwit_module_func_body(const wasm_module_t *, uint32_t index,
                                        uint32_t *offset, uint32_t *size);

/* Writes a function's code in text, one operator a line with its offset, to
 * own *out.  Errors: ARGUMENT (no such function with a body), NOMEM. */
GODWIT_API godwit_error_t *godwit_module_disassemble(const wasm_module_t *,
                                                     uint32_t index,
                                                     wasm_byte_vec_t *out);

#ifdef __cplusplus
}
#endif

#endif
