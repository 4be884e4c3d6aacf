#include "text/print.h"

#include "text/printer.h"
#include "text/wat_parser.h"

#include "wasm/limit.h"

/* ---- the first walk --------------------------------------------------------- */

static void
open_section(struct gw_printer *pr, uint8_t id)
{
    struct gw_span bytes = pr->sections[id];
    uint64_t base = bytes.data ? (uint64_t)(bytes.data - pr->wasm.data) : 0;
    gw_reader_init(&pr->reader, bytes, base, pr->diag);
}

/* The place of custom sections behind the names; others are those of the
 * section before them. */
enum { AFTER_NAMES = 0xff };

/* Returns whether it is the name section. */
static bool
scan_custom(struct gw_printer *pr, struct gw_reader *reader,
            struct gw_span bytes, uint8_t after)
{
    struct gw_reader inner;
    gw_reader_init(&inner, bytes,
                   gw_reader_offset(reader, reader->at) - bytes.size, pr->diag);
    struct gw_span name = gw_read_name(&inner);
    struct gw_span rest = gw_span(inner.at, gw_reader_left(&inner));
    if (inner.failed) {
        reader->failed = true;
    } else if (gw_span_equal(name, gw_span_str("name"))) {
        gw_print_read_names(pr, rest);
        return true;
    } else if (gw_span_equal(name, gw_span_str("metadata.code.branch_hint"))) {
        pr->hints = rest;
    } else {
        struct print_custom *custom = gw_vec_push(&pr->customs);
        if (!custom) {
            gw_print_nomem(pr);
            return false;
        }
        custom->name = name;
        custom->bytes = rest;
        custom->after = after;
    }
    return false;
}

static void
scan_sections(struct gw_printer *pr)
{
    struct gw_reader reader;
    uint8_t after = 0;
    gw_reader_init(&reader, pr->wasm, 0, pr->diag);
    struct gw_span head = gw_read_bytes(&reader, 8);
    if (!reader.failed && memcmp(head.data, "\0asm\1\0\0\0", 8) != 0)
        gw_reader_fail(&reader, GW_ERR_MALFORMED, reader.start,
                       "magic header not detected");
    while (!reader.failed && !pr->failed && gw_reader_left(&reader) > 0) {
        const uint8_t *at = reader.at;
        uint8_t id = gw_read_u8(&reader);
        uint32_t size = gw_read_u32(&reader);
        struct gw_span bytes = gw_read_bytes(&reader, size);
        if (reader.failed)
            break;
        if (id == 0) {
            if (scan_custom(pr, &reader, bytes, after))
                after = AFTER_NAMES;
        } else if (id >= PRINT_SECTIONS || pr->sections[id].data) {
            gw_reader_fail(&reader, GW_ERR_MALFORMED, at,
                           "malformed section id");
        } else {
            pr->sections[id] = bytes;
            after = id;
        }
    }
    pr->failed = pr->failed || reader.failed;
}

static void
scan_defined_funcs(struct gw_printer *pr)
{
    struct gw_reader *reader = &pr->reader;
    open_section(pr, 3);
    uint32_t count = gw_reader_left(reader) ? gw_read_u32(reader) : 0;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        uint32_t *type = gw_vec_push(&pr->funcs);
        if (!type) {
            gw_print_nomem(pr);
            return;
        }
        *type = gw_read_u32(reader);
    }
    pr->failed = pr->failed || reader->failed;
}

/* ---- imports and exports ------------------------------------------------------- */

