/*
 * Numbers: the values that operators compute with, and what every row of
 * num.def computes, as a function gw_num_<IDENT>.
 *
 * Nothing here has state, allocates or traps.  The rows name types by tags:
 * u8 s8 u16 s16 u32 s32 u64 s64 f32 f64 v128; GW_C_<tag> is the C type and
 * GW_AS_<tag>(x) converts to it.  Compilers must keep to IEEE 754: no fast
 * math, no contraction into fused operations, assignments round.
 */
#ifndef GW_WASM_NUM_H
#define GW_WASM_NUM_H

#include <float.h>
#include <math.h> /* sqrt, which only the machine can do well */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Computing in double (method 1) and rounding every assignment to float gives
 * the same results: double has more than twice the bits. */
_Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1,
               "float operations round to float, perhaps by way of double");
_Static_assert(-1 >> 1 == -1, "a right shift of a signed number is arithmetic");

/* The bytes are the little-endian memory image on every machine. */
struct gw_v128 {
    uint8_t bytes[16];
};

#define GW_C_u8 uint8_t
#define GW_C_s8 int8_t
#define GW_C_u16 uint16_t
#define GW_C_s16 int16_t
#define GW_C_u32 uint32_t
#define GW_C_s32 int32_t
#define GW_C_u64 uint64_t
#define GW_C_s64 int64_t
#define GW_C_f32 float
#define GW_C_f64 double
#define GW_C_v128 struct gw_v128

#define GW_AS_u8(X) ((uint8_t)(X))
#define GW_AS_s8(X) ((int8_t)(X))
#define GW_AS_u16(X) ((uint16_t)(X))
#define GW_AS_s16(X) ((int16_t)(X))
#define GW_AS_u32(X) ((uint32_t)(X))
#define GW_AS_s32(X) ((int32_t)(X))
#define GW_AS_u64(X) ((uint64_t)(X))
#define GW_AS_s64(X) ((int64_t)(X))
#define GW_AS_f32(X) ((float)(X))
#define GW_AS_f64(X) ((double)(X))
#define GW_AS_v128(X) (X)

/*
 * Bits, and bytes in little-endian order.
 */

