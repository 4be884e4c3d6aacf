/*
 * Formatted text for messages: what of vsnprintf they need, so that a build
 * for a board does not link all of the C library's.
 *
 * Conversions are %s, %c, %d, %u, %x and %%, sizes l, ll and z, a width with or
 * without 0 before it, and a precision of %s, each a number or an asterisk.
 */
#ifndef GW_BASE_FORMAT_H
#define GW_BASE_FORMAT_H

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>

/* C libraries whose own printf has no numbers of 64 bits leave these out. */
#ifndef PRIu64
#define PRIu64 "llu"
#define PRIx64 "llx"
#endif

#if defined(__GNUC__)
#define GW_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define GW_PRINTF(text, first)
#endif

/* Writes at most size bytes, always terminated if size > 0; returns the
 * length that the whole text has. */
size_t gw_format(char *buffer, size_t size, const char *format, ...)
    GW_PRINTF(3, 4);
size_t gw_formatv(char *buffer, size_t size, const char *format, va_list args);

#endif
