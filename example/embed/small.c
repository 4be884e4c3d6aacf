/* As little as it takes: a guest in the program itself, a host function, a
 * call.  Builds for size are measured with this (doc/embedding-small.md). */
#include <godwit.h>

#include <stdio.h>

/* (module (import "host" "say" (func $say (param i32)))
 *   (func (export "run") (param i32) (result i32)
 *     (call $say (local.get 0)) (i32.mul (local.get 0) (local.get 0)))) */
static const unsigned char guest[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x0a, 0x02,
    0x60, 0x01, 0x7f, 0x00, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x02, 0x0c,
    0x01, 0x04, 0x68, 0x6f, 0x73, 0x74, 0x03, 0x73, 0x61, 0x79, 0x00,
    0x00, 0x03, 0x02, 0x01, 0x01, 0x07, 0x07, 0x01, 0x03, 0x72, 0x75,
    0x6e, 0x00, 0x01, 0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x10,
    0x00, 0x20, 0x00, 0x20, 0x00, 0x6c, 0x0b,
};

static wasm_trap_t *
say(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env;
    (void)results;
    printf("the guest says %d\n", (int)args->data[0].of.i32);
    return NULL;
}

static int
fail(godwit_error_t *error)
{
    printf("%s\n", godwit_error_message(error));
    godwit_error_delete(error);
    return 1;
}

int
main(void)
{
    godwit_error_t *error;
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = godwit_module_borrow(store, guest, sizeof(guest),
                                                 &error);
    if (!module)
        return fail(error);

    godwit_linker_t *linker = godwit_linker_new(store);
    wasm_functype_t *type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    error = godwit_linker_define_func(linker, "host", "say", type, say, NULL,
                                      NULL);
    wasm_functype_delete(type);
    if (error)
        return fail(error);
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          &error);
    if (!instance)
        return fail(error);

    wasm_extern_t *run = godwit_instance_export(instance, "run");
    wasm_val_t arg = WASM_I32_VAL(12), result = WASM_INIT_VAL;
    wasm_val_vec_t args = { 1, &arg }, results = { 1, &result };
    wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(run), &args,
                                       &results);
    if (!trap)
        printf("and returns %d\n", (int)result.of.i32);

    wasm_extern_delete(run);
    wasm_instance_delete(instance);
    godwit_linker_delete(linker);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return trap != NULL;
}
