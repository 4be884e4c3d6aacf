#include "base/reader.h"

#include "unit/check.h"

#include <stdlib.h>

static const char too_long[] = "integer representation too long";
static const char too_large[] = "integer too large";
static const char the_end[] = "unexpected end";
static const char out_of_bounds[] = "length out of bounds";

/* A reader and where it reports to.  The bytes get a block of their own, so
 * that a sanitizer sees a read past them. */
struct input {
    struct gw_reader reader;
    struct gw_diag diag;
    uint8_t *bytes;
};

static void
input_init(struct input *input, const void *bytes, size_t size, uint64_t base)
{
    input->bytes = malloc(size ? size : 1);
    if (size > 0)
        memcpy(input->bytes, bytes, size);
    gw_diag_init(&input->diag);
    gw_reader_init(&input->reader, gw_span(input->bytes, size), base,
                   &input->diag);
}

static void
input_fini(struct input *input)
{
    free(input->bytes);
}

/* ---- integers against a model ---- */

/* The definitions of section 5.2.2, written as recursion like there. */
struct model {
    const uint8_t *at, *end;
    const char *error;
};

static uint64_t
model_unsigned(struct model *model, int bits)
{
    if (bits <= 0) {
        model->error = too_long;
        return 0;
    }
    if (model->at == model->end) {
        model->error = the_end;
        return 0;
    }
    unsigned byte = *model->at++;
    if (bits < 7 && (byte & 0x7f) >= 1u << bits) {
        model->error = too_large;
        return 0;
    }
    if (byte < 0x80)
        return byte;
    uint64_t rest = model_unsigned(model, bits - 7);
    return (byte & 0x7f) + 128 * rest;
}

static int64_t
model_signed(struct model *model, int bits)
{
    if (bits <= 0) {
        model->error = too_long;
        return 0;
    }
    if (model->at == model->end) {
        model->error = the_end;
        return 0;
    }
    int byte = *model->at++;
    int low = byte & 0x7f;
    if (bits < 7 && low >= 1 << (bits - 1) && low < 128 - (1 << (bits - 1))) {
        model->error = too_large;
        return 0;
    }
    if (byte < 0x80)
        return low < 64 ? low : low - 128;
    int64_t rest = model_signed(model, bits - 7);
    return low + (model->error ? 0 : 128 * rest);
}

struct width {
    int bits;
    bool is_signed;
    uint64_t (*read)(struct gw_reader *reader);
};

static uint64_t
read_u32(struct gw_reader *reader)
{
    return gw_read_u32(reader);
}

static uint64_t
read_s32(struct gw_reader *reader)
{
    return (uint64_t)(int64_t)gw_read_s32(reader);
}

static uint64_t
read_s32_slow(struct gw_reader *reader)
{
    return (uint64_t)(int64_t)gw_read_s32_slow(reader);
}

static uint64_t
read_u32_slow(struct gw_reader *reader)
{
    return gw_read_u32_slow(reader);
}

static uint64_t
read_s33(struct gw_reader *reader)
{
    return (uint64_t)gw_read_s33(reader);
}

static uint64_t
read_s64(struct gw_reader *reader)
{
    return (uint64_t)gw_read_s64(reader);
}

static const struct width widths[] = {
    { 32, false, read_u32 },     { 32, false, read_u32_slow },
    { 64, false, gw_read_u64 },  { 32, true, read_s32 },
    { 32, true, read_s32_slow }, { 33, true, read_s33 },
    { 64, true, read_s64 },
};

static uint64_t
model_value(struct model *model, const struct width *width)
{
    uint64_t value;
    if (width->is_signed)
        value = (uint64_t)model_signed(model, width->bits);
    else
        value = model_unsigned(model, width->bits);
    return model->error ? 0 : value;
}

static bool
agrees(const struct width *width, const uint8_t *bytes, size_t size)
{
    struct model model = { bytes, bytes + size, NULL };
    uint64_t expected = model_value(&model, width);
    struct input input;
    input_init(&input, bytes, size, 1000);
    uint64_t value = width->read(&input.reader);
    size_t taken = (size_t)(input.reader.at - input.reader.start);
    bool same = value == expected;
    if (model.error) {
        same = same && input.reader.failed && taken == 0 &&
               gw_reader_left(&input.reader) == 0 &&
               input.diag.err == GW_ERR_MALFORMED &&
               input.diag.offset == 1000 &&
               strcmp(input.diag.text, model.error) == 0;
    } else {
        same = same && !input.reader.failed && input.diag.err == GW_OK &&
               taken == (size_t)(model.at - bytes);
    }
    input_fini(&input);
    return same;
}

/* Every length up to one too many, every value of the last two bytes, over
 * prefixes that are all zero, all one and neither. */