static const struct {
    const char *word;
    uint8_t subsection;
} kinds[] = {
    { "func", WAT_NAME_FUNC },     { "table", WAT_NAME_TABLE },
    { "memory", WAT_NAME_MEMORY }, { "global", WAT_NAME_GLOBAL },
    { "tag", WAT_NAME_TAG },
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

/* "(func $name (;0;)", with the index that comes next. */
static uint32_t
put_head(struct gw_printer *pr, uint32_t kind)
{
    uint32_t index = pr->counts[kind]++;
    gw_buf_u8(&pr->out, '(');
    gw_buf_text(&pr->out, kinds[kind].word);
    gw_print_id(&pr->out, &pr->names[kinds[kind].subsection], index);
    gw_buf_print(&pr->out, " (;%u;)", (unsigned)index);
    return index;
}

/* Tags have an attribute byte before their type. */
static void
put_tagtype(struct gw_printer *pr, struct gw_buf *out)
{
    if (gw_read_u8(&pr->reader) != 0)
        gw_reader_fail(&pr->reader, GW_ERR_MALFORMED, pr->reader.at - 1,
                       "malformed tag attribute");
    gw_print_typeuse(pr, gw_read_u32(&pr->reader), NULL, out);
}

/* Returns the type index of a function. */
static uint32_t
put_import_type(struct gw_printer *pr, uint32_t kind, struct gw_buf *out)
{
    uint32_t type = 0;
    switch (kind) {
    case 0:
        type = gw_read_u32(&pr->reader);
        gw_print_typeuse(pr, type, NULL, out);
        break;
    case 1:
        gw_print_tabletype(pr, &pr->reader, out);
        break;
    case 2:
        gw_print_memtype(pr, &pr->reader, out);
        break;
    case 3:
        gw_print_globaltype(pr, &pr->reader, out);
        break;
    default:
        put_tagtype(pr, out);
    }
    return type;
}

static void
note_import(struct gw_printer *pr, uint32_t kind, uint32_t type)
{
    uint32_t *slot = kind == 0 ? gw_vec_push(&pr->funcs) : &type;
    if (slot)
        *slot = type;
    else
        gw_print_nomem(pr);
}

static uint32_t
read_kind(struct gw_printer *pr)
{
    uint32_t kind = gw_read_u8(&pr->reader);
    if (kind < KIND_COUNT)
        return kind;
    gw_reader_fail(&pr->reader, GW_ERR_MALFORMED, pr->reader.at - 1,
                   "malformed import or export kind");
    return 0;
}

/* "(func $name (;0;) …)", from its code on. */
static void
print_imported(struct gw_printer *pr)
{
    uint32_t kind = read_kind(pr);
    put_head(pr, kind);
    note_import(pr, kind, put_import_type(pr, kind, &pr->out));
    gw_buf_u8(&pr->out, ')');
}

static void
print_items(struct gw_printer *pr)
{
    uint32_t count = gw_read_u32(&pr->reader);
    for (; count > 0 && !pr->reader.failed; count--) {
        gw_buf_text(&pr->out, "\n    (item ");
        gw_print_string(&pr->out, gw_read_name(&pr->reader));
        gw_buf_u8(&pr->out, ' ');
        print_imported(pr);
        gw_buf_u8(&pr->out, ')');
    }
}

static bool
has_names(const struct gw_printer *pr, uint32_t kind, uint32_t count)
{
    const struct print_names *names = &pr->names[kinds[kind].subsection];
    for (uint32_t i = pr->counts[kind]; i < names->count && count > 0;
         i++, count--) {
        if (names->items[i].text.data)
            return true;
    }
    return false;
}

/* Items with one type.  The text has no place for names in this form, so
 * where there are any the type is written with each item. */
static void
print_items_together(struct gw_printer *pr)
{
    struct gw_buf type;
    gw_buf_init(&type, pr->alloc);
    uint32_t kind = read_kind(pr);
    uint32_t func = put_import_type(pr, kind, &type);
    uint32_t count = gw_read_u32(&pr->reader);
    bool apart = has_names(pr, kind, count);
    for (; count > 0 && !pr->reader.failed; count--) {
        gw_buf_text(&pr->out, "\n    (item ");
        gw_print_string(&pr->out, gw_read_name(&pr->reader));
        if (apart) {
            gw_buf_u8(&pr->out, ' ');
            put_head(pr, kind);
            gw_buf_bytes(&pr->out, gw_buf_span(&type));
            gw_buf_u8(&pr->out, ')');
        } else {
            pr->counts[kind]++;
        }
        note_import(pr, kind, func);
        gw_buf_u8(&pr->out, ')');
    }
    if (!apart) {
        gw_buf_print(&pr->out, "\n    (%s", kinds[kind].word);
        gw_buf_bytes(&pr->out, gw_buf_span(&type));
        gw_buf_u8(&pr->out, ')');
    }
    if (type.failed)
        gw_print_nomem(pr);
    gw_buf_fini(&type);
}

static void
print_import(struct gw_printer *pr)
{
    struct gw_reader *reader = &pr->reader;
    gw_buf_text(&pr->out, "(import ");
    gw_print_string(&pr->out, gw_read_name(reader));
    struct gw_span name = gw_read_name(reader);
    bool compact = name.size == 0 && gw_reader_left(reader) > 0 &&
                   (*reader->at == 0x7f || *reader->at == 0x7e);
    if (compact && gw_read_u8(reader) == 0x7f) {
        print_items(pr);
    } else if (compact) {
        print_items_together(pr);
    } else {
        gw_buf_u8(&pr->out, ' ');
        gw_print_string(&pr->out, name);
        gw_buf_u8(&pr->out, ' ');
        print_imported(pr);
    }
    gw_buf_u8(&pr->out, ')');
}

static void
print_export(struct gw_printer *pr)
{
    gw_buf_text(&pr->out, "(export ");
    gw_print_string(&pr->out, gw_read_name(&pr->reader));
    uint32_t kind = read_kind(pr);
    gw_buf_text(&pr->out, " (");
    gw_buf_text(&pr->out, kinds[kind].word);
    gw_buf_u8(&pr->out, ' ');
    gw_print_ref(&pr->out, &pr->names[kinds[kind].subsection],
                 gw_read_u32(&pr->reader));
    gw_buf_text(&pr->out, "))");
}

/* ---- tables, memories, globals, tags -------------------------------------------- */

static void
print_table(struct gw_printer *pr)
{
    struct gw_reader *reader = &pr->reader;
    bool init = gw_reader_left(reader) >= 2 && reader->at[0] == 0x40 &&
                reader->at[1] == 0;
    if (init)
        gw_read_bytes(reader, 2);
    put_head(pr, 1);
    gw_print_tabletype(pr, reader, &pr->out);
    if (init)
        gw_print_constant(pr, reader, &pr->out);
    gw_buf_u8(&pr->out, ')');
}

static void
print_memory(struct gw_printer *pr)
{
    put_head(pr, 2);
    gw_print_memtype(pr, &pr->reader, &pr->out);
    gw_buf_u8(&pr->out, ')');
}

static void
print_global(struct gw_printer *pr)
{
    put_head(pr, 3);
    gw_print_globaltype(pr, &pr->reader, &pr->out);
    gw_print_constant(pr, &pr->reader, &pr->out);
    gw_buf_u8(&pr->out, ')');
}

static void
print_tag(struct gw_printer *pr)
{
    put_head(pr, 4);
    put_tagtype(pr, &pr->out);
    gw_buf_u8(&pr->out, ')');
}

/* ---- segments ---------------------------------------------------------------------- */

/* "(elem $name (;0;)" or the same for data. */
static void
put_segment_head(struct gw_printer *pr, const char *word, uint32_t subsection,
                 uint32_t index)
{
    gw_buf_u8(&pr->out, '(');
    gw_buf_text(&pr->out, word);
    gw_print_id(&pr->out, &pr->names[subsection], index);
    gw_buf_print(&pr->out, " (;%u;)", (unsigned)index);
}

static void
put_offset(struct gw_printer *pr)
{
    gw_buf_text(&pr->out, " (offset");
    gw_print_constant(pr, &pr->reader, &pr->out);
    gw_buf_u8(&pr->out, ')');
}

static void
print_elem_items(struct gw_printer *pr, uint32_t flags)
{
    struct gw_reader *reader = &pr->reader;
    if (flags & 4) {
        gw_buf_u8(&pr->out, ' ');
        if (flags & 3)
            gw_print_valtype(pr, reader, &pr->out);
        else
            gw_buf_text(&pr->out, "funcref");
    } else {
        if ((flags & 3) && gw_read_u8(reader) != 0)
            gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at - 1,
                           "malformed element kind");
        gw_buf_text(&pr->out, " func");
    }
    for (uint32_t n = gw_read_u32(reader); n > 0 && !reader->failed; n--) {
        if (flags & 4) {
            gw_buf_text(&pr->out, " (item");
            gw_print_constant(pr, reader, &pr->out);
            gw_buf_u8(&pr->out, ')');
        } else {
            gw_buf_u8(&pr->out, ' ');
            gw_print_ref(&pr->out, &pr->names[WAT_NAME_FUNC],
                         gw_read_u32(reader));
        }
        if (pr->failed)
            return;
    }
}

