/* Bytes to base 64 and back: small tables, shifts. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { SIZE = 3 << 18, ROUNDS = 40 };

static uint8_t data[SIZE], back[SIZE];
static char text[SIZE / 3 * 4];
static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int
main(void)
{
    uint8_t value[256] = { 0 };
    uint32_t hash = 0;
    for (int i = 0; i < 64; i++)
        value[(uint8_t)letters[i]] = (uint8_t)i;
    for (int i = 0; i < SIZE; i++)
        data[i] = (uint8_t)draw();
    for (int round = 0; round < ROUNDS; round++) {
        char *t = text;
        for (int i = 0; i < SIZE; i += 3) {
            uint32_t bits = (uint32_t)data[i] << 16 |
                            (uint32_t)data[i + 1] << 8 | data[i + 2];
            for (int shift = 18; shift >= 0; shift -= 6)
                *t++ = letters[bits >> shift & 63];
        }
        uint8_t *d = back;
        for (int i = 0; i < SIZE / 3 * 4; i += 4) {
            uint32_t bits = 0;
            for (int k = 0; k < 4; k++)
                bits = bits << 6 | value[(uint8_t)text[i + k]];
            *d++ = (uint8_t)(bits >> 16);
            *d++ = (uint8_t)(bits >> 8);
            *d++ = (uint8_t)bits;
        }
        hash = hash * 31 + (uint8_t)text[draw() % SIZE];
        data[draw() % SIZE] ^= (uint8_t)round;
    }
    printf("%u %d\n", (unsigned)hash, memcmp(data, back, SIZE) != 0);
    return 0;
}
