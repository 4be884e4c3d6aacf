/*
 * Bytes that grow, and the few things that modules are written with.
 */
#ifndef GW_TEST_MUTATE_BYTES_H
#define GW_TEST_MUTATE_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *data;
    size_t size, capacity;
};

static inline void
bytes_add(struct bytes *bytes, const void *data, size_t size)
{
    if (bytes->size + size > bytes->capacity) {
        bytes->capacity = (bytes->size + size) * 2;
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (!bytes->data)
            abort();
    }
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

/* LEB128. */
static inline void
bytes_add_u32(struct bytes *bytes, uint32_t value)
{
    uint8_t byte;
    do {
        byte = value & 0x7f;
        value >>= 7;
        byte |= value ? 0x80 : 0;
        bytes_add(bytes, &byte, 1);
    } while (value);
}

/* A section that begins with a count. */
static inline void
bytes_add_section(struct bytes *bytes, uint8_t id, uint32_t count,
                  const uint8_t *data, size_t size)
{
    struct bytes length = { 0 };
    bytes_add_u32(&length, count);
    bytes_add(bytes, &id, 1);
    bytes_add_u32(bytes, (uint32_t)(length.size + size));
    bytes_add(bytes, length.data, length.size);
    bytes_add(bytes, data, size);
    free(length.data);
}

static inline void
bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof(*bytes));
}

#endif
