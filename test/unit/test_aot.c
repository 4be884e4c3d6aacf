#include "aot/aot.h"

#include "check.h"

#include <stdlib.h>

/* ---- hashes ---- */

static bool
hashes_to(const void *data, size_t size, const char *hex)
{
    uint8_t hash[GW_SHA256_SIZE];
    char text[2 * GW_SHA256_SIZE + 1];
    gw_sha256(data, size, hash);
    for (int i = 0; i < GW_SHA256_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return check_str(text, hex, __FILE__, __LINE__, "the hash");
}

/* The examples of FIPS 180-4. */
static void
test_sha256(void)
{
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    hashes_to("", 0,
              "e3b0c44298fc1c149afbf4c8996fb924"
              "27ae41e4649b934ca495991b7852b855");
    hashes_to("abc", 3,
              "ba7816bf8f01cfea414140de5dae2223"
              "b00361a396177a9cb410ff61f20015ad");
    hashes_to("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
              "248d6a61d20638b8e5c026930c3e6039"
              "a33ce45964ff2167f6ecedd419db06c1");
    hashes_to(million, 1000000,
              "cdc76e5c9914fb9281a1c7e284d73e67"
              "f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* ---- artifacts ---- */

/* A header, two rows of frames, a rule, a landing pad; then 16 bytes of
 * text on a page of their own. */
struct example {
    struct gw_artifact_header header;
    struct gw_native_row frames[2];
    uint32_t entries[4];          /* two are used */
    struct gw_native_pad pads[4]; /* one is used */
    struct gw_native_rule rule;
    uint8_t fill[GW_ARTIFACT_PAGE];
};

static _Alignas(16) uint8_t file[2 * GW_ARTIFACT_PAGE + 16];
#define EXAMPLE ((struct example *)(void *)file)

static void
put(enum gw_artifact_section section, size_t offset, size_t size)
{
    EXAMPLE->header.sections[section].offset = offset;
    EXAMPLE->header.sections[section].size = size;
}

static void
make_example(void)
{
    struct example *example = EXAMPLE;
    memset(file, 0, sizeof(file));
    memcpy(example->header.magic, gw_artifact_magic, 8);
    example->header.version = GW_ARTIFACT_VERSION;
    example->header.size = sizeof(file);
    gw_sha256("", 0, example->header.module_hash);
    put(GW_ARTIFACT_FRAMES, offsetof(struct example, frames), 16);
    put(GW_ARTIFACT_ENTRIES, offsetof(struct example, entries), 8);
    put(GW_ARTIFACT_PADS, offsetof(struct example, pads), 12);
    put(GW_ARTIFACT_RULES, offsetof(struct example, rule), 48);
    put(GW_ARTIFACT_TEXT, 2 * GW_ARTIFACT_PAGE, 16);
    example->frames[1] = (struct gw_native_row){ 8, GW_NO_INDEX };
    example->entries[1] = GW_NO_INDEX;
    example->pads[0] = (struct gw_native_pad){ 2, 4, 6 };
    example->rule.cfa = 8;
    example->rule.saved[1] = -1;
}

static enum gw_err
check_example(void)
{
    return gw_artifact_check(gw_span(file, sizeof(file)), NULL);
}

/* Changes a field, and back. */
#define CHECK_DAMAGE(FIELD, VALUE, ERR)       \
    do {                                      \
        make_example();                       \
        EXAMPLE->FIELD = (VALUE);             \
        CHECK_EQ_U64(check_example(), (ERR)); \
    } while (0)

static void
test_good(void)
{
    make_example();
    CHECK(gw_artifact_is(gw_span(file, sizeof(file))));
    CHECK_EQ_U64(check_example(), GW_OK);
}

static void
test_cut_short(void)
{
    make_example();
    for (size_t size = 0; size < sizeof(file); size += 7)
        CHECK_EQ_U64(gw_artifact_check(gw_span(file, size), NULL),
                     GW_ERR_MALFORMED);
}

static void
test_damage(void)
{
    CHECK_DAMAGE(header.magic[1], 'x', GW_ERR_MALFORMED);
    CHECK_DAMAGE(header.version, 99, GW_ERR_UNSUPPORTED);
    CHECK_DAMAGE(header.module_hash[0], 1, GW_ERR_MALFORMED);
    CHECK_DAMAGE(header.sections[GW_ARTIFACT_TEXT].offset, UINT64_MAX,
                 GW_ERR_MALFORMED);
    CHECK_DAMAGE(header.sections[GW_ARTIFACT_TEXT].size, UINT64_MAX,
                 GW_ERR_MALFORMED);
    CHECK_DAMAGE(header.sections[GW_ARTIFACT_RULES].size, 40, GW_ERR_MALFORMED);
    CHECK_DAMAGE(header.sections[GW_ARTIFACT_FRAMES].offset, 4,
                 GW_ERR_MALFORMED);
    CHECK_DAMAGE(entries[0], 16, GW_ERR_MALFORMED);
    CHECK_DAMAGE(frames[0].value, 1, GW_ERR_MALFORMED);
    CHECK_DAMAGE(frames[1].at, 0, GW_ERR_MALFORMED);
    CHECK_DAMAGE(frames[1].at, 17, GW_ERR_MALFORMED);
    CHECK_DAMAGE(rule.cfa, -8, GW_ERR_MALFORMED);
    CHECK_DAMAGE(rule.framed, 2, GW_ERR_MALFORMED);
    CHECK_DAMAGE(rule.saved[0], 1, GW_ERR_MALFORMED);
    CHECK_DAMAGE(pads[0].pad, 16, GW_ERR_MALFORMED);
    CHECK_DAMAGE(pads[0].end, 17, GW_ERR_MALFORMED);
    CHECK_DAMAGE(pads[0].first, 5, GW_ERR_MALFORMED);
}

/* ---- processors ---- */

static void
test_processors(void)
{
    uint64_t cpu;
    CHECK_EQ_U64(gw_machine_find("x86_64-linux"), GW_MACHINE_X86_64);
    CHECK_EQ_U64(gw_machine_find("aarch64"), GW_MACHINE_AARCH64);
    CHECK_EQ_U64(gw_machine_find("vax"), GW_MACHINE_NONE);
    CHECK(gw_machine_cpu(GW_MACHINE_X86_64, "x86-64-v3", &cpu));
    CHECK(cpu >> GW_CPU_AVX2 & 1);
    CHECK(gw_machine_cpu(GW_MACHINE_X86_64, NULL, &cpu));
    CHECK(cpu >> GW_CPU_SSE4_1 & 1);
    CHECK(!(cpu >> GW_CPU_AVX & 1));
    CHECK(!gw_machine_cpu(GW_MACHINE_X86_64, "8080", &cpu));
}

int
main(void)
{
    test_sha256();
    test_good();
    test_cut_short();
    test_damage();
    test_processors();
    return CHECK_DONE();
}
