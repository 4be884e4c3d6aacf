#include "rt/heap_block.h"
#include "rt/stack.h"

#include <assert.h>

enum {
    ALIGN = _Alignof(max_align_t),
    /* What a block has before its first cell. */
    HEAD = (sizeof(struct gw_block) + ALIGN - 1) / ALIGN * ALIGN,
    DUE_MIN = 1 << 20,
    /* A heap is full when less than this part of it is free. */
    FULL_PART = 32,
    FUTILE_MAX = 16
};

/* ---- size classes ---- */

static uint32_t
class_of(size_t size)
{
    assert(size >= 16 && size <= GW_CELL_MAX);
    if (size <= 64)
        return (uint32_t)(size + 7) / 8 - 2;
    uint32_t last = (uint32_t)size - 1, shift = 4;
    while (last >> (shift + 3) != 0)
        shift++;
    return GW_CLASS_FINE + (shift - 4) * 4 + (last >> shift) - 4;
}

static size_t
class_size(uint32_t size_class)
{
    if (size_class < GW_CLASS_FINE)
        return (size_class + 2) * 8;
    uint32_t step = size_class - GW_CLASS_FINE;
    return (size_t)(step % 4 + 5) << (4 + step / 4);
}

/* ---- finding a block by the address of its cell ---- */

static struct gw_block **
get_chain(const struct gw_heap *heap, uintptr_t granule)
{
    uint64_t hash = (uint64_t)granule * 0x9e3779b97f4a7c15u >> 32;
    return &heap->index[hash & (heap->index_size - 1)];
}

static uintptr_t
granule_of(const struct gw_block *block)
{
    return (uintptr_t)block->cells >> GW_BLOCK_LOG2;
}

static void
add_to_index(struct gw_heap *heap, struct gw_block *block)
{
    struct gw_block **chain = get_chain(heap, granule_of(block));
    block->chain = *chain;
    *chain = block;
}

static void
remove_from_index(struct gw_heap *heap, struct gw_block *block)
{
    struct gw_block **link = get_chain(heap, granule_of(block));
    while (*link != block)
        link = &(*link)->chain;
    *link = block->chain;
}

static void
free_index(struct gw_store *store, struct gw_heap *heap)
{
    if (heap->index != heap->first_index)
        gw_alloc_free(&store->alloc, heap->index,
                      heap->index_size * sizeof(*heap->index));
}

/* Longer chains when there is no memory: slower, but as right. */
static void
grow_index(struct gw_store *store, struct gw_heap *heap)
{
    size_t size = heap->index_size * 2;
    struct gw_block **index = gw_alloc_zero(&store->alloc, size,
                                            sizeof(struct gw_block *));
    if (!index)
        return;
    free_index(store, heap);
    heap->index = index;
    heap->index_size = size;
    for (struct gw_block *b = heap->blocks; b; b = b->next)
        add_to_index(heap, b);
}

static struct gw_block *
find_in_granule(const struct gw_heap *heap, uintptr_t granule,
                uintptr_t address)
{
    struct gw_block *block = *get_chain(heap, granule);
    for (; block; block = block->chain) {
        uintptr_t offset = address - (uintptr_t)block->cells;
        if (offset / block->cell_size < block->cell_count)
            break;
    }
    return block;
}

struct gw_block *
gw_heap_find(const struct gw_heap *heap, uint64_t address)
{
    if (address < heap->low || address >= heap->high)
        return NULL;
    uintptr_t place = (uintptr_t)address, granule = place >> GW_BLOCK_LOG2;
    struct gw_block *block = find_in_granule(heap, granule, place);
    if (!block)
        block = find_in_granule(heap, granule - 1, place);
    if (!block)
        return NULL;
    size_t offset = place - (uintptr_t)block->cells;
    if (offset % block->cell_size != 0)
        return NULL;
    const void *object = block->cells + offset;
    bool free = ((const struct gw_object *)object)->kind == GW_OBJECT_FREE;
    return free ? NULL : block;
}

