/* Functions of many values, both ways. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (import \"host\" \"turn\""
    "    (func $turn (param i32 i64 f64) (result f64 i64 i32)))"
    "  (func (export \"turn\") (param i32 i64 f64) (result f64 i64 i32)"
    "    (call $turn (local.get 0) (local.get 1) (local.get 2))))";

static wasm_trap_t *
turn(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    for (size_t i = 0; i < args->size; i++)
        wasm_val_copy(&results->data[args->size - 1 - i], &args->data[i]);
    return NULL;
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_valtype_t *three[] = { wasm_valtype_new_i32(), wasm_valtype_new_i64(),
                                wasm_valtype_new_f64() };
    wasm_valtype_vec_t params, results_type;
    wasm_valtype_vec_new(&params, 3, three);
    wasm_valtype_t *back[] = { wasm_valtype_new_f64(), wasm_valtype_new_i64(),
                               wasm_valtype_new_i32() };
    wasm_valtype_vec_new(&results_type, 3, back);
    wasm_functype_t *type = wasm_functype_new(&params, &results_type);
    wasm_func_t *host = wasm_func_new(store, type, turn);
    wasm_extern_t *externs[] = { wasm_func_as_extern(host) };
    wasm_instance_t *instance = embed_instance(
        store, guest, (wasm_extern_vec_t)WASM_ARRAY_VEC(externs));

    wasm_val_t in[] = { WASM_I32_VAL(1), WASM_I64_VAL(2), WASM_F64_VAL(3.5) };
    wasm_val_t out[3];
    wasm_val_vec_t args = WASM_ARRAY_VEC(in), results = WASM_ARRAY_VEC(out);
    wasm_extern_t *external = godwit_instance_export(instance, "turn");
    wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(external), &args,
                                       &results);
    if (!trap)
        printf("1 2 3.5 turned: %g %lld %d\n", out[0].of.f64,
               (long long)out[1].of.i64, (int)out[2].of.i32);

    wasm_trap_delete(trap);
    wasm_extern_delete(external);
    wasm_instance_delete(instance);
    wasm_func_delete(host);
    wasm_functype_delete(type);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return trap != NULL;
}
