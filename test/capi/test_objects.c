/* Globals, tables, memories, references and what the host keeps with them. */
#include "capi/guest.h"

static wasm_store_t *store;

static void
test_global(void)
{
    wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_i64(),
                                                  WASM_VAR);
    wasm_val_t val = WASM_I64_VAL(7), got;
    wasm_global_t *global = wasm_global_new(store, type, &val);
    wasm_globaltype_delete(type);
    val.of.i64 = 8;
    wasm_global_set(global, &val);
    wasm_global_get(global, &got);
    CHECK(got.kind == WASM_I64 && got.of.i64 == 8);
    val.kind = WASM_F32; /* does not fit: nothing happens */
    wasm_global_set(global, &val);
    wasm_global_get(global, &got);
    CHECK_EQ_U64(got.of.i64, 8);
    type = wasm_global_type(global);
    CHECK_EQ_U64(wasm_globaltype_mutability(type), WASM_VAR);
    CHECK(wasm_global_new(store, type, &val) == NULL);
    wasm_globaltype_delete(type);

    type = wasm_globaltype_new(wasm_valtype_new_i64(), WASM_CONST);
    val = (wasm_val_t)WASM_I64_VAL(1);
    wasm_global_t *constant = wasm_global_new(store, type, &val);
    val.of.i64 = 2;
    wasm_global_set(constant, &val);
    wasm_global_get(constant, &got);
    CHECK_EQ_U64(got.of.i64, 1);
    CHECK(!wasm_global_same(global, constant));
    wasm_globaltype_delete(type);
    wasm_global_delete(global);
    wasm_global_delete(constant);
}

static void
test_memory(void)
{
    wasm_limits_t limits = { 1, 3 };
    wasm_memorytype_t *type = wasm_memorytype_new(&limits);
    wasm_memory_t *memory = wasm_memory_new(store, type);
    wasm_memorytype_delete(type);
    CHECK_EQ_U64(wasm_memory_size(memory), 1);
    CHECK_EQ_U64(wasm_memory_data_size(memory), MEMORY_PAGE_SIZE);
    wasm_memory_data(memory)[MEMORY_PAGE_SIZE - 1] = 'x';
    CHECK(wasm_memory_grow(memory, 2));
    CHECK(wasm_memory_data(memory)[MEMORY_PAGE_SIZE - 1] == 'x');
    CHECK(!wasm_memory_grow(memory, 1));
    type = wasm_memory_type(memory);
    CHECK_EQ_U64(wasm_memorytype_limits(type)->min, 3);
    CHECK_EQ_U64(wasm_memorytype_limits(type)->max, 3);
    wasm_memorytype_delete(type);
    wasm_memory_delete(memory);

    limits.min = 2, limits.max = 1;
    type = wasm_memorytype_new(&limits);
    CHECK(wasm_memory_new(store, type) == NULL);
    wasm_memorytype_delete(type);
    limits.min = 65537, limits.max = wasm_limits_max_default;
    type = wasm_memorytype_new(&limits);
    CHECK(wasm_memory_new(store, type) == NULL);
    wasm_memorytype_delete(type);
}

static void
test_table(void)
{
    wasm_instance_t *instance = guest_instance(
        store, "(module (table (export \"t\") 2 4 funcref)"
               " (func (export \"f\")) (elem (i32.const 0) func 0))");
    wasm_extern_t *external = godwit_instance_export(instance, "t");
    wasm_table_t *table = wasm_extern_as_table(external);
    wasm_func_t *func = guest_func(instance, "f");
    wasm_foreign_t *foreign = wasm_foreign_new(store);

    CHECK_EQ_U64(wasm_table_size(table), 2);
    wasm_ref_t *ref = wasm_table_get(table, 0);
    CHECK(wasm_func_same(wasm_ref_as_func(ref), func));
    CHECK(wasm_table_get(table, 1) == NULL);
    CHECK(wasm_table_get(table, 2) == NULL);
    CHECK(wasm_table_set(table, 1, ref));
    CHECK(wasm_table_set(table, 0, NULL));
    CHECK(!wasm_table_set(table, 2, ref));
    CHECK(!wasm_table_set(table, 1, wasm_foreign_as_ref(foreign)));
    CHECK(wasm_table_grow(table, 2, ref));
    CHECK(!wasm_table_grow(table, 1, NULL));
    wasm_ref_delete(ref);
    ref = wasm_table_get(table, 3);
    CHECK(ref != NULL && wasm_ref_as_func(ref) != NULL);
    wasm_ref_delete(ref);

    wasm_tabletype_t *type = wasm_table_type(table);
    CHECK_EQ_U64(wasm_tabletype_limits(type)->min, 4);
    wasm_table_t *other = wasm_table_new(store, type, NULL);
    CHECK(other != NULL && wasm_table_size(other) == 4);
    wasm_tabletype_delete(type);
    wasm_table_delete(other);
    wasm_foreign_delete(foreign);
    wasm_func_delete(func);
    wasm_extern_delete(external);
    wasm_instance_delete(instance);
}

