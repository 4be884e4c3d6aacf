/* What a linker has besides what the host defines: the gate of a policy, and
 * WASI. */
#include "capi/linker.h"

#include "capi/error.h"
#include "capi/heap.h"
#include "capi/policy.h"
#include "capi/store.h"
#include "capi/wasi.h"
#include "rt/owned.h"

void
gw_linker_drop_gate(godwit_linker_t *linker)
{
    gw_gate_unref(linker->gate);
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
    if (gw_guard_passes(guarded->guard) || gw_guard_counts(guarded->guard))
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

enum gw_err
gw_linker_guard(godwit_linker_t *linker, struct gw_span module,
                struct gw_span name, struct gw_externval *value)
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
    guarded->guard = gw_guard_new(linker->gate, store, subject);
    enum gw_err err = GW_ERR_NOMEM;
    if (guarded->guard)
        err = gw_funcinst_new_host(store, inner->type, enter_guarded, guarded,
                                   finalize_guarded, &value->of.func);
    if (err != GW_OK)
        finalize_guarded(guarded);
    return err;
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

enum gw_err
gw_linker_provide(godwit_linker_t *linker, const struct gw_module *module,
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

/* ---- advice ---- */

static bool
begins(struct gw_span name, const char *text)
{
    size_t size = strlen(text);
    return name.size >= size && memcmp(name.data, text, size) == 0;
}

void
gw_linker_hint(const godwit_linker_t *linker, const struct gw_module *module,
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
