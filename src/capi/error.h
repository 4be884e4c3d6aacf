/*
 * Errors as the public interface has them: a diagnosis and a hint.
 */
#ifndef GW_CAPI_ERROR_H
#define GW_CAPI_ERROR_H

#include "base/diag.h"

#include "godwit/error.h"

struct godwit_error_t {
    struct gw_diag diag;
    char hint[200]; /* empty: none */
};

/* Own; NULL when diag holds no failure.  Always an error otherwise: where
 * there is no memory for one, a constant stands in. */
godwit_error_t *gw_error_new(const struct gw_diag *diag);
/* Fills the caller's *error (NULL: nobody asked) from diag. */
void gw_error_leave(godwit_error_t **error, const struct gw_diag *diag);
/* An error of one line. */
godwit_error_t *gw_error_make(enum gw_err err, const char *format, ...)
    GW_PRINTF(2, 3);
/* Says what helps; the first hint wins.  error may be NULL. */
void gw_error_hint(godwit_error_t *error, const char *format, ...)
    GW_PRINTF(2, 3);

/* module.c: is a module text?  Past blanks, that begins with a parenthesis or a comment. */
bool gw_capi_is_text(const void *bytes, size_t size);
/* text.c: text to binary in memory that gw_heap_free ends. */
enum gw_err gw_capi_text_to_binary(const void *text, size_t size,
                                   wasm_byte_vec_t *out, struct gw_diag *diag);

#endif
