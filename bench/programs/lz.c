/* A text packed by references to what came before, and unpacked again. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { SIZE = 1 << 20, ROUNDS = 8, SLOTS = 1 << 14, LONGEST = 127 };

static uint8_t text[SIZE], packed[SIZE * 2], back[SIZE];

/* A byte below 128 counts the plain bytes behind it; another, less 128, is the
 * length of a copy from a distance of 16 bits. */
static size_t
pack(void)
{
    static uint32_t last[SLOTS];
    memset(last, 0xff, sizeof(last));
    uint8_t *out = packed, *plain = NULL;
    for (uint32_t at = 0; at < SIZE;) {
        uint32_t length = 0, from = ~0u;
        if (at + 4 <= SIZE) {
            uint32_t word;
            memcpy(&word, text + at, 4);
            uint32_t slot = word * 2654435761u >> 18;
            from = last[slot];
            last[slot] = at;
        }
        if (from != ~0u && at - from < 65536)
            while (length < LONGEST && at + length < SIZE &&
                   text[from + length] == text[at + length])
                length++;
        if (length >= 4) {
            *out++ = (uint8_t)(128 + length);
            *out++ = (uint8_t)(at - from);
            *out++ = (uint8_t)((at - from) >> 8);
            at += length;
            plain = NULL;
        } else {
            if (plain == NULL || *plain == 127) {
                plain = out++;
                *plain = 0;
            }
            *out++ = text[at++];
            ++*plain;
        }
    }
    return (size_t)(out - packed);
}

static void
unpack(size_t size)
{
    const uint8_t *in = packed, *end = packed + size;
    uint8_t *out = back;
    while (in < end) {
        uint32_t count = *in++;
        if (count < 128) {
            memcpy(out, in, count);
            out += count;
            in += count;
            continue;
        }
        const uint8_t *from = out - (in[0] | in[1] << 8);
        in += 2;
        for (count -= 128; count > 0; count--)
            *out++ = *from++;
    }
}

int
main(void)
{
    static const char *const words[] = { "the ",  "bird ", "flies ", "without ",
                                         "stop ", "over ", "water ", "and " };
    for (uint32_t i = 0; i < SIZE;) {
        const char *word = words[draw() % 8];
        if (draw() % 5 == 0)
            text[i++] = (uint8_t)('a' + draw() % 26);
        for (; *word && i < SIZE; word++)
            text[i++] = (uint8_t)*word;
    }
    uint32_t sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = pack();
        unpack(size);
        sum = sum * 31 + (uint32_t)size + (memcmp(text, back, SIZE) != 0);
        text[draw() % SIZE] ^= 1;
    }
    printf("%u\n", (unsigned)sum);
    return 0;
}
