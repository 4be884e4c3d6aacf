/* Binary trees made, counted and freed: the allocator and recursion. */
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 14, TREES = 40 };

struct node {
    struct node *left, *right;
};

static struct node *
make(int depth)
{
    struct node *node = malloc(sizeof(*node));
    if (node == NULL)
        abort();
    node->left = depth > 0 ? make(depth - 1) : NULL;
    node->right = depth > 0 ? make(depth - 1) : NULL;
    return node;
}

static unsigned
count(const struct node *node)
{
    return node ? 1 + count(node->left) + count(node->right) : 0;
}

static void
drop(struct node *node)
{
    if (node) {
        drop(node->left);
        drop(node->right);
        free(node);
    }
}

int
main(void)
{
    unsigned sum = 0;
    struct node *kept = make(DEPTH);
    for (unsigned i = 0; i < TREES; i++) {
        struct node *tree = make(DEPTH);
        sum = sum * 31 + count(tree) + i;
        drop(tree);
    }
    printf("%u\n", sum + count(kept));
    drop(kept);
    return 0;
}
