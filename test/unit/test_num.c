/* Numeric operators at the edges: overflow, shifts, NaN, signed zeros, ranges
 * of conversions, order of lanes.  Expectations are written out by hand. */
#include "wasm/mem.h"
#include "wasm/num.h"

#include "check.h"

#define EQ CHECK_EQ_U64
#define F32(BITS) gw_f32_of_bits(BITS)
#define F64(BITS) gw_f64_of_bits(UINT64_C(BITS))
#define F32_EQ(A, BITS) CHECK_EQ_U64(gw_f32_bits(A), BITS)
#define F64_EQ(A, BITS) CHECK_EQ_U64(gw_f64_bits(A), UINT64_C(BITS))

static const uint32_t min32 = UINT32_C(1) << 31;
static const uint64_t min64 = UINT64_C(1) << 63;

/* Quiet NaNs only: what arithmetic must answer. */
static bool
is_quiet_f32(float a)
{
    return (gw_f32_bits(a) & 0x7fc00000) == 0x7fc00000;
}

static bool
is_quiet_f64(double a)
{
    uint64_t quiet = UINT64_C(0x7ff8000000000000);
    return (gw_f64_bits(a) & quiet) == quiet;
}

static void
test_i32(void)
{
    EQ(gw_num_I32_ADD(UINT32_MAX, 1), 0);
    EQ(gw_num_I32_SUB(0, 1), UINT32_MAX);
    EQ(gw_num_I32_MUL(0x01234567, 0x76543210), 0x358e7470);
    EQ(gw_num_I32_DIV_S(-7, 2), (uint32_t)-3);
    EQ(gw_num_I32_DIV_U((uint32_t)-7, 2), 0x7ffffffc);
    EQ(gw_num_I32_REM_S(-7, 2), UINT32_MAX);
    EQ(gw_num_I32_REM_S(INT32_MIN, -1), 0);
    EQ(gw_num_I32_REM_U((uint32_t)-7, 4), 1);
    CHECK(gw_num_traps_I32_DIV_S(1, 0));
    CHECK(gw_num_traps_I32_DIV_S(INT32_MIN, -1));
    CHECK(!gw_num_traps_I32_DIV_S(INT32_MIN, 1));
    CHECK(!gw_num_traps_I32_DIV_S(INT32_MAX, -1));
    CHECK(gw_num_traps_I32_DIV_U(1, 0));
    CHECK(!gw_num_traps_I32_DIV_U(min32, UINT32_MAX));
    CHECK(gw_num_traps_I32_REM_S(1, 0));
    CHECK(!gw_num_traps_I32_REM_S(INT32_MIN, -1));
    CHECK(gw_num_traps_I32_REM_U(0, 0));
    EQ(gw_num_I32_SHL(1, 32), 1);
    EQ(gw_num_I32_SHL(1, 33), 2);
    EQ(gw_num_I32_SHL(1, 31), min32);
    EQ(gw_num_I32_SHR_S(INT32_MIN, 31), UINT32_MAX);
    EQ(gw_num_I32_SHR_S(-2, 33), UINT32_MAX);
    EQ(gw_num_I32_SHR_U(min32, 31), 1);
    EQ(gw_num_I32_SHR_U(min32, 64), min32);
    EQ(gw_num_I32_ROTL(0xabcd9876, 1), 0x579b30ed);
    EQ(gw_num_I32_ROTL(0xabcd9876, 0), 0xabcd9876);
    EQ(gw_num_I32_ROTL(0xabcd9876, 32), 0xabcd9876);
    EQ(gw_num_I32_ROTR(0xb0c1d2e3, 0xff05), 0x1d860e97);
    EQ(gw_num_I32_ROTR(1, 1), min32);
    EQ(gw_num_I32_CLZ(0), 32);
    EQ(gw_num_I32_CLZ(1), 31);
    EQ(gw_num_I32_CLZ(min32), 0);
    EQ(gw_num_I32_CTZ(0), 32);
    EQ(gw_num_I32_POPCNT(UINT32_MAX), 32);
    EQ(gw_num_I32_POPCNT(0xdeadbeef), 24);
    EQ(gw_num_I32_EXTEND8_S(0x80), 0xffffff80);
    EQ(gw_num_I32_EXTEND8_S(0x17f), 0x7f);
    EQ(gw_num_I32_EXTEND16_S(0x18000), 0xffff8000);
    EQ(gw_num_I32_LT_S(-1, 0), 1);
    EQ(gw_num_I32_LT_U(UINT32_MAX, 0), 0);
    EQ(gw_num_I32_GE_S(INT32_MIN, INT32_MAX), 0);
    EQ(gw_num_I32_GE_U(min32, INT32_MAX), 1);
    EQ(gw_num_I32_EQZ(0), 1);
    EQ(gw_num_I32_NE(1, 1), 0);
    for (uint32_t i = 0; i < 32; i++) {
        EQ(gw_num_I32_CTZ(UINT32_C(1) << i), i);
        EQ(gw_num_I32_CTZ(UINT32_MAX << i), i);
        EQ(gw_num_I32_CLZ(UINT32_C(1) << i), 31 - i);
        EQ(gw_num_I32_CLZ(UINT32_MAX >> i), i);
    }
}

