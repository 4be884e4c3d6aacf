/* Vectors, references looked into, exact limits, tags, quotas. */
#include "capi/guest.h"

static wasm_engine_t *engine;
static wasm_store_t *store;

/* ---- vectors ---- */

static wasm_val_t
vector(uint8_t first)
{
    uint8_t bytes[16];
    wasm_val_t val;
    for (int i = 0; i < 16; i++)
        bytes[i] = (uint8_t)(first + i);
    CHECK(godwit_val_new_v128(&val, bytes));
    return val;
}

static void
check_vector(const wasm_val_t *val, uint8_t first)
{
    uint8_t bytes[16] = { 0 };
    CHECK(godwit_val_v128(val, bytes));
    for (int i = 0; i < 16; i++)
        CHECK_EQ_U64(bytes[i], (uint8_t)(first + i));
}

/* Swaps its arguments: (i32, v128) -> (v128, i32). */
static wasm_trap_t *
swap(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    CHECK(env == NULL);
    wasm_val_copy(&results->data[0], &args->data[1]);
    results->data[1] = args->data[0];
    return NULL;
}

static void
test_vectors(void)
{
    const wasm_valkind_t in[] = { WASM_I32, GODWIT_V128 };
    const wasm_valkind_t out[] = { GODWIT_V128, WASM_I32 };
    wasm_functype_t *type = guest_type(in, 2, out, 2);
    godwit_linker_t *linker = godwit_linker_new(store);
    CHECK(!godwit_linker_define_func(linker, "h", "swap", type, swap, NULL,
                                     NULL));
    wasm_module_t *module = guest_module(
        store, "(module (import \"h\" \"swap\" (func $swap (param i32 v128)"
               " (result v128 i32)))"
               " (global (export \"g\") (mut v128) (v128.const i64x2 0 0))"
               " (func (export \"run\") (param v128 i32) (result v128 i32)"
               "  (call $swap (i32.add (local.get 1) (i32.const 1))"
               "   (i8x16.add (local.get 0)"
               "    (i8x16.splat (i32.const 1))))))");
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          NULL);
    wasm_func_t *run = guest_func(instance, "run");
    wasm_val_t args[2] = { vector(10), WASM_I32_VAL(41) }, results[2];
    CHECK(godwit_func_call(run, args, 2, results, 2, NULL) == GODWIT_TRAP_NONE);
    check_vector(&results[0], 11);
    CHECK_EQ_U64(results[1].of.i32, 42);

    wasm_global_t *global = wasm_extern_as_global(
        godwit_instance_export(instance, "g"));
    wasm_val_t got;
    wasm_global_get(global, &got);
    uint8_t bytes[16];
    CHECK(godwit_val_v128(&got, bytes) && bytes[0] == 0 && bytes[15] == 0);
    wasm_val_delete(&got);
    wasm_global_set(global, &results[0]);
    wasm_global_get(global, &got);
    check_vector(&got, 11);
    wasm_val_delete(&got);
    CHECK(!godwit_val_v128(&results[1], bytes));

    char text[80];
    wasm_valtype_t *v128 = wasm_valtype_new(GODWIT_V128);
    godwit_val_print(&args[0], text, sizeof(text));
    CHECK_STR(text, "i32x4 0x0d0c0b0a 0x11100f0e 0x15141312 0x19181716");
    CHECK(!godwit_val_parse(v128, text, &got));
    check_vector(&got, 10);
    wasm_val_delete(&got);
    godwit_error_t *error = godwit_val_parse(v128, "i32x4 1 2 3", &got);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    wasm_valtype_delete(v128);
    wasm_val_delete(&args[0]);
    wasm_val_delete(&results[0]);
    wasm_global_delete(global);
    wasm_func_delete(run);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_functype_delete(type);
    godwit_linker_delete(linker);
}

/* ---- structs and arrays ---- */

