/* A byte hash in a tight loop: multiply, exclusive or, no memory to speak of. */
#include <stdint.h>
#include <stdio.h>

int
main(void)
{
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < 60000000u; i++) {
        hash ^= i & 255;
        hash *= 16777619u;
    }
    printf("%u\n", (unsigned)hash);
    return 0;
}
