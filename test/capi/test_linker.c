/* Linking by name, WASI grants, values as text, scripts. */
#include "capi/guest.h"

static wasm_engine_t *engine;
static wasm_store_t *store;

static wasm_trap_t *
forty_two(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env, (void)args;
    results->data[0] = (wasm_val_t)WASM_I32_VAL(42);
    return NULL;
}

static void
test_names(void)
{
    godwit_linker_t *linker = godwit_linker_new(store);
    godwit_error_t *error;
    wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    CHECK(!godwit_linker_define_func(linker, "a", "bc", type, forty_two, NULL,
                                     NULL));
    /* "a" "bc" and "ab" "c" are different names. */
    wasm_module_t *module = guest_module(
        store, "(module (import \"ab\" \"c\" (func (result i32))))");
    CHECK(!godwit_linker_instantiate(linker, module, NULL, &error));
    CHECK(godwit_error_code(error) == GODWIT_UNLINKABLE);
    CHECK(strstr(godwit_error_message(error), "ab.c") != NULL);
    CHECK(godwit_error_hint(error) != NULL);
    godwit_error_delete(error);
    wasm_module_delete(module);

    module = guest_module(store, "(module (import \"a\" \"bc\" (func"
                                 " (param i32))))");
    CHECK(!godwit_linker_instantiate(linker, module, NULL, &error));
    CHECK(strstr(godwit_error_message(error), "incompatible") != NULL);
    godwit_error_delete(error);
    wasm_module_delete(module);

    module = guest_module(store, "(module (func (import \"a\" \"bc\")"
                                 " (result i32)) (export \"f\" (func 0)))");
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          &error);
    CHECK(instance != NULL && error == NULL);
    CHECK(!godwit_linker_define_instance(linker, "ab", instance));
    wasm_module_delete(module);
    wasm_instance_delete(instance);

    module = guest_module(store, "(module (import \"ab\" \"f\" (func $f"
                                 " (result i32))) (func $s (if (i32.ne"
                                 " (i32.const 42) (call $f)) (then"
                                 " unreachable))) (start $s))");
    instance = godwit_linker_instantiate(linker, module, NULL, &error);
    CHECK(instance != NULL);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_functype_delete(type);
    godwit_linker_delete(linker);
}

/* ---- WASI ---- */

static const char exits[] =
    "(module (import \"wasi_snapshot_preview1\" \"proc_exit\""
    " (func $exit (param i32))) (import \"wasi_snapshot_preview1\""
    " \"args_sizes_get\" (func $args (param i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (func (export \"_start\")"
    " (drop (call $args (i32.const 0) (i32.const 4)))"
    " (call $exit (i32.add (i32.load (i32.const 0)) (i32.const 5)))))";

static void
test_wasi(void)
{
    godwit_linker_t *linker = godwit_linker_new(store);
    wasm_module_t *module = guest_module(store, exits);
    godwit_error_t *error;
    CHECK(!godwit_linker_instantiate(linker, module, NULL, &error));
    CHECK(strstr(godwit_error_message(error), "proc_exit") != NULL);
    CHECK(godwit_error_hint(error) != NULL &&
          strstr(godwit_error_hint(error), "WASI") != NULL);
    godwit_error_delete(error);

    godwit_wasi_config_t *wasi = godwit_wasi_config_new();
    CHECK(!godwit_wasi_config_add_arg(wasi, "one"));
    CHECK(!godwit_wasi_config_add_arg(wasi, "two"));
    CHECK(!godwit_wasi_config_add_env(wasi, "A=b"));
    error = godwit_wasi_config_add_env(wasi, "nothing");
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    CHECK(!godwit_wasi_config_add_dir(wasi, ".", "/", true));
    CHECK(!godwit_linker_define_wasi(linker, wasi));
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          &error);
    CHECK(instance != NULL);
    wasm_func_t *start = guest_func(instance, "_start");
    wasm_trap_t *trap;
    int32_t code = 0;
    CHECK(godwit_func_call(start, NULL, 0, NULL, 0, &trap) == GODWIT_TRAP_EXIT);
    CHECK(godwit_trap_exit_code(trap, &code) && code == 7);
    wasm_trap_delete(trap);
    wasm_func_delete(start);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    godwit_linker_delete(linker);
}

