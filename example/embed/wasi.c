/* Runs a WASI program with one granted directory, and holds it to limits.
 *
 *     wasi [FILE.wasm DIRECTORY]
 *
 * Without arguments it runs a small program of its own, which tells what it
 * was granted and then never ends. */
#include <godwit.h>

#include <stdio.h>

static const char guest[] =
    "(module"
    "  (import \"wasi_snapshot_preview1\" \"fd_prestat_get\""
    "    (func $prestat (param i32 i32) (result i32)))"
    "  (import \"wasi_snapshot_preview1\" \"fd_write\""
    "    (func $write (param i32 i32 i32 i32) (result i32)))"
    "  (memory (export \"memory\") 1)"
    "  (data (i32.const 64) \"a directory was granted\\n\")"
    "  (func $say"
    "    (i32.store (i32.const 0) (i32.const 64))"
    "    (i32.store (i32.const 4) (i32.const 24))"
    "    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1)"
    "                       (i32.const 8))))"
    "  (func (export \"_start\")"
    "    (if (i32.eqz (call $prestat (i32.const 3) (i32.const 16)))"
    "      (then (call $say)))"
    "    (loop (br 0))))";

static int
fail(godwit_error_t *error)
{
    const char *hint = godwit_error_hint(error);
    printf("%s%s%s\n", godwit_error_message(error), hint ? "; " : "",
           hint ? hint : "");
    godwit_error_delete(error);
    return 1;
}

/* What the program is granted: its name, our streams, one directory. */
static godwit_error_t *
grant(godwit_linker_t *linker, const char *directory)
{
    godwit_wasi_config_t *wasi = godwit_wasi_config_new();
    godwit_error_t *error = godwit_wasi_config_add_arg(wasi, "guest");
    if (!error)
        error = godwit_wasi_config_add_dir(wasi, directory, "/data", true);
    if (error) {
        godwit_wasi_config_delete(wasi);
        return error;
    }
    godwit_wasi_config_inherit_stdio(wasi);
    return godwit_linker_define_wasi(linker, wasi);
}

static int
run(const wasm_instance_t *instance)
{
    wasm_extern_t *start = godwit_instance_export(instance, "_start");
    wasm_trap_t *trap = NULL;
    int32_t code = 0;
    enum godwit_trap kind = GODWIT_TRAP_NONE;

    fflush(stdout);
    if (wasm_extern_as_func(start))
        kind = godwit_func_call(wasm_extern_as_func(start), NULL, 0, NULL, 0,
                                &trap);
    if (godwit_trap_exit_code(trap, &code))
        printf("the guest ended with %d\n", (int)code);
    else if (kind != GODWIT_TRAP_NONE)
        printf("the guest was stopped: %s\n", godwit_trap_message(trap));
    wasm_trap_delete(trap);
    wasm_extern_delete(start);
    return kind == GODWIT_TRAP_DEADLINE ? 0 : (int)code;
}

int
main(int argc, char **argv)
{
    godwit_error_t *error;
    wasm_config_t *config = wasm_config_new();
    error = godwit_config_set(config, GODWIT_OPTION_MAX_MEMORY, 64u << 20);
    if (error)
        return fail(error);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = argc > 2
                                ? godwit_module_open(store, argv[1], &error)
                                : godwit_module_new(store, guest,
                                                    sizeof(guest) - 1, &error);
    if (!module)
        return fail(error);

    godwit_linker_t *linker = godwit_linker_new(store);
    error = grant(linker, argc > 2 ? argv[2] : ".");
    if (!error)
        error = godwit_store_set_timeout(store, 100000000); /* 100 ms */
    if (error)
        return fail(error);
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          &error);
    if (!instance)
        return fail(error);
    int code = run(instance);

    wasm_instance_delete(instance);
    godwit_linker_delete(linker);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return code;
}