static void
test_i64(void)
{
    EQ(gw_num_I64_ADD(UINT64_MAX, 1), 0);
    EQ(gw_num_I64_MUL(UINT64_C(0x0123456789abcdef),
                      UINT64_C(0xfedcba9876543210)),
       UINT64_C(0x2236d88fe5618cf0));
    EQ(gw_num_I64_DIV_S(-7, 2), (uint64_t)-3);
    EQ(gw_num_I64_REM_S(INT64_MIN, -1), 0);
    CHECK(gw_num_traps_I64_DIV_S(INT64_MIN, -1));
    CHECK(gw_num_traps_I64_DIV_S(0, 0));
    CHECK(!gw_num_traps_I64_REM_S(INT64_MIN, -1));
    CHECK(gw_num_traps_I64_REM_U(5, 0));
    CHECK(!gw_num_traps_I64_DIV_U(5, UINT64_C(1) << 32));
    EQ(gw_num_I64_SHL(1, 64), 1);
    EQ(gw_num_I64_SHL(1, 63), min64);
    EQ(gw_num_I64_SHR_S(INT64_MIN, 127), UINT64_MAX);
    EQ(gw_num_I64_SHR_U(min64, 127), 1);
    EQ(gw_num_I64_ROTL(UINT64_C(0xabcd987602468ace), 65),
       UINT64_C(0x579b30ec048d159d));
    EQ(gw_num_I64_ROTR(1, 1), min64);
    EQ(gw_num_I64_ROTR(1, 64), 1);
    EQ(gw_num_I64_CLZ(0), 64);
    EQ(gw_num_I64_CTZ(0), 64);
    EQ(gw_num_I64_POPCNT(UINT64_MAX), 64);
    EQ(gw_num_I64_EXTEND32_S(0x80000000), UINT64_C(0xffffffff80000000));
    EQ(gw_num_I64_EXTEND8_S(0xff), UINT64_MAX);
    EQ(gw_num_I64_EXTEND16_S(0x7fff), 0x7fff);
    EQ(gw_num_I64_LT_S(-1, 0), 1);
    EQ(gw_num_I64_LT_U(UINT64_MAX, 0), 0);
    EQ(gw_num_I64_EQZ(min64), 0);
    for (uint32_t i = 0; i < 64; i++) {
        EQ(gw_num_I64_CTZ(UINT64_C(1) << i), i);
        EQ(gw_num_I64_CLZ(UINT64_C(1) << i), 63 - i);
    }
}

static void
test_wide(void)
{
    struct gw_u64x2 r = gw_num_I64_ADD128(UINT64_MAX, 1, 1, 2);
    CHECK(r.low == 0 && r.high == 4);
    r = gw_num_I64_ADD128(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX);
    CHECK(r.low == UINT64_MAX - 1 && r.high == UINT64_MAX);
    r = gw_num_I64_SUB128(0, 0, 1, 0);
    CHECK(r.low == UINT64_MAX && r.high == UINT64_MAX);
    r = gw_num_I64_SUB128(5, 9, 5, 2);
    CHECK(r.low == 0 && r.high == 7);
    r = gw_num_I64_MUL_WIDE_U(UINT64_MAX, UINT64_MAX);
    CHECK(r.low == 1 && r.high == UINT64_MAX - 1);
    r = gw_num_I64_MUL_WIDE_U(UINT64_C(0x123456789abcdef0),
                              UINT64_C(0xfedcba9876543210));
    EQ(r.high, UINT64_C(0x121fa00ad77d7422));
    EQ(r.low, UINT64_C(0x236d88fe5618cf00));
    r = gw_num_I64_MUL_WIDE_S(UINT64_MAX, UINT64_MAX);
    CHECK(r.low == 1 && r.high == 0);
    r = gw_num_I64_MUL_WIDE_S(min64, 2);
    CHECK(r.low == 0 && r.high == UINT64_MAX);
    r = gw_num_I64_MUL_WIDE_S(min64, min64);
    CHECK(r.low == 0 && r.high == UINT64_C(1) << 62);
}

static void
test_float_bits(void)
{
    F32_EQ(gw_num_F32_ABS(F32(0xffa00001)), 0x7fa00001);
    F32_EQ(gw_num_F32_NEG(F32(0x7fa00001)), 0xffa00001);
    F32_EQ(gw_num_F32_NEG(0.0f), 0x80000000);
    F32_EQ(gw_num_F32_COPYSIGN(F32(0x7fc00001), -1.0f), 0xffc00001);
    F32_EQ(gw_num_F32_COPYSIGN(-2.0f, F32(0x7fc00000)), 0x40000000);
    F64_EQ(gw_num_F64_ABS(F64(0xfff4000000000001)), 0x7ff4000000000001);
    F64_EQ(gw_num_F64_NEG(F64(0x7ff0000000000000)), 0xfff0000000000000);
    F64_EQ(gw_num_F64_COPYSIGN(1.0, -0.0), 0xbff0000000000000);
    EQ(gw_num_I32_REINTERPRET_F32(-0.0f), 0x80000000);
    EQ(gw_num_I64_REINTERPRET_F64(1.0), UINT64_C(0x3ff0000000000000));
    F32_EQ(gw_num_F32_REINTERPRET_I32(0x7fc12345), 0x7fc12345);
    F64_EQ(gw_num_F64_REINTERPRET_I64(1), 0x0000000000000001);
}

static void
test_min_max(void)
{
    float nan = F32(0x7fc00000), inf = F32(0x7f800000);
    F32_EQ(gw_num_F32_MIN(0.0f, -0.0f), 0x80000000);
    F32_EQ(gw_num_F32_MIN(-0.0f, 0.0f), 0x80000000);
    F32_EQ(gw_num_F32_MAX(0.0f, -0.0f), 0);
    F32_EQ(gw_num_F32_MAX(-0.0f, 0.0f), 0);
    F32_EQ(gw_num_F32_MAX(-0.0f, -0.0f), 0x80000000);
    F32_EQ(gw_num_F32_MIN(1.0f, 2.0f), 0x3f800000);
    F32_EQ(gw_num_F32_MAX(1.0f, 2.0f), 0x40000000);
    F32_EQ(gw_num_F32_MIN(-inf, 2.0f), 0xff800000);
    F32_EQ(gw_num_F32_MAX(inf, inf), 0x7f800000);
    CHECK(is_quiet_f32(gw_num_F32_MIN(nan, 1.0f)));
    CHECK(is_quiet_f32(gw_num_F32_MIN(1.0f, nan)));
    CHECK(is_quiet_f32(gw_num_F32_MAX(-inf, nan)));
    CHECK(is_quiet_f32(gw_num_F32_MAX(F32(0x7fa00000), 1.0f)));
    F64_EQ(gw_num_F64_MIN(0.0, -0.0), 0x8000000000000000);
    F64_EQ(gw_num_F64_MAX(-0.0, 0.0), 0x0000000000000000);
    F64_EQ(gw_num_F64_MIN(3.0, 2.0), 0x4000000000000000);
    CHECK(is_quiet_f64(gw_num_F64_MIN(F64(0x7ff8000000000000), 0.0)));
    CHECK(is_quiet_f64(gw_num_F64_MAX(0.0, F64(0x7ff4000000000000))));
}

