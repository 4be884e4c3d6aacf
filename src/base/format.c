#include "base/format.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Text that grows past its buffer keeps counting. */
struct text {
    char *buffer;
    size_t size, length;
};

/* A conversion as written. */
struct spec {
    int width, precision; /* -1: none */
    bool zeros;
    size_t bytes; /* of the number */
};

static void
put(struct text *text, char c)
{
    if (text->length < text->size)
        text->buffer[text->length] = c;
    text->length++;
}

static void
put_padded(struct text *text, const struct spec *spec, const char *data,
           size_t size)
{
    for (size_t i = size; spec->width > 0 && i < (size_t)spec->width; i++)
        put(text, spec->zeros ? '0' : ' ');
    for (size_t i = 0; i < size; i++)
        put(text, data[i]);
}

static void
put_number(struct text *text, const struct spec *spec, uint64_t value,
           unsigned base, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while ((value /= base) != 0);
    if (negative)
        digits[--at] = '-';
    put_padded(text, spec, digits + at, sizeof digits - at);
}

static void
put_string(struct text *text, const struct spec *spec, const char *string)
{
    size_t size = 0;
    while ((spec->precision < 0 || size < (size_t)spec->precision) &&
           string[size] != '\0')
        size++;
    put_padded(text, spec, string, size);
}

static const char *
read_count(const char *at, int *count, int star)
{
    if (*at == '*') {
        *count = star;
        return at + 1;
    }
    for (*count = 0; *at >= '0' && *at <= '9'; at++)
        *count = 10 * *count + (*at - '0');
    return at;
}

static const char *
read_size(const char *at, size_t *bytes)
{
    *bytes = sizeof(int);
    if (*at == 'z') {
        *bytes = sizeof(size_t);
        return at + 1;
    }
    if (*at == 'l')
        *bytes = sizeof(long);
    if (*at == 'l' && *++at == 'l') {
        *bytes = sizeof(long long);
        at++;
    }
    return at;
}

size_t
gw_formatv(char *buffer, size_t size, const char *format, va_list args)
{
    struct text text = { buffer, size, 0 };
    for (const char *at = format; *at != '\0'; at++) {
        struct spec spec = { .precision = -1 };
        if (*at != '%') {
            put(&text, *at);
            continue;
        }
        spec.zeros = *++at == '0';
        at = read_count(at, &spec.width, *at == '*' ? va_arg(args, int) : 0);
        if (*at == '.') {
            at++;
            at = read_count(at, &spec.precision,
                            *at == '*' ? va_arg(args, int) : 0);
        }
        at = read_size(at, &spec.bytes);
        bool is_long = spec.bytes > sizeof(int);
        if (*at == 's') {
            put_string(&text, &spec, va_arg(args, const char *));
        } else if (*at == 'c') {
            put(&text, (char)va_arg(args, int));
        } else if (*at == 'd') {
            int64_t value = is_long ? va_arg(args, int64_t) : va_arg(args, int);
            put_number(&text, &spec,
                       value < 0 ? -(uint64_t)value : (uint64_t)value, 10,
                       value < 0);
        } else if (*at == 'u' || *at == 'x') {
            uint64_t value = is_long ? va_arg(args, uint64_t)
                                     : va_arg(args, unsigned);
            put_number(&text, &spec, value, *at == 'u' ? 10 : 16, false);
        } else {
            assert(*at == '%' && "a conversion that format.h leaves out");
            put(&text, '%');
        }
    }
    if (size > 0)
        buffer[text.length < size ? text.length : size - 1] = '\0';
    return text.length;
}

size_t
gw_format(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = gw_formatv(buffer, size, format, args);
    va_end(args);
    return length;
}