static void
print_elem(struct gw_printer *pr, uint32_t index)
{
    uint32_t flags = gw_read_u32(&pr->reader);
    if (flags > 7)
        gw_reader_fail(&pr->reader, GW_ERR_MALFORMED, pr->reader.at,
                       "malformed elements segment kind");
    put_segment_head(pr, "elem", WAT_NAME_ELEM, index);
    if ((flags & 3) == 3) {
        gw_buf_text(&pr->out, " declare");
    } else if (!(flags & 1)) {
        if (flags & 2) {
            gw_buf_text(&pr->out, " (table ");
            gw_print_ref(&pr->out, &pr->names[WAT_NAME_TABLE],
                         gw_read_u32(&pr->reader));
            gw_buf_u8(&pr->out, ')');
        }
        put_offset(pr);
    }
    print_elem_items(pr, flags);
    gw_buf_u8(&pr->out, ')');
}

static void
print_data(struct gw_printer *pr, uint32_t index)
{
    uint32_t flags = gw_read_u32(&pr->reader);
    if (flags > 2)
        gw_reader_fail(&pr->reader, GW_ERR_MALFORMED, pr->reader.at,
                       "malformed data segment kind");
    put_segment_head(pr, "data", WAT_NAME_DATA, index);
    if (flags == 2) {
        gw_buf_text(&pr->out, " (memory ");
        gw_print_ref(&pr->out, &pr->names[WAT_NAME_MEMORY],
                     gw_read_u32(&pr->reader));
        gw_buf_u8(&pr->out, ')');
    }
    if (flags != 1)
        put_offset(pr);
    gw_buf_u8(&pr->out, ' ');
    gw_print_string(&pr->out,
                    gw_read_bytes(&pr->reader, gw_read_u32(&pr->reader)));
    gw_buf_u8(&pr->out, ')');
}

