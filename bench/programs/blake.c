/* The mixing of BLAKE2b over a few megabytes: 64-bit additions, rotations. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { WORDS = 1 << 17, ROUNDS = 35 };

static uint64_t data[WORDS];
static const uint8_t order[10][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
    { 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
    { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
    { 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
    { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
    { 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
    { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
    { 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
    { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 }
};

static uint64_t
rotate(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

static void
mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
    v[a] += v[b] + x, v[d] = rotate(v[d] ^ v[a], 32);
    v[c] += v[d], v[b] = rotate(v[b] ^ v[c], 24);
    v[a] += v[b] + y, v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d], v[b] = rotate(v[b] ^ v[c], 63);
}

static void
block(uint64_t state[8], const uint64_t *m)
{
    uint64_t v[16];
    for (int i = 0; i < 8; i++) {
        v[i] = state[i];
        v[i + 8] = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1);
    }
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = order[round % 10];
        for (int i = 0; i < 4; i++)
            mix(v, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]);
        for (int i = 0; i < 4; i++)
            mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12,
                m[s[2 * i + 8]], m[s[2 * i + 9]]);
    }
    for (int i = 0; i < 8; i++)
        state[i] ^= v[i] ^ v[i + 8];
}

int
main(void)
{
    uint64_t state[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    for (int i = 0; i < WORDS; i++)
        data[i] = (uint64_t)draw() << 32 | draw();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < WORDS; i += 16)
            block(state, data + i);
    for (int i = 0; i < 8; i++)
        printf("%016llx", (unsigned long long)state[i]);
    putchar('\n');
    return 0;
}
