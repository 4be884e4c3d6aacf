/* The Mandelbrot set, four points at a time where there is SIMD: what the
 * bench calls mandelbrot is built without it, simd_mandelbrot with it. */
#include <stdio.h>
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum { WIDTH = 512, HEIGHT = 384, ITERATIONS = 400 };

#ifdef __wasm_simd128__
/* The rounds that four points of a row stay near, added up. */
static unsigned
four(float x, float step, float y)
{
    v128_t cx = wasm_f32x4_make(x, x + step, x + 2 * step, x + 3 * step);
    v128_t cy = wasm_f32x4_splat(y);
    v128_t zx = cx, zy = cy, count = wasm_i32x4_splat(0);
    for (int i = 0; i < ITERATIONS; i++) {
        v128_t xx = wasm_f32x4_mul(zx, zx), yy = wasm_f32x4_mul(zy, zy);
        v128_t near = wasm_f32x4_le(wasm_f32x4_add(xx, yy),
                                    wasm_f32x4_splat(4));
        if (!wasm_v128_any_true(near))
            break;
        count = wasm_i32x4_sub(count, near);
        v128_t xy = wasm_f32x4_mul(zx, zy);
        zx = wasm_f32x4_add(wasm_f32x4_sub(xx, yy), cx);
        zy = wasm_f32x4_add(wasm_f32x4_add(xy, xy), cy);
    }
    return (unsigned)(wasm_i32x4_extract_lane(count, 0) +
                      wasm_i32x4_extract_lane(count, 1) +
                      wasm_i32x4_extract_lane(count, 2) +
                      wasm_i32x4_extract_lane(count, 3));
}
#else
static unsigned
one(float cx, float cy)
{
    float zx = cx, zy = cy;
    unsigned count = 0;
    for (; count < ITERATIONS; count++) {
        float xx = zx * zx, yy = zy * zy, xy = zx * zy;
        if (!(xx + yy <= 4))
            break;
        zx = xx - yy + cx;
        zy = xy + xy + cy;
    }
    return count;
}

static unsigned
four(float x, float step, float y)
{
    return one(x, y) + one(x + step, y) + one(x + 2 * step, y) +
           one(x + 3 * step, y);
}
#endif

int
main(void)
{
    unsigned sum = 0;
    const float step = 3.0f / WIDTH;
    for (int row = 0; row < HEIGHT; row++)
        for (int column = 0; column < WIDTH; column += 4)
            sum += four((float)column * step - 2.0f, step,
                        (float)row * (2.0f / HEIGHT) - 1.0f) *
                   (unsigned)(row % 7 + 1);
    printf("%u\n", sum);
    return 0;
}
