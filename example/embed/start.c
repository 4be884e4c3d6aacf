/* A start function runs when the instance is made; this one traps when the
 * host gives it a 0. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (import \"host\" \"number\" (global $number i32))"
    "  (global $inverse (mut i32) (i32.const 0))"
    "  (func $start"
    "    (global.set $inverse"
    "      (i32.div_s (i32.const 1000) (global.get $number))))"
    "  (start $start)"
    "  (func (export \"inverse\") (result i32) (global.get $inverse)))";

static void
try(wasm_store_t *store, const wasm_module_t *module, int32_t number)
{
    wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_i32(),
                                                  WASM_CONST);
    wasm_val_t value = WASM_I32_VAL(number);
    wasm_global_t *global = wasm_global_new(store, type, &value);
    wasm_extern_t *externs[] = { wasm_global_as_extern(global) };
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_trap_t *trap;
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports,
                                                  &trap);
    if (instance) {
        wasm_val_t got = embed_call(instance, "inverse",
                                    (wasm_val_t)WASM_INIT_VAL);
        printf("%d: started, %d\n", (int)number, (int)got.of.i32);
    } else {
        wasm_frame_t *frame = wasm_trap_origin(trap);
        printf("%d: %s in function %u\n", (int)number,
               godwit_trap_message(trap),
               (unsigned)wasm_frame_func_index(frame));
        wasm_frame_delete(frame);
        wasm_trap_delete(trap);
    }
    wasm_instance_delete(instance);
    wasm_global_delete(global);
    wasm_globaltype_delete(type);
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = embed_module(store, guest);
    try(store, module, 8);
    try(store, module, 0);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
