/*
 * A growable byte buffer with a sticky failure.
 *
 * Encoders write field after field and look at `failed` once at the end:
 * after a failed allocation nothing more is stored.  Integers are written in
 * LEB128 (spec 5.2.2), always in the shortest form.
 */
#ifndef GW_TEXT_BUF_H
#define GW_TEXT_BUF_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/span.h"

struct gw_buf {
    struct gw_alloc *alloc;
    uint8_t *data;
    size_t size, capacity;
    bool failed;
};

void gw_buf_init(struct gw_buf *buf, struct gw_alloc *alloc);
void gw_buf_fini(struct gw_buf *buf);

/* Forgets the contents but keeps the memory. */
static inline void
gw_buf_clear(struct gw_buf *buf)
{
    buf->size = 0;
}

static inline struct gw_span
gw_buf_span(const struct gw_buf *buf)
{
    return gw_span(buf->data, buf->size);
}

void gw_buf_u8(struct gw_buf *buf, uint8_t byte);
void gw_buf_bytes(struct gw_buf *buf, struct gw_span bytes);
void gw_buf_fill(struct gw_buf *buf, uint8_t byte, size_t count);
void gw_buf_uleb(struct gw_buf *buf, uint64_t value);
void gw_buf_sleb(struct gw_buf *buf, int64_t value);
/* The low size bytes of value, the lowest first. */
void gw_buf_le(struct gw_buf *buf, uint64_t value, uint32_t size);
/* The length in LEB128, then the bytes. */
void gw_buf_vec(struct gw_buf *buf, struct gw_span bytes);
void gw_buf_text(struct gw_buf *buf, const char *text);
/* A number in decimal. */
void gw_buf_dec(struct gw_buf *buf, uint64_t value);
void gw_buf_print(struct gw_buf *buf, const char *format, ...) GW_PRINTF(2, 3);

#endif
