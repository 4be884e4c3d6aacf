#include "wasm/decode.h"

/* The sections of contents: element segments, code, data segments. */

/* The bits of an element segment's first number. */
enum {
    ELEM_NOT_ACTIVE = 1,
    ELEM_EXPLICIT = 2, /* active: has a table index; else: is declared only */
    ELEM_EXPRS = 4
};

/* The table and the place of an active segment. */
static bool
read_elem_place(struct gw_decoder *decoder, uint32_t flags,
                struct gw_elem *elem)
{
    struct gw_module *module = decoder->module;
    const uint8_t *at = decoder->reader.at;
    elem->table = flags & ELEM_EXPLICIT ? gw_read_u32(&decoder->reader) : 0;
    if (decoder->reader.failed)
        return false;
    if (elem->table >= module->table_count)
        return gw_decode_invalid(decoder, at, "unknown table %u", elem->table);
    bool is64 = module->tables[elem->table].type.limits.is64;
    return gw_decode_const(decoder, is64 ? GW_TYPE_I64 : GW_TYPE_I32,
                           module->global_count, &elem->start);
}

/* The type of the items: short forms leave it out, lists of functions have a
 * kind byte in its place. */
static bool
read_elem_type(struct gw_decoder *decoder, uint32_t flags, struct gw_elem *elem)
{
    const uint8_t *at = decoder->reader.at;
    bool has_type = (flags & (ELEM_NOT_ACTIVE | ELEM_EXPLICIT)) != 0;
    if (flags & ELEM_EXPRS) {
        elem->type = has_type ? gw_decode_reftype(decoder) : GW_TYPE_FUNCREF;
        return !decoder->reader.failed;
    }
    elem->type = gw_type_ref(false, GW_HEAP_FUNC);
    if (has_type && gw_read_u8(&decoder->reader) != 0)
        return gw_decode_malformed(decoder, at, "malformed element kind");
    return !decoder->reader.failed;
}

static bool
read_elem_items(struct gw_decoder *decoder, struct gw_elem *elem)
{
    struct gw_module *module = decoder->module;
    struct gw_reader *reader = &decoder->reader;
    if (!gw_decode_count(decoder, GW_LIMIT_ELEM_ITEMS, &elem->count))
        return false;
    elem->offset = (uint32_t)gw_reader_offset(reader, reader->at);
    for (uint32_t i = 0; i < elem->count; i++) {
        struct gw_expr expr;
        uint32_t func;
        if (elem->exprs) {
            if (!gw_decode_const(decoder, elem->type, module->global_count,
                                 &expr))
                return false;
        } else {
            if (!gw_decode_index(decoder, "function", module->func_count,
                                 &func))
                return false;
            module->funcs[func].declared = true;
        }
    }
    return true;
}

static bool
read_elem(struct gw_decoder *decoder, struct gw_elem *elem)
{
    struct gw_module *module = decoder->module;
    const uint8_t *at = decoder->reader.at;
    uint32_t flags = gw_read_u32(&decoder->reader);
    if (flags > 7)
        return gw_decode_malformed(decoder, at,
                                   "malformed elements segment kind %u", flags);
    if (flags != 0 &&
        !gw_decode_feature(decoder, GW_FEATURE_BIT(BULK_MEMORY), at, NULL))
        return false;
    elem->exprs = (flags & ELEM_EXPRS) != 0;
    elem->mode = !(flags & ELEM_NOT_ACTIVE) ? GW_SEGMENT_ACTIVE
                 : flags & ELEM_EXPLICIT    ? GW_SEGMENT_DECLARED
                                            : GW_SEGMENT_PASSIVE;
    bool active = elem->mode == GW_SEGMENT_ACTIVE;
    if ((active && !read_elem_place(decoder, flags, elem)) ||
        !read_elem_type(decoder, flags, elem))
        return false;
    if (active && !gw_type_matches(&module->types, elem->type,
                                   module->tables[elem->table].type.elem))
        return gw_decode_invalid(decoder, at,
                                 "type mismatch: the table takes elements of "
                                 "another type");
    return read_elem_items(decoder, elem);
}