static const char objects[] =
    "(module"
    " (type $point (struct (field (mut i32)) (field f64)"
    "  (field (mut (ref null $point))) (field (mut v128)) (field (mut i8))))"
    " (type $bytes (array (mut i8)))"
    " (type $strict (struct (field (ref $bytes))))"
    " (func (export \"point\") (param (ref null $point)) (result anyref)"
    "  (struct.new $point (i32.const -5) (f64.const 2.5) (local.get 0)"
    "   (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)"
    "   (i32.const 255)))"
    " (func (export \"sum\") (param (ref $point)) (result i32)"
    "  (i32.add (struct.get $point 0 (local.get 0))"
    "   (struct.get_s $point 4 (local.get 0))))"
    " (func (export \"last\") (param (ref $bytes)) (result i32)"
    "  (array.get_u $bytes (local.get 0)"
    "   (i32.sub (array.len (local.get 0)) (i32.const 1))))"
    " (func (export \"strict\") (param (ref null $strict)))"
    " (func (export \"small\") (result i31ref) (ref.i31 (i32.const -3))))";

/* The type of a function's first parameter; own. */
static wasm_valtype_t *
param_type(const wasm_instance_t *instance, const char *name)
{
    wasm_func_t *func = guest_func(instance, name);
    wasm_functype_t *type = wasm_func_type(func);
    wasm_valtype_t *param = wasm_valtype_copy(
        wasm_functype_params(type)->data[0]);
    wasm_functype_delete(type);
    wasm_func_delete(func);
    return param;
}

static int32_t
call_with_ref(const wasm_instance_t *instance, const char *name,
              wasm_ref_t *ref)
{
    wasm_func_t *func = guest_func(instance, name);
    wasm_val_t arg = WASM_REF_VAL(ref), result = WASM_INIT_VAL;
    CHECK(godwit_func_call(func, &arg, 1, &result, 1, NULL) ==
          GODWIT_TRAP_NONE);
    wasm_func_delete(func);
    return result.of.i32;
}

static void
test_struct(const wasm_instance_t *instance)
{
    wasm_valtype_t *point = param_type(instance, "point");
    wasm_val_t fields[5] = { WASM_I32_VAL(30), WASM_F64_VAL(1),
                             WASM_REF_VAL(NULL), vector(3), WASM_I32_VAL(12) };
    wasm_ref_t *made = godwit_struct_new(store, point, fields, 5);
    CHECK(godwit_ref_kind(made) == GODWIT_REF_STRUCT);
    CHECK_EQ_U64(godwit_ref_count(made), 5);
    CHECK_EQ_U64(call_with_ref(instance, "sum", made), 42);

    /* Refused: too few, of another kind, no such field, not mutable. */
    CHECK(!godwit_struct_new(store, point, fields, 4));
    CHECK(!godwit_array_new(store, point, 1, NULL));
    wasm_val_t val = WASM_I64_VAL(1);
    CHECK(!godwit_ref_set(made, 0, &val));
    val = (wasm_val_t)WASM_F64_VAL(9);
    CHECK(!godwit_ref_set(made, 1, &val));
    CHECK(!godwit_ref_get(made, 5, &val));
    val = (wasm_val_t)WASM_I32_VAL(-2);
    CHECK(godwit_ref_set(made, 4, &val));
    CHECK_EQ_U64(call_with_ref(instance, "sum", made), 28);
    CHECK(godwit_ref_get(made, 4, &val));
    CHECK_EQ_U64(val.of.i32, 254);

    /* One that the guest makes, and that holds ours. */
    wasm_func_t *func = guest_func(instance, "point");
    wasm_val_t arg = WASM_REF_VAL(made), result;
    CHECK(godwit_func_call(func, &arg, 1, &result, 1, NULL) ==
          GODWIT_TRAP_NONE);
    CHECK(godwit_ref_get(result.of.ref, 2, &val));
    CHECK(wasm_ref_same(val.of.ref, made));
    wasm_val_delete(&val);
    CHECK(godwit_ref_get(result.of.ref, 1, &val) && val.of.f64 == 2.5);
    CHECK(godwit_ref_get(result.of.ref, 3, &val));
    check_vector(&val, 1);
    wasm_val_delete(&val);
    wasm_valtype_t *exact = godwit_ref_type(result.of.ref);
    wasm_ref_t *blank = godwit_struct_new(store, exact, NULL, 0);
    CHECK(godwit_ref_get(blank, 0, &val) && val.of.i32 == 0);
    wasm_valtype_t *strict = param_type(instance, "strict");
    CHECK(!godwit_struct_new(store, strict, NULL, 0));
    wasm_valtype_delete(strict);
    wasm_valtype_delete(exact);
    wasm_valtype_delete(point);
    wasm_val_delete(&result);
    wasm_val_delete(&fields[3]);
    wasm_ref_delete(blank);
    wasm_ref_delete(made);
    wasm_func_delete(func);
}