static void
test_wasi_refused(void)
{
    godwit_linker_t *linker = godwit_linker_new(store);
    godwit_wasi_config_t *wasi = godwit_wasi_config_new();
    CHECK(!godwit_wasi_config_add_dir(wasi, "/nonexistent", "/", false));
    godwit_error_t *error = godwit_linker_define_wasi(linker, wasi);
    CHECK(error != NULL &&
          strstr(godwit_error_message(error), "/nonexistent") != NULL);
    godwit_error_delete(error);
    godwit_linker_delete(linker);
}

/* ---- values as text ---- */

static void
check_val(wasm_valkind_t kind, const char *text, const char *expected)
{
    wasm_valtype_t *type = wasm_valtype_new(kind);
    char printed[64];
    wasm_val_t val;
    godwit_error_t *error = godwit_val_parse(type, text, &val);
    CHECK((error == NULL) == (expected != NULL));
    if (!error) {
        godwit_val_print(&val, printed, sizeof(printed));
        CHECK_STR(printed, expected);
    }
    godwit_error_delete(error);
    wasm_valtype_delete(type);
}

static void
test_values(void)
{
    check_val(WASM_I32, "-1", "-1");
    check_val(WASM_I32, "0xffffffff", "-1");
    check_val(WASM_I32, "4294967296", NULL);
    check_val(WASM_I32, "-2147483649", NULL);
    check_val(WASM_I32, "1.0", NULL);
    check_val(WASM_I32, "", NULL);
    check_val(WASM_I32, "1x", NULL);
    check_val(WASM_I64, "9223372036854775808", "-9223372036854775808");
    check_val(WASM_F32, "0.1", "0.1");
    check_val(WASM_F64, "0.1", "0.1");
    check_val(WASM_F64, "1e400", NULL);
    check_val(WASM_F64, "-inf", "-inf");
    check_val(WASM_F64, "nan", "nan");
    check_val(WASM_F32, "nan:0x200000", "nan:0x200000");
    check_val(WASM_F64, "16777217", "16777217");
    check_val(WASM_EXTERNREF, "null", "null");
    check_val(WASM_FUNCREF, "1", NULL);
}

/* ---- scripts and text ---- */

static void
count_event(void *env, enum godwit_script_event event, uint32_t line,
            const char *message)
{
    (void)message;
    if (event == GODWIT_SCRIPT_FAILED)
        *(uint32_t *)env = line;
}

static void
test_script(void)
{
    static const char script[] =
        "(module (func (export \"f\") (result i32) (i32.const 1)))\n"
        "(assert_return (invoke \"f\") (i32.const 1))\n"
        "(assert_return (invoke \"f\") (i32.const 2))\n";
    struct godwit_script_result result;
    uint32_t failed_line = 0;
    CHECK(!godwit_script_run(engine, script, sizeof(script) - 1, count_event,
                             &failed_line, &result));
    CHECK_EQ_U64(result.failed, 1);
    CHECK_EQ_U64(result.assertions, 2);
    CHECK_EQ_U64(failed_line, 3);
    godwit_error_t *error = godwit_script_run(engine, "(modul", 6, NULL, NULL,
                                              &result);
    CHECK(error != NULL);
    godwit_error_delete(error);
}

static void
test_text(void)
{
    wasm_byte_vec_t binary, text;
    CHECK(!godwit_text_to_binary("(module)", 8, &binary));
    CHECK(binary.size == 8 && memcmp(binary.data, "\0asm", 4) == 0);
    wasm_byte_vec_delete(&binary);
    godwit_error_t *error = godwit_text_to_binary("(module", 7, &binary);
    uint32_t line, column;
    CHECK(error != NULL && godwit_error_line(error, &line, &column));
    godwit_error_delete(error);

    wasm_module_t *module = guest_module(store,
                                         "(module (func (export \"f\")))");
    error = godwit_text_from_module(module, false, &text);
    if (CHECK(error == NULL)) {
        CHECK(!godwit_text_to_binary(text.data, text.size, &binary));
        wasm_byte_vec_delete(&binary);
        wasm_byte_vec_delete(&text);
    }
    godwit_error_delete(error);
    wasm_module_delete(module);
}

int
main(void)
{
    engine = wasm_engine_new();
    store = wasm_store_new(engine);
    test_names();
    test_wasi();
    test_wasi_refused();
    test_values();
    test_script();
    test_text();
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
