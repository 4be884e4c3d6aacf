#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>

enum {
    ALIGN = _Alignof(max_align_t),
    BLOCK_MIN = 4 * 1024,
    BLOCK_MAX = 256 * 1024
};

struct gw_arena_block {
    struct gw_arena_block *older;
    size_t size; /* bytes, with this header */
    max_align_t data[];
};

void
gw_arena_init(struct gw_arena *arena, struct gw_alloc *alloc, size_t limit)
{
    *arena = (struct gw_arena){ .alloc = alloc, .limit = limit };
}

void
gw_arena_fini(struct gw_arena *arena)
{
    struct gw_arena_block *block = arena->blocks;
    while (block) {
        struct gw_arena_block *older = block->older;
        gw_alloc_free(arena->alloc, block, block->size);
        block = older;
    }
    gw_arena_init(arena, arena->alloc, arena->limit);
}

/* Blocks grow with what the arena holds, so small arenas stay small and
 * large ones ask their allocator seldom. */
static size_t
next_block_size(const struct gw_arena *arena)
{
    size_t size = BLOCK_MIN;
    while (size < BLOCK_MAX && size < arena->used)
        size *= 2;
    return size;
}

static struct gw_arena_block *
new_block(struct gw_arena *arena, size_t size)
{
    /* Cleared once here; nothing in an arena is ever used twice. */
    struct gw_arena_block *block = gw_alloc_zero(arena->alloc, 1, size);
    if (block)
        block->size = size;
    return block;
}

/* A large object gets a block of its own, put behind the newest one, whose
 * free part stays in use. */
static void *
get_large(struct gw_arena *arena, size_t size)
{
    struct gw_arena_block *block = new_block(arena, sizeof(*block) + size);
    if (!block)
        return NULL;
    if (arena->blocks) {
        block->older = arena->blocks->older;
        arena->blocks->older = block;
    } else {
        arena->blocks = block;
    }
    return block->data;
}

static bool
add_block(struct gw_arena *arena, size_t size)
{
    struct gw_arena_block *block = new_block(arena, size);
    if (!block)
        return false;
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = (uint8_t *)block->data;
    arena->end = (uint8_t *)block + size;
    return true;
}

static void *
get_rounded(struct gw_arena *arena, size_t size)
{
    if (size > (size_t)(arena->end - arena->next)) {
        size_t block_size = next_block_size(arena);
        if (size > block_size / 4)
            return get_large(arena, size);
        if (!add_block(arena, block_size))
            return NULL;
    }
    void *object = arena->next;
    arena->next += size;
    return object;
}

void *
gw_arena_get(struct gw_arena *arena, size_t size)
{
    if (size == 0)
        return gw_alloc_get(arena->alloc, 0);
    if (size > PTRDIFF_MAX - sizeof(struct gw_arena_block) - ALIGN)
        return NULL;
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (arena->used > arena->limit || size > arena->limit - arena->used)
        return NULL;
    void *object = get_rounded(arena, size);
    if (object)
        arena->used += size;
    assert((uintptr_t)object % ALIGN == 0);
    return object;
}

void *
gw_arena_array(struct gw_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return gw_arena_get(arena, count * size);
}
