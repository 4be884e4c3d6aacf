#include "text/printer.h"
#include "text/wat_parser.h"

enum { SIGNATURE_REPEATED = 8 };

static bool
fail(struct gw_reader *reader, const char *why)
{
    return gw_reader_fail(reader, GW_ERR_MALFORMED, reader->at, "%s", why);
}

/* ---- value types --------------------------------------------------------------- */

void
gw_print_heaptype(struct gw_printer *pr, struct gw_reader *reader,
                  struct gw_buf *out)
{
    int64_t value = gw_read_s33(reader);
    if (value >= 0) {
        gw_print_ref(out, &pr->names[WAT_NAME_TYPE], (uint32_t)value);
        return;
    }
    const char *name = gw_wat_heap_name((uint8_t)(value & 0x7f));
    if (name && value >= -64)
        gw_buf_text(out, name);
    else
        fail(reader, "malformed heap type");
}

void
gw_print_valtype_code(struct gw_printer *pr, struct gw_reader *reader,
                      uint8_t code, struct gw_buf *out)
{
    const char *name = gw_wat_number_name(code);
    if (!name)
        name = gw_wat_ref_name(code);
    if (name) {
        gw_buf_text(out, name);
    } else if (code == 0x63 || code == 0x64) {
        gw_buf_text(out, code == 0x63 ? "(ref null " : "(ref ");
        gw_print_heaptype(pr, reader, out);
        gw_buf_u8(out, ')');
    } else {
        fail(reader, "malformed value type");
    }
}

void
gw_print_valtype(struct gw_printer *pr, struct gw_reader *reader,
                 struct gw_buf *out)
{
    gw_print_valtype_code(pr, reader, gw_read_u8(reader), out);
}

uint32_t
gw_print_valtypes(struct gw_printer *pr, struct gw_reader *reader,
                  struct gw_buf *out)
{
    uint32_t count = gw_read_u32(reader);
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        gw_buf_u8(out, ' ');
        gw_print_valtype(pr, reader, out);
    }
    return count;
}

/* ---- function types --------------------------------------------------------------- */

/* Parameters: those with a name stand alone. */
static void
print_params(struct gw_printer *pr, struct gw_reader *reader,
             const struct print_names *locals, struct gw_buf *out)
{
    uint32_t count = gw_read_u32(reader);
    bool open = false;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        bool named = locals && i < locals->count && locals->items[i].text.data;
        if (named && open)
            gw_buf_u8(out, ')');
        if (named || !open)
            gw_buf_text(out, " (param");
        if (named)
            gw_print_id(out, locals, i);
        gw_buf_u8(out, ' ');
        gw_print_valtype(pr, reader, out);
        if (named)
            gw_buf_u8(out, ')');
        open = !named;
    }
    if (open)
        gw_buf_u8(out, ')');
}

void
gw_print_signature(struct gw_printer *pr, struct gw_reader *reader,
                   const struct print_names *locals, struct gw_buf *out)
{
    print_params(pr, reader, locals, out);
    if (gw_reader_left(reader) > 0 && *reader->at == 0) {
        gw_read_u8(reader);
        return;
    }
    gw_buf_text(out, " (result");
    gw_print_valtypes(pr, reader, out);
    gw_buf_u8(out, ')');
}

void
gw_print_typeuse(struct gw_printer *pr, uint32_t type,
                 const struct print_names *locals, struct gw_buf *out)
{
    const struct print_type *types = pr->types.data;
    gw_buf_text(out, " (type ");
    gw_print_ref(out, &pr->names[WAT_NAME_TYPE], type);
    gw_buf_u8(out, ')');
    if (type >= pr->types.count || !types[type].signature.data)
        return;
    /* A long signature is repeated only to name its parameters: a module
     * must not become a thousand times its size. */
    uint64_t length = (uint64_t)types[type].params + types[type].results;
    if (length <= SIGNATURE_REPEATED || (locals && locals->count > 0)) {
        struct gw_reader reader;
        gw_reader_init(&reader, types[type].signature, types[type].offset,
                       pr->diag);
        gw_print_signature(pr, &reader, locals, out);
        pr->failed = pr->failed || reader.failed;
    }
}

