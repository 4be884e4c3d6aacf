/* A host function with what the host keeps for it, and one that fails. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (import \"host\" \"add\" (func $add (param i32)))"
    "  (import \"host\" \"refuse\" (func $refuse))"
    "  (func (export \"count\") (param i32)"
    "    (loop $again"
    "      (call $add (local.get 0))"
    "      (br_if $again"
    "        (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    "  (func (export \"try\") (call $refuse)))";

static wasm_trap_t *
add(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    int *sum = env;
    (void)results;
    *sum += args->data[0].of.i32;
    return NULL;
}

static wasm_trap_t *
refuse(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    wasm_message_t message;
    (void)args, (void)results;
    wasm_name_new_from_string_nt(&message, "the host says no");
    wasm_trap_t *trap = wasm_trap_new(env, &message);
    wasm_byte_vec_delete(&message);
    return trap;
}

int
main(void)
{
    int sum = 0;
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_functype_t *add_type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_functype_t *refuse_type = wasm_functype_new_0_0();
    wasm_func_t *add_func = wasm_func_new_with_env(store, add_type, add, &sum,
                                                   NULL);
    wasm_func_t *refuse_func = wasm_func_new_with_env(store, refuse_type,
                                                      refuse, store, NULL);
    wasm_extern_t *externs[] = { wasm_func_as_extern(add_func),
                                 wasm_func_as_extern(refuse_func) };
    wasm_instance_t *instance = embed_instance(
        store, guest, (wasm_extern_vec_t)WASM_ARRAY_VEC(externs));

    embed_call(instance, "count", (wasm_val_t)WASM_I32_VAL(100));
    printf("the sum is %d\n", sum);
    embed_call(instance, "try", (wasm_val_t)WASM_INIT_VAL);

    wasm_instance_delete(instance);
    wasm_func_delete(add_func);
    wasm_func_delete(refuse_func);
    wasm_functype_delete(add_type);
    wasm_functype_delete(refuse_type);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return sum != 5050;
}
