/* Handles of every kind: making, copying, comparing, host information. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"

/* ---- objects that count ---- */

void
gw_note_set(struct gw_note *note, void *info, void (*finalizer)(void *))
{
    struct gw_note old = *note;
    note->info = info;
    note->finalizer = finalizer;
    if (old.finalizer)
        old.finalizer(old.info);
}

void
gw_object_ref(enum gw_handle_kind kind, void *object)
{
    if (kind == GW_HANDLE_MODULE)
        ((struct gw_capi_module *)object)->refs++;
    else if (kind == GW_HANDLE_TRAP)
        ((struct gw_capi_trap *)object)->refs++;
    else if (kind == GW_HANDLE_FOREIGN)
        ((struct gw_box *)object)->refs++;
}

static void
unref_module(struct gw_capi_module *module)
{
    if (--module->refs > 0)
        return;
    gw_note_set(&module->note, NULL, NULL);
    gw_program_unref(module->program);
    gw_heap_free(module);
}

void
gw_object_unref(enum gw_handle_kind kind, void *object)
{
    if (kind == GW_HANDLE_MODULE)
        unref_module(object);
    else if (kind == GW_HANDLE_TRAP)
        gw_capi_trap_unref(object);
    else if (kind == GW_HANDLE_FOREIGN)
        gw_box_unref(object);
}

/* ---- handles ---- */

struct wasm_ref_t *
gw_handle_adopt(enum gw_handle_kind kind, struct gw_store *store, void *object)
{
    struct wasm_ref_t *ref = object ? gw_heap_get(1, sizeof(*ref)) : NULL;
    if (!ref) {
        if (object)
            gw_object_unref(kind, object);
        return NULL;
    }
    ref->kind = kind;
    ref->store = gw_store_ref(store);
    ref->object = object;
    return ref;
}

struct wasm_ref_t *
gw_handle_new(enum gw_handle_kind kind, struct gw_store *store, void *object)
{
    if (object)
        gw_object_ref(kind, object);
    return gw_handle_adopt(kind, store, object);
}

/* The store goes last: a finalizer may still look at it. */
void
gw_handle_delete(struct wasm_ref_t *ref)
{
    if (!ref)
        return;
    if (ref->kind == GW_HANDLE_OPAQUE)
        gw_root_delete(ref->store, ref->object);
    else
        gw_object_unref(ref->kind, ref->object);
    gw_store_unref(ref->store);
    gw_heap_free(ref);
}

struct wasm_ref_t *
gw_handle_copy(const struct wasm_ref_t *ref)
{
    if (!ref)
        return NULL;
    if (ref->kind == GW_HANDLE_OPAQUE)
        return gw_box_lift(ref->store, gw_box_lower(ref));
    return gw_handle_new(ref->kind, ref->store, ref->object);
}

bool
gw_handle_same(const struct wasm_ref_t *a, const struct wasm_ref_t *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->store != b->store)
        return false;
    if (a->kind == GW_HANDLE_OPAQUE)
        return gw_box_lower(a) == gw_box_lower(b);
    return a->object == b->object;
}

/* ---- host information ---- */

static struct gw_note *
note_of(const struct wasm_ref_t *ref, bool make)
{
    switch (ref->kind) {
    case GW_HANDLE_MODULE:
        return &((struct gw_capi_module *)ref->object)->note;
    case GW_HANDLE_TRAP:
        return &((struct gw_capi_trap *)ref->object)->note;
    case GW_HANDLE_FOREIGN:
        return &((struct gw_box *)ref->object)->note;
    case GW_HANDLE_OPAQUE:
        return NULL;
    default:
        return gw_note_find(ref->store, ref->object, make);
    }
}

static void *
get_info(const struct wasm_ref_t *ref)
{
    const struct gw_note *note = note_of(ref, false);
    return note ? note->info : NULL;
}

static void
set_info(const struct wasm_ref_t *ref, void *info, void (*finalizer)(void *))
{
    struct gw_note *note = note_of(ref, true);
    if (note)
        gw_note_set(note, info, finalizer);
    else if (finalizer)
        finalizer(info); /* nothing will ever keep it */
}

/* ---- the families of wasm.h ---- */

#define HEAD(x) ((struct wasm_ref_t *)(x))
#define CONST_HEAD(x) ((const struct wasm_ref_t *)(x))

