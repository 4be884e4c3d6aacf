#include "base/inflate.h"

#include <stdbool.h>

enum { LONGEST = 15, LITERALS = 288, DISTANCES = 30, END_OF_BLOCK = 256 };

/* A canonical code: how many codes have each length, and the symbols in the
 * order of their codes. */
struct code {
    uint16_t count[LONGEST + 1];
    uint16_t symbols[LITERALS];
};

/* Input and output; broken is sticky, and then all bits read as 0. */
struct inflate {
    const uint8_t *from, *end;
    uint64_t bits;
    unsigned bit_count;
    uint8_t *to;
    size_t done, size;
    bool broken;
};

/* ---- bits: the lowest of each byte comes first ---- */

static uint32_t
take(struct inflate *s, unsigned count)
{
    while (s->bit_count < count && s->from < s->end) {
        s->bits |= (uint64_t)*s->from++ << s->bit_count;
        s->bit_count += 8;
    }
    if (s->bit_count < count) {
        s->broken = true;
        return 0;
    }
    uint32_t value = (uint32_t)(s->bits & ((UINT64_C(1) << count) - 1));
    s->bits >>= count;
    s->bit_count -= count;
    return value;
}

/* Codes are packed highest bit first.  A code of one length begins behind the
 * last one of the length before, so one comparison per bit finds it. */
static unsigned
take_symbol(struct inflate *s, const struct code *code)
{
    int32_t value = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= LONGEST; length++) {
        int32_t count = code->count[length];
        value |= (int32_t)take(s, 1);
        if (value - first < count)
            return code->symbols[index + value - first];
        index += count;
        first = (first + count) << 1;
        value <<= 1;
    }
    s->broken = true;
    return END_OF_BLOCK;
}

/* ---- codes ---- */

/* False when the lengths promise more codes than there are.  Fewer are allowed
 * only where RFC 1951 needs it: a single code, or none. */
static bool
make_code(struct code *code, const uint8_t *lengths, unsigned count)
{
    uint16_t next[LONGEST + 2] = { 0 };
    int32_t left = 1;
    unsigned used = 0;
    for (unsigned i = 0; i <= LONGEST; i++)
        code->count[i] = 0;
    for (unsigned i = 0; i < count; i++)
        code->count[lengths[i]]++;
    code->count[0] = 0;
    for (unsigned i = 1; i <= LONGEST; i++) {
        left = (left << 1) - code->count[i];
        if (left < 0)
            return false;
        next[i + 1] = (uint16_t)(next[i] + code->count[i]);
        used += code->count[i];
    }
    for (unsigned i = 0; i < count; i++)
        if (lengths[i] != 0)
            code->symbols[next[lengths[i]]++] = (uint16_t)i;
    return left == 0 || used <= 1;
}

static void
make_fixed(struct code *literals, struct code *distances)
{
    uint8_t lengths[LITERALS];
    for (unsigned i = 0; i < LITERALS; i++)
        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    (void)make_code(literals, lengths, LITERALS);
    for (unsigned i = 0; i < 32; i++)
        lengths[i] = 5;
    (void)make_code(distances, lengths, 32);
}