static void
test_rounding_by_hand(void)
{
    F32_EQ(gw_num_F32_NEAREST(0.5f), 0);
    F32_EQ(gw_num_F32_NEAREST(-0.5f), 0x80000000);
    F32_EQ(gw_num_F32_NEAREST(1.5f), 0x40000000);
    F32_EQ(gw_num_F32_NEAREST(2.5f), 0x40000000);
    F32_EQ(gw_num_F32_NEAREST(-3.5f), 0xc0800000);
    F32_EQ(gw_num_F32_NEAREST(8388607.5f), 0x4b000000);
    F32_EQ(gw_num_F32_NEAREST(8388609.0f), 0x4b000001);
    F32_EQ(gw_num_F32_FLOOR(-0.0f), 0x80000000);
    F32_EQ(gw_num_F32_FLOOR(-0.3f), 0xbf800000);
    F32_EQ(gw_num_F32_FLOOR(0.7f), 0);
    F32_EQ(gw_num_F32_CEIL(-0.7f), 0x80000000);
    F32_EQ(gw_num_F32_CEIL(0.3f), 0x3f800000);
    F32_EQ(gw_num_F32_CEIL(F32(0x00000001)), 0x3f800000);
    F32_EQ(gw_num_F32_TRUNC(-0.9f), 0x80000000);
    F32_EQ(gw_num_F32_TRUNC(-1.9f), 0xbf800000);
    F32_EQ(gw_num_F32_TRUNC(F32(0xff800000)), 0xff800000);
    CHECK(is_quiet_f32(gw_num_F32_FLOOR(F32(0x7fa00000))));
    CHECK(is_quiet_f32(gw_num_F32_CEIL(F32(0xffa00000))));
    CHECK(is_quiet_f32(gw_num_F32_TRUNC(F32(0x7fa00000))));
    CHECK(is_quiet_f32(gw_num_F32_NEAREST(F32(0x7f800001))));
    F64_EQ(gw_num_F64_NEAREST(4503599627370495.5), 0x4330000000000000);
    F64_EQ(gw_num_F64_NEAREST(-0.49999999999999994), 0x8000000000000000);
    F64_EQ(gw_num_F64_FLOOR(-1e-300), 0xbff0000000000000);
    F64_EQ(gw_num_F64_CEIL(-1e-300), 0x8000000000000000);
    F64_EQ(gw_num_F64_TRUNC(1.9999999999999998), 0x3ff0000000000000);
    CHECK(is_quiet_f64(gw_num_F64_NEAREST(F64(0x7ff0000000000001))));
    F32_EQ(gw_num_F32_SQRT(-0.0f), 0x80000000);
    F32_EQ(gw_num_F32_SQRT(2.0f), 0x3fb504f3);
    CHECK(is_quiet_f32(gw_num_F32_SQRT(-1.0f)));
    F64_EQ(gw_num_F64_SQRT(2.0), 0x3ff6a09e667f3bcd);
}

/* Bits of all magnitudes, from a generator of period 2^64. */
static uint64_t
next_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) +
             UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

static bool
same_f32(float a, float b)
{
    return a != a ? b != b : gw_f32_bits(a) == gw_f32_bits(b);
}

static bool
same_f64(double a, double b)
{
    return a != a ? b != b : gw_f64_bits(a) == gw_f64_bits(b);
}

/* Against the C library, half of the numbers near the integers. */
static void
test_rounding_by_library(void)
{
    uint64_t state = 1;
    bool same = true;
    for (uint32_t i = 0; i < 200000; i++) {
        uint64_t bits = next_bits(&state);
        if (i & 1)
            bits = (bits & ~(UINT64_C(0x7ff) << 52)) |
                   (UINT64_C(1020) + bits % 56) << 52;
        double d = gw_f64_of_bits(bits);
        same &= same_f64(gw_num_F64_FLOOR(d), floor(d));
        same &= same_f64(gw_num_F64_CEIL(d), ceil(d));
        same &= same_f64(gw_num_F64_TRUNC(d), trunc(d));
        same &= same_f64(gw_num_F64_NEAREST(d), nearbyint(d));
        uint32_t low = (uint32_t)bits;
        if (i & 1)
            low = (low & ~(0xffu << 23)) | (124 + low % 27) << 23;
        float f = gw_f32_of_bits(low);
        same &= same_f32(gw_num_F32_FLOOR(f), floorf(f));
        same &= same_f32(gw_num_F32_CEIL(f), ceilf(f));
        same &= same_f32(gw_num_F32_TRUNC(f), truncf(f));
        same &= same_f32(gw_num_F32_NEAREST(f), nearbyintf(f));
    }
    CHECK(same);
}

static void
test_float_arithmetic(void)
{
    float inf = F32(0x7f800000);
    F32_EQ(gw_num_F32_ADD(0.1f, 0.2f), 0x3e99999a);
    F32_EQ(gw_num_F32_SUB(1.0f, 1.0f), 0);
    F32_EQ(gw_num_F32_DIV(1.0f, -0.0f), 0xff800000);
    F32_EQ(gw_num_F32_MUL(F32(0x7f7fffff), 2.0f), 0x7f800000);
    CHECK(is_quiet_f32(gw_num_F32_DIV(0.0f, 0.0f)));
    CHECK(is_quiet_f32(gw_num_F32_SUB(inf, inf)));
    F64_EQ(gw_num_F64_ADD(0.1, 0.2), 0x3fd3333333333334);
    F64_EQ(gw_num_F64_DIV(1.0, 3.0), 0x3fd5555555555555);
    CHECK(is_quiet_f64(gw_num_F64_MUL(F64(0x7ff0000000000000), 0.0)));
    EQ(gw_num_F32_EQ(0.0f, -0.0f), 1);
    EQ(gw_num_F32_NE(F32(0x7fc00000), F32(0x7fc00000)), 1);
    EQ(gw_num_F64_LT(F64(0x7ff8000000000000), 1.0), 0);
    EQ(gw_num_F64_GE(1.0, F64(0x7ff8000000000000)), 0);
    EQ(gw_num_F64_LE(-0.0, 0.0), 1);
}