/* ---- functions ------------------------------------------------------------------------ */

static void
print_locals(struct gw_printer *pr, struct gw_reader *reader, uint32_t first)
{
    uint64_t index = first, most = gw_limit_table[GW_LIMIT_LOCALS].maximum;
    struct gw_buf type;
    bool open = false;
    gw_buf_init(&type, pr->alloc);
    for (uint32_t n = gw_read_u32(reader); n > 0 && !reader->failed; n--) {
        uint32_t run = gw_read_u32(reader);
        gw_buf_clear(&type);
        gw_print_valtype(pr, reader, &type);
        if (index - first + run > most)
            gw_reader_fail(reader, GW_ERR_LIMIT, reader->at, "too many locals");
        for (uint32_t i = 0; i < run && !reader->failed; i++, index++) {
            bool named = index < pr->locals.count &&
                         pr->locals.items[index].text.data;
            if (open && named)
                gw_buf_u8(&pr->out, ')');
            if (named || !open)
                gw_buf_text(&pr->out, "\n    (local");
            gw_print_id(&pr->out, &pr->locals, (uint32_t)index);
            gw_buf_u8(&pr->out, ' ');
            gw_buf_bytes(&pr->out, gw_buf_span(&type));
            if (named)
                gw_buf_u8(&pr->out, ')');
            open = !named;
        }
    }
    if (open)
        gw_buf_u8(&pr->out, ')');
    if (type.failed)
        gw_print_nomem(pr);
    gw_buf_fini(&type);
}

/* Goes to the hints of a function: their offsets and values follow. */
static void
find_hints(struct gw_printer *pr, struct gw_reader *hints, uint32_t *left,
           uint32_t *func)
{
    while (*left > 0 && *func < pr->counts[0] - 1 && !hints->failed) {
        uint32_t count = gw_read_u32(hints);
        for (; count > 0 && !hints->failed; count--) {
            gw_read_u32(hints);
            gw_read_bytes(hints, gw_read_u32(hints));
        }
        *func = --*left > 0 ? gw_read_u32(hints) : UINT32_MAX;
    }
    pr->hint_count = 0;
    pr->hint_offset = 0;
    if (*left == 0 || *func != pr->counts[0] - 1 || hints->failed) {
        pr->hint_offset = UINT32_MAX;
        return;
    }
    pr->hint_reader = *hints;
    pr->hint_count = gw_read_u32(&pr->hint_reader);
}

