#include "wasm/decode.h"

#include "base/hash.h"

/* The sections that make the index spaces, and what names their members:
 * imports, functions, tables, memories, tags, globals, exports, start. */

static bool
note_count(struct gw_decoder *decoder, enum gw_section_id id, uint32_t count)
{
    decoder->module->sections[id].count = count;
    return true;
}

/* Reads how many are defined and makes an array that holds the imported ones,
 * which it copies, and room for these. */
static bool
extend(struct gw_decoder *decoder, enum gw_section_id id, size_t min_size,
       enum gw_limit limit, void **array, uint32_t present, size_t size,
       uint32_t *count)
{
    if (!gw_decode_count(decoder, limit, count))
        return false;
    note_count(decoder, id, *count);
    uint64_t total = present + gw_decode_room(decoder, *count, min_size);
    uint64_t most = decoder->options->limits[limit];
    if (total > most)
        return gw_reader_fail(&decoder->reader, GW_ERR_LIMIT,
                              decoder->reader.at,
                              "%s: %llu with those imported, the limit is "
                              "%llu",
                              gw_limit_table[limit].name,
                              (unsigned long long)total,
                              (unsigned long long)most);
    void *larger = gw_decode_array(decoder, total, size);
    if (!larger)
        return false;
    if (present > 0)
        memcpy(larger, *array, present * size);
    *array = larger;
    return true;
}

static bool
read_limits(struct gw_decoder *decoder, uint32_t flags,
            struct gw_limits *limits)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    limits->has_max = (flags & 1) != 0;
    limits->shared = (flags & 2) != 0;
    limits->is64 = (flags & 4) != 0;
    if (limits->is64 &&
        !gw_decode_feature(decoder, GW_FEATURE_BIT(MEMORY64), at, NULL))
        return false;
    limits->min = gw_read_u64(reader);
    limits->max = limits->has_max ? gw_read_u64(reader) : UINT64_MAX;
    return !reader->failed;
}

static bool
check_limits(struct gw_decoder *decoder, const struct gw_limits *limits,
             uint64_t most, const char *what, const uint8_t *at)
{
    if (limits->min > most || (limits->has_max && limits->max > most))
        return gw_decode_invalid(decoder, at, "%s", what);
    if (limits->has_max && limits->min > limits->max)
        return gw_decode_invalid(decoder, at,
                                 "size minimum must not be greater than "
                                 "maximum");
    return true;
}

static bool
read_tabletype(struct gw_decoder *decoder, struct gw_tabletype *type)
{
    struct gw_reader *reader = &decoder->reader;
    type->elem = gw_decode_reftype(decoder);
    const uint8_t *at = reader->at;
    uint8_t flags = gw_read_u8(reader);
    if (flags & ~5u)
        return gw_decode_malformed(decoder, at, "malformed limits flags %02x",
                                   flags);
    at = reader->at;
    return read_limits(decoder, flags, &type->limits) &&
           check_limits(decoder, &type->limits,
                        type->limits.is64 ? UINT64_MAX : UINT32_MAX,
                        "table size must be at most 2^32-1", at);
}

/* Reads the logarithm of a page's size: 1 byte or 64 KiB. */
static bool
read_page_size(struct gw_decoder *decoder, struct gw_memtype *type)
{
    const uint8_t *at = decoder->reader.at;
    uint32_t log2 = gw_read_u32(&decoder->reader);
    if (decoder->reader.failed)
        return false;
    if (log2 > 64)
        return gw_decode_malformed(decoder, at, "invalid custom page size");
    if (log2 != 0 && log2 != 16)
        return gw_decode_invalid(decoder, at, "invalid custom page size 2^%u",
                                 log2);
    type->page_log2 = (uint8_t)log2;
    return true;
}

