/* A guest's memory, read, written and grown from both sides. */
#include "embed.h"

static const char guest[] = "(module"
                            "  (memory (export \"memory\") 1 3)"
                            "  (data (i32.const 0x1000) \"\\01\\02\\03\\04\")"
                            "  (func (export \"load\") (param i32) (result i32)"
                            "    (i32.load8_u (local.get 0)))"
                            "  (func (export \"grow\") (param i32) (result i32)"
                            "    (memory.grow (local.get 0))))";

static void
load(const wasm_instance_t *instance, int32_t address)
{
    wasm_val_t byte = embed_call(instance, "load",
                                 (wasm_val_t)WASM_I32_VAL(address));
    printf("load 0x%x: %d\n", (unsigned)address, (int)byte.of.i32);
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_instance_t *instance =
        embed_instance(store, guest, (wasm_extern_vec_t)WASM_EMPTY_VEC);
    wasm_extern_t *external = godwit_instance_export(instance, "memory");
    wasm_memory_t *memory = wasm_extern_as_memory(external);

    printf("%u page, %zu bytes\n", (unsigned)wasm_memory_size(memory),
           wasm_memory_data_size(memory));
    load(instance, 0x1003);
    wasm_memory_data(memory)[0x1003] = 44;
    load(instance, 0x1003);
    load(instance, 0x10000);

    printf("the host grows it: %s\n",
           wasm_memory_grow(memory, 1) ? "yes" : "no");
    load(instance, 0x1ffff);
    wasm_val_t pages = embed_call(instance, "grow",
                                  (wasm_val_t)WASM_I32_VAL(1));
    printf("the guest grows it from %d\n", (int)pages.of.i32);
    printf("the host grows it: %s\n",
           wasm_memory_grow(memory, 1) ? "yes" : "no");
    printf("%u pages\n", (unsigned)wasm_memory_size(memory));

    wasm_extern_delete(external);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
