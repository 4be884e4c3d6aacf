/* Calls both ways: arguments, results, traps, frames, exits. */
#include "capi/guest.h"

static wasm_store_t *store;

static void
test_call(void)
{
    wasm_instance_t *instance = guest_instance(
        store, "(module (func (export \"f\") (param i32 i64 f32 f64)"
               " (result f64 f32 i64 i32)"
               " local.get 3 local.get 2 local.get 1 local.get 0))");
    wasm_func_t *func = guest_func(instance, "f");
    CHECK_EQ_U64(wasm_func_param_arity(func), 4);
    CHECK_EQ_U64(wasm_func_result_arity(func), 4);
    wasm_functype_t *type = wasm_func_type(func);
    CHECK_EQ_U64(wasm_valtype_kind(wasm_functype_results(type)->data[1]),
                 WASM_F32);
    wasm_functype_delete(type);

    wasm_val_t in[] = { WASM_I32_VAL(-1), WASM_I64_VAL(INT64_MIN),
                        WASM_F32_VAL(1.5f), WASM_F64_VAL(-2.5) };
    wasm_val_t out[4];
    wasm_val_vec_t args = WASM_ARRAY_VEC(in), results = WASM_ARRAY_VEC(out);
    CHECK(wasm_func_call(func, &args, &results) == NULL);
    CHECK(out[0].kind == WASM_F64 && out[0].of.f64 == -2.5);
    CHECK(out[1].kind == WASM_F32 && out[1].of.f32 == 1.5f);
    CHECK(out[2].kind == WASM_I64 && out[2].of.i64 == INT64_MIN);
    CHECK(out[3].kind == WASM_I32 && out[3].of.i32 == -1);

    /* What does not fit is a trap, not a crash. */
    wasm_trap_t *trap;
    in[2].kind = WASM_I32;
    CHECK(godwit_func_call(func, in, 4, out, 4, &trap) == GODWIT_TRAP_HOST);
    CHECK_STR(godwit_trap_message(trap), "argument 3 is not a value of type "
                                         "f32");
    wasm_trap_delete(trap);
    CHECK(godwit_func_call(func, in, 3, out, 4, NULL) == GODWIT_TRAP_HOST);
    CHECK(godwit_func_call(func, in, 4, out, 3, NULL) == GODWIT_TRAP_HOST);
    wasm_func_delete(func);
    wasm_instance_delete(instance);
}

/* ---- host functions ---- */

static int finalized;

static void
count_finalized(void *env)
{
    (void)env;
    finalized++;
}

static wasm_trap_t *
add_up(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    int64_t sum = *(int *)env;
    for (size_t i = 0; i < args->size; i++)
        sum += args->data[i].of.i32;
    results->data[0].kind = WASM_I64;
    results->data[0].of.i64 = sum;
    return NULL;
}

/* Enough arguments that they need memory of their own. */
static void
test_many_arguments(void)
{
    enum { COUNT = 40 };
    static int start = 1000;
    wasm_valkind_t kinds[COUNT], result = WASM_I64;
    wasm_val_t in[COUNT], out;
    for (int i = 0; i < COUNT; i++) {
        kinds[i] = WASM_I32;
        in[i] = (wasm_val_t)WASM_I32_VAL(i);
    }
    wasm_functype_t *type = guest_type(kinds, COUNT, &result, 1);
    wasm_func_t *func = wasm_func_new_with_env(store, type, add_up, &start,
                                               count_finalized);
    wasm_functype_delete(type);
    CHECK(godwit_func_call(func, in, COUNT, &out, 1, NULL) == GODWIT_TRAP_NONE);
    CHECK_EQ_U64(out.of.i64, 1000 + COUNT * (COUNT - 1) / 2);
    wasm_func_delete(func);
}

static wasm_trap_t *
wrong_result(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)args;
    results->data[0].kind = WASM_F32;
    return NULL;
}

static void
test_wrong_result(void)
{
    wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    wasm_func_t *func = wasm_func_new(store, type, wrong_result);
    wasm_functype_delete(type);
    wasm_val_t out;
    CHECK(godwit_func_call(func, NULL, 0, &out, 1, NULL) == GODWIT_TRAP_HOST);
    wasm_func_delete(func);
}

/* ---- traps ---- */

static const char trapping[] = "(module"
                               "  (import \"\" \"fail\" (func $fail))"
                               "  (func $inner (call $fail))"
                               "  (func (export \"host\") (call $inner))"
                               "  (func $u (export \"own\") (unreachable)))";

static wasm_trap_t *
fail(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    static const char text[] = "a message that is much longer than what the "
                               "inside of a store keeps of a trap, so that "
                               "the object itself must come through in full: "
                               "0123456789012345678901234567890123456789";
    wasm_message_t message;
    (void)args, (void)results;
    wasm_name_new_from_string_nt(&message, text);
    wasm_trap_t *trap = wasm_trap_new(store, &message);
    wasm_trap_set_host_info(trap, &finalized);
    wasm_name_delete(&message);
    return trap;
}