static bool
check_memory_size(struct gw_decoder *decoder, const struct gw_memtype *type,
                  const uint8_t *at)
{
    const struct gw_limits *limits = &type->limits;
    if (type->page_log2 == 0)
        return check_limits(decoder, limits,
                            limits->is64 ? UINT64_MAX : UINT32_MAX,
                            "memory size must be at most 2^32-1 bytes", at);
    if (limits->is64)
        return check_limits(decoder, limits, UINT64_C(1) << 48,
                            "memory size must be at most 2^48 pages", at);
    return check_limits(decoder, limits, 65536,
                        "memory size must be at most 65536 pages (4GiB)", at);
}

static bool
read_memtype(struct gw_decoder *decoder, struct gw_memtype *type)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    uint8_t flags = gw_read_u8(reader);
    if (flags > 15)
        return gw_decode_malformed(decoder, at, "malformed limits flags %02x",
                                   flags);
    uint64_t needed = (flags & 2 ? GW_FEATURE_BIT(THREADS) : 0) |
                      (flags & 8 ? GW_FEATURE_BIT(CUSTOM_PAGE_SIZES) : 0);
    if (!gw_decode_feature(decoder, needed, at, "malformed limits flags"))
        return false;
    const uint8_t *limits_at = reader->at;
    type->page_log2 = 16;
    if (!read_limits(decoder, flags, &type->limits) ||
        ((flags & 8) && !read_page_size(decoder, type)))
        return false;
    if (type->limits.shared && !type->limits.has_max)
        return gw_decode_invalid(decoder, at,
                                 "shared memory must have maximum");
    return check_memory_size(decoder, type, limits_at);
}

static bool
read_globaltype(struct gw_decoder *decoder, struct gw_globaltype *type)
{
    type->type = gw_decode_valtype(decoder);
    const uint8_t *at = decoder->reader.at;
    uint8_t mutable = gw_read_u8(&decoder->reader);
    if (mutable > 1)
        return gw_decode_malformed(decoder, at, "malformed mutability");
    type->mutable = mutable == 1;
    return !decoder->reader.failed;
}

/* The index of a function type, made canonical. */
static bool
read_functype(struct gw_decoder *decoder, uint32_t *type)
{
    const struct gw_types *types = &decoder->module->types;
    const uint8_t *at = decoder->reader.at;
    if (!gw_decode_index(decoder, "type", types->count, type))
        return false;
    if (types->defs[*type].comp != GW_COMP_FUNC)
        return gw_decode_invalid(decoder, at, "non-function type %u", *type);
    *type = types->defs[*type].canon;
    return true;
}

static bool
read_tagtype(struct gw_decoder *decoder, uint32_t *type)
{
    const uint8_t *at = decoder->reader.at;
    if (gw_read_u8(&decoder->reader) != 0)
        return gw_decode_malformed(decoder, at, "malformed tag attribute");
    const uint8_t *type_at = decoder->reader.at;
    if (!gw_decode_feature(decoder, GW_FEATURE_BIT(EXCEPTIONS), at, NULL) ||
        !read_functype(decoder, type))
        return false;
    const struct gw_functype *func = &decoder->module->types.defs[*type].func;
    if (func->result_count == 0 ||
        (decoder->allowed & GW_FEATURE_BIT(STACK_SWITCHING)))
        return true;
    return gw_decode_invalid(decoder, type_at, "non-empty tag result type");
}

static bool
check_table_count(struct gw_decoder *decoder, const uint8_t *at)
{
    return decoder->module->table_count <= 1 ||
           gw_decode_feature(decoder, GW_FEATURE_BIT(REFERENCE_TYPES), at,
                             "multiple tables");
}

static bool
check_memory_count(struct gw_decoder *decoder, const uint8_t *at)
{
    return decoder->module->memory_count <= 1 ||
           gw_decode_feature(decoder, GW_FEATURE_BIT(MULTI_MEMORY), at,
                             "multiple memories");
}

/* Reads what an import describes into the array of its kind, whose room has
 * been made by count_imports. */
