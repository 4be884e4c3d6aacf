/* A product of matrices of 8-bit numbers into 32 bits, as small networks want
 * it: int8matrix is built without SIMD, simd_int8matrix with it. */
#include "draw.h"
#include <stdio.h>
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum { N = 256, ROUNDS = 4 };

static int8_t a[N][N], b[N][N]; /* b is stored by columns */

static int32_t
dot(const int8_t *x, const int8_t *y)
{
#ifdef __wasm_simd128__
    v128_t sum = wasm_i32x4_splat(0);
    for (int i = 0; i < N; i += 16) {
        v128_t p = wasm_v128_load(x + i), q = wasm_v128_load(y + i);
        v128_t low = wasm_i32x4_dot_i16x8(wasm_i16x8_extend_low_i8x16(p),
                                          wasm_i16x8_extend_low_i8x16(q));
        v128_t high = wasm_i32x4_dot_i16x8(wasm_i16x8_extend_high_i8x16(p),
                                           wasm_i16x8_extend_high_i8x16(q));
        sum = wasm_i32x4_add(sum, wasm_i32x4_add(low, high));
    }
    return wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) +
           wasm_i32x4_extract_lane(sum, 2) + wasm_i32x4_extract_lane(sum, 3);
#else
    int32_t sum = 0;
    for (int i = 0; i < N; i++)
        sum += x[i] * y[i];
    return sum;
#endif
}

int
main(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (int8_t)draw();
            b[i][j] = (int8_t)draw();
        }
    uint32_t hash = 0;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                int32_t sum = dot(a[i], b[j]);
                hash = hash * 31 + (uint32_t)sum;
                if (j == 0)
                    a[i][round] = (int8_t)(sum >> 8);
            }
    printf("%u\n", (unsigned)hash);
    return 0;
}
