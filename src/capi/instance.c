#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"

/* Never guest code on an engine that only looks: it may hold features that no
 * tier executes. */
static bool
check_module(struct gw_store *store, const struct gw_program *program,
             struct gw_diag *diag)
{
    if (program->engine != store->engine)
        gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                       "the module belongs to another engine");
    else if (!gw_capi_may_run(store->engine))
        gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                       "the engine was made to look at modules only");
    else
        return true;
    return false;
}

wasm_instance_t *
gw_capi_instance(struct gw_store *store, const wasm_module_t *module,
                 const struct gw_externval *imports, uint32_t count,
                 struct gw_diag *diag, wasm_trap_t **trap)
{
    struct gw_program *program = gw_handle_program(module);
    struct gw_instance *instance;

    *trap = NULL;
    if (!check_module(store, program, diag))
        return NULL;
    enum gw_err err = gw_instance_new(store, program, imports, count, diag,
                                      &instance);
    if (err == GW_ERR_TRAP) {
        *trap = gw_capi_trap_take(store);
        gw_diag_report(diag, err, GW_NO_OFFSET, "%s",
                       *trap ? godwit_trap_message(*trap) : "out of memory");
    }
    if (err != GW_OK)
        return NULL;
    return (wasm_instance_t *)gw_handle_new(GW_HANDLE_INSTANCE, store,
                                            instance);
}

/* An import that is no external leaves an empty value, which linking calls
 * unknown. */
static struct gw_externval *
lower_imports(struct gw_store *store, const wasm_extern_vec_t *imports,
              struct gw_diag *diag)
{
    struct gw_externval *values = gw_heap_get(imports->size, sizeof(*values));
    if (!values) {
        gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < imports->size; i++) {
        const wasm_extern_t *import = imports->data[i];
        if (!import || gw_handle_externval(&import->head, &values[i])) {
            if (!import || import->head.store == store)
                continue;
            gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                           "import %zu belongs to another store", i);
            gw_heap_free(values);
            return NULL;
        }
    }
    return values;
}

wasm_instance_t *
wasm_instance_new(wasm_store_t *store, const wasm_module_t *module,
                  const wasm_extern_vec_t *imports, wasm_trap_t **trap)
{
    const wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_instance_t *instance = NULL;
    wasm_trap_t *ended = NULL;
    struct gw_diag diag;

    gw_diag_init(&diag);
    if (!imports)
        imports = &none;
    struct gw_externval *values = lower_imports(store->store, imports, &diag);
    if (values)
        instance = gw_capi_instance(store->store, module, values,
                                    (uint32_t)imports->size, &diag, &ended);
    gw_heap_free(values);
    if (!instance && !ended && trap)
        ended = gw_capi_trap_refuse(store->store, "%s",
                                    diag.err ? diag.text : "out of memory");
    if (trap)
        *trap = ended;
    else
        wasm_trap_delete(ended);
    return instance;
}

void
wasm_instance_exports(const wasm_instance_t *handle, wasm_extern_vec_t *out)
{
    const struct gw_instance *instance = handle->head.object;
    const struct gw_module *module = instance->program->module;
    wasm_extern_vec_new_uninitialized(out, module->export_count);
    for (size_t i = 0; i < out->size; i++) {
        const struct gw_export *export = &module->exports[i];
        struct gw_externval value = gw_instance_extern(instance, export->kind,
                                                       export->index);
        out->data[i] = (wasm_extern_t *)gw_handle_extern(handle->head.store,
                                                         &value);
    }
}

wasm_extern_t *
godwit_instance_export(const wasm_instance_t *handle, const char *name)
{
    struct gw_externval value;
    if (!gw_instance_export(handle->head.object, gw_span_str(name), &value))
        return NULL;
    return (wasm_extern_t *)gw_handle_extern(handle->head.store, &value);
}

wasm_module_t *
godwit_instance_module(const wasm_instance_t *handle)
{
    const struct gw_instance *instance = handle->head.object;
    return gw_handle_module(handle->head.store,
                            gw_program_ref(instance->program));
}
