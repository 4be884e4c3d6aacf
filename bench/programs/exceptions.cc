// Exceptions through up to eight frames, one call in three.
#include <cstdio>

// No tail call, or there would be no frames.
static unsigned __attribute__((noinline))
descend(unsigned depth, unsigned x)
{
    if (depth == 0) {
        if (x % 3 == 0)
            throw x * 7;
        return x;
    }
    return descend(depth - 1, x + depth) + 1;
}

int
main()
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 150000; i++) {
        try {
            sum = sum * 31 + descend(i % 8, i);
        } catch (unsigned thrown) {
            sum ^= thrown;
        }
    }
    std::printf("%u\n", sum);
    return 0;
}
