/*
 * Guests for tests of the C API, written in text.
 */
#ifndef GW_TEST_CAPI_GUEST_H
#define GW_TEST_CAPI_GUEST_H

#include "unit/check.h"

#include "godwit.h"

#include <stdlib.h>

static inline wasm_module_t *
guest_module(wasm_store_t *store, const char *text)
{
    godwit_error_t *error;
    wasm_module_t *module = godwit_module_new(store, text, strlen(text),
                                              &error);
    if (!module)
        printf("module: %s\n", godwit_error_message(error));
    CHECK(module != NULL);
    godwit_error_delete(error);
    return module;
}

static inline wasm_instance_t *
guest_instance(wasm_store_t *store, const char *text)
{
    wasm_module_t *module = guest_module(store, text);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap;
    wasm_instance_t *instance = wasm_instance_new(store, module, &none, &trap);
    CHECK(instance != NULL && trap == NULL);
    wasm_module_delete(module);
    return instance;
}

/* Own. */
static inline wasm_func_t *
guest_func(const wasm_instance_t *instance, const char *name)
{
    return wasm_extern_as_func(godwit_instance_export(instance, name));
}

static inline enum godwit_trap
guest_call(const wasm_instance_t *instance, const char *name)
{
    wasm_func_t *func = guest_func(instance, name);
    enum godwit_trap kind = godwit_func_call(func, NULL, 0, NULL, 0, NULL);
    wasm_func_delete(func);
    return kind;
}

static inline wasm_functype_t *
guest_type(const wasm_valkind_t *params, size_t param_count,
           const wasm_valkind_t *results, size_t result_count)
{
    wasm_valtype_vec_t ps, rs;
    wasm_valtype_vec_new_uninitialized(&ps, param_count);
    wasm_valtype_vec_new_uninitialized(&rs, result_count);
    for (size_t i = 0; i < param_count; i++)
        ps.data[i] = wasm_valtype_new(params[i]);
    for (size_t i = 0; i < result_count; i++)
        rs.data[i] = wasm_valtype_new(results[i]);
    return wasm_functype_new(&ps, &rs);
}

#endif