static inline uint32_t
gw_f32_bits(float a)
{
    uint32_t bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

static inline float
gw_f32_of_bits(uint32_t bits)
{
    float a;
    memcpy(&a, &bits, sizeof a);
    return a;
}

static inline uint64_t
gw_f64_bits(double a)
{
    uint64_t bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

static inline double
gw_f64_of_bits(uint64_t bits)
{
    double a;
    memcpy(&a, &bits, sizeof a);
    return a;
}

/* A constant to every compiler that optimises. */
static inline bool
gw_host_is_little(void)
{
    uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static inline uint8_t
gw_swap_u8(uint8_t a)
{
    return a;
}

static inline uint16_t
gw_swap_u16(uint16_t a)
{
    return (uint16_t)(a << 8 | a >> 8);
}

static inline uint32_t
gw_swap_u32(uint32_t a)
{
    return a << 24 | (a & 0xff00) << 8 | (a >> 8 & 0xff00) | a >> 24;
}

static inline uint64_t
gw_swap_u64(uint64_t a)
{
    return (uint64_t)gw_swap_u32((uint32_t)a) << 32 |
           gw_swap_u32((uint32_t)(a >> 32));
}

/* gw_get_<tag> reads the little-endian number at bytes, gw_put_<tag> writes
 * it.  No alignment is asked for. */
#define GW_GET_PUT(TAG, BITS, OF_BITS, TO_BITS)                            \
    static inline GW_C_##TAG gw_get_##TAG(const void *bytes)               \
    {                                                                      \
        GW_C_##BITS bits;                                                  \
        memcpy(&bits, bytes, sizeof bits);                                 \
        return OF_BITS(gw_host_is_little() ? bits : gw_swap_##BITS(bits)); \
    }                                                                      \
    static inline void gw_put_##TAG(void *bytes, GW_C_##TAG value)         \
    {                                                                      \
        GW_C_##BITS bits = TO_BITS(value);                                 \
        if (!gw_host_is_little())                                          \
            bits = gw_swap_##BITS(bits);                                   \
        memcpy(bytes, &bits, sizeof bits);                                 \
    }

GW_GET_PUT(u8, u8, GW_AS_u8, GW_AS_u8)
GW_GET_PUT(s8, u8, GW_AS_s8, GW_AS_u8)
GW_GET_PUT(u16, u16, GW_AS_u16, GW_AS_u16)
GW_GET_PUT(s16, u16, GW_AS_s16, GW_AS_u16)
GW_GET_PUT(u32, u32, GW_AS_u32, GW_AS_u32)
GW_GET_PUT(s32, u32, GW_AS_s32, GW_AS_u32)
GW_GET_PUT(u64, u64, GW_AS_u64, GW_AS_u64)
GW_GET_PUT(s64, u64, GW_AS_s64, GW_AS_u64)
GW_GET_PUT(f32, u32, gw_f32_of_bits, gw_f32_bits)
GW_GET_PUT(f64, u64, gw_f64_of_bits, gw_f64_bits)

/*
 * Integers.
 */

static inline uint32_t
gw_rotl_u32(uint32_t a, uint32_t n)
{
    return a << (n & 31) | a >> (-n & 31);
}

static inline uint64_t
gw_rotl_u64(uint64_t a, uint64_t n)
{
    return a << (n & 63) | a >> (-n & 63);
}

static inline uint32_t
gw_popcnt_u32(uint32_t a)
{
    a -= a >> 1 & 0x55555555;
    a = (a & 0x33333333) + (a >> 2 & 0x33333333);
    a = (a + (a >> 4)) & 0x0f0f0f0f;
    return a * 0x01010101 >> 24;
}

/* For lanes: no multiplication, so that sixteen fit a vector register.  (Nor
 * does gcc 12 for s390x take it for a popcount, which it vectorises wrongly
 * for machines before z13.) */
static inline uint8_t
gw_popcnt_u8(uint8_t a)
{
    a = (uint8_t)(a - (a >> 1 & 0x55));
    a = (uint8_t)((a & 0x33) + (a >> 2 & 0x33));
    return (uint8_t)((a + (a >> 4)) & 0x0f);
}

static inline uint32_t
gw_popcnt_u64(uint64_t a)
{
    return gw_popcnt_u32((uint32_t)a) + gw_popcnt_u32((uint32_t)(a >> 32));
}

/* The lowest bit times a de Bruijn sequence brings a number to the top that
 * is different for each bit; compilers know this form and use the machine's
 * instruction. */
static inline uint32_t
gw_ctz_u32(uint32_t a)
{
    static const uint8_t place[32] = { 0,  1,  28, 2,  29, 14, 24, 3,
                                       30, 22, 20, 15, 25, 17, 4,  8,
                                       31, 27, 13, 23, 21, 19, 16, 7,
                                       26, 12, 18, 6,  11, 5,  10, 9 };
    return a == 0 ? 32 : place[(a & -a) * 0x077cb531u >> 27];
}

static inline uint32_t
gw_ctz_u64(uint64_t a)
{
    return (uint32_t)a != 0 ? gw_ctz_u32((uint32_t)a)
                            : 32 + gw_ctz_u32((uint32_t)(a >> 32));
}

static inline uint32_t
gw_clz_u32(uint32_t a)
{
    a |= a >> 1;
    a |= a >> 2;
    a |= a >> 4;
    a |= a >> 8;
    a |= a >> 16;
    return 32 - gw_popcnt_u32(a);
}

static inline uint32_t
gw_clz_u64(uint64_t a)
{
    return a >> 32 != 0 ? gw_clz_u32((uint32_t)(a >> 32))
                        : 32 + gw_clz_u32((uint32_t)a);
}

/* The upper half of a 128-bit product. */
static inline uint64_t
gw_mulhi_u64(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a, ah = a >> 32;
    uint64_t bl = (uint32_t)b, bh = b >> 32;
    uint64_t mid = ah * bl + (al * bl >> 32);
    uint64_t low_mid = al * bh + (uint32_t)mid;
    return ah * bh + (mid >> 32) + (low_mid >> 32);
}

static inline uint64_t
gw_mulhi_s64(uint64_t a, uint64_t b)
{
    return gw_mulhi_u64(a, b) - (a >> 63 ? b : 0) - (b >> 63 ? a : 0);
}

/* Saturation of what fits in an int.  Two plain steps, which compilers turn
 * into a minimum and a maximum. */
static inline int
gw_clamp(int a, int low, int high)
{
    a = a < low ? low : a;
    return a > high ? high : a;
}

static inline int8_t
gw_sat_s8(int a)
{
    return (int8_t)gw_clamp(a, INT8_MIN, INT8_MAX);
}

static inline uint8_t
gw_sat_u8(int a)
{
    return (uint8_t)gw_clamp(a, 0, UINT8_MAX);
}

static inline int16_t
gw_sat_s16(int a)
{
    return (int16_t)gw_clamp(a, INT16_MIN, INT16_MAX);
}

static inline uint16_t
gw_sat_u16(int a)
{
    return (uint16_t)gw_clamp(a, 0, UINT16_MAX);
}

/*
 * Floats.  Operators that the specification defines on the sign bit (abs,
 * neg, copysign) work on bits and leave a NaN's payload alone; all others
 * answer a NaN with a quiet one, whose payload is the machine's choice.
 */

/* Rounding: adding and taking away 2^(mantissa bits) leaves the nearest
 * integer, ties to even.  Larger magnitudes are integers already; they, the
 * infinities and NaNs stay, and NaNs become quiet.  (By bits: compilers drop
 * an addition of 0 although it would do that.)  The sign is put back for
 * results that are zero. */
#define GW_FLOAT_OPS(F, U, SIGN, QUIET, INTEGERS)                              \
    static inline GW_C_##F gw_##F##_abs(GW_C_##F a)                            \
    {                                                                          \
        return gw_##F##_of_bits(gw_##F##_bits(a) & ~(SIGN));                   \
    }                                                                          \
    static inline GW_C_##F gw_##F##_neg(GW_C_##F a)                            \
    {                                                                          \
        return gw_##F##_of_bits(gw_##F##_bits(a) ^ (SIGN));                    \
    }                                                                          \
    static inline GW_C_##F gw_##F##_copysign(GW_C_##F a, GW_C_##F b)           \
    {                                                                          \
        return gw_##F##_of_bits((gw_##F##_bits(a) & ~(SIGN)) |                 \
                                (gw_##F##_bits(b) & (SIGN)));                  \
    }                                                                          \
    static inline GW_C_##F gw_##F##_min(GW_C_##F a, GW_C_##F b)                \
    {                                                                          \
        GW_C_##F nan = a + b;                                                  \
        GW_C_##F zero = gw_##F##_of_bits(gw_##F##_bits(a) | gw_##F##_bits(b)); \
        GW_C_##F less = a < b ? a : b;                                         \
        less = a == b ? zero : less;                                           \
        return ((a != a) | (b != b)) ? nan : less;                             \
    }                                                                          \
    static inline GW_C_##F gw_##F##_max(GW_C_##F a, GW_C_##F b)                \
    {                                                                          \
        GW_C_##F nan = a + b;                                                  \
        GW_C_##F zero = gw_##F##_of_bits(gw_##F##_bits(a) & gw_##F##_bits(b)); \
        GW_C_##F more = a > b ? a : b;                                         \
        more = a == b ? zero : more;                                           \
        return ((a != a) | (b != b)) ? nan : more;                             \
    }                                                                          \
    static inline GW_C_##F gw_##F##_nearest(GW_C_##F a)                        \
    {                                                                          \
        GW_C_##F size = gw_##F##_abs(a);                                       \
        GW_C_##F above = size + (INTEGERS);                                    \
        GW_C_##F whole = above - (INTEGERS);                                   \
        GW_C_##U same = gw_##F##_bits(a) | (a != a ? (QUIET) : 0);             \
        return size < (INTEGERS) ? gw_##F##_copysign(whole, a)                 \
                                 : gw_##F##_of_bits(same);                     \
    }                                                                          \
    static inline GW_C_##F gw_##F##_floor(GW_C_##F a)                          \
    {                                                                          \
        GW_C_##F near = gw_##F##_nearest(a);                                   \
        GW_C_##F less = gw_##F##_copysign(near - (GW_C_##F)1, a);              \
        return near > a ? less : near;                                         \
    }                                                                          \
    static inline GW_C_##F gw_##F##_ceil(GW_C_##F a)                           \
    {                                                                          \
        GW_C_##F near = gw_##F##_nearest(a);                                   \
        GW_C_##F more = gw_##F##_copysign(near + (GW_C_##F)1, a);              \
        return near < a ? more : near;                                         \
    }                                                                          \
    static inline GW_C_##F gw_##F##_trunc(GW_C_##F a)                          \
    {                                                                          \
        GW_C_##F size = gw_##F##_abs(a);                                       \
        GW_C_##F near = gw_##F##_nearest(size);                                \
        GW_C_##F less = near - (GW_C_##F)1;                                    \
        return gw_##F##_copysign(near > size ? less : near, a);                \
    }                                                                          \
    /* Rounds twice, also where the machine could do it in one step. */        \
    static inline GW_C_##F gw_##F##_madd(GW_C_##F a, GW_C_##F b, GW_C_##F c)   \
    {                                                                          \
        GW_C_##F product = a * b;                                              \
        return product + c;                                                    \
    }

GW_FLOAT_OPS(f32, u32, UINT32_C(1) << 31, UINT32_C(1) << 22, 0x1p23f)
GW_FLOAT_OPS(f64, u64, UINT64_C(1) << 63, UINT64_C(1) << 51, 0x1p52)

/* gw_<F>_fits_<I>: has the truncated value a place in the integer type?
 * gw_<I>_sat_<F>: truncation to the nearest value that has one, NaN to 0. */
#define GW_FLOAT_TO_INT(F, I, LOWEST, LIMIT, MIN, MAX)            \
    static inline bool gw_##F##_fits_##I(GW_C_##F a)              \
    {                                                             \
        return (a LOWEST) & (a < (LIMIT));                        \
    }                                                             \
    static inline GW_C_##I gw_##I##_sat_##F(GW_C_##F a)           \
    {                                                             \
        GW_C_##F safe = gw_##F##_fits_##I(a) ? a : (GW_C_##F)0;   \
        GW_C_##I whole = (GW_C_##I)safe;                          \
        whole = a >= (LIMIT) ? (MAX) : whole;                     \
        return ((a < (GW_C_##F)0) & !(a LOWEST)) ? (MIN) : whole; \
    }

GW_FLOAT_TO_INT(f32, s32, >= -0x1p31f, 0x1p31f, INT32_MIN, INT32_MAX)
GW_FLOAT_TO_INT(f32, u32, > -1.0f, 0x1p32f, 0, UINT32_MAX)
GW_FLOAT_TO_INT(f32, s64, >= -0x1p63f, 0x1p63f, INT64_MIN, INT64_MAX)
GW_FLOAT_TO_INT(f32, u64, > -1.0f, 0x1p64f, 0, UINT64_MAX)
GW_FLOAT_TO_INT(f64, s32, > -0x1.00000002p31, 0x1p31, INT32_MIN, INT32_MAX)
GW_FLOAT_TO_INT(f64, u32, > -1.0, 0x1p32, 0, UINT32_MAX)
GW_FLOAT_TO_INT(f64, s64, >= -0x1p63, 0x1p63, INT64_MIN, INT64_MAX)
GW_FLOAT_TO_INT(f64, u64, > -1.0, 0x1p64, 0, UINT64_MAX)

/*
 * Vectors go by pointer, results too: compilers cut a structure of bytes that
 * is passed by value into two numbers and then miss the vector in it.  The
 * result may be one of the operands.
 */

/* Room for a result, for use as *gw_num_X(GW_V128_ROOM, &a, &b). */
#define GW_V128_ROOM (&(struct gw_v128){ { 0 } })

/* The lanes of a vector as numbers of the machine.  To and fro is a move on
 * little-endian machines. */
#define GW_LANES(TAG)                                                         \
    struct gw_lanes_##TAG {                                                   \
        GW_C_##TAG at[16 / sizeof(GW_C_##TAG)];                               \
    };                                                                        \
    static inline void gw_unpack_##TAG(struct gw_lanes_##TAG *lanes,          \
                                       const struct gw_v128 *v)               \
    {                                                                         \
        memcpy(lanes, v, sizeof *lanes);                                      \
        for (size_t i = 0; !gw_host_is_little() && i < GW_COUNT(*lanes); i++) \
            lanes->at[i] = gw_get_##TAG(&lanes->at[i]);                       \
    }                                                                         \
    static inline struct gw_v128 *gw_pack_##TAG(                              \
        struct gw_v128 *v, const struct gw_lanes_##TAG *lanes)                \
    {                                                                         \
        memcpy(v, lanes, sizeof *v);                                          \
        for (size_t i = 0; !gw_host_is_little() && i < GW_COUNT(*lanes); i++) \
            gw_put_##TAG(&v->bytes[i * sizeof(GW_C_##TAG)], lanes->at[i]);    \
        return v;                                                             \
    }
#define GW_COUNT(LANES) (sizeof(LANES).at / sizeof(LANES).at[0])

GW_LANES(u8)
GW_LANES(s8)
GW_LANES(u16)
GW_LANES(s16)
GW_LANES(u32)
GW_LANES(s32)
GW_LANES(u64)
GW_LANES(s64)
GW_LANES(f32)
GW_LANES(f64)

/* lanes[i] < 32 counts through a, then b. */
static inline struct gw_v128 *
gw_v128_shuffle(struct gw_v128 *r, const struct gw_v128 *a,
                const struct gw_v128 *b, const uint8_t *lanes)
{
    uint8_t both[32];
    memcpy(both, a->bytes, 16);
    memcpy(both + 16, b->bytes, 16);
    for (size_t i = 0; i < 16; i++)
        r->bytes[i] = both[lanes[i] & 31];
    return r;
}

/* A lane number past the end selects a zero. */
static inline struct gw_v128 *
gw_v128_swizzle(struct gw_v128 *r, const struct gw_v128 *a,
                const struct gw_v128 *b)
{
    struct gw_v128 from = *a, lanes = *b;
    for (size_t i = 0; i < 16; i++)
        r->bytes[i] = lanes.bytes[i] < 16 ? from.bytes[lanes.bytes[i]] : 0;
    return r;
}

/* i32x4.relaxed_dot_i8x16_i7x16_add_s: the sums of pairs saturate to 16
 * bits, the sums of those wrap. */
static inline struct gw_v128 *
gw_v128_dot_add(struct gw_v128 *r, const struct gw_v128 *a,
                const struct gw_v128 *b, const struct gw_v128 *c)
{
    struct gw_lanes_s8 x, y;
    struct gw_lanes_u32 sums;
    gw_unpack_s8(&x, a);
    gw_unpack_s8(&y, b);
    gw_unpack_u32(&sums, c);
    for (size_t i = 0; i < 16; i += 2) {
        int sum = x.at[i] * y.at[i] + x.at[i + 1] * y.at[i + 1];
        uint32_t pair = (uint32_t)gw_sat_s16(sum);
        sums.at[i / 4] += pair;
    }
    return gw_pack_u32(r, &sums);
}

/* The one NaN of the deterministic profile instead of any other. */
static inline float
gw_f32_canonical(float a)
{
    return a == a ? a : gw_f32_of_bits(UINT32_C(0x7fc00000));
}

static inline double
gw_f64_canonical(double a)
{
    return a == a ? a : gw_f64_of_bits(UINT64_C(0x7ff8000000000000));
}

#define GW_CANONICAL_LANES(F, COUNT)                       \
    static inline struct gw_v128 *gw_v128_canonical_##F(   \
        struct gw_v128 *r, const struct gw_v128 *a)        \
    {                                                      \
        struct gw_lanes_##F lanes;                         \
        gw_unpack_##F(&lanes, a);                          \
        for (size_t i = 0; i < (COUNT); i++)               \
            lanes.at[i] = gw_##F##_canonical(lanes.at[i]); \
        return gw_pack_##F(r, &lanes);                     \
    }

GW_CANONICAL_LANES(f32, 4)
GW_CANONICAL_LANES(f64, 2)

/* Two results of an operator, the first pushed first. */
struct gw_u64x2 {
    uint64_t low, high;
};

/*
 * The rows.  A row that can trap makes two functions: gw_num_traps_<IDENT>
 * says whether it does, and gw_num_<IDENT> may be called only if not.
 */

#define NUM1(IDENT, R, A, EXPR)                       \
    static inline GW_C_##R gw_num_##IDENT(GW_C_##A a) \
    {                                                 \
        return GW_AS_##R(EXPR);                       \
    }
#define NUM2(IDENT, R, A, B, EXPR)                                \
    static inline GW_C_##R gw_num_##IDENT(GW_C_##A a, GW_C_##B b) \
    {                                                             \
        return GW_AS_##R(EXPR);                                   \
    }
#define TRAP_IF(CONDITION, TRAP) \
    if (CONDITION)               \
        return true;
#define NUM1_TRAP(IDENT, R, A, TRAPS, EXPR)             \
    static inline bool gw_num_traps_##IDENT(GW_C_##A a) \
    {                                                   \
        TRAPS return false;                             \
    }                                                   \
    NUM1(IDENT, R, A, EXPR)
#define NUM2_TRAP(IDENT, R, A, B, TRAPS, EXPR)                      \
    static inline bool gw_num_traps_##IDENT(GW_C_##A a, GW_C_##B b) \
    {                                                               \
        (void)a;                                                    \
        TRAPS return false;                                         \
    }                                                               \
    NUM2(IDENT, R, A, B, EXPR)
#define WIDE2(IDENT, LOW, HIGH)                                            \
    static inline struct gw_u64x2 gw_num_##IDENT(uint64_t a, uint64_t b) { \
        return (struct gw_u64x2){ LOW, HIGH };                             \
    }
#define WIDE4(IDENT, LOW, HIGH)                                            \
    static inline struct gw_u64x2 gw_num_##IDENT(uint64_t a, uint64_t b,   \
                                                 uint64_t c, uint64_t d) { \
        return (struct gw_u64x2){ LOW, HIGH };                             \
    }

/* Functions of vectors take room for the result first.  GW_MAP computes every
 * lane r.at[i] as EXPR after BEFORE, which declares what EXPR names. */
#define GW_UNPACK(TAG, LANES, VECTOR) \
    struct gw_lanes_##TAG LANES;      \
    gw_unpack_##TAG(&LANES, VECTOR);
#define GW_MAP(R, BEFORE, EXPR)                  \
    struct gw_lanes_##R r;                       \
    for (uint32_t i = 0; i < GW_COUNT(r); i++) { \
        BEFORE                                   \
        r.at[i] = GW_AS_##R(EXPR);               \
    }                                            \
    return gw_pack_##R(room, &r);

#define SHUFFLE(IDENT, HELPER)                                             \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb, \
                                                 const uint8_t *lanes)     \
    {                                                                      \
        return HELPER(room, va, vb, lanes);                                \
    }
#define VECTOR2(IDENT, HELPER)                                             \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb) \
    {                                                                      \
        return HELPER(room, va, vb);                                       \
    }
#define VECTOR3(IDENT, HELPER)                                             \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb, \
                                                 const struct gw_v128 *vc) \
    {                                                                      \
        return HELPER(room, va, vb, vc);                                   \
    }
#define LANE_EXTRACT(IDENT, R, A)                                          \
    static inline GW_C_##R gw_num_##IDENT(const struct gw_v128 *va,        \
                                          uint32_t lane)                   \
    {                                                                      \
        return GW_AS_##R(gw_get_##A(&va->bytes[lane * sizeof(GW_C_##A)])); \
    }
