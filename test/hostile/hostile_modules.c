/* hostile_modules FOLDER: writes modules that no compiler would make, most of
 * them one past a limit or one before it. */
#include "mutate/bytes.h"

#include <stdio.h>

static const char *folder;

#define ADD(bytes, text) bytes_add(bytes, text, sizeof(text) - 1)

static void
repeat(struct bytes *bytes, const char *text, size_t size, size_t times)
{
    while (times-- > 0)
        bytes_add(bytes, text, size);
}

static void
save(const char *name, struct bytes *module)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.wasm", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(module->data, 1, module->size, file) != module->size ||
        fclose(file) != 0)
        abort();
    bytes_free(module);
}

/* A module whose one function, exported as _start, has the body given; the
 * body's bytes are taken. */
static void
save_body(const char *name, struct bytes *body)
{
    struct bytes module = { 0 }, code = { 0 };
    ADD(&module,
        "\0asm\1\0\0\0" /* type, function, export */
        "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x07\x0a\x01\x06_start\x00"
        "\x00");
    bytes_add_u32(&code, (uint32_t)body->size);
    bytes_add(&code, body->data, body->size);
    bytes_add_section(&module, 10, 1, code.data, code.size);
    bytes_free(&code);
    bytes_free(body);
    save(name, &module);
}

/* Blocks, loops or ifs in one another. */
static void
nest(const char *name, const char *open, size_t open_size, size_t depth)
{
    struct bytes body = { 0 };
    ADD(&body, "\x00");
    repeat(&body, open, open_size, depth);
    repeat(&body, "\x0b", 1, depth + 1);
    save_body(name, &body);
}

static void
locals(const char *name, uint32_t count)
{
    struct bytes body = { 0 };
    ADD(&body, "\x01");
    bytes_add_u32(&body, count);
    ADD(&body, "\x7e\x42\x05\x21\x00\x20\x00\x1a\x0b");
    save_body(name, &body);
}

/* Locals in many groups, whose sum wraps around 32 bits. */
static void
locals_wrap(void)
{
    struct bytes body = { 0 };
    ADD(&body, "\x03\xff\xff\xff\xff\x0f\x7f\x01\x7e\x02\x7d\x0b");
    save_body("locals-wrap", &body);
}

static void
labels(const char *name, uint32_t count)
{
    struct bytes body = { 0 };
    ADD(&body, "\x00\x02\x40\x02\x40\x41\x07\x0e");
    bytes_add_u32(&body, count);
    for (uint32_t i = 0; i < count; i++)
        bytes_add_u32(&body, i % 3);
    ADD(&body, "\x00\x0b\x0b\x0b");
    save_body(name, &body);
}

/* Operands: constants, and then as many drops. */
static void
operands(const char *name, size_t count)
{
    struct bytes body = { 0 };
    ADD(&body, "\x00");
    repeat(&body, "\x41\x01", 2, count);
    repeat(&body, "\x1a", 1, count);
    ADD(&body, "\x0b");
    save_body(name, &body);
}

/* A body that is larger than any may be. */
static void
large_body(void)
{
    struct bytes body = { 0 };
    ADD(&body, "\x00");
    repeat(&body, "\x01", 1, 8000000);
    ADD(&body, "\x0b");
    save_body("large-body", &body);
}

/* Many empty functions. */
static void
functions(const char *name, uint32_t count)
{
    struct bytes module = { 0 }, types = { 0 }, codes = { 0 };
    repeat(&types, "\x00", 1, count);
    repeat(&codes, "\x02\x00\x0b", 3, count);
    ADD(&module, "\0asm\1\0\0\0\x01\x04\x01\x60\x00\x00");
    bytes_add_section(&module, 3, count, types.data, types.size);
    ADD(&module, "\x07\x0a\x01\x06_start\x00\x00");
    bytes_add_section(&module, 10, count, codes.data, codes.size);
    bytes_free(&types);
    bytes_free(&codes);
    save(name, &module);
}

