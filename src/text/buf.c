#include "text/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void
gw_buf_init(struct gw_buf *buf, struct gw_alloc *alloc)
{
    memset(buf, 0, sizeof *buf);
    buf->alloc = alloc;
}

void
gw_buf_fini(struct gw_buf *buf)
{
    gw_alloc_free(buf->alloc, buf->data, buf->capacity);
    buf->data = NULL;
    buf->size = buf->capacity = 0;
}

/* Makes room for count more bytes; false when there is no memory. */
static bool
reserve(struct gw_buf *buf, size_t count)
{
    if (buf->failed)
        return false;
    if (count <= buf->capacity - buf->size)
        return true;
    size_t wanted = buf->capacity < 64 ? 64 : buf->capacity;
    while (wanted - buf->size < count) {
        if (wanted > SIZE_MAX / 2) {
            buf->failed = true;
            return false;
        }
        wanted += wanted / 2;
    }
    uint8_t *data = gw_alloc_resize(buf->alloc, buf->data, buf->capacity,
                                    wanted);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = wanted;
    return true;
}

void
gw_buf_u8(struct gw_buf *buf, uint8_t byte)
{
    if (reserve(buf, 1))
        buf->data[buf->size++] = byte;
}

void
gw_buf_bytes(struct gw_buf *buf, struct gw_span bytes)
{
    if (bytes.size == 0 || !reserve(buf, bytes.size))
        return;
    memcpy(buf->data + buf->size, bytes.data, bytes.size);
    buf->size += bytes.size;
}

void
gw_buf_fill(struct gw_buf *buf, uint8_t byte, size_t count)
{
    if (count == 0 || !reserve(buf, count))
        return;
    memset(buf->data + buf->size, byte, count);
    buf->size += count;
}

void
gw_buf_uleb(struct gw_buf *buf, uint64_t value)
{
    while (value >= 0x80) {
        gw_buf_u8(buf, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    gw_buf_u8(buf, (uint8_t)value);
}

void
gw_buf_sleb(struct gw_buf *buf, int64_t value)
{
    for (;;) {
        uint8_t low = (uint8_t)((uint64_t)value & 0x7f);
        /* An arithmetic shift, spelled so that C defines it. */
        value = value < 0 ? ~(~value >> 7) : value >> 7;
        if (value == (low & 0x40 ? -1 : 0)) {
            gw_buf_u8(buf, low);
            return;
        }
        gw_buf_u8(buf, low | 0x80);
    }
}

void
gw_buf_le(struct gw_buf *buf, uint64_t value, uint32_t size)
{
    assert(size <= 8);
    for (uint32_t i = 0; i < size; i++)
        gw_buf_u8(buf, (uint8_t)(value >> (8 * i)));
}

void
gw_buf_vec(struct gw_buf *buf, struct gw_span bytes)
{
    gw_buf_uleb(buf, bytes.size);
    gw_buf_bytes(buf, bytes);
}

void
gw_buf_text(struct gw_buf *buf, const char *text)
{
    gw_buf_bytes(buf, gw_span_str(text));
}

void
gw_buf_dec(struct gw_buf *buf, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    gw_buf_bytes(buf, gw_span(digits + at, sizeof digits - at));
}

void
gw_buf_print(struct gw_buf *buf, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* Callers print numbers and keywords; names go through gw_buf_bytes. */
    assert(length >= 0 && (size_t)length < sizeof text);
    gw_buf_bytes(buf, gw_span(text, (size_t)length));
}
