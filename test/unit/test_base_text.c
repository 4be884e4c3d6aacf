/* Error texts, diagnostics and UTF-8. */
#include "base/diag.h"
#include "base/utf8.h"

#include "unit/check.h"

#include <limits.h>
#include <stdlib.h>

static void
test_err(void)
{
    CHECK_STR(gw_err_text(GW_OK), "no error");
    CHECK_STR(gw_err_text(GW_ERR_TRAP), "the guest trapped");
    CHECK_STR(gw_err_text(GW_ERR_COUNT), "unknown error");
    CHECK_STR(gw_err_text((enum gw_err)(-1)), "unknown error");
    for (int i = 0; i < GW_ERR_COUNT; i++)
        CHECK(gw_err_text((enum gw_err)i)[0] != '\0');
}

/* ---- diagnostics ---- */

/* Both must agree, also about what does not fit. */
#define CHECK_FORMAT(...)                                                \
    do {                                                                 \
        for (size_t size = 0; size <= sizeof ours; size++) {             \
            memset(ours, '#', sizeof ours);                              \
            memset(theirs, '#', sizeof theirs);                          \
            size_t length = gw_format(ours, size, __VA_ARGS__);          \
            CHECK_EQ_U64(length,                                         \
                         (uint64_t)snprintf(theirs, size, __VA_ARGS__)); \
            CHECK(memcmp(ours, theirs, sizeof ours) == 0);               \
        }                                                                \
    } while (0)

static void
test_format(void)
{
    char ours[48], theirs[48];
    CHECK_FORMAT("plain");
    CHECK_FORMAT("%s and %.*s, %.2s, %5s|", "all", 3, "partly", "x", "ab");
    CHECK_FORMAT("%d %d %d", 0, INT32_MIN, 42);
    CHECK_FORMAT("%ld %lld", LONG_MIN, LLONG_MIN);
    CHECK_FORMAT("%u %lu %llu %zu", 4294967295u, 5ul, ~0ull, (size_t)7);
    CHECK_FORMAT("%x %llx %08x %4u %*u", 0xbeefu, 1ull << 63, 10u, 7u, 5, 1u);
    CHECK_FORMAT("%c%c", 'a', '\\');
    CHECK_FORMAT("100%%, %" PRIu64, UINT64_MAX);
}

static void
test_diag_first_wins(void)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    CHECK_EQ_U64(diag.err, GW_OK);
    CHECK_EQ_U64(diag.offset, GW_NO_OFFSET);
    CHECK_EQ_U64(diag.func, GW_NO_INDEX);
    CHECK_EQ_U64(gw_diag_report(&diag, GW_ERR_INVALID, 9, "type %d", 3),
                 GW_ERR_INVALID);
    CHECK_EQ_U64(gw_diag_report(&diag, GW_ERR_NOMEM, 1, "late"), GW_ERR_NOMEM);
    CHECK_EQ_U64(diag.err, GW_ERR_INVALID);
    CHECK_EQ_U64(diag.offset, 9);
    CHECK_STR(diag.text, "type 3");
    CHECK_EQ_U64(gw_diag_report(NULL, GW_ERR_IO, 0, "x"), GW_ERR_IO);
}

static void
test_diag_print(void)
{
    struct gw_diag diag;
    char text[300];
    gw_diag_init(&diag);
    gw_diag_report(&diag, GW_ERR_INVALID, GW_NO_OFFSET, "bad");
    CHECK_EQ_U64(gw_diag_print(&diag, text, sizeof(text)), 3);
    CHECK_STR(text, "bad");
    diag.func = 3;
    diag.offset = 0x1f;
    CHECK_EQ_U64(gw_diag_print(&diag, text, sizeof(text)), 32);
    CHECK_STR(text, "bad (function 3, at offset 0x1f)");
    CHECK_EQ_U64(gw_diag_print(&diag, text, 7), 32);
    CHECK_STR(text, "bad (f");
    CHECK_EQ_U64(gw_diag_print(&diag, NULL, 0), 32);
    diag.func = GW_NO_INDEX;
    diag.offset = GW_NO_OFFSET;
    diag.line = 2;
    diag.column = 14;
    gw_diag_print(&diag, text, sizeof(text));
    CHECK_STR(text, "bad (line 2, column 14)");
    diag.line = diag.column = UINT32_MAX;
    diag.func = UINT32_MAX - 1;
    diag.offset = UINT64_MAX - 1;
    diag.text[0] = '\0';
    gw_diag_print(&diag, text, sizeof(text));
    CHECK_STR(text, "invalid module (line 4294967295, column 4294967295, "
                    "function 4294967294, at offset 0xfffffffffffffffe)");
}

static void
test_diag_cut(void)
{
    struct gw_diag diag;
    char text[400];
    size_t most = sizeof(diag.text) - 1;
    /* A three-byte character across the end goes away as a whole. */
    for (size_t before = most - 4; before <= most + 1; before++) {
        memset(text, 'a', before);
        memcpy(text + before, "\u20ac", 4);
        gw_diag_init(&diag);
        gw_diag_report(&diag, GW_ERR_IO, 0, "%s", text);
        size_t length = strlen(diag.text);
        CHECK_EQ_U64(gw_utf8_check(gw_span(diag.text, length)), length);
        size_t expected = before + 3 <= most ? before + 3 : before;
        CHECK_EQ_U64(length, expected < most ? expected : most);
    }
    /* Bytes that were never UTF-8 are not the cut's business. */
    memset(text, 0xff, 399);
    text[399] = '\0';
    gw_diag_init(&diag);
    gw_diag_report(&diag, GW_ERR_IO, 0, "%s", text);
    CHECK_EQ_U64(strlen(diag.text), most);
}

