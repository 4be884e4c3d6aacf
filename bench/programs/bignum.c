/* Long multiplication and division by a small number: 64-bit carries. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LIMBS = 256, SQUARES = 1200 };

static uint32_t number[LIMBS], product[2 * LIMBS];

static void
square(void)
{
    memset(product, 0, sizeof(product));
    for (int i = 0; i < LIMBS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < LIMBS; j++) {
            carry += (uint64_t)number[i] * number[j] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + LIMBS] = (uint32_t)carry;
    }
}

static uint32_t
divide(uint32_t divisor)
{
    uint64_t rest = 0;
    for (int i = 2 * LIMBS - 1; i >= 0; i--) {
        rest = rest << 32 | product[i];
        product[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint32_t)rest;
}

int
main(void)
{
    uint32_t sum = 0;
    for (int i = 0; i < LIMBS; i++)
        number[i] = 0x9e3779b9u * (uint32_t)(i + 1);
    for (int round = 0; round < SQUARES; round++) {
        square();
        sum = sum * 31 + divide(1000000007u);
        memcpy(number, product + LIMBS / 2, sizeof(number));
    }
    printf("%u\n", (unsigned)sum);
    return 0;
}
