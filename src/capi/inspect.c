/* Looking into modules: godwit/module.h. */
#include "base/utf8.h"
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "capi/type.h"

static const struct gw_module *
inside(const wasm_module_t *module)
{
    return gw_handle_program(module)->module;
}

static struct godwit_bytes
bytes_of(struct gw_span span)
{
    return (struct godwit_bytes){ (const char *)span.data, span.size };
}

size_t
godwit_name_print(struct godwit_bytes name, char *buffer, size_t size)
{
    return gw_utf8_print(gw_span(name.data, name.size), buffer, size);
}

/* ---- the whole ---- */

struct godwit_bytes
godwit_module_bytes(const wasm_module_t *module)
{
    return bytes_of(inside(module)->bytes);
}

uint64_t
godwit_module_features(const wasm_module_t *module)
{
    return inside(module)->features;
}

bool
godwit_module_section(const wasm_module_t *module, unsigned id,
                      struct godwit_section *out)
{
    static const char *const names[GW_SECTION_COUNT] = {
        "custom", "type",   "import",     "function", "table",
        "memory", "global", "export",     "start",    "element",
        "code",   "data",   "data count", "tag",
    };
    if (id >= GW_SECTION_COUNT)
        return false;
    const struct gw_section *section = &inside(module)->sections[id];
    out->name = names[id];
    out->offset = section->offset;
    out->size = section->size;
    out->count = section->count;
    return true;
}

bool
godwit_module_custom(const wasm_module_t *module, uint32_t number,
                     struct godwit_custom *out)
{
    if (number >= inside(module)->custom_count)
        return false;
    const struct gw_custom *custom = &inside(module)->customs[number];
    out->name = bytes_of(custom->name);
    out->bytes = bytes_of(custom->bytes);
    out->offset = custom->offset;
    return true;
}

/* ---- imports and exports ---- */

bool
godwit_module_import(const wasm_module_t *module, uint32_t number,
                     struct godwit_import *out)
{
    if (number >= inside(module)->import_count)
        return false;
    const struct gw_import *import = &inside(module)->imports[number];
    out->module = bytes_of(import->module);
    out->name = bytes_of(import->name);
    out->kind = gw_capi_externkind(import->kind);
    out->index = import->index;
    return true;
}

bool
godwit_module_export(const wasm_module_t *module, uint32_t number,
                     struct godwit_export *out)
{
    if (number >= inside(module)->export_count)
        return false;
    const struct gw_export *export = &inside(module)->exports[number];
    out->name = bytes_of(export->name);
    out->kind = gw_capi_externkind(export->kind);
    out->index = export->index;
    return true;
}

uint32_t
godwit_module_count(const wasm_module_t *handle, wasm_externkind_t kind)
{
    const struct gw_module *module = inside(handle);
    switch (gw_capi_extern(kind)) {
    case GW_EXTERN_FUNC:
        return module->func_count;
    case GW_EXTERN_TABLE:
        return module->table_count;
    case GW_EXTERN_MEMORY:
        return module->memory_count;
    case GW_EXTERN_GLOBAL:
        return module->global_count;
    case GW_EXTERN_TAG:
        return module->tag_count;
    default:
        return 0;
    }
}

/* ---- types as text ---- */

/* Text that grows past its buffer keeps counting. */
struct writer {
    char *buffer;
    size_t size, length;
};

static void
put(struct writer *to, const char *format, ...)
{
    size_t at = to->length < to->size ? to->length : to->size;
    va_list args;
    va_start(args, format);
    to->length += gw_formatv(to->buffer + at, to->size - at, format, args);
    va_end(args);
}

static void
put_types(struct writer *to, const char *word, const gw_valtype *types,
          uint32_t count)
{
    char text[48];
    if (!count)
        return;
    put(to, " (%s", word);
    for (uint32_t i = 0; i < count; i++) {
        gw_type_print(types[i], text, sizeof(text));
        put(to, " %s", text);
    }
    put(to, ")");
}

static void
put_functype(struct writer *to, const struct gw_functype *type)
{
    put_types(to, "param", type->params, type->param_count);
    put_types(to, "result", type->results, type->result_count);
}

