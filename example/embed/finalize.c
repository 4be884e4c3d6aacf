/* Finalizers: told when an object of the host is no longer needed. */
#include "embed.h"

static const char guest[] = "(module"
                            "  (global $kept (mut externref) (ref.null extern))"
                            "  (func (export \"keep\") (param externref)"
                            "    (global.set $kept (local.get 0))))";

static void
finalize(void *info)
{
    printf("%s is let go\n", (const char *)info);
}

int
main(void)
{
    char module_name[] = "the module", kept[] = "what the guest keeps",
         unused[] = "what nobody keeps";
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_instance_t *instance =
        embed_instance(store, guest, (wasm_extern_vec_t)WASM_EMPTY_VEC);
    wasm_module_t *module = godwit_instance_module(instance);
    wasm_module_set_host_info_with_finalizer(module, module_name, finalize);

    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_foreign_set_host_info_with_finalizer(foreign, unused, finalize);
    wasm_foreign_delete(foreign);

    foreign = wasm_foreign_new(store);
    wasm_foreign_set_host_info_with_finalizer(foreign, kept, finalize);
    embed_call(instance, "keep",
               (wasm_val_t)WASM_REF_VAL(wasm_foreign_as_ref(foreign)));
    puts("the host drops its handles");
    wasm_foreign_delete(foreign);
    wasm_module_delete(module);
    wasm_instance_delete(instance);
    puts("the host drops the store");
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    puts("done");
    return 0;
}
