/*
 * Handles: what the pointers of the C API point to.
 *
 * A handle names an object of a store and holds a reference to the store, so
 * it can be freed in any order with others.  All kinds of handles share one
 * layout, and seeing one as a wasm_ref_t or wasm_extern_t is a cast.  The
 * objects behind them are the inside's, which live as long as the store,
 * or counted ones (modules, traps, foreign objects).
 */
#ifndef GW_CAPI_HANDLE_H
#define GW_CAPI_HANDLE_H

#include "base/map.h"
#include "base/vec.h"
#include "rt/heap.h"
#include "rt/store.h"

#include "godwit.h"

enum gw_handle_kind {
    GW_HANDLE_FUNC,
    GW_HANDLE_GLOBAL,
    GW_HANDLE_TABLE,
    GW_HANDLE_MEMORY,
    GW_HANDLE_TAG, /* the last that is an external */
    GW_HANDLE_INSTANCE,
    GW_HANDLE_MODULE,
    GW_HANDLE_TRAP,
    GW_HANDLE_FOREIGN,
    GW_HANDLE_OPAQUE /* a reference that the host can only hand on */
};

struct wasm_ref_t {
    enum gw_handle_kind kind;
    struct gw_store *store;
    void *object; /* what it is depends on kind; identity is its address.
                     GW_HANDLE_OPAQUE: a struct gw_root of the handle's own */
};

#define GW_HANDLE(name)         \
    struct wasm_##name##_t {    \
        struct wasm_ref_t head; \
    }
GW_HANDLE(func);
GW_HANDLE(global);
GW_HANDLE(table);
GW_HANDLE(memory);
GW_HANDLE(extern);
GW_HANDLE(instance);
GW_HANDLE(module);
GW_HANDLE(trap);
GW_HANDLE(foreign);
#undef GW_HANDLE

struct godwit_tag_t {
    struct wasm_ref_t head;
};

/* What the host keeps with an object. */
struct gw_note {
    void *info;
    void (*finalizer)(void *info);
};

/* The object of a module handle.  One thread, as its store. */
struct gw_capi_module {
    uint32_t refs;
    struct gw_program *program;
    struct gw_note note;
};

struct wasm_shared_module_t {
    struct gw_program *program;
};

/* The object of a trap handle: a copy of what the store said. */
struct gw_capi_trap {
    uint32_t refs;
    enum gw_trap trap;
    int32_t exit_code;
    struct gw_store *store; /* of exn, which the trap's handles keep alive */
    struct gw_root *exn;    /* GW_TRAP_UNCAUGHT_EXCEPTION, or NULL */
    uint32_t frame_count, frame_total;
    struct gw_trace_frame *frames;
    struct gw_note note;
    size_t text_size;
    char text[]; /* terminated */
};

/* What is told of a frame; the name is the module's. */
struct godwit_frame gw_capi_frame(const struct gw_trace_frame *at);

/* An object of the host that guests can hold: a foreign one, or any other
 * that was passed as an externref.  It counts the handles of a foreign object
 * and, as one more, the object of the store's heap that stands for it. */
struct gw_box {
    enum gw_handle_kind kind;
    uint32_t refs;
    void *object; /* what it stands for; foreign: itself */
    struct gw_store *store;
    struct gw_hostref *hostref;  /* what guests hold, or NULL */
    struct gw_box *next, **link; /* list of those with a hostref, or of */
    struct gw_note note;         /*   those whose hostref was collected */
};

/* What this layer keeps with a store: at store->user. */
struct gw_capi_store {
    struct gw_store *store;
    godwit_limiter_t *limiter; /* NULL: none */
    void *limiter_env;
    struct gw_box *boxes;   /* that guests may hold */
    struct gw_box *dropped; /* that no guest holds any more */
    struct gw_map notes;    /* address of an object -> index in note_list */
    struct gw_vec note_list;
    struct gw_capi_trap *thrown; /* by a host function, on its way */
};

static inline struct gw_capi_store *
gw_capi_store(const struct gw_store *store)
{
    return store->user;
}

/* ---- ref.c ---- */

/* Do two handles name one object? */
bool gw_handle_same(const struct wasm_ref_t *a, const struct wasm_ref_t *b);
struct wasm_ref_t *gw_handle_copy(const struct wasm_ref_t *ref);

/* A new handle; object's count goes up.  NULL when out of memory. */
struct wasm_ref_t *gw_handle_new(enum gw_handle_kind kind,
                                 struct gw_store *store, void *object);