static void
print_func(struct gw_printer *pr, struct gw_reader *code)
{
    uint32_t index = put_head(pr, 0);
    uint32_t type = ((const uint32_t *)pr->funcs.data)[index];
    const struct print_type *types = pr->types.data;
    uint32_t params = type < pr->types.count ? types[type].params : 0;
    gw_print_end_item(pr);
    pr->locals = gw_print_find_map(pr, PRINT_LOCALS, index);
    pr->labels = gw_print_find_map(pr, PRINT_LABELS, index);
    pr->label_count = 0;
    /* An inner label may have the name of an outer one. */
    for (uint32_t i = 0; i < pr->labels.count; i++) {
        size_t size = pr->labels.items[i].text.size;
        pr->labels.items[i].is_id = size > 0 && size <= PRINT_ID_MAX;
    }
    gw_print_typeuse(pr, type, &pr->locals, &pr->out);
    const uint8_t *start = code->at;
    print_locals(pr, code, params);
    if (!code->failed && !pr->failed)
        gw_print_body(pr, code, start);
    if (!code->failed && gw_reader_left(code) > 0)
        gw_reader_fail(code, GW_ERR_MALFORMED, code->at, "END opcode expected");
    gw_buf_u8(&pr->out, ')');
}

static void
print_code(struct gw_printer *pr)
{
    struct gw_reader *reader = &pr->reader, hints;
    struct gw_diag scratch;
    gw_diag_init(&scratch);
    gw_reader_init(&hints, pr->hints, 0, &scratch);
    uint32_t hints_left = pr->hints.size ? gw_read_u32(&hints) : 0;
    uint32_t hint_func = hints_left ? gw_read_u32(&hints) : UINT32_MAX;
    uint32_t count = gw_read_u32(reader);
    if (!reader->failed && count != pr->funcs.count - pr->counts[0])
        gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at,
                       "function and code section have inconsistent lengths");
    for (uint32_t i = 0; i < count && !reader->failed && !pr->failed; i++) {
        struct gw_reader code;
        struct gw_span bytes = gw_read_bytes(reader, gw_read_u32(reader));
        if (reader->failed)
            break;
        gw_reader_init(&code, bytes,
                       gw_reader_offset(reader, reader->at) - bytes.size,
                       pr->diag);
        gw_buf_text(&pr->out, "\n  ");
        pr->counts[0]++;
        find_hints(pr, &hints, &hints_left, &hint_func);
        pr->counts[0]--;
        print_func(pr, &code);
        pr->failed = pr->failed || code.failed;
    }
}

/* ---- the module --------------------------------------------------------------------------- */

static void
print_customs(struct gw_printer *pr, uint8_t after)
{
    const struct print_custom *customs = pr->customs.data;
    for (size_t i = 0; i < pr->customs.count; i++) {
        if (customs[i].after != after)
            continue;
        const char *place = after ? "last" : "first";
        for (int k = 0; k < WAT_RANKS && after; k++) {
            if (gw_wat_ranks[k].id == after)
                place = gw_wat_ranks[k].name;
        }
        gw_buf_text(&pr->out, "\n  (@custom ");
        gw_print_string(&pr->out, customs[i].name);
        gw_buf_print(&pr->out, " (%s %s) ", after ? "after" : "before", place);
        gw_print_string(&pr->out, customs[i].bytes);
        gw_buf_u8(&pr->out, ')');
    }
}

static void
print_item(struct gw_printer *pr, uint8_t id, uint32_t index)
{
    gw_buf_text(&pr->out, "\n  ");
    switch (id) {
    case 2:
        print_import(pr);
        break;
    case 4:
        print_table(pr);
        break;
    case 5:
        print_memory(pr);
        break;
    case 6:
        print_global(pr);
        break;
    case 7:
        print_export(pr);
        break;
    case 9:
        print_elem(pr, index);
        break;
    case 11:
        print_data(pr, index);
        break;
    default:
        print_tag(pr);
    }
}

static void
print_section(struct gw_printer *pr, uint8_t id)
{
    struct gw_reader *reader = &pr->reader;
    open_section(pr, id);
    if (id == 1) {
        gw_print_types(pr);
    } else if (id == 8) {
        gw_buf_text(&pr->out, "\n  (start ");
        gw_print_ref(&pr->out, &pr->names[WAT_NAME_FUNC], gw_read_u32(reader));
        gw_buf_u8(&pr->out, ')');
    } else if (id == 10) {
        print_code(pr);
    } else if (id == 3 || id == 12) {
        return; /* they say nothing that the others do not */
    } else {
        uint32_t count = gw_read_u32(reader);
        for (uint32_t i = 0; i < count && !reader->failed && !pr->failed; i++)
            print_item(pr, id, i);
    }
    if (!reader->failed && !pr->failed && gw_reader_left(reader) > 0)
        gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at,
                       "section size mismatch");
    pr->failed = pr->failed || reader->failed;
}

