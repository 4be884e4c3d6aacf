#include "wasi/image.h"

#include "base/utf8.h"

enum { MODE_TYPE = 0170000, MODE_LINK = 0120000 };

struct image {
    struct gw_tree *tree;
    struct gw_span bytes;
    struct gw_diag *diag;
};

/* ---- what both have in common ---- */

static enum gw_err
malformed(const struct image *image, size_t at, const char *what)
{
    return gw_diag_report(image->diag, GW_ERR_MALFORMED, at, "%s", what);
}

static enum gw_err
outcome(const struct image *image, size_t at, struct gw_span path,
        enum gw_oserr err)
{
    char name[80];
    if (err == GW_OSERR_OK)
        return GW_OK;
    gw_utf8_print(path, name, sizeof name);
    if (err == GW_OSERR_NOSPC)
        return gw_diag_report(image->diag, GW_ERR_LIMIT, at,
                              "%s: the image is larger than it may be", name);
    if (err == GW_OSERR_PERM)
        return gw_diag_report(image->diag, GW_ERR_MALFORMED, at,
                              "%s leads out of the image", name);
    return gw_diag_report(image->diag, GW_ERR_MALFORMED, at, "%s: %s", name,
                          gw_oserr_text(err));
}

static bool
is_text(struct gw_span text)
{
    return gw_utf8_check(text) == text.size &&
           (text.size == 0 || !memchr(text.data, '\0', text.size));
}

static enum gw_err
add(const struct image *image, size_t at, struct gw_span path,
    const struct gw_tree_item *item)
{
    bool link = item->type == GW_FILETYPE_SYMLINK;
    if (path.size > GW_PATH_MAX || (link && item->bytes.size > GW_PATH_MAX))
        return outcome(image, at, path, GW_OSERR_NAMETOOLONG);
    if (!is_text(path) || (link && !is_text(item->bytes)))
        return malformed(image, at, "a name is not UTF-8");
    return outcome(image, at, path, gw_tree_add(image->tree, path, item));
}

/* ---- tar ---- */

enum { BLOCK = 512 };

/* What extension headers say about the next file. */
struct extended {
    struct gw_span path, target; /* size 0: nothing */
    uint64_t size;
    bool has_size;
};

/* A number in octal, or in binary when the first bit is set. */
static bool
tar_number(const uint8_t *field, size_t size, uint64_t *out)
{
    uint64_t value = 0;
    if (field[0] & 0x80) {
        for (size_t i = 0; i < size; i++) {
            uint8_t byte = i == 0 ? field[0] & 0x7f : field[i];
            if (value >> 56)
                return false;
            value = value << 8 | byte;
        }
        *out = value;
        return true;
    }
    size_t i = 0;
    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (uint64_t)(field[i] - '0');
    *out = value;
    return i == size || field[i] == '\0' || field[i] == ' ';
}

static bool
tar_sum_is_good(const uint8_t *header)
{
    uint64_t said, sum = 8 * ' ';
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= 148 && i < 156 ? 0 : header[i];
    return tar_number(header + 148, 8, &said) && said == sum;
}

static struct gw_span
tar_text(const uint8_t *field, size_t size)
{
    const uint8_t *end = memchr(field, '\0', size);
    return gw_span(field, end ? (size_t)(end - field) : size);
}

/* "LENGTH KEY=VALUE\n", again and again; the length counts itself. */
static bool
read_pax(struct gw_span text, struct extended *extended)
{
    while (text.size > 0) {
        size_t length = 0, i = 0;
        for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9' &&
               length < text.size;
             i++)
            length = length * 10 + (size_t)(text.data[i] - '0');
        if (i == 0 || i >= text.size || text.data[i] != ' ' ||
            length > text.size || length < i + 3 ||
            text.data[length - 1] != '\n')
            return false;
        struct gw_span pair = gw_span(text.data + i + 1, length - i - 2);
        const uint8_t *sign = memchr(pair.data, '=', pair.size);
        if (!sign)
            return false;
        struct gw_span key = gw_span(pair.data, (size_t)(sign - pair.data));
        struct gw_span value = gw_span(sign + 1, pair.size - key.size - 1);
        if (gw_span_equal(key, gw_span_str("path")))
            extended->path = value;
        else if (gw_span_equal(key, gw_span_str("linkpath")))
            extended->target = value;
        else if (gw_span_equal(key, gw_span_str("size"))) {
            extended->has_size = true;
            extended->size = 0;
            for (size_t k = 0; k < value.size; k++) {
                if (value.data[k] < '0' || value.data[k] > '9' ||
                    extended->size > UINT64_MAX / 16)
                    return false;
                extended->size = extended->size * 10 +
                                 (uint64_t)(value.data[k] - '0');
            }
        }
        text = gw_span(text.data + length, text.size - length);
    }
    return true;
}