static void
test_trunc_traps(void)
{
    float nan = F32(0x7fc00000);
    CHECK(gw_num_traps_I32_TRUNC_F32_S(nan));
    CHECK(gw_num_traps_I32_TRUNC_F32_S(2147483648.0f));
    CHECK(!gw_num_traps_I32_TRUNC_F32_S(-2147483648.0f));
    CHECK(gw_num_traps_I32_TRUNC_F32_S(-2147483904.0f));
    CHECK(!gw_num_traps_I32_TRUNC_F32_U(-0.99999994f));
    CHECK(gw_num_traps_I32_TRUNC_F32_U(-1.0f));
    CHECK(gw_num_traps_I32_TRUNC_F32_U(4294967296.0f));
    CHECK(!gw_num_traps_I32_TRUNC_F32_U(4294967040.0f));
    CHECK(!gw_num_traps_I32_TRUNC_F64_S(-2147483648.9999995));
    CHECK(gw_num_traps_I32_TRUNC_F64_S(-2147483649.0));
    CHECK(!gw_num_traps_I32_TRUNC_F64_S(2147483647.9999998));
    CHECK(gw_num_traps_I32_TRUNC_F64_S(2147483648.0));
    CHECK(!gw_num_traps_I32_TRUNC_F64_U(4294967295.9999995));
    CHECK(gw_num_traps_I32_TRUNC_F64_U(4294967296.0));
    CHECK(gw_num_traps_I64_TRUNC_F32_S(9223372036854775808.0f));
    CHECK(!gw_num_traps_I64_TRUNC_F32_S(-9223372036854775808.0f));
    CHECK(gw_num_traps_I64_TRUNC_F64_S(-9223372036854777856.0));
    CHECK(gw_num_traps_I64_TRUNC_F64_U(18446744073709551616.0));
    CHECK(!gw_num_traps_I64_TRUNC_F64_U(18446744073709549568.0));
    CHECK(gw_num_traps_I64_TRUNC_F32_U(F32(0xff800000)));
    EQ(gw_num_I32_TRUNC_F64_S(-2147483648.9), min32);
    EQ(gw_num_I32_TRUNC_F32_U(-0.9f), 0);
    EQ(gw_num_I32_TRUNC_F64_U(4294967295.9), UINT32_MAX);
    EQ(gw_num_I64_TRUNC_F64_S(-1.9), UINT64_MAX);
    EQ(gw_num_I64_TRUNC_F64_U(9223372036854775808.0), min64);
}

static void
test_trunc_sat(void)
{
    float nan = F32(0xffc00000), inf = F32(0x7f800000);
    EQ(gw_num_I32_TRUNC_SAT_F32_S(nan), 0);
    EQ(gw_num_I32_TRUNC_SAT_F32_S(inf), INT32_MAX);
    EQ(gw_num_I32_TRUNC_SAT_F32_S(-inf), min32);
    EQ(gw_num_I32_TRUNC_SAT_F32_S(-1.5f), UINT32_MAX);
    EQ(gw_num_I32_TRUNC_SAT_F32_U(-5.0f), 0);
    EQ(gw_num_I32_TRUNC_SAT_F32_U(-0.5f), 0);
    EQ(gw_num_I32_TRUNC_SAT_F32_U(inf), UINT32_MAX);
    EQ(gw_num_I32_TRUNC_SAT_F64_S(-2147483649.0), min32);
    EQ(gw_num_I32_TRUNC_SAT_F64_S(-2147483648.5), min32);
    EQ(gw_num_I32_TRUNC_SAT_F64_S(2147483647.5), INT32_MAX);
    EQ(gw_num_I32_TRUNC_SAT_F64_U(4294967295.5), UINT32_MAX);
    EQ(gw_num_I32_TRUNC_SAT_F64_U(1e10), UINT32_MAX);
    EQ(gw_num_I64_TRUNC_SAT_F32_S(nan), 0);
    EQ(gw_num_I64_TRUNC_SAT_F32_S(inf), INT64_MAX);
    EQ(gw_num_I64_TRUNC_SAT_F64_S(-1e300), min64);
    EQ(gw_num_I64_TRUNC_SAT_F64_U(-1e300), 0);
    EQ(gw_num_I64_TRUNC_SAT_F64_U(18446744073709551616.0), UINT64_MAX);
    EQ(gw_num_I64_TRUNC_SAT_F32_U(1.0f), 1);
}

static void
test_conversions(void)
{
    EQ(gw_num_I32_WRAP_I64(UINT64_C(0xfffffffe00000001)), 1);
    EQ(gw_num_I64_EXTEND_I32_S(-1), UINT64_MAX);
    EQ(gw_num_I64_EXTEND_I32_U(UINT32_MAX), UINT32_MAX);
    F32_EQ(gw_num_F32_CONVERT_I32_S(-1), 0xbf800000);
    F32_EQ(gw_num_F32_CONVERT_I32_U(UINT32_MAX), 0x4f800000);
    F32_EQ(gw_num_F32_CONVERT_I32_U(16777217), 0x4b800000);
    F32_EQ(gw_num_F32_CONVERT_I64_S(INT64_MIN), 0xdf000000);
    F32_EQ(gw_num_F32_CONVERT_I64_U(UINT64_MAX), 0x5f800000);
    /* One above a tie between two floats: must not round in two steps. */
    F32_EQ(gw_num_F32_CONVERT_I64_U(UINT64_C(0x8000008000000001)), 0x5f000001);
    F64_EQ(gw_num_F64_CONVERT_I64_U(UINT64_MAX), 0x43f0000000000000);
    F64_EQ(gw_num_F64_CONVERT_I32_U(UINT32_MAX), 0x41efffffffe00000);
    F64_EQ(gw_num_F64_CONVERT_I64_S(9007199254740993), 0x4340000000000000);
    F32_EQ(gw_num_F32_DEMOTE_F64(1e300), 0x7f800000);
    F32_EQ(gw_num_F32_DEMOTE_F64(-1e-300), 0x80000000);
    CHECK(is_quiet_f32(gw_num_F32_DEMOTE_F64(F64(0x7ff4000000000000))));
    F64_EQ(gw_num_F64_PROMOTE_F32(F32(0x00000001)), 0x36a0000000000000);
    CHECK(is_quiet_f64(gw_num_F64_PROMOTE_F32(F32(0x7fa00000))));
}