static void
test_externs(void)
{
    wasm_instance_t *instance = guest_instance(
        store, "(module (func (export \"a\")) (global (export \"b\") i32"
               " (i32.const 1)) (table (export \"c\") 1 funcref)"
               " (memory (export \"d\") 1))");
    wasm_extern_vec_t all;
    wasm_instance_exports(instance, &all);
    CHECK_EQ_U64(all.size, 4);
    for (size_t i = 0; i < all.size; i++) {
        wasm_extern_t *one = all.data[i];
        CHECK_EQ_U64(wasm_extern_kind(one), i);
        CHECK((wasm_extern_as_func(one) != NULL) == (i == 0));
        CHECK((wasm_extern_as_global(one) != NULL) == (i == 1));
        CHECK((wasm_extern_as_table(one) != NULL) == (i == 2));
        CHECK((wasm_extern_as_memory(one) != NULL) == (i == 3));
        wasm_externtype_t *type = wasm_extern_type(one);
        CHECK_EQ_U64(wasm_externtype_kind(type), i);
        wasm_externtype_delete(type);
        CHECK(wasm_ref_as_extern(wasm_extern_as_ref(one)) == one);
        CHECK(wasm_ref_as_instance(wasm_extern_as_ref(one)) == NULL);
    }
    CHECK(godwit_instance_export(instance, "e") == NULL);
    wasm_extern_vec_delete(&all);
    wasm_instance_delete(instance);
}

/* ---- references of the host ---- */

static wasm_val_t
call_with_ref(const wasm_instance_t *instance, const char *name,
              wasm_ref_t *ref)
{
    wasm_func_t *func = guest_func(instance, name);
    wasm_val_t in = WASM_REF_VAL(ref), out = WASM_INIT_VAL;
    CHECK(godwit_func_call(func, &in, 1, &out, 1, NULL) == GODWIT_TRAP_NONE);
    wasm_func_delete(func);
    return out;
}

/* Every kind of object can go through a guest and comes back as itself. */
static void
test_externref(void)
{
    wasm_instance_t *instance = guest_instance(
        store, "(module (table 1 externref)"
               " (func (export \"swap\") (param externref) (result externref)"
               "  (table.get (i32.const 0))"
               "  (table.set (i32.const 0) (local.get 0))))");
    wasm_func_t *func = guest_func(instance, "swap");
    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_module_t *module = godwit_instance_module(instance);
    wasm_ref_t *refs[] = { wasm_foreign_as_ref(foreign),
                           wasm_func_as_ref(func),
                           NULL,
                           wasm_instance_as_ref(instance),
                           wasm_foreign_as_ref(foreign),
                           wasm_module_as_ref(module),
                           NULL };
    wasm_ref_t *before = NULL;
    for (size_t i = 0; i < sizeof(refs) / sizeof(*refs); i++) {
        wasm_val_t out = call_with_ref(instance, "swap", refs[i]);
        CHECK(out.kind == WASM_EXTERNREF);
        CHECK(before ? out.of.ref && wasm_ref_same(out.of.ref, before)
                     : out.of.ref == NULL);
        wasm_val_delete(&out);
        before = refs[i];
    }
    wasm_module_delete(module);
    wasm_foreign_delete(foreign);
    wasm_func_delete(func);
    wasm_instance_delete(instance);
}

/* References that the host can only hand on, while every allocation collects:
 * what a handle holds stays, what nobody holds is finalized. */
