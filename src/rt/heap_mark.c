#include "rt/heap_block.h"

#include "rt/native.h"
#include "rt/owned.h"
#include "rt/stack.h"

#include <assert.h>

/*
 * [DOC] Marking.
 *
 * Objects that have been reached but not looked into wait on a stack of ours:
 * guests build lists of any length, so nothing here recurses.  An array waits
 * with the index to go on from and is looked into piece by piece, so a long
 * one does not flood the stack.  What holds no references never waits.
 *
 * The stack begins in the marker itself and grows with what the heap holds,
 * to a sixteenth of it.  When it cannot grow any more, what does not fit is
 * marked grey, as is its block; when the stack is empty, grey blocks are
 * walked and their grey cells pushed again.  An object turns grey at most
 * once, and a stack was full when it did, so the walks stay in proportion.
 */

enum {
    FIRST_CAPACITY = 512,
    STACK_PART = 16,
    PIECE = 64 /* elements of an array looked at in one go */
};

struct entry {
    struct gw_object *object;
    uint64_t next; /* arrays: the element to go on with */
};

struct gw_marker {
    struct gw_store *store;
    struct gw_heap *heap;
    struct entry *entries;
    size_t count, capacity;
    size_t limit; /* of capacity */
    bool grey;    /* some block is */
    struct entry first[FIRST_CAPACITY];
};

/* ---- the stack ---- */

static void
free_entries(struct gw_marker *marker)
{
    if (marker->entries != marker->first)
        gw_alloc_free(&marker->store->alloc, marker->entries,
                      marker->capacity * sizeof(*marker->entries));
}

static bool
grow(struct gw_marker *marker)
{
    size_t capacity = marker->capacity * 2;
    if (capacity > marker->limit)
        return false;
    struct entry *entries = gw_alloc_get(&marker->store->alloc,
                                         capacity * sizeof(*entries));
    if (!entries) {
        marker->limit = 0;
        return false;
    }
    memcpy(entries, marker->entries, marker->count * sizeof(*entries));
    free_entries(marker);
    marker->entries = entries;
    marker->capacity = capacity;
    return true;
}

static void
push(struct gw_marker *marker, struct gw_object *object, uint64_t next)
{
    if (marker->count == marker->capacity && !grow(marker)) {
        struct gw_block *block = gw_heap_find(marker->heap,
                                              gw_ref_from(object));
        assert(block && "a reference to no object of this heap");
        object->mark = GW_MARK_GREY;
        block->grey = marker->grey = true;
        return;
    }
    marker->entries[marker->count++] = (struct entry){ object, next };
}

/* ---- one object ---- */

static inline void
mark_object(struct gw_marker *marker, struct gw_object *object)
{
    if (object->mark != GW_MARK_WHITE)
        return;
    object->mark = GW_MARK_BLACK;
    if (!object->leaf)
        push(marker, object, 0);
}

static inline void
mark_ref(struct gw_marker *marker, uint64_t ref)
{
    if (ref != 0 && !gw_ref_is_i31(ref))
        mark_object(marker, gw_ref_object(ref));
}

static uint64_t
load_ref(const uint8_t *data)
{
    uint64_t ref;
    memcpy(&ref, data, sizeof(ref));
    return ref;
}

static void
scan_struct(struct gw_marker *marker, struct gw_object *object)
{
    const struct gw_layout *layout = gw_typereg_layout(marker->store->engine,
                                                       object->type_id);
    const uint8_t *data = gw_object_data(object);
    for (uint32_t i = 0; i < layout->ref_count; i++)
        mark_ref(marker, load_ref(data + layout->refs[i]));
}

static void
scan_array(struct gw_marker *marker, struct gw_object *object, uint64_t next)
{
    const uint8_t *data = gw_object_data(object) + next * sizeof(uint64_t);
    uint64_t count = object->count - next;
    if (count > PIECE) {
        count = PIECE;
        push(marker, object, next + PIECE);
    }
    for (uint64_t i = 0; i < count; i++)
        mark_ref(marker, load_ref(data + i * sizeof(uint64_t)));
}

static void
scan_exn(struct gw_marker *marker, struct gw_object *object)
{
    const struct gw_engine *engine = marker->store->engine;
    const struct gw_functype *type =
        &gw_typereg_def(engine, object->type_id)->func;
    const union gw_slot *slot = gw_exn_payload((struct gw_exn *)object);
    for (uint32_t i = 0; i < type->param_count; i++) {
        if (gw_typereg_is_traced(engine, type->params[i]))
            mark_ref(marker, slot->ref);
        slot += gw_type_slots(type->params[i]);
    }
}

/* Of slots that may hold anything, marks the objects whose address they
 * have. */