static bool
read_import_type(struct gw_decoder *decoder, enum gw_extern kind)
{
    struct gw_module *module = decoder->module;
    const uint8_t *at = decoder->reader.at;
    struct gw_globaltype *global;
    switch (kind) {
    case GW_EXTERN_FUNC:
        return read_functype(decoder,
                             &module->funcs[module->func_count++].type);
    case GW_EXTERN_TABLE:
        return read_tabletype(decoder,
                              &module->tables[module->table_count++].type) &&
               check_table_count(decoder, at);
    case GW_EXTERN_MEMORY:
        return read_memtype(decoder,
                            &module->memories[module->memory_count++]) &&
               check_memory_count(decoder, at);
    case GW_EXTERN_GLOBAL:
        global = &module->globals[module->global_count++].type;
        return read_globaltype(decoder, global) &&
               (!global->mutable ||
                gw_decode_feature(decoder, GW_FEATURE_BIT(MUTABLE_GLOBALS), at,
                                  NULL));
    default:
        return read_tagtype(decoder, &module->tags[module->tag_count++]);
    }
}

/* Skips over an import's description; only its shape matters. */
static void
skip_import_type(struct gw_reader *reader, enum gw_extern kind)
{
    if (kind == GW_EXTERN_TABLE || kind == GW_EXTERN_GLOBAL) {
        uint8_t form = gw_read_u8(reader);
        if (form == 0x63 || form == 0x64)
            gw_read_s33(reader);
    }
    if (kind == GW_EXTERN_TABLE || kind == GW_EXTERN_MEMORY) {
        uint8_t flags = gw_read_u8(reader);
        gw_read_u64(reader);
        if (flags & 1)
            gw_read_u64(reader);
        if (flags & 8)
            gw_read_u32(reader);
        return;
    }
    if (kind == GW_EXTERN_GLOBAL || kind == GW_EXTERN_TAG)
        gw_read_u8(reader);
    if (kind == GW_EXTERN_FUNC || kind == GW_EXTERN_TAG)
        gw_read_u32(reader);
}

/* How a group of imports is written; the first is the only form without the
 * feature.  The code stands where a kind would, behind an empty name. */
enum group_form {
    GROUP_SINGLE,
    GROUP_ITEMS = 0x7f, /* one module, items with a name and a type each */
    GROUP_NAMES = 0x7e  /* one module and one type, items with a name each */
};

/* The head of a group, up to its first item. */
struct import_group {
    enum group_form form;
    struct gw_span module, name; /* name: of the only item */
    const uint8_t *kind_at;      /* the only item's, or that all share */
    uint32_t count;
};

/* The kind of an import; GW_EXTERN_COUNT after a failure. */
static enum gw_extern
read_kind(struct gw_reader *reader)
{
    uint8_t kind = gw_read_u8(reader);
    if (kind >= GW_EXTERN_COUNT)
        gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at - 1,
                       "malformed import kind %u", kind);
    return reader->failed ? GW_EXTERN_COUNT : (enum gw_extern)kind;
}

/* The reader is the decoder's or one that runs ahead of it. */
static bool
read_group(struct gw_decoder *decoder, struct gw_reader *reader,
           struct import_group *group)
{
    group->module = gw_read_name(reader);
    group->name = gw_read_name(reader);
    group->form = GROUP_SINGLE;
    group->kind_at = reader->at;
    group->count = 1;
    if (reader->failed || group->name.size > 0 || gw_reader_left(reader) == 0 ||
        (*reader->at != GROUP_ITEMS && *reader->at != GROUP_NAMES))
        return !reader->failed;
    group->form = (enum group_form)gw_read_u8(reader);
    if (!gw_gate_check(reader, decoder->allowed,
                       GW_FEATURE_BIT(COMPACT_IMPORTS),
                       &decoder->module->features, group->kind_at,
                       "malformed import kind"))
        return false;
    if (group->form == GROUP_NAMES) {
        group->kind_at = reader->at;
        skip_import_type(reader, read_kind(reader));
    }
    group->count = gw_read_u32(reader);
    return !reader->failed;
}

/* Counts the imports of each kind ahead, so that each array is made once.
 * Input that fails here fails again later, and then with its report. */
