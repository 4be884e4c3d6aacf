#include "text/lex.h"
#include "text/printer.h"

#include "base/utf8.h"

void
gw_print_nomem(struct gw_printer *pr)
{
    if (!pr->failed)
        gw_diag_report(pr->diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
    pr->failed = true;
}

/* ---- the name section --------------------------------------------------------- */

/* Reads a name map.  Entries out of order or too far out are left out: names
 * are for people, and must not cost more than they take. */
static struct print_names
read_map(struct gw_printer *pr, struct gw_arena *arena, struct gw_span bytes)
{
    struct print_names names = { NULL, 0 };
    struct gw_diag scratch;
    struct gw_reader reader;
    struct gw_map seen;
    gw_diag_init(&scratch);
    gw_reader_init(&reader, bytes, 0, &scratch);
    gw_map_init(&seen, pr->alloc, (uint64_t)(uintptr_t)pr);
    uint32_t entries = gw_read_u32(&reader), capacity = 0;
    for (uint32_t i = 0; i < entries && !reader.failed; i++) {
        uint32_t index = gw_read_u32(&reader);
        struct gw_span text = gw_read_name(&reader);
        if (reader.failed || index < names.count)
            break;
        if (index >= capacity) {
            /* Twice the entries are room enough; gaps cost no more. */
            uint64_t room = 2 * (uint64_t)bytes.size + 16;
            if (names.items || index >= room)
                break;
            names.items = gw_arena_array(arena, (size_t)room,
                                         sizeof *names.items);
            if (!names.items) {
                gw_print_nomem(pr);
                break;
            }
            capacity = (uint32_t)(room < UINT32_MAX ? room : UINT32_MAX);
        }
        names.count = index + 1;
        uint32_t old = i;
        gw_map_put(&seen, text, i, &old);
        names.items[index].text = text;
        names.items[index].is_id = old == i && text.size > 0 &&
                                   text.size <= PRINT_ID_MAX;
    }
    gw_map_fini(&seen);
    return names;
}

static void
read_indirect(struct gw_printer *pr, uint32_t which, struct gw_span bytes)
{
    struct gw_diag scratch;
    struct gw_reader reader;
    gw_diag_init(&scratch);
    gw_reader_init(&reader, bytes, 0, &scratch);
    for (uint32_t n = gw_read_u32(&reader); n > 0 && !reader.failed; n--) {
        struct print_map map;
        map.index = gw_read_u32(&reader);
        map.bytes = gw_span(reader.at, gw_reader_left(&reader));
        uint32_t entries = gw_read_u32(&reader);
        for (; entries > 0 && !reader.failed; entries--) {
            gw_read_u32(&reader);
            gw_read_bytes(&reader, gw_read_u32(&reader));
        }
        if (reader.failed)
            break;
        map.bytes.size = (size_t)(reader.at - map.bytes.data);
        struct print_map *slot = gw_vec_push(&pr->maps[which]);
        if (!slot) {
            gw_print_nomem(pr);
            break;
        }
        *slot = map;
    }
}

void
gw_print_read_names(struct gw_printer *pr, struct gw_span section)
{
    struct gw_diag scratch;
    struct gw_reader reader;
    gw_diag_init(&scratch);
    gw_reader_init(&reader, section, 0, &scratch);
    while (gw_reader_left(&reader) > 0 && !reader.failed) {
        uint8_t id = gw_read_u8(&reader);
        struct gw_span bytes = gw_read_bytes(&reader, gw_read_u32(&reader));
        struct gw_reader inner;
        if (reader.failed || id >= PRINT_NAMES)
            continue;
        if (id == 0) {
            gw_reader_init(&inner, bytes, 0, &scratch);
            pr->module_name = gw_read_name(&inner);
        } else if (id == 2 || id == 3 || id == 10) {
            read_indirect(pr, id == 10 ? PRINT_FIELDS : id - 2u, bytes);
        } else {
            pr->names[id] = read_map(pr, &pr->arena, bytes);
        }
    }
}

void
gw_print_end_item(struct gw_printer *pr)
{
    gw_arena_fini(&pr->item_arena);
    gw_arena_init(&pr->item_arena, pr->alloc, SIZE_MAX);
}

struct print_names
gw_print_find_map(struct gw_printer *pr, uint32_t which, uint32_t index)
{
    struct print_names none = { NULL, 0 };
    const struct print_map *maps = pr->maps[which].data;
    size_t *cursor = &pr->map_cursor[which];
    while (*cursor < pr->maps[which].count && maps[*cursor].index < index)
        ++*cursor;
    if (*cursor == pr->maps[which].count || maps[*cursor].index != index)
        return none;
    return read_map(pr, &pr->item_arena, maps[*cursor].bytes);
}

/* ---- strings and identifiers ----------------------------------------------------- */

/* Appends bytes between quotes.  What is UTF-8 and visible stands for itself
 * when the whole is UTF-8; other bytes are escaped. */
void
gw_print_string(struct gw_buf *out, struct gw_span bytes)
{
    bool text = gw_utf8_check(bytes) == bytes.size;
    gw_buf_u8(out, '"');
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = bytes.data[i];
        bool plain = byte >= 0x20 && byte < 0x7f;
        if (byte == '"' || byte == '\\') {
            gw_buf_u8(out, '\\');
            gw_buf_u8(out, byte);
        } else if (plain || (text && byte >= 0x80)) {
            gw_buf_u8(out, byte);
        } else {
            static const char digits[] = "0123456789abcdef";
            gw_buf_u8(out, '\\');
            gw_buf_u8(out, (uint8_t)digits[byte >> 4]);
            gw_buf_u8(out, (uint8_t)digits[byte & 15]);
        }
    }
    gw_buf_u8(out, '"');
}

static void
put_id(struct gw_buf *out, struct gw_span name)
{
    gw_buf_u8(out, '$');
    for (size_t i = 0; i < name.size; i++) {
        if (!gw_lex_is_idchar(name.data[i])) {
            gw_print_string(out, name);
            return;
        }
    }
    gw_buf_bytes(out, name);
}

static const struct print_name *
find(const struct print_names *names, uint32_t index)
{
    if (!names || index >= names->count || !names->items[index].text.data)
        return NULL;
    return &names->items[index];
}

void
gw_print_id(struct gw_buf *out, const struct print_names *names, uint32_t index)
{
    const struct print_name *name = find(names, index);
    if (!name)
        return;
    if (name->is_id) {
        gw_buf_u8(out, ' ');
        put_id(out, name->text);
    } else {
        gw_buf_text(out, " (@name ");
        gw_print_string(out, name->text);
        gw_buf_u8(out, ')');
    }
}

void
gw_print_ref(struct gw_buf *out, const struct print_names *names,
             uint32_t index)
{
    const struct print_name *name = find(names, index);
    if (name && name->is_id)
        put_id(out, name->text);
    else
        gw_buf_dec(out, index);
}
