/*
 * Raw deflate, RFC 1951, backwards: for archives whose sizes are known.
 * Hostile input is an error; nothing is allocated.
 */
#ifndef GW_BASE_INFLATE_H
#define GW_BASE_INFLATE_H

#include "base/err.h"
#include "base/span.h"

/* Fills to with the size bytes that from stands for.  GW_ERR_MALFORMED when
 * it is broken or stands for more or fewer. */
enum gw_err gw_inflate(struct gw_span from, uint8_t *to, size_t size);

/* The check sum of gzip and zip. */
uint32_t gw_crc32(struct gw_span bytes);

#endif
