#include "mutate/seed.h"

#include "mutate/bytes.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- modules written by hand ---- */

/* A module is a list of parts.  The bodies of functions come one part each
 * and are joined to a code section; every size is counted here. */
enum { PART_END = -2, PART_BODY = -1 };

struct part {
    int id; /* of the section, or one of the above */
    const char *bytes;
    size_t size;
};

#define PART(id, bytes) { id, bytes, sizeof(bytes) - 1 }
#define CUSTOM(bytes) PART(0, bytes)
#define TYPES(bytes) PART(1, bytes)
#define IMPORTS(bytes) PART(2, bytes)
#define FUNCS(bytes) PART(3, bytes)
#define TABLES(bytes) PART(4, bytes)
#define MEMORIES(bytes) PART(5, bytes)
#define GLOBALS(bytes) PART(6, bytes)
#define EXPORTS(bytes) PART(7, bytes)
#define START(bytes) PART(8, bytes)
#define ELEMS(bytes) PART(9, bytes)
#define CODE(bytes) PART(10, bytes)
#define DATAS(bytes) PART(11, bytes)
#define DATA_COUNT(bytes) PART(12, bytes)
#define TAGS(bytes) PART(13, bytes)
#define BODY(bytes) PART(PART_BODY, bytes)
#define END { PART_END, NULL, 0 }

/* Integer arithmetic in a loop, calls, br_if, select, every conversion. */
static const struct part arithmetic[] = {
    TYPES("\x04"
          "\x60\x02\x7f\x7f\x01\x7f"
          "\x60\x01\x7e\x01\x7e"
          "\x60\x01\x7c\x01\x7c"
          "\x60\x00\x00"),
    FUNCS("\x04\x00\x01\x02\x00"),
    EXPORTS("\x04\x03gcd\x00\x00\x03"
            "fac\x00\x01\x04root\x00\x02\x03mix\x00\x03"),
    BODY("\x00\x03\x40\x20\x01\x04\x40\x20\x01\x20\x00\x20\x01\x70\x21\x01\x21"
         "\x00"
         "\x0c\x01\x0b\x0b\x20\x00\x0b"),
    BODY("\x01\x01\x7e\x42\x01\x21\x01\x02\x40\x03\x40\x20\x00\x50\x0d\x01\x20"
         "\x01"
         "\x20\x00\x7e\x21\x01\x20\x00\x42\x01\x7d\x21\x00\x0c\x00\x0b\x0b\x20"
         "\x01\x0b"),
    BODY("\x02\x02\x7c\x01\x7f\x20\x00\x9f\x21\x01\x20\x01\x20\x01\xa2\x20\x00"
         "\xa1\x99"
         "\x44\x00\x00\x00\x00\x00\x00\xf0\x3f\x63\x21\x03\x20\x01\x44\x00\x00"
         "\x00\x00"
         "\x00\x00\x00\x40\x20\x03\x1b\x9c\x9b\xb6\xbb\x0b"),
    BODY("\x00\x20\x00\x20\x01\x41\x07\x71\x74\x20\x00\x68\x20\x01\x67\x6a\x73"
         "\x20\x00"
         "\xac\xb9\xfc\x06\xa7\xc0\xc1\x77\x20\x00\x20\x01\x10\x00\x6d\x0b"),
    END,
};

