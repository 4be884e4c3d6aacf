/* Traps and their frames. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"

#include <assert.h>

struct wasm_frame_t {
    wasm_instance_t *instance; /* own; keeps the store alive */
    struct gw_trace_frame at;
};

/* ---- the object ---- */

struct gw_capi_trap *
gw_capi_trap_new(enum gw_trap trap, const char *text, size_t size)
{
    struct gw_capi_trap *out = gw_heap_get(1, sizeof(*out) + size + 1);
    if (!out)
        return NULL;
    out->refs = 1;
    out->trap = trap;
    out->text_size = size;
    if (size)
        memcpy(out->text, text, size);
    return out;
}

void
gw_capi_trap_unref(struct gw_capi_trap *trap)
{
    if (!trap || --trap->refs > 0)
        return;
    gw_note_set(&trap->note, NULL, NULL);
    if (trap->exn)
        gw_root_delete(trap->store, trap->exn);
    gw_heap_free(trap->frames);
    gw_heap_free(trap);
}

void
gw_capi_trap_hold(struct gw_capi_trap *trap, struct gw_store *store,
                  struct gw_exn *exn)
{
    assert(!trap->exn);
    trap->store = store;
    trap->exn = gw_root_new(store, gw_ref_from(exn));
}

/* A trap without frames says less but is a trap. */
static void
take_frames(struct gw_capi_trap *trap, const struct gw_trap_info *info)
{
    if (trap->frames || !info->frame_count)
        return;
    trap->frames = gw_heap_get(info->frame_count, sizeof(*trap->frames));
    if (!trap->frames)
        return;
    memcpy(trap->frames, info->frames,
           info->frame_count * sizeof(*trap->frames));
    trap->frame_count = info->frame_count;
    trap->frame_total = info->frame_total;
}

static wasm_trap_t *
handle_of(struct gw_store *store, struct gw_capi_trap *trap)
{
    return (wasm_trap_t *)gw_handle_adopt(GW_HANDLE_TRAP, store, trap);
}

wasm_trap_t *
gw_capi_trap_take(struct gw_store *store)
{
    const struct gw_trap_info *info = gw_store_trap(store);
    struct gw_capi_store *mine = gw_capi_store(store);
    struct gw_capi_trap *trap = mine->thrown;

    mine->thrown = NULL;
    if (trap && trap->trap != info->trap) {
        gw_capi_trap_unref(trap);
        trap = NULL;
    }
    if (!trap) {
        trap = gw_capi_trap_new(info->trap, info->text, strlen(info->text));
        if (!trap)
            return NULL;
        trap->exit_code = info->exit_code;
        if (info->trap == GW_TRAP_UNCAUGHT_EXCEPTION && store->exec.exn)
            gw_capi_trap_hold(trap, store, store->exec.exn);
    }
    take_frames(trap, info);
    return handle_of(store, trap);
}

wasm_trap_t *
gw_capi_trap_refuse(struct gw_store *store, const char *format, ...)
{
    char text[GW_TRAP_TEXT];
    va_list args;
    va_start(args, format);
    gw_formatv(text, sizeof(text), format, args);
    va_end(args);
    return handle_of(store, gw_capi_trap_new(GW_TRAP_HOST, text, strlen(text)));
}

/* The trap of a nested call goes on as what it was.  One of another store is
 * copied, for its frames are not ours. */
enum gw_trap
gw_capi_trap_throw(struct gw_call *call, wasm_trap_t *handle)
{
    struct gw_capi_store *mine = gw_capi_store(call->store);
    struct gw_capi_trap *trap = handle->head.object;
    enum gw_trap kind = trap->trap;
    int32_t exit_code = trap->exit_code;

    if (kind == GW_TRAP_UNCAUGHT_EXCEPTION)
        call->exec->exn = handle->head.store == call->store && trap->exn
                              ? (void *)gw_ref_object(trap->exn->ref)
                              : NULL;
    if (handle->head.store == call->store)
        trap->refs++;
    else
        trap = gw_capi_trap_new(kind, trap->text, trap->text_size);
    gw_capi_trap_unref(mine->thrown);
    mine->thrown = trap;
    wasm_trap_delete(handle);
    if (kind == GW_TRAP_EXIT)
        return gw_exec_exit(call->exec, exit_code);
    return gw_exec_trap(call->exec, kind, "%s",
                        trap ? trap->text : "out of memory for a trap");
}

/* ---- wasm.h ---- */

wasm_trap_t *
wasm_trap_new(wasm_store_t *store, const wasm_message_t *message)
{
    size_t size = message->size;
    if (size > 0 && message->data[size - 1] == '\0')
        size--;
    return handle_of(store->store,
                     gw_capi_trap_new(GW_TRAP_HOST, message->data, size));
}

