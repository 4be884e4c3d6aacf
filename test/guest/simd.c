/* A kernel that compiles to vector instructions; scalar code on native. */
#include <stdint.h>
#include <stdio.h>

enum { N = 4096 };

static uint8_t image[N], blurred[N];
static float xs[N], ys[N];
static int16_t left[N], right[N];

static int32_t
dot(void)
{
    int32_t sum = 0;
    for (int i = 0; i < N; i++)
        sum += left[i] * right[i];
    return sum;
}

int
main(void)
{
    for (int i = 0; i < N; i++) {
        image[i] = (uint8_t)(i * 37 + (i >> 3));
        xs[i] = (float)i * 0.25f;
        left[i] = (int16_t)(i * 3 - 5000);
        right[i] = (int16_t)(7 - i);
    }
    for (int i = 1; i < N - 1; i++)
        blurred[i] = (uint8_t)((image[i - 1] + 2 * image[i] + image[i + 1]) /
                               4);
    for (int i = 0; i < N; i++)
        ys[i] = xs[i] * xs[i] * 0.5f - xs[i] + 3.0f;
    uint32_t check = 0;
    for (int i = 0; i < N; i++)
        check = check * 33 + blurred[i];
    float most = ys[0];
    for (int i = 1; i < N; i++)
        most = ys[i] > most ? ys[i] : most;
    uint64_t wide = 0;
    for (int i = 0; i < N; i++)
        wide += (uint64_t)image[i] << (i & 31);
    printf("%u %.3f %d %llu\n", (unsigned)check, (double)most, (int)dot(),
           (unsigned long long)wide);
    return 0;
}
