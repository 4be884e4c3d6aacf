/* External types: one head over five kinds, and the lists of a module. */
#include "capi/heap.h"
#include "capi/type.h"
#include "rt/program.h"

#include "godwit/external.h"

wasm_externkind_t
wasm_externtype_kind(const wasm_externtype_t *type)
{
    return type->kind;
}

/* ---- seen as one kind ---- */

#define CAST(name, KIND)                                                  \
    wasm_externtype_t *wasm_##name##_as_externtype(wasm_##name##_t *type) \
    {                                                                     \
        return (wasm_externtype_t *)type;                                 \
    }                                                                     \
    const wasm_externtype_t *wasm_##name##_as_externtype_const(           \
        const wasm_##name##_t *type)                                      \
    {                                                                     \
        return (const wasm_externtype_t *)type;                           \
    }                                                                     \
    wasm_##name##_t *wasm_externtype_as_##name(wasm_externtype_t *type)   \
    {                                                                     \
        bool fits = type && type->kind == (KIND);                         \
        return fits ? (wasm_##name##_t *)(void *)type : NULL;             \
    }                                                                     \
    const wasm_##name##_t *wasm_externtype_as_##name##_const(             \
        const wasm_externtype_t *type)                                    \
    {                                                                     \
        bool fits = type && type->kind == (KIND);                         \
        return fits ? (const wasm_##name##_t *)(const void *)type : NULL; \
    }

CAST(functype, WASM_EXTERN_FUNC)
CAST(globaltype, WASM_EXTERN_GLOBAL)
CAST(tabletype, WASM_EXTERN_TABLE)
CAST(memorytype, WASM_EXTERN_MEMORY)

/* ---- copying and deleting ---- */

void
wasm_externtype_delete(wasm_externtype_t *type)
{
    if (!type)
        return;
    wasm_functype_t *func = wasm_externtype_as_functype(type);
    wasm_globaltype_t *global = wasm_externtype_as_globaltype(type);
    wasm_tabletype_t *table = wasm_externtype_as_tabletype(type);
    if (func) {
        wasm_valtype_vec_delete(&func->params);
        wasm_valtype_vec_delete(&func->results);
    } else if (global) {
        wasm_valtype_delete(global->content);
    } else if (table) {
        wasm_valtype_delete(table->element);
    } else if (type->kind == GODWIT_EXTERN_TAG) {
        wasm_functype_delete(((struct gw_capi_tagtype *)type)->func);
    }
    gw_heap_free(type);
}

static wasm_externtype_t *
copy_func(const wasm_functype_t *type)
{
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_copy(&params, &type->params);
    wasm_valtype_vec_copy(&results, &type->results);
    if (params.size != type->params.size ||
        results.size != type->results.size) {
        wasm_valtype_vec_delete(&params);
        wasm_valtype_vec_delete(&results);
        return NULL;
    }
    return wasm_functype_as_externtype(wasm_functype_new(&params, &results));
}

static wasm_externtype_t *
copy_table(const wasm_tabletype_t *type)
{
    wasm_tabletype_t *out = wasm_tabletype_new(wasm_valtype_copy(type->element),
                                               &type->limits);
    if (out)
        out->exact = type->exact;
    return wasm_tabletype_as_externtype(out);
}

wasm_externtype_t *
wasm_externtype_copy(const wasm_externtype_t *type)
{
    if (!type)
        return NULL;
    const wasm_functype_t *func = wasm_externtype_as_functype_const(type);
    const wasm_globaltype_t *global = wasm_externtype_as_globaltype_const(type);
    const wasm_tabletype_t *table = wasm_externtype_as_tabletype_const(type);
    const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(type);
    if (func)
        return copy_func(func);
    if (global)
        return wasm_globaltype_as_externtype(
            wasm_globaltype_new(wasm_valtype_copy(global->content),
                                global->mutability));
    if (table)
        return copy_table(table);
    if (memory)
        return gw_capi_memorytype(&memory->exact);
    return gw_capi_tagtype(wasm_functype_copy(godwit_externtype_tag(type)));
}

#define COPY(name)                                                          \
    void wasm_##name##_delete(wasm_##name##_t *type)                        \
    {                                                                       \
        wasm_externtype_delete(wasm_##name##_as_externtype(type));          \
    }                                                                       \
    wasm_##name##_t *wasm_##name##_copy(const wasm_##name##_t *type)        \
    {                                                                       \
        return wasm_externtype_as_##name(                                   \
            wasm_externtype_copy(wasm_##name##_as_externtype_const(type))); \
    }

COPY(functype)
COPY(globaltype)
COPY(tabletype)
COPY(memorytype)

/* ---- imports and exports ---- */

wasm_importtype_t *
wasm_importtype_new(wasm_name_t *module, wasm_name_t *name,
                    wasm_externtype_t *type)
{
    wasm_importtype_t *import = type ? gw_heap_get(1, sizeof(*import)) : NULL;
    if (!import) {
        wasm_name_delete(module);
        wasm_name_delete(name);
        wasm_externtype_delete(type);
        return NULL;
    }
    import->module = *module;
    import->name = *name;
    import->type = type;
    return import;
}

void
wasm_importtype_delete(wasm_importtype_t *import)
{
    if (!import)
        return;
    wasm_name_delete(&import->module);
    wasm_name_delete(&import->name);
    wasm_externtype_delete(import->type);
    gw_heap_free(import);
}

wasm_importtype_t *
wasm_importtype_copy(const wasm_importtype_t *import)
{
    wasm_name_t module, name;
    if (!import)
        return NULL;
    wasm_name_copy(&module, &import->module);
    wasm_name_copy(&name, &import->name);
    return wasm_importtype_new(&module, &name,
                               wasm_externtype_copy(import->type));
}

const wasm_name_t *
wasm_importtype_module(const wasm_importtype_t *import)
{
    return &import->module;
}

const wasm_name_t *
wasm_importtype_name(const wasm_importtype_t *import)
{
    return &import->name;
}

const wasm_externtype_t *
wasm_importtype_type(const wasm_importtype_t *import)
{
    return import->type;
}

wasm_exporttype_t *
wasm_exporttype_new(wasm_name_t *name, wasm_externtype_t *type)
{
    wasm_exporttype_t *export = type ? gw_heap_get(1, sizeof(*export)) : NULL;
    if (!export) {
        wasm_name_delete(name);
        wasm_externtype_delete(type);
        return NULL;
    }
    export->name = *name;
    export->type = type;
    return export;
}

void
wasm_exporttype_delete(wasm_exporttype_t *export)
{
    if (!export)
        return;
    wasm_name_delete(&export->name);
    wasm_externtype_delete(export->type);
    gw_heap_free(export);
}

wasm_exporttype_t *
wasm_exporttype_copy(const wasm_exporttype_t *export)
{
    wasm_name_t name;
    if (!export)
        return NULL;
    wasm_name_copy(&name, &export->name);
    return wasm_exporttype_new(&name, wasm_externtype_copy(export->type));
}

const wasm_name_t *
wasm_exporttype_name(const wasm_exporttype_t *export)
{
    return &export->name;
}

const wasm_externtype_t *
wasm_exporttype_type(const wasm_exporttype_t *export)
{
    return export->type;
}

/* ---- from the inside ---- */

static const wasm_externkind_t kinds[GW_EXTERN_COUNT] = {
    [GW_EXTERN_FUNC] = WASM_EXTERN_FUNC,
    [GW_EXTERN_TABLE] = WASM_EXTERN_TABLE,
    [GW_EXTERN_MEMORY] = WASM_EXTERN_MEMORY,
    [GW_EXTERN_GLOBAL] = WASM_EXTERN_GLOBAL,
    [GW_EXTERN_TAG] = GODWIT_EXTERN_TAG,
};

wasm_externkind_t
gw_capi_externkind(enum gw_extern kind)
{
    return kinds[kind];
}

enum gw_extern
gw_capi_extern(wasm_externkind_t kind)
{
    for (int i = 0; i < GW_EXTERN_COUNT; i++)
        if (kinds[i] == kind)
            return (enum gw_extern)i;
    return GW_EXTERN_COUNT;
}

wasm_externtype_t *
gw_capi_externtype(const struct gw_program *program, enum gw_extern kind,
                   uint32_t index)
{
    const struct gw_module *module = program->module;
    const uint32_t *ids = program->type_ids;
    struct gw_engine *engine = program->engine;
    struct gw_globaltype global;
    struct gw_tabletype table;

    switch (kind) {
    case GW_EXTERN_FUNC: {
        uint32_t id = ids[module->funcs[index].type];
        return gw_capi_functype(engine, &gw_typereg_def(engine, id)->func);
    }
    case GW_EXTERN_TABLE:
        table = module->tables[index].type;
        table.elem = gw_typereg_valtype(ids, table.elem);
        return gw_capi_tabletype(engine, &table);
    case GW_EXTERN_MEMORY:
        return gw_capi_memorytype(&module->memories[index]);
    case GW_EXTERN_GLOBAL:
        global = module->globals[index].type;
        global.type = gw_typereg_valtype(ids, global.type);
        return gw_capi_globaltype(engine, &global);
    default: {
        uint32_t id = ids[module->tags[index]];
        return gw_capi_tagtype(wasm_externtype_as_functype(
            gw_capi_functype(engine, &gw_typereg_def(engine, id)->func)));
    }
    }
}