#define LANE_TEST(IDENT, A, START, EXPR)                            \
    static inline uint32_t gw_num_##IDENT(const struct gw_v128 *va) \
    {                                                               \
        uint32_t r = START;                                         \
        GW_UNPACK(A, x, va)                                         \
        for (uint32_t i = 0; i < GW_COUNT(x); i++) {                \
            GW_C_##A a = x.at[i];                                   \
            r = GW_AS_u32(EXPR);                                    \
        }                                                           \
        return r;                                                   \
    }
#define LANE_SPLAT(IDENT, R, A)                                        \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room, \
                                                 GW_C_##A a)           \
    {                                                                  \
        GW_MAP(R, , a)                                                 \
    }
#define LANE_REPLACE(IDENT, R, B)                                           \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,      \
                                                 const struct gw_v128 *va,  \
                                                 GW_C_##B b, uint32_t lane) \
    {                                                                       \
        *room = *va;                                                        \
        gw_put_##R(&room->bytes[lane * sizeof(GW_C_##R)], GW_AS_##R(b));    \
        return room;                                                        \
    }
#define LANE1(IDENT, R, A, EXPR)                                           \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_MAP(R, GW_C_##A a = x.at[i];, EXPR)                             \
    }
#define LANE2(IDENT, R, A, EXPR)                                           \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_UNPACK(A, y, vb)                                                \
        GW_MAP(R, GW_C_##A a = x.at[i]; GW_C_##A b = y.at[i];, EXPR)       \
    }