#define REF_BASE(name)                                                         \
    void wasm_##name##_delete(wasm_##name##_t *x)                              \
    {                                                                          \
        gw_handle_delete(HEAD(x));                                             \
    }                                                                          \
    wasm_##name##_t *wasm_##name##_copy(const wasm_##name##_t *x)              \
    {                                                                          \
        return (wasm_##name##_t *)gw_handle_copy(CONST_HEAD(x));               \
    }                                                                          \
    bool wasm_##name##_same(const wasm_##name##_t *a,                          \
                            const wasm_##name##_t *b)                          \
    {                                                                          \
        return gw_handle_same(CONST_HEAD(a), CONST_HEAD(b));                   \
    }                                                                          \
    void *wasm_##name##_get_host_info(const wasm_##name##_t *x)                \
    {                                                                          \
        return get_info(CONST_HEAD(x));                                        \
    }                                                                          \
    void wasm_##name##_set_host_info(wasm_##name##_t *x, void *info)           \
    {                                                                          \
        set_info(HEAD(x), info, NULL);                                         \
    }                                                                          \
    void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t *x,        \
                                                    void *info,                \
                                                    void (*finalizer)(void *)) \
    {                                                                          \
        set_info(HEAD(x), info, finalizer);                                    \
    }

/* IS(kind): is a handle of that kind one of these? */
#define REF(name, IS)                                                      \
    REF_BASE(name)                                                         \
    wasm_ref_t *wasm_##name##_as_ref(wasm_##name##_t *x)                   \
    {                                                                      \
        return HEAD(x);                                                    \
    }                                                                      \
    const wasm_ref_t *wasm_##name##_as_ref_const(const wasm_##name##_t *x) \
    {                                                                      \
        return CONST_HEAD(x);                                              \
    }                                                                      \
    wasm_##name##_t *wasm_ref_as_##name(wasm_ref_t *x)                     \
    {                                                                      \
        return x && IS(x->kind) ? (wasm_##name##_t *)x : NULL;             \
    }                                                                      \
    const wasm_##name##_t *wasm_ref_as_##name##_const(const wasm_ref_t *x) \
    {                                                                      \
        return x && IS(x->kind) ? (const wasm_##name##_t *)x : NULL;       \
    }

#define IS_FUNC(kind) ((kind) == GW_HANDLE_FUNC)
#define IS_GLOBAL(kind) ((kind) == GW_HANDLE_GLOBAL)
#define IS_TABLE(kind) ((kind) == GW_HANDLE_TABLE)
#define IS_MEMORY(kind) ((kind) == GW_HANDLE_MEMORY)
#define IS_EXTERN(kind) ((kind) <= GW_HANDLE_TAG)
#define IS_INSTANCE(kind) ((kind) == GW_HANDLE_INSTANCE)
#define IS_MODULE(kind) ((kind) == GW_HANDLE_MODULE)
#define IS_TRAP(kind) ((kind) == GW_HANDLE_TRAP)
#define IS_FOREIGN(kind) ((kind) == GW_HANDLE_FOREIGN)

REF_BASE(ref)
REF(func, IS_FUNC)
REF(global, IS_GLOBAL)
REF(table, IS_TABLE)
REF(memory, IS_MEMORY)
REF(extern, IS_EXTERN)
REF(instance, IS_INSTANCE)
REF(module, IS_MODULE)
REF(trap, IS_TRAP)
REF(foreign, IS_FOREIGN)

/* ---- externals ---- */

#define EXTERN(name, IS)                                                  \
    wasm_extern_t *wasm_##name##_as_extern(wasm_##name##_t *x)            \
    {                                                                     \
        return (wasm_extern_t *)x;                                        \
    }                                                                     \
    const wasm_extern_t *wasm_##name##_as_extern_const(                   \
        const wasm_##name##_t *x)                                         \
    {                                                                     \
        return (const wasm_extern_t *)x;                                  \
    }                                                                     \
    wasm_##name##_t *wasm_extern_as_##name(wasm_extern_t *x)              \
    {                                                                     \
        return x && IS(x->head.kind) ? (wasm_##name##_t *)x : NULL;       \
    }                                                                     \
    const wasm_##name##_t *wasm_extern_as_##name##_const(                 \
        const wasm_extern_t *x)                                           \
    {                                                                     \
        return x && IS(x->head.kind) ? (const wasm_##name##_t *)x : NULL; \
    }

EXTERN(func, IS_FUNC)
EXTERN(global, IS_GLOBAL)
EXTERN(table, IS_TABLE)
EXTERN(memory, IS_MEMORY)
