/* Objects of the host in the hands of guests, and what the host keeps with
 * objects of a store. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"

/* A note in the store's list; the address is the key of the index. */
struct held_note {
    void *object;
    struct gw_note note;
};

static struct gw_span
key_of(void *const *address)
{
    return gw_span(address, sizeof(*address));
}

/* Puts what item points to in a list and its number in an index. */
static bool
hold(struct gw_map *map, struct gw_vec *list, void *const *key, void *item)
{
    if (list->count >= UINT32_MAX)
        return false;
    uint32_t number = (uint32_t)list->count;
    void **place = gw_vec_push(list);
    if (!place)
        return false;
    *place = item;
    if (gw_map_put(map, key_of(key), number, NULL) == GW_OK)
        return true;
    list->count--;
    return false;
}

static void *
held(const struct gw_map *map, const struct gw_vec *list, void *address)
{
    const uint32_t *number = gw_map_find(map, key_of(&address));
    return number ? ((void **)list->data)[*number] : NULL;
}

/* ---- notes ---- */

struct gw_note *
gw_note_find(struct gw_store *store, void *object, bool make)
{
    struct gw_capi_store *mine = gw_capi_store(store);
    struct held_note *note = held(&mine->notes, &mine->note_list, object);
    if (note || !make)
        return note ? &note->note : NULL;
    note = gw_alloc_zero(&store->alloc, 1, sizeof(*note));
    if (!note)
        return NULL;
    note->object = object;
    if (hold(&mine->notes, &mine->note_list, &note->object, note))
        return &note->note;
    gw_alloc_free(&store->alloc, note, sizeof(*note));
    return NULL;
}

/* ---- boxes ---- */

wasm_foreign_t *
wasm_foreign_new(wasm_store_t *store)
{
    struct gw_box *box = gw_heap_get(1, sizeof(*box));
    if (!box)
        return NULL;
    box->self = box;
    box->object = box;
    box->kind = GW_HANDLE_FOREIGN;
    box->refs = 1;
    return (wasm_foreign_t *)gw_handle_adopt(GW_HANDLE_FOREIGN, store->store,
                                             box);
}

/* From now on a guest may have it.  Where only the second key is refused, the
 * same object gets another box next time. */
static bool
hold_box(struct gw_capi_store *mine, struct gw_box *box)
{
    void *const *self = (void *const *)(void *)&box->self;
    if (!hold(&mine->boxes, &mine->box_list, self, box))
        return false;
    uint32_t number = (uint32_t)(mine->box_list.count - 1);
    if (box->object != box)
        (void)gw_map_put(&mine->boxes, key_of(&box->object), number, NULL);
    box->escaped = true;
    return true;
}

/* A box for an object that is not foreign itself. */
static struct gw_box *
new_box(struct gw_capi_store *mine, const struct wasm_ref_t *ref)
{
    struct gw_box *box = gw_heap_get(1, sizeof(*box));
    if (!box)
        return NULL;
    box->self = box;
    box->object = ref->object;
    box->kind = ref->kind;
    if (!hold_box(mine, box)) {
        gw_heap_free(box);
        return NULL;
    }
    gw_object_ref(box->kind, box->object);
    return box;
}

uint64_t
gw_box_lower(const struct wasm_ref_t *ref)
{
    struct gw_capi_store *mine = gw_capi_store(ref->store);
    struct gw_box *box;

    switch (ref->kind) {
    case GW_HANDLE_OPAQUE:
        return gw_ref_from(ref->object);
    case GW_HANDLE_FOREIGN:
        box = ref->object;
        return box->escaped || hold_box(mine, box) ? gw_ref_from(box) : 0;
    default:
        box = held(&mine->boxes, &mine->box_list, ref->object);
        if (!box)
            box = new_box(mine, ref);
        return gw_ref_from(box);
    }
}

struct wasm_ref_t *
gw_box_lift(struct gw_store *store, uint64_t bits, gw_valtype type)
{
    struct gw_capi_store *mine = gw_capi_store(store);
    void *address = (void *)(uintptr_t)bits;
    struct gw_box *box = held(&mine->boxes, &mine->box_list, address);
    if (box && box->self == address)
        return gw_handle_new(box->kind, store, box->object);
    struct wasm_ref_t *ref = gw_handle_new(GW_HANDLE_OPAQUE, store, address);
    if (ref)
        ref->type = type;
    return ref;
}

/* ---- with the store ---- */

static void
free_box(struct gw_box *box)
{
    if (box->kind != GW_HANDLE_FOREIGN)
        gw_object_unref(box->kind, box->object);
    gw_note_set(&box->note, NULL, NULL);
    gw_heap_free(box);
}

/* No handle is left by now, and no guest will run again. */
static void
fini_store(void *env)
{
    struct gw_capi_store *mine = env;
    struct gw_alloc *alloc = &mine->store->alloc;
    struct held_note **notes = mine->note_list.data;
    struct gw_box **boxes = mine->box_list.data;

    for (size_t i = 0; i < mine->note_list.count; i++) {
        gw_note_set(&notes[i]->note, NULL, NULL);
        gw_alloc_free(alloc, notes[i], sizeof(*notes[i]));
    }
    for (size_t i = 0; i < mine->box_list.count; i++)
        free_box(boxes[i]);
    gw_capi_trap_unref(mine->thrown);
    gw_map_fini(&mine->notes);
    gw_map_fini(&mine->boxes);
    gw_vec_fini(&mine->note_list);
    gw_vec_fini(&mine->box_list);
    gw_alloc_free(alloc, mine, sizeof(*mine));
}

bool
gw_capi_store_init(struct gw_store *store)
{
    struct gw_alloc *alloc = &store->alloc;
    struct gw_capi_store *mine = gw_alloc_zero(alloc, 1, sizeof(*mine));
    if (!mine)
        return false;
    mine->store = store;
    gw_map_init(&mine->boxes, alloc, 0);
    gw_map_init(&mine->notes, alloc, 0);
    gw_vec_init(&mine->box_list, alloc, sizeof(void *));
    gw_vec_init(&mine->note_list, alloc, sizeof(void *));
    store->user = mine;
    store->fini = fini_store;
    return true;
}
