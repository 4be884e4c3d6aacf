/* Quicksort of random numbers: compares that no predictor knows. */
#include "draw.h"
#include <stdio.h>

enum { N = 1000000 };

static uint32_t values[N];

static void
sort(uint32_t *low, uint32_t *high)
{
    while (high - low > 16) {
        uint32_t pivot = low[(high - low) / 2];
        uint32_t *a = low, *b = high;
        while (a <= b) {
            while (*a < pivot)
                a++;
            while (*b > pivot)
                b--;
            if (a <= b) {
                uint32_t kept = *a;
                *a++ = *b;
                *b-- = kept;
            }
        }
        sort(low, b);
        low = a;
    }
    for (uint32_t *a = low + 1; a <= high; a++) {
        uint32_t value = *a, *b = a;
        for (; b > low && b[-1] > value; b--)
            *b = b[-1];
        *b = value;
    }
}

int
main(void)
{
    for (int i = 0; i < N; i++)
        values[i] = draw();
    sort(values, values + N - 1);
    uint32_t sum = 0;
    for (int i = 0; i < N; i++)
        sum = sum * 31 + (i > 0 && values[i - 1] > values[i]) + values[i];
    printf("%u\n", (unsigned)sum);
    return 0;
}