/* A memory: loads and stores of all widths, growing, bulk operators, data. */
static const struct part memory[] = {
    TYPES("\x02\x60\x03\x7f\x7f\x7f\x01\x7f\x60\x00\x01\x7f"),
    FUNCS("\x03\x00\x00\x01"),
    MEMORIES("\x01\x01\x01\x04"),
    EXPORTS("\x04\x01m\x02\x00\x01r\x00\x00\x01"
            "b\x00\x01\x01g\x00\x02"),
    DATA_COUNT("\x02"),
    BODY("\x00\x20\x00\x20\x01\x36\x02\x00\x20\x00\x2d\x00\x02\x20\x00\x2c\x00"
         "\x01\x6a"
         "\x20\x00\x2f\x01\x00\x6a\x20\x00\x20\x02\xad\x37\x03\x08\x20\x00\x29"
         "\x00\x09"
         "\xa7\x6a\x20\x00\x2a\x02\x04\xa8\x6a\x0b"),
    BODY("\x00\x20\x00\x20\x01\x20\x02\xfc\x0b\x00\x20\x01\x20\x00\x20\x02\xfc"
         "\x0a\x00"
         "\x00\x20\x00\x41\x01\x41\x04\xfc\x08\x01\x00\xfc\x09\x01\x20\x00\x28"
         "\x02\x00"
         "\x0b"),
    BODY("\x00\x41\x01\x40\x00\x3f\x00\x6a\x0b"),
    DATAS("\x02\x00\x41\x10\x0b\x0bhello world\x01\x08passive!"),
    END,
};

/* Tables: call_indirect, br_table, all operators of tables, references. */
static const struct part tables[] = {
    TYPES("\x04\x60\x01\x7f\x01\x7f\x60\x00\x01\x7f\x60\x01\x70\x01\x7f\x60\x01"
          "\x7f\x01"
          "\x70"),
    FUNCS("\x07\x00\x00\x00\x01\x00\x02\x03"),
    TABLES("\x02\x70\x01\x04\x08\x6f\x00\x02"),
    EXPORTS("\x05\x04pick\x00\x02\x05table\x00\x03\x01t\x01\x00\x02"
            "br\x00\x04\x03ref"
            "\x00\x06"),
    ELEMS(
        "\x03\x00\x41\x00\x0b\x02\x00\x01\x01\x00\x01\x01\x03\x00\x02\x00\x03"),
    BODY("\x00\x20\x00\x41\x02\x6c\x0b"),
    BODY("\x00\x20\x00\x41\x03\x6c\x0b"),
    BODY("\x00\x41\x05\x20\x00\x11\x00\x00\x0b"),
    BODY("\x00\xd2\x00\x41\x02\xfc\x0f\x00\x1a\x41\x02\x41\x00\x41\x01\xfc\x0c"
         "\x01\x00"
         "\xfc\x0d\x01\x41\x03\x41\x00\x41\x02\xfc\x0e\x00\x00\x41\x00\xd0\x70"
         "\x41\x01"
         "\xfc\x11\x00\xfc\x10\x00\xd0\x6f\x41\x00\xfc\x0f\x01\x6a\x0b"),
    BODY("\x00\x02\x40\x02\x40\x02\x40\x02\x40\x20\x00\x0e\x03\x00\x01\x02\x03"
         "\x0b\x41"
         "\x0a\x0f\x0b\x41\x14\x0f\x0b\x41\x1e\x0f\x0b\x41\x28\x0b"),
    BODY("\x00\x20\x00\xd1\x0b"),
    BODY("\x00\x20\x00\x25\x00\xd2\x01\x20\x00\x1c\x01\x70\x0b"),
    END,
};

/* Blocks with parameters and several results, globals, a start function,
 * imports of every kind. */
static const struct part values[] = {
    TYPES("\x04\x60\x02\x7f\x7f\x02\x7f\x7f\x60\x00\x00\x60\x01\x7e\x01\x7e\x60"
          "\x01\x7f"
          "\x03\x7f\x7e\x7c"),
    IMPORTS("\x04\x03"
            "env\x01"
            "f\x00\x02\x03"
            "env\x01g\x03\x7f\x00\x03"
            "env\x01m\x02\x00"
            "\x01\x03"
            "env\x01t\x01\x70\x00\x01"),
    FUNCS("\x03\x00\x01\x03"),
    GLOBALS("\x03\x7e\x01\x42\x2a\x0b\x7f\x00\x23\x00\x0b\x7d\x01\x43\x00\x00"
            "\xc0\x3f"
            "\x0b"),
    EXPORTS("\x03\x04swap\x00\x01\x01i\x03\x01\x04many\x00\x03"),
    START("\x02"),
    BODY("\x00\x20\x00\x20\x01\x02\x00\x20\x00\x04\x00\x6a\x20\x01\x05\x6b\x20"
         "\x00\x0b"
         "\x0b\x03\x00\x20\x00\x45\x0d\x01\x41\x00\x21\x00\x0b\x0b"),
    BODY("\x00\x23\x01\x42\x01\x7c\x24\x01\x23\x03\x43\x00\x00\x00\x3f\x92\x24"
         "\x03\x0b"),
    BODY("\x00\x20\x00\x23\x01\x10\x00\x23\x03\xbb\x0b"),
    CUSTOM("\x04name\x00\x02\x01m\x01\x0a\x02\x01\x04swap\x02\x05start"),
    END,
};

