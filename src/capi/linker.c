/* Imports found by name: godwit/linker.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/policy.h"
#include "capi/store.h"
#include "capi/wasi.h"
#include "policy/gate.h"
#include "rt/owned.h"

struct definition {
    char *key; /* the two names, each with its length before it */
    size_t key_size;
    struct gw_externval value;
};

struct godwit_linker_t {
    struct gw_store *store;
    struct gw_wasi *wasi; /* the store's; NULL: not granted */
    struct gw_gate *gate; /* a reference; NULL: nothing is judged */
    struct gw_alloc alloc;
    struct gw_map index; /* key -> place in definitions */
    struct gw_vec definitions;
};

/* ---- making and freeing ---- */

godwit_linker_t *
godwit_linker_new(wasm_store_t *store)
{
    godwit_linker_t *linker = gw_heap_get(1, sizeof(*linker));
    if (!linker)
        return NULL;
    linker->store = gw_store_ref(store->store);
    gw_alloc_init(&linker->alloc, NULL, NULL, SIZE_MAX);
    gw_map_init(&linker->index, &linker->alloc, 0);
    gw_vec_init(&linker->definitions, &linker->alloc,
                sizeof(struct definition));
    return linker;
}

void
godwit_linker_delete(godwit_linker_t *linker)
{
    if (!linker)
        return;
    struct definition *definitions = linker->definitions.data;
    for (size_t i = 0; i < linker->definitions.count; i++)
        gw_heap_free(definitions[i].key);
    gw_gate_unref(linker->gate);
    gw_map_fini(&linker->index);
    gw_vec_fini(&linker->definitions);
    gw_store_unref(linker->store);
    gw_heap_free(linker);
}

/* ---- definitions ---- */

static char *
make_key(struct gw_span module, struct gw_span name, size_t *size)
{
    *size = sizeof(module.size) + module.size + name.size;
    char *key = gw_heap_get(*size, 1);
    if (!key)
        return NULL;
    memcpy(key, &module.size, sizeof(module.size));
    if (module.size)
        memcpy(key + sizeof(module.size), module.data, module.size);
    if (name.size)
        memcpy(key + sizeof(module.size) + module.size, name.data, name.size);
    return key;
}

static enum gw_err
define(godwit_linker_t *linker, struct gw_span module, struct gw_span name,
       const struct gw_externval *value)
{
    size_t size, count = linker->definitions.count;
    char *key = make_key(module, name, &size);
    if (!key || count >= UINT32_MAX)
        goto out;
    const uint32_t *place = gw_map_find(&linker->index, gw_span(key, size));
    if (place) {
        struct definition *known = linker->definitions.data;
        known[*place].value = *value;
        gw_heap_free(key);
        return GW_OK;
    }
    struct definition *added = gw_vec_push(&linker->definitions);
    if (!added)
        goto out;
    *added = (struct definition){ key, size, *value };
    if (gw_map_put(&linker->index, gw_span(key, size), (uint32_t)count, NULL) ==
        GW_OK)
        return GW_OK;
    linker->definitions.count--;
out:
    gw_heap_free(key);
    return GW_ERR_NOMEM;
}

static godwit_error_t *
outcome(enum gw_err err)
{
    return err ? gw_error_make(err, "%s", gw_err_text(err)) : NULL;
}

/* ---- policy ---- */

godwit_error_t *
godwit_linker_set_gate(godwit_linker_t *linker, godwit_gate_t *gate)
{
    if (linker->gate || linker->wasi || linker->definitions.count > 0)
        return gw_error_make(GW_ERR_ARGUMENT, "the gate must be set once, and "
                                              "before anything is defined");
    linker->gate = gw_gate_ref(gate->gate);
    return NULL;
}

/* A host function behind its guard. */
struct guarded {
    struct gw_funcinst *inner; /* of the same store */
    struct gw_guard *guard;
    struct gw_store *store;
};

static enum gw_trap
enter_guarded(void *env, struct gw_call *call, union gw_slot *args)
{
    static const struct gw_ask nothing;
    struct guarded *guarded = env;
    struct gw_funcinst *inner = guarded->inner;
    struct gw_verdict verdict;
    if (gw_guard_passes(guarded->guard))
        return inner->host(inner->env, call, args);
    gw_guard_judge(guarded->guard, &nothing, &verdict);
    enum gw_trap trap = GW_TRAP_HOST;
    if (verdict.allowed)
        trap = inner->host(inner->env, call, args);
    else
        gw_exec_trap(call->exec, trap, "%.*s: %s",
                     (int)guarded->guard->subject.name.size,
                     (const char *)guarded->guard->subject.name.data,
                     verdict.why);
    gw_guard_done(guarded->guard, &nothing, &verdict, 0,
                  trap == GW_TRAP_NONE ? 0 : UINT64_MAX, false);
    return trap;
}

static void
finalize_guarded(void *env)
{
    struct guarded *guarded = env;
    gw_guard_free(guarded->guard);
    gw_alloc_free(&guarded->store->alloc, guarded, sizeof(*guarded));
}