/* The same, giving the count it already has away, also on failure. */
struct wasm_ref_t *gw_handle_adopt(enum gw_handle_kind kind,
                                   struct gw_store *store, void *object);
void gw_handle_delete(struct wasm_ref_t *ref);

/* Between handles and the inside's external values. */
struct wasm_ref_t *gw_handle_extern(struct gw_store *store,
                                    const struct gw_externval *value);
bool gw_handle_externval(const struct wasm_ref_t *ref,
                         struct gw_externval *out);

/* Counts objects that are counted; nothing for others. */
void gw_object_ref(enum gw_handle_kind kind, void *object);
void gw_object_unref(enum gw_handle_kind kind, void *object);

void gw_note_set(struct gw_note *note, void *info, void (*finalizer)(void *));

/* Makes and frees what hangs on store->user. */
bool gw_capi_store_init(struct gw_store *store);

/* ---- box.c ---- */

/* Notes of store-owned objects; NULL when there is none (and make is false)
 * or no memory. */
struct gw_note *gw_note_find(struct gw_store *store, void *object, bool make);
/* The reference a guest holds for the object of ref; 0: no memory.  May
 * collect garbage: references that no guest holds yet must be pinned. */
uint64_t gw_box_lower(const struct wasm_ref_t *ref);
/* The handle for a reference that is no function; OPAQUE when it is not one
 * of the host's. */
struct wasm_ref_t *gw_box_lift(struct gw_store *store, uint64_t bits);
void gw_box_unref(struct gw_box *box);
/* Ends what guests have let go; finalizers of the host run here and not while
 * garbage is collected. */
void gw_box_sweep(struct gw_store *store);

/* ---- value.c ---- */

/* A value as slots of an engine-wide type: false when it does not fit.  out
 * has room for gw_type_slots(type). */
bool gw_val_lower(struct gw_store *store, gw_valtype type,
                  const wasm_val_t *val, union gw_slot *out);
bool gw_ref_lower(struct gw_store *store, gw_valtype type,
                  const struct wasm_ref_t *ref, uint64_t *out);
/* Several, one behind the other. */
bool gw_vals_lower(struct gw_store *store, const gw_valtype *types,
                   uint32_t count, const wasm_val_t *vals, union gw_slot *out);
void gw_vals_lift(struct gw_store *store, const gw_valtype *types,
                  uint32_t count, const union gw_slot *slots, wasm_val_t *out);
/* And back, own. */
void gw_val_lift(struct gw_store *store, gw_valtype type,
                 const union gw_slot *slot, wasm_val_t *out);
struct wasm_ref_t *gw_ref_lift(struct gw_store *store, gw_valtype type,
                               uint64_t bits);

/* ---- trap.c ---- */

/* A trap of the host's with a text; NULL when out of memory. */
struct gw_capi_trap *gw_capi_trap_new(enum gw_trap trap, const char *text,
                                      size_t size);
void gw_capi_trap_unref(struct gw_capi_trap *trap);
/* Keeps the exception alive with the trap, as far as there is memory. */
void gw_capi_trap_hold(struct gw_capi_trap *trap, struct gw_store *store,
                       struct gw_exn *exn);
/* The trap that a call just ended with: the one a host function threw, or
 * one made of gw_store_trap.  Own. */
wasm_trap_t *gw_capi_trap_take(struct gw_store *store);
/* A trap handle that says a call could not even begin. */
wasm_trap_t *gw_capi_trap_refuse(struct gw_store *store, const char *format,
                                 ...) GW_PRINTF(2, 3);
/* Records what a host function returned as its call's outcome; takes trap. */
enum gw_trap gw_capi_trap_throw(struct gw_call *call, wasm_trap_t *trap);

/* ---- module.c ---- */

struct gw_program *gw_handle_program(const wasm_module_t *module);
wasm_module_t *gw_handle_module(struct gw_store *store,
                                struct gw_program *program);

/* ---- instance.c ---- */

/* An engine that only looks (godwit_config_set_inspect) refuses. */
bool gw_capi_may_run(const struct gw_engine *engine);
wasm_instance_t *gw_capi_instance(struct gw_store *store,
                                  const wasm_module_t *module,
                                  const struct gw_externval *imports,
                                  uint32_t count, struct gw_diag *diag,
                                  wasm_trap_t **trap);

#endif