/* ---- definitions ----------------------------------------------------------------------- */

static void
print_mutable(struct gw_printer *pr, struct gw_reader *reader,
              struct gw_buf *out)
{
    size_t start = out->size;
    gw_print_valtype(pr, reader, out);
    uint8_t flag = gw_read_u8(reader);
    if (flag > 1)
        fail(reader, "malformed mutability");
    if (flag != 1 || out->failed)
        return;
    /* The type is known only now: move it behind "(mut ". */
    size_t size = out->size - start;
    gw_buf_text(out, "(mut ");
    if (out->failed)
        return;
    memmove(out->data + start + 5, out->data + start, size);
    memcpy(out->data + start, "(mut ", 5);
    gw_buf_u8(out, ')');
}

void
gw_print_globaltype(struct gw_printer *pr, struct gw_reader *reader,
                    struct gw_buf *out)
{
    gw_buf_u8(out, ' ');
    print_mutable(pr, reader, out);
}

static void
print_struct(struct gw_printer *pr, struct gw_reader *reader, uint32_t type,
             struct gw_buf *out)
{
    gw_print_end_item(pr);
    struct print_names fields = gw_print_find_map(pr, PRINT_FIELDS, type);
    uint32_t count = gw_read_u32(reader);
    gw_buf_text(out, "(struct");
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        gw_buf_text(out, " (field");
        gw_print_id(out, &fields, i);
        gw_buf_u8(out, ' ');
        print_mutable(pr, reader, out);
        gw_buf_u8(out, ')');
    }
    gw_buf_u8(out, ')');
}

static void
print_composite(struct gw_printer *pr, struct gw_reader *reader, uint8_t code,
                uint32_t type, struct gw_buf *out)
{
    switch (code) {
    case 0x60:
        gw_buf_text(out, "(func");
        gw_print_signature(pr, reader, NULL, out);
        gw_buf_u8(out, ')');
        break;
    case 0x5f:
        print_struct(pr, reader, type, out);
        break;
    case 0x5e:
        gw_buf_text(out, "(array ");
        print_mutable(pr, reader, out);
        gw_buf_u8(out, ')');
        break;
    case 0x5d:
        gw_buf_text(out, "(cont ");
        gw_print_heaptype(pr, reader, out);
        gw_buf_u8(out, ')');
        break;
    default:
        fail(reader, "malformed definition type");
    }
}

static void
print_sub(struct gw_printer *pr, struct gw_reader *reader, uint32_t type,
          uint8_t code, struct gw_buf *out)
{
    gw_buf_text(out, "(type");
    gw_print_id(out, &pr->names[WAT_NAME_TYPE], type);
    gw_buf_print(out, " (;%u;) ", (unsigned)type);
    bool sub = code == 0x50 || code == 0x4f;
    if (sub) {
        gw_buf_text(out, code == 0x4f ? "(sub final " : "(sub ");
        for (uint32_t n = gw_read_u32(reader); n > 0 && !reader->failed; n--) {
            gw_print_ref(out, &pr->names[WAT_NAME_TYPE], gw_read_u32(reader));
            gw_buf_u8(out, ' ');
        }
        code = gw_read_u8(reader);
    }
    print_composite(pr, reader, code, type, out);
    gw_buf_text(out, sub ? "))" : ")");
}

void
gw_print_types(struct gw_printer *pr)
{
    struct gw_reader *reader = &pr->reader;
    struct gw_buf *out = &pr->out;
    uint32_t type = 0;
    for (uint32_t n = gw_read_u32(reader); n > 0 && !reader->failed; n--) {
        uint8_t code = gw_read_u8(reader);
        if (code != 0x4e) {
            gw_buf_text(out, "\n  ");
            print_sub(pr, reader, type++, code, out);
            continue;
        }
        gw_buf_text(out, "\n  (rec");
        for (uint32_t k = gw_read_u32(reader); k > 0 && !reader->failed; k--) {
            gw_buf_text(out, "\n    ");
            print_sub(pr, reader, type++, gw_read_u8(reader), out);
        }
        gw_buf_u8(out, ')');
    }
}

