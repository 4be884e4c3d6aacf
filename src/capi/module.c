/* Modules: loading, sharing, serialising.  The looking into them is in
 * inspect.c. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/store.h"
#include "capi/type.h"

/* ---- handles ---- */

struct gw_program *
gw_handle_program(const wasm_module_t *module)
{
    return ((struct gw_capi_module *)module->head.object)->program;
}

/* Takes program over. */
wasm_module_t *
gw_handle_module(struct gw_store *store, struct gw_program *program)
{
    struct gw_capi_module *module = gw_heap_get(1, sizeof(*module));
    if (!module) {
        gw_program_unref(program);
        return NULL;
    }
    module->refs = 1;
    module->program = program;
    return (wasm_module_t *)gw_handle_adopt(GW_HANDLE_MODULE, store, module);
}

/* ---- loading ---- */

static void
release_copy(void *env, struct gw_span bytes)
{
    (void)env;
    gw_heap_free((void *)(uintptr_t)bytes.data);
}

static void
release_mapped(void *env, struct gw_span bytes)
{
    (void)env;
    gw_os_unmap_file(bytes.data, bytes.size);
}

/* Decodes bytes that release ends, now or with the program. */
static wasm_module_t *
load(struct gw_store *store, struct gw_span bytes,
     void (*release)(void *env, struct gw_span bytes), struct gw_diag *diag)
{
    struct gw_program *program;
    if (gw_program_new(store->engine, bytes, release, NULL, diag, &program) !=
        GW_OK)
        return NULL;
    wasm_module_t *module = gw_handle_module(store, program);
    if (!module)
        gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
    return module;
}

static wasm_module_t *
load_copy(struct gw_store *store, const void *bytes, size_t size,
          struct gw_diag *diag)
{
    uint8_t *copy = gw_heap_get(size, 1);
    if (!copy) {
        gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                       "out of memory for a module of %zu bytes", size);
        return NULL;
    }
    if (size)
        memcpy(copy, bytes, size);
    return load(store, gw_span(copy, size), release_copy, diag);
}

static wasm_module_t *
load_text(struct gw_store *store, const void *text, size_t size,
          struct gw_diag *diag)
{
    wasm_byte_vec_t binary;
    if (gw_capi_text_to_binary(text, size, &binary, diag) != GW_OK)
        return NULL;
    return load(store, gw_span(binary.data, binary.size), release_copy, diag);
}

/* Past blanks, text begins with a parenthesis or a comment. */
bool
gw_capi_is_text(const void *bytes, size_t size)
{
    const char *at = bytes, *end = at + size;
    while (at < end &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at < end && (*at == '(' || *at == ';');
}

wasm_module_t *
godwit_module_new(wasm_store_t *store, const void *bytes, size_t size,
                  godwit_error_t **error)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    wasm_module_t *module = gw_capi_is_text(bytes, size)
                                ? load_text(store->store, bytes, size, &diag)
                                : load_copy(store->store, bytes, size, &diag);
    gw_error_leave(error, &diag);
    return module;
}

wasm_module_t *
godwit_module_borrow(wasm_store_t *store, const void *bytes, size_t size,
                     godwit_error_t **error)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    wasm_module_t *module = load(store->store, gw_span(bytes, size), NULL,
                                 &diag);
    gw_error_leave(error, &diag);
    return module;
}

static wasm_module_t *
open_file(struct gw_store *store, const char *path, struct gw_diag *diag)
{
    uint64_t limit = store->engine->decode.limits[GW_LIMIT_MODULE_SIZE];
    const void *data;
    const char *reason = "";
    size_t size;
    enum gw_err err = gw_os_map_file(path, (size_t)limit, &data, &size,
                                     &reason);
    if (err != GW_OK) {
        gw_diag_report(diag, err, GW_NO_OFFSET, "cannot be read: %s", reason);
        return NULL;
    }
    if (!gw_capi_is_text(data, size))
        return load(store, gw_span(data, size), release_mapped, diag);
    wasm_module_t *module = load_text(store, data, size, diag);
    gw_os_unmap_file(data, size);
    return module;
}