static wasm_trap_t *
leave(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)args, (void)results;
    return godwit_trap_new_exit(store, 42);
}

static wasm_instance_t *
trapping_instance(wasm_func_callback_t callback)
{
    wasm_module_t *module = guest_module(store, trapping);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func = wasm_func_new(store, type, callback);
    wasm_extern_t *externs[] = { wasm_func_as_extern(func) };
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports,
                                                  NULL);
    CHECK(instance != NULL);
    wasm_functype_delete(type);
    wasm_func_delete(func);
    wasm_module_delete(module);
    return instance;
}

static void
test_host_trap(void)
{
    wasm_instance_t *instance = trapping_instance(fail);
    wasm_func_t *func = guest_func(instance, "host");
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap = wasm_func_call(func, &none, &none);
    wasm_message_t message;
    wasm_frame_vec_t trace;

    wasm_trap_message(trap, &message);
    CHECK(message.size > 170 && message.data[message.size - 1] == '\0');
    CHECK(wasm_trap_get_host_info(trap) == &finalized);
    wasm_message_t copy = message;
    wasm_name_delete(&copy);
    wasm_trap_trace(trap, &trace);
    CHECK_EQ_U64(trace.size, 2);
    if (trace.size == 2) {
        CHECK_EQ_U64(wasm_frame_func_index(trace.data[0]), 1);
        CHECK_EQ_U64(wasm_frame_func_index(trace.data[1]), 2);
        CHECK(wasm_instance_same(wasm_frame_instance(trace.data[0]), instance));
        CHECK(wasm_frame_module_offset(trace.data[0]) >
              wasm_frame_func_offset(trace.data[0]));
    }
    wasm_frame_vec_delete(&trace);

    struct godwit_frame frame;
    uint32_t skipped;
    CHECK(godwit_trap_frame(trap, 0, &frame, &skipped) && skipped == 0);
    CHECK(frame.func_name.size == 5 &&
          memcmp(frame.func_name.data, "inner", 5) == 0);
    CHECK(!godwit_trap_frame(trap, 2, &frame, &skipped));
    wasm_trap_delete(trap);
    wasm_func_delete(func);
    wasm_instance_delete(instance);
}

static void
test_guest_trap(void)
{
    wasm_instance_t *instance = trapping_instance(fail);
    wasm_func_t *func = guest_func(instance, "own");
    wasm_trap_t *trap;
    CHECK(godwit_func_call(func, NULL, 0, NULL, 0, &trap) ==
          GODWIT_TRAP_UNREACHABLE);
    CHECK_STR(godwit_trap_message(trap), "unreachable");
    wasm_frame_t *origin = wasm_trap_origin(trap);
    wasm_frame_t *copy = wasm_frame_copy(origin);
    wasm_frame_delete(origin);
    wasm_trap_delete(trap);
    CHECK_EQ_U64(wasm_frame_func_index(copy), 3);
    wasm_frame_delete(copy);
    wasm_func_delete(func);
    wasm_instance_delete(instance);
}

static void
test_exit(void)
{
    wasm_instance_t *instance = trapping_instance(leave);
    wasm_func_t *func = guest_func(instance, "host");
    wasm_trap_t *trap;
    int32_t code = 0;
    CHECK(godwit_func_call(func, NULL, 0, NULL, 0, &trap) == GODWIT_TRAP_EXIT);
    CHECK(godwit_trap_exit_code(trap, &code) && code == 42);
    wasm_trap_delete(trap);
    wasm_func_delete(func);
    wasm_instance_delete(instance);
}

/* ---- nesting ---- */

static wasm_func_t *inner;

static wasm_trap_t *
call_inner(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    return wasm_func_call(inner, args, results);
}

/* The trap of a nested call goes through the host function as what it was. */
static void
test_nested_trap(void)
{
    wasm_instance_t *first = trapping_instance(fail);
    inner = guest_func(first, "own");
    wasm_instance_t *second = trapping_instance(call_inner);
    CHECK(guest_call(second, "host") == GODWIT_TRAP_UNREACHABLE);
    wasm_func_delete(inner);
    wasm_instance_delete(first);
    wasm_instance_delete(second);
}

/* A start function that traps leaves no instance, but a trap. */
static void
test_start_trap(void)
{
    wasm_module_t *module =
        guest_module(store, "(module (func $f unreachable) (start $f))");
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap = NULL;
    CHECK(wasm_instance_new(store, module, &none, &trap) == NULL);
    CHECK(godwit_trap_kind(trap) == GODWIT_TRAP_UNREACHABLE);
    wasm_trap_delete(trap);
    wasm_module_delete(module);
}

int
main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    store = wasm_store_new(engine);
    test_call();
    test_many_arguments();
    test_wrong_result();
    test_host_trap();
    test_guest_trap();
    test_exit();
    test_nested_trap();
    test_start_trap();
    CHECK_EQ_U64(finalized, 0);
    wasm_store_delete(store);
    CHECK_EQ_U64(finalized, 1);
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
