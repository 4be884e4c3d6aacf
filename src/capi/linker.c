/* Imports found by name: godwit/linker.h. */
#include "capi/linker.h"

#include "capi/error.h"
#include "capi/heap.h"
#include "capi/store.h"

struct definition {
    char *key; /* the two names, each with its length before it */
    size_t key_size;
    struct gw_externval value;
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
    gw_linker_drop_gate(linker);
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
    enum gw_err err = gw_linker_guard(linker, gw_span_str(module),
                                      gw_span_str(name), &inside);
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

/* ---- instantiation ---- */

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
    enum gw_err err = gw_linker_provide(linker, module, import, diag, out);
    if (err != GW_OK)
        return err == GW_ERR_NOT_FOUND ? GW_OK : err;
    return define(linker, import->module, import->name, out);
}

/* What a user can do about the first import that nothing was granted for. */
static void
hint(const godwit_linker_t *linker, const struct gw_module *module,
     const struct gw_externval *values, godwit_error_t *error)
{
    if (godwit_error_code(error) != GODWIT_UNLINKABLE)
        return;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (!values[i].of.func) {
            gw_linker_hint(linker, module, &module->imports[i], error);
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
