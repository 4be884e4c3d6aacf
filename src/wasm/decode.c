#include "wasm/decode.h"

#include <assert.h>

/* The frame of a module: header, sections in order, what must agree between
 * them, then the function bodies. */

enum { HEADER_SIZE = 8 };

void
gw_decode_options_init(struct gw_decode_options *options)
{
    *options = (struct gw_decode_options){ .features = gw_features_default,
                                           .jobs = 1 };
    static_assert(GW_LIMIT_COUNT <=
                      sizeof options->limits / sizeof *options->limits,
                  "every limit has its place in the options");
    for (int i = 0; i < GW_LIMIT_COUNT; i++)
        options->limits[i] = gw_limit_table[i].standard;
}

static bool
fail(struct gw_decoder *decoder, enum gw_err err, const uint8_t *at,
     const char *format, va_list args)
{
    struct gw_reader *reader = &decoder->reader;
    if (reader->failed)
        return false;
    gw_diag_reportv(decoder->diag, err, gw_reader_offset(reader, at), format,
                    args);
    return gw_reader_fail(reader, err, at, "failed");
}

bool
gw_decode_malformed(struct gw_decoder *decoder, const uint8_t *at,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(decoder, GW_ERR_MALFORMED, at, format, args);
    va_end(args);
    return false;
}

bool
gw_decode_invalid(struct gw_decoder *decoder, const uint8_t *at,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(decoder, GW_ERR_INVALID, at, format, args);
    va_end(args);
    return false;
}

bool
gw_decode_count(struct gw_decoder *decoder, enum gw_limit limit,
                uint32_t *count)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    uint64_t most = decoder->options->limits[limit];
    *count = gw_read_u32(reader);
    /* A count that cannot be true is left to the reading of the items. */
    if (*count > most && *count <= gw_reader_left(reader))
        return gw_reader_fail(reader, GW_ERR_LIMIT, at,
                              "%u %s are over the limit of %llu", *count,
                              gw_limit_table[limit].name,
                              (unsigned long long)most);
    return !reader->failed;
}

uint64_t
gw_decode_room(const struct gw_decoder *decoder, uint32_t count,
               size_t min_size)
{
    uint64_t most = gw_reader_left(&decoder->reader) / min_size + 1;
    return count < most ? count : most;
}

void *
gw_decode_array(struct gw_decoder *decoder, uint64_t count, size_t size)
{
    void *array = NULL;
    if (count <= SIZE_MAX)
        array = gw_arena_array(&decoder->module->arena, (size_t)count, size);
    if (!array)
        gw_reader_fail(&decoder->reader, GW_ERR_NOMEM, decoder->reader.at,
                       "out of memory");
    return array;
}

bool
gw_decode_feature(struct gw_decoder *decoder, uint64_t needed,
                  const uint8_t *at, const char *phrase)
{
    return gw_gate_check(&decoder->reader, decoder->allowed, needed,
                         &decoder->module->features, at, phrase);
}

gw_valtype
gw_decode_valtype(struct gw_decoder *decoder)
{
    const struct gw_types *types = &decoder->module->types;
    const uint8_t *at = decoder->reader.at;
    gw_valtype type = gw_read_valtype(&decoder->reader, types, types->count);
    if (decoder->reader.failed)
        return GW_TYPE_BOT;
    gw_decode_feature(decoder, gw_gate_type(type), at, NULL);
    return type;
}

gw_valtype
gw_decode_reftype(struct gw_decoder *decoder)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    if (at < reader->end && *at >= GW_TYPE_V128) {
        gw_decode_malformed(decoder, at, "malformed reference type");
        return GW_TYPE_BOT;
    }
    /* The first version of WebAssembly had this one. */
    if (at < reader->end && *at == (GW_TYPE_FUNCREF & 0xff)) {
        reader->at++;
        return GW_TYPE_FUNCREF;
    }
    return gw_decode_valtype(decoder);
}

bool
gw_decode_const(struct gw_decoder *decoder, gw_valtype type,
                uint32_t global_limit, struct gw_expr *out)
{
    struct gw_op_iter *iter = &decoder->iter;
    iter->declares = decoder->module->funcs;
    return gw_op_iter_const(iter, &decoder->reader, type, global_limit, out) ==
               GW_OK &&
           !decoder->reader.failed;
}

bool
gw_decode_index(struct gw_decoder *decoder, const char *what, uint32_t count,
                uint32_t *index)
{
    const uint8_t *at = decoder->reader.at;
    *index = gw_read_u32(&decoder->reader);
    if (!decoder->reader.failed && *index >= count)
        gw_decode_invalid(decoder, at, "unknown %s %u", what, *index);
    return !decoder->reader.failed;
}