static void
test_objects(void)
{
    wasm_instance_t *instance = guest_instance(store, objects);
    test_struct(instance);

    wasm_valtype_t *bytes = param_type(instance, "last");
    wasm_val_t val = WASM_I32_VAL(0x1ff);
    wasm_ref_t *array = godwit_array_new(store, bytes, 1000, &val);
    CHECK(godwit_ref_kind(array) == GODWIT_REF_ARRAY);
    CHECK_EQ_U64(godwit_ref_count(array), 1000);
    CHECK_EQ_U64(call_with_ref(instance, "last", array), 255);
    val.of.i32 = 7;
    CHECK(godwit_ref_set(array, 999, &val));
    CHECK(!godwit_ref_set(array, 1000, &val));
    CHECK_EQ_U64(call_with_ref(instance, "last", array), 7);
    CHECK(!godwit_array_new(store, bytes, UINT32_MAX, &val));
    wasm_ref_delete(array);
    wasm_valtype_delete(bytes);

    wasm_func_t *func = guest_func(instance, "small");
    int32_t small;
    CHECK(godwit_func_call(func, NULL, 0, &val, 1, NULL) == GODWIT_TRAP_NONE);
    CHECK(godwit_ref_kind(val.of.ref) == GODWIT_REF_I31);
    CHECK(godwit_ref_i31(val.of.ref, &small) && small == -3);
    wasm_ref_t *same = godwit_i31_new(store, -3);
    CHECK(wasm_ref_same(same, val.of.ref));
    CHECK(!godwit_ref_get(same, 0, &val));
    CHECK(godwit_ref_count(same) == 0 && !godwit_ref_type(same));
    wasm_ref_delete(val.of.ref);
    wasm_ref_delete(same);
    CHECK(godwit_ref_kind(NULL) == GODWIT_REF_NULL);
    CHECK(godwit_ref_kind(wasm_func_as_ref(func)) == GODWIT_REF_FUNC);
    CHECK(!godwit_ref_i31(wasm_func_as_ref(func), &small));
    wasm_func_delete(func);
    wasm_instance_delete(instance);
}

/* ---- limits ---- */

