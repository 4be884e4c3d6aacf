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

/* ---- notes ---- */

static bool
hold(struct gw_capi_store *mine, struct held_note *note)
{
    size_t number = mine->note_list.count;
    struct held_note **place = number < UINT32_MAX
                                   ? gw_vec_push(&mine->note_list)
                                   : NULL;
    if (!place)
        return false;
    *place = note;
    if (gw_map_put(&mine->notes, key_of(&note->object), (uint32_t)number,
                   NULL) == GW_OK)
        return true;
    mine->note_list.count--;
    return false;
}

struct gw_note *
gw_note_find(struct gw_store *store, void *object, bool make)
{
    struct gw_capi_store *mine = gw_capi_store(store);
    const uint32_t *number = gw_map_find(&mine->notes, key_of(&object));
    if (number)
        return &((struct held_note **)mine->note_list.data)[*number]->note;
    if (!make)
        return NULL;
    struct held_note *note = gw_alloc_zero(&store->alloc, 1, sizeof(*note));
    if (!note)
        return NULL;
    note->object = object;
    if (hold(mine, note))
        return &note->note;
    gw_alloc_free(&store->alloc, note, sizeof(*note));
    return NULL;
}

/* ---- boxes ---- */

static struct gw_box *
new_box(enum gw_handle_kind kind, struct gw_store *store, void *object)
{
    struct gw_box *box = gw_heap_get(1, sizeof(*box));
    if (!box)
        return NULL;
    box->kind = kind;
    box->refs = 1;
    box->object = object ? object : box;
    box->store = store;
    return box;
}

wasm_foreign_t *
wasm_foreign_new(wasm_store_t *store)
{
    struct gw_box *box = new_box(GW_HANDLE_FOREIGN, store->store, NULL);
    return (wasm_foreign_t *)gw_handle_adopt(GW_HANDLE_FOREIGN, store->store,
                                             box);
}

void
gw_box_unref(struct gw_box *box)
{
    if (--box->refs > 0)
        return;
    if (box->kind != GW_HANDLE_FOREIGN)
        gw_object_unref(box->kind, box->object);
    gw_note_set(&box->note, NULL, NULL);
    gw_heap_free(box);
}

static void
link_box(struct gw_box **list, struct gw_box *box)
{
    box->next = *list;
    box->link = list;
    if (box->next)
        box->next->link = &box->next;
    *list = box;
}

static void
unlink_box(struct gw_box *box)
{
    *box->link = box->next;
    if (box->next)
        box->next->link = box->link;
}

/* Called by the heap, where nothing of the host may run.  host is NULL when
 * the store is being ended. */
static void
drop_box(void *host)
{
    struct gw_box *box = host;
    if (!box)
        return;
    box->hostref = NULL;
    unlink_box(box);
    link_box(&gw_capi_store(box->store)->dropped, box);
}

void
gw_box_sweep(struct gw_store *store)
{
    struct gw_capi_store *mine = gw_capi_store(store);
    while (mine->dropped) {
        struct gw_box *box = mine->dropped;
        unlink_box(box);
        gw_box_unref(box);
    }
}

/* Lets guests hold the box; they count as one. */
static uint64_t
expose(struct gw_box *box)
{
    box->hostref = gw_heap_new_host(box->store, box, drop_box);
    if (!box->hostref)
        return 0;
    link_box(&gw_capi_store(box->store)->boxes, box);
    box->refs++;
    return gw_ref_from(box->hostref);
}

uint64_t
gw_box_lower(const struct wasm_ref_t *ref)
{
    if (ref->kind == GW_HANDLE_OPAQUE)
        return ((const struct gw_root *)ref->object)->ref;
    gw_box_sweep(ref->store);
    if (ref->kind == GW_HANDLE_FOREIGN) {
        struct gw_box *foreign = ref->object;
        return foreign->hostref ? gw_ref_from(foreign->hostref)
                                : expose(foreign);
    }
    struct gw_box *box = new_box(ref->kind, ref->store, ref->object);
    if (!box)
        return 0;
    gw_object_ref(box->kind, box->object);
    uint64_t bits = expose(box);
    gw_box_unref(box); /* from here on the guests' */
    return bits;
}

/* The box that a guest's reference stands for, or NULL. */
static struct gw_box *
box_of(uint64_t bits)
{
    if (gw_ref_is_i31(bits) || gw_ref_object(bits)->kind != GW_OBJECT_HOST)
        return NULL;
    const struct gw_hostref *host = (const void *)gw_ref_object(bits);
    return host->finalize == drop_box ? host->host : NULL;
}

struct wasm_ref_t *
gw_box_lift(struct gw_store *store, uint64_t bits)
{
    const struct gw_box *box = box_of(bits);
    if (box)
        return gw_handle_new(box->kind, store, box->object);
    struct gw_root *root = gw_root_new(store, bits);
    struct wasm_ref_t *ref = gw_handle_adopt(GW_HANDLE_OPAQUE, store, root);
    if (!ref && root)
        gw_root_delete(store, root);
    return ref;
}

/* ---- with the store ---- */

/* No handle is left by now, and no guest will run again.  The heap goes after
 * us and finds nothing to finalize. */
static void
fini_store(void *env)
{
    struct gw_capi_store *mine = env;
    struct gw_alloc *alloc = &mine->store->alloc;
    struct held_note **notes = mine->note_list.data;

    for (size_t i = 0; i < mine->note_list.count; i++) {
        gw_note_set(&notes[i]->note, NULL, NULL);
        gw_alloc_free(alloc, notes[i], sizeof(*notes[i]));
    }
    while (mine->boxes) {
        struct gw_box *box = mine->boxes;
        box->hostref->host = NULL;
        drop_box(box);
    }
    gw_box_sweep(mine->store);
    gw_capi_trap_unref(mine->thrown);
    gw_map_fini(&mine->notes);
    gw_vec_fini(&mine->note_list);
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
    gw_map_init(&mine->notes, alloc, 0);
    gw_vec_init(&mine->note_list, alloc, sizeof(void *));
    store->user = mine;
    store->fini = fini_store;
    return true;
}