/* Vectors. */
static const struct part vectors[] = {
    TYPES("\x02\x60\x03\x7f\x7f\x7d\x01\x7b\x60\x02\x7b\x7b\x01\x7b"),
    FUNCS("\x03\x00\x01\x01"),
    MEMORIES("\x01\x00\x01"),
    EXPORTS("\x03\x01"
            "a\x00\x00\x01"
            "b\x00\x01\x01"
            "c\x00\x02"),
    BODY("\x01\x01\x7b\x20\x00\xfd\x0f\x20\x01\xfd\x11\xfd\x6e\x21\x03\x20\x00"
         "\x20\x03"
         "\xfd\x0b\x04\x00\x20\x00\xfd\x00\x00\x01\x20\x02\xfd\x13\xfd\xe4\x01"
         "\x20\x03"
         "\xfd\x0d\x00\x01\x02\x03\x10\x11\x12\x13\x04\x05\x06\x07\x1c\x1d\x1e"
         "\x1f\x0b"),
    BODY(
        "\x00\x20\x00\x20\x01\xfd\xae\x01\x20\x00\x20\x01\xfd\xb5\x01\xfd\x0c"
        "\x01\x02"
        "\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\xfd\x52\x0b"),
    BODY("\x00\x20\x00\x41\x03\xfd\x6b\x20\x01\xfd\x60\x20\x00\x20\x01\xfd\x23"
         "\xfd\x52"
         "\x20\x00\xfd\xf8\x01\xfd\xe0\x01\x20\x01\xfd\x15\x03\xfd\x17\x07\xfd"
         "\x51\x0b"),
    END,
};

/* Tail calls, several memories, extended constant expressions. */
static const struct part tails[] = {
    TYPES("\x01\x60\x02\x7f\x7f\x01\x7f"),
    FUNCS("\x03\x00\x00\x00"),
    TABLES("\x01\x70\x00\x02"),
    MEMORIES("\x02\x00\x01\x01\x01\x02"),
    GLOBALS("\x01\x7f\x00\x41\x05\x41\x07\x6c\x41\x03\x6a\x0b"),
    EXPORTS("\x03\x04"
            "even\x00\x00\x02mm\x00\x02\x02m1\x02\x01"),
    ELEMS("\x01\x00\x41\x01\x0b\x01\x01"),
    BODY("\x00\x20\x00\x45\x04\x40\x41\x01\x0f\x0b\x20\x00\x41\x01\x6b\x20\x01"
         "\x12\x01"
         "\x0b"),
    BODY("\x00\x20\x00\x45\x04\x40\x41\x00\x0f\x0b\x20\x00\x41\x01\x6b\x20\x01"
         "\x41\x01"
         "\x13\x00\x00\x0b"),
    BODY("\x00\x20\x00\x20\x01\x36\x42\x01\x08\x41\x00\x20\x00\x41\x10\xfc\x0a"
         "\x00\x01"
         "\x41\x08\x28\x42\x00\x00\x23\x00\x6a\x0b"),
    DATAS("\x02\x02\x01\x41\x04\x41\x04\x6a\x0b\x03"
          "abc\x00\x23\x00\x0b\x01z"),
    END,
};

/* A recursive group of types, typed references, a tag and a handler for it,
 * a 64-bit memory. */
