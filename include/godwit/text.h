/*
 * godwit/text.h: between the text format and the binary one, spec 6 and 5.
 */
#ifndef GODWIT_TEXT_H
#define GODWIT_TEXT_H

#include "godwit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Turns a module in text into own *out, binary, which is well formed but
 * not validated.  Errors: SYNTAX with line and column, LIMIT, NOMEM.  Any
 * thread. */
GODWIT_API godwit_error_t *godwit_text_to_binary(const void *text, size_t size,
                                                 wasm_byte_vec_t *out);

/* Turns a valid module into own *out, text.  folded: expressions nest, else
 * one operator stands on each line.  Any thread.  Errors: NOMEM. */
GODWIT_API godwit_error_t *godwit_text_from_module(const wasm_module_t *module,
                                                   bool folded,
                                                   wasm_byte_vec_t *out);

#ifdef __cplusplus
}
#endif

#endif
