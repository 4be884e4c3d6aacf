/* What clang compiles when it runs under godwit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
    char name[16];
    double weight;
};

static int
by_weight(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

int
main(int argc, char **argv)
{
    struct item items[50];
    for (int i = 0; i < 50; i++) {
        snprintf(items[i].name, sizeof(items[i].name), "item %02d", i);
        items[i].weight = sqrt((i * 37) % 50) * 1.5;
    }
    qsort(items, 50, sizeof(items[0]), by_weight);
    for (int i = 0; i < 50; i += 7)
        printf("%s %.4f\n", items[i].name, items[i].weight);
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s, %zu\n", i, argv[i], strlen(argv[i]));
    return argc;
}
