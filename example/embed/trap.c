/* A guest that traps: why, and through which functions. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (func $divide (param i32) (result i32)"
    "    (i32.div_s (i32.const 1) (local.get 0)))"
    "  (func $outer (export \"run\") (param i32) (result i32)"
    "    (call $divide (local.get 0))))";

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_instance_t *instance =
        embed_instance(store, guest, (wasm_extern_vec_t)WASM_EMPTY_VEC);
    wasm_extern_t *run = godwit_instance_export(instance, "run");
    wasm_val_t arg = WASM_I32_VAL(0), result;
    wasm_trap_t *trap;
    enum godwit_trap kind = godwit_func_call(wasm_extern_as_func(run), &arg, 1,
                                             &result, 1, &trap);
    if (kind != GODWIT_TRAP_INTEGER_DIVIDE_BY_ZERO)
        return 1;
    printf("%s\n", godwit_trap_message(trap));
    struct godwit_frame frame;
    uint32_t skipped;
    for (uint32_t i = 0; godwit_trap_frame(trap, i, &frame, &skipped); i++) {
        char name[40];
        godwit_name_print(frame.func_name, name, sizeof(name));
        printf("  function %u (%s), byte 0x%x\n", (unsigned)frame.func, name,
               (unsigned)frame.offset);
    }
    wasm_trap_delete(trap);
    wasm_extern_delete(run);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