/*
 * Vectors, written as two numbers: the upper half and the lower half, where
 * lane 0 is the rightmost.
 */

static struct gw_v128
v(uint64_t high, uint64_t low)
{
    struct gw_v128 r;
    for (int i = 0; i < 8; i++) {
        r.bytes[i] = (uint8_t)(low >> 8 * i);
        r.bytes[8 + i] = (uint8_t)(high >> 8 * i);
    }
    return r;
}

static uint64_t
half(const struct gw_v128 *a, int first)
{
    uint64_t r = 0;
    for (int i = 0; i < 8; i++)
        r |= (uint64_t)a->bytes[first + i] << 8 * i;
    return r;
}

#define V(HIGH, LOW) v(UINT64_C(HIGH), UINT64_C(LOW))
#define CALL1(OP, A) *gw_num_##OP(GW_V128_ROOM, &A)
#define CALL2(OP, A, B) *gw_num_##OP(GW_V128_ROOM, &A, &B)
#define CALL3(OP, A, B, C) *gw_num_##OP(GW_V128_ROOM, &A, &B, &C)
#define V_IS(EXPR, HIGH, LOW)             \
    do {                                  \
        struct gw_v128 is = EXPR;         \
        EQ(half(&is, 8), UINT64_C(HIGH)); \
        EQ(half(&is, 0), UINT64_C(LOW));  \
    } while (0)

static void
test_lane_integers(void)
{
    struct gw_v128 a = V(0x80ff7f0100000000, 0x00000000fffe807f);
    struct gw_v128 b = V(0x80017f0200000000, 0x000000000103ff01);
    V_IS(CALL2(I8X16_ADD, a, b), 0x0000fe0300000000, 0x0000000000017f80);
    V_IS(CALL2(I8X16_ADD_SAT_S, a, b), 0x80007f0300000000, 0x000000000001807f);
    V_IS(CALL2(I8X16_ADD_SAT_U, a, b), 0xfffffe0300000000, 0x00000000ffffff80);
    V_IS(CALL2(I8X16_SUB_SAT_U, a, b), 0x00fe000000000000, 0x00000000fefb007e);
    V_IS(CALL2(I8X16_SUB_SAT_S, a, b), 0x00fe00ff00000000, 0x00000000fefb817e);
    V_IS(CALL2(I8X16_MIN_S, a, b), 0x80ff7f0100000000, 0x00000000fffe8001);
    V_IS(CALL2(I8X16_MIN_U, a, b), 0x80017f0100000000, 0x0000000001038001);
    V_IS(CALL2(I8X16_AVGR_U, a, b), 0x80807f0200000000, 0x000000008081c040);
    V_IS(CALL2(I8X16_LT_S, a, b), 0x00ff00ff00000000, 0x00000000ffffff00);
    V_IS(CALL2(I8X16_GT_U, a, b), 0x00ff000000000000, 0x00000000ffff00ff);
    V_IS(CALL1(I8X16_ABS, a), 0x80017f0100000000, 0x000000000102807f);
    V_IS(CALL1(I8X16_NEG, a), 0x800181ff00000000, 0x0000000001028081);
    V_IS(CALL1(I8X16_POPCNT, a), 0x0108070100000000, 0x0000000008070107);
    V_IS(CALL2(I16X8_MUL, a, b), 0x00ff7d0200000000, 0x00000000fdfa017f);
    struct gw_v128 c = V(0x8000000080000000, 0x7fffffff00000001);
    struct gw_v128 d = V(0x80000000ffffffff, 0x0000000100000002);
    V_IS(CALL2(I32X4_ADD, c, d), 0x000000007fffffff, 0x8000000000000003);
    V_IS(CALL2(I32X4_MUL, c, d), 0x0000000080000000, 0x7fffffff00000002);
    V_IS(CALL1(I32X4_ABS, c), 0x8000000080000000, 0x7fffffff00000001);
    V_IS(CALL2(I32X4_MAX_S, c, d), 0x80000000ffffffff, 0x7fffffff00000002);
    V_IS(CALL2(I32X4_MAX_U, c, d), 0x80000000ffffffff, 0x7fffffff00000002);
    V_IS(CALL2(I64X2_MUL, c, d), 0xffffffff80000000, 0xffffffff00000002);
    V_IS(CALL1(I64X2_ABS, c), 0x7fffffff80000000, 0x7fffffff00000001);
    V_IS(CALL2(I64X2_GE_S, c, d), 0, 0xffffffffffffffff);
    V_IS(CALL2(I64X2_NE, c, c), 0, 0);
}