static bool
read_header(struct gw_decoder *decoder)
{
    static const uint8_t magic[4] = { 0, 'a', 's', 'm' };
    static const uint8_t version[4] = { 1, 0, 0, 0 };
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->start;
    size_t size = gw_reader_left(reader);
    if (size >= 4 && memcmp(at, magic, 4) != 0)
        return gw_decode_malformed(decoder, at, "magic header not detected");
    if (size < HEADER_SIZE)
        return gw_decode_malformed(decoder, reader->end, "unexpected end");
    if (memcmp(at + 4, version, 4) != 0)
        return gw_decode_malformed(decoder, at + 4, "unknown binary version");
    reader->at += HEADER_SIZE;
    return true;
}

static bool
decode_custom(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    struct gw_reader *reader = &decoder->reader;
    struct gw_custom *custom = &module->customs[module->custom_count];
    custom->name = gw_read_name(reader);
    if (reader->failed)
        return false;
    custom->offset = (uint32_t)gw_reader_offset(reader, reader->at);
    custom->bytes = gw_read_bytes(reader, gw_reader_left(reader));
    module->custom_count++;
    if (gw_span_equal(custom->name, gw_span_str("name")))
        module->name_section = custom->bytes;
    return true;
}

struct section_row {
    bool (*decode)(struct gw_decoder *decoder);
    uint8_t rank; /* place in the order; custom sections have none */
};

static const struct section_row section_rows[GW_SECTION_COUNT] = {
    [GW_SECTION_CUSTOM] = { decode_custom, 0 },
    [GW_SECTION_TYPE] = { gw_decode_types, 1 },
    [GW_SECTION_IMPORT] = { gw_decode_imports, 2 },
    [GW_SECTION_FUNCTION] = { gw_decode_functions, 3 },
    [GW_SECTION_TABLE] = { gw_decode_tables, 4 },
    [GW_SECTION_MEMORY] = { gw_decode_memories, 5 },
    [GW_SECTION_TAG] = { gw_decode_tags, 6 },
    [GW_SECTION_GLOBAL] = { gw_decode_globals, 7 },
    [GW_SECTION_EXPORT] = { gw_decode_exports, 8 },
    [GW_SECTION_START] = { gw_decode_start, 9 },
    [GW_SECTION_ELEM] = { gw_decode_elems, 10 },
    [GW_SECTION_DATA_COUNT] = { gw_decode_data_count, 11 },
    [GW_SECTION_CODE] = { gw_decode_code, 12 },
    [GW_SECTION_DATA] = { gw_decode_datas, 13 },
};

/* Reads a section's id and size, and checks its place in the order. */
static bool
read_section_header(struct gw_decoder *decoder, uint8_t *id, uint32_t *size)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    *id = gw_read_u8(reader);
    if (*id >= GW_SECTION_COUNT)
        return gw_decode_malformed(decoder, at, "malformed section id %u", *id);
    const uint8_t *size_at = reader->at;
    *size = gw_read_u32(reader);
    if (reader->failed)
        return false;
    uint8_t rank = section_rows[*id].rank;
    if (rank != 0 && rank <= decoder->last_rank)
        return gw_decode_malformed(decoder, at,
                                   "unexpected content after last section: "
                                   "section %u stands too late or twice",
                                   *id);
    if (rank != 0)
        decoder->last_rank = rank;
    if (*size > gw_reader_left(reader))
        return gw_decode_malformed(decoder, size_at,
                                   "length out of bounds: section %u", *id);
    return true;
}

static bool
decode_section(struct gw_decoder *decoder)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *end = reader->end;
    uint8_t id = 0;
    uint32_t size = 0;
    if (!read_section_header(decoder, &id, &size))
        return false;
    struct gw_section *section = &decoder->module->sections[id];
    if (id != GW_SECTION_CUSTOM || section->size == 0)
        section->offset = (uint32_t)gw_reader_offset(reader, reader->at);
    section->size += size;
    if (id == GW_SECTION_CUSTOM)
        section->count++;
    reader->end = reader->at + size;
    if (!section_rows[id].decode(decoder) || reader->failed)
        return false;
    if (reader->at != reader->end)
        return gw_decode_malformed(decoder, reader->at,
                                   "section size mismatch: section %u goes on "
                                   "behind its contents",
                                   id);
    reader->end = end;
    return true;
}

/* Counts the custom sections, so that their list can be made at once. */
static bool
count_customs(struct gw_decoder *decoder)
{
    struct gw_reader reader = decoder->reader;
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    reader.diag = &scratch;
    size_t count = 0;
    while (gw_reader_left(&reader) > 0) {
        uint8_t id = gw_read_u8(&reader);
        gw_read_bytes(&reader, gw_read_u32(&reader));
        count += id == GW_SECTION_CUSTOM;
    }
    decoder->module->customs =
        gw_decode_array(decoder, count, sizeof *decoder->module->customs);
    return decoder->module->customs != NULL;
}