/* Large blocks are known by their first granule only. */
static struct gw_block *
find_large(const struct gw_heap *heap, uintptr_t address)
{
    struct gw_block *block = heap->blocks;
    while (block && (block->cell_size <= GW_CELL_MAX ||
                     address - (uintptr_t)block->cells >= block->cell_size))
        block = block->next;
    return block;
}

struct gw_object *
gw_heap_find_inside(const struct gw_heap *heap, uint64_t address)
{
    if (address < heap->low || address >= heap->high)
        return NULL;
    uintptr_t place = (uintptr_t)address, granule = place >> GW_BLOCK_LOG2;
    struct gw_block *block = find_in_granule(heap, granule, place);
    if (!block)
        block = find_in_granule(heap, granule - 1, place);
    if (!block)
        block = find_large(heap, place);
    if (!block)
        return NULL;
    size_t offset = place - (uintptr_t)block->cells;
    offset -= offset % block->cell_size;
    struct gw_object *object = (void *)(block->cells + offset);
    return object->kind == GW_OBJECT_FREE ? NULL : object;
}

bool
gw_heap_knows(const struct gw_store *store, uint64_t ref)
{
    return ref == 0 || gw_ref_is_i31(ref) || gw_heap_find(store->heap, ref);
}

/* ---- blocks ---- */

static void
widen(struct gw_heap *heap, const struct gw_block *block)
{
    uint64_t low = (uintptr_t)block->cells;
    uint64_t high = low + block->cell_count * (uint64_t)block->cell_size;
    if (low < heap->low)
        heap->low = low;
    if (high > heap->high)
        heap->high = high;
}

/* A block of cells that are not listed anywhere yet; zero: cleared ones. */
static struct gw_block *
new_block(struct gw_store *store, size_t cell_size, uint32_t cell_count,
          bool zero)
{
    struct gw_heap *heap = store->heap;
    size_t size = HEAD + cell_size * cell_count;
    struct gw_block *block = zero ? gw_alloc_zero(&heap->alloc, 1, size)
                                  : gw_alloc_get(&heap->alloc, size);
    if (!block)
        return NULL;
    *block = (struct gw_block){
        .next = heap->blocks,
        .cells = (uint8_t *)block + HEAD,
        .size = size,
        .cell_size = cell_size,
        .cell_count = cell_count,
    };
    heap->blocks = block;
    heap->block_count++;
    widen(heap, block);
    add_to_index(heap, block);
    if (heap->block_count > heap->index_size)
        grow_index(store, heap);
    return block;
}

static void
free_block(struct gw_heap *heap, struct gw_block *block)
{
    remove_from_index(heap, block);
    heap->block_count--;
    gw_alloc_free(&heap->alloc, block, block->size);
}

static void
list_free(struct gw_object *cell, struct gw_object **list)
{
    cell->kind = GW_OBJECT_FREE;
    cell->count = (uintptr_t)*list;
    *list = cell;
}

static struct gw_object *
next_free(const struct gw_object *cell)
{
    return (struct gw_object *)(uintptr_t)cell->count;
}

/* Gives the heap's list of a class, which is empty, the cells of a block. */
static bool
take_cells(struct gw_store *store, uint32_t size_class)
{
    struct gw_heap *heap = store->heap;
    struct gw_block *block = heap->ready[size_class];
    if (block) {
        heap->ready[size_class] = block->next_free;
        heap->free[size_class] = block->free;
        block->free = NULL;
        return true;
    }
    size_t size = class_size(size_class);
    uint32_t count = (uint32_t)((GW_BLOCK_SIZE - HEAD) / size);
    block = new_block(store, size, count, false);
    if (!block)
        return false;
    block->size_class = (uint8_t)size_class;
    for (uint32_t i = count; i-- > 0;)
        list_free(gw_block_cell(block, i), &heap->free[size_class]);
    return true;
}

/* ---- sweeping ---- */