static void
test_lane_widths(void)
{
    struct gw_v128 a = V(0x000180007fffffff, 0x0080007fff80ff7f);
    struct gw_v128 b = V(0x800080007fff0002, 0x010000ff00008001);
    struct gw_v128 c = V(0x8000000080000000, 0x7fffffff00000001);
    struct gw_v128 d = V(0x80000000ffffffff, 0x0000000100000002);
    V_IS(CALL2(I8X16_NARROW_I16X8_S, a, b), 0x80807f027f7f0080,
         0x01807fff7f7f8080);
    V_IS(CALL2(I8X16_NARROW_I16X8_U, a, b), 0x0000ff02ffff0000,
         0x0100ff00807f0000);
    V_IS(CALL2(I16X8_NARROW_I32X4_S, c, d), 0x8000ffff00010002,
         0x800080007fff0001);
    V_IS(CALL2(I16X8_NARROW_I32X4_U, c, d), 0x0000000000010002,
         0x00000000ffff0001);
    V_IS(CALL1(I16X8_EXTEND_LOW_I8X16_S, a), 0x0000ff800000007f,
         0xffffff80ffff007f);
    V_IS(CALL1(I32X4_EXTEND_HIGH_I16X8_S, a), 0x00000001ffff8000,
         0x00007fffffffffff);
    V_IS(CALL1(I32X4_EXTEND_LOW_I16X8_U, a), 0x000000800000007f,
         0x0000ff800000ff7f);
    V_IS(CALL1(I64X2_EXTEND_HIGH_I32X4_S, d), 0xffffffff80000000,
         0xffffffffffffffff);
    V_IS(CALL1(I64X2_EXTEND_HIGH_I32X4_U, d), 0x0000000080000000,
         0x00000000ffffffff);
    V_IS(CALL2(I32X4_EXTMUL_LOW_I16X8_S, a, b), 0x0000800000007e81,
         0x0000000000407f7f);
    V_IS(CALL2(I32X4_EXTMUL_HIGH_I16X8_U, a, b), 0x0000800040000000,
         0x3fff00010001fffe);
    V_IS(CALL2(I64X2_EXTMUL_LOW_I32X4_S, c, d), 0x000000007fffffff,
         0x0000000000000002);
    V_IS(CALL2(I64X2_EXTMUL_HIGH_I32X4_U, c, d), 0x4000000000000000,
         0x7fffffff80000000);
    V_IS(CALL1(I32X4_EXTADD_PAIRWISE_I16X8_U, a), 0x0000800100017ffe,
         0x000000ff0001feff);
    V_IS(CALL1(I32X4_EXTADD_PAIRWISE_I16X8_S, a), 0xffff800100007ffe,
         0x000000fffffffeff);
    V_IS(CALL2(I32X4_DOT_I16X8_S, a, b), 0x3fff80003ffeffff,
         0x0000fe8100407f7f);
    V_IS(CALL2(I32X4_DOT_I16X8_S, b, b), 0x800000003fff0005,
         0x0001fe013fff0001);
    V_IS(CALL2(I16X8_Q15MULR_SAT_S, a, b), 0xffff7fff7ffe0000,
         0x0001000100000081);
    V_IS(CALL2(I16X8_Q15MULR_SAT_S, a, a), 0x00007fff7ffe0000,
         0x0001000000010001);
}

#define SHIFT(OP, A, COUNT) *gw_num_##OP(GW_V128_ROOM, &A, COUNT)

static void
test_lane_shifts(void)
{
    struct gw_v128 a = V(0x000180007fffffff, 0x0080007fff80ff7f);
    struct gw_v128 c = V(0x8000000080000000, 0x7fffffff00000001);
    V_IS(SHIFT(I16X8_SHL, a, 17), 0x00020000fffefffe, 0x010000feff00fefe);
    V_IS(SHIFT(I16X8_SHR_S, a, 17), 0x0000c0003fffffff, 0x0040003fffc0ffbf);
    V_IS(SHIFT(I16X8_SHR_U, a, 15), 0x0000000100000001, 0x0000000000010001);
    V_IS(SHIFT(I8X16_SHL, a, 7), 0x0080000080808080, 0x0000008080008080);
    V_IS(SHIFT(I8X16_SHR_S, a, 0xff), 0x0000ff0000ffffff, 0x00ff0000ffffff00);
    V_IS(SHIFT(I8X16_SHR_U, a, 8), 0x000180007fffffff, 0x0080007fff80ff7f);
    V_IS(SHIFT(I32X4_SHL, c, 31), 0x0000000000000000, 0x8000000080000000);
    V_IS(SHIFT(I32X4_SHR_S, c, 63), 0xffffffffffffffff, 0);
    V_IS(SHIFT(I32X4_SHR_U, c, 32), 0x8000000080000000, 0x7fffffff00000001);
    V_IS(SHIFT(I64X2_SHL, c, 64), 0x8000000080000000, 0x7fffffff00000001);
    V_IS(SHIFT(I64X2_SHR_S, c, 63), 0xffffffffffffffff, 0);
    V_IS(SHIFT(I64X2_SHR_U, c, 127), 1, 0);
}

static void
test_lane_tests(void)
{
    struct gw_v128 a = V(0x80ff7f0100000000, 0x00000000fffe807f);
    struct gw_v128 c = V(0x8000000080000000, 0x7fffffff00000001);
    struct gw_v128 zero = V(0, 0), high = V(0x0100000000000000, 0);
    struct gw_v128 ones = V(0xffffffffffffffff, 0xffffffffffffffff);
    EQ(gw_num_I8X16_BITMASK(&a), 0xc00e);
    EQ(gw_num_I16X8_BITMASK(&a), 0x83);
    EQ(gw_num_I32X4_BITMASK(&c), 0xc);
    EQ(gw_num_I64X2_BITMASK(&c), 0x2);
    EQ(gw_num_I8X16_BITMASK(&ones), 0xffff);
    EQ(gw_num_V128_ANY_TRUE(&zero), 0);
    EQ(gw_num_V128_ANY_TRUE(&high), 1);
    EQ(gw_num_I8X16_ALL_TRUE(&a), 0);
    EQ(gw_num_I8X16_ALL_TRUE(&ones), 1);
    EQ(gw_num_I16X8_ALL_TRUE(&high), 0);
    EQ(gw_num_I32X4_ALL_TRUE(&c), 1);
    EQ(gw_num_I64X2_ALL_TRUE(&high), 0);
    EQ(gw_num_I64X2_ALL_TRUE(&c), 1);
}