static void
count_imports(struct gw_decoder *decoder, uint32_t groups,
              uint32_t counts[GW_EXTERN_COUNT])
{
    struct gw_reader reader = decoder->reader;
    uint64_t total = 0, most = decoder->options->limits[GW_LIMIT_IMPORTS];
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    reader.diag = &scratch;
    for (; groups > 0 && !reader.failed; groups--) {
        struct import_group group;
        if (!read_group(decoder, &reader, &group))
            return;
        for (; group.count > 0 && total <= most; group.count--, total++) {
            if (group.form != GROUP_SINGLE)
                gw_read_bytes(&reader, gw_read_u32(&reader));
            const uint8_t *next = reader.at;
            if (group.form == GROUP_NAMES)
                reader.at = group.kind_at;
            enum gw_extern kind = read_kind(&reader);
            if (reader.failed)
                return;
            /* The last one may be the import that will report a failure. */
            counts[kind]++;
            if (group.form == GROUP_NAMES)
                reader.at = next;
            else
                skip_import_type(&reader, kind);
        }
    }
}

static bool
make_import_arrays(struct gw_decoder *decoder,
                   const uint32_t counts[GW_EXTERN_COUNT])
{
    struct gw_module *module = decoder->module;
    module->funcs = gw_decode_array(decoder, counts[GW_EXTERN_FUNC],
                                    sizeof *module->funcs);
    module->tables = gw_decode_array(decoder, counts[GW_EXTERN_TABLE],
                                     sizeof *module->tables);
    module->memories = gw_decode_array(decoder, counts[GW_EXTERN_MEMORY],
                                       sizeof *module->memories);
    module->globals = gw_decode_array(decoder, counts[GW_EXTERN_GLOBAL],
                                      sizeof *module->globals);
    module->tags = gw_decode_array(decoder, counts[GW_EXTERN_TAG],
                                   sizeof *module->tags);
    return !decoder->reader.failed;
}

/* From the kind on. */
static bool
read_import(struct gw_decoder *decoder, struct gw_span module,
            struct gw_span name)
{
    struct gw_reader *reader = &decoder->reader;
    struct gw_module *m = decoder->module;
    const uint8_t *at = reader->at;
    enum gw_extern kind = read_kind(reader);
    if (reader->failed)
        return false;
    uint64_t most = decoder->options->limits[GW_LIMIT_IMPORTS];
    if (m->import_count >= most)
        return gw_reader_fail(reader, GW_ERR_LIMIT, at,
                              "imports: more than the limit of %llu",
                              (unsigned long long)most);
    m->imports[m->import_count++] = (struct gw_import){ module, name, kind,
                                                        m->imported[kind]++ };
    return read_import_type(decoder, kind);
}

/* A shared type is read once for each name, as if it stood behind it. */
static bool
read_items(struct gw_decoder *decoder, const struct import_group *group)
{
    struct gw_reader *reader = &decoder->reader;
    for (uint32_t i = 0; i < group->count; i++) {
        struct gw_span name = gw_read_name(reader);
        const uint8_t *next = reader->at;
        if (group->form == GROUP_NAMES)
            reader->at = group->kind_at;
        if (reader->failed || !read_import(decoder, group->module, name))
            return false;
        if (group->form == GROUP_NAMES)
            reader->at = next;
    }
    return true;
}

static bool
read_imports(struct gw_decoder *decoder)
{
    struct gw_reader *reader = &decoder->reader;
    struct import_group group;
    if (!read_group(decoder, reader, &group))
        return false;
    if (group.form == GROUP_SINGLE)
        return read_import(decoder, group.module, group.name);
    return read_items(decoder, &group);
}

bool
gw_decode_imports(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    uint32_t counts[GW_EXTERN_COUNT] = { 0 };
    uint32_t groups;
    uint64_t room = 0;
    if (!gw_decode_count(decoder, GW_LIMIT_IMPORTS, &groups))
        return false;
    count_imports(decoder, groups, counts);
    for (int i = 0; i < GW_EXTERN_COUNT; i++)
        room += counts[i];
    module->imports = gw_decode_array(decoder, room, sizeof *module->imports);
    if (!module->imports || !make_import_arrays(decoder, counts))
        return false;
    for (; groups > 0; groups--) {
        if (!read_imports(decoder))
            return false;
    }
    return note_count(decoder, GW_SECTION_IMPORT, module->import_count);
}

