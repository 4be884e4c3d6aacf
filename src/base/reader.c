#include "base/reader.h"

#include "base/utf8.h"

#include <assert.h>

/* The texts are those of the official test suite. */
static const char unexpected_end[] = "unexpected end";

void
gw_reader_init(struct gw_reader *reader, struct gw_span bytes, uint64_t base,
               struct gw_diag *diag)
{
    *reader = (struct gw_reader){
        .start = bytes.data,
        .at = bytes.data,
        .end = bytes.size ? bytes.data + bytes.size : bytes.data,
        .base = base,
        .diag = diag,
    };
}

bool
gw_reader_fail(struct gw_reader *reader, enum gw_err err, const uint8_t *at,
               const char *format, ...)
{
    if (!reader->failed) {
        va_list args;
        va_start(args, format);
        gw_diag_reportv(reader->diag, err, gw_reader_offset(reader, at), format,
                        args);
        va_end(args);
        reader->failed = true;
        /* With nothing left every inline read comes to a slow form, which
         * returns zero, and loops over the rest of the input end. */
        reader->end = reader->at;
    }
    return false;
}

static bool
fail_malformed(struct gw_reader *reader, const char *text)
{
    return gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at, "%s", text);
}

uint8_t
gw_read_u8_fail(struct gw_reader *reader)
{
    fail_malformed(reader, unexpected_end);
    return 0;
}

/*
 * Reads the groups of a LEB128 integer of the given width into *value and
 * tells in *shift how many bits came.  The last group that fits in the width
 * may have bits to spare; the first of them is bits % 7.  A signed integer
 * repeats its sign there, an unsigned one has zeros.  As in the reference
 * interpreter those bits are judged first, then a continuation after them.
 */
static bool
read_leb(struct gw_reader *reader, unsigned bits, bool is_signed,
         uint64_t *value, unsigned *shift)
{
    const uint8_t *at = reader->at;
    uint64_t result = 0;
    uint8_t byte = 0x80;
    for (*shift = 0; byte & 0x80; *shift += 7) {
        if (*shift >= bits)
            return fail_malformed(reader, "integer representation too long");
        if (at == reader->end)
            return fail_malformed(reader, unexpected_end);
        byte = *at++;
        unsigned left = bits - *shift;
        if (left < 7) {
            unsigned spare = 0x7f & (0x7fu << (left - is_signed));
            unsigned found = byte & spare;
            if (found != 0 && !(is_signed && found == spare))
                return fail_malformed(reader, "integer too large");
        }
        result |= (uint64_t)(byte & 0x7f) << *shift;
    }
    reader->at = at;
    *value = result;
    return true;
}

static uint64_t
read_unsigned(struct gw_reader *reader, unsigned bits)
{
    uint64_t value;
    unsigned shift;
    return read_leb(reader, bits, false, &value, &shift) ? value : 0;
}

static int64_t
read_signed(struct gw_reader *reader, unsigned bits)
{
    uint64_t value;
    unsigned shift;
    if (!read_leb(reader, bits, true, &value, &shift))
        return 0;
    if (shift < 64) {
        /* Extends the sign without shifting a negative number. */
        uint64_t sign = UINT64_C(1) << (shift - 1);
        value = (value ^ sign) - sign;
    }
    return value <= INT64_MAX ? (int64_t)value : -(int64_t)~value - 1;
}

uint32_t
gw_read_u32_slow(struct gw_reader *reader)
{
    return (uint32_t)read_unsigned(reader, 32);
}

int32_t
gw_read_s32_slow(struct gw_reader *reader)
{
    return (int32_t)read_signed(reader, 32);
}

uint64_t
gw_read_u64(struct gw_reader *reader)
{
    return read_unsigned(reader, 64);
}

int64_t
gw_read_s64(struct gw_reader *reader)
{
    return read_signed(reader, 64);
}

int64_t
gw_read_s33(struct gw_reader *reader)
{
    return read_signed(reader, 33);
}

static uint64_t
read_fixed(struct gw_reader *reader, size_t size)
{
    assert(size <= 8);
    if (gw_reader_left(reader) < size) {
        fail_malformed(reader, unexpected_end);
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)reader->at[i] << (8 * i);
    reader->at += size;
    return value;
}

uint32_t
gw_read_f32_bits(struct gw_reader *reader)
{
    return (uint32_t)read_fixed(reader, 4);
}

uint64_t
gw_read_f64_bits(struct gw_reader *reader)
{
    return read_fixed(reader, 8);
}

struct gw_span
gw_read_bytes(struct gw_reader *reader, size_t size)
{
    struct gw_span bytes = { reader->at, size };
    if (reader->failed)
        return gw_span(NULL, 0);
    if (size > gw_reader_left(reader)) {
        fail_malformed(reader, "length out of bounds");
        return gw_span(NULL, 0);
    }
    if (size > 0)
        reader->at += size;
    return bytes;
}

struct gw_span
gw_read_name(struct gw_reader *reader)
{
    uint32_t size = gw_read_u32(reader);
    struct gw_span name = gw_read_bytes(reader, size);
    size_t good = gw_utf8_check(name);
    if (good == name.size)
        return name;
    gw_reader_fail(reader, GW_ERR_MALFORMED, name.data + good,
                   "malformed UTF-8 encoding");
    return gw_span(NULL, 0);
}
