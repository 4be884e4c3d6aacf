#include "base/utf8.h"

/*
 * Table 3-7 of the Unicode Standard, by lead byte: how many bytes follow and
 * which values the first of them may have.  The narrowed ranges are what
 * keeps overlong forms (E0, F0), surrogates (ED) and too large codes (F4) out.
 */
struct lead {
    uint8_t follow;    /* 0: no lead byte */
    uint8_t low, high; /* bounds of the first byte that follows */
};

static struct lead
lead_of(uint8_t byte)
{
    if (byte < 0xc2)
        return (struct lead){ 0, 0, 0 };
    if (byte < 0xe0)
        return (struct lead){ 1, 0x80, 0xbf };
    if (byte < 0xf0)
        return (struct lead){ 2, byte == 0xe0 ? 0xa0 : 0x80,
                              byte == 0xed ? 0x9f : 0xbf };
    if (byte < 0xf5)
        return (struct lead){ 3, byte == 0xf0 ? 0x90 : 0x80,
                              byte == 0xf4 ? 0x8f : 0xbf };
    return (struct lead){ 0, 0, 0 };
}

size_t
gw_utf8_decode(struct gw_span bytes, uint32_t *code)
{
    if (bytes.size == 0)
        return 0;
    uint8_t byte = bytes.data[0];
    if (byte < 0x80) {
        *code = byte;
        return 1;
    }
    struct lead lead = lead_of(byte);
    if (lead.follow == 0 || bytes.size <= lead.follow)
        return 0;
    if (bytes.data[1] < lead.low || bytes.data[1] > lead.high)
        return 0;
    uint32_t value = byte & (0x3fu >> lead.follow);
    for (size_t i = 1; i <= lead.follow; i++) {
        if ((bytes.data[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes.data[i] & 0x3fu);
    }
    *code = value;
    return lead.follow + 1u;
}

/* Returns how many bytes from offset on are ASCII, looking at eight at a
 * time: never too many, possibly up to seven too few. */
static size_t
ascii_run(struct gw_span bytes, size_t offset)
{
    size_t at = offset;
    uint64_t word;
    while (bytes.size - at >= sizeof(word)) {
        memcpy(&word, bytes.data + at, sizeof(word));
        if ((word & 0x8080808080808080u) != 0)
            break;
        at += sizeof(word);
    }
    return at - offset;
}

size_t
gw_utf8_check(struct gw_span bytes)
{
    size_t at = 0;
    while (at < bytes.size) {
        uint32_t code;
        if (bytes.data[at] < 0x80) {
            size_t run = ascii_run(bytes, at);
            at += run ? run : 1;
            continue;
        }
        struct gw_span rest = { bytes.data + at, bytes.size - at };
        size_t size = gw_utf8_decode(rest, &code);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

size_t
gw_utf8_encode(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    size_t follow = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (size_t i = follow; i > 0; i--, code >>= 6)
        out[i] = (uint8_t)(0x80 | (code & 0x3f));
    /* One lead bit per byte of the sequence, then a zero. */
    out[0] = (uint8_t)(0xf0u << (3 - follow) | code);
    return follow + 1;
}

/* Codes that steer a terminal or turn the order of the text around it.  The
 * backslash is here so that what is printed has one reading only. */
static bool
needs_escape(uint32_t code)
{
    return code < 0x20 || code == '\\' || (code >= 0x7f && code < 0xa0) ||
           code == 0x061c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/* Whole characters and escapes only: the first that does not fit ends the
 * text, though the counting goes on. */
struct printer {
    char *buffer;
    size_t room; /* bytes still free, with one for the final NUL */
    size_t length;
};

static void
print_unit(struct printer *printer, const void *unit, size_t size)
{
    if (size < printer->room) {
        memcpy(printer->buffer + printer->length, unit, size);
        printer->room -= size;
        printer->buffer[printer->length + size] = '\0';
    } else {
        printer->room = 0;
    }
    printer->length += size;
}

size_t
gw_utf8_print(struct gw_span name, char *buffer, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    struct printer printer = { buffer, size, 0 };
    if (size > 0)
        buffer[0] = '\0';
    for (size_t at = 0; at < name.size;) {
        struct gw_span rest = { name.data + at, name.size - at };
        uint32_t code;
        size_t count = gw_utf8_decode(rest, &code);
        if (count > 0 && !needs_escape(code)) {
            print_unit(&printer, rest.data, count);
            at += count;
            continue;
        }
        for (size_t end = at + (count ? count : 1); at < end; at++) {
            uint8_t byte = name.data[at];
            char unit[] = { '\\', hex[byte >> 4], hex[byte & 15] };
            print_unit(&printer, unit, sizeof(unit));
        }
    }
    return printer.length;
}
