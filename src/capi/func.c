/* Functions: made by the host, and called by it. */
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"
#include "capi/type.h"

/* Calls of up to this many values need no memory of their own. */
enum { FEW = 16 };

/* What a host function's env points to. */
struct callback {
    wasm_func_callback_t plain; /* or, when it is NULL: */
    wasm_func_callback_with_env_t with_env;
    void *env;
    void (*finalizer)(void *env);
    const struct gw_functype *type; /* engine-wide */
};

/* ---- guest to host ---- */

static void
finalize(void *env)
{
    struct callback *callback = env;
    if (callback->finalizer)
        callback->finalizer(callback->env);
    gw_heap_free(callback);
}

static void
drop_all(wasm_val_t *vals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wasm_val_delete(&vals[i]);
}

/* vals has room for arguments and results. */
static enum gw_trap
run_with(const struct callback *callback, struct gw_call *call,
         union gw_slot *slots, wasm_val_t *vals)
{
    const struct gw_functype *type = callback->type;
    const wasm_val_t nothing = WASM_INIT_VAL;
    wasm_val_vec_t args = { type->param_count, vals };
    wasm_val_vec_t results = { type->result_count, vals + type->param_count };
    enum gw_trap outcome = GW_TRAP_NONE;
    wasm_trap_t *trap;

    gw_vals_lift(call->store, type->params, type->param_count, slots,
                 args.data);
    for (size_t i = 0; i < results.size; i++)
        results.data[i] = nothing;
    if (callback->plain)
        trap = callback->plain(&args, &results);
    else
        trap = callback->with_env(callback->env, &args, &results);
    if (trap)
        outcome = gw_capi_trap_throw(call, trap);
    else if (!gw_vals_lower(call->store, type->results, type->result_count,
                            results.data, slots))
        outcome = gw_exec_trap(call->exec, GW_TRAP_HOST,
                               "host function gave results of other types");
    drop_all(vals, (size_t)type->param_count + type->result_count);
    return outcome;
}

static enum gw_trap
run_callback(void *env, struct gw_call *call, union gw_slot *slots)
{
    const struct callback *callback = env;
    const struct gw_functype *type = callback->type;
    size_t count = (size_t)type->param_count + type->result_count;
    wasm_val_t few[FEW];

    if (count <= FEW)
        return run_with(callback, call, slots, few);
    wasm_val_t *vals = gw_heap_get(count, sizeof(*vals));
    if (!vals)
        return gw_exec_trap(call->exec, GW_TRAP_NO_MEMORY, "%s",
                            gw_trap_text(GW_TRAP_NO_MEMORY));
    enum gw_trap outcome = run_with(callback, call, slots, vals);
    gw_heap_free(vals);
    return outcome;
}

static wasm_func_t *
make_func(struct gw_store *store, const wasm_functype_t *type,
          struct callback *callback)
{
    struct gw_functype lowered;
    gw_valtype *block;
    struct gw_funcinst *func = NULL;

    if (!gw_capi_functype_lower(store->engine, type, &lowered, &block))
        return NULL;
    enum gw_err err = gw_funcinst_new_host(store, &lowered, run_callback,
                                           callback, finalize, &func);
    gw_heap_free(block);
    if (err != GW_OK)
        return NULL;
    callback->type = func->type;
    wasm_func_t *handle = (wasm_func_t *)gw_handle_new(GW_HANDLE_FUNC, store,
                                                       func);
    if (!handle)
        func->finalize = NULL; /* the caller ends the callback */
    return handle;
}

static wasm_func_t *
new_func(wasm_store_t *store, const wasm_functype_t *type,
         const struct callback *what)
{
    struct callback *callback = gw_heap_get(1, sizeof(*callback));
    if (!callback) {
        if (what->finalizer)
            what->finalizer(what->env);
        return NULL;
    }
    *callback = *what;
    wasm_func_t *func = make_func(store->store, type, callback);
    if (!func)
        finalize(callback);
    return func;
}

wasm_func_t *
wasm_func_new(wasm_store_t *store, const wasm_functype_t *type,
              wasm_func_callback_t function)
{
    struct callback callback = { .plain = function };
    return new_func(store, type, &callback);
}

wasm_func_t *
wasm_func_new_with_env(wasm_store_t *store, const wasm_functype_t *type,
                       wasm_func_callback_with_env_t function, void *env,
                       void (*finalizer)(void *env))
{
    struct callback callback = { .with_env = function,
                                 .env = env,
                                 .finalizer = finalizer };
    return new_func(store, type, &callback);
}

/* ---- types ---- */

static struct gw_funcinst *
object_of(const wasm_func_t *func)
{
    return func->head.object;
}

/* The engine-wide form of the type; func->type names types as its module
 * does. */
