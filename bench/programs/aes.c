/* AES-128 by tables of 1 KiB, block after block: loads and exclusive ors. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BLOCKS = 900000 };

static uint8_t box[256];
static uint32_t table[4][256];

static uint8_t
twice(uint8_t x)
{
    return (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1b : 0));
}

/* The S-box: inverses in GF(2^8) by walking powers of 3 and of 1/3. */
static void
make_tables(void)
{
    uint8_t p = 1, q = 1;
    do {
        p = (uint8_t)(p ^ twice(p));
        q = (uint8_t)(q ^ q << 1);
        q = (uint8_t)(q ^ q << 2);
        q = (uint8_t)(q ^ q << 4);
        q = (uint8_t)(q & 0x80 ? q ^ 0x09 : q);
        uint8_t s = q;
        for (int i = 1; i <= 4; i++)
            s = (uint8_t)(s ^ (q << i | q >> (8 - i)));
        box[p] = s ^ 0x63;
    } while (p != 1);
    box[0] = 0x63;
    for (int i = 0; i < 256; i++) {
        uint32_t s = box[i], d = twice(box[i]);
        uint32_t word = d | s << 8 | s << 16 | (s ^ d) << 24;
        for (int k = 0; k < 4; k++) {
            table[k][i] = word;
            word = word << 8 | word >> 24;
        }
    }
}

static void
expand(uint32_t keys[44])
{
    uint8_t round = 1;
    for (int i = 4; i < 44; i++) {
        uint32_t word = keys[i - 1];
        if (i % 4 == 0) {
            word = (uint32_t)box[word >> 8 & 255] |
                   (uint32_t)box[word >> 16 & 255] << 8 |
                   (uint32_t)box[word >> 24] << 16 |
                   (uint32_t)box[word & 255] << 24;
            word ^= round;
            round = twice(round);
        }
        keys[i] = keys[i - 4] ^ word;
    }
}

static void
encrypt(const uint32_t keys[44], uint32_t state[4])
{
    uint32_t next[4];
    for (int i = 0; i < 4; i++)
        state[i] ^= keys[i];
    for (int round = 1; round < 10; round++) {
        for (int i = 0; i < 4; i++)
            next[i] = table[0][state[i] & 255] ^
                      table[1][state[(i + 1) % 4] >> 8 & 255] ^
                      table[2][state[(i + 2) % 4] >> 16 & 255] ^
                      table[3][state[(i + 3) % 4] >> 24] ^ keys[round * 4 + i];
        memcpy(state, next, sizeof(next));
    }
    for (int i = 0; i < 4; i++)
        next[i] = ((uint32_t)box[state[i] & 255] |
                   (uint32_t)box[state[(i + 1) % 4] >> 8 & 255] << 8 |
                   (uint32_t)box[state[(i + 2) % 4] >> 16 & 255] << 16 |
                   (uint32_t)box[state[(i + 3) % 4] >> 24] << 24) ^
                  keys[40 + i];
    memcpy(state, next, sizeof(next));
}

int
main(void)
{
    uint32_t keys[44] = { 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c };
    uint32_t state[4] = { 0x33221100, 0x77665544, 0xbbaa9988, 0xffeeddcc };
    make_tables();
    expand(keys);
    for (int i = 0; i < BLOCKS; i++)
        encrypt(keys, state);
    printf("%08x%08x%08x%08x\n", (unsigned)state[0], (unsigned)state[1],
           (unsigned)state[2], (unsigned)state[3]);
    return 0;
}
