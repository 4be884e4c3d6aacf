#include "aot/artifact.h"

#include <stddef.h>
#include <string.h>

const uint8_t gw_artifact_magic[8] = { 0, 'g', 'w', 'a', '\r', '\n', 0x1a, 1 };

static const uint8_t item_sizes[GW_ARTIFACT_SECTIONS] = {
#define SECTION(IDENT, SIZE, TEXT) SIZE,
#include "aot/artifact.def"
};

bool
gw_artifact_is(struct gw_span bytes)
{
    return bytes.size >= sizeof(gw_artifact_magic) &&
           memcmp(bytes.data, gw_artifact_magic, sizeof(gw_artifact_magic)) ==
               0;
}

static const struct gw_artifact_header *
header_of(struct gw_span bytes)
{
    return (const void *)bytes.data;
}

struct gw_span
gw_artifact_section(struct gw_span bytes, enum gw_artifact_section section)
{
    const struct gw_artifact_header *header = header_of(bytes);
    return gw_span(bytes.data + header->sections[section].offset,
                   (size_t)header->sections[section].size);
}

/* ---- checks ---- */

struct check {
    struct gw_span bytes;
    struct gw_diag *diag;
    uint64_t text_size;
};

static enum gw_err
fail(const struct check *check, uint64_t offset, const char *what)
{
    return gw_diag_report(check->diag, GW_ERR_MALFORMED, offset,
                          "damaged artifact: %s", what);
}

static enum gw_err
check_header(const struct check *check)
{
    const struct gw_artifact_header *header = header_of(check->bytes);
    if (check->bytes.size < sizeof(*header) || !gw_artifact_is(check->bytes))
        return fail(check, 0, "not an artifact, or cut short");
    if (header->version != GW_ARTIFACT_VERSION)
        return gw_diag_report(check->diag, GW_ERR_UNSUPPORTED,
                              offsetof(struct gw_artifact_header, version),
                              "artifact of version %u, this godwit reads %u: "
                              "compile the module again",
                              (unsigned)header->version,
                              (unsigned)GW_ARTIFACT_VERSION);
    if (header->size != check->bytes.size)
        return fail(check, offsetof(struct gw_artifact_header, size),
                    "its size is not that of the file");
    return GW_OK;
}

static enum gw_err
check_sections(const struct check *check)
{
    const struct gw_artifact_header *header = header_of(check->bytes);
    for (int i = 0; i < GW_ARTIFACT_SECTIONS; i++) {
        uint64_t offset = header->sections[i].offset;
        uint64_t size = header->sections[i].size, all = check->bytes.size;
        uint64_t align = i == GW_ARTIFACT_TEXT ? GW_ARTIFACT_PAGE
                                               : GW_ARTIFACT_ALIGN;
        if (offset > all || size > all - offset || offset % align != 0 ||
            size % item_sizes[i] != 0 || size > INT32_MAX)
            return fail(check, offsetof(struct gw_artifact_header, sections),
                        "a section is out of place");
    }
    return GW_OK;
}

/* Offsets into the text, or none. */
static enum gw_err
check_places(const struct check *check, enum gw_artifact_section section)
{
    struct gw_span bytes = gw_artifact_section(check->bytes, section);
    const uint32_t *places = (const void *)bytes.data;
    for (size_t i = 0; i < bytes.size / sizeof(*places); i++) {
        if (places[i] != GW_NO_INDEX && places[i] >= check->text_size)
            return fail(check, (uint64_t)(bytes.data - check->bytes.data),
                        "an entry is outside the text");
    }
    return GW_OK;
}

static enum gw_err
check_rows(const struct check *check, enum gw_artifact_section section,
           uint64_t limit)
{
    struct gw_span bytes = gw_artifact_section(check->bytes, section);
    const struct gw_native_row *rows = (const void *)bytes.data;
    for (size_t i = 0; i < bytes.size / sizeof(*rows); i++) {
        bool sorted = i == 0 || rows[i - 1].at < rows[i].at;
        if (!sorted || rows[i].at > check->text_size ||
            (rows[i].value != GW_NO_INDEX && rows[i].value >= limit))
            return fail(check, (uint64_t)(bytes.data - check->bytes.data),
                        "a table is out of order or range");
    }
    return GW_OK;
}

/* Rules only ever read words that lie just below a caller's frame. */
static enum gw_err
check_rules(const struct check *check)
{
    struct gw_span bytes = gw_artifact_section(check->bytes, GW_ARTIFACT_RULES);
    const struct gw_native_rule *rules = (const void *)bytes.data;
    for (size_t i = 0; i < bytes.size / sizeof(*rules); i++) {
        bool good = rules[i].cfa >= 0 && rules[i].framed <= 1;
        for (int j = 0; j < GW_NATIVE_SAVED; j++)
            good = good && rules[i].saved[j] <= 0;
        if (!good)
            return fail(check, (uint64_t)(bytes.data - check->bytes.data),
                        "a rule makes no sense");
    }
    return GW_OK;
}

static enum gw_err
check_pads(const struct check *check)
{
    struct gw_span bytes = gw_artifact_section(check->bytes, GW_ARTIFACT_PADS);
    const struct gw_native_pad *pads = (const void *)bytes.data;
    for (size_t i = 0; i < bytes.size / sizeof(*pads); i++) {
        bool sorted = i == 0 || pads[i - 1].end <= pads[i].first;
        if (!sorted || pads[i].first > pads[i].end ||
            pads[i].end > check->text_size || pads[i].pad >= check->text_size)
            return fail(check, (uint64_t)(bytes.data - check->bytes.data),
                        "landing pads are out of order or range");
    }
    return GW_OK;
}

static enum gw_err
check_module(const struct check *check)
{
    const struct gw_artifact_header *header = header_of(check->bytes);
    struct gw_span module = gw_artifact_section(check->bytes,
                                                GW_ARTIFACT_MODULE);
    uint8_t hash[GW_SHA256_SIZE];
    gw_sha256(module.data, module.size, hash);
    if (memcmp(hash, header->module_hash, sizeof(hash)) != 0)
        return fail(check, header->sections[GW_ARTIFACT_MODULE].offset,
                    "the module in it is not the one that was compiled");
    return GW_OK;
}

enum gw_err
gw_artifact_check(struct gw_span bytes, struct gw_diag *diag)
{
    struct check check = { bytes, diag, 0 };
    enum gw_err err = check_header(&check);
    if (err == GW_OK)
        err = check_sections(&check);
    if (err != GW_OK)
        return err;
    check.text_size = gw_artifact_section(bytes, GW_ARTIFACT_TEXT).size;
    uint64_t rules = gw_artifact_section(bytes, GW_ARTIFACT_RULES).size /
                     sizeof(struct gw_native_rule);
    err = check_places(&check, GW_ARTIFACT_ENTRIES);
    if (err == GW_OK)
        err = check_places(&check, GW_ARTIFACT_TAILS);
    if (err == GW_OK)
        err = check_places(&check, GW_ARTIFACT_ADAPTERS);
    if (err == GW_OK)
        err = check_rows(&check, GW_ARTIFACT_FUNCS, UINT32_MAX);
    if (err == GW_OK)
        err = check_rows(&check, GW_ARTIFACT_LINES, UINT32_MAX);
    if (err == GW_OK)
        err = check_rows(&check, GW_ARTIFACT_FRAMES, rules);
    if (err == GW_OK)
        err = check_rules(&check);
    if (err == GW_OK)
        err = check_pads(&check);
    return err == GW_OK ? check_module(&check) : err;
}
