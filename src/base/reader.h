/*
 * A reader over bytes with a sticky first error.
 *
 * Straight-line code reads field after field and checks once at the end:
 * after a failure every read returns zero, the position stays put and nothing
 * is left, so loops over the rest end.  The report goes to diag with the
 * offset where the failing item begins (in a name: the first wrong byte),
 * counted from the start of the whole input (base + position).  Integers
 * follow the LEB128 rules of the specification, section 5.2.2: at most
 * ceil(N/7) bytes, unused bits of the last byte are zero (or the sign).
 */
#ifndef GW_BASE_READER_H
#define GW_BASE_READER_H

#include "base/diag.h"
#include "base/span.h"

struct gw_reader {
    const uint8_t *start, *at, *end;
    uint64_t base; /* offset of start in the whole input */
    struct gw_diag *diag;
    bool failed;
};

void gw_reader_init(struct gw_reader *reader, struct gw_span bytes,
                    uint64_t base, struct gw_diag *diag);

/* Reports a failure at `at` (a position in the reader's bytes) and makes it
 * sticky; returns false. */
bool gw_reader_fail(struct gw_reader *reader, enum gw_err err,
                    const uint8_t *at, const char *format, ...) GW_PRINTF(4, 5);

static inline uint64_t
gw_reader_offset(const struct gw_reader *reader, const uint8_t *at)
{
    return reader->base + (uint64_t)(at - reader->start);
}

static inline size_t
gw_reader_left(const struct gw_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Out-of-line forms; the inline ones below take the one-byte case. */
uint32_t gw_read_u32_slow(struct gw_reader *reader);
int32_t gw_read_s32_slow(struct gw_reader *reader);
uint8_t gw_read_u8_fail(struct gw_reader *reader);

static inline uint8_t
gw_read_u8(struct gw_reader *reader)
{
    if (reader->at < reader->end)
        return *reader->at++;
    return gw_read_u8_fail(reader);
}

static inline uint32_t
gw_read_u32(struct gw_reader *reader)
{
    if (reader->at < reader->end && *reader->at < 0x80)
        return *reader->at++;
    return gw_read_u32_slow(reader);
}

static inline int32_t
gw_read_s32(struct gw_reader *reader)
{
    if (reader->at < reader->end && *reader->at < 0x80) {
        uint8_t byte = *reader->at++;
        return byte < 0x40 ? byte : (int32_t)byte - 0x80;
    }
    return gw_read_s32_slow(reader);
}

uint64_t gw_read_u64(struct gw_reader *reader);
int64_t gw_read_s64(struct gw_reader *reader);
/* 33-bit signed, as block types and heap types use. */
int64_t gw_read_s33(struct gw_reader *reader);
/* Little-endian fixed width. */
uint32_t gw_read_f32_bits(struct gw_reader *reader);
uint64_t gw_read_f64_bits(struct gw_reader *reader);
/* Exactly size bytes; {NULL, 0} after a failure. */
struct gw_span gw_read_bytes(struct gw_reader *reader, size_t size);
/* A length-prefixed name, checked to be UTF-8. */
struct gw_span gw_read_name(struct gw_reader *reader);

#endif