static void
test_integers(const struct width *width)
{
    static const uint8_t fills[] = { 0x80, 0xff, 0xd5 };
    unsigned long wrong = 0;
    for (size_t f = 0; f < sizeof(fills); f++) {
        for (size_t size = 0; size <= 12; size++) {
            unsigned count = size == 0 ? 1 : size == 1 ? 256 : 65536;
            uint8_t bytes[12];
            memset(bytes, fills[f], sizeof(bytes));
            for (unsigned i = 0; i < count; i++) {
                if (size > 0)
                    bytes[size - 1] = (uint8_t)i;
                if (size > 1)
                    bytes[size - 2] = (uint8_t)(i >> 8);
                wrong += !agrees(width, bytes, size);
                if (size > 4 && i % 256 == 255)
                    i += 256 * 6; /* a seventh of the longer ones will do */
            }
        }
    }
    CHECK_EQ_U64(wrong, 0);
}

/* ---- integers by hand ---- */

#define READ(read, ...)                                   \
    do {                                                  \
        static const uint8_t bytes_[] = { __VA_ARGS__ };  \
        struct input input_;                              \
        input_init(&input_, bytes_, sizeof(bytes_), 0);   \
        result = (uint64_t)(int64_t)read(&input_.reader); \
        strcpy(text, input_.diag.text);                   \
        input_fini(&input_);                              \
    } while (0)