static const struct part modern[] = {
    TYPES("\x03\x4e\x02\x50\x00\x5f\x02\x7f\x01\x64\x01\x00\x5e\x78\x01\x60\x01"
          "\x7f\x01"
          "\x7f\x60\x01\x7f\x00"),
    FUNCS("\x02\x02\x02"),
    MEMORIES("\x01\x04\x01"),
    TAGS("\x01\x00\x03"),
    EXPORTS("\x02\x01"
            "f\x00\x00\x01g\x00\x01"),
    BODY("\x00\x20\x00\x41\x03\xfb\x07\x01\xfb\x00\x00\xfb\x02\x00\x00\x42\x08"
         "\x28"
         "\x02\x00\x6a\x0b"),
    BODY(
        "\x00\x02\x7f\x1f\x40\x01\x00\x00\x00\x20\x00\x08\x00\x0b\x00\x0b\x0b"),
    END,
};

static const struct part empty[] = { END };

#define SEEDS        \
    SEED(empty)      \
    SEED(arithmetic) \
    SEED(memory)     \
    SEED(tables) SEED(values) SEED(vectors) SEED(tails) SEED(modern)

/* ---- lists ---- */

static struct seed *
seeds_push(struct seeds *seeds, const char *name)
{
    seeds->list = realloc(seeds->list,
                          (seeds->count + 1) * sizeof(*seeds->list));
    if (!seeds->list)
        abort();
    struct seed *seed = &seeds->list[seeds->count++];
    memset(seed, 0, sizeof(*seed));
    snprintf(seed->name, sizeof(seed->name), "%s", name);
    return seed;
}

static void
build(struct seeds *seeds, const char *name, const struct part *parts)
{
    struct bytes out = { 0 }, code = { 0 };
    uint32_t bodies = 0;

    bytes_add(&out, "\0asm\x01\0\0", 8);
    for (; parts->id != PART_END; parts++) {
        if (parts->id == PART_BODY) {
            bytes_add_u32(&code, (uint32_t)parts->size);
            bytes_add(&code, parts->bytes, parts->size);
            bodies++;
        }
        if (bodies > 0 && parts[1].id != PART_BODY) {
            bytes_add_section(&out, 10, bodies, code.data, code.size);
            bodies = 0;
        }
        if (parts->id >= 0) {
            uint8_t id = (uint8_t)parts->id;
            bytes_add(&out, &id, 1);
            bytes_add_u32(&out, (uint32_t)parts->size);
            bytes_add(&out, parts->bytes, parts->size);
        }
    }
    bytes_free(&code);
    struct seed *seed = seeds_push(seeds, name);
    seed->bytes = out.data;
    seed->size = out.size;
}

void
seeds_builtin(struct seeds *seeds)
{
#define SEED(name) build(seeds, #name, name);
    SEEDS
#undef SEED
}

static void
add_file(struct seeds *seeds, const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(size + 1);

    if (file && bytes && fread(bytes, 1, size, file) == size) {
        const char *slash = strrchr(path, '/');
        struct seed *seed = seeds_push(seeds, slash ? slash + 1 : path);
        seed->bytes = bytes;
        seed->size = size;
        bytes = NULL;
    }
    free(bytes);
    if (file)
        fclose(file);
}

void
seeds_add(struct seeds *seeds, const char *path, size_t most)
{
    struct stat status;
    struct dirent **entries;
    char child[4096];
    size_t length = strlen(path);

    if (stat(path, &status) != 0)
        return;
    if (S_ISDIR(status.st_mode)) {
        int count = scandir(path, &entries, NULL, alphasort);
        for (int i = 0; i < count; i++) {
            snprintf(child, sizeof(child), "%s/%s", path, entries[i]->d_name);
            if (entries[i]->d_name[0] != '.')
                seeds_add(seeds, child, most);
            free(entries[i]);
        }
        if (count >= 0)
            free(entries);
    } else if (length > 5 && strcmp(path + length - 5, ".wasm") == 0 &&
               (size_t)status.st_size <= most) {
        add_file(seeds, path, (size_t)status.st_size);
    }
}

void
seeds_free(struct seeds *seeds)
{
    for (size_t i = 0; i < seeds->count; i++)
        free(seeds->list[i].bytes);
    free(seeds->list);
}