static void
test_exact_limits(void)
{
    struct godwit_limits limits = { 1, UINT64_C(1) << 40, true, false, 16 };
    struct godwit_limits got;
    wasm_memorytype_t *type = godwit_memorytype_new(&limits);
    CHECK_EQ_U64(wasm_memorytype_limits(type)->max, UINT32_MAX);
    wasm_memory_t *memory = wasm_memory_new(store, type);
    wasm_memorytype_delete(type);
    CHECK(godwit_memory_grow(memory, 2) && godwit_memory_size(memory) == 3);
    CHECK(!godwit_memory_grow(memory, UINT64_C(1) << 40));
    type = wasm_memory_type(memory);
    godwit_memorytype_limits(type, &got);
    CHECK(got.min == 3 && got.max == limits.max && got.is64 && !got.shared);
    CHECK_EQ_U64(got.page_log2, 16);
    wasm_memorytype_delete(type);
    wasm_memory_delete(memory);

    limits = (struct godwit_limits){ 100, UINT64_MAX, false, false, 0 };
    type = godwit_memorytype_new(&limits);
    memory = wasm_memory_new(store, type);
    CHECK_EQ_U64(wasm_memory_data_size(memory), 100);
    wasm_memory_delete(memory);
    wasm_memorytype_delete(type);
    limits.page_log2 = 12;
    CHECK(!godwit_memorytype_new(&limits));
    limits = (struct godwit_limits){ 65537, UINT64_MAX, false, false, 16 };
    CHECK(!godwit_memorytype_new(&limits));
    limits = (struct godwit_limits){ 2, 1, false, false, 16 };
    CHECK(!godwit_memorytype_new(&limits));
    limits = (struct godwit_limits){ 1, UINT64_MAX, false, true, 16 };
    CHECK(!godwit_memorytype_new(&limits));

    limits = (struct godwit_limits){ 2, UINT64_C(1) << 33, true, false, 0 };
    wasm_tabletype_t *table_type =
        godwit_tabletype_new(wasm_valtype_new(WASM_EXTERNREF), &limits);
    wasm_table_t *table = wasm_table_new(store, table_type, NULL);
    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_ref_t *ref = wasm_foreign_as_ref(foreign);
    wasm_tabletype_delete(table_type);
    CHECK(godwit_table_grow(table, 3, ref) && godwit_table_size(table) == 5);
    CHECK(godwit_table_set(table, 0, ref) && !godwit_table_set(table, 5, ref));
    wasm_ref_t *element = godwit_table_get(table, 4);
    CHECK(wasm_ref_same(element, ref));
    CHECK(!godwit_table_get(table, (UINT64_C(1) << 32) + 4));
    wasm_ref_delete(element);
    table_type = wasm_table_type(table);
    godwit_tabletype_limits(table_type, &got);
    CHECK(got.min == 5 && got.max == limits.max && got.is64);
    wasm_tabletype_delete(table_type);
    wasm_foreign_delete(foreign);
    wasm_table_delete(table);
}

/* ---- tags and exceptions ---- */

static const char thrower[] =
    "(module (import \"h\" \"tag\" (tag $t (param i32 externref)))"
    " (import \"h\" \"fail\" (func $fail))"
    " (export \"again\" (tag $t))"
    " (func (export \"throw\") (param externref)"
    "  (throw $t (i32.const 9) (local.get 0)))"
    " (func (export \"catch\") (result i32)"
    "  (block $b (result i32 externref)"
    "   (try_table (catch $t $b) (call $fail)) (unreachable)) (drop))"
    " (func (export \"pass\") (call $fail)))";

static wasm_trap_t *
fail(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)args, (void)results;
    wasm_val_t values[2] = { WASM_I32_VAL(77), WASM_REF_VAL(NULL) };
    return godwit_trap_new_exception(env, values, 2);
}

static void
check_exception(wasm_trap_t *trap, const godwit_tag_t *tag, int32_t number,
                const wasm_ref_t *ref)
{
    godwit_tag_t *thrown;
    wasm_val_vec_t values;
    CHECK(godwit_trap_kind(trap) == GODWIT_TRAP_UNCAUGHT_EXCEPTION);
    if (!CHECK(godwit_trap_exception(trap, &thrown, &values)))
        return;
    CHECK(godwit_tag_same(thrown, tag));
    CHECK_EQ_U64(values.size, 2);
    CHECK(values.data[0].of.i32 == number);
    CHECK(wasm_ref_same(values.data[1].of.ref, ref));
    wasm_val_vec_delete(&values);
    godwit_tag_delete(thrown);
    wasm_trap_delete(trap);
}

