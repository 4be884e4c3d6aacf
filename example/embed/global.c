/* A global that host and guest share. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (import \"host\" \"count\" (global $count (mut i64)))"
    "  (global (export \"limit\") i64 (i64.const 1000))"
    "  (func (export \"add\") (param i64)"
    "    (global.set $count (i64.add (global.get $count) (local.get 0)))))";

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_i64(),
                                                  WASM_VAR);
    wasm_val_t value = WASM_I64_VAL(40);
    wasm_global_t *count = wasm_global_new(store, type, &value);
    wasm_extern_t *externs[] = { wasm_global_as_extern(count) };
    wasm_instance_t *instance = embed_instance(
        store, guest, (wasm_extern_vec_t)WASM_ARRAY_VEC(externs));

    embed_call(instance, "add", (wasm_val_t)WASM_I64_VAL(2));
    wasm_global_get(count, &value);
    printf("the guest has made it %lld\n", (long long)value.of.i64);
    value.of.i64 = -1;
    wasm_global_set(count, &value);
    embed_call(instance, "add", (wasm_val_t)WASM_I64_VAL(1));
    wasm_global_get(count, &value);
    printf("and from -1 %lld\n", (long long)value.of.i64);

    wasm_extern_t *external = godwit_instance_export(instance, "limit");
    wasm_global_t *limit = wasm_extern_as_global(external);
    wasm_global_get(limit, &value);
    printf("its limit is %lld\n", (long long)value.of.i64);
    wasm_globaltype_t *limit_type = wasm_global_type(limit);
    printf("which can%s be set\n",
           wasm_globaltype_mutability(limit_type) == WASM_VAR ? "" : "not");

    wasm_globaltype_delete(limit_type);
    wasm_extern_delete(external);
    wasm_instance_delete(instance);
    wasm_global_delete(count);
    wasm_globaltype_delete(type);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
