/* Queens on a board of thirteen, by bits: recursion and logic. */
#include <stdio.h>

enum { N = 13 };

static unsigned
place(unsigned columns, unsigned left, unsigned right)
{
    const unsigned all = (1u << N) - 1;
    if (columns == all)
        return 1;
    unsigned count = 0;
    for (unsigned free = all & ~(columns | left | right); free != 0;) {
        unsigned bit = free & -free;
        free ^= bit;
        count += place(columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

int
main(void)
{
    printf("%u\n", place(0, 0, 0));
    return 0;
}
