/* SHA-256 of a few megabytes: 32-bit additions, rotations and logic. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { SIZE = 1 << 20, ROUNDS = 14 };

static uint8_t data[SIZE];
static uint32_t constants[64];

static uint32_t
rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The first 32 bits of the fraction of the cube root of a prime. */
static uint32_t
cube_root_fraction(uint64_t prime)
{
    uint64_t low = 0, high = 1ull << 36; /* root * 2^32 */
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        unsigned __int128 cube = middle;
        cube *= middle;
        cube *= middle;
        if (cube >> 96 < prime)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void
make_constants(void)
{
    int count = 0;
    for (uint64_t n = 2; count < 64; n++) {
        uint64_t divisor = 2;
        while (divisor * divisor <= n && n % divisor != 0)
            divisor++;
        if (divisor * divisor > n)
            constants[count++] = cube_root_fraction(n);
    }
}

static void
block(uint32_t state[8], const uint8_t *bytes)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)bytes[i * 4] << 24 | (uint32_t)bytes[i * 4 + 1] << 16 |
               (uint32_t)bytes[i * 4 + 2] << 8 | bytes[i * 4 + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof(s));
    for (int i = 0; i < 64; i++) {
        uint32_t one = s[7] +
                       (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                       ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t two = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
                       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + one;
        s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = one + two;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

int
main(void)
{
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    make_constants();
    for (int i = 0; i < SIZE; i++)
        data[i] = (uint8_t)draw();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < SIZE; i += 64)
            block(state, data + i);
    for (int i = 0; i < 8; i++)
        printf("%08x", (unsigned)state[i]);
    putchar('\n');
    return 0;
}
