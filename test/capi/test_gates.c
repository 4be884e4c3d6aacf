/* Policies and gates from outside: host functions of the embedder, changes
 * while the guest runs, questions. */
#include "capi/guest.h"

static wasm_engine_t *engine;
static wasm_store_t *store;

static const char guest[] =
    "(module (import \"host\" \"one\" (func $one))"
    " (import \"host\" \"two\" (func $two (param i64) (result i64)))"
    " (import \"wasi_snapshot_preview1\" \"clock_res_get\""
    "  (func $clock (param i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func (export \"one\") (call $one))"
    " (func (export \"two\") (if (i64.ne (i64.const 6)"
    "  (call $two (i64.const 3))) (then unreachable)))"
    " (func (export \"clock\") (if (call $clock (i32.const 0) (i32.const 8))"
    "  (then unreachable))))";

static int calls;
static godwit_gate_t *revoke; /* NULL: not */

static wasm_trap_t *
one(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env, (void)args, (void)results;
    calls++;
    if (revoke) {
        godwit_policy_t *nothing = godwit_policy_new();
        CHECK(!godwit_gate_set(revoke, nothing));
        godwit_policy_delete(nothing);
    }
    return NULL;
}

static wasm_trap_t *
two(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env;
    results->data[0] = args->data[0];
    results->data[0].of.i64 *= 2;
    return NULL;
}

static godwit_policy_t *
policy_of(const char *text)
{
    godwit_policy_t *policy = godwit_policy_new();
    godwit_error_t *error = godwit_policy_read(policy, text, strlen(text));
    if (!CHECK(!error))
        printf("    %s\n", godwit_error_message(error));
    return policy;
}

/* The guest behind a gate; the linker is ended, which the gate outlives. */
static wasm_instance_t *
guarded(godwit_gate_t *gate)
{
    godwit_linker_t *linker = godwit_linker_new(store);
    wasm_functype_t *none = wasm_functype_new_0_0();
    wasm_functype_t *same = wasm_functype_new_1_1(wasm_valtype_new_i64(),
                                                  wasm_valtype_new_i64());
    CHECK(!godwit_linker_set_gate(linker, gate));
    godwit_error_t *error = godwit_linker_set_gate(linker, gate);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    CHECK(!godwit_linker_define_func(linker, "host", "one", none, one, NULL,
                                     NULL));
    CHECK(!godwit_linker_define_func(linker, "host", "two", same, two, NULL,
                                     NULL));
    CHECK(!godwit_linker_define_wasi(linker, godwit_wasi_config_new()));
    wasm_module_t *module = guest_module(store, guest);
    wasm_instance_t *instance = godwit_linker_instantiate(linker, module, NULL,
                                                          NULL);
    CHECK(instance != NULL);
    wasm_module_delete(module);
    wasm_functype_delete(none);
    wasm_functype_delete(same);
    godwit_linker_delete(linker);
    return instance;
}

static void
test_gate(void)
{
    godwit_policy_t *policy = policy_of(
        "[[rule]]\nfunc = [\"host.*\", \"*.clock_res_get\"]\n");
    godwit_policy_t *less = policy_of(
        "[[rule]]\nfunc = \"host.two\"\ncalls = 2\n");
    godwit_gate_t *gate = godwit_gate_new(policy);
    wasm_instance_t *instance = guarded(gate);
    CHECK(guest_call(instance, "one") == GODWIT_TRAP_NONE);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_NONE);
    CHECK(guest_call(instance, "clock") == GODWIT_TRAP_NONE);
    CHECK_EQ_U64(godwit_gate_calls(gate), 3);
    CHECK_EQ_U64(calls, 1);
    CHECK(!godwit_gate_set(gate, less));
    CHECK(guest_call(instance, "one") == GODWIT_TRAP_HOST);
    CHECK(guest_call(instance, "clock") == GODWIT_TRAP_HOST);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_NONE);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_NONE);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_HOST);
    CHECK_EQ_U64(calls, 1);
    /* Back, and revoked from inside a call: that one ends, no other begins. */
    CHECK(!godwit_gate_set(gate, policy));
    revoke = gate;
    CHECK(guest_call(instance, "one") == GODWIT_TRAP_NONE);
    revoke = NULL;
    CHECK(guest_call(instance, "one") == GODWIT_TRAP_HOST);
    CHECK_EQ_U64(calls, 2);
    /* Handles may go; what they set stays. */
    godwit_policy_delete(policy);
    godwit_policy_delete(less);
    godwit_gate_delete(gate);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_HOST);
    wasm_instance_delete(instance);
}

static void
count_line(void *env, const char *line, size_t size)
{
    CHECK(size > 0 && line[size - 1] == '\n');
    (*(unsigned *)env)++;
}