static void
test_known_integers(void)
{
    uint64_t result;
    char text[sizeof(((struct gw_diag *)0)->text)];

    READ(gw_read_u32, 0xe5, 0x8e, 0x26);
    CHECK_EQ_U64(result, 624485);
    READ(gw_read_s32, 0xc0, 0xbb, 0x78);
    CHECK_EQ_U64(result, -123456);
    READ(gw_read_u32, 0x83, 0x00);
    CHECK_EQ_U64(result, 3);
    READ(gw_read_u32, 0xff, 0xff, 0xff, 0xff, 0x0f);
    CHECK_EQ_U64((uint32_t)result, UINT32_MAX);
    READ(gw_read_s32, 0x80, 0x80, 0x80, 0x80, 0x78);
    CHECK_EQ_U64(result, INT32_MIN);
    READ(gw_read_s32, 0x7f);
    CHECK_EQ_U64(result, -1);
    READ(gw_read_s32, 0x40);
    CHECK_EQ_U64(result, -64);
    READ(gw_read_s33, 0xff, 0xff, 0xff, 0xff, 0x0f);
    CHECK_EQ_U64(result, UINT32_MAX);
    READ(gw_read_s33, 0x80, 0x80, 0x80, 0x80, 0x70);
    CHECK_EQ_U64(result, -(INT64_C(1) << 32));
    READ(gw_read_s64, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
         0x7f);
    CHECK_EQ_U64(result, INT64_MIN);
    READ(gw_read_u64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0x01);
    CHECK_EQ_U64(result, UINT64_MAX);
    CHECK_STR(text, "");

    READ(gw_read_u32, 0x80, 0x80, 0x80, 0x80, 0x10);
    CHECK_STR(text, too_large);
    READ(gw_read_u32, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
    CHECK_STR(text, too_long);
    READ(gw_read_u32, 0x80, 0x80, 0x80, 0x80, 0x80);
    CHECK_STR(text, too_long);
    READ(gw_read_u32, 0x80, 0x80);
    CHECK_STR(text, the_end);
    READ(gw_read_s32, 0x80, 0x80, 0x80, 0x80, 0x08);
    CHECK_STR(text, too_large);
    READ(gw_read_s64, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
         0x01);
    CHECK_STR(text, too_large);
    CHECK_EQ_U64(result, 0);
}

/* ---- everything else ---- */

static void
test_fixed(void)
{
    static const uint8_t bytes[] = { 7,    0x78, 0x56, 0x34, 0x12, 0xef,
                                     0xcd, 0xab, 0x90, 0x78, 0x56, 0x34,
                                     0x92, 1,    2,    3 };
    struct input input;
    input_init(&input, bytes, sizeof(bytes), 0);
    CHECK_EQ_U64(gw_read_u8(&input.reader), 7);
    CHECK_EQ_U64(gw_read_f32_bits(&input.reader), 0x12345678);
    CHECK_EQ_U64(gw_read_f64_bits(&input.reader), 0x9234567890abcdef);
    CHECK_EQ_U64(gw_reader_left(&input.reader), 3);
    CHECK_EQ_U64(gw_read_f32_bits(&input.reader), 0);
    CHECK(input.reader.failed);
    CHECK_STR(input.diag.text, the_end);
    CHECK_EQ_U64(input.diag.offset, 13);
    input_fini(&input);

    input_init(&input, bytes, 7, 0);
    CHECK_EQ_U64(gw_read_f64_bits(&input.reader), 0);
    CHECK_STR(input.diag.text, the_end);
    input_fini(&input);
}

static void
test_sticky(void)
{
    static const uint8_t bytes[] = { 1, 0x80 };
    struct input input;
    input_init(&input, bytes, sizeof(bytes), 40);
    CHECK_EQ_U64(gw_read_u8(&input.reader), 1);
    CHECK_EQ_U64(gw_read_u32(&input.reader), 0);
    CHECK(input.reader.failed);
    const uint8_t *at = input.reader.at;
    CHECK(at == input.bytes + 1);
    CHECK_EQ_U64(gw_read_u8(&input.reader), 0);
    CHECK_EQ_U64(gw_read_u32(&input.reader), 0);
    CHECK_EQ_U64(gw_read_s32(&input.reader), 0);
    CHECK_EQ_U64(gw_read_s33(&input.reader), 0);
    CHECK_EQ_U64(gw_read_u64(&input.reader), 0);
    CHECK_EQ_U64(gw_read_s64(&input.reader), 0);
    CHECK_EQ_U64(gw_read_f32_bits(&input.reader), 0);
    CHECK_EQ_U64(gw_read_f64_bits(&input.reader), 0);
    CHECK(gw_read_bytes(&input.reader, 0).data == NULL);
    CHECK(gw_read_bytes(&input.reader, 1).data == NULL);
    CHECK(gw_read_name(&input.reader).data == NULL);
    CHECK(!gw_reader_fail(&input.reader, GW_ERR_LIMIT, at, "late"));
    CHECK(input.reader.at == at);
    CHECK_EQ_U64(gw_reader_left(&input.reader), 0);
    CHECK_EQ_U64(input.diag.err, GW_ERR_MALFORMED);
    CHECK_STR(input.diag.text, the_end);
    CHECK_EQ_U64(input.diag.offset, 41);
    input_fini(&input);
}

static void
test_fail(void)
{
    struct input input;
    input_init(&input, "abcdef", 6, 100);
    gw_read_bytes(&input.reader, 4);
    CHECK(!gw_reader_fail(&input.reader, GW_ERR_INVALID, input.bytes + 2,
                          "code %d", 7));
    CHECK_EQ_U64(input.diag.err, GW_ERR_INVALID);
    CHECK_EQ_U64(input.diag.offset, 102);
    CHECK_STR(input.diag.text, "code 7");
    input_fini(&input);

    /* A reader works without anybody to report to. */
    struct gw_reader reader;
    gw_reader_init(&reader, gw_span(NULL, 0), 0, NULL);
    CHECK_EQ_U64(gw_reader_left(&reader), 0);
    CHECK_EQ_U64(gw_read_bytes(&reader, 0).size, 0);
    CHECK(!reader.failed);
    CHECK_EQ_U64(gw_read_u8(&reader), 0);
    CHECK(reader.failed);
}

static void
test_bytes(void)
{
    struct input input;
    input_init(&input, "abcdef", 6, 0);
    struct gw_span span = gw_read_bytes(&input.reader, 2);
    CHECK(gw_span_equal(span, gw_span_str("ab")));
    CHECK(span.data == input.bytes);
    CHECK_EQ_U64(gw_read_bytes(&input.reader, 0).size, 0);
    span = gw_read_bytes(&input.reader, 4);
    CHECK(gw_span_equal(span, gw_span_str("cdef")));
    span = gw_read_bytes(&input.reader, 0);
    CHECK(span.size == 0 && !input.reader.failed);
    span = gw_read_bytes(&input.reader, 1);
    CHECK(span.data == NULL && span.size == 0);
    CHECK_STR(input.diag.text, out_of_bounds);
    CHECK_EQ_U64(input.diag.offset, 6);
    input_fini(&input);

    input_init(&input, "abc", 3, 0);
    CHECK(gw_read_bytes(&input.reader, SIZE_MAX).data == NULL);
    CHECK_STR(input.diag.text, out_of_bounds);
    input_fini(&input);
}

static void
test_names(void)
{
    struct input input;
    input_init(&input, "\5h\xc3\xa9no\0\3a\x80z", 12, 0);
    CHECK(gw_span_equal(gw_read_name(&input.reader), gw_span_str("h\u00e9no")));
    CHECK_EQ_U64(gw_read_name(&input.reader).size, 0);
    CHECK(!input.reader.failed);
    CHECK(gw_read_name(&input.reader).data == NULL);
    CHECK_STR(input.diag.text, "malformed UTF-8 encoding");
    CHECK_EQ_U64(input.diag.offset, 9);
    input_fini(&input);

    input_init(&input, "\4abc", 4, 0);
    CHECK(gw_read_name(&input.reader).data == NULL);
    CHECK_STR(input.diag.text, out_of_bounds);
    CHECK_EQ_U64(input.diag.offset, 1);
    input_fini(&input);

    input_init(&input, "\x80", 1, 0);
    CHECK(gw_read_name(&input.reader).data == NULL);
    CHECK_STR(input.diag.text, the_end);
    input_fini(&input);
}

int
main(void)
{
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        test_integers(&widths[i]);
    test_known_integers();
    test_fixed();
    test_sticky();
    test_fail();
    test_bytes();
    test_names();
    return CHECK_DONE();
}