/* A file, directory or link; what else there is (devices, pipes) is left
 * out, for a guest could do nothing with it. */
static enum gw_err
add_tar(const struct image *image, size_t at, struct gw_span data,
        const struct extended *extended)
{
    const uint8_t *header = image->bytes.data + at;
    struct gw_span name = tar_text(header, 100), path = name;
    struct gw_span target = tar_text(header + 157, 100);
    char joined[256 + 2];
    uint64_t time = 0;
    (void)tar_number(header + 136, 12, &time);
    bool ustar = memcmp(header + 257, "ustar\0", 6) == 0;
    if (extended->path.size > 0) {
        path = extended->path;
    } else if (ustar && header[345] != '\0') {
        struct gw_span prefix = tar_text(header + 345, 155);
        memcpy(joined, prefix.data, prefix.size);
        joined[prefix.size] = '/';
        memcpy(joined + prefix.size + 1, name.data, name.size);
        path = gw_span(joined, prefix.size + 1 + name.size);
    }
    if (extended->target.size > 0)
        target = extended->target;
    struct gw_tree_item item = { .modify_ns = time > UINT32_MAX
                                                  ? 0
                                                  : time * 1000000000 };
    switch (header[156]) {
    case '0':
    case '\0':
    case '7':
        item.type = GW_FILETYPE_REGULAR;
        item.bytes = data;
        /* The oldest kind of tar says with a slash that it is a directory. */
        if (path.size > 0 && path.data[path.size - 1] == '/')
            item.type = GW_FILETYPE_DIRECTORY;
        break;
    case '1':
        if (path.size > GW_PATH_MAX || !is_text(path))
            return malformed(image, at, "a name is not UTF-8");
        return outcome(image, at, path,
                       gw_tree_add_link(image->tree, path, target));
    case '2':
        item.type = GW_FILETYPE_SYMLINK;
        item.bytes = target;
        break;
    case '5':
        item.type = GW_FILETYPE_DIRECTORY;
        break;
    default:
        return GW_OK;
    }
    return add(image, at, path, &item);
}

static bool
is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

static enum gw_err
load_tar(const struct image *image)
{
    struct gw_span bytes = image->bytes;
    struct extended extended = { 0 };
    for (size_t at = 0; bytes.size - at >= BLOCK;) {
        const uint8_t *header = bytes.data + at;
        uint64_t size;
        enum gw_err err = GW_OK;
        if (is_zero(header))
            return GW_OK;
        if (!tar_sum_is_good(header) || !tar_number(header + 124, 12, &size))
            return malformed(image, at, "a tar header is damaged");
        char kind = (char)header[156];
        bool links = kind == '1' || kind == '2' || kind == '5';
        if (extended.has_size && kind != 'x' && kind != 'g')
            size = extended.size;
        if (links)
            size = 0;
        if (size > bytes.size - at - BLOCK)
            return malformed(image, at, "a tar file is cut off");
        struct gw_span data = gw_span(header + BLOCK, (size_t)size);
        if (kind == 'x' && !read_pax(data, &extended))
            return malformed(image, at, "a pax header is damaged");
        if (kind == 'L')
            extended.path = tar_text(data.data, data.size);
        else if (kind == 'K')
            extended.target = tar_text(data.data, data.size);
        else if (kind != 'x' && kind != 'g') {
            err = add_tar(image, at, data, &extended);
            extended = (struct extended){ 0 };
        }
        if (err != GW_OK)
            return err;
        size_t padded = ((size_t)size + BLOCK - 1) / BLOCK * BLOCK;
        if (padded > bytes.size - at - BLOCK)
            return GW_OK;
        at += BLOCK + padded;
    }
    return GW_OK;
}

/* ---- zip ---- */

enum { LOCAL_SIZE = 30, CENTRAL_SIZE = 46, END_SIZE = 22 };

static uint32_t
get_u16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t
get_u32(const uint8_t *at)
{
    return get_u16(at) | get_u16(at + 2) << 16;
}

static bool
is_signed(const uint8_t *at, char a, char b)
{
    return at[0] == 'P' && at[1] == 'K' && at[2] == a && at[3] == b;
}

/* The bytes of an entry: they lie behind a local header, which has a name and
 * an extra field of its own length. */
static enum gw_err
find_data(const struct image *image, size_t at, const uint8_t *entry,
          struct gw_span *out)
{
    struct gw_span bytes = image->bytes;
    size_t local = get_u32(entry + 42), size = get_u32(entry + 20);
    if (local > bytes.size || bytes.size - local < LOCAL_SIZE ||
        !is_signed(bytes.data + local, 3, 4))
        return malformed(image, at, "a zip entry points to no file");
    const uint8_t *header = bytes.data + local;
    size_t skip = LOCAL_SIZE + get_u16(header + 26) + get_u16(header + 28);
    if (skip > bytes.size - local || size > bytes.size - local - skip)
        return malformed(image, at, "a zip file is cut off");
    *out = gw_span(header + skip, size);
    return GW_OK;
}