bool
gw_decode_elems(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    uint32_t count;
    if (!gw_decode_count(decoder, GW_LIMIT_ELEM_SEGMENTS, &count))
        return false;
    module->sections[GW_SECTION_ELEM].count = count;
    module->elems = gw_decode_array(decoder, gw_decode_room(decoder, count, 3),
                                    sizeof *module->elems);
    if (!module->elems)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_elem(decoder, &module->elems[i]))
            return false;
        module->elem_count++;
    }
    return true;
}

bool
gw_decode_data_count(struct gw_decoder *decoder)
{
    const uint8_t *at = decoder->reader.at;
    decoder->data_count = gw_read_u32(&decoder->reader);
    decoder->module->has_data_count = true;
    decoder->module->data_count = decoder->data_count;
    decoder->module->sections[GW_SECTION_DATA_COUNT].count = 1;
    return !decoder->reader.failed &&
           gw_decode_feature(decoder, GW_FEATURE_BIT(BULK_MEMORY), at, NULL);
}

/* One body: only its place is noted; op_iter reads it. */
static bool
read_body(struct gw_decoder *decoder, struct gw_func *func)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    uint32_t size = gw_read_u32(reader);
    if (reader->failed)
        return false;
    if (size > gw_reader_left(reader))
        return gw_decode_malformed(decoder, reader->end, "unexpected end");
    if (size > decoder->options->limits[GW_LIMIT_FUNCTION_SIZE])
        return gw_reader_fail(reader, GW_ERR_LIMIT, at,
                              "a function of %u bytes is over the limit", size);
    func->offset = (uint32_t)gw_reader_offset(reader, reader->at);
    func->size = size;
    reader->at += size;
    return true;
}

bool
gw_decode_code(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    struct gw_reader *reader = &decoder->reader;
    uint32_t imported = module->imported[GW_EXTERN_FUNC];
    uint32_t count;
    if (!gw_decode_count(decoder, GW_LIMIT_FUNCTIONS, &count))
        return false;
    module->sections[GW_SECTION_CODE].count = count;
    decoder->body_count = count;
    /* Too many or too few are found once all sections have been read. */
    if (count != module->func_count - imported) {
        reader->at = reader->end;
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!read_body(decoder, &module->funcs[imported + i]))
            return false;
    }
    return !decoder->with_bodies || gw_decode_bodies(decoder);
}

static bool
read_data(struct gw_decoder *decoder, struct gw_data *data)
{
    struct gw_module *module = decoder->module;
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    uint32_t flags = gw_read_u32(reader);
    if (flags > 2)
        return gw_decode_malformed(decoder, at,
                                   "malformed data segment kind %u", flags);
    if (flags != 0 &&
        !gw_decode_feature(decoder, GW_FEATURE_BIT(BULK_MEMORY), at, NULL))
        return false;
    data->mode = flags == 1 ? GW_SEGMENT_PASSIVE : GW_SEGMENT_ACTIVE;
    if (flags != 1) {
        at = reader->at;
        data->memory = flags == 2 ? gw_read_u32(reader) : 0;
        if (reader->failed)
            return false;
        if (data->memory >= module->memory_count)
            return gw_decode_invalid(decoder, at, "unknown memory %u",
                                     data->memory);
        bool is64 = module->memories[data->memory].limits.is64;
        if (!gw_decode_const(decoder, is64 ? GW_TYPE_I64 : GW_TYPE_I32,
                             module->global_count, &data->start))
            return false;
    }
    uint32_t size = gw_read_u32(reader);
    if (size > gw_reader_left(reader))
        return gw_decode_malformed(decoder, reader->end, "unexpected end");
    data->bytes = gw_read_bytes(reader, size);
    return !reader->failed;
}

bool
gw_decode_datas(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    uint32_t count;
    if (!gw_decode_count(decoder, GW_LIMIT_DATA_SEGMENTS, &count))
        return false;
    module->sections[GW_SECTION_DATA].count = count;
    module->data_count = 0;
    module->datas = gw_decode_array(decoder, gw_decode_room(decoder, count, 2),
                                    sizeof *module->datas);
    if (!module->datas)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_data(decoder, &module->datas[i]))
            return false;
        module->data_count++;
    }
    return true;
}
