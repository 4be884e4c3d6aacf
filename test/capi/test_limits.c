/* Options as numbers and as text; fuel, deadlines, interruption, quotas. */
#include "capi/guest.h"

#include <pthread.h>
#include <time.h>

static const char endless[] =
    "(module (memory (export \"m\") 1)"
    " (func (export \"loop\") (loop (br 0)))"
    " (func $deep (export \"deep\") (call $deep))"
    " (func (export \"quick\"))"
    " (func (export \"grow\") (result i32) (local i32)"
    "  (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))"
    "  (memory.size)))";

/* ---- options ---- */

static void
check_parse(enum godwit_option option, const char *text, bool ok,
            uint64_t expected)
{
    uint64_t value = 0;
    godwit_error_t *error = godwit_option_parse(option, text, &value);
    if (!CHECK((error == NULL) == ok) || (ok && value != expected))
        printf("    %s\n", text);
    if (ok)
        CHECK_EQ_U64(value, expected);
    godwit_error_delete(error);
}

static void
test_parse(void)
{
    check_parse(GODWIT_OPTION_TIMEOUT, "500ms", true, 500000000);
    check_parse(GODWIT_OPTION_TIMEOUT, "1.5s", true, 1500000000);
    check_parse(GODWIT_OPTION_TIMEOUT, "2m", true, 120000000000);
    check_parse(GODWIT_OPTION_TIMEOUT, "3", true, 3000000000);
    check_parse(GODWIT_OPTION_TIMEOUT, "1.5ns", false, 0);
    check_parse(GODWIT_OPTION_TIMEOUT, "-1s", false, 0);
    check_parse(GODWIT_OPTION_TIMEOUT, "", false, 0);
    check_parse(GODWIT_OPTION_TIMEOUT, "9999999999999h", false, 0);
    check_parse(GODWIT_OPTION_MAX_MEMORY, "64MiB", true, 64u << 20);
    check_parse(GODWIT_OPTION_MAX_MEMORY, "1.5K", true, 1536);
    check_parse(GODWIT_OPTION_MAX_MEMORY, "1.5B", false, 0);
    check_parse(GODWIT_OPTION_MAX_MEMORY, "4096", true, 4096);
    check_parse(GODWIT_OPTION_MAX_MEMORY, "99999999999999999999", false, 0);
    check_parse(GODWIT_OPTION_MAX_MEMORY, "64 MiB", false, 0);
    check_parse(GODWIT_OPTION_MEMORY, "packed", true, GODWIT_MEMORY_PACKED);
    check_parse(GODWIT_OPTION_MEMORY, "pack", false, 0);
    check_parse(GODWIT_OPTION_DRIVER, "tail", true, GODWIT_DRIVER_TAIL);
    check_parse(GODWIT_OPTION_METER, "on", true, 1);
    check_parse(GODWIT_OPTION_MAX_STACK, "1", false, 0);
    check_parse(GODWIT_OPTION_FEATURES, "+nonsense", false, 0);
}

static void
test_table(void)
{
    enum godwit_option option;
    int count = 0;
    while (godwit_option_describe((enum godwit_option)count)) {
        const struct godwit_option_info *info = godwit_option_describe(
            (enum godwit_option)count);
        CHECK(godwit_option_find(info->name, &option) && (int)option == count);
        CHECK(info->standard >= info->min && info->standard <= info->max);
        count++;
    }
    CHECK_EQ_U64(count, GODWIT_OPTION_COUNT);
    CHECK(!godwit_option_find("nonsense", &option));
    CHECK(godwit_feature_name(0) != NULL && godwit_feature_text(0) != NULL);
    CHECK(godwit_feature_name(64) == NULL);

    wasm_config_t *config = wasm_config_new();
    godwit_error_t *error = godwit_config_set(config, GODWIT_OPTION_COUNT, 0);
    CHECK(godwit_error_code(error) == GODWIT_ARGUMENT);
    godwit_error_delete(error);
    error = godwit_config_set(config, GODWIT_OPTION_MAX_STACK, 1);
    CHECK(error != NULL);
    godwit_error_delete(error);
    CHECK(!godwit_config_set(config, GODWIT_OPTION_FUEL, 10));
    CHECK_EQ_U64(godwit_config_get(config, GODWIT_OPTION_METER), 1);
    wasm_config_delete(config);
}

