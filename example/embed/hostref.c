/* Objects of the host that a guest keeps without looking into them. */
#include "embed.h"

static const char guest[] =
    "(module"
    "  (global $kept (mut externref) (ref.null extern))"
    "  (func (export \"keep\") (param externref)"
    "    (global.set $kept (local.get 0)))"
    "  (func (export \"kept\") (result externref) (global.get $kept)))";

static void
ask(const wasm_instance_t *instance, const wasm_foreign_t *expected)
{
    wasm_val_t kept = embed_call(instance, "kept", (wasm_val_t)WASM_INIT_VAL);
    if (!kept.of.ref) {
        puts("the guest keeps nothing");
        return;
    }
    printf("the guest keeps the %s, %s\n",
           (const char *)wasm_ref_get_host_info(kept.of.ref),
           wasm_ref_same(kept.of.ref, wasm_foreign_as_ref_const(expected))
               ? "the same"
               : "another");
    wasm_val_delete(&kept);
}

int
main(void)
{
    char spoon[] = "spoon", fork[] = "fork";
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_instance_t *instance =
        embed_instance(store, guest, (wasm_extern_vec_t)WASM_EMPTY_VEC);
    wasm_foreign_t *first = wasm_foreign_new(store);
    wasm_foreign_t *second = wasm_foreign_new(store);
    wasm_foreign_set_host_info(first, spoon);
    wasm_foreign_set_host_info(second, fork);

    ask(instance, first);
    embed_call(instance, "keep",
               (wasm_val_t)WASM_REF_VAL(wasm_foreign_as_ref(first)));
    ask(instance, first);
    embed_call(instance, "keep",
               (wasm_val_t)WASM_REF_VAL(wasm_foreign_as_ref(second)));
    ask(instance, first);
    embed_call(instance, "keep", (wasm_val_t)WASM_REF_VAL(NULL));
    ask(instance, first);

    wasm_foreign_delete(first);
    wasm_foreign_delete(second);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return 0;
}
