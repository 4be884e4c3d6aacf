/* The spectral norm of an endless matrix, cut off: divisions of doubles. */
#include <math.h>
#include <stdio.h>

enum { N = 500, ROUNDS = 30 };

static double
element(int i, int j)
{
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void
multiply(const double *in, double *out, int transposed)
{
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int j = 0; j < N; j++)
            sum += (transposed ? element(j, i) : element(i, j)) * in[j];
        out[i] = sum;
    }
}

int
main(void)
{
    static double u[N], v[N], between[N];
    for (int i = 0; i < N; i++)
        u[i] = 1;
    for (int round = 0; round < ROUNDS; round++) {
        multiply(u, between, 0);
        multiply(between, v, 1);
        multiply(v, between, 0);
        multiply(between, u, 1);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < N; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%.9f\n", sqrt(uv / vv));
    return 0;
}