static void
test_tags(void)
{
    const wasm_valkind_t params[] = { WASM_I32, WASM_EXTERNREF };
    wasm_functype_t *type = guest_type(params, 2, NULL, 0);
    wasm_functype_t *bad = guest_type(params, 1, params, 1);
    wasm_functype_t *none = guest_type(NULL, 0, NULL, 0);
    godwit_tag_t *tag = godwit_tag_new(store, type);
    CHECK(tag && !godwit_tag_new(store, bad));
    godwit_linker_t *linker = godwit_linker_new(store);
    CHECK(!godwit_linker_define(linker, "h", "tag", godwit_tag_as_extern(tag)));
    CHECK(
        !godwit_linker_define_func(linker, "h", "fail", none, fail, tag, NULL));
    wasm_module_t *module = guest_module(store, thrower);
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          NULL);
    wasm_extern_t *again = godwit_instance_export(instance, "again");
    CHECK(godwit_tag_same(godwit_extern_as_tag(again), tag));
    CHECK(!wasm_extern_as_func(again));
    wasm_externtype_t *again_type = wasm_extern_type(again);
    CHECK(wasm_externtype_kind(again_type) == GODWIT_EXTERN_TAG);
    CHECK_EQ_U64(wasm_functype_params(godwit_externtype_tag(again_type))->size,
                 2);
    wasm_externtype_t *copied = wasm_externtype_copy(again_type);
    CHECK_EQ_U64(wasm_functype_params(godwit_externtype_tag(copied))->size, 2);
    wasm_externtype_delete(copied);
    wasm_externtype_delete(again_type);

    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_ref_t *ref = wasm_foreign_as_ref(foreign);
    wasm_val_t arg = WASM_REF_VAL(ref), result;
    wasm_trap_t *trap;
    wasm_func_t *func = guest_func(instance, "throw");
    godwit_func_call(func, &arg, 1, NULL, 0, &trap);
    check_exception(trap, tag, 9, ref);
    wasm_func_delete(func);

    func = guest_func(instance, "catch");
    CHECK(godwit_func_call(func, NULL, 0, &result, 1, NULL) ==
          GODWIT_TRAP_NONE);
    CHECK_EQ_U64(result.of.i32, 77);
    wasm_func_delete(func);
    func = guest_func(instance, "pass");
    godwit_func_call(func, NULL, 0, NULL, 0, &trap);
    check_exception(trap, tag, 77, NULL);
    wasm_func_delete(func);

    CHECK(!godwit_trap_new_exception(tag, &arg, 1));
    wasm_val_t wrong[2] = { WASM_F32_VAL(1), WASM_REF_VAL(NULL) };
    CHECK(!godwit_trap_new_exception(tag, wrong, 2));
    trap = godwit_trap_new_exit(store, 1);
    CHECK(!godwit_trap_exception(trap, NULL, NULL));
    wasm_trap_delete(trap);
    wasm_foreign_delete(foreign);
    wasm_extern_delete(again);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    godwit_linker_delete(linker);
    godwit_tag_delete(tag);
    wasm_functype_delete(type);
    wasm_functype_delete(bad);
    wasm_functype_delete(none);
}

/* ---- quotas and the limiter ---- */

struct limiter {
    wasm_externkind_t kind;
    uint64_t size, wish, most;
    int asked;
};

static bool
limit(void *env, wasm_externkind_t kind, uint64_t size, uint64_t wish)
{
    struct limiter *limiter = env;
    limiter->asked++;
    limiter->kind = kind;
    limiter->size = size;
    limiter->wish = wish;
    return wish <= limiter->most;
}

