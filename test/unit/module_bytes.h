/*
 * Modules assembled by hand, for tests.
 *
 *     struct bytes m = {0};
 *     bytes_module(&m);
 *     BYTES(&m, 1, 4, 1, 0x60, 0, 0);
 *     err = decode(&m, ...);
 */
#ifndef GW_TEST_UNIT_MODULE_BYTES_H
#define GW_TEST_UNIT_MODULE_BYTES_H

#include "wasm/module.h"

struct bytes {
    uint8_t data[65536];
    size_t size;
};

static inline void
bytes_put(struct bytes *bytes, const uint8_t *data, size_t size)
{
    if (size > sizeof bytes->data - bytes->size)
        size = sizeof bytes->data - bytes->size;
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

#define BYTES(bytes, ...)                                \
    bytes_put((bytes), (const uint8_t[]){ __VA_ARGS__ }, \
              sizeof((const uint8_t[]){ __VA_ARGS__ }))

static inline void
bytes_u32(struct bytes *bytes, uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        BYTES(bytes, (uint8_t)(value | 0x80));
    BYTES(bytes, (uint8_t)value);
}

static inline void
bytes_module(struct bytes *bytes)
{
    bytes->size = 0;
    BYTES(bytes, 0, 'a', 's', 'm', 1, 0, 0, 0);
}

/* Appends a section with these contents. */
static inline void
bytes_section(struct bytes *bytes, uint8_t id, const uint8_t *data, size_t size)
{
    BYTES(bytes, id);
    bytes_u32(bytes, (uint32_t)size);
    bytes_put(bytes, data, size);
}

#define SECTION(bytes, id, ...)                                    \
    bytes_section((bytes), (id), (const uint8_t[]){ __VA_ARGS__ }, \
                  sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* Appends a code section of one function: its locals and operators. */
static inline void
bytes_code(struct bytes *bytes, const uint8_t *data, size_t size)
{
    struct bytes body = { .size = 0 };
    BYTES(&body, 1);
    bytes_u32(&body, (uint32_t)size);
    bytes_put(&body, data, size);
    bytes_section(bytes, 10, body.data, body.size);
}

#define CODE(bytes, ...)                                  \
    bytes_code((bytes), (const uint8_t[]){ __VA_ARGS__ }, \
               sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* A module of one function of a type: () -> (), (i32) -> (i32) and so on. */
#define FUNCTION_MODULE(bytes, ...)                \
    do {                                           \
        bytes_module(bytes);                       \
        SECTION((bytes), 1, 1, 0x60, __VA_ARGS__); \
        SECTION((bytes), 3, 1, 0);                 \
    } while (0)

/* All features, also those that are off by default or not executable. */
static inline void
options_all(struct gw_decode_options *options)
{
    gw_decode_options_init(options);
    options->features = ~UINT64_C(0);
    options->validate_only = true;
}

#endif