/* ---- UTF-8 ---- */

/* Decodes by arithmetic, from the definition: collect the bits, then refuse
 * what has a shorter form, surrogates and what is too large. */
static size_t
model_decode(const uint8_t *bytes, size_t size, uint32_t *code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (size == 0)
        return 0;
    uint8_t byte = bytes[0];
    size_t count = byte < 0x80             ? 1
                   : (byte & 0xe0) == 0xc0 ? 2
                   : (byte & 0xf0) == 0xe0 ? 3
                   : (byte & 0xf8) == 0xf0 ? 4
                                           : 0;
    if (count == 0 || count > size)
        return 0;
    uint32_t value = count == 1 ? byte : byte & (0xffu >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if (bytes[i] >> 6 != 2)
            return 0;
        value = value * 64 + bytes[i] % 64;
    }
    if (value < least[count] || value > 0x10ffff || value >> 11 == 0x1b)
        return 0;
    *code = value;
    return count;
}

static void
test_utf8_decode(void)
{
    static const uint8_t edges[] = { 0x00, 0x7f, 0x80, 0x8f,
                                     0x90, 0xbf, 0xc0, 0xff };
    unsigned long wrong = 0;
    for (unsigned i = 0; i < 65536u * 64; i++) {
        uint8_t bytes[] = { (uint8_t)(i >> 14), (uint8_t)(i >> 6),
                            edges[i >> 3 & 7], edges[i & 7] };
        for (size_t size = 1; size <= 4; size++) {
            uint32_t a = 0, b = 0;
            size_t expected = model_decode(bytes, size, &a);
            size_t count = gw_utf8_decode(gw_span(bytes, size), &b);
            wrong += count != expected || a != b;
        }
    }
    CHECK_EQ_U64(wrong, 0);
    uint32_t code;
    CHECK_EQ_U64(gw_utf8_decode(gw_span(NULL, 0), &code), 0);
}

static void
test_utf8_encode(void)
{
    unsigned long wrong = 0;
    for (uint32_t code = 0; code < 0x110010; code++) {
        uint8_t bytes[4];
        uint32_t back = 0;
        size_t count = gw_utf8_encode(code, bytes);
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            wrong += count != 0;
        else
            wrong += model_decode(bytes, count, &back) != count || back != code;
    }
    CHECK_EQ_U64(wrong, 0);
    CHECK_EQ_U64(gw_utf8_encode(UINT32_MAX, (uint8_t[4]){ 0 }), 0);
}

/* One bad byte at every place of texts of every length and alignment. */
static void
test_utf8_check(void)
{
    unsigned long wrong = 0;
    for (size_t size = 0; size <= 40; size++) {
        uint8_t *bytes = malloc(size ? size : 1);
        memset(bytes, 'x', size);
        wrong += gw_utf8_check(gw_span(bytes, size)) != size;
        for (size_t at = 0; at < size; at++) {
            bytes[at] = 0x80;
            wrong += gw_utf8_check(gw_span(bytes, size)) != at;
            bytes[at] = 0xe2; /* cut or followed by a wrong byte */
            wrong += gw_utf8_check(gw_span(bytes, size)) != at;
            if (at + 3 <= size) {
                memcpy(bytes + at, "\u20ac", 3);
                wrong += gw_utf8_check(gw_span(bytes, size)) != size;
                memset(bytes + at, 'x', 3);
            }
            bytes[at] = 'x';
        }
        free(bytes);
    }
    CHECK_EQ_U64(wrong, 0);
    CHECK_EQ_U64(gw_utf8_check(gw_span(NULL, 0)), 0);
}

static const char *
print(const char *name)
{
    static char text[100];
    size_t length = gw_utf8_print(gw_span_str(name), text, sizeof(text));
    CHECK_EQ_U64(length, strlen(text));
    return text;
}

static void
test_utf8_print(void)
{
    CHECK_STR(print("plain h\u00e9 \u20ac \U0001f600"),
              "plain h\u00e9 \u20ac \U0001f600");
    CHECK_STR(print("\x1b[31m\n\x7f"), "\\1b[31m\\0a\\7f");
    CHECK_STR(print("a\\1b"), "a\\5c1b");
    CHECK_STR(print("\xc2\x9b"), "\\c2\\9b");
    CHECK_STR(print("\u202e"), "\\e2\\80\\ae");
    CHECK_STR(print("\x80\xe2\x82z\xff"), "\\80\\e2\\82z\\ff");

    char text[8];
    memset(text, '#', sizeof(text));
    CHECK_EQ_U64(gw_utf8_print(gw_span_str("ab\u20ac"), text, 5), 5);
    CHECK_STR(text, "ab");
    CHECK_EQ_U64(gw_utf8_print(gw_span_str("ab\u20ac"
                                           "c"),
                               text, 6),
                 6);
    CHECK_STR(text, "ab\u20ac");
    CHECK_EQ_U64(gw_utf8_print(gw_span_str("a\nb"), text, 4), 5);
    CHECK_STR(text, "a");
    CHECK_EQ_U64(gw_utf8_print(gw_span_str("abc"), text, 1), 3);
    CHECK_STR(text, "");
    CHECK_EQ_U64(gw_utf8_print(gw_span_str("abc"), NULL, 0), 3);
    CHECK_EQ_U64(gw_utf8_print(gw_span("\0", 1), text, 8), 3);
    CHECK_STR(text, "\\00");
    CHECK(text[7] == '#');
}

int
main(void)
{
    test_err();
    test_format();
    test_diag_first_wins();
    test_diag_print();
    test_diag_cut();
    test_utf8_decode();
    test_utf8_encode();
    test_utf8_check();
    test_utf8_print();
    return CHECK_DONE();
}