static void
test_lane_moves(void)
{
    struct gw_v128 a = V(0x0f0e0d0c0b0a0908, 0x0706050403020180);
    struct gw_v128 b = V(0x1f1e1d1c1b1a1918, 0x1716151413121110);
    struct gw_v128 pick = V(0x100f0e0d0c0b0a09, 0xff80010000000000);
    static const uint8_t lanes[16] = { 0,  31, 16, 15, 1, 2, 3, 4,
                                       30, 29, 17, 18, 8, 9, 7, 0 };
    V_IS(CALL2(I8X16_SWIZZLE, a, pick), 0x000f0e0d0c0b0a09, 0x0000018080808080);
    V_IS(CALL2(I8X16_RELAXED_SWIZZLE, a, pick), 0x000f0e0d0c0b0a09,
         0x0000018080808080);
    V_IS(*gw_num_I8X16_SHUFFLE(GW_V128_ROOM, &a, &b, lanes), 0x8007090812111d1e,
         0x040302010f101f80);
    V_IS(*gw_num_I8X16_SPLAT(GW_V128_ROOM, 0x1234), 0x3434343434343434,
         0x3434343434343434);
    V_IS(*gw_num_I16X8_SPLAT(GW_V128_ROOM, 0x91234), 0x1234123412341234,
         0x1234123412341234);
    V_IS(*gw_num_I64X2_SPLAT(GW_V128_ROOM, 0x12), 0x12, 0x12);
    V_IS(*gw_num_F32X4_SPLAT(GW_V128_ROOM, 1.0f), 0x3f8000003f800000,
         0x3f8000003f800000);
    EQ(gw_num_I8X16_EXTRACT_LANE_S(&a, 0), 0xffffff80);
    EQ(gw_num_I8X16_EXTRACT_LANE_U(&a, 0), 0x80);
    EQ(gw_num_I8X16_EXTRACT_LANE_U(&a, 15), 0x0f);
    EQ(gw_num_I16X8_EXTRACT_LANE_U(&a, 7), 0x0f0e);
    EQ(gw_num_I32X4_EXTRACT_LANE(&a, 1), 0x07060504);
    EQ(gw_num_I64X2_EXTRACT_LANE(&a, 1), UINT64_C(0x0f0e0d0c0b0a0908));
    F64_EQ(gw_num_F64X2_EXTRACT_LANE(&a, 0), 0x0706050403020180);
    F32_EQ(gw_num_F32X4_EXTRACT_LANE(&a, 3), 0x0f0e0d0c);
    V_IS(*gw_num_I16X8_REPLACE_LANE(GW_V128_ROOM, &a, 0xfabcd, 2),
         0x0f0e0d0c0b0a0908, 0x0706abcd03020180);
    V_IS(*gw_num_F64X2_REPLACE_LANE(GW_V128_ROOM, &a, 1.0, 1),
         0x3ff0000000000000, 0x0706050403020180);
}

static void
test_vector_bits(void)
{
    struct gw_v128 a = V(0xf0f0f0f0f0f0f0f0, 0xff00ff00ff00ff00);
    struct gw_v128 b = V(0xffff0000ffff0000, 0x0f0f0f0f0f0f0f0f);
    struct gw_v128 c = V(0x00000000ffffffff, 0xffffffff00000000);
    V_IS(CALL1(V128_NOT, a), 0x0f0f0f0f0f0f0f0f, 0x00ff00ff00ff00ff);
    V_IS(CALL2(V128_ANDNOT, a, b), 0x0000f0f00000f0f0, 0xf000f000f000f000);
    V_IS(CALL2(V128_XOR, a, b), 0x0f0ff0f00f0ff0f0, 0xf00ff00ff00ff00f);
    V_IS(CALL3(V128_BITSELECT, a, b, c), 0xffff0000f0f0f0f0,
         0xff00ff000f0f0f0f);
    V_IS(CALL3(I8X16_RELAXED_LANESELECT, a, b, c), 0xffff0000f0f0f0f0,
         0xff00ff000f0f0f0f);
    V_IS(CALL3(I64X2_RELAXED_LANESELECT, a, b, c), 0xffff0000f0f0f0f0,
         0xff00ff000f0f0f0f);
}

/* Lanes: 1, -0, NaN, 3e9 from the left; then 2, 0, 1, -3e9. */
static void
test_lane_floats(void)
{
    struct gw_v128 a = V(0x3f80000080000000, 0x7fc000004f32d05e);
    struct gw_v128 b = V(0x4000000000000000, 0x3f800000cf32d05e);
    struct gw_v128 r = CALL2(F32X4_MIN, a, b);
    EQ(half(&r, 8), UINT64_C(0x3f80000080000000));
    EQ((uint32_t)half(&r, 0), 0xcf32d05e);
    CHECK(is_quiet_f32(gw_num_F32X4_EXTRACT_LANE(&r, 1)));
    V_IS(CALL2(F32X4_PMIN, a, b), 0x3f80000080000000, 0x7fc00000cf32d05e);
    V_IS(CALL2(F32X4_PMAX, a, b), 0x4000000080000000, 0x7fc000004f32d05e);
    V_IS(CALL2(F32X4_EQ, a, b), 0x00000000ffffffff, 0);
    V_IS(CALL2(F32X4_NE, a, b), 0xffffffff00000000, 0xffffffffffffffff);
    V_IS(CALL2(F32X4_LT, a, b), 0xffffffff00000000, 0);
    V_IS(CALL2(F32X4_GE, a, b), 0x00000000ffffffff, 0x00000000ffffffff);
    V_IS(CALL1(F32X4_NEG, a), 0xbf80000000000000, 0xffc00000cf32d05e);
    V_IS(CALL1(I32X4_TRUNC_SAT_F32X4_S, a), 0x0000000100000000,
         0x000000007fffffff);
    V_IS(CALL1(I32X4_TRUNC_SAT_F32X4_U, a), 0x0000000100000000,
         0x00000000b2d05e00);
    V_IS(CALL1(I32X4_TRUNC_SAT_F32X4_S, b), 0x0000000200000000,
         0x0000000180000000);
    V_IS(CALL1(I32X4_TRUNC_SAT_F32X4_U, b), 0x0000000200000000,
         0x0000000100000000);
    V_IS(CALL1(I32X4_RELAXED_TRUNC_F32X4_U, b), 0x0000000200000000,
         0x0000000100000000);
    struct gw_v128 i = V(0, 0xffffffff80000000);
    V_IS(CALL1(F32X4_CONVERT_I32X4_S, i), 0, 0xbf800000cf000000);
    V_IS(CALL1(F32X4_CONVERT_I32X4_U, i), 0, 0x4f8000004f000000);
    V_IS(CALL1(F64X2_CONVERT_LOW_I32X4_S, i), 0xbff0000000000000,
         0xc1e0000000000000);
    V_IS(CALL1(F64X2_CONVERT_LOW_I32X4_U, i), 0x41efffffffe00000,
         0x41e0000000000000);
    struct gw_v128 d = V(0xc1e65a0bc0000000, 0x3ff8000000000000);
    V_IS(CALL1(F32X4_DEMOTE_F64X2_ZERO, d), 0, 0xcf32d05e3fc00000);
    V_IS(CALL1(F64X2_PROMOTE_LOW_F32X4, b), 0x3ff0000000000000,
         0xc1e65a0bc0000000);
    V_IS(CALL1(I32X4_TRUNC_SAT_F64X2_S_ZERO, d), 0, 0x8000000000000001);
    V_IS(CALL1(I32X4_TRUNC_SAT_F64X2_U_ZERO, d), 0, 0x0000000000000001);
    V_IS(CALL1(F64X2_CEIL, d), 0xc1e65a0bc0000000, 0x4000000000000000);
    V_IS(CALL1(F64X2_NEAREST, d), 0xc1e65a0bc0000000, 0x4000000000000000);
}

