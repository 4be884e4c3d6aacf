/*
 * Diagnostics: where and why something failed.
 *
 * The caller owns the struct, zeroes it with gw_diag_init and passes it down.
 * The first report wins; later ones are ignored, so code may go on reading
 * after a failure and report at leisure.  Nothing here allocates.
 */
#ifndef GW_BASE_DIAG_H
#define GW_BASE_DIAG_H

#include "base/err.h"
#include "base/format.h"

#include <stdbool.h>
#include <stdint.h>

#define GW_NO_OFFSET UINT64_MAX
#define GW_NO_INDEX UINT32_MAX

struct gw_diag {
    enum gw_err err; /* GW_OK until the first report */
    uint64_t offset; /* byte offset in the input, or GW_NO_OFFSET */
    uint32_t func;   /* function index, or GW_NO_INDEX */
    uint32_t line;   /* text input: line from 1, or 0 */
    uint32_t column; /* text input: column from 1, or 0 */
    char text[232];  /* one sentence without a final full stop */
};

void gw_diag_init(struct gw_diag *diag);

/* Records a failure unless one is recorded already; diag may be NULL.
 * Returns err, so that callers can write `return gw_diag_report(...)`. */
enum gw_err gw_diag_report(struct gw_diag *diag, enum gw_err err,
                           uint64_t offset, const char *format, ...)
    GW_PRINTF(4, 5);
enum gw_err gw_diag_reportv(struct gw_diag *diag, enum gw_err err,
                            uint64_t offset, const char *format, va_list args);

/* Is this the whole text? */
bool gw_diag_says(const struct gw_diag *diag, const char *text);

/* Writes "text (function 3, at offset 0x1f)" into buffer, always terminated;
 * returns the length that the whole text has. */
size_t gw_diag_print(const struct gw_diag *diag, char *buffer, size_t size);

#endif
