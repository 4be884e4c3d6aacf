/* The distance of two texts: minima of three, row by row. */
#include "draw.h"
#include <stdio.h>

enum { N = 6000 };

static char a[N], b[N];
static int row[N + 1];

int
main(void)
{
    for (int i = 0; i < N; i++) {
        a[i] = (char)('a' + draw() % 4);
        b[i] = (char)('a' + draw() % 4);
    }
    for (int j = 0; j <= N; j++)
        row[j] = j;
    for (int i = 1; i <= N; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= N; j++) {
            int best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            best = corner + 1 < best ? corner + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    printf("%d\n", row[N]);
    return 0;
}