#define LANE3(IDENT, R, EXPR)                                              \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb, \
                                                 const struct gw_v128 *vc) \
    {                                                                      \
        GW_UNPACK(R, x, va)                                                \
        GW_UNPACK(R, y, vb)                                                \
        GW_UNPACK(R, z, vc)                                                \
        GW_MAP(R, GW_C_##R a = x.at[i]; GW_C_##R b = y.at[i];              \
               GW_C_##R c = z.at[i];, EXPR)                                \
    }
#define LANE_SHIFT(IDENT, R, A, EXPR)                                      \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 uint32_t count)           \
    {                                                                      \
        uint32_t n = count % (8 * sizeof(GW_C_##A));                       \
        GW_UNPACK(A, x, va)                                                \
        GW_MAP(R, GW_C_##A a = x.at[i];, EXPR)                             \
    }
#define LANE_NARROW(IDENT, R, A, EXPR)                                     \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_UNPACK(A, y, vb)                                                \
        struct gw_lanes_##R r;                                             \
        for (size_t i = 0; i < GW_COUNT(x); i++) {                         \
            GW_C_##A a = x.at[i];                                          \
            r.at[i] = GW_AS_##R(EXPR);                                     \
        }                                                                  \
        for (size_t i = 0; i < GW_COUNT(y); i++) {                         \
            GW_C_##A a = y.at[i];                                          \
            r.at[GW_COUNT(x) + i] = GW_AS_##R(EXPR);                       \
        }                                                                  \
        return gw_pack_##R(room, &r);                                      \
    }
#define LANE_WIDEN1(IDENT, R, A, FIRST, EXPR)                              \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_MAP(R, GW_C_##R a = GW_AS_##R(x.at[FIRST + i]);, EXPR)          \
    }
#define LANE_WIDEN2(IDENT, R, A, FIRST, EXPR)                              \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_UNPACK(A, y, vb)                                                \
        GW_MAP(R, GW_C_##R a = GW_AS_##R(x.at[FIRST + i]);                 \
               GW_C_##R b = GW_AS_##R(y.at[FIRST + i]);, EXPR)             \
    }
#define LANE_PAIR1(IDENT, R, A, EXPR)                                      \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_MAP(R, GW_C_##R a0 = GW_AS_##R(x.at[2 * i]);                    \
               GW_C_##R a1 = GW_AS_##R(x.at[2 * i + 1]);, EXPR)            \
    }
#define LANE_PAIR2(IDENT, R, A, EXPR)                                      \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va, \
                                                 const struct gw_v128 *vb) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        GW_UNPACK(A, y, vb)                                                \
        GW_MAP(R, GW_C_##R a0 = GW_AS_##R(x.at[2 * i]);                    \
               GW_C_##R a1 = GW_AS_##R(x.at[2 * i + 1]);                   \
               GW_C_##R b0 = GW_AS_##R(y.at[2 * i]);                       \
               GW_C_##R b1 = GW_AS_##R(y.at[2 * i + 1]);, EXPR)            \
    }
#define LANE_LOW(IDENT, R, A, COUNT, EXPR)                                 \
    static inline struct gw_v128 *gw_num_##IDENT(struct gw_v128 *room,     \
                                                 const struct gw_v128 *va) \
    {                                                                      \
        GW_UNPACK(A, x, va)                                                \
        struct gw_lanes_##R r = { { 0 } };                                 \
        for (size_t i = 0; i < COUNT; i++) {                               \
            GW_C_##A a = x.at[i];                                          \
            r.at[i] = GW_AS_##R(EXPR);                                     \
        }                                                                  \
        return gw_pack_##R(room, &r);                                      \
    }
#include "wasm/num.def"

#undef TRAP_IF
#undef GW_UNPACK
#undef GW_MAP

#endif
