/* An image blurred by 1 2 1 both ways, 8 bits a point: what the bench calls
 * blur is built without SIMD, simd_blur with it. */
#include "draw.h"
#include <stdio.h>
#include <string.h>
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum { WIDTH = 1024, HEIGHT = 768, ROUNDS = 24 };

static uint8_t image[HEIGHT][WIDTH], other[HEIGHT][WIDTH];

/* out = (a + 2 b + c + 2) / 4, for a count that 16 divides. */
static void
blend(uint8_t *out, const uint8_t *a, const uint8_t *b, const uint8_t *c,
      int count)
{
#ifdef __wasm_simd128__
    v128_t two = wasm_i16x8_splat(2);
    for (int i = 0; i < count; i += 16) {
        v128_t x = wasm_v128_load(a + i), y = wasm_v128_load(b + i),
               z = wasm_v128_load(c + i);
        v128_t low = wasm_i16x8_add(wasm_u16x8_extend_low_u8x16(x),
                                    wasm_u16x8_extend_low_u8x16(z));
        v128_t high = wasm_i16x8_add(wasm_u16x8_extend_high_u8x16(x),
                                     wasm_u16x8_extend_high_u8x16(z));
        v128_t y_low = wasm_i16x8_add(
            wasm_i16x8_shl(wasm_u16x8_extend_low_u8x16(y), 1), two);
        v128_t y_high = wasm_i16x8_add(
            wasm_i16x8_shl(wasm_u16x8_extend_high_u8x16(y), 1), two);
        low = wasm_u16x8_shr(wasm_i16x8_add(low, y_low), 2);
        high = wasm_u16x8_shr(wasm_i16x8_add(high, y_high), 2);
        wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(low, high));
    }
#else
    for (int i = 0; i < count; i++)
        out[i] = (uint8_t)((a[i] + 2 * b[i] + c[i] + 2) >> 2);
#endif
}

static void
blur(void)
{
    for (int y = 0; y < HEIGHT; y++) {
        uint8_t edged[WIDTH + 2];
        memcpy(edged + 1, image[y], WIDTH);
        edged[0] = edged[1];
        edged[WIDTH + 1] = edged[WIDTH];
        blend(other[y], edged, edged + 1, edged + 2, WIDTH);
    }
    for (int y = 0; y < HEIGHT; y++)
        blend(image[y], other[y > 0 ? y - 1 : 0], other[y],
              other[y < HEIGHT - 1 ? y + 1 : y], WIDTH);
}

int
main(void)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            image[y][x] = (uint8_t)draw();
    for (int round = 0; round < ROUNDS; round++)
        blur();
    uint32_t hash = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x += 16)
            hash = hash * 31 + image[y][x];
    printf("%u\n", (unsigned)hash);
    return 0;
}
