/*
 * UTF-8 as the specification and Unicode 15 define it: no surrogates, no
 * overlong forms, nothing past U+10FFFF.
 */
#ifndef GW_BASE_UTF8_H
#define GW_BASE_UTF8_H

#include "base/span.h"

/* Returns the offset of the first byte that is not part of well-formed
 * UTF-8, or bytes.size when all is well. */
size_t gw_utf8_check(struct gw_span bytes);

/* Writes one code point (at most 4 bytes); returns the number of bytes, 0
 * when code is a surrogate or too large. */
size_t gw_utf8_encode(uint32_t code, uint8_t out[4]);

/* Decodes one code point of well-formed UTF-8 at bytes.data; returns the
 * number of bytes it takes, 0 when it is not well formed. */
size_t gw_utf8_decode(struct gw_span bytes, uint32_t *code);

/* Writes a name so that a terminal can show it: control characters, escapes
 * and ill-formed bytes become \xx.  Always terminates; returns the length
 * the whole text has. */
size_t gw_utf8_print(struct gw_span name, char *buffer, size_t size);

#endif
