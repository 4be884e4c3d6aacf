/*
 * Numbers of the text format, spec 6.3.1 and 6.3.2.
 *
 * Nothing here depends on the locale or on the C library: decimal and
 * hexadecimal floats are rounded once, to nearest with ties to even, with
 * integers of our own.  All functions are pure.
 */
#ifndef GW_TEXT_NUM_H
#define GW_TEXT_NUM_H

#include "base/span.h"

enum gw_num {
    GW_NUM_NONE, /* not a number at all */
    GW_NUM_NAT,  /* digits without a sign */
    GW_NUM_INT,  /* digits with a sign */
    GW_NUM_FLOAT /* with a point or an exponent; inf, nan, nan:0x… */
};

/* What kind of literal the whole of text is. */
enum gw_num gw_num_classify(struct gw_span text);

/* Values of literals that gw_num_classify has accepted; false when the value
 * is out of range.  A natural number must be at most max. */
bool gw_num_nat(struct gw_span text, uint64_t max, uint64_t *out);
/* An integer of so many bits (8 to 64), signed or unsigned: from -2^(bits-1)
 * to 2^bits - 1.  The result is the low bits, the others are zero. */
bool gw_num_int(struct gw_span text, uint32_t bits, uint64_t *out);
/* A float of 32 or 64 bits, as its bits; integers are accepted too. */
bool gw_num_float(struct gw_span text, uint32_t bits, uint64_t *out);

/* The value of a hexadecimal digit, or -1. */
int gw_num_hex_digit(uint8_t byte);

/* Writes the shortest usual literal that reads back as these bits: decimal
 * integers when exact, hexadecimal floats otherwise, nan:0x… for NaNs.
 * buffer must have room for GW_NUM_TEXT bytes; terminated; returns length. */
enum { GW_NUM_TEXT = 48 };
size_t gw_num_print_float(uint64_t value, uint32_t bits,
                          char buffer[GW_NUM_TEXT]);

#endif
