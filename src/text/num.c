/*
 * [DOC] Reading floats.  A literal is a sign, digits with a point, and an
 * exponent, in base 10 or 16.  Its value is D * base^E with a whole D.  Both
 * bases end in the same place: two whole numbers N / M of which the quotient
 * with exactly p bits is wanted, rounded to nearest, ties to even, where p is
 * 24 or 53, or less for subnormal numbers.  For base 16 M is a power of two
 * and D fits a word with a sticky last bit.  For base 10 N and M are long
 * numbers; digits past the 800th cannot change the result except as "more
 * than nothing", so their length is bounded.
 */
#include "text/num.h"

#include <assert.h>
#include <stdio.h>

enum {
    DIGITS = 800,    /* significant decimal digits that are kept */
    BIG_WORDS = 224, /* 7168 bits: more than 10^DIGITS * 2^1200 needs */
    EXPONENT_MAX = 100000
};

int
gw_num_hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

static int
digit_value(uint8_t byte, uint32_t base)
{
    int value = gw_num_hex_digit(byte);
    return value >= 0 && (uint32_t)value < base ? value : -1;
}

/* Skips digits with single underscores between them; returns the number of
 * bytes, 0 when there is no digit or an underscore is misplaced. */
static size_t
skip_digits(const uint8_t *at, const uint8_t *end, uint32_t base)
{
    const uint8_t *start = at;
    for (;;) {
        if (at == end || digit_value(*at, base) < 0)
            return 0;
        while (at < end && digit_value(*at, base) >= 0)
            at++;
        if (at == end || *at != '_')
            return (size_t)(at - start);
        at++;
    }
}

static bool
has_prefix(struct gw_span text, const char *prefix)
{
    size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static struct gw_span
drop(struct gw_span text, size_t count)
{
    return gw_span(text.data + count, text.size - count);
}

static bool
skip_sign(struct gw_span *text)
{
    if (text->size == 0 || (text->data[0] != '+' && text->data[0] != '-'))
        return false;
    *text = drop(*text, 1);
    return true;
}

/* Is text a fraction and an exponent, either of which may be missing? */
static bool
is_float_tail(struct gw_span text, uint32_t base)
{
    if (text.size > 0 && text.data[0] == '.') {
        text = drop(text, 1);
        text = drop(text, skip_digits(text.data, text.data + text.size, base));
    }
    if (text.size == 0)
        return true;
    uint8_t lower = (uint8_t)(text.data[0] | 0x20);
    if (lower != (base == 16 ? 'p' : 'e'))
        return false;
    text = drop(text, 1);
    skip_sign(&text);
    size_t count = skip_digits(text.data, text.data + text.size, 10);
    return count > 0 && count == text.size;
}

enum gw_num
gw_num_classify(struct gw_span text)
{
    bool is_signed = skip_sign(&text);
    if (gw_span_equal(text, gw_span_str("inf")) ||
        gw_span_equal(text, gw_span_str("nan")))
        return GW_NUM_FLOAT;
    uint32_t base = 10;
    bool is_nan = has_prefix(text, "nan:0x");
    if (is_nan)
        text = drop(text, 4);
    if (has_prefix(text, "0x")) {
        base = 16;
        text = drop(text, 2);
    }
    if (text.size == 0)
        return GW_NUM_NONE;
    size_t count = skip_digits(text.data, text.data + text.size, base);
    if (count == 0)
        return GW_NUM_NONE;
    if (count == text.size) {
        if (is_nan)
            return GW_NUM_FLOAT;
        return is_signed ? GW_NUM_INT : GW_NUM_NAT;
    }
    if (is_nan || !is_float_tail(drop(text, count), base))
        return GW_NUM_NONE;
    return GW_NUM_FLOAT;
}

bool
gw_num_nat(struct gw_span text, uint64_t max, uint64_t *out)
{
    uint32_t base = 10;
    uint64_t value = 0;
    *out = 0;
    if (has_prefix(text, "0x")) {
        base = 16;
        text = drop(text, 2);
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '_')
            continue;
        uint64_t digit = (uint64_t)digit_value(text.data[i], base);
        if (value > (max - digit) / base || digit > max)
            return false;
        value = value * base + digit;
    }
    *out = value;
    return true;
}