bool
gw_decode_functions(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    void *array = module->funcs;
    uint32_t count;
    if (!extend(decoder, GW_SECTION_FUNCTION, 1, GW_LIMIT_FUNCTIONS, &array,
                module->func_count, sizeof *module->funcs, &count))
        return false;
    module->funcs = array;
    for (; count > 0; count--) {
        if (!read_functype(decoder, &module->funcs[module->func_count].type))
            return false;
        module->func_count++;
    }
    return true;
}

/* 0x40 0x00 before the type: an initial value follows it. */
static bool
read_table(struct gw_decoder *decoder, struct gw_table *table)
{
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *at = reader->at;
    bool has_init = at < reader->end && *at == 0x40;
    if (has_init) {
        reader->at++;
        if (gw_read_u8(reader) != 0)
            return gw_decode_malformed(decoder, at + 1, "zero byte expected");
        if (!gw_decode_feature(decoder, GW_FEATURE_BIT(FUNCTION_REFERENCES), at,
                               NULL))
            return false;
    }
    if (!read_tabletype(decoder, &table->type))
        return false;
    if (has_init)
        return gw_decode_const(decoder, table->type.elem,
                               decoder->module->imported[GW_EXTERN_GLOBAL],
                               &table->init);
    return gw_type_has_default(table->type.elem) ||
           gw_decode_invalid(decoder, at,
                             "type mismatch: a table of references that are "
                             "never null wants an initial value");
}

bool
gw_decode_tables(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    void *array = module->tables;
    uint32_t count;
    if (!extend(decoder, GW_SECTION_TABLE, 3, GW_LIMIT_TABLES, &array,
                module->table_count, sizeof *module->tables, &count))
        return false;
    module->tables = array;
    for (; count > 0; count--) {
        const uint8_t *at = decoder->reader.at;
        if (!read_table(decoder, &module->tables[module->table_count]))
            return false;
        module->table_count++;
        if (!check_table_count(decoder, at))
            return false;
    }
    return true;
}

bool
gw_decode_memories(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    void *array = module->memories;
    uint32_t count;
    if (!extend(decoder, GW_SECTION_MEMORY, 2, GW_LIMIT_MEMORIES, &array,
                module->memory_count, sizeof *module->memories, &count))
        return false;
    module->memories = array;
    for (; count > 0; count--) {
        const uint8_t *at = decoder->reader.at;
        if (!read_memtype(decoder, &module->memories[module->memory_count]))
            return false;
        module->memory_count++;
        if (!check_memory_count(decoder, at))
            return false;
    }
    return true;
}

bool
gw_decode_tags(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    void *array = module->tags;
    uint32_t count;
    if (!extend(decoder, GW_SECTION_TAG, 2, GW_LIMIT_TAGS, &array,
                module->tag_count, sizeof *module->tags, &count))
        return false;
    module->tags = array;
    for (; count > 0; count--) {
        if (!read_tagtype(decoder, &module->tags[module->tag_count]))
            return false;
        module->tag_count++;
    }
    return true;
}

bool
gw_decode_globals(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    void *array = module->globals;
    uint32_t count;
    if (!extend(decoder, GW_SECTION_GLOBAL, 4, GW_LIMIT_GLOBALS, &array,
                module->global_count, sizeof *module->globals, &count))
        return false;
    module->globals = array;
    for (; count > 0; count--) {
        struct gw_global *global = &module->globals[module->global_count];
        if (!read_globaltype(decoder, &global->type) ||
            !gw_decode_const(decoder, global->type.type, module->global_count,
                             &global->init))
            return false;
        module->global_count++;
    }
    return true;
}

/* Finds the slot of a name: that of its export, or a free one. */
static uint32_t *
export_slot(const struct gw_module *module, struct gw_span name)
{
    uint64_t hash = gw_hash_bytes(module->export_seed, name.data, name.size);
    uint32_t mask = module->export_slots - 1;
    uint32_t slot = (uint32_t)hash & mask;
    while (module->export_index[slot] != 0 &&
           !gw_span_equal(module->exports[module->export_index[slot] - 1].name,
                          name))
        slot = (slot + 1) & mask;
    return &module->export_index[slot];
}

