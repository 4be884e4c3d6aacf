/* A table of functions: the host looks in, calls, puts others in, grows it. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (type $unary (func (param i32) (result i32)))"
    "  (table (export \"table\") 2 4 funcref)"
    "  (elem (i32.const 0) $double)"
    "  (func $double (param i32) (result i32)"
    "    (i32.mul (local.get 0) (i32.const 2)))"
    "  (func (export \"call 1\") (param i32) (result i32)"
    "    (call_indirect (type $unary) (local.get 0) (i32.const 1))))";

static wasm_trap_t *
negate(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    results->data[0] = (wasm_val_t)WASM_I32_VAL(-args->data[0].of.i32);
    return NULL;
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_instance_t *instance =
        embed_instance(store, guest, (wasm_extern_vec_t)WASM_EMPTY_VEC);
    wasm_extern_t *external = godwit_instance_export(instance, "table");
    wasm_table_t *table = wasm_extern_as_table(external);

    wasm_ref_t *ref = wasm_table_get(table, 0);
    wasm_val_t arg = WASM_I32_VAL(21), result;
    wasm_val_vec_t args = { 1, &arg }, results = { 1, &result };
    wasm_func_call(wasm_ref_as_func(ref), &args, &results);
    printf("element 0 of 21: %d\n", (int)result.of.i32);
    printf("element 1 is %s\n", wasm_table_get(table, 1) ? "there" : "null");
    embed_call(instance, "call 1", arg);

    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    wasm_func_t *host = wasm_func_new(store, type, negate);
    wasm_table_set(table, 1, wasm_func_as_ref(host));
    printf("element 1 of 21: %d\n",
           (int)embed_call(instance, "call 1", arg).of.i32);

    for (int i = 0; i < 2; i++) {
        bool grown = wasm_table_grow(table, 2, ref);
        printf("%s to %u\n", grown ? "grown" : "not grown",
               (unsigned)wasm_table_size(table));
    }

    wasm_ref_delete(ref);
    wasm_func_delete(host);
    wasm_functype_delete(type);
    wasm_extern_delete(external);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
