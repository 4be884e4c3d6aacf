/* Merge sort by a compare function that is called through a pointer. */
#include "draw.h"
#include <stdio.h>
#include <string.h>

enum { N = 300000 };

struct item {
    uint32_t key, serial;
};

static struct item items[N], spare[N];

typedef int compare_fn(const struct item *, const struct item *);

static int
by_key(const struct item *a, const struct item *b)
{
    return (a->key > b->key) - (a->key < b->key);
}

static int
by_low_bits(const struct item *a, const struct item *b)
{
    uint32_t x = a->key & 1023, y = b->key & 1023;
    return (x > y) - (x < y);
}

static void
sort(int low, int high, compare_fn *compare)
{
    if (high - low < 2)
        return;
    int middle = low + (high - low) / 2, a = low, b = middle, out = low;
    sort(low, middle, compare);
    sort(middle, high, compare);
    while (a < middle && b < high)
        spare[out++] = compare(&items[a], &items[b]) <= 0 ? items[a++]
                                                          : items[b++];
    while (a < middle)
        spare[out++] = items[a++];
    while (b < high)
        spare[out++] = items[b++];
    memcpy(items + low, spare + low, (size_t)(high - low) * sizeof(*items));
}

int
main(int argc, char **argv)
{
    (void)argv;
    compare_fn *const compares[2] = { by_key, by_low_bits };
    for (int i = 0; i < N; i++)
        items[i] = (struct item){ draw(), (uint32_t)i };
    uint32_t sum = 0;
    for (int i = 0; i < 2; i++) {
        sort(0, N, compares[(i + argc) % 2]);
        for (int k = 0; k < N; k++)
            sum = sum * 31 + items[k].serial;
    }
    printf("%u\n", (unsigned)sum);
    return 0;
}