/* Puts a guard before a function of the host. */
static enum gw_err
guard(godwit_linker_t *linker, struct gw_span module, struct gw_span name,
      struct gw_externval *value)
{
    const struct gw_subject subject = { module, name };
    struct gw_funcinst *inner = value->of.func;
    if (!linker->gate || value->kind != GW_EXTERN_FUNC || inner->instance)
        return GW_OK;
    struct gw_store *store = linker->store;
    struct guarded *guarded = gw_alloc_zero(&store->alloc, 1, sizeof(*guarded));
    if (!guarded)
        return GW_ERR_NOMEM;
    guarded->inner = inner;
    guarded->store = store;
    guarded->guard = gw_guard_new(linker->gate, subject);
    enum gw_err err = GW_ERR_NOMEM;
    if (guarded->guard)
        err = gw_funcinst_new_host(store, inner->type, enter_guarded, guarded,
                                   finalize_guarded, &value->of.func);
    if (err != GW_OK)
        finalize_guarded(guarded);
    return err;
}

/* ---- what the host defines ---- */

godwit_error_t *
godwit_linker_define(godwit_linker_t *linker, const char *module,
                     const char *name, const wasm_extern_t *value)
{
    struct gw_externval inside;
    if (!value || value->head.store != linker->store ||
        !gw_handle_externval(&value->head, &inside))
        return gw_error_make(GW_ERR_ARGUMENT, "%s.%s belongs to another store",
                             module, name);
    enum gw_err err = guard(linker, gw_span_str(module), gw_span_str(name),
                            &inside);
    if (err == GW_OK)
        err = define(linker, gw_span_str(module), gw_span_str(name), &inside);
    return outcome(err);
}

godwit_error_t *
godwit_linker_define_func(godwit_linker_t *linker, const char *module,
                          const char *name, const wasm_functype_t *type,
                          wasm_func_callback_with_env_t callback, void *env,
                          void (*finalizer)(void *env))
{
    wasm_store_t store = { .store = linker->store };
    wasm_func_t *func = wasm_func_new_with_env(&store, type, callback, env,
                                               finalizer);
    if (!func)
        return gw_error_make(GW_ERR_NOMEM, "cannot make the function %s.%s",
                             module, name);
    godwit_error_t *error = godwit_linker_define(linker, module, name,
                                                 wasm_func_as_extern_const(
                                                     func));
    wasm_func_delete(func);
    return error;
}

godwit_error_t *
godwit_linker_define_instance(godwit_linker_t *linker, const char *module,
                              const wasm_instance_t *handle)
{
    const struct gw_instance *instance = handle->head.object;
    const struct gw_module *inside = instance->program->module;
    if (handle->head.store != linker->store)
        return gw_error_make(GW_ERR_ARGUMENT,
                             "the instance belongs to another store");
    for (uint32_t i = 0; i < inside->export_count; i++) {
        const struct gw_export *export = &inside->exports[i];
        struct gw_externval value = gw_instance_extern(instance, export->kind,
                                                       export->index);
        enum gw_err err = define(linker, gw_span_str(module), export->name,
                                 &value);
        if (err != GW_OK)
            return outcome(err);
    }
    return NULL;
}

/* ---- WASI ---- */

/* What the host functions of WASI point to must outlive them, so it is an
 * older object of the same store. */
struct owned_wasi {
    struct gw_wasi *wasi;
};

static void
fini_wasi(struct gw_store *store, void *object)
{
    (void)store;
    gw_wasi_free(((struct owned_wasi *)object)->wasi);
}

