/*
 * A span: borrowed bytes, pointer and size.  Never terminated by a NUL.
 */
#ifndef GW_BASE_SPAN_H
#define GW_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gw_span {
    const uint8_t *data;
    size_t size;
};

static inline struct gw_span
gw_span(const void *data, size_t size)
{
    struct gw_span span = { data, size };
    return span;
}

static inline struct gw_span
gw_span_str(const char *text)
{
    return gw_span(text, strlen(text));
}

static inline bool
gw_span_equal(struct gw_span a, struct gw_span b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
