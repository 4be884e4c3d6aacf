/* Calls a function of a WebAssembly module, with the standard C API alone. */
#include <wasm.h>

#include <stdio.h>

/* (module (func (export "add") (param i32 i32) (result i32)
 *           (i32.add (local.get 0) (local.get 1)))) */
static char add_wasm[] = {
    0x00, 'a',  's',  'm',  0x01, 0x00, 0x00, 0x00,       /* magic, version */
    0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f, /* types */
    0x03, 0x02, 0x01, 0x00,                               /* functions */
    0x07, 0x07, 0x01, 0x03, 'a',  'd',  'd',  0x00, 0x00, /* exports */
    0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20, 0x01, 0x6a, 0x0b, /* code */
};

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_byte_vec_t binary = WASM_ARRAY_VEC(add_wasm);
    wasm_module_t *module = wasm_module_new(store, &binary);
    wasm_extern_vec_t imports = WASM_EMPTY_VEC;
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports,
                                                  NULL);

    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_func_t *add = wasm_extern_as_func(exports.data[0]);

    wasm_val_t in[] = { WASM_I32_VAL(2), WASM_I32_VAL(3) };
    wasm_val_t out[] = { WASM_INIT_VAL };
    wasm_val_vec_t args = WASM_ARRAY_VEC(in), results = WASM_ARRAY_VEC(out);
    wasm_trap_t *trap = wasm_func_call(add, &args, &results);
    if (trap) {
        puts("the call trapped");
        return 1;
    }
    printf("2 + 3 = %d\n", (int)out[0].of.i32);

    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return out[0].of.i32 != 5;
}