/* What only the whole module can tell. */
static bool
check_agreement(struct gw_decoder *decoder)
{
    const struct gw_module *module = decoder->module;
    uint32_t defined = module->func_count - module->imported[GW_EXTERN_FUNC];
    if (decoder->body_count != defined)
        return gw_decode_malformed(decoder, decoder->reader.end,
                                   "function and code section have "
                                   "inconsistent lengths: %u and %u",
                                   defined, decoder->body_count);
    uint32_t datas = module->sections[GW_SECTION_DATA].count;
    if (module->has_data_count && decoder->data_count != datas)
        return gw_decode_malformed(decoder, decoder->reader.end,
                                   "data count and data section have "
                                   "inconsistent lengths: %u and %u",
                                   decoder->data_count, datas);
    return true;
}

static bool
decode_all(struct gw_decoder *decoder)
{
    uint64_t limit = decoder->options->limits[GW_LIMIT_MODULE_SIZE];
    struct gw_span bytes = decoder->module->bytes;
    if (bytes.size > limit || bytes.size > UINT32_MAX)
        return gw_reader_fail(&decoder->reader, GW_ERR_LIMIT, bytes.data,
                              "a module of %zu bytes is over the limit",
                              bytes.size);
    if (!read_header(decoder) || !count_customs(decoder))
        return false;
    while (gw_reader_left(&decoder->reader) > 0) {
        if (!decode_section(decoder))
            return false;
    }
    return !decoder->reader.failed && check_agreement(decoder);
}

static struct gw_module *
new_module(struct gw_span bytes, struct gw_alloc *alloc)
{
    struct gw_module *module = gw_alloc_zero(alloc, 1, sizeof *module);
    if (!module)
        return NULL;
    /* A quarter of the allowed MiB; the walk over bodies may need the rest. */
    size_t limit = bytes.size < SIZE_MAX / 64 ? bytes.size * 32 : SIZE_MAX / 2;
    gw_arena_init(&module->arena, alloc, limit + (256u << 10));
    module->bytes = bytes.data ? bytes : gw_span_str("");
    module->start = GW_NO_INDEX;
    return module;
}

/* How many bits the number at an offset has: 32, but 64 for the limits in the
 * sections of tables and memories. */
static unsigned
bits_of_number(const struct gw_module *module, uint64_t offset)
{
    static const uint8_t ids[] = { GW_SECTION_TABLE, GW_SECTION_MEMORY };
    for (unsigned i = 0; i < sizeof ids; i++) {
        const struct gw_section *section = &module->sections[ids[i]];
        if (offset > section->offset &&
            offset <= section->offset + (uint64_t)section->size)
            return 64;
    }
    return 32;
}

/* What the end of a section cut off may have been a number that is wrong
 * however many bytes it has: then that is the better report. */
static void
reword_end(const struct gw_module *module, struct gw_diag *diag)
{
    struct gw_diag again;
    struct gw_reader reader;
    gw_diag_init(&again);
    gw_reader_init(&reader, module->bytes, 0, &again);
    reader.at += diag->offset;
    if (bits_of_number(module, diag->offset) == 64)
        gw_read_u64(&reader);
    else
        gw_read_u32(&reader);
    const char *text = "unexpected end of section or function";
    if (strncmp(again.text, "integer", 7) == 0)
        text = again.text;
    memcpy(diag->text, text, strlen(text) + 1);
}

static enum gw_err
decode(struct gw_span bytes, const struct gw_decode_options *options,
       struct gw_alloc *alloc, struct gw_diag *diag, bool with_bodies,
       struct gw_module **out)
{
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    if (!diag)
        diag = &scratch;
    *out = NULL;
    struct gw_module *module = new_module(bytes, alloc);
    if (!module)
        return gw_diag_report(diag, GW_ERR_NOMEM, 0, "out of memory");
    struct gw_decoder decoder = { .module = module,
                                  .options = options,
                                  .alloc = alloc,
                                  .diag = diag,
                                  .allowed = gw_gate_allowed(options),
                                  .with_bodies = with_bodies };
    gw_op_iter_init(&decoder.iter, module, options, alloc);
    gw_reader_init(&decoder.reader, bytes, 0, diag);
    bool good = decode_all(&decoder);
    module->features |= decoder.iter.features;
    gw_op_iter_fini(&decoder.iter);
    if (good) {
        *out = module;
        return GW_OK;
    }
    if (gw_diag_says(diag, "unexpected end"))
        reword_end(module, diag);
    gw_module_delete(module);
    return diag->err;
}

enum gw_err
gw_module_decode_sections(struct gw_span bytes,
                          const struct gw_decode_options *options,
                          struct gw_alloc *alloc, struct gw_diag *diag,
                          struct gw_module **out)
{
    return decode(bytes, options, alloc, diag, false, out);
}

enum gw_err
gw_module_decode(struct gw_span bytes, const struct gw_decode_options *options,
                 struct gw_alloc *alloc, struct gw_diag *diag,
                 struct gw_module **out)
{
    return decode(bytes, options, alloc, diag, true, out);
}
