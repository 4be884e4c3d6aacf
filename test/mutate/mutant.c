#include "mutate/mutant.h"

/* Where a module's sections stand. */
enum { SECTIONS_MAX = 64 };

struct section {
    size_t start, payload, end; /* offsets of the id, the contents, the end */
    uint8_t id;
};

struct layout {
    struct section sections[SECTIONS_MAX];
    size_t count;
};

static uint64_t
read_leb(const uint8_t *data, size_t size, size_t *at)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < size && shift < 63; shift += 7) {
        uint8_t byte = data[(*at)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return value;
}

static void
find_sections(const uint8_t *data, size_t size, struct layout *layout)
{
    size_t at = 8;
    layout->count = 0;
    while (at < size && layout->count < SECTIONS_MAX) {
        struct section *section = &layout->sections[layout->count];
        section->start = at;
        section->id = data[at++];
        uint64_t length = read_leb(data, size, &at);
        if (length > size - at)
            return;
        section->payload = at;
        section->end = at += (size_t)length;
        layout->count++;
    }
}

/* Replaces the bytes from start to end. */
static void
replace(struct bytes *bytes, size_t start, size_t end, const void *data,
        size_t size)
{
    struct bytes out = { 0 };
    bytes_add(&out, bytes->data, start);
    bytes_add(&out, data, size);
    bytes_add(&out, bytes->data + end, bytes->size - end);
    bytes_free(bytes);
    *bytes = out;
}

/* ---- small changes, anywhere in a range ---- */

/* Bytes that mean much: the ends of numbers, types, prefixes, `end`. */
static const uint8_t telling[] = { 0x00, 0x01, 0x02, 0x7f, 0x80, 0xff, 0x0b,
                                   0x40, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f,
                                   0x64, 0x63, 0xfb, 0xfc, 0xfd, 0xfe, 0x1f };

/* Numbers on the edge, and past it: too long, too large, unused bits set. */
static const struct {
    const char *bytes;
    size_t size;
} numbers[] = {
#define NUMBER(bytes) { bytes, sizeof(bytes) - 1 }
    NUMBER("\xff\xff\xff\xff\x0f"),
    NUMBER("\xff\xff\xff\xff\x07"),
    NUMBER("\xff\xff\xff\xff\xff\x00"),
    NUMBER("\x80\x80\x80\x80\x10"),
    NUMBER("\x80\x80\x80\x80\x00"),
    NUMBER("\x80\x80\x80\x80\x80\x80\x00"),
    NUMBER("\x80\x80\x80\x80\x78"),
    NUMBER("\x80\x80\x04"),
    NUMBER("\xff\xff\x03"),
    NUMBER("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    NUMBER("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"),
    NUMBER("\x7f"),
    NUMBER("\x80\x00"),
    NUMBER("\xc0\x84\x3d"),
    NUMBER("\x80\x80\x80\x40"),
#undef NUMBER
};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static void
change_bytes(struct random *random, struct bytes *bytes, size_t start,
             size_t end)
{
    size_t at = start + random_below(random, end - start);
    size_t size = 1 + random_below(random, 8);
    uint8_t fill[8];

    if (start >= end)
        return;
    if (size > end - at)
        size = end - at;
    switch (random_below(random, 7)) {
    case 0:
    case 1:
        bytes->data[at] ^= (uint8_t)(1u << random_below(random, 8));
        break;
    case 2:
        bytes->data[at] = telling[random_below(random, sizeof(telling))];
        break;
    case 3:
        bytes->data[at] = (uint8_t)random_next(random);
        break;
    case 4:
        replace(bytes, at, at + size, NULL, 0);
        break;
    case 5:
        for (size_t i = 0; i < size; i++)
            fill[i] = (uint8_t)random_next(random);
        replace(bytes, at, at, fill, size);
        break;
    default: {
        size_t after = at, n = random_below(random, NUMBERS);
        read_leb(bytes->data, end, &after);
        replace(bytes, at, after, numbers[n].bytes, numbers[n].size);
    }
    }
}

static void
change_anywhere(struct random *random, struct bytes *bytes)
{
    for (size_t n = 1 + random_below(random, 4); n > 0; n--)
        change_bytes(random, bytes, 0, bytes->size);
}

static void
truncate_module(struct random *random, struct bytes *bytes)
{
    bytes->size = random_below(random, bytes->size);
}

/* ---- changes that keep the sizes around them right ---- */

/* A copy of one section whose contents change; sizes are counted again. */
static void
change_section(struct random *random, struct bytes *bytes)
{
    struct layout layout;
    find_sections(bytes->data, bytes->size, &layout);
    if (layout.count == 0)
        return;
    struct section section =
        layout.sections[random_below(random, layout.count)];
    struct bytes contents = { 0 }, whole = { 0 };
    bytes_add(&contents, bytes->data + section.payload,
              section.end - section.payload);
    for (size_t n = 1 + random_below(random, 3); n > 0; n--)
        change_bytes(random, &contents, 0, contents.size);
    bytes_add(&whole, &section.id, 1);
    bytes_add_u32(&whole, (uint32_t)contents.size);
    bytes_add(&whole, contents.data, contents.size);
    replace(bytes, section.start, section.end, whole.data, whole.size);
    bytes_free(&contents);
    bytes_free(&whole);
}

/* The same for one function body.  Most valid mutants come from here. */
static void
change_body(struct random *random, struct bytes *bytes)
{
    struct layout layout;
    struct bytes code = { 0 }, body = { 0 };
    find_sections(bytes->data, bytes->size, &layout);
    for (size_t i = 0; i < layout.count; i++) {
        struct section section = layout.sections[i];
        if (section.id != 10)
            continue;
        size_t at = section.payload;
        uint32_t count = (uint32_t)read_leb(bytes->data, section.end, &at);
        size_t chosen = random_below(random, count);
        for (uint32_t f = 0; f < count && at < section.end; f++) {
            size_t size = (size_t)read_leb(bytes->data, section.end, &at);
            if (size > section.end - at)
                size = section.end - at;
            body.size = 0;
            bytes_add(&body, bytes->data + at, size);
            for (size_t n = 1 + random_below(random, 3); f == chosen && n > 0;
                 n--)
                change_bytes(random, &body, body.size > 2, body.size);
            bytes_add_u32(&code, (uint32_t)body.size);
            bytes_add(&code, body.data, body.size);
            at += size;
        }
        struct bytes whole = { 0 };
        bytes_add_section(&whole, 10, count, code.data, code.size);
        replace(bytes, section.start, section.end, whole.data, whole.size);
        bytes_free(&whole);
        break;
    }
    bytes_free(&code);
    bytes_free(&body);
}

/* A section twice, not at all, or in another place. */
static void
move_section(struct random *random, struct bytes *bytes)
{
    struct layout layout;
    find_sections(bytes->data, bytes->size, &layout);
    if (layout.count == 0)
        return;
    struct section from = layout.sections[random_below(random, layout.count)];
    struct section to = layout.sections[random_below(random, layout.count)];
    size_t way = random_below(random, 3);
    struct bytes copy = { 0 };
    bytes_add(&copy, bytes->data + from.start, from.end - from.start);
    if (way != 0) /* else it stays where it is, too */
        replace(bytes, from.start, from.end, NULL, 0);
    if (way != 0 && to.start > from.start)
        to.start -= copy.size;
    if (way != 1) /* else it is gone */
        replace(bytes, to.start, to.start, copy.data, copy.size);
    bytes_free(&copy);
}

/* A piece of another module, over or between the bytes of this one. */
static void
splice(struct random *random, struct bytes *bytes, const struct seed *other)
{
    size_t from = random_below(random, other->size);
    size_t size = random_below(random, other->size - from) % 200;
    size_t at = random_below(random, bytes->size);
    size_t end = at;
    if (random_below(random, 2) && size <= bytes->size - at)
        end += size;
    replace(bytes, at, end, other->bytes + from, size);
}

/* ---- mutants ---- */

/* A section of another module in place of the one of the same kind. */
static void
graft(struct random *random, struct bytes *bytes, const struct seed *other)
{
    struct layout here, there;
    find_sections(bytes->data, bytes->size, &here);
    find_sections(other->bytes, other->size, &there);
    if (here.count == 0 || there.count == 0)
        return;
    struct section from = there.sections[random_below(random, there.count)];
    for (size_t i = 0; i < here.count; i++)
        if (here.sections[i].id == from.id) {
            replace(bytes, here.sections[i].start, here.sections[i].end,
                    other->bytes + from.start, from.end - from.start);
            return;
        }
}

const struct seed *
mutant_make(const struct seeds *seeds, uint64_t number, struct bytes *out)
{
    struct random random = { number * 0x2545f4914f6cdd1d };
    const struct seed *seed = &seeds->list[random_below(&random, seeds->count)];
    const struct seed *other =
        &seeds->list[random_below(&random, seeds->count)];

    bytes_add(out, seed->bytes, seed->size);
    switch (random_below(&random, 16)) {
    case 0:
    case 1:
    case 2:
        change_anywhere(&random, out);
        break;
    case 3:
        truncate_module(&random, out);
        break;
    case 4:
    case 5:
        change_section(&random, out);
        break;
    case 6:
        move_section(&random, out);
        break;
    case 7:
        splice(&random, out, other);
        break;
    case 8:
        graft(&random, out, other);
        break;
    default:
        change_body(&random, out);
    }
    return seed;
}