bool
gw_num_int(struct gw_span text, uint32_t bits, uint64_t *out)
{
    assert(bits >= 8 && bits <= 64);
    bool negative = text.size > 0 && text.data[0] == '-';
    uint64_t max = UINT64_MAX >> (64 - bits);
    skip_sign(&text);
    if (negative)
        max = max / 2 + 1;
    if (!gw_num_nat(text, max, out))
        return false;
    if (negative)
        *out = (0 - *out) & (UINT64_MAX >> (64 - bits));
    return true;
}

/* ---- long natural numbers ------------------------------------------- */

struct big {
    uint32_t count; /* words in use; the last one is not zero */
    uint32_t words[BIG_WORDS];
};

static void
big_multiply_add(struct big *big, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (uint32_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->words[i] * factor;
        big->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) {
        assert(big->count < BIG_WORDS);
        big->words[big->count++] = (uint32_t)carry;
    }
}

static void
big_power10(struct big *big, uint32_t exponent)
{
    for (; exponent >= 9; exponent -= 9)
        big_multiply_add(big, 1000000000u, 0);
    for (; exponent > 0; exponent--)
        big_multiply_add(big, 10, 0);
}

static uint32_t
big_bits(const struct big *big)
{
    if (big->count == 0)
        return 0;
    uint32_t bits = 32 * (big->count - 1);
    for (uint32_t top = big->words[big->count - 1]; top; top >>= 1)
        bits++;
    return bits;
}

static void
big_shift(struct big *big, uint32_t bits)
{
    uint32_t words = bits / 32, rest = bits % 32;
    if (big->count == 0 || bits == 0)
        return;
    assert(big->count + words + 1 <= BIG_WORDS);
    uint32_t high = 0;
    big->words[big->count] = 0;
    for (uint32_t i = big->count + 1; i-- > 0;) {
        uint32_t word = i > 0 ? big->words[i - 1] : 0;
        /* Two steps: a shift by 32 is not defined. */
        high = i < big->count ? big->words[i] << rest : 0;
        big->words[i + words] = high | (word >> 1) >> (31 - rest);
    }
    memset(big->words, 0, words * sizeof big->words[0]);
    big->count += words + 1;
    while (big->count > 0 && big->words[big->count - 1] == 0)
        big->count--;
}

static int
big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;) {
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

/* a -= b, where a >= b. */
static void
big_subtract(struct big *a, const struct big *b)
{
    uint64_t borrow = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t word = i < b->count ? b->words[i] : 0;
        uint64_t result = (uint64_t)a->words[i] - word - borrow;
        a->words[i] = (uint32_t)result;
        borrow = result >> 63;
    }
    while (a->count > 0 && a->words[a->count - 1] == 0)
        a->count--;
}

/* ---- rounding -------------------------------------------------------- */

struct format {
    uint32_t precision; /* bits of the significand with the hidden one */
    int32_t min;        /* exponent of the lowest bit of a subnormal */
    int32_t max;        /* exponent of the lowest bit of the greatest */
};

static struct format
format_of(uint32_t bits)
{
    struct format f32 = { 24, -149, 104 }, f64 = { 53, -1074, 971 };
    return bits == 32 ? f32 : f64;
}

/* Puts together mantissa * 2^exponent, where mantissa has been rounded to
 * the precision or to the subnormal grid; false when it is too large. */
static bool
pack(const struct format *f, uint64_t mantissa, int32_t exponent, uint64_t *out)
{
    uint64_t hidden = UINT64_C(1) << (f->precision - 1);
    if (mantissa == hidden << 1) {
        mantissa = hidden;
        exponent++;
    }
    if (exponent > f->max)
        return false;
    if (mantissa < hidden) {
        assert(exponent == f->min || mantissa == 0);
        *out = mantissa;
        return true;
    }
    uint64_t biased = (uint64_t)(exponent - f->min) + 1;
    *out = biased << (f->precision - 1) | (mantissa - hidden);
    return true;
}

/* Rounds value * 2^exponent; the lowest bit of value may stand for "and
 * something more" (value has more bits than any precision then). */
