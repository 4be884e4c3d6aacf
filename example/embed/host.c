/* Gives a guest a host function, and reads what the guest leaves in memory.
 * The guest is written in the text format. */
#include <godwit.h>

#include <stdio.h>

static const char guest[] =
    "(module"
    "  (import \"host\" \"say\" (func $say (param i32 i32)))"
    "  (memory (export \"memory\") 1)"
    "  (data (i32.const 16) \"hello from the guest\")"
    "  (func (export \"run\") (call $say (i32.const 16) (i32.const 20))))";

/* What the host function needs to know. */
struct host {
    wasm_memory_t *memory;
    int said;
};

static wasm_trap_t *
say(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    struct host *host = env;
    size_t at = (uint32_t)args->data[0].of.i32;
    size_t size = (uint32_t)args->data[1].of.i32;
    (void)results;

    /* Never trust what a guest says about its memory. */
    size_t room = wasm_memory_data_size(host->memory);
    if (size > room || at > room - size)
        return NULL;
    printf("%.*s\n", (int)size, wasm_memory_data(host->memory) + at);
    host->said++;
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
    struct host host = { NULL, 0 };
    godwit_error_t *error;
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = godwit_module_new(store, guest, sizeof(guest) - 1,
                                              &error);
    if (!module)
        return fail(error);

    godwit_linker_t *linker = godwit_linker_new(store);
    wasm_functype_t *type = wasm_functype_new_2_0(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    error = godwit_linker_define_func(linker, "host", "say", type, say, &host,
                                      NULL);
    wasm_functype_delete(type);
    if (error)
        return fail(error);
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          &error);
    if (!instance)
        return fail(error);

    wasm_extern_t *memory = godwit_instance_export(instance, "memory");
    wasm_extern_t *run = godwit_instance_export(instance, "run");
    host.memory = wasm_extern_as_memory(memory);
    if (godwit_func_call(wasm_extern_as_func(run), NULL, 0, NULL, 0, NULL))
        puts("the call trapped");

    wasm_extern_delete(memory);
    wasm_extern_delete(run);
    wasm_instance_delete(instance);
    godwit_linker_delete(linker);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return host.said != 1;
}
