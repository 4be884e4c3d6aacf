#include "base/hash.h"

#include <string.h>

/*
 * [DOC] The hash.  Sixteen bytes at a time go through one 64 x 64 -> 128 bit
 * multiplication whose halves are folded together.  A factor of zero would
 * forget the state, and with public constants anybody can choose input that
 * makes one; so both factors are mixed with values derived from the seed.
 * Words are read in the machine's own byte order: hashes stay in the process.
 */

/* C11 has no 128-bit integer, so the product is put together from four. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32;
    uint64_t b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, mid0 = a1 * b0, mid1 = a0 * b1, high = a1 * b1;
    uint64_t mid = (low >> 32) + (uint32_t)mid0 + (uint32_t)mid1;
    low = (uint32_t)low | mid << 32;
    high += (mid0 >> 32) + (mid1 >> 32) + (mid >> 32);
    return low ^ high;
}

static uint64_t
load8(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* Reads 1 to 8 bytes as a word.  Copies of fixed size that overlap are much
 * faster than one of variable size; the size itself is mixed in later. */
static uint64_t
load_few(const uint8_t *at, size_t size)
{
    uint32_t head, tail;
    if (size < sizeof(head))
        return (uint64_t)at[0] << 16 | (uint64_t)at[size / 2] << 8 |
               at[size - 1];
    memcpy(&head, at, sizeof(head));
    memcpy(&tail, at + size - sizeof(tail), sizeof(tail));
    return (uint64_t)head << 32 | tail;
}

uint64_t
gw_hash_bytes(uint64_t seed, const void *data, size_t size)
{
    const uint8_t *at = data;
    size_t left = size;
    uint64_t key = fold(seed ^ 0x9e3779b97f4a7c15u, 0xd1b54a32d192ed03u);
    uint64_t state = key ^ seed ^ 0x8cb92ba72f3d8dd7u;
    for (; left > 16; left -= 16, at += 16)
        state = fold(load8(at) ^ key, load8(at + 8) ^ state);
    if (left > 8)
        state = fold(load8(at) ^ key, load8(at + left - 8) ^ state);
    else if (left > 0)
        state = fold(load_few(at, left) ^ key, state);
    /* The size tells apart inputs that were read as the same words. */
    return fold(state ^ size, key ^ 0xaaf724b7c9a3b1d5u);
}
