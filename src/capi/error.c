#include "capi/error.h"
#include "capi/heap.h"

#include <assert.h>

#define SAME(ours, inside)                      \
    static_assert((int)(ours) == (int)(inside), \
                  "godwit/error.h has the rows of err.def")
SAME(GODWIT_OK, GW_OK);
SAME(GODWIT_NOMEM, GW_ERR_NOMEM);
SAME(GODWIT_LIMIT, GW_ERR_LIMIT);
SAME(GODWIT_MALFORMED, GW_ERR_MALFORMED);
SAME(GODWIT_INVALID, GW_ERR_INVALID);
SAME(GODWIT_UNSUPPORTED, GW_ERR_UNSUPPORTED);
SAME(GODWIT_UNLINKABLE, GW_ERR_UNLINKABLE);
SAME(GODWIT_SYNTAX, GW_ERR_SYNTAX);
SAME(GODWIT_ARGUMENT, GW_ERR_ARGUMENT);
SAME(GODWIT_NOT_FOUND, GW_ERR_NOT_FOUND);
SAME(GODWIT_DENIED, GW_ERR_DENIED);
SAME(GODWIT_IO, GW_ERR_IO);
SAME(GODWIT_SYSTEM, GW_ERR_SYSTEM);
SAME(GODWIT_TRAP, GW_ERR_TRAP);
SAME(GODWIT_TRAP + 1, GW_ERR_COUNT);

/* Never written to; its constness is cast away where it is handed out. */
static const godwit_error_t no_memory = {
    .diag = {
        .err = GW_ERR_NOMEM,
        .offset = GW_NO_OFFSET,
        .func = GW_NO_INDEX,
        .text = "out of memory",
    },
};

godwit_error_t *
gw_error_new(const struct gw_diag *diag)
{
    if (diag->err == GW_OK)
        return NULL;
    godwit_error_t *error = gw_heap_get(1, sizeof(*error));
    if (!error)
        return (godwit_error_t *)(uintptr_t)&no_memory;
    error->diag = *diag;
    return error;
}

void
gw_error_leave(godwit_error_t **error, const struct gw_diag *diag)
{
    if (error)
        *error = gw_error_new(diag);
}

godwit_error_t *
gw_error_make(enum gw_err err, const char *format, ...)
{
    struct gw_diag diag;
    va_list args;
    gw_diag_init(&diag);
    va_start(args, format);
    gw_diag_reportv(&diag, err, GW_NO_OFFSET, format, args);
    va_end(args);
    return gw_error_new(&diag);
}

void
gw_error_hint(godwit_error_t *error, const char *format, ...)
{
    va_list args;
    if (!error || error == &no_memory || error->hint[0])
        return;
    va_start(args, format);
    gw_formatv(error->hint, sizeof(error->hint), format, args);
    va_end(args);
}

void
godwit_error_delete(godwit_error_t *error)
{
    if (error != &no_memory)
        gw_heap_free(error);
}

enum godwit_code
godwit_error_code(const godwit_error_t *error)
{
    return error ? (enum godwit_code)error->diag.err : GODWIT_OK;
}

const char *
godwit_error_message(const godwit_error_t *error)
{
    return error ? error->diag.text : gw_err_text(GW_OK);
}

size_t
godwit_error_print(const godwit_error_t *error, char *buffer, size_t size)
{
    struct gw_diag none;
    gw_diag_init(&none);
    return gw_diag_print(error ? &error->diag : &none, buffer, size);
}

const char *
godwit_error_hint(const godwit_error_t *error)
{
    return error && error->hint[0] ? error->hint : NULL;
}

bool
godwit_error_offset(const godwit_error_t *error, uint64_t *offset)
{
    if (!error || error->diag.offset == GW_NO_OFFSET)
        return false;
    *offset = error->diag.offset;
    return true;
}

bool
godwit_error_function(const godwit_error_t *error, uint32_t *index)
{
    if (!error || error->diag.func == GW_NO_INDEX)
        return false;
    *index = error->diag.func;
    return true;
}

bool
godwit_error_line(const godwit_error_t *error, uint32_t *line, uint32_t *column)
{
    if (!error || error->diag.line == 0)
        return false;
    *line = error->diag.line;
    *column = error->diag.column;
    return true;
}