static void
test_quotas(void)
{
    static const char guest[] =
        "(module (memory (export \"m\") 1) (table (export \"t\") 2 funcref)"
        " (func (export \"grow\") (param i32) (result i32)"
        "  (memory.grow (local.get 0)))"
        " (func (export \"table\") (param i32) (result i32)"
        "  (table.grow (ref.null func) (local.get 0))))";
    wasm_store_t *own_store = wasm_store_new(engine);
    struct limiter limiter = { .most = 3 << 16 };
    godwit_store_set_limiter(own_store, limit, &limiter);
    wasm_instance_t *instance = guest_instance(own_store, guest);
    CHECK_EQ_U64(limiter.asked, 2);
    CHECK_EQ_U64(godwit_store_usage(own_store, GODWIT_OPTION_MAX_MEMORY),
                 1 << 16);
    CHECK_EQ_U64(godwit_store_usage(own_store, GODWIT_OPTION_MAX_INSTANCES), 1);
    CHECK(godwit_store_usage(own_store, GODWIT_OPTION_MAX_HOST) > 0);

    wasm_func_t *grow = guest_func(instance, "grow");
    wasm_func_t *table = guest_func(instance, "table");
    wasm_val_t arg = WASM_I32_VAL(2), result;
    godwit_func_call(grow, &arg, 1, &result, 1, NULL);
    CHECK_EQ_U64(result.of.i32, 1);
    CHECK(limiter.kind == WASM_EXTERN_MEMORY && limiter.size == 1 << 16);
    CHECK_EQ_U64(limiter.wish, 3 << 16);
    arg.of.i32 = 1;
    godwit_func_call(grow, &arg, 1, &result, 1, NULL);
    CHECK_EQ_U64((uint32_t)result.of.i32, UINT32_MAX);
    limiter.most = 4;
    arg.of.i32 = 2;
    godwit_func_call(table, &arg, 1, &result, 1, NULL);
    CHECK_EQ_U64(result.of.i32, 2);
    godwit_func_call(table, &arg, 1, &result, 1, NULL);
    CHECK_EQ_U64((uint32_t)result.of.i32, UINT32_MAX);
    CHECK(limiter.kind == WASM_EXTERN_TABLE && limiter.wish == 6);

    /* Instances are refused, too, and say so. */
    wasm_module_t *module = godwit_instance_module(instance);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap;
    CHECK(!wasm_instance_new(own_store, module, &none, &trap));
    CHECK_STR(godwit_trap_message(trap),
              "memory of 65536 bytes: refused by the host");
    wasm_trap_delete(trap);
    godwit_store_set_limiter(own_store, NULL, NULL);

    CHECK(
        !godwit_store_set_quota(own_store, GODWIT_OPTION_MAX_MEMORY, 4 << 16));
    arg.of.i32 = 1;
    godwit_func_call(grow, &arg, 1, &result, 1, NULL);
    CHECK_EQ_U64(result.of.i32, 3);
    godwit_func_call(grow, &arg, 1, &result, 1, NULL);
    CHECK_EQ_U64((uint32_t)result.of.i32, UINT32_MAX);
    CHECK(!godwit_store_set_quota(own_store, GODWIT_OPTION_MAX_INSTANCES, 1));
    CHECK(!wasm_instance_new(own_store, module, &none, NULL));
    CHECK(!godwit_store_set_quota(own_store, GODWIT_OPTION_MAX_INSTANCES, 9));
    CHECK(!godwit_store_set_quota(own_store, GODWIT_OPTION_MAX_MEMORY, ~0ull));
    CHECK(!godwit_store_set_quota(own_store, GODWIT_OPTION_MAX_TABLE, 1));
    CHECK(!wasm_instance_new(own_store, module, &none, NULL));
    godwit_error_t *error = godwit_store_set_quota(own_store,
                                                   GODWIT_OPTION_FUEL, 1);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    wasm_module_delete(module);
    wasm_func_delete(grow);
    wasm_func_delete(table);
    wasm_instance_delete(instance);
    wasm_store_delete(own_store);
}

int
main(void)
{
    wasm_config_t *config = wasm_config_new();
    CHECK(!godwit_config_set(config, GODWIT_OPTION_GC_STRESS, 1));
    uint64_t features;
    CHECK(!godwit_option_parse(GODWIT_OPTION_FEATURES, "+custom-page-sizes",
                               &features));
    CHECK(!godwit_config_set(config, GODWIT_OPTION_FEATURES, features));
    engine = wasm_engine_new_with_config(config);
    store = wasm_store_new(engine);
    test_vectors();
    test_objects();
    test_exact_limits();
    test_tags();
    test_quotas();
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
