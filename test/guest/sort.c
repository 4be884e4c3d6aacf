/* Sorting through callbacks (calls through a table), a heap and recursion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned state = 12345;

static unsigned
next(void)
{
    state = state * 1103515245u + 12345u;
    return state >> 8;
}

static int
up(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static int
down(const void *a, const void *b)
{
    return up(b, a);
}

static int
by_bits(const void *a, const void *b)
{
    int x = __builtin_popcount(*(const unsigned *)a);
    int y = __builtin_popcount(*(const unsigned *)b);
    return x != y ? x - y : up(a, b);
}

struct node {
    struct node *left, *right;
    unsigned key;
};

static struct node *
insert(struct node *node, unsigned key)
{
    if (node == NULL) {
        node = calloc(1, sizeof(*node));
        node->key = key;
    } else if (key < node->key) {
        node->left = insert(node->left, key);
    } else {
        node->right = insert(node->right, key);
    }
    return node;
}

static unsigned
sum(const struct node *node, unsigned depth)
{
    return node == NULL ? 0
                        : sum(node->left, depth + 1) + depth * node->key +
                              sum(node->right, depth + 1);
}

int
main(void)
{
    enum { COUNT = 50000 };
    unsigned *values = malloc(COUNT * sizeof(*values));
    int (*orders[])(const void *, const void *) = { up, down, by_bits };
    for (size_t o = 0; o < 3; o++) {
        for (size_t i = 0; i < COUNT; i++)
            values[i] = next();
        qsort(values, COUNT, sizeof(*values), orders[o]);
        int wrong = 0;
        unsigned check = 0;
        for (size_t i = 0; i < COUNT; i++) {
            wrong += i > 0 && orders[o](&values[i - 1], &values[i]) > 0;
            check = check * 31 + values[i];
        }
        printf("order %zu: %d wrong, check %u\n", o, wrong, check);
    }
    struct node *tree = NULL;
    for (int i = 0; i < 20000; i++)
        tree = insert(tree, next());
    printf("tree %u\n", sum(tree, 1));
    unsigned key = values[100];
    unsigned *found = bsearch(&key, values, COUNT, sizeof(key), by_bits);
    printf("found %d\n", found != NULL && *found == key);
    return 3;
}