static bool
round_binary(const struct format *f, uint64_t value, int32_t exponent,
             uint64_t *out)
{
    *out = 0;
    if (value == 0)
        return true;
    while (!(value >> 63)) {
        value <<= 1;
        exponent--;
    }
    int32_t drop_bits = 64 - (int32_t)f->precision;
    if (exponent + drop_bits < f->min)
        drop_bits = f->min - exponent;
    if (drop_bits > 64)
        return true;
    uint64_t kept = drop_bits == 64 ? 0 : value >> drop_bits;
    uint64_t half = UINT64_C(1) << (drop_bits - 1);
    uint64_t rest = value & (half - 1);
    if ((value & half) != 0 && (rest != 0 || (kept & 1) != 0))
        kept++;
    return pack(f, kept, exponent + drop_bits, out);
}

/* Rounds n / m: finds the exponent, then divides bit by bit. */
static bool
round_ratio(const struct format *f, struct big *n, struct big *m, uint64_t *out)
{
    int32_t lead = (int32_t)big_bits(n) - (int32_t)big_bits(m);
    /* The quotient has lead or lead + 1 bits before the point. */
    int32_t exponent = lead - (int32_t)f->precision;
    if (exponent < f->min)
        exponent = f->min;
    if (exponent > 0)
        big_shift(m, (uint32_t)exponent);
    else
        big_shift(n, (uint32_t)-exponent);
    uint64_t quotient = 0;
    uint32_t steps = f->precision + 1;
    /* n < m * 2^steps; take the bits from the top. */
    big_shift(m, steps);
    for (uint32_t i = 0; i <= steps; i++) {
        quotient <<= 1;
        if (big_compare(n, m) >= 0) {
            big_subtract(n, m);
            quotient |= 1;
        }
        if (i < steps)
            big_shift(n, 1);
    }
    /* A quotient of one bit too many is rounded with what is left of n. */
    if (quotient >> f->precision) {
        quotient = quotient << 1 | (n->count > 0);
        return round_binary(f, quotient << 2, exponent - 3, out);
    }
    big_shift(n, 1);
    int order = big_compare(n, m);
    if (order > 0 || (order == 0 && (quotient & 1)))
        quotient++;
    return pack(f, quotient, exponent, out);
}

/* ---- the literals ------------------------------------------------------ */

struct scanned {
    uint64_t word;    /* the first digits, base 16: with a sticky bit */
    int32_t exponent; /* of the base; base 16: of two */
    uint32_t count;   /* significant decimal digits in digits */
    bool more;        /* and others that are not all zero */
    uint8_t digits[DIGITS];
};

/* The exponent behind e or p, held within bounds that cannot matter. */
static int32_t
scan_exponent(struct gw_span text)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    int32_t value = 0;
    skip_sign(&text);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '_')
            continue;
        if (value < EXPONENT_MAX)
            value = value * 10 + (text.data[i] - '0');
    }
    return negative ? -value : value;
}

static void
push_digit(struct scanned *s, uint32_t base, uint32_t digit)
{
    if (base == 16) {
        if (s->word >> 60) {
            s->word |= digit != 0;
            s->exponent += 4;
        } else {
            s->word = s->word << 4 | digit;
        }
        return;
    }
    if (s->count == 0 && digit == 0)
        return;
    if (s->count == DIGITS) {
        s->more = s->more || digit != 0;
        s->exponent++;
        return;
    }
    s->digits[s->count++] = (uint8_t)digit;
}

/* A literal of a hundred million digits must not overflow the exponent. */
static int32_t
clamp_exponent(int64_t value)
{
    if (value > 4 * EXPONENT_MAX)
        return 4 * EXPONENT_MAX;
    return value < -4 * EXPONENT_MAX ? -4 * EXPONENT_MAX : (int32_t)value;
}

static void
scan(struct gw_span text, uint32_t base, struct scanned *s)
{
    int64_t shift = 0;
    int64_t step = base == 16 ? 4 : 1;
    bool fraction = false;
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        int digit = digit_value(byte, base);
        if (digit >= 0) {
            push_digit(s, base, (uint32_t)digit);
            shift -= fraction ? step : 0;
        } else if (byte == '.') {
            fraction = true;
        } else if (byte != '_') {
            shift += scan_exponent(drop(text, i + 1));
            break;
        }
    }
    s->exponent = clamp_exponent(s->exponent + shift);
}