/* Sections that promise more than there is. */
static void
promises(void)
{
    static const char head[] = "\0asm\1\0\0\0";
    for (uint8_t id = 1; id <= 13; id++) {
        struct bytes module = { 0 };
        char name[32];
        bytes_add(&module, head, 8);
        bytes_add(&module, &id, 1);
        ADD(&module, "\x05\xff\xff\xff\xff\x0f");
        snprintf(name, sizeof(name), "promise-%d", id);
        save(name, &module);
    }
}

/* The same item over and over in one section: what takes the most memory for
 * the bytes it has. */
static void
many(const char *name, uint8_t id, const char *item, size_t size)
{
    enum { COUNT = 400000 };
    struct bytes module = { 0 }, items = { 0 };
    ADD(&module, "\0asm\1\0\0\0");
    if (id != 1)
        ADD(&module, "\x01\x04\x01\x60\x00\x00"); /* a type for functions */
    repeat(&items, item, size, COUNT);
    bytes_add_section(&module, id, COUNT, items.data, items.size);
    bytes_free(&items);
    save(name, &module);
}

static void
customs(void)
{
    struct bytes module = { 0 };
    ADD(&module, "\0asm\1\0\0\0");
    repeat(&module, "\x00\x01\x00", 3, 400000);
    save("many-customs", &module);
}

/* Any module, written out. */
#define RAW(name, text)                     \
    do {                                    \
        struct bytes module = { 0 };        \
        ADD(&module, "\0asm\1\0\0\0" text); \
        save(name, &module);                \
    } while (0)

int
main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];

    nest("blocks-million", "\x02\x40", 2, 1000000);
    nest("loops-million", "\x03\x40", 2, 1000000);
    nest("ifs-million", "\x41\x01\x04\x40", 4, 1000000);
    nest("blocks-90000", "\x02\x40", 2, 90000);
    nest("ifs-90000", "\x41\x01\x04\x40", 4, 90000);
    locals("locals-50000", 50000);
    locals("locals-50001", 50001);
    locals("locals-4294967295", UINT32_MAX);
    locals_wrap();
    labels("labels-65520", 65520);
    labels("labels-65521", 65521);
    operands("operands-90000", 90000);
    operands("operands-million", 1000000);
    large_body();
    functions("functions-900000", 900000);
    functions("functions-1000001", 1000001);
    promises();
#define MANY(name, id, item) many("many-" name, id, item, sizeof(item) - 1)
    MANY("types", 1, "\x60\x00\x00");
    MANY("types-2", 1, "\x60\x01\x7f\x01\x7e");
    MANY("structs", 1, "\x5f\x00");
    MANY("groups", 1, "\x4e\x00");
    MANY("imports", 2, "\x00\x00\x00\x00");
    MANY("globals-imported", 2, "\x00\x00\x03\x7f\x00");
    MANY("tables", 4, "\x70\x00\x00");
    MANY("memories", 5, "\x00\x00");
    MANY("globals", 6, "\x7f\x00\x41\x00\x0b");
    MANY("elements", 9, "\x01\x00\x00");
    MANY("data", 11, "\x01\x00");
    MANY("tags", 13, "\x00\x00");
    customs();
#undef MANY

    struct bytes nothing = { 0 };
    save("empty", &nothing);
    struct bytes text = { 0 };
    ADD(&text, "#!/bin/sh\nexit 0\n");
    save("text", &text);

    /* A start function that never ends. */
    RAW("start-loop", "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x08\x01\x00"
                      "\x0a\x09\x01\x07\x00\x03\x40\x0c\x00\x0b\x0b");
    /* 4 GiB of memory, and more than that. */
    RAW("memory-65536",
        "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00"
        "\x05\x05\x01\x00\x80\x80\x04\x07\x0a\x01\x06_start\x00\x00"
        "\x0a\x0b\x01\x09\x00\x41\x7f\x41\x01\x3a\x00\x00\x0b");
    RAW("memory-65537", "\x05\x05\x01\x00\x81\x80\x04");
    /* A table of 4,294,967,295 elements. */
    RAW("table-4294967295", "\x04\x08\x01\x70\x00\xff\xff\xff\xff\x0f");
    /* A segment outside the memory. */
    RAW("data-outside",
        "\x05\x03\x01\x00\x01\x0b\x0a\x01\x00\x41\xff\xff\x03\x0b\x02xy");
    return 0;
}
