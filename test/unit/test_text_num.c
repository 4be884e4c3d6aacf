/* Literals of the text format, checked against the C library's conversions. */
#include "text/num.h"

#include "unit/check.h"

#include <stdlib.h>

static enum gw_num
class_of(const char *text)
{
    return gw_num_classify(gw_span_str(text));
}

static void
test_classes(void)
{
    static const char *const naturals[] = { "0", "12", "1_000", "0xfF_0" };
    static const char *const floats[] = { "1.",    "1.5",   "1e5",
                                          "-1E+5", "0x1p3", "0x.8p" };
    static const char *const nothing[] = { "",      "_1",   "1_", "1__0",
                                           "0x",    "0x_1", "1e", "nan:0x",
                                           "nan:1", "a",    "1.e" };
    for (size_t i = 0; i < sizeof naturals / sizeof naturals[0]; i++)
        CHECK_EQ_U64(class_of(naturals[i]), GW_NUM_NAT);
    for (size_t i = 0; i < 5; i++)
        CHECK_EQ_U64(class_of(floats[i]), GW_NUM_FLOAT);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        CHECK_EQ_U64(class_of(nothing[i]), GW_NUM_NONE);
    CHECK_EQ_U64(class_of("+1"), GW_NUM_INT);
    CHECK_EQ_U64(class_of("-0x10"), GW_NUM_INT);
    CHECK_EQ_U64(class_of("-inf"), GW_NUM_FLOAT);
    CHECK_EQ_U64(class_of("nan:0x1"), GW_NUM_FLOAT);
}

static bool
int_of(const char *text, uint32_t bits, uint64_t *out)
{
    return gw_num_int(gw_span_str(text), bits, out);
}

static void
test_integers(void)
{
    uint64_t value;
    CHECK(int_of("-2147483648", 32, &value) && value == 0x80000000u);
    CHECK(!int_of("-2147483649", 32, &value));
    CHECK(int_of("4294967295", 32, &value) && value == UINT32_MAX);
    CHECK(!int_of("4294967296", 32, &value));
    CHECK(int_of("-1", 8, &value) && value == 0xff);
    CHECK(!int_of("256", 8, &value));
    CHECK(int_of("-0x8000000000000000", 64, &value) && value == 1ull << 63);
    CHECK(int_of("18446744073709551615", 64, &value) && value == UINT64_MAX);
    CHECK(!int_of("18446744073709551616", 64, &value));
    CHECK(!gw_num_nat(gw_span_str("100"), 99, &value));
}

/* Both widths must be what strtof and strtod make of the text; a number that
 * they make infinite is out of range. */
static void
compare(const char *text)
{
    union {
        double number;
        uint64_t bits;
    } wide;
    union {
        float number;
        uint32_t bits;
    } narrow;
    uint64_t value;
    struct gw_span span = gw_span_str(text);
    wide.number = strtod(text, NULL);
    narrow.number = strtof(text, NULL);
    bool fits = (wide.bits >> 52 & 0x7ff) != 0x7ff;
    if (!CHECK(gw_num_float(span, 64, &value) == fits &&
               (!fits || value == wide.bits)))
        printf("    %s\n", text);
    fits = (narrow.bits >> 23 & 0xff) != 0xff;
    if (!CHECK(gw_num_float(span, 32, &value) == fits &&
               (!fits || value == narrow.bits)))
        printf("    %s\n", text);
}

static void
test_floats(void)
{
    static const char *const texts[] = {
        "0",
        "-0.0",
        "1",
        "0.1",
        "1e23",
        "9007199254740993",
        "2.2250738585072011e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "1e400",
        "1e-400",
        "3.4028234e38",
        "3.4028236e38",
        "1.1754943508222875e-38",
        "7.006492321624085e-46",
        "7.006492321624086e-46",
        "16777217",
        "0x1p-1074",
        "0x1p-1075",
        "0x1.8p-1075",
        "0x1.fffffffffffff8p1023",
        "0x1.fffffep127",
        "0x1.ffffffp127",
        "0x1.000001p0",
        "0x1.0000010001p0",
        "0x123456789abcdef123456789p-40",
        "0x0.00000000000000000001p0",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare(texts[i]);
    srand(1);
    for (int i = 0; i < 3000; i++) {
        char text[400];
        snprintf(text, sizeof text, "%d%d.%d%de%d", rand(), rand(), rand(),
                 rand(), rand() % 660 - 340);
        compare(text);
        snprintf(text, sizeof text, "0x%x%x.%xp%d", (unsigned)rand(),
                 (unsigned)rand(), (unsigned)rand(), rand() % 2300 - 1150);
        compare(text);
    }
}

static void
test_nans(void)
{
    uint64_t value;
    CHECK(gw_num_float(gw_span_str("nan"), 32, &value));
    CHECK_EQ_U64(value, 0x7fc00000);
    CHECK(gw_num_float(gw_span_str("-nan:0x1"), 64, &value));
    CHECK_EQ_U64(value, UINT64_C(0xfff0000000000001));
    CHECK(!gw_num_float(gw_span_str("nan:0x0"), 32, &value));
    CHECK(!gw_num_float(gw_span_str("nan:0x80_0000"), 32, &value));
    CHECK(gw_num_float(gw_span_str("-inf"), 32, &value));
    CHECK_EQ_U64(value, 0xff800000);
}

static void
test_print(void)
{
    for (int i = 0; i < 5000; i++) {
        char text[GW_NUM_TEXT];
        uint64_t bits = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^
                        (uint64_t)rand();
        uint64_t again;
        uint32_t size = i % 2 ? 32 : 64;
        bits &= UINT64_MAX >> (64 - size);
        gw_num_print_float(bits, size, text);
        CHECK(gw_num_classify(gw_span_str(text)) != GW_NUM_NONE);
        CHECK(gw_num_float(gw_span_str(text), size, &again));
        CHECK_EQ_U64(again, bits);
    }
}

int
main(void)
{
    test_classes();
    test_integers();
    test_floats();
    test_nans();
    test_print();
    return CHECK_DONE();
}
