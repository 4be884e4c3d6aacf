/* Tags, and the exceptions that traps carry. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"
#include "capi/type.h"

/* ---- tags ---- */

godwit_tag_t *
godwit_tag_new(wasm_store_t *store, const wasm_functype_t *type)
{
    struct gw_engine *engine = store->store->engine;
    struct gw_taginst *tag = NULL;
    struct gw_functype lowered;
    gw_valtype *block;
    uint32_t id;

    if (!gw_capi_functype_lower(engine, type, &lowered, &block))
        return NULL;
    if (lowered.result_count > 0 ||
        gw_typereg_intern_func(engine, &lowered, &id) != GW_OK ||
        gw_taginst_new(store->store, id, &gw_typereg_def(engine, id)->func,
                       &tag) != GW_OK)
        tag = NULL;
    gw_heap_free(block);
    return (godwit_tag_t *)gw_handle_adopt(GW_HANDLE_TAG, store->store, tag);
}

void
godwit_tag_delete(godwit_tag_t *tag)
{
    gw_handle_delete((struct wasm_ref_t *)tag);
}

godwit_tag_t *
godwit_tag_copy(const godwit_tag_t *tag)
{
    return (godwit_tag_t *)gw_handle_copy((const struct wasm_ref_t *)tag);
}

bool
godwit_tag_same(const godwit_tag_t *a, const godwit_tag_t *b)
{
    return gw_handle_same((const struct wasm_ref_t *)a,
                          (const struct wasm_ref_t *)b);
}

/* The engine-wide form: that of the object names types as its module does. */
static const struct gw_functype *
type_of(const struct gw_taginst *tag)
{
    return &gw_typereg_def(tag->store->engine, tag->type_id)->func;
}

wasm_functype_t *
godwit_tag_type(const godwit_tag_t *tag)
{
    return wasm_externtype_as_functype(
        gw_capi_functype(tag->head.store->engine, type_of(tag->head.object)));
}

wasm_extern_t *
godwit_tag_as_extern(godwit_tag_t *tag)
{
    return (wasm_extern_t *)tag;
}

godwit_tag_t *
godwit_extern_as_tag(wasm_extern_t *external)
{
    bool fits = external && external->head.kind == GW_HANDLE_TAG;
    return fits ? (godwit_tag_t *)external : NULL;
}

/* ---- exceptions ---- */

static struct gw_exn *
exn_of(const struct gw_capi_trap *trap)
{
    return trap && trap->exn
               ? (struct gw_exn *)(void *)gw_ref_object(trap->exn->ref)
               : NULL;
}

bool
godwit_trap_exception(const wasm_trap_t *trap, godwit_tag_t **tag,
                      wasm_val_vec_t *values)
{
    struct gw_exn *exn = exn_of(trap ? trap->head.object : NULL);
    if (!exn)
        return false;
    struct gw_store *store = trap->head.store;
    const struct gw_functype *type = type_of(exn->tag);
    if (tag)
        *tag = (godwit_tag_t *)gw_handle_new(GW_HANDLE_TAG, store, exn->tag);
    if (values) {
        wasm_val_vec_new_uninitialized(values, type->param_count);
        gw_vals_lift(store, type->params, (uint32_t)values->size,
                     gw_exn_payload(exn), values->data);
    }
    return true;
}

/* The values stay alive while later ones, and the exception, are made. */
static struct gw_exn *
make_exn(const godwit_tag_t *tag, const wasm_val_t *values,
         union gw_slot *slots)
{
    struct gw_store *store = tag->head.store;
    const struct gw_functype *type = type_of(tag->head.object);
    struct gw_pins pins = { .slots = slots, .count = type->param_slots };
    struct gw_exn *exn = NULL;
    gw_pins_push(store, &pins);
    if (gw_vals_lower(store, type->params, type->param_count, values, slots))
        exn = gw_heap_new_exn(store, tag->head.object);
    gw_pins_pop(store, &pins);
    if (exn && type->param_slots > 0)
        memcpy(gw_exn_payload(exn), slots, type->param_slots * sizeof(*slots));
    return exn;
}

wasm_trap_t *
godwit_trap_new_exception(const godwit_tag_t *tag, const wasm_val_t *values,
                          size_t count)
{
    const char *text = gw_trap_text(GW_TRAP_UNCAUGHT_EXCEPTION);
    struct gw_store *store = tag->head.store;
    const struct gw_functype *type = type_of(tag->head.object);
    if (count != type->param_count)
        return NULL;
    union gw_slot *slots = gw_heap_get(type->param_slots, sizeof(*slots));
    struct gw_exn *exn = slots ? make_exn(tag, values, slots) : NULL;
    struct gw_capi_trap *trap = NULL;
    gw_heap_free(slots);
    if (exn)
        trap = gw_capi_trap_new(GW_TRAP_UNCAUGHT_EXCEPTION, text, strlen(text));
    if (trap)
        gw_capi_trap_hold(trap, store, exn);
    return (wasm_trap_t *)gw_handle_adopt(GW_HANDLE_TRAP, store, trap);
}