static void
finish(struct gw_heap *heap, struct gw_object *object)
{
    if (object->kind == GW_OBJECT_CONT)
        gw_cont_drop((struct gw_cont *)object);
    if (object->kind != GW_OBJECT_HOST)
        return;
    struct gw_hostref *host = (struct gw_hostref *)object;
    if (!host->finalize)
        return;
    heap->finalizers--;
    host->finalize(host->host);
}

/* Lists the free cells anew, in the order of their addresses.  Returns how
 * many cells live. */
static uint32_t
sweep_cells(struct gw_heap *heap, struct gw_block *block)
{
    uint32_t live = 0;
    struct gw_object *free = NULL;
    for (uint32_t i = block->cell_count; i-- > 0;) {
        struct gw_object *object = gw_block_cell(block, i);
        if (object->kind != GW_OBJECT_FREE) {
            if (object->mark != GW_MARK_WHITE) {
                object->mark = GW_MARK_WHITE;
                live++;
                continue;
            }
            finish(heap, object);
        }
        list_free(object, &free);
    }
    block->free = free;
    return live;
}

/* Frees empty blocks, but keeps so many bytes of small cells: who allocates
 * steadily would ask for them again. */
static void
sweep(struct gw_heap *heap, uint64_t keep)
{
    struct gw_block **link = &heap->blocks, *block;
    memset(heap->free, 0, sizeof(heap->free));
    memset(heap->ready, 0, sizeof(heap->ready));
    heap->live = heap->objects = heap->high = 0;
    heap->low = UINT64_MAX;
    while ((block = *link) != NULL) {
        uint32_t live = sweep_cells(heap, block);
        if (live == 0) {
            if (block->cell_count == 1 || block->size > keep) {
                *link = block->next;
                free_block(heap, block);
                continue;
            }
            keep -= block->size;
        }
        link = &block->next;
        widen(heap, block);
        heap->objects += live;
        heap->live += live * (uint64_t)block->cell_size;
        if (block->free) {
            block->next_free = heap->ready[block->size_class];
            heap->ready[block->size_class] = block;
        }
    }
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* How many bytes may be handed out before a collection is worth its time.
 * That goes with what lives, with the blocks, and with the roots: they are on
 * the guest stack and in a part of what else the store owns. */
static uint64_t
next_pause(const struct gw_store *store)
{
    const struct gw_exec *exec = &store->exec;
    uint64_t held = atomic_load(&store->heap->alloc.used);
    uint64_t owned = atomic_load(&store->alloc.used);
    const union gw_slot *top = exec->slot_top;
    for (const struct gw_stack *s = exec->stack; s; s = s->outer)
        top = s->outer_slot_top;
    uint64_t stack = (uint64_t)(top - exec->stack_base);
    uint64_t roots = owned / 4 + stack * sizeof(*exec->stack_base);
    return larger(larger(DUE_MIN, 2 * store->heap->live),
                  larger(held / 2, roots));
}

static void
collect(struct gw_store *store, bool keep)
{
    struct gw_heap *heap = store->heap;
    assert(!heap->collecting);
    heap->collecting = true;
    gw_heap_mark(store);
    uint64_t held = atomic_load(&heap->alloc.used);
    sweep(heap, keep ? larger(DUE_MIN, held / 4) : 0);
    heap->collecting = false;
    heap->collections++;
    heap->due = heap->stress ? 0 : heap->live + next_pause(store);
}

void
gw_heap_collect(struct gw_store *store)
{
    if (store->heap->collecting)
        return;
    collect(store, false);
    store->heap->futile = 0;
}

/* Collects when handing out so many bytes makes that due. */
static bool
collect_if_due(struct gw_store *store, size_t size)
{
    if (store->heap->live + size <= store->heap->due)
        return false;
    collect(store, true);
    return true;
}

/* The allocator has refused.  Returns whether it is worth asking again. */
static bool
make_room(struct gw_store *store)
{
    struct gw_heap *heap = store->heap;
    if (heap->futile == FUTILE_MAX)
        return false;
    collect(store, false);
    uint64_t held = atomic_load(&heap->alloc.used);
    bool full = heap->live > held - held / FULL_PART;
    heap->futile = full ? heap->futile + 1 : 0;
    return true;
}

/* ---- allocating ---- */

/* Sees to it that the list of a class is not empty, collecting when that is
 * due. */
static bool
refill(struct gw_store *store, uint32_t size_class)
{
    struct gw_heap *heap = store->heap;
    if (heap->collecting) /* a finalizer does what it must not */
        return false;
    bool done = collect_if_due(store, class_size(size_class));
    if (heap->free[size_class] || take_cells(store, size_class) ||
        (!done && make_room(store) && take_cells(store, size_class)))
        return true;
    heap->futile = 0;
    return false;
}

static struct gw_object *
new_large(struct gw_store *store, size_t size)
{
    struct gw_heap *heap = store->heap;
    if (heap->collecting || size > heap->alloc.limit)
        return NULL;
    bool done = collect_if_due(store, size);
    struct gw_block *block = new_block(store, size, 1, true);
    if (!block && !done && make_room(store))
        block = new_block(store, size, 1, true);
    if (!block) {
        heap->futile = 0;
        return NULL;
    }
    heap->live += size;
    return gw_block_cell(block, 0);
}

static struct gw_object *
new_small(struct gw_store *store, size_t size)
{
    struct gw_heap *heap = store->heap;
    uint32_t size_class = class_of(size);
    uint64_t live = heap->live + class_size(size_class);
    if (live > heap->due || !heap->free[size_class]) {
        if (!refill(store, size_class))
            return NULL;
        live = heap->live + class_size(size_class);
    }
    struct gw_object *object = heap->free[size_class];
    heap->free[size_class] = next_free(object);
    heap->live = live;
    memset(object, 0, size);
    return object;
}

/* A cleared object with values of so many bytes; head: bytes before them. */
static struct gw_object *
new_object(struct gw_store *store, enum gw_object_kind kind, size_t head,
           uint64_t size)
{
    if (size > PTRDIFF_MAX - HEAD - head)
        return NULL;
    size_t whole = head + (size_t)size;
    struct gw_object *object = whole <= GW_CELL_MAX ? new_small(store, whole)
                                                    : new_large(store, whole);
    if (!object)
        return NULL;
    store->heap->objects++;
    object->kind = (uint8_t)kind;
    return object;
}

struct gw_object *
gw_heap_new_struct(struct gw_store *store, uint32_t type_id)
{
    const struct gw_layout *layout = gw_typereg_layout(store->engine, type_id);
    struct gw_object *object = new_object(store, GW_OBJECT_STRUCT,
                                          sizeof(struct gw_object),
                                          layout->size);
    if (!object)
        return NULL;
    object->type_id = type_id;
    object->leaf = layout->ref_count == 0;
    return object;
}

struct gw_object *
gw_heap_new_array(struct gw_store *store, uint32_t type_id, uint64_t count)
{
    const struct gw_layout *layout = gw_typereg_layout(store->engine, type_id);
    if (count > UINT64_MAX / layout->size)
        return NULL;
    struct gw_object *object = new_object(store, GW_OBJECT_ARRAY,
                                          sizeof(struct gw_object),
                                          count * layout->size);
    if (!object)
        return NULL;
    object->type_id = type_id;
    object->leaf = layout->ref_count == 0;
    object->count = count;
    return object;
}

struct gw_exn *
gw_heap_new_exn(struct gw_store *store, struct gw_taginst *tag)
{
    uint32_t slots = tag->type->param_slots;
    struct gw_object *object = new_object(store, GW_OBJECT_EXN,
                                          sizeof(struct gw_exn),
                                          slots *
                                              (uint64_t)sizeof(union gw_slot));
    if (!object)
        return NULL;
    struct gw_exn *exn = (struct gw_exn *)object;
    object->type_id = tag->type_id;
    object->leaf = slots == 0;
    exn->tag = tag;
    return exn;
}

struct gw_hostref *
gw_heap_new_host(struct gw_store *store, void *host,
                 void (*finalize)(void *host))
{
    struct gw_object *object = new_object(store, GW_OBJECT_HOST,
                                          sizeof(struct gw_hostref), 0);
    if (!object)
        return NULL;
    struct gw_hostref *ref = (struct gw_hostref *)object;
    object->type_id = GW_NO_INDEX;
    object->leaf = true;
    ref->host = host;
    ref->finalize = finalize;
    store->heap->finalizers += finalize != NULL;
    return ref;
}

struct gw_cont *
gw_heap_new_cont(struct gw_store *store, uint32_t type_id)
{
    struct gw_object *object = new_object(store, GW_OBJECT_CONT,
                                          sizeof(struct gw_cont), 0);
    if (object)
        object->type_id = type_id;
    return (struct gw_cont *)object;
}

struct gw_heap_stats
gw_heap_stats(const struct gw_store *store)
{
    const struct gw_heap *heap = store->heap;
    return (struct gw_heap_stats){
        .live_bytes = heap->live,
        .held_bytes = atomic_load(&heap->alloc.used),
        .collections = heap->collections,
        .objects = heap->objects,
        .rescans = heap->rescans,
    };
}

/* ---- making and freeing ---- */

struct gw_heap *
gw_heap_new(struct gw_store *store)
{
    struct gw_engine *engine = store->engine;
    const uint64_t *values = store->config.values;
    /* As the store itself, it does not count against MAX_HOST. */
    struct gw_heap *heap = gw_alloc_zero(&engine->alloc, 1, sizeof(*heap));
    if (!heap)
        return NULL;
    uint64_t limit = values[GW_OPTION_MAX_HEAP];
    gw_alloc_init(&heap->alloc, engine->alloc.resize, engine->alloc.env,
                  limit < SIZE_MAX ? (size_t)limit : SIZE_MAX);
    heap->low = UINT64_MAX;
    heap->stress = values[GW_OPTION_GC_STRESS] != 0;
    heap->due = heap->stress ? 0 : DUE_MIN;
    heap->index = heap->first_index;
    heap->index_size = GW_INDEX_FIRST;
    return heap;
}

static void
finish_all(struct gw_heap *heap)
{
    for (struct gw_block *b = heap->blocks; b && heap->finalizers != 0;
         b = b->next) {
        for (uint32_t i = 0; i < b->cell_count; i++)
            finish(heap, gw_block_cell(b, i));
    }
}

void
gw_heap_delete(struct gw_store *store, struct gw_heap *heap)
{
    if (!heap)
        return;
    /* Finalizers get nothing here either. */
    heap->collecting = true;
    heap->due = 0;
    finish_all(heap);
    while (heap->roots)
        gw_root_delete(store, heap->roots);
    for (struct gw_block *block = heap->blocks, *next; block; block = next) {
        next = block->next;
        gw_alloc_free(&heap->alloc, block, block->size);
    }
    assert(atomic_load(&heap->alloc.used) == 0);
    free_index(store, heap);
    gw_alloc_free(&store->engine->alloc, heap, sizeof(*heap));
}

/* ---- roots ---- */

struct gw_root *
gw_root_new(struct gw_store *store, uint64_t ref)
{
    struct gw_heap *heap = store->heap;
    struct gw_root *root = gw_alloc_get(&store->alloc, sizeof(*root));
    if (!root)
        return NULL;
    *root = (struct gw_root){ NULL, heap->roots, ref };
    if (heap->roots)
        heap->roots->previous = root;
    heap->roots = root;
    return root;
}

void
gw_root_delete(struct gw_store *store, struct gw_root *root)
{
    if (!root)
        return;
    if (root->previous)
        root->previous->next = root->next;
    else
        store->heap->roots = root->next;
    if (root->next)
        root->next->previous = root->previous;
    gw_alloc_free(&store->alloc, root, sizeof(*root));
}

void
gw_pins_push(struct gw_store *store, struct gw_pins *pins)
{
    pins->outer = store->heap->pins;
    store->heap->pins = pins;
}

void
gw_pins_pop(struct gw_store *store, struct gw_pins *pins)
{
    assert(store->heap->pins == pins && "the last pushed is popped first");
    store->heap->pins = pins->outer;
}
