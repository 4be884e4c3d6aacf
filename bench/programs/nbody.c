/* Five bodies that pull each other: doubles, divisions, square roots. */
#include <math.h>
#include <stdio.h>

enum { BODIES = 5, STEPS = 700000 };

struct body {
    double x[3], v[3], mass;
};

static struct body bodies[BODIES];

static void
advance(double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            struct body *a = &bodies[i], *b = &bodies[j];
            double d[3], square = 1e-3;
            for (int k = 0; k < 3; k++) {
                d[k] = a->x[k] - b->x[k];
                square += d[k] * d[k];
            }
            double pull = dt / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                a->v[k] -= d[k] * b->mass * pull;
                b->v[k] += d[k] * a->mass * pull;
            }
        }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].x[k] += dt * bodies[i].v[k];
}

int
main(void)
{
    for (int i = 0; i < BODIES; i++) {
        bodies[i].mass = i == 0 ? 40 : 0.001 * i;
        bodies[i].x[0] = 5 * i;
        bodies[i].x[1] = i % 2 ? 0.5 * i : -0.25 * i;
        bodies[i].v[1] = i == 0 ? 0 : 2.5 / i;
        bodies[i].v[2] = 0.01 * i;
    }
    for (int step = 0; step < STEPS; step++)
        advance(1e-4);
    double sum = 0;
    for (int i = 0; i < BODIES; i++)
        sum += bodies[i].x[0] + bodies[i].v[1] * (i + 1);
    printf("%.6f\n", sum);
    return 0;
}