static void
scan_slots(struct gw_marker *marker, const union gw_slot *from,
           const union gw_slot *to)
{
    for (; from < to; from++) {
        if (gw_heap_find(marker->heap, from->u64))
            mark_object(marker, gw_ref_object(from->u64));
    }
}

static void
scan_cont(struct gw_marker *marker, const struct gw_object *object)
{
    const struct gw_cont *cont = (const struct gw_cont *)object;
    const struct gw_stack *stack = cont->stack;
    if (!stack)
        return;
    scan_slots(marker, stack->base, stack->slot_top);
    for (; stack != cont->outermost; stack = stack->outer)
        scan_slots(marker, stack->outer->base, stack->outer_slot_top);
}

static void
scan(struct gw_marker *marker, struct entry entry)
{
    struct gw_object *object = entry.object;
    switch (object->kind) {
    case GW_OBJECT_STRUCT:
        scan_struct(marker, object);
        break;
    case GW_OBJECT_ARRAY:
        scan_array(marker, object, entry.next);
        break;
    case GW_OBJECT_EXN:
        scan_exn(marker, object);
        break;
    case GW_OBJECT_CONT:
        scan_cont(marker, object);
        break;
    default:
        assert(object->kind == GW_OBJECT_HOST && object->leaf);
        break;
    }
}

static void
drain(struct gw_marker *marker)
{
    while (marker->count != 0)
        scan(marker, marker->entries[--marker->count]);
}

/* ---- grey objects ---- */

static void
rescan_block(struct gw_marker *marker, struct gw_block *block)
{
    block->grey = false;
    for (uint32_t i = 0; i < block->cell_count; i++) {
        struct gw_object *object = gw_block_cell(block, i);
        if (object->kind == GW_OBJECT_FREE || object->mark != GW_MARK_GREY)
            continue;
        object->mark = GW_MARK_BLACK;
        push(marker, object, 0);
        drain(marker);
    }
}

static void
rescan(struct gw_marker *marker)
{
    while (marker->grey) {
        marker->grey = false;
        marker->heap->rescans++;
        for (struct gw_block *b = marker->heap->blocks; b; b = b->next)
            if (b->grey)
                rescan_block(marker, b);
    }
}

/* ---- roots ---- */

void
gw_mark_refs(struct gw_marker *marker, const uint64_t *refs, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        mark_ref(marker, refs[i]);
        drain(marker);
    }
}

/* Marks the object that begins at this address, if there is one. */
static void
mark_address(struct gw_marker *marker, uint64_t address)
{
    if (!gw_heap_find(marker->heap, address))
        return;
    mark_object(marker, gw_ref_object(address));
    drain(marker);
}

static void
mark_slots(struct gw_marker *marker, const union gw_slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mark_address(marker, slots[i].u64);
}

/* The guest stack, and those of the continuations that run. */
static void
mark_stacks(struct gw_marker *marker, const struct gw_exec *exec)
{
    const union gw_slot *top = exec->slot_top;
    for (struct gw_stack *s = exec->stack; s; s = s->outer) {
        mark_slots(marker, s->base, (size_t)(top - s->base));
        top = s->outer_slot_top;
    }
    mark_slots(marker, exec->stack_base, (size_t)(top - exec->stack_base));
}

/* Of machine code: a compiler may keep nothing of a reference but an address
 * within the object, or one just behind it. */
static void
mark_word(void *env, uint64_t word)
{
    struct gw_marker *marker = env;
    for (uint64_t address = word - 1; address - word + 1 <= 1; address++) {
        struct gw_object *object = gw_heap_find_inside(marker->heap, address);
        if (object)
            mark_object(marker, object);
        drain(marker);
    }
}

static void
mark_roots(struct gw_marker *marker)
{
    struct gw_store *store = marker->store;
    const struct gw_exec *exec = &store->exec;
    for (struct gw_owned *owned = store->owned; owned; owned = owned->older)
        if (owned->trace)
            owned->trace(marker, owned->object);
    for (struct gw_root *root = store->heap->roots; root; root = root->next)
        mark_address(marker, root->ref);
    for (struct gw_pins *pins = store->heap->pins; pins; pins = pins->outer)
        mark_slots(marker, pins->slots, pins->count);
    if (exec->exn)
        mark_address(marker, gw_ref_from(exec->exn));
    mark_stacks(marker, exec);
    gw_native_scan(exec, mark_word, marker);
}

void
gw_heap_mark(struct gw_store *store)
{
    struct gw_heap *heap = store->heap;
    struct gw_marker marker;
    marker.store = store;
    marker.heap = heap;
    marker.entries = marker.first;
    marker.count = 0;
    marker.capacity = FIRST_CAPACITY;
    marker.limit = atomic_load(&heap->alloc.used) / STACK_PART /
                   sizeof(struct entry);
    marker.grey = false;
    mark_roots(&marker);
    rescan(&marker);
    free_entries(&marker);
}