static void
put_limits(struct writer *to, const struct gw_limits *limits)
{
    if (limits->is64)
        put(to, " i64");
    put(to, " %llu", (unsigned long long)limits->min);
    if (limits->has_max)
        put(to, " %llu", (unsigned long long)limits->max);
    if (limits->shared)
        put(to, " shared");
}

static void
put_type(struct writer *to, const struct gw_module *module, enum gw_extern kind,
         uint32_t index)
{
    static const char *const words[GW_EXTERN_COUNT] = { "func", "table",
                                                        "memory", "global",
                                                        "tag" };
    char text[48];

    put(to, "(%s", words[kind]);
    switch (kind) {
    case GW_EXTERN_FUNC:
        put_functype(to, gw_module_functype(module, index));
        break;
    case GW_EXTERN_TABLE:
        put_limits(to, &module->tables[index].type.limits);
        gw_type_print(module->tables[index].type.elem, text, sizeof(text));
        put(to, " %s", text);
        break;
    case GW_EXTERN_MEMORY:
        put_limits(to, &module->memories[index].limits);
        if (module->memories[index].page_log2 != 16)
            put(to, " (pagesize %u)", 1u << module->memories[index].page_log2);
        break;
    case GW_EXTERN_GLOBAL:
        gw_type_print(module->globals[index].type.type, text, sizeof(text));
        put(to, module->globals[index].type.mutable ? " (mut %s)" : " %s",
            text);
        break;
    default:
        put_functype(to, &module->types.defs[module->tags[index]].func);
    }
    put(to, ")");
}

size_t
godwit_module_type_text(const wasm_module_t *module, wasm_externkind_t kind,
                        uint32_t index, char *buffer, size_t size)
{
    struct writer to = { buffer, size, 0 };
    if (size)
        buffer[0] = '\0';
    if (index < godwit_module_count(module, kind))
        put_type(&to, inside(module), gw_capi_extern(kind), index);
    return to.length;
}

/* ---- functions ---- */

/* What a function without a name of its own is known by outside. */
static struct gw_span
outer_name(const struct gw_module *module, uint32_t index)
{
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == GW_EXTERN_FUNC &&
            module->imports[i].index == index)
            return module->imports[i].name;
    for (uint32_t i = 0; i < module->export_count; i++)
        if (module->exports[i].kind == GW_EXTERN_FUNC &&
            module->exports[i].index == index)
            return module->exports[i].name;
    return gw_span(NULL, 0);
}

struct godwit_bytes
godwit_module_func_name(const wasm_module_t *handle, uint32_t index)
{
    const struct gw_module *module = inside(handle);
    if (index >= module->func_count)
        return bytes_of(gw_span(NULL, 0));
    struct gw_span name = gw_module_func_name(module, index);
    return bytes_of(name.data ? name : outer_name(module, index));
}

/* name, as printed: is it this? */
static bool
is_name(void *env, struct gw_span name)
{
    char text[1024];
    return gw_utf8_print(name, text, sizeof(text)) < sizeof(text) &&
           strcmp(text, env) == 0;
}

bool
godwit_module_find_func(const wasm_module_t *handle, const char *name,
                        uint32_t *index)
{
    const struct gw_module *module = inside(handle);
    void *env = (void *)(uintptr_t)name;
    for (uint32_t i = 0; i < module->export_count; i++) {
        *index = module->exports[i].index;
        if (module->exports[i].kind == GW_EXTERN_FUNC &&
            is_name(env, module->exports[i].name))
            return true;
    }
    *index = gw_module_match_func_name(module, is_name, env);
    if (*index != GW_NO_INDEX)
        return true;
    for (uint32_t i = 0; i < module->import_count; i++) {
        *index = module->imports[i].index;
        if (module->imports[i].kind == GW_EXTERN_FUNC &&
            is_name(env, module->imports[i].name))
            return true;
    }
    return false;
}

bool
godwit_module_func_body(const wasm_module_t *module, uint32_t index,
                        uint32_t *offset, uint32_t *size)
{
    if (index >= inside(module)->func_count ||
        inside(module)->funcs[index].size == 0)
        return false;
    *offset = inside(module)->funcs[index].offset;
    *size = inside(module)->funcs[index].size;
    return true;
}