/* MS-DOS has years from 1980, two seconds at a time, and no time zone; to it
 * every fourth year is a leap year. */
static uint64_t
dos_time_ns(uint32_t date, uint32_t time)
{
    static const uint16_t before[12] = { 0,   31,  59,  90,  120, 151,
                                         181, 212, 243, 273, 304, 334 };
    uint32_t year = date >> 9, month = (date >> 5 & 15), day = date & 31;
    if (month < 1 || month > 12 || day < 1)
        return 0;
    uint64_t days = 3652 + year * 365 + (year + 3) / 4 + before[month - 1] +
                    day - 1;
    if (year % 4 == 0 && month > 2)
        days++;
    uint64_t seconds = (time >> 11) * 3600 + (time >> 5 & 63) * 60 +
                       (time & 31) * 2;
    return (days * 86400 + seconds) * 1000000000;
}

static enum gw_err
add_zip(const struct image *image, size_t at)
{
    const uint8_t *entry = image->bytes.data + at;
    struct gw_span path = gw_span(entry + CENTRAL_SIZE, get_u16(entry + 28));
    uint32_t flags = get_u16(entry + 8), method = get_u16(entry + 10);
    uint32_t made_by = entry[5], mode = get_u32(entry + 38) >> 16;
    struct gw_tree_item item = { .type = GW_FILETYPE_REGULAR,
                                 .crc = get_u32(entry + 16),
                                 .unpacked_size = get_u32(entry + 24),
                                 .packed = method == 8 };
    item.modify_ns = dos_time_ns(get_u16(entry + 14), get_u16(entry + 12));
    if (path.size > 0 && path.data[path.size - 1] == '/') {
        item.type = GW_FILETYPE_DIRECTORY;
        return add(image, at, path, &item);
    }
    if (flags & 1)
        return gw_diag_report(image->diag, GW_ERR_UNSUPPORTED, at,
                              "the zip file is encrypted");
    if (method != 0 && method != 8)
        return gw_diag_report(image->diag, GW_ERR_UNSUPPORTED, at,
                              "a zip file is compressed in another way than "
                              "by deflate");
    enum gw_err err = find_data(image, at, entry, &item.bytes);
    if (err != GW_OK)
        return err;
    if (!item.packed && item.bytes.size != item.unpacked_size)
        return malformed(image, at, "a stored zip file has two sizes");
    if (made_by == 3 && (mode & MODE_TYPE) == MODE_LINK) {
        if (item.packed)
            return gw_diag_report(image->diag, GW_ERR_UNSUPPORTED, at,
                                  "a link in the zip file is compressed");
        item.type = GW_FILETYPE_SYMLINK;
    }
    return add(image, at, path, &item);
}

/* The end record is the last thing in the file, but for a comment. */
static enum gw_err
load_zip(const struct image *image)
{
    struct gw_span bytes = image->bytes;
    size_t end = bytes.size - END_SIZE, steps = 0;
    while (!is_signed(bytes.data + end, 5, 6) ||
           get_u16(bytes.data + end + 20) != bytes.size - end - END_SIZE) {
        if (end == 0 || ++steps > 0xffff)
            return malformed(image, bytes.size, "the zip file has no end");
        end--;
    }
    uint32_t count = get_u16(bytes.data + end + 10);
    size_t at = get_u32(bytes.data + end + 16);
    if (count == 0xffff || at == UINT32_MAX)
        return gw_diag_report(image->diag, GW_ERR_UNSUPPORTED, end,
                              "zip files of 64 bits are not read");
    for (; count > 0; count--) {
        if (at > end || end - at < CENTRAL_SIZE ||
            !is_signed(bytes.data + at, 1, 2))
            return malformed(image, at < end ? at : end,
                             "the zip directory is damaged");
        const uint8_t *entry = bytes.data + at;
        size_t size = (size_t)CENTRAL_SIZE + get_u16(entry + 28) +
                      get_u16(entry + 30) + get_u16(entry + 32);
        if (size > end - at)
            return malformed(image, at, "the zip directory is damaged");
        enum gw_err err = add_zip(image, at);
        if (err != GW_OK)
            return err;
        at += size;
    }
    return GW_OK;
}

enum gw_err
gw_image_load(struct gw_tree *tree, struct gw_span bytes, struct gw_diag *diag)
{
    struct image image = { tree, bytes, diag };
    if (bytes.size >= END_SIZE &&
        (is_signed(bytes.data, 3, 4) || is_signed(bytes.data, 5, 6)))
        return load_zip(&image);
    if (bytes.size >= BLOCK &&
        (is_zero(bytes.data) || tar_sum_is_good(bytes.data)))
        return load_tar(&image);
    return malformed(&image, 0, "the image is neither tar nor zip");
}