/* A feature that is off is an error, not a wrong answer. */
static void
test_features(void)
{
    static const char simd[] = "(module (func (drop (v128.const i64x2 0 0))))";
    uint64_t set;
    godwit_error_t *error;
    CHECK(!godwit_option_parse(GODWIT_OPTION_FEATURES, "-simd,-relaxed-simd",
                               &set));
    wasm_config_t *config = wasm_config_new();
    CHECK(!godwit_config_set(config, GODWIT_OPTION_FEATURES, set));
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *store = wasm_store_new(engine);
    CHECK(!godwit_module_new(store, simd, sizeof(simd) - 1, &error));
    CHECK(godwit_error_code(error) == GODWIT_UNSUPPORTED);
    godwit_error_delete(error);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

/* ---- running ---- */

struct run {
    wasm_engine_t *engine;
    wasm_store_t *store;
    wasm_instance_t *instance;
};

static struct run
begin(enum godwit_option option, uint64_t value)
{
    struct run run;
    wasm_config_t *config = wasm_config_new();
    CHECK(!godwit_config_set(config, option, value));
    run.engine = wasm_engine_new_with_config(config);
    run.store = wasm_store_new(run.engine);
    run.instance = guest_instance(run.store, endless);
    return run;
}

static void
finish(struct run *run)
{
    wasm_instance_delete(run->instance);
    wasm_store_delete(run->store);
    wasm_engine_delete(run->engine);
}

static void
test_fuel(void)
{
    struct run run = begin(GODWIT_OPTION_FUEL, 10000);
    CHECK(guest_call(run.instance, "loop") == GODWIT_TRAP_OUT_OF_FUEL);
    CHECK_EQ_U64(godwit_store_fuel(run.store), 0);
    godwit_store_set_fuel(run.store, 1000);
    CHECK(guest_call(run.instance, "quick") == GODWIT_TRAP_NONE);
    CHECK(godwit_store_fuel(run.store) > 0);
    finish(&run);
}

static void
test_timeout(void)
{
    struct run run = begin(GODWIT_OPTION_METER, 0);
    CHECK(!godwit_store_set_timeout(run.store, 20000000));
    CHECK(guest_call(run.instance, "loop") == GODWIT_TRAP_DEADLINE);
    godwit_store_resume(run.store);
    CHECK(!godwit_store_set_timeout(run.store, UINT64_MAX));
    CHECK(guest_call(run.instance, "quick") == GODWIT_TRAP_NONE);
    finish(&run);
}

static void *
interrupt_soon(void *store)
{
    const struct timespec wait = { 0, 20000000 };
    nanosleep(&wait, NULL);
    godwit_store_interrupt(store);
    return NULL;
}

static void
test_interrupt(void)
{
    struct run run = begin(GODWIT_OPTION_METER, 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, interrupt_soon, run.store) == 0);
    CHECK(guest_call(run.instance, "loop") == GODWIT_TRAP_INTERRUPTED);
    pthread_join(thread, NULL);
    godwit_store_resume(run.store);
    CHECK(guest_call(run.instance, "quick") == GODWIT_TRAP_NONE);
    finish(&run);
}

struct samples {
    unsigned count, looping;
};

static void
take_sample(void *env, const struct godwit_frame *frames, size_t count)
{
    struct samples *samples = env;
    samples->count++;
    samples->looping += count == 1 && frames[0].offset > 0;
}

static void *
sample_soon(void *store)
{
    const struct timespec wait = { 0, 5000000 };
    for (int i = 0; i < 3; i++) {
        nanosleep(&wait, NULL);
        godwit_store_sample(store);
    }
    return interrupt_soon(store);
}

/* A sample stops nobody; without a sampler nothing happens. */
static void
test_samples(void)
{
    struct run run = begin(GODWIT_OPTION_METER, 0);
    struct samples samples = { 0, 0 };
    pthread_t thread;
    godwit_store_set_sampler(run.store, take_sample, &samples);
    CHECK(pthread_create(&thread, NULL, sample_soon, run.store) == 0);
    CHECK(guest_call(run.instance, "loop") == GODWIT_TRAP_INTERRUPTED);
    pthread_join(thread, NULL);
    CHECK(samples.count >= 1 && samples.count <= 3);
    CHECK(samples.looping == samples.count);
    godwit_store_resume(run.store);
    godwit_store_set_sampler(run.store, NULL, NULL);
    godwit_store_sample(run.store);
    CHECK(guest_call(run.instance, "quick") == GODWIT_TRAP_NONE);
    finish(&run);
}

static void
test_stack(void)
{
    struct run run = begin(GODWIT_OPTION_MAX_STACK, 1 << 16);
    wasm_func_t *deep = guest_func(run.instance, "deep");
    wasm_trap_t *trap;
    struct godwit_frame frame;
    uint32_t skipped, count = 0, total = 0;
    CHECK(godwit_func_call(deep, NULL, 0, NULL, 0, &trap) ==
          GODWIT_TRAP_STACK_EXHAUSTED);
    for (; godwit_trap_frame(trap, count, &frame, &skipped); count++)
        total += 1 + skipped;
    CHECK(count <= 64 && total > count);
    wasm_trap_delete(trap);
    wasm_func_delete(deep);
    CHECK(guest_call(run.instance, "quick") == GODWIT_TRAP_NONE);
    finish(&run);
}

static void
test_memory(void)
{
    struct run run = begin(GODWIT_OPTION_MAX_MEMORY, 10 << 16);
    wasm_func_t *grow = guest_func(run.instance, "grow");
    wasm_val_t out;
    CHECK(godwit_func_call(grow, NULL, 0, &out, 1, NULL) == GODWIT_TRAP_NONE);
    CHECK_EQ_U64(out.of.i32, 10);
    wasm_func_delete(grow);
    finish(&run);
}

static void
test_instances(void)
{
    struct run run = begin(GODWIT_OPTION_MAX_INSTANCES, 2);
    wasm_module_t *module = godwit_instance_module(run.instance);
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_instance_t *second = wasm_instance_new(run.store, module, &none, NULL);
    CHECK(second != NULL);
    CHECK(!wasm_instance_new(run.store, module, &none, NULL));
    wasm_instance_delete(second);
    wasm_module_delete(module);
    finish(&run);
}

int
main(void)
{
    test_parse();
    test_table();
    test_features();
    test_fuel();
    test_timeout();
    test_interrupt();
    test_samples();
    test_stack();
    test_memory();
    test_instances();
    return CHECK_DONE();
}