static const struct gw_functype *
type_of(const struct gw_funcinst *func)
{
    return &gw_typereg_def(func->store->engine, func->type_id)->func;
}

wasm_functype_t *
wasm_func_type(const wasm_func_t *func)
{
    return wasm_externtype_as_functype(
        gw_capi_functype(func->head.store->engine, type_of(object_of(func))));
}

size_t
wasm_func_param_arity(const wasm_func_t *func)
{
    return object_of(func)->type->param_count;
}

size_t
wasm_func_result_arity(const wasm_func_t *func)
{
    return object_of(func)->type->result_count;
}

/* ---- host to guest ---- */

/* What a caller asks for. */
struct request {
    struct gw_funcinst *func;
    const wasm_val_t *args;
    size_t arg_count;
    wasm_val_t *results;
    size_t result_count;
};

/* Says what is wrong with a call, or returns NULL. */
static wasm_trap_t *
lower_args(const struct request *call, const struct gw_functype *type,
           union gw_slot *slots)
{
    struct gw_store *store = call->func->store;
    if (call->arg_count != type->param_count)
        return gw_capi_trap_refuse(store, "%zu arguments given, %u expected",
                                   call->arg_count,
                                   (unsigned)type->param_count);
    for (uint32_t i = 0; i < type->param_count; i++) {
        if (!gw_val_lower(store, type->params[i], &call->args[i], slots)) {
            char text[40];
            gw_type_print(type->params[i], text, sizeof(text));
            return gw_capi_trap_refuse(store,
                                       "argument %u is not a value of type %s",
                                       i + 1, text);
        }
        slots += gw_type_slots(type->params[i]);
    }
    return NULL;
}

/* Results that there is no room for are dropped: programs that do not look at
 * results give none. */
static wasm_trap_t *
call_with(const struct request *call, union gw_slot *slots)
{
    struct gw_store *store = call->func->store;
    const struct gw_functype *type = type_of(call->func);
    uint32_t count = type->result_count;
    wasm_trap_t *trap = lower_args(call, type, slots);
    if (trap)
        return trap;
    if (gw_func_call(call->func, slots) != GW_TRAP_NONE)
        return gw_capi_trap_take(store);
    if (call->result_count < count)
        count = (uint32_t)call->result_count;
    gw_vals_lift(store, type->results, count, slots, call->results);
    return NULL;
}

/* The first arguments stay alive while later ones make objects. */
static wasm_trap_t *
call_pinned(const struct request *call, union gw_slot *slots, uint32_t count)
{
    struct gw_store *store = call->func->store;
    struct gw_pins pins = { .slots = slots, .count = count };
    for (uint32_t i = 0; i < count; i++)
        slots[i].u64 = 0;
    gw_pins_push(store, &pins);
    wasm_trap_t *trap = call_with(call, slots);
    gw_pins_pop(store, &pins);
    gw_box_sweep(store);
    return trap;
}

static wasm_trap_t *
call_func(const struct request *call)
{
    uint32_t params = call->func->type->param_slots;
    uint32_t count = call->func->type->result_slots;
    union gw_slot few[FEW];

    if (count < params)
        count = params;
    if (count <= FEW)
        return call_pinned(call, few, count);
    union gw_slot *slots = gw_heap_get(count, sizeof(*slots));
    if (!slots)
        return gw_capi_trap_refuse(call->func->store,
                                   "out of memory for arguments");
    wasm_trap_t *trap = call_pinned(call, slots, count);
    gw_heap_free(slots);
    return trap;
}

wasm_trap_t *
wasm_func_call(const wasm_func_t *func, const wasm_val_vec_t *args,
               wasm_val_vec_t *results)
{
    const struct request call = {
        .func = object_of(func),
        .args = args ? args->data : NULL,
        .arg_count = args ? args->size : 0,
        .results = results ? results->data : NULL,
        .result_count = results ? results->size : 0,
    };
    return call_func(&call);
}

enum godwit_trap
godwit_func_call(const wasm_func_t *func, const wasm_val_t *args,
                 size_t arg_count, wasm_val_t *results, size_t result_count,
                 wasm_trap_t **trap)
{
    const struct request call = { object_of(func), args, arg_count, results,
                                  result_count };
    wasm_trap_t *ended;
    if (result_count == call.func->type->result_count)
        ended = call_func(&call);
    else
        ended = gw_capi_trap_refuse(func->head.store,
                                    "%zu results asked for, of %u",
                                    result_count,
                                    (unsigned)call.func->type->result_count);
    enum godwit_trap kind = godwit_trap_kind(ended);
    if (trap)
        *trap = ended;
    else
        wasm_trap_delete(ended);
    return kind;
}