static void
test_collected(void)
{
    static const char guest[] =
        "(module (type $s (struct (field i32)))"
        " (func (export \"make\") (param i32) (result anyref)"
        "  (struct.new $s (local.get 0)))"
        " (func (export \"get\") (param anyref) (result i32)"
        "  (struct.get $s 0 (ref.cast (ref $s) (local.get 0))))"
        " (func (export \"two\") (param externref externref)"
        "  (result externref) (local.get 0)))";
    wasm_config_t *config = wasm_config_new();
    CHECK(!godwit_config_set(config, GODWIT_OPTION_GC_STRESS, 1));
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *own_store = wasm_store_new(engine);
    wasm_instance_t *instance = guest_instance(own_store, guest);
    wasm_func_t *make = guest_func(instance, "make");
    wasm_func_t *get = guest_func(instance, "get");
    wasm_func_t *two = guest_func(instance, "two");

    wasm_val_t number = WASM_I32_VAL(77), other = WASM_I32_VAL(78);
    wasm_val_t object, second, out;
    CHECK(!godwit_func_call(make, &number, 1, &object, 1, NULL));
    CHECK(!godwit_func_call(make, &other, 1, &second, 1, NULL));
    wasm_val_t copy;
    wasm_val_copy(&copy, &object);
    CHECK(wasm_ref_same(copy.of.ref, object.of.ref));
    CHECK(!wasm_ref_same(second.of.ref, object.of.ref));
    wasm_val_delete(&object);
    CHECK(!godwit_func_call(get, &copy, 1, &out, 1, NULL));
    CHECK_EQ_U64(out.of.i32, 77);

    wasm_func_t *func = guest_func(instance, "get");
    wasm_val_t pair[] = { WASM_REF_VAL(wasm_func_as_ref(func)),
                          WASM_REF_VAL(wasm_instance_as_ref(instance)) };
    CHECK(!godwit_func_call(two, pair, 2, &out, 1, NULL));
    CHECK(wasm_ref_same(out.of.ref, wasm_func_as_ref(func)));
    CHECK(godwit_func_call(get, &out, 1, &number, 1, NULL) != 0);
    wasm_val_delete(&out);
    wasm_val_delete(&copy);
    wasm_val_delete(&second);
    wasm_func_delete(func);
    wasm_func_delete(two);
    wasm_func_delete(get);
    wasm_func_delete(make);
    wasm_instance_delete(instance);
    wasm_store_delete(own_store);
    wasm_engine_delete(engine);
}

static bool
is_executable(const char *feature)
{
    for (unsigned i = 0; godwit_feature_name(i); i++)
        if (strcmp(godwit_feature_name(i), feature) == 0)
            return godwit_feature_is_executable(i);
    return false;
}

static int ended;

static void
count(void *info)
{
    ended += (int)(intptr_t)info;
}

static void
test_host_info(void)
{
    wasm_instance_t *instance =
        guest_instance(store, "(module (func (export \"f\")))");
    wasm_func_t *one = guest_func(instance, "f");
    wasm_func_t *two = guest_func(instance, "f");
    CHECK(one != two && wasm_func_same(one, two));
    CHECK(wasm_func_get_host_info(one) == NULL);
    wasm_func_set_host_info(one, &ended);
    CHECK(wasm_func_get_host_info(two) == &ended);
    wasm_func_set_host_info_with_finalizer(two, (void *)1, count);
    wasm_func_set_host_info_with_finalizer(two, (void *)10, count);
    CHECK_EQ_U64(ended, 1);
    wasm_func_delete(one);
    wasm_func_delete(two);
    CHECK_EQ_U64(ended, 1); /* the function lives on in the store */

    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_foreign_set_host_info_with_finalizer(foreign, (void *)100, count);
    wasm_foreign_t *copy = wasm_foreign_copy(foreign);
    wasm_foreign_delete(foreign);
    CHECK_EQ_U64(ended, 1);
    wasm_foreign_delete(copy);
    CHECK_EQ_U64(ended, 101);

    wasm_module_t *module = godwit_instance_module(instance);
    wasm_module_set_host_info_with_finalizer(module, (void *)1000, count);
    wasm_module_delete(module);
    CHECK_EQ_U64(ended, 1101);
    wasm_instance_set_host_info_with_finalizer(instance, (void *)10000, count);
    wasm_instance_delete(instance);
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    store = wasm_store_new(engine);
    test_global();
    test_memory();
    test_table();
    test_externs();
    test_externref();
    test_host_info();
    if (is_executable("gc"))
        test_collected();
    else
        CHECK_SKIP("garbage-collected types are not executable yet");
    wasm_store_delete(store);
    CHECK_EQ_U64(ended, 11111);
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
