/*
 * Text to binary: reads a module in the text format of WebAssembly 3.0 and
 * the proposals of feature.def (spec chapter 6) and writes its bytes.
 *
 * There is one path into the engine: text → bytes → gw_module_decode.  What
 * the text format alone decides (names, abbreviations, literals) is checked
 * here; validity is not.
 */
#ifndef GW_TEXT_WAT_H
#define GW_TEXT_WAT_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/span.h"

struct gw_wat_options {
    bool names;         /* write a name section from the identifiers */
    uint32_t base_line; /* added to lines in reports: text is part of a file */
};

/*
 * On success *out has *size bytes from alloc, to be freed with
 * gw_alloc_free(alloc, *out, *size).  On failure reports to diag with line,
 * column and the offset in the text: GW_ERR_SYNTAX (the official suite's
 * wording), GW_ERR_INVALID (a custom annotation in a place where it means
 * nothing), GW_ERR_LIMIT (nested too deep), GW_ERR_NOMEM.
 *
 * text is one `(module …)`, also of the forms `(module binary …)` and
 * `(module quote …)`, or the fields of a module.  options may be NULL.  Uses
 * at most 64 * text.size + 1 MiB, and no recursion that the input controls.
 */
enum gw_err gw_wat_to_wasm(struct gw_span text,
                           const struct gw_wat_options *options,
                           struct gw_alloc *alloc, struct gw_diag *diag,
                           uint8_t **out, size_t *size);

/* Does it begin like a binary module? */
static inline bool
gw_wasm_magic(struct gw_span bytes)
{
    return bytes.size >= 4 && memcmp(bytes.data, "\0asm", 4) == 0;
}

#endif