/* RFC 1951, 3.2.7: the lengths of both codes, run-length coded with a third. */
static bool
read_codes(struct inflate *s, struct code *literals, struct code *distances)
{
    static const uint8_t order[19] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                       11, 4,  12, 3, 13, 2, 14, 1, 15 };
    uint8_t lengths[LITERALS + 32] = { 0 };
    unsigned literal_count = take(s, 5) + 257;
    unsigned distance_count = take(s, 5) + 1;
    unsigned length_count = take(s, 4) + 4;
    unsigned all = literal_count + distance_count;
    for (unsigned i = 0; i < length_count; i++)
        lengths[order[i]] = (uint8_t)take(s, 3);
    if (literal_count > LITERALS - 2 || distance_count > DISTANCES ||
        !make_code(literals, lengths, 19))
        return false;
    for (unsigned i = 0; i < 19; i++)
        lengths[i] = 0;
    for (unsigned at = 0; at < all && !s->broken;) {
        unsigned symbol = take_symbol(s, literals), repeat = 1;
        uint8_t value = (uint8_t)symbol;
        if (symbol >= 16) {
            value = symbol == 16 && at > 0 ? lengths[at - 1] : 0;
            repeat = symbol == 18   ? 11 + take(s, 7)
                     : symbol == 17 ? 3 + take(s, 3)
                                    : 3 + take(s, 2);
        }
        if (symbol > 18 || repeat > all - at || (symbol == 16 && at == 0))
            return false;
        while (repeat-- > 0)
            lengths[at++] = value;
    }
    return !s->broken && lengths[END_OF_BLOCK] != 0 &&
           make_code(literals, lengths, literal_count) &&
           make_code(distances, lengths + literal_count, distance_count);
}

/* ---- blocks ---- */

static bool
copy_back(struct inflate *s, size_t distance, size_t length)
{
    if (distance > s->done || length > s->size - s->done)
        return false;
    /* Byte by byte: what is copied may be what was just written. */
    for (; length > 0; length--, s->done++)
        s->to[s->done] = s->to[s->done - distance];
    return true;
}

static bool
read_block(struct inflate *s, const struct code *literals,
           const struct code *distances)
{
    static const uint16_t length_base[29] = {
        3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258
    };
    static const uint8_t length_bits[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
                                             1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
                                             4, 4, 4, 4, 5, 5, 5, 5, 0 };
    static const uint16_t distance_base[DISTANCES] = {
        1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
        33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
        1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577
    };
    while (!s->broken) {
        unsigned symbol = take_symbol(s, literals);
        if (symbol == END_OF_BLOCK)
            return !s->broken;
        if (symbol < END_OF_BLOCK) {
            if (s->done == s->size)
                return false;
            s->to[s->done++] = (uint8_t)symbol;
            continue;
        }
        symbol -= END_OF_BLOCK + 1;
        if (symbol >= 29)
            return false;
        size_t length = length_base[symbol] + take(s, length_bits[symbol]);
        unsigned far = take_symbol(s, distances);
        if (far >= DISTANCES)
            return false;
        size_t distance = distance_base[far] +
                          take(s, far < 2 ? 0 : far / 2 - 1);
        if (s->broken || !copy_back(s, distance, length))
            return false;
    }
    return false;
}

static bool
read_stored(struct inflate *s)
{
    (void)take(s, s->bit_count % 8);
    uint32_t length = take(s, 16);
    if (take(s, 16) != (length ^ 0xffff) || length > s->size - s->done)
        return false;
    for (; length > 0 && !s->broken; length--)
        s->to[s->done++] = (uint8_t)take(s, 8);
    return !s->broken;
}

enum gw_err
gw_inflate(struct gw_span from, uint8_t *to, size_t size)
{
    struct inflate s = { .from = from.data, .to = to, .size = size };
    struct code literals, distances;
    bool good = true, last = false;
    s.end = from.size > 0 ? from.data + from.size : from.data;
    while (good && !last) {
        last = take(&s, 1);
        unsigned kind = take(&s, 2);
        if (s.broken || kind == 3)
            return GW_ERR_MALFORMED;
        if (kind == 0) {
            good = read_stored(&s);
            continue;
        }
        if (kind == 1)
            make_fixed(&literals, &distances);
        else
            good = read_codes(&s, &literals, &distances);
        good = good && read_block(&s, &literals, &distances);
    }
    return good && s.done == size ? GW_OK : GW_ERR_MALFORMED;
}

/* ---- the check sum ---- */

uint32_t
gw_crc32(struct gw_span bytes)
{
    uint32_t table[16], crc = ~UINT32_C(0);
    for (uint32_t i = 0; i < 16; i++) {
        table[i] = i;
        for (unsigned k = 0; k < 4; k++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        crc ^= bytes.data[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