godwit_error_t *
godwit_linker_define_wasi(godwit_linker_t *linker, godwit_wasi_config_t *config)
{
    struct gw_store *store = linker->store;
    struct gw_diag diag;

    gw_diag_init(&diag);
    if (!config)
        return gw_error_make(GW_ERR_ARGUMENT, "no configuration is given");
    struct owned_wasi *owned = gw_owned_new(store, sizeof(*owned), fini_wasi);
    if (!owned)
        gw_diag_report(&diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
    else if (gw_capi_wasi_new(config, &store->engine->alloc, &diag,
                              &owned->wasi) == GW_OK)
        linker->wasi = owned->wasi;
    else
        owned->wasi = NULL;
    if (linker->wasi && linker->gate && diag.err == GW_OK)
        gw_wasi_set_gate(linker->wasi, linker->gate);
    godwit_wasi_config_delete(config);
    godwit_error_t *error = gw_error_new(&diag);
    if (diag.err == GW_ERR_IO || diag.err == GW_ERR_NOT_FOUND)
        gw_error_hint(error,
                      "only files and directories that exist can be granted");
    return error;
}

void
godwit_linker_end_threads(godwit_linker_t *linker)
{
    if (linker->wasi)
        gw_wasi_end_threads(linker->wasi);
}

unsigned
godwit_linker_raise_wall(godwit_linker_t *linker)
{
    unsigned parts = 0;
    if (linker->wasi)
        (void)gw_wasi_raise_wall(linker->wasi, &parts);
    return parts;
}

/* ---- instantiation ---- */

/* What WASI has under an import's name; GW_ERR_NOT_FOUND when nothing.  The
 * memory that a program with threads imports is made for it. */
static enum gw_err
resolve_wasi(godwit_linker_t *linker, const struct gw_module *module,
             const struct gw_import *import, struct gw_diag *diag,
             struct gw_externval *out)
{
    struct gw_wasi *wasi = linker->wasi;
    if (!wasi)
        return GW_ERR_NOT_FOUND;
    if (import->kind == GW_EXTERN_FUNC) {
        if (gw_wasi_thread_provides(import->module, import->name))
            return gw_wasi_thread_func(wasi, linker->store, &out->of.func);
        return gw_wasi_func(wasi, linker->store, import->module, import->name,
                            &out->of.func);
    }
    if (import->kind == GW_EXTERN_MEMORY && gw_wasi_has_threads(wasi) &&
        module->memories[import->index].limits.shared)
        return gw_meminst_new(linker->store, &module->memories[import->index],
                              diag, &out->of.memory);
    return GW_ERR_NOT_FOUND;
}

/* The grant for an import; an empty value when there is none. */
static enum gw_err
resolve(godwit_linker_t *linker, const struct gw_module *module,
        const struct gw_import *import, struct gw_diag *diag,
        struct gw_externval *out)
{
    size_t size;
    char *key = make_key(import->module, import->name, &size);
    if (!key)
        return GW_ERR_NOMEM;
    const uint32_t *place = gw_map_find(&linker->index, gw_span(key, size));
    gw_heap_free(key);
    if (place) {
        *out = ((struct definition *)linker->definitions.data)[*place].value;
        return GW_OK;
    }
    *out = (struct gw_externval){ .kind = import->kind };
    enum gw_err err = resolve_wasi(linker, module, import, diag, out);
    if (err != GW_OK)
        return err == GW_ERR_NOT_FOUND ? GW_OK : err;
    return define(linker, import->module, import->name, out);
}

static bool
begins(struct gw_span name, const char *text)
{
    size_t size = strlen(text);
    return name.size >= size && memcmp(name.data, text, size) == 0;
}

/* What a user can do about the first import that nothing was granted for. */
static void
hint_missing(const godwit_linker_t *linker, const struct gw_module *module,
             const struct gw_import *import, godwit_error_t *error)
{
    bool wasi = begins(import->module, "wasi_");
    bool threads = gw_span_equal(import->module, gw_span_str("wasi")) ||
                   (import->kind == GW_EXTERN_MEMORY &&
                    module->memories[import->index].limits.shared);
    if (wasi && !linker->wasi)
        gw_error_hint(error, "WASI is not granted: godwit_linker_define_wasi "
                             "does");
    else if (wasi)
        gw_error_hint(error, "godwit has no such WASI function");
    else if (begins(import->module, "wasi:"))
        gw_error_hint(error, "this needs WASI 0.2; build for wasm32-wasi "
                             "(preview 1) instead");
    else if (threads)
        gw_error_hint(error, "threads are not granted: --threads, or "
                             "godwit_wasi_config_set_threads, does");
    else if (gw_span_equal(import->module, gw_span_str("env")))
        gw_error_hint(error, "it was left undefined when the module was "
                             "linked: add the library that has it, or have "
                             "the host define it");
    else
        gw_error_hint(error, "the host must define it before the module is "
                             "instantiated");
}

static void
hint(const godwit_linker_t *linker, const struct gw_module *module,
     const struct gw_externval *values, godwit_error_t *error)
{
    if (godwit_error_code(error) != GODWIT_UNLINKABLE)
        return;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (!values[i].of.func) {
            hint_missing(linker, module, &module->imports[i], error);
            return;
        }
}

wasm_instance_t *
godwit_linker_instantiate(godwit_linker_t *linker, const wasm_module_t *handle,
                          wasm_trap_t **trap, godwit_error_t **error)
{
    const struct gw_module *module = gw_handle_program(handle)->module;
    wasm_instance_t *instance = NULL;
    wasm_trap_t *ended = NULL;
    enum gw_err err = GW_OK;
    struct gw_diag diag;

    gw_diag_init(&diag);
    struct gw_externval *values = gw_heap_get(module->import_count,
                                              sizeof(*values));
    if (!values)
        err = GW_ERR_NOMEM;
    for (uint32_t i = 0; !err && i < module->import_count; i++)
        err = resolve(linker, module, &module->imports[i], &diag, &values[i]);
    if (err == GW_OK)
        instance = gw_capi_instance(linker->store, handle, values,
                                    module->import_count, &diag, &ended);
    if (!instance)
        gw_diag_report(&diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
    if (error) {
        *error = gw_error_new(&diag);
        if (values)
            hint(linker, module, values, *error);
    }
    gw_heap_free(values);
    if (trap)
        *trap = ended;
    else
        wasm_trap_delete(ended);
    return instance;
}