static void
test_relaxed(void)
{
    struct gw_v128 a = V(0x80ff7f0100000000, 0x00000000fffe807f);
    struct gw_v128 b = V(0x80017f0200000000, 0x000000000103ff01);
    struct gw_v128 c = V(0x8000000080000000, 0x7fffffff00000001);
    struct gw_v128 m = V(0x8080808080808080, 0x8080808080808080);
    V_IS(CALL2(I16X8_RELAXED_DOT_I8X16_I7X16_S, a, b), 0x3fff3f0300000000,
         0x00000000fff900ff);
    V_IS(CALL2(I16X8_RELAXED_DOT_I8X16_I7X16_S, m, m), 0x7fff7fff7fff7fff,
         0x7fff7fff7fff7fff);
    V_IS(CALL3(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, a, b, c),
         0x80007f0280000000, 0x7fffffff000000f9);
    V_IS(CALL3(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, m, m, c),
         0x8000fffe8000fffe, 0x8000fffd0000ffff);
    /* 1 + 2^-23 squared less its rounded square: 0 unless fused. */
    struct gw_v128 x = V(0x3f8000013f800001, 0x3f8000013f800001);
    struct gw_v128 y = V(0xbf800002bf800002, 0xbf800002bf800002);
    V_IS(CALL3(F32X4_RELAXED_MADD, x, x, y), 0, 0);
    struct gw_v128 z = CALL1(F32X4_NEG, y);
    V_IS(CALL3(F32X4_RELAXED_NMADD, x, x, z), 0, 0);
    struct gw_v128 s = V(0x8000800080008000, 0x8000800080008000);
    V_IS(CALL2(I16X8_RELAXED_Q15MULR_S, s, s), 0x7fff7fff7fff7fff,
         0x7fff7fff7fff7fff);
}

/* A result may be written over an operand. */
static void
test_in_place(void)
{
    struct gw_v128 a = V(0x0f0e0d0c0b0a0908, 0x0706050403020100);
    struct gw_v128 b = V(0x0001020304050607, 0x08090a0b0c0d0e0f);
    gw_num_I8X16_SWIZZLE(&b, &a, &b);
    V_IS(b, 0x0001020304050607, 0x08090a0b0c0d0e0f);
    gw_num_I16X8_EXTEND_HIGH_I8X16_U(&a, &a);
    V_IS(a, 0x000f000e000d000c, 0x000b000a00090008);
    gw_num_I8X16_NARROW_I16X8_U(&a, &a, &a);
    V_IS(a, 0x0f0e0d0c0b0a0908, 0x0f0e0d0c0b0a0908);
}

static void
test_memory(void)
{
    static const uint8_t p[16] = { 0x80, 0x91, 0xa2, 0xb3, 0xc4, 0xd5,
                                   0xe6, 0xf7, 1,    2,    3,    4,
                                   5,    6,    7,    8 };
    EQ(gw_mem_I32_LOAD(p), 0xb3a29180);
    EQ(gw_mem_I64_LOAD(p), UINT64_C(0xf7e6d5c4b3a29180));
    EQ(gw_mem_F32_LOAD(p + 1), 0xc4b3a291);
    EQ(gw_mem_I32_LOAD8_S(p), 0xffffff80);
    EQ(gw_mem_I32_LOAD8_U(p), 0x80);
    EQ(gw_mem_I32_LOAD16_S(p), 0xffff9180);
    EQ(gw_mem_I64_LOAD8_S(p), UINT64_C(0xffffffffffffff80));
    EQ(gw_mem_I64_LOAD32_S(p), UINT64_C(0xffffffffb3a29180));
    EQ(gw_mem_I64_LOAD32_U(p), 0xb3a29180);
    struct gw_v128 r;
    gw_mem_V128_LOAD(&r, p);
    V_IS(r, 0x0807060504030201, 0xf7e6d5c4b3a29180);
    gw_mem_V128_LOAD16_SPLAT(&r, p);
    V_IS(r, 0x9180918091809180, 0x9180918091809180);
    gw_mem_V128_LOAD32_ZERO(&r, p);
    V_IS(r, 0, 0xb3a29180);
    gw_mem_V128_LOAD8X8_S(&r, p);
    V_IS(r, 0xfff7ffe6ffd5ffc4, 0xffb3ffa2ff91ff80);
    gw_mem_V128_LOAD32X2_U(&r, p);
    V_IS(r, 0xf7e6d5c4, 0xb3a29180);
    gw_mem_V128_LOAD16_LANE(&r, p + 8, 7);
    V_IS(r, 0x02010000f7e6d5c4, 0xb3a29180);
    uint8_t q[16] = { 0 };
    gw_mem_I64_STORE16(q, 0x12345678);
    gw_mem_I32_STORE(q + 2, 0xa0b0c0d0);
    gw_mem_V128_STORE32_LANE(q + 8, &r, 2);
    static const uint8_t stored[16] = { 0x78, 0x56, 0xd0, 0xc0, 0xb0, 0xa0,
                                        0,    0,    0xc4, 0xd5, 0xe6, 0xf7 };
    CHECK(memcmp(q, stored, sizeof q) == 0);
    gw_mem_V128_STORE(q, &r);
    CHECK(memcmp(q, r.bytes, sizeof q) == 0);
}

int
main(void)
{
    test_i32();
    test_i64();
    test_wide();
    test_float_bits();
    test_min_max();
    test_rounding_by_hand();
    test_rounding_by_library();
    test_float_arithmetic();
    test_trunc_traps();
    test_trunc_sat();
    test_conversions();
    test_lane_integers();
    test_lane_widths();
    test_lane_shifts();
    test_lane_tests();
    test_lane_moves();
    test_vector_bits();
    test_lane_floats();
    test_relaxed();
    test_in_place();
    test_memory();
    return CHECK_DONE();
}