static const struct gw_capi_trap *
object_of(const wasm_trap_t *trap)
{
    return trap->head.object;
}

void
wasm_trap_message(const wasm_trap_t *trap, wasm_message_t *out)
{
    const struct gw_capi_trap *object = object_of(trap);
    wasm_byte_vec_new(out, object->text_size + 1, object->text);
}

static wasm_frame_t *
make_frame(struct gw_store *store, const struct gw_trace_frame *at)
{
    wasm_frame_t *frame = gw_heap_get(1, sizeof(*frame));
    if (!frame)
        return NULL;
    frame->at = *at;
    frame->instance = (wasm_instance_t *)gw_handle_new(GW_HANDLE_INSTANCE,
                                                       store, at->instance);
    if (frame->instance)
        return frame;
    gw_heap_free(frame);
    return NULL;
}

wasm_frame_t *
wasm_trap_origin(const wasm_trap_t *trap)
{
    const struct gw_capi_trap *object = object_of(trap);
    if (!object->frame_count)
        return NULL;
    return make_frame(trap->head.store, &object->frames[0]);
}

void
wasm_trap_trace(const wasm_trap_t *trap, wasm_frame_vec_t *out)
{
    const struct gw_capi_trap *object = object_of(trap);
    bool all = true;
    wasm_frame_vec_new_uninitialized(out, object->frame_count);
    for (size_t i = 0; i < out->size; i++) {
        out->data[i] = make_frame(trap->head.store, &object->frames[i]);
        all = all && out->data[i];
    }
    if (!all)
        wasm_frame_vec_delete(out);
}

void
wasm_frame_delete(wasm_frame_t *frame)
{
    if (!frame)
        return;
    wasm_instance_delete(frame->instance);
    gw_heap_free(frame);
}

wasm_frame_t *
wasm_frame_copy(const wasm_frame_t *frame)
{
    return frame ? make_frame(frame->instance->head.store, &frame->at) : NULL;
}

wasm_instance_t *
wasm_frame_instance(const wasm_frame_t *frame)
{
    return frame->instance;
}

uint32_t
wasm_frame_func_index(const wasm_frame_t *frame)
{
    return frame->at.func;
}

size_t
wasm_frame_func_offset(const wasm_frame_t *frame)
{
    return frame->at.offset - frame->at.module->funcs[frame->at.func].offset;
}

size_t
wasm_frame_module_offset(const wasm_frame_t *frame)
{
    return frame->at.offset;
}

/* ---- godwit/trap.h ---- */

#define TRAP(ident, text)                                      \
    static_assert((int)GODWIT_TRAP_##ident == GW_TRAP_##ident, \
                  "godwit/trap.h has the rows of trap.def");
#include "wasm/trap.def"
#undef TRAP
static_assert((int)GODWIT_TRAP_EXIT + 1 == GW_TRAP_COUNT,
              "godwit/trap.h has all rows of trap.def");

enum godwit_trap
godwit_trap_kind(const wasm_trap_t *trap)
{
    return trap ? (enum godwit_trap)object_of(trap)->trap : GODWIT_TRAP_NONE;
}

bool
godwit_trap_exit_code(const wasm_trap_t *trap, int32_t *code)
{
    if (!trap || object_of(trap)->trap != GW_TRAP_EXIT)
        return false;
    *code = object_of(trap)->exit_code;
    return true;
}

wasm_trap_t *
godwit_trap_new_exit(wasm_store_t *store, int32_t code)
{
    const char *text = gw_trap_text(GW_TRAP_EXIT);
    struct gw_capi_trap *trap = gw_capi_trap_new(GW_TRAP_EXIT, text,
                                                 strlen(text));
    if (trap)
        trap->exit_code = code;
    return handle_of(store->store, trap);
}

const char *
godwit_trap_message(const wasm_trap_t *trap)
{
    return object_of(trap)->text;
}

struct godwit_frame
gw_capi_frame(const struct gw_trace_frame *at)
{
    struct gw_span name = gw_module_func_name(at->module, at->func);
    return (struct godwit_frame){
        .func_name = { (const char *)name.data, name.size },
        .func = at->func,
        .offset = at->offset,
    };
}

bool
godwit_trap_frame(const wasm_trap_t *trap, uint32_t number,
                  struct godwit_frame *out, uint32_t *skipped)
{
    const struct gw_capi_trap *object = object_of(trap);
    if (number >= object->frame_count)
        return false;
    *out = gw_capi_frame(&object->frames[number]);
    bool gap = number == object->frame_count / 2;
    *skipped = gap ? object->frame_total - object->frame_count : 0;
    return true;
}
