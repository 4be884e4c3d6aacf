/* Types and vectors of wasm.h: plain values that own their parts. */
#include "capi/guest.h"

static void
test_vectors(void)
{
    wasm_byte_vec_t a, b;
    wasm_byte_vec_new(&a, 3, "abc");
    wasm_byte_vec_copy(&b, &a);
    CHECK(b.size == 3 && b.data != a.data && memcmp(b.data, "abc", 3) == 0);
    wasm_byte_vec_delete(&a);
    wasm_byte_vec_delete(&b);
    CHECK(b.size == 0 && b.data == NULL);

    wasm_name_t name;
    wasm_name_new_from_string(&name, "xy");
    CHECK_EQ_U64(name.size, 2);
    wasm_name_delete(&name);
    wasm_name_new_from_string_nt(&name, "xy");
    CHECK(name.size == 3 && name.data[2] == '\0');
    wasm_name_delete(&name);

    wasm_valtype_vec_t types, copy;
    wasm_valtype_vec_new_uninitialized(&types, 2);
    CHECK(types.data[0] == NULL && types.data[1] == NULL);
    types.data[0] = wasm_valtype_new_f32();
    wasm_valtype_vec_copy(&copy, &types);
    CHECK(copy.size == 2 && copy.data[0] != types.data[0]);
    CHECK(wasm_valtype_kind(copy.data[0]) == WASM_F32 && !copy.data[1]);
    wasm_valtype_vec_delete(&types);
    wasm_valtype_vec_delete(&copy);
}

static void
test_valtypes(void)
{
    static const wasm_valkind_t kinds[] = { WASM_I32,       WASM_I64,
                                            WASM_F32,       WASM_F64,
                                            WASM_EXTERNREF, WASM_FUNCREF };
    char text[32];
    for (size_t i = 0; i < sizeof(kinds); i++) {
        wasm_valtype_t *type = wasm_valtype_new(kinds[i]);
        wasm_valtype_t *copy = wasm_valtype_copy(type);
        CHECK_EQ_U64(wasm_valtype_kind(copy), kinds[i]);
        CHECK(wasm_valtype_is_ref(copy) == (i >= 4));
        wasm_valtype_delete(type);
        wasm_valtype_delete(copy);
    }
    CHECK(wasm_valtype_new(99) == NULL);
    wasm_valtype_t *type = wasm_valtype_new_i64();
    godwit_valtype_print(type, text, sizeof(text));
    CHECK_STR(text, "i64");
    wasm_valtype_delete(type);
    wasm_valtype_delete(NULL);
}

static void
test_functypes(void)
{
    wasm_functype_t *type = wasm_functype_new_3_2(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_f64(),
                                                  wasm_valtype_new_funcref(),
                                                  wasm_valtype_new_i64(),
                                                  wasm_valtype_new_externref());
    wasm_functype_t *copy = wasm_functype_copy(type);
    wasm_functype_delete(type);
    CHECK_EQ_U64(wasm_functype_params(copy)->size, 3);
    CHECK_EQ_U64(wasm_functype_results(copy)->size, 2);
    CHECK_EQ_U64(wasm_valtype_kind(wasm_functype_params(copy)->data[2]),
                 WASM_FUNCREF);
    wasm_externtype_t *external = wasm_functype_as_externtype(copy);
    CHECK_EQ_U64(wasm_externtype_kind(external), WASM_EXTERN_FUNC);
    CHECK(wasm_externtype_as_functype(external) == copy);
    CHECK(wasm_externtype_as_memorytype(external) == NULL);
    wasm_functype_delete(copy);

    type = wasm_functype_new_0_0();
    CHECK_EQ_U64(wasm_functype_params(type)->size, 0);
    wasm_functype_delete(type);
}

static void
test_externtypes(void)
{
    wasm_limits_t limits = { 1, wasm_limits_max_default };
    wasm_memorytype_t *memory = wasm_memorytype_new(&limits);
    wasm_externtype_t *copy = wasm_externtype_copy(
        wasm_memorytype_as_externtype(memory));
    CHECK_EQ_U64(
        wasm_memorytype_limits(wasm_externtype_as_memorytype(copy))->max,
        wasm_limits_max_default);
    wasm_memorytype_delete(memory);
    wasm_externtype_delete(copy);

    limits.max = 7;
    wasm_tabletype_t *table = wasm_tabletype_new(wasm_valtype_new_funcref(),
                                                 &limits);
    wasm_tabletype_t *other = wasm_tabletype_copy(table);
    CHECK_EQ_U64(wasm_tabletype_limits(other)->max, 7);
    CHECK_EQ_U64(wasm_valtype_kind(wasm_tabletype_element(other)),
                 WASM_FUNCREF);
    wasm_tabletype_delete(table);
    wasm_tabletype_delete(other);

    wasm_globaltype_t *global = wasm_globaltype_new(wasm_valtype_new_f32(),
                                                    WASM_VAR);
    wasm_globaltype_t *twin = wasm_globaltype_copy(global);
    CHECK_EQ_U64(wasm_globaltype_mutability(twin), WASM_VAR);
    CHECK_EQ_U64(wasm_valtype_kind(wasm_globaltype_content(twin)), WASM_F32);
    wasm_globaltype_delete(global);
    wasm_globaltype_delete(twin);
}

static void
test_import_and_export_types(void)
{
    wasm_name_t module, name;
    wasm_name_new_from_string(&module, "m");
    wasm_name_new_from_string(&name, "n");
    wasm_importtype_t *import = wasm_importtype_new(
        &module, &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
    wasm_importtype_t *copy = wasm_importtype_copy(import);
    wasm_importtype_delete(import);
    CHECK(wasm_importtype_module(copy)->data[0] == 'm');
    CHECK(wasm_importtype_name(copy)->data[0] == 'n');
    CHECK_EQ_U64(wasm_externtype_kind(wasm_importtype_type(copy)),
                 WASM_EXTERN_FUNC);
    wasm_importtype_delete(copy);

    wasm_name_new_from_string(&name, "e");
    wasm_exporttype_t *export = wasm_exporttype_new(
        &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
    wasm_exporttype_t *other = wasm_exporttype_copy(export);
    CHECK(wasm_exporttype_name(other)->size == 1);
    wasm_exporttype_delete(export);
    wasm_exporttype_delete(other);
}

static void
test_values(void)
{
    int here;
    wasm_val_t val;
    wasm_val_init_ptr(&val, &here);
    CHECK(wasm_val_ptr(&val) == &here);
    wasm_val_t nothing = WASM_INIT_VAL, copy;
    wasm_val_copy(&copy, &nothing);
    CHECK(copy.kind == WASM_EXTERNREF && copy.of.ref == NULL);
    wasm_val_delete(&copy);
}

int
main(void)
{
    test_vectors();
    test_valtypes();
    test_functypes();
    test_externtypes();
    test_import_and_export_types();
    test_values();
    return CHECK_DONE();
}
