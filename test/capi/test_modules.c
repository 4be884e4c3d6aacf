/* Modules: loading, sharing, serialising, looking inside. */
#include "capi/guest.h"

static wasm_store_t *store;

static const char sample[] =
    "(module $sample"
    "  (import \"env\" \"f\" (func $f (param i32) (result i64)))"
    "  (import \"env\" \"m\" (memory 1 2))"
    "  (table (export \"t\") 3 funcref)"
    "  (global (export \"g\") (mut f32) (f32.const 1))"
    "  (func $twice (export \"twice\") (param i32) (result i32)"
    "    (i32.shl (local.get 0) (i32.const 1))))";

static void
test_types(void)
{
    wasm_module_t *module = guest_module(store, sample);
    wasm_importtype_vec_t imports;
    wasm_exporttype_vec_t exports;
    wasm_module_imports(module, &imports);
    wasm_module_exports(module, &exports);
    CHECK_EQ_U64(imports.size, 2);
    CHECK_EQ_U64(exports.size, 3);
    CHECK_EQ_U64(wasm_externtype_kind(wasm_importtype_type(imports.data[1])),
                 WASM_EXTERN_MEMORY);
    const wasm_functype_t *func = wasm_externtype_as_functype_const(
        wasm_importtype_type(imports.data[0]));
    CHECK_EQ_U64(wasm_valtype_kind(wasm_functype_results(func)->data[0]),
                 WASM_I64);
    CHECK(wasm_exporttype_name(exports.data[2])->size == 5);
    /* Types outlive what they were taken from. */
    wasm_module_delete(module);
    CHECK_EQ_U64(wasm_externtype_kind(wasm_exporttype_type(exports.data[1])),
                 WASM_EXTERN_GLOBAL);
    wasm_importtype_vec_delete(&imports);
    wasm_exporttype_vec_delete(&exports);
}

static void
test_serialize(void)
{
    wasm_module_t *module = guest_module(store, sample);
    wasm_byte_vec_t bytes;
    wasm_module_serialize(module, &bytes);
    CHECK(bytes.size > 16);
    wasm_module_t *again = wasm_module_deserialize(store, &bytes);
    CHECK(again != NULL && !wasm_module_same(module, again));
    wasm_module_delete(again);
    bytes.data[bytes.size - 1] = '\x7f'; /* the last byte of a name */
    bytes.data[20] ^= 1;                 /* the version of the format */
    CHECK(wasm_module_deserialize(store, &bytes) == NULL);
    bytes.data[0] = 'x';
    CHECK(wasm_module_deserialize(store, &bytes) == NULL);
    wasm_byte_vec_delete(&bytes);
    wasm_byte_vec_new_empty(&bytes);
    CHECK(wasm_module_deserialize(store, &bytes) == NULL);
    wasm_module_delete(module);
}

static void
test_share(wasm_engine_t *engine)
{
    wasm_module_t *module = guest_module(store, sample);
    wasm_shared_module_t *shared = wasm_module_share(module);
    wasm_store_t *other = wasm_store_new(engine);
    wasm_module_delete(module);
    module = wasm_module_obtain(other, shared);
    CHECK(module != NULL);
    wasm_module_delete(module);
    wasm_store_delete(other);

    wasm_engine_t *stranger = wasm_engine_new();
    other = wasm_store_new(stranger);
    CHECK(wasm_module_obtain(other, shared) == NULL);
    wasm_store_delete(other);
    wasm_engine_delete(stranger);
    wasm_shared_module_delete(shared);
}

static void
test_errors(void)
{
    static const char cut[] = "\0asm\1\0\0\0\1";
    static const char bad[] = "(module (func (result i32) i64.const 1))";
    static const char text[] = "(module\n  (func local.gett 0))";
    godwit_error_t *error;
    uint32_t line, column, func;
    uint64_t offset;

    CHECK(!godwit_module_new(store, cut, sizeof(cut) - 1, &error));
    CHECK(godwit_error_code(error) == GODWIT_MALFORMED);
    CHECK(godwit_error_offset(error, &offset) && offset <= 9);
    CHECK(!godwit_error_line(error, &line, &column));
    godwit_error_delete(error);

    CHECK(!godwit_module_new(store, bad, sizeof(bad) - 1, &error));
    CHECK(godwit_error_code(error) == GODWIT_INVALID);
    CHECK(strstr(godwit_error_message(error), "type mismatch") != NULL);
    CHECK(godwit_error_function(error, &func) && func == 0);
    godwit_error_delete(error);

    CHECK(!godwit_module_new(store, text, sizeof(text) - 1, &error));
    CHECK(godwit_error_line(error, &line, &column) && line == 2);
    godwit_error_delete(error);

    CHECK(!godwit_module_new(store, NULL, 0, &error));
    godwit_error_delete(error);
    CHECK(!godwit_module_new(store, cut, 3, NULL));
    CHECK(!godwit_module_open(store, "/nonexistent/x.wasm", &error));
    CHECK(godwit_error_code(error) == GODWIT_NOT_FOUND);
    godwit_error_delete(error);
    CHECK_STR(godwit_error_message(NULL), "no error");
    godwit_error_delete(NULL);

    wasm_byte_vec_t binary = { sizeof(cut) - 1, (char *)(uintptr_t)cut };
    CHECK(!wasm_module_validate(store, &binary));
    binary.size = 8;
    CHECK(wasm_module_validate(store, &binary));
}

