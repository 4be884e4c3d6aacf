/* Permutations of nine, and how often each must be flipped: small arrays. */
#include <stdio.h>

enum { N = 9 };

int
main(void)
{
    int order[N], copy[N], turns[N];
    int most = 0, checksum = 0, left = N;
    unsigned number = 0;
    for (int i = 0; i < N; i++)
        order[i] = i;
    for (;;) {
        for (; left > 1; left--)
            turns[left - 1] = left;
        for (int i = 0; i < N; i++)
            copy[i] = order[i];
        int flips = 0;
        for (int first = copy[0]; first != 0; first = copy[0]) {
            for (int a = 0, b = first; a < b; a++, b--) {
                int kept = copy[a];
                copy[a] = copy[b];
                copy[b] = kept;
            }
            flips++;
        }
        most = flips > most ? flips : most;
        checksum += number++ % 2 ? -flips : flips;
        for (;; left++) {
            if (left == N) {
                printf("%d %d\n", checksum, most);
                return 0;
            }
            int first = order[0];
            for (int i = 0; i < left; i++)
                order[i] = order[i + 1];
            order[left] = first;
            if (--turns[left] > 0)
                break;
        }
    }
}
