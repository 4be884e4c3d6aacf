/* A module written to bytes and read again; what is no module is refused. */
#include "embed.h"

static const char guest[] =
    "(module (func (export \"answer\") (result i32) (i32.const 42)))";

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = embed_module(store, guest);
    wasm_byte_vec_t bytes;
    wasm_module_serialize(module, &bytes);
    wasm_module_delete(module);

    module = wasm_module_deserialize(store, &bytes);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_instance_t *instance = wasm_instance_new(store, module, &none, NULL);
    wasm_val_t answer = embed_call(instance, "answer",
                                   (wasm_val_t)WASM_INIT_VAL);
    printf("the module read back answers %d\n", (int)answer.of.i32);

    bytes.data[bytes.size - 1] ^= 1;
    printf("a damaged one is %s\n",
           wasm_module_deserialize(store, &bytes) ? "taken" : "refused");

    wasm_byte_vec_delete(&bytes);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