/* ---- the first walk --------------------------------------------------------------------- */

static uint32_t
skip_valtypes(struct gw_reader *reader)
{
    uint32_t count = gw_read_u32(reader);
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        uint8_t code = gw_read_u8(reader);
        if (code == 0x63 || code == 0x64)
            gw_read_s33(reader);
    }
    return count;
}

static void
skip_field(struct gw_reader *reader)
{
    uint8_t code = gw_read_u8(reader);
    if (code == 0x63 || code == 0x64)
        gw_read_s33(reader);
    gw_read_u8(reader);
}

static void
scan_sub(struct gw_printer *pr, struct gw_reader *reader, uint8_t code)
{
    struct print_type *type = gw_vec_push(&pr->types);
    if (!type) {
        gw_print_nomem(pr);
        return;
    }
    if (code == 0x50 || code == 0x4f) {
        for (uint32_t n = gw_read_u32(reader); n > 0 && !reader->failed; n--)
            gw_read_u32(reader);
        code = gw_read_u8(reader);
    }
    if (code == 0x60) {
        const uint8_t *start = reader->at;
        type->offset = gw_reader_offset(reader, start);
        type->params = skip_valtypes(reader);
        type->results = skip_valtypes(reader);
        type->signature = gw_span(start, (size_t)(reader->at - start));
    } else if (code == 0x5f) {
        type->fields = gw_read_u32(reader);
        for (uint32_t i = 0; i < type->fields && !reader->failed; i++)
            skip_field(reader);
    } else if (code == 0x5e) {
        skip_field(reader);
    } else if (code == 0x5d) {
        gw_read_s33(reader);
    } else {
        fail(reader, "malformed definition type");
    }
}

void
gw_print_scan_types(struct gw_printer *pr)
{
    struct gw_reader *reader = &pr->reader;
    for (uint32_t n = gw_read_u32(reader); n > 0 && !reader->failed; n--) {
        uint8_t code = gw_read_u8(reader);
        if (code != 0x4e) {
            scan_sub(pr, reader, code);
            continue;
        }
        for (uint32_t k = gw_read_u32(reader); k > 0 && !reader->failed; k--)
            scan_sub(pr, reader, gw_read_u8(reader));
        if (pr->failed)
            return;
    }
}

/* ---- limits ------------------------------------------------------------------------------- */

/* Writes what stands before the element type of a table, or all of it. */
static void
print_limits(struct gw_reader *reader, struct gw_buf *out)
{
    uint32_t flags = gw_read_u32(reader);
    if (flags & 4)
        gw_buf_text(out, " i64");
    gw_buf_print(out, " %llu", (unsigned long long)gw_read_u64(reader));
    if (flags & 1)
        gw_buf_print(out, " %llu", (unsigned long long)gw_read_u64(reader));
    if (flags & 2)
        gw_buf_text(out, " shared");
    if (flags & 8) {
        uint32_t log2 = gw_read_u32(reader);
        if (log2 > 63) {
            fail(reader, "invalid custom page size");
            return;
        }
        gw_buf_print(out, " (pagesize %llu)", 1ull << log2);
    }
    if (flags > 15)
        fail(reader, "malformed limits flags");
}

void
gw_print_memtype(struct gw_printer *pr, struct gw_reader *reader,
                 struct gw_buf *out)
{
    (void)pr;
    print_limits(reader, out);
}

void
gw_print_tabletype(struct gw_printer *pr, struct gw_reader *reader,
                   struct gw_buf *out)
{
    struct gw_buf elem;
    gw_buf_init(&elem, pr->alloc);
    gw_print_valtype(pr, reader, &elem);
    print_limits(reader, out);
    gw_buf_u8(out, ' ');
    gw_buf_bytes(out, gw_buf_span(&elem));
    if (elem.failed)
        gw_print_nomem(pr);
    gw_buf_fini(&elem);
}
