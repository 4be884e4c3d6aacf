/*
 * The inside of a store's heap: private to heap*.c, and to the functions that
 * mark what owned objects hold.
 *
 * A block is one piece of memory from the heap's allocator, cut into cells of
 * one size; a large object is a block with one cell.  A cell that holds no
 * object is known by its kind and listed, either in its block or, for the one
 * block of each class that is being used up, in the heap.  Conservative
 * marking finds a block by the 64 KiB of address space that its first cell
 * lies in: a small object's first cell is there or one before.
 */
#ifndef GW_RT_HEAP_BLOCK_H
#define GW_RT_HEAP_BLOCK_H

#include "rt/heap.h"

enum {
    GW_BLOCK_LOG2 = 16,
    GW_BLOCK_SIZE = 1 << GW_BLOCK_LOG2,
    GW_CELL_MAX = 8192, /* larger objects have a block of their own */
    /* Cell sizes: 16, 24 ... 64, then four for every power of two. */
    GW_CLASS_FINE = 7,
    GW_CLASS_COUNT = GW_CLASS_FINE + 4 * 7,
    GW_INDEX_FIRST = 16 /* chains of a small heap's index */
};

/* A kind: no object; its count is the address of the next free cell. */
enum { GW_OBJECT_FREE = 0xff };

/* Marks.  A grey object is one whose content could not be marked yet. */
enum { GW_MARK_WHITE, GW_MARK_BLACK, GW_MARK_GREY };

struct gw_block {
    struct gw_block *next;      /* in heap->blocks */
    struct gw_block *next_free; /* in heap->ready */
    struct gw_block *chain;     /* in the index */
    struct gw_object *free;     /* its free cells, unless heap->free has them */
    uint8_t *cells;
    size_t size; /* bytes from the allocator */
    size_t cell_size;
    uint32_t cell_count;
    uint8_t size_class; /* of small cells */
    bool grey;          /* has a grey cell */
};

struct gw_heap {
    /* What allocating looks at. */
    uint64_t live, due; /* bytes in cells; more make a collection due */
    uint64_t objects;
    struct gw_object *free[GW_CLASS_COUNT];

    struct gw_block *ready[GW_CLASS_COUNT]; /* blocks with free cells */
    struct gw_block *blocks;                /* all */
    struct gw_block **index;                /* chains */
    size_t index_size;                      /* a power of two */
    size_t block_count;
    uint64_t low, high; /* every cell lies between */
    struct gw_block *first_index[GW_INDEX_FIRST];

    struct gw_alloc alloc; /* of blocks; limit: MAX_HEAP */
    struct gw_root *roots;
    struct gw_pins *pins;
    uint64_t finalizers; /* host references that have one */
    uint64_t collections, rescans;
    uint32_t futile; /* collections in a row that the limit forced and that
                        left the heap full */
    bool stress;     /* option GC_STRESS */
    bool collecting;
};

static inline struct gw_object *
gw_block_cell(const struct gw_block *block, uint32_t index)
{
    return (struct gw_object *)(void *)(block->cells +
                                        index * block->cell_size);
}

/* NULL when out of memory. */
struct gw_heap *gw_heap_new(struct gw_store *store);
/* Runs the finalizers that are left and frees all objects and roots. */
void gw_heap_delete(struct gw_store *store, struct gw_heap *heap);

/* The block in which a live object begins at this address, or NULL. */
struct gw_block *gw_heap_find(const struct gw_heap *heap, uint64_t address);

/* The live object whose cell has this address, or NULL. */
struct gw_object *gw_heap_find_inside(const struct gw_heap *heap,
                                      uint64_t address);

/* ---- marking ---- */

struct gw_marker;

/* Marks all that can be reached.  Cannot fail. */
void gw_heap_mark(struct gw_store *store);
/* For owned objects that hold references: marks everything reached from
 * these, which are of types that are traced. */
void gw_mark_refs(struct gw_marker *marker, const uint64_t *refs,
                  uint64_t count);

#endif
