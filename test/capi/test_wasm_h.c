/* wasm.h has every function of the standard header, and its types have the
 * standard layout.  A name that is missing does not compile or link. */
#include "unit/check.h"

#include "wasm.h"

typedef void any_fn(void);

struct name {
    const char *text;
    any_fn *function;
};

#define F(name) { "wasm_" #name, (any_fn *)wasm_##name },

#define VEC(name)                   \
    F(name##_vec_new_empty)         \
    F(name##_vec_new_uninitialized) \
    F(name##_vec_new) F(name##_vec_copy) F(name##_vec_delete)
#define TYPE(name) VEC(name) F(name##_copy) F(name##_delete)
#define REF_BASE(name)      \
    F(name##_delete)        \
    F(name##_copy)          \
    F(name##_same)          \
    F(name##_get_host_info) \
    F(name##_set_host_info) F(name##_set_host_info_with_finalizer)
#define REF(name)    \
    REF_BASE(name)   \
    F(name##_as_ref) \
    F(ref_as_##name) F(name##_as_ref_const) F(ref_as_##name##_const)
#define CAST(whole, name)        \
    F(name##_as_##whole)         \
    F(whole##_as_##name)         \
    F(name##_as_##whole##_const) \
    F(whole##_as_##name##_const)

static const struct name names[] = {
    VEC(byte) VEC(val) VEC(frame) VEC(extern) TYPE(valtype) TYPE(functype) TYPE(
        globaltype) TYPE(tabletype) TYPE(memorytype) TYPE(externtype)
        TYPE(importtype) TYPE(exporttype) REF_BASE(ref) REF(trap) REF(
            foreign) REF(module) REF(func) REF(global) REF(table) REF(memory)
            REF(extern) REF(instance) CAST(externtype, functype) CAST(
                externtype,
                globaltype) CAST(externtype,
                                 tabletype) CAST(externtype,
                                                 memorytype) CAST(extern, func)
                CAST(extern, global) CAST(extern, table) CAST(extern, memory) F(
                    config_delete) F(config_new) F(engine_delete) F(engine_new)
                    F(engine_new_with_config) F(exporttype_name) F(
                        exporttype_new) F(exporttype_type) F(extern_kind) F(extern_type) F(externtype_kind) F(foreign_new)
                        F(frame_copy) F(frame_delete) F(frame_func_index) F(frame_func_offset) F(
                            frame_instance) F(frame_module_offset) F(func_call) F(func_new)
                            F(func_new_with_env) F(func_param_arity) F(func_result_arity) F(
                                func_type) F(functype_new) F(functype_new_0_0) F(functype_new_0_1) F(functype_new_0_2) F(functype_new_1_0) F(functype_new_1_1) F(functype_new_1_2) F(functype_new_2_0) F(functype_new_2_1) F(functype_new_2_2) F(functype_new_3_0) F(functype_new_3_1) F(functype_new_3_2) F(functype_params) F(functype_results) F(global_get) F(global_new) F(global_set) F(global_type) F(globaltype_content)
                                F(globaltype_mutability) F(
                                    globaltype_new) F(importtype_module) F(importtype_name)
                                    F(importtype_new) F(importtype_type) F(instance_exports) F(instance_new) F(memory_data) F(
                                        memory_data_size) F(memory_grow)
                                        F(memory_new) F(memory_size) F(
                                            memory_type) F(memorytype_limits)
                                            F(memorytype_new) F(
                                                module_deserialize) F(module_exports) F(module_imports)
                                                F(module_new) F(
                                                    module_obtain) F(module_serialize) F(module_share) F(module_validate)
                                                    F(
                                                        name_new_from_string) F(name_new_from_string_nt)
                                                        F(
                                                            shared_module_delete) F(store_delete)
                                                            F(store_new) F(table_get) F(
                                                                table_grow) F(table_new) F(table_set)
                                                                F(table_size) F(
                                                                    table_type) F(tabletype_element) F(tabletype_limits)
                                                                    F(tabletype_new) F(trap_message) F(
                                                                        trap_new) F(trap_origin)
                                                                        F(trap_trace) F(val_copy) F(
                                                                            val_delete) F(val_init_ptr) F(val_ptr)
                                                                            F(valkind_is_num) F(
                                                                                valkind_is_ref) F(valtype_is_num)
                                                                                F(valtype_is_ref) F(
                                                                                    valtype_kind)
                                                                                    F(valtype_new) F(
                                                                                        valtype_new_externref)
                                                                                        F(valtype_new_f32) F(
                                                                                            valtype_new_f64)
                                                                                            F(valtype_new_funcref)
                                                                                                F(valtype_new_i32)
                                                                                                    F(valtype_new_i64)
};

/* What the standard header of January 2025 declares. */
enum { STANDARD_COUNT = 306 };

static void
test_names(void)
{
    size_t count = sizeof(names) / sizeof(names[0]);
    CHECK_EQ_U64(count, STANDARD_COUNT);
    for (size_t i = 0; i < count; i++) {
        CHECK(names[i].function != NULL);
        for (size_t j = 0; j < i; j++) {
            if (!CHECK(strcmp(names[i].text, names[j].text) != 0))
                printf("    %s\n", names[i].text);
        }
    }
}

static void
test_layout(void)
{
    CHECK_EQ_U64(sizeof(wasm_val_t), 16);
    CHECK_EQ_U64(offsetof(wasm_val_t, of), 8);
    CHECK_EQ_U64(sizeof(wasm_valkind_t), 1);
    CHECK_EQ_U64(sizeof(wasm_externkind_t), 1);
    CHECK_EQ_U64(sizeof(wasm_mutability_t), 1);
    CHECK_EQ_U64(sizeof(wasm_limits_t), 8);
    CHECK_EQ_U64(offsetof(wasm_byte_vec_t, data), sizeof(size_t));
    CHECK_EQ_U64(WASM_EXTERNREF, 128);
    CHECK_EQ_U64(WASM_FUNCREF, 129);
    CHECK_EQ_U64(WASM_F64, 3);
    CHECK_EQ_U64(WASM_EXTERN_MEMORY, 3);
    CHECK_EQ_U64(WASM_EXTERN_GLOBAL, 1);
    CHECK_EQ_U64(WASM_VAR, 1);
    CHECK_EQ_U64(MEMORY_PAGE_SIZE, 65536);
}

int
main(void)
{
    test_names();
    test_layout();
    return CHECK_DONE();
}
