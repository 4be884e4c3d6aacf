#include "base/diag.h"

#include "base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

void
gw_diag_init(struct gw_diag *diag)
{
    memset(diag, 0, sizeof(*diag));
    diag->offset = GW_NO_OFFSET;
    diag->func = GW_NO_INDEX;
}

/* A text that was cut may end inside a character; cut before it then.  Other
 * ill-formed bytes stay: they are the caller's, not the cut's. */
static void
trim_cut_character(char *text, size_t size)
{
    size_t good = gw_utf8_check(gw_span(text, size));
    if (size - good < 4)
        text[good] = '\0';
}

enum gw_err
gw_diag_reportv(struct gw_diag *diag, enum gw_err err, uint64_t offset,
                const char *format, va_list args)
{
    assert(err != GW_OK);
    if (!diag || diag->err != GW_OK)
        return err;
    diag->err = err;
    diag->offset = offset;
    if (gw_formatv(diag->text, sizeof(diag->text), format, args) >=
        sizeof(diag->text))
        trim_cut_character(diag->text, sizeof(diag->text) - 1);
    return err;
}

enum gw_err
gw_diag_report(struct gw_diag *diag, enum gw_err err, uint64_t offset,
               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    gw_diag_reportv(diag, err, offset, format, args);
    va_end(args);
    return err;
}

bool
gw_diag_says(const struct gw_diag *diag, const char *text)
{
    size_t size = strlen(text) + 1;
    return size <= sizeof(diag->text) && memcmp(diag->text, text, size) == 0;
}

/* A place has at most four parts of fewer than 32 bytes each. */
struct place {
    char text[128];
    size_t size;
};

static void GW_PRINTF(2, 3)
place_add(struct place *place, const char *format, ...)
{
    va_list args;
    size_t left = sizeof(place->text) - place->size;
    va_start(args, format);
    size_t length = gw_formatv(place->text + place->size, left, format, args);
    va_end(args);
    assert(length < left);
    place->size += length;
}

size_t
gw_diag_print(const struct gw_diag *diag, char *buffer, size_t size)
{
    struct place place = { "", 0 };
    if (diag->line != 0)
        place_add(&place, ", line %" PRIu32, diag->line);
    if (diag->column != 0)
        place_add(&place, ", column %" PRIu32, diag->column);
    if (diag->func != GW_NO_INDEX)
        place_add(&place, ", function %" PRIu32, diag->func);
    if (diag->offset != GW_NO_OFFSET)
        place_add(&place, ", at offset 0x%" PRIx64, diag->offset);

    const char *text = diag->text[0] ? diag->text : gw_err_text(diag->err);
    if (place.size == 0)
        return gw_format(buffer, size, "%s", text);
    /* The first part loses its ", ". */
    return gw_format(buffer, size, "%s (%s)", text, place.text + 2);
}