wasm_module_t *
godwit_module_open(wasm_store_t *store, const char *path,
                   godwit_error_t **error)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (strcmp(path, "-") == 0)
        path = "/dev/stdin";
    wasm_module_t *module = open_file(store->store, path, &diag);
    gw_error_leave(error, &diag);
    return module;
}

wasm_module_t *
wasm_module_new(wasm_store_t *store, const wasm_byte_vec_t *binary)
{
    return load_copy(store->store, binary->data, binary->size, NULL);
}

bool
wasm_module_validate(wasm_store_t *store, const wasm_byte_vec_t *binary)
{
    struct gw_engine *engine = store->store->engine;
    struct gw_module *module;
    if (gw_module_decode(gw_span(binary->data, binary->size), &engine->decode,
                         &engine->alloc, NULL, &module) != GW_OK)
        return false;
    gw_module_delete(module);
    return true;
}

/* ---- other stores, other threads ---- */

wasm_shared_module_t *
wasm_module_share(const wasm_module_t *module)
{
    wasm_shared_module_t *shared = gw_heap_get(1, sizeof(*shared));
    if (shared)
        shared->program = gw_program_ref(gw_handle_program(module));
    return shared;
}

void
wasm_shared_module_delete(wasm_shared_module_t *shared)
{
    if (!shared)
        return;
    gw_program_unref(shared->program);
    gw_heap_free(shared);
}

wasm_module_t *
wasm_module_obtain(wasm_store_t *store, const wasm_shared_module_t *shared)
{
    if (shared->program->engine != store->store->engine)
        return NULL;
    return gw_handle_module(store->store, gw_program_ref(shared->program));
}

/* ---- serialisation ---- */

/* A header so that what is not ours is told apart at once; behind it stand
 * the module's bytes, which are validated again. */
static const char magic[16] = "\0godwit module\1";

void
wasm_module_serialize(const wasm_module_t *module, wasm_byte_vec_t *out)
{
    struct gw_span bytes = gw_handle_program(module)->module->bytes;
    wasm_byte_vec_new_uninitialized(out, sizeof(magic) + bytes.size);
    if (!out->size)
        return;
    memcpy(out->data, magic, sizeof(magic));
    memcpy(out->data + sizeof(magic), bytes.data, bytes.size);
}

wasm_module_t *
wasm_module_deserialize(wasm_store_t *store, const wasm_byte_vec_t *bytes)
{
    if (bytes->size < sizeof(magic) ||
        memcmp(bytes->data, magic, sizeof(magic)) != 0)
        return NULL;
    return load_copy(store->store, bytes->data + sizeof(magic),
                     bytes->size - sizeof(magic), NULL);
}

/* ---- types ---- */

static void
name_of(struct gw_span span, wasm_name_t *out)
{
    wasm_name_new(out, span.size, (const char *)span.data);
}

void
wasm_module_imports(const wasm_module_t *module, wasm_importtype_vec_t *out)
{
    const struct gw_program *program = gw_handle_program(module);
    wasm_importtype_vec_new_uninitialized(out, program->module->import_count);
    for (size_t i = 0; i < out->size; i++) {
        const struct gw_import *import = &program->module->imports[i];
        wasm_name_t module_name, name;
        name_of(import->module, &module_name);
        name_of(import->name, &name);
        out->data[i] = wasm_importtype_new(&module_name, &name,
                                           gw_capi_externtype(program,
                                                              import->kind,
                                                              import->index));
    }
}

void
wasm_module_exports(const wasm_module_t *module, wasm_exporttype_vec_t *out)
{
    const struct gw_program *program = gw_handle_program(module);
    wasm_exporttype_vec_new_uninitialized(out, program->module->export_count);
    for (size_t i = 0; i < out->size; i++) {
        const struct gw_export *export = &program->module->exports[i];
        wasm_name_t name;
        name_of(export->name, &name);
        out->data[i] = wasm_exporttype_new(
            &name, gw_capi_externtype(program, export->kind, export->index));
    }
}