static void
test_records(void)
{
    unsigned lines = 0;
    godwit_policy_t *policy = godwit_policy_new();
    CHECK(!godwit_policy_grant(policy, GODWIT_POLICY_DENY, "host.two"));
    CHECK(!godwit_policy_allow_all(policy, true));
    godwit_gate_t *gate = godwit_gate_new(policy);
    godwit_error_t *error = godwit_gate_audit(gate, "x", count_line, &lines,
                                              UINT64_MAX);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    CHECK(!godwit_gate_audit(gate, "test", count_line, &lines, 0));
    wasm_instance_t *instance = guarded(gate);
    CHECK(guest_call(instance, "one") == GODWIT_TRAP_NONE);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_HOST);
    CHECK(guest_call(instance, "clock") == GODWIT_TRAP_NONE);
    CHECK_EQ_U64(lines, 3);
    wasm_instance_delete(instance);
    godwit_gate_delete(gate);
    godwit_policy_delete(policy);
}

static void
test_learned(void)
{
    wasm_byte_vec_t text;
    godwit_policy_t *nothing = godwit_policy_new();
    godwit_gate_t *gate = godwit_gate_new(nothing);
    godwit_gate_learn(gate);
    wasm_instance_t *instance = guarded(gate);
    CHECK(guest_call(instance, "two") == GODWIT_TRAP_NONE);
    CHECK(!godwit_gate_learned(gate, &text));
    static const char wanted[] = "version = 1\n\n[[rule]]\n"
                                 "func = \"host.two\"\n";
    CHECK(text.size == sizeof(wanted) - 1 &&
          memcmp(text.data, wanted, text.size) == 0);
    wasm_byte_vec_delete(&text);
    wasm_instance_delete(instance);
    godwit_gate_delete(gate);
    godwit_policy_delete(nothing);
}

static void
test_questions(void)
{
    enum godwit_policy_answer answer;
    char text[200], tiny[5];
    const char *help;
    const struct godwit_bytes module = { "host", 4 }, name = { "two", 3 };
    godwit_policy_t *policy = policy_of(
        "[[rule]]\nfunc = \"host.two\"\ncalls = 2\n");
    CHECK(godwit_policy_rule(policy, 0, text, sizeof(text)) == strlen(text));
    CHECK_STR(text, "line 1: host.two: allowed, up to calls 2");
    CHECK(godwit_policy_rule(policy, 0, tiny, sizeof(tiny)) > 4);
    CHECK_STR(tiny, "line");
    CHECK(godwit_policy_rule(policy, 1, text, sizeof(text)) == 0);
    godwit_policy_function(policy, module, name, &answer, text, sizeof(text));
    CHECK(answer == GODWIT_POLICY_DEPENDS);
    CHECK(!godwit_policy_call(policy, "host.one", &answer, text, sizeof(text)));
    CHECK(answer == GODWIT_POLICY_REFUSED);
    godwit_error_t *error = godwit_policy_call(policy, "host.one:x", &answer,
                                               text, sizeof(text));
    CHECK(godwit_error_code(error) == GODWIT_SYNTAX);
    godwit_error_delete(error);
    godwit_policy_keys(module, name, text, sizeof(text));
    CHECK_STR(text, "calls rate");
    CHECK_STR(godwit_policy_key(0, &help), "func");
    CHECK(godwit_policy_key(1000, &help) == NULL);
    error = godwit_policy_read(policy, "\n  x", 4);
    uint32_t line = 0, column = 0;
    CHECK(godwit_error_line(error, &line, &column));
    CHECK(line == 2 && column == 4);
    godwit_error_delete(error);
    godwit_policy_delete(policy);

    godwit_wasi_config_t *config = godwit_wasi_config_new();
    struct godwit_wasi_limit limit;
    unsigned count = 0;
    while (godwit_wasi_limit(count, &limit)) {
        CHECK(!godwit_wasi_config_set_limit(config, limit.name, limit.maximum));
        error = godwit_wasi_config_set_limit(config, limit.name, 0);
        CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
        godwit_error_delete(error);
        count++;
    }
    CHECK(count >= 10);
    error = godwit_wasi_config_set_limit(config, "wasi-none", 1);
    CHECK(godwit_error_code(error) == GODWIT_NOT_FOUND);
    godwit_error_delete(error);
    error = godwit_wasi_config_set_stdio(config, 3, 0);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    godwit_wasi_config_delete(config);
}

int
main(void)
{
    engine = wasm_engine_new();
    store = wasm_store_new(engine);
    test_gate();
    test_records();
    test_learned();
    test_questions();
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return CHECK_DONE();
}
