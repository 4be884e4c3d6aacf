/* Fourier transforms of 2^14 points, there and back: doubles with strides. */
#include "draw.h"
#include <math.h>
#include <stdio.h>

enum { BITS = 14, N = 1 << BITS, ROUNDS = 60 };

struct complex {
    double re, im;
};

static struct complex points[N], roots[N];

/* Roots of one by halving the angle: only square roots, which all machines
 * round alike. */
static void
make_roots(void)
{
    struct complex step = { -1, 0 };
    roots[0] = (struct complex){ 1, 0 };
    roots[N / 2] = step;
    for (int gap = N / 4; gap > 0; gap /= 2) {
        double half = sqrt((1 + step.re) / 2);
        step.im = gap == N / 4 ? 1 : step.im / (2 * half);
        step.re = half;
        for (int i = gap; i < N; i += 2 * gap) {
            struct complex r = roots[i - gap];
            roots[i].re = r.re * step.re - r.im * step.im;
            roots[i].im = r.re * step.im + r.im * step.re;
        }
    }
}

static void
transform(int backward)
{
    for (unsigned i = 0, j = 0; i < N; i++) {
        if (i < j) {
            struct complex kept = points[i];
            points[i] = points[j];
            points[j] = kept;
        }
        unsigned bit = N / 2;
        for (; bit > 0 && (j & bit); bit /= 2)
            j ^= bit;
        j |= bit;
    }
    for (int size = 2; size <= N; size *= 2)
        for (int low = 0; low < N; low += size)
            for (int k = 0; k < size / 2; k++) {
                struct complex root = roots[k * (N / size)];
                struct complex *a = &points[low + k], *b = a + size / 2;
                if (backward)
                    root.im = -root.im;
                double re = b->re * root.re - b->im * root.im;
                double im = b->re * root.im + b->im * root.re;
                *b = (struct complex){ a->re - re, a->im - im };
                *a = (struct complex){ a->re + re, a->im + im };
            }
}

int
main(void)
{
    make_roots();
    for (int i = 0; i < N; i++)
        points[i].re = draw() % 1000;
    double sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        transform(0);
        sum += fabs(points[round + 1].re);
        transform(1);
        for (int i = 0; i < N; i++) {
            points[i].re /= N;
            points[i].im /= N;
        }
    }
    printf("%.3f %.3f\n", sum, points[N / 3].re);
    return 0;
}
