/* The sieve of Eratosthenes: byte stores with a stride, then a count. */
#include <stdio.h>
#include <string.h>

enum { SIZE = 5000000, ROUNDS = 3 };

static unsigned char composite[SIZE];

int
main(void)
{
    unsigned count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        memset(composite, 0, sizeof(composite));
        for (unsigned i = 2; i * i < SIZE; i++) {
            if (composite[i])
                continue;
            for (unsigned j = i * i; j < SIZE; j += i)
                composite[j] = 1;
        }
        for (unsigned i = 2; i < SIZE; i++)
            count += !composite[i];
    }
    printf("%u\n", count);
    return 0;
}
