/* Copies and fills of many sizes, some over themselves. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { SIZE = 1 << 20, ROUNDS = 1500000 };

static unsigned char bytes[SIZE];

int
main(void)
{
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)draw();
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t size = draw() % (round % 64 == 0 ? 8192 : 96);
        uint32_t to = draw() % (SIZE - 8192), from = draw() % (SIZE - 8192);
        if (round % 3 == 0)
            memmove(bytes + to, bytes + to + 5, size);
        else if (round % 7 == 0)
            memset(bytes + to, round, size / 4);
        else
            memmove(bytes + to, bytes + from, size);
    }
    uint32_t hash = 0;
    for (int i = 0; i < SIZE; i++)
        hash = hash * 31 + bytes[i];
    printf("%u\n", (unsigned)hash);
    return 0;
}