const struct gw_export *
gw_module_find_export(const struct gw_module *module, struct gw_span name)
{
    if (module->export_slots == 0)
        return NULL;
    uint32_t found = *export_slot(module, name);
    return found ? &module->exports[found - 1] : NULL;
}

static bool
check_export_index(struct gw_decoder *decoder, const struct gw_export *export,
                   const uint8_t *at)
{
    struct gw_module *module = decoder->module;
    static const char *const names[GW_EXTERN_COUNT] = { "function", "table",
                                                        "memory", "global",
                                                        "tag" };
    const uint32_t counts[GW_EXTERN_COUNT] = {
        module->func_count, module->table_count, module->memory_count,
        module->global_count, module->tag_count
    };
    if (export->index >= counts[export->kind])
        return gw_decode_invalid(decoder, at, "unknown %s %u",
                                 names[export->kind], export->index);
    if (export->kind == GW_EXTERN_FUNC)
        module->funcs[export->index].declared = true;
    if (export->kind == GW_EXTERN_GLOBAL &&
        module->globals[export->index].type.mutable)
        return gw_decode_feature(decoder, GW_FEATURE_BIT(MUTABLE_GLOBALS), at,
                                 NULL);
    return true;
}

static bool
read_export(struct gw_decoder *decoder, struct gw_export *export)
{
    struct gw_module *module = decoder->module;
    struct gw_reader *reader = &decoder->reader;
    const uint8_t *name_at = reader->at;
    /* A reader that takes no notice of sizes would find some length here. */
    if (name_at == reader->end &&
        name_at < module->bytes.data + module->bytes.size)
        return gw_decode_malformed(decoder, name_at,
                                   "length out of bounds: the section ends "
                                   "before the export");
    export->name = gw_read_name(reader);
    const uint8_t *at = reader->at;
    uint8_t kind = gw_read_u8(reader);
    if (kind >= GW_EXTERN_COUNT)
        return gw_decode_malformed(decoder, at, "malformed export kind %u",
                                   kind);
    at = reader->at;
    export->kind = (enum gw_extern)kind;
    export->index = gw_read_u32(reader);
    if (reader->failed || !check_export_index(decoder, export, at))
        return false;
    uint32_t *slot = export_slot(module, export->name);
    if (*slot != 0)
        return gw_decode_invalid(decoder, name_at, "duplicate export name");
    *slot = ++module->export_count;
    return true;
}

bool
gw_decode_exports(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    uint32_t count;
    if (!gw_decode_count(decoder, GW_LIMIT_EXPORTS, &count))
        return false;
    note_count(decoder, GW_SECTION_EXPORT, count);
    uint64_t room = gw_decode_room(decoder, count, 3);
    module->exports = gw_decode_array(decoder, room, sizeof *module->exports);
    uint32_t slots = 4;
    while (slots < room + room / 4)
        slots *= 2;
    module->export_index = gw_decode_array(decoder, slots,
                                           sizeof *module->export_index);
    if (!module->exports || !module->export_index)
        return false;
    module->export_slots = slots;
    /* Names that collide for one module do not for the next. */
    module->export_seed = (uint64_t)(uintptr_t)module;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_export(decoder, &module->exports[i]))
            return false;
    }
    return true;
}

bool
gw_decode_start(struct gw_decoder *decoder)
{
    struct gw_module *module = decoder->module;
    const uint8_t *at = decoder->reader.at;
    uint32_t func;
    if (!gw_decode_index(decoder, "function", module->func_count, &func))
        return false;
    const struct gw_functype *type = gw_module_functype(module, func);
    if (type->param_count != 0 || type->result_count != 0)
        return gw_decode_invalid(decoder, at,
                                 "start function %u has parameters or results",
                                 func);
    module->start = func;
    return note_count(decoder, GW_SECTION_START, 1);
}
