/*
 * What the small programs here share: a guest in the text format, made into an
 * instance, and its exports by name.  Real programs look at every failure;
 * these end.
 */
#ifndef EMBED_H
#define EMBED_H

#include <godwit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline wasm_module_t *
embed_module(wasm_store_t *store, const char *text)
{
    godwit_error_t *error;
    wasm_module_t *module = godwit_module_new(store, text, strlen(text),
                                              &error);
    if (!module) {
        printf("%s\n", godwit_error_message(error));
        exit(1);
    }
    return module;
}

/* imports stand in the order of the module. */
static inline wasm_instance_t *
embed_instance(wasm_store_t *store, const char *text, wasm_extern_vec_t imports)
{
    wasm_module_t *module = embed_module(store, text);
    wasm_trap_t *trap;
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports,
                                                  &trap);
    if (!instance) {
        printf("%s\n", godwit_trap_message(trap));
        exit(1);
    }
    wasm_module_delete(module);
    return instance;
}

/* Calls an export of up to one argument and one result. */
static inline wasm_val_t
embed_call(const wasm_instance_t *instance, const char *name, wasm_val_t arg)
{
    wasm_extern_t *external = godwit_instance_export(instance, name);
    const wasm_func_t *func = wasm_extern_as_func(external);
    wasm_val_t result = WASM_INIT_VAL;
    wasm_val_vec_t args = { wasm_func_param_arity(func), &arg };
    wasm_val_vec_t results = { wasm_func_result_arity(func), &result };
    wasm_trap_t *trap = wasm_func_call(func, &args, &results);
    if (trap) {
        printf("%s: %s\n", name, godwit_trap_message(trap));
        wasm_trap_delete(trap);
    }
    wasm_extern_delete(external);
    return result;
}

#endif