static void
print_module(struct gw_printer *pr)
{
    scan_sections(pr);
    if (!pr->failed && pr->sections[1].data) {
        open_section(pr, 1);
        gw_print_scan_types(pr);
        pr->failed = pr->failed || pr->reader.failed;
    }
    gw_buf_text(&pr->out, "(module");
    if (pr->module_name.data) {
        gw_buf_text(&pr->out, " (@name ");
        gw_print_string(&pr->out, pr->module_name);
        gw_buf_u8(&pr->out, ')');
    }
    print_customs(pr, 0);
    for (int rank = 0; rank < WAT_RANKS && !pr->failed; rank++) {
        uint8_t id = gw_wat_ranks[rank].id;
        if (id == 0)
            continue;
        /* Imported functions have been counted by now. */
        if (id == 3)
            scan_defined_funcs(pr);
        if (pr->sections[id].data && !pr->failed)
            print_section(pr, id);
        print_customs(pr, id);
    }
    print_customs(pr, AFTER_NAMES);
    gw_buf_text(&pr->out, ")\n");
    if (pr->out.failed)
        gw_print_nomem(pr);
}

static void
init(struct gw_printer *pr, struct gw_alloc *alloc)
{
    gw_arena_init(&pr->arena, alloc, SIZE_MAX);
    gw_arena_init(&pr->item_arena, alloc, SIZE_MAX);
    gw_buf_init(&pr->out, alloc);
    gw_buf_init(&pr->texts, alloc);
    gw_vec_init(&pr->customs, alloc, sizeof(struct print_custom));
    gw_vec_init(&pr->types, alloc, sizeof(struct print_type));
    gw_vec_init(&pr->funcs, alloc, sizeof(uint32_t));
    gw_vec_init(&pr->frames, alloc, sizeof(struct print_frame));
    gw_vec_init(&pr->nodes, alloc, sizeof(struct print_node));
    gw_vec_init(&pr->stack, alloc, sizeof(uint32_t));
    for (int i = 0; i < 3; i++)
        gw_vec_init(&pr->maps[i], alloc, sizeof(struct print_map));
}

static void
fini(struct gw_printer *pr)
{
    struct gw_vec *vecs[] = { &pr->customs, &pr->types,   &pr->funcs,
                              &pr->frames,  &pr->nodes,   &pr->stack,
                              &pr->maps[0], &pr->maps[1], &pr->maps[2] };
    for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++)
        gw_vec_fini(vecs[i]);
    gw_buf_fini(&pr->texts);
    gw_buf_fini(&pr->out);
    gw_arena_fini(&pr->arena);
    gw_arena_fini(&pr->item_arena);
}

/* Gives the text away in a block of its exact size. */
static enum gw_err
hand_over(struct gw_printer *pr, uint8_t **out, size_t *size)
{
    struct gw_buf *buf = &pr->out;
    uint8_t *data = gw_alloc_resize(pr->alloc, buf->data, buf->capacity,
                                    buf->size);
    if (!data)
        return gw_diag_report(pr->diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory");
    *out = data;
    *size = buf->size;
    buf->data = NULL;
    buf->size = buf->capacity = 0;
    return GW_OK;
}

enum gw_err
gw_wasm_to_wat(struct gw_span wasm, const struct gw_print_options *options,
               struct gw_alloc *alloc, struct gw_diag *diag, uint8_t **out,
               size_t *size)
{
    struct gw_diag own;
    struct gw_printer pr;
    memset(&pr, 0, sizeof pr);
    gw_diag_init(&own);
    pr.alloc = alloc;
    pr.diag = &own;
    pr.wasm = wasm;
    if (options)
        pr.options = *options;
    init(&pr, alloc);
    print_module(&pr);
    enum gw_err err = pr.failed ? own.err : hand_over(&pr, out, size);
    fini(&pr);
    if (err != GW_OK && diag && diag->err == GW_OK)
        *diag = own;
    return err;
}