static bool
read_decimal(const struct format *f, const struct scanned *s, uint64_t *out)
{
    *out = 0;
    if (s->count == 0)
        return true;
    int32_t magnitude = s->exponent + (int32_t)s->count;
    if (magnitude > 320)
        return false;
    if (magnitude < -350)
        return true;
    struct big n = { 0 }, m = { 0 };
    for (uint32_t i = 0; i < s->count; i++)
        big_multiply_add(&n, 10, s->digits[i]);
    int32_t exponent = s->exponent;
    if (s->more) {
        big_multiply_add(&n, 10, 1);
        exponent--;
    }
    big_multiply_add(&m, 1, 1);
    big_power10(exponent < 0 ? &m : &n,
                (uint32_t)(exponent < 0 ? -exponent : exponent));
    return round_ratio(f, &n, &m, out);
}

static bool
read_nan(struct gw_span text, const struct format *f, uint64_t *out)
{
    uint64_t max = (UINT64_C(1) << (f->precision - 1)) - 1;
    uint64_t payload = (max + 1) / 2;
    if (text.size > 3 &&
        (!gw_num_nat(drop(text, 4), max, &payload) || payload == 0))
        return false;
    *out |= payload;
    return true;
}

bool
gw_num_float(struct gw_span text, uint32_t bits, uint64_t *out)
{
    struct format f = format_of(bits);
    bool negative = text.size > 0 && text.data[0] == '-';
    uint64_t sign = negative ? UINT64_C(1) << (bits - 1) : 0;
    uint64_t infinity = ((UINT64_C(1) << (bits - f.precision)) - 1)
                        << (f.precision - 1);
    bool fits = true;
    skip_sign(&text);
    *out = infinity;
    if (has_prefix(text, "nan")) {
        fits = read_nan(text, &f, out);
    } else if (!has_prefix(text, "inf")) {
        struct scanned s;
        bool hex = has_prefix(text, "0x");
        scan(hex ? drop(text, 2) : text, hex ? 16 : 10, &s);
        fits = hex ? round_binary(&f, s.word, s.exponent, out)
                   : read_decimal(&f, &s, out);
    }
    *out |= sign;
    return fits;
}

size_t
gw_num_print_float(uint64_t value, uint32_t bits, char buffer[GW_NUM_TEXT])
{
    struct format f = format_of(bits);
    uint64_t hidden = UINT64_C(1) << (f.precision - 1);
    uint64_t mantissa = value & (hidden - 1);
    uint32_t exponent = (uint32_t)(value >> (f.precision - 1)) &
                        (bits == 32 ? 0xffu : 0x7ffu);
    const char *sign = value >> (bits - 1) ? "-" : "";
    int size;
    if (exponent == (bits == 32 ? 0xffu : 0x7ffu)) {
        if (mantissa == 0)
            size = snprintf(buffer, GW_NUM_TEXT, "%sinf", sign);
        else if (mantissa == hidden / 2)
            size = snprintf(buffer, GW_NUM_TEXT, "%snan", sign);
        else
            size = snprintf(buffer, GW_NUM_TEXT, "%snan:0x%llx", sign,
                            (unsigned long long)mantissa);
        return (size_t)size;
    }
    int32_t power = f.min;
    if (exponent > 0) {
        mantissa |= hidden;
        power += (int32_t)exponent - 1;
    }
    while (mantissa && !(mantissa & 1)) {
        mantissa >>= 1;
        power++;
    }
    if (mantissa == 0)
        size = snprintf(buffer, GW_NUM_TEXT, "%s0", sign);
    else if (power >= 0 && power < 40 && mantissa < 1000000 >> 0 &&
             (mantissa << power) >> power == mantissa &&
             mantissa << power < 1000000000)
        size = snprintf(buffer, GW_NUM_TEXT, "%s%llu", sign,
                        (unsigned long long)mantissa << power);
    else
        size = snprintf(buffer, GW_NUM_TEXT, "%s0x%llxp%d", sign,
                        (unsigned long long)mantissa, (int)power);
    return (size_t)size;
}
