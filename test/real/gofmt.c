/* gofmt MODULE: formats the Go program of the standard input with the gofmt
 * of @wasm-fmt/gofmt, which has no imports: text goes in and out through its
 * memory. */
#include <godwit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wasm_instance_t *gofmt;

/* Calls an export of at most one parameter and one result. */
static uint32_t
call(const char *name, uint32_t arg)
{
    wasm_extern_t *external = godwit_instance_export(gofmt, name);
    const wasm_func_t *func = wasm_extern_as_func(external);
    wasm_val_t in = WASM_I32_VAL((int32_t)arg), out = WASM_INIT_VAL;
    wasm_val_vec_t args = { wasm_func_param_arity(func), &in };
    wasm_val_vec_t results = { wasm_func_result_arity(func), &out };
    wasm_trap_t *trap = wasm_func_call(func, &args, &results);
    wasm_extern_delete(external);
    if (trap) {
        printf("%s: %s\n", name, godwit_trap_message(trap));
        exit(70);
    }
    return results.size > 0 ? (uint32_t)out.of.i32 : 0;
}

/* size bytes of its memory, which may move with the next call. */
static char *
bytes(uint32_t at, uint32_t size)
{
    wasm_extern_t *external = godwit_instance_export(gofmt, "memory");
    wasm_memory_t *memory = wasm_extern_as_memory(external);
    char *data = wasm_memory_data(memory);
    size_t all = wasm_memory_data_size(memory);
    wasm_extern_delete(external);
    if (at > all || size > all - at) {
        printf("%u bytes at %u are not in its memory\n", size, at);
        exit(70);
    }
    return data + at;
}

int
main(int argc, char **argv)
{
    static char source[65536];
    static char wasm[1 << 20];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        perror("gofmt MODULE");
        return 2;
    }
    size_t size = fread(wasm, 1, sizeof(wasm), file);
    fclose(file);

    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    godwit_error_t *error;
    wasm_module_t *module = godwit_module_new(store, wasm, size, &error);
    if (!module) {
        printf("%s\n", godwit_error_message(error));
        return 2;
    }
    wasm_extern_vec_t imports = WASM_EMPTY_VEC;
    wasm_trap_t *trap = NULL;
    gofmt = wasm_instance_new(store, module, &imports, &trap);
    if (!gofmt) {
        printf("%s\n", godwit_trap_message(trap));
        return 2;
    }
    call("_initialize", 0);

    uint32_t length = (uint32_t)fread(source, 1, sizeof(source), stdin);
    memcpy(bytes(call("alloc", length), length), source, length);
    uint32_t outcome = call("format", 0); /* 0: as it was; 1: new; else wrong */
    uint32_t at = call("output_ptr", 0), count = call("output_len", 0);
    if (outcome == 0)
        fwrite(source, 1, length, stdout);
    else
        fwrite(bytes(at, count), 1, count, stdout);
    call("dispose", 0);

    wasm_instance_delete(gofmt);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return outcome > 1;
}
