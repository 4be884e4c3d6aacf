/* What a module imports and exports, with types. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (import \"env\" \"log\" (func (param i32 f64)))"
    "  (import \"env\" \"base\" (global (mut i64)))"
    "  (func (export \"run\") (param i32 i32) (result f32) (f32.const 0))"
    "  (memory (export \"memory\") 1 16)"
    "  (table (export \"calls\") 3 funcref)"
    "  (tag (export \"failed\") (param i32)))";

static void
print_types(const char *what, const wasm_valtype_vec_t *types)
{
    printf(" %s", what);
    for (size_t i = 0; i < types->size; i++) {
        char name[40];
        godwit_valtype_print(types->data[i], name, sizeof(name));
        printf(" %s", name);
    }
}

static void
print_type(const wasm_externtype_t *type)
{
    const wasm_functype_t *func = wasm_externtype_as_functype_const(type);
    const wasm_functype_t *tag = godwit_externtype_tag(type);
    const wasm_globaltype_t *global = wasm_externtype_as_globaltype_const(type);
    const wasm_tabletype_t *table = wasm_externtype_as_tabletype_const(type);
    const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(type);
    const wasm_limits_t *limits = NULL;
    if (func) {
        print_types("function of", wasm_functype_params(func));
        print_types("to", wasm_functype_results(func));
    } else if (tag) {
        print_types("tag of", wasm_functype_params(tag));
    } else if (global) {
        printf(" %s global of kind %d",
               wasm_globaltype_mutability(global) == WASM_VAR ? "mutable"
                                                              : "constant",
               (int)wasm_valtype_kind(wasm_globaltype_content(global)));
    } else if (table) {
        limits = wasm_tabletype_limits(table);
        printf(" table of");
    } else {
        limits = wasm_memorytype_limits(memory);
        printf(" memory of");
    }
    if (limits)
        printf(" %u", (unsigned)limits->min);
    if (limits && limits->max != wasm_limits_max_default)
        printf(" to %u", (unsigned)limits->max);
    puts("");
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = embed_module(store, guest);
    wasm_importtype_vec_t imports;
    wasm_exporttype_vec_t exports;

    wasm_module_imports(module, &imports);
    for (size_t i = 0; i < imports.size; i++) {
        const wasm_name_t *from = wasm_importtype_module(imports.data[i]);
        const wasm_name_t *name = wasm_importtype_name(imports.data[i]);
        printf("import %.*s.%.*s:", (int)from->size, from->data,
               (int)name->size, name->data);
        print_type(wasm_importtype_type(imports.data[i]));
    }
    wasm_module_exports(module, &exports);
    for (size_t i = 0; i < exports.size; i++) {
        const wasm_name_t *name = wasm_exporttype_name(exports.data[i]);
        printf("export %.*s:", (int)name->size, name->data);
        print_type(wasm_exporttype_type(exports.data[i]));
    }
    wasm_importtype_vec_delete(&imports);
    wasm_exporttype_vec_delete(&exports);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