static void
test_inspection(void)
{
    wasm_module_t *module = guest_module(store, sample);
    struct godwit_import import;
    struct godwit_export export;
    struct godwit_section section;
    struct godwit_custom custom;
    wasm_byte_vec_t text;
    uint32_t offset, size;
    char buffer[80];

    CHECK(godwit_module_import(module, 0, &import));
    CHECK(import.kind == WASM_EXTERN_FUNC && import.index == 0);
    CHECK(!godwit_module_import(module, 2, &import));
    CHECK(godwit_module_export(module, 2, &export) && export.index == 1);
    CHECK_EQ_U64(godwit_module_count(module, WASM_EXTERN_FUNC), 2);
    CHECK_EQ_U64(godwit_module_count(module, 77), 0);
    size_t length = godwit_module_type_text(module, WASM_EXTERN_FUNC, 0, buffer,
                                            sizeof(buffer));
    CHECK_EQ_U64(length, strlen(buffer));
    CHECK_STR(buffer, "(func (param i32) (result i64))");
    CHECK_EQ_U64(godwit_module_type_text(module, WASM_EXTERN_FUNC, 0, buffer,
                                         6),
                 31);
    CHECK_STR(buffer, "(func");
    godwit_module_type_text(module, WASM_EXTERN_MEMORY, 0, buffer, 80);
    CHECK_STR(buffer, "(memory 1 2)");
    godwit_module_type_text(module, WASM_EXTERN_GLOBAL, 0, buffer, 80);
    CHECK_STR(buffer, "(global (mut f32))");
    CHECK_EQ_U64(godwit_module_type_text(module, WASM_EXTERN_FUNC, 9, NULL, 0),
                 0);

    CHECK(godwit_module_section(module, 1, &section) && section.size > 0);
    CHECK_STR(section.name, "type");
    CHECK(!godwit_module_section(module, 99, &section));
    CHECK(godwit_module_custom(module, 0, &custom));
    CHECK(custom.name.size == 4 && memcmp(custom.name.data, "name", 4) == 0);
    CHECK_EQ_U64(godwit_module_func_name(module, 1).size, 5);
    CHECK(!godwit_module_func_body(module, 0, &offset, &size));
    CHECK(godwit_module_func_body(module, 1, &offset, &size) && size > 0);
    uint32_t found = 7;
    CHECK(!godwit_module_find_func(module, "nobody", &found));
    CHECK(godwit_module_disassemble(module, 1, &text) == NULL);
    CHECK(text.size > 0 && memchr(text.data, '\n', text.size) != NULL);
    wasm_byte_vec_delete(&text);
    godwit_error_t *error = godwit_module_disassemble(module, 0, &text);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    wasm_module_delete(module);
}

/* An engine that only looks never runs anything. */
static void
test_inspect_engine(void)
{
    wasm_config_t *config = wasm_config_new();
    godwit_config_set_inspect(config, true);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *other = wasm_store_new(engine);
    wasm_module_t *module = guest_module(other, "(module)");
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap;
    CHECK(wasm_instance_new(other, module, &none, &trap) == NULL);
    CHECK(trap != NULL);
    wasm_trap_delete(trap);
    wasm_module_delete(module);
    wasm_store_delete(other);
    wasm_engine_delete(engine);
}

/* One after the other, by one thread. */
struct told {
    unsigned calls;
    uint64_t done, total;
};

static void
tell(void *env, const char *what, uint64_t done, uint64_t total)
{
    struct told *told = env;
    CHECK_STR(what, "loading");
    CHECK(done <= total && done >= told->done);
    told->calls++;
    told->done = done;
    told->total = total;
}

static void
test_progress(void)
{
    struct told told = { 0 };
    static char text[40000] = "(module";
    for (int i = 0; i < 100; i++)
        strcat(text, "(func (drop (i32.const 1)))");
    strcat(text, ")");
    wasm_config_t *config = wasm_config_new();
    godwit_config_set_progress(config, tell, &told);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *own = wasm_store_new(engine);
    wasm_module_delete(guest_module(own, text));
    CHECK(told.calls > 2 && told.done == told.total);
    CHECK_EQ_U64(told.total, 1 + 100 * 6); /* the code section */
    told = (struct told){ 0 };
    wasm_module_delete(guest_module(own, "(module)"));
    CHECK_EQ_U64(told.total, 0);
    wasm_store_delete(own);
    wasm_engine_delete(engine);
}

static void
test_names(void)
{
    char text[32];
    struct godwit_bytes name = { "a\033[m\xff", 5 };
    godwit_name_print(name, text, sizeof(text));
    CHECK(strchr(text, '\033') == NULL && text[0] == 'a');
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    store = wasm_store_new(engine);
    test_types();
    test_serialize();
    test_share(engine);
    test_errors();
    test_inspection();
    test_inspect_engine();
    test_progress();
    test_names();
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
