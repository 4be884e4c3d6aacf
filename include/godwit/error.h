/*
 * godwit/error.h: why something failed.
 *
 * Functions that can fail take `godwit_error_t **error` as their last
 * parameter, or return `own godwit_error_t *`, NULL when all is well.  Where
 * it is a parameter it may be NULL; else *error is set to NULL on success and
 * to an error that the caller deletes on failure.
 *
 * An error belongs to one thread at a time and to nothing else: it may
 * outlive engine and store.  The strings that the getters return live as
 * long as the error.
 */
#ifndef GODWIT_ERROR_H
#define GODWIT_ERROR_H

#include "godwit/api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct godwit_error_t godwit_error_t;

/* What kind of failure.  A trap of the guest is not one of them but for
 * instantiation, see godwit/linker.h. */
enum godwit_code {
    GODWIT_OK,
    GODWIT_NOMEM,       /* out of memory */
    GODWIT_LIMIT,       /* a limit was reached */
    GODWIT_MALFORMED,   /* the bytes are no module, spec 5 */
    GODWIT_INVALID,     /* the module is not valid, spec 3 */
    GODWIT_UNSUPPORTED, /* a feature that is off, or not yet executable */
    GODWIT_UNLINKABLE,  /* an import is missing or does not fit, spec 4.5.4 */
    GODWIT_SYNTAX,      /* the text is not well formed, spec 6 */
    GODWIT_ARGUMENT,    /* the caller's argument makes no sense */
    GODWIT_NOT_FOUND,   /* no such file, option, export ... */
    GODWIT_DENIED,      /* not granted */
    GODWIT_IO,          /* reading or writing failed */
    GODWIT_SYSTEM,      /* the operating system refused */
    GODWIT_TRAP         /* the guest trapped */
};

/* Frees an error; NULL is allowed. */
GODWIT_API void godwit_error_delete(godwit_error_t *error);

/* The kind of failure; GODWIT_OK for NULL. */
GODWIT_API enum godwit_code godwit_error_code(const godwit_error_t *error);

/* One sentence without a full stop, terminated, fit for a terminal: names
 * from modules are escaped in it.  "no error" for NULL. */
GODWIT_API const char *godwit_error_message(const godwit_error_t *error);

/* The message with its place: "type mismatch (function 3, at offset 0x1f)".
 * Always terminates; returns the length of the whole. */
GODWIT_API size_t godwit_error_print(const godwit_error_t *error, char *buffer,
                                     size_t size);

/* What the reader can do about it, in one sentence; NULL when nothing is
 * known. */
GODWIT_API const char *godwit_error_hint(const godwit_error_t *error);

/* Byte offset in the input where the offending item begins; false when the
 * error has no place. */
GODWIT_API bool godwit_error_offset(const godwit_error_t *error,
                                    uint64_t *offset);

/* Index of the function in whose body the error lies; false when in none. */
GODWIT_API bool godwit_error_function(const godwit_error_t *error,
                                      uint32_t *index);

/* Line and column from 1, in text; false when the input was not text. */
GODWIT_API bool godwit_error_line(const godwit_error_t *error, uint32_t *line,
                                  uint32_t *column);

#ifdef __cplusplus
}
#endif

#endif
