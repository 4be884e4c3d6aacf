/* The game of life on a torus: eight loads of bytes for each store. */
#include "draw.h"
#include <stdio.h>

enum { SIZE = 512, ROUNDS = 40 };

static uint8_t cells[2][SIZE][SIZE];

int
main(void)
{
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++)
            cells[0][y][x] = draw() % 3 == 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t (*from)[SIZE] = cells[round % 2],
                (*to)[SIZE] = cells[1 - round % 2];
        for (int y = 0; y < SIZE; y++) {
            const uint8_t *up = from[(y + SIZE - 1) % SIZE], *here = from[y],
                          *down = from[(y + 1) % SIZE];
            for (int x = 0; x < SIZE; x++) {
                int l = (x + SIZE - 1) % SIZE, r = (x + 1) % SIZE;
                int near = up[l] + up[x] + up[r] + here[l] + here[r] + down[l] +
                           down[x] + down[r];
                to[y][x] = near == 3 || (near == 2 && here[x]);
            }
        }
    }
    uint32_t hash = 0;
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++)
            hash = hash * 31 + cells[ROUNDS % 2][y][x];
    printf("%u\n", (unsigned)hash);
    return 0;
}
