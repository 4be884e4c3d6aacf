/*
 * Fails every single allocation between an engine and a running instance, and
 * everything from it on: what fails reports an error, what was made is freed
 * to the last byte, and where a store is left it goes on working.
 */
#include "test_rt.h"

/* A little of everything that instantiation allocates. */
static void
make_module(struct bytes *m)
{
    begin_module(m);
    SECTION(m, 1, 2, 0x60, 2, I32, I32, 1, I32, 0x60, 0, 0);
    SECTION(m, 2, 1, 1, 'e', 1, 'f', 0, 1);
    SECTION(m, 3, 2, 0, 1);
    SECTION(m, 4, 2, FUNCREF, 0, 9, EXTERNREF, 0, 1);
    SECTION(m, 5, 1, 0, 1);
    /* Deep enough for its stack to leave its first home. */
    SECTION(m, 6, 1, I32, 1, 0x41, 1, 0x41, 1, 0x41, 1, 0x41, 1, 0x41, 1, 0x41,
            1, 0x41, 1, 0x41, 1, 0x41, 1, 0x41, 1, 0x6a, 0x6a, 0x6a, 0x6a, 0x6a,
            0x6a, 0x6a, 0x6a, 0x6a, 0x0b);
    SECTION(m, 8, 2);
    SECTION(m, 9, 2, 0, 0x41, 0, 0x0b, 2, 0, 1, 1, 0, 3, 0, 1, 2);
    SECTION(m, 10, 2, 4, 0, 0x20, 0, 0x0b, 4, 0, 0x10, 0, 0x0b);
    SECTION(m, 11, 1, 0, 0x41, 0, 0x0b, 2, 'h', 'i');
}

struct attempt {
    struct hook hook;
    bool rest; /* everything from hook.fail on fails */
    struct bytes module;
    struct gw_config config;
    int made, released, finalized, called;
    bool done;
};

static void *
resize(void *env, void *old, size_t old_size, size_t new_size)
{
    struct attempt *attempt = env;
    struct hook *hook = &attempt->hook;
    void *block = hook_resize(hook, old, old_size, new_size);
    if (attempt->rest && !block && new_size != 0)
        hook->fail++;
    return block;
}

static void
release(void *env, struct gw_span bytes)
{
    struct attempt *attempt = env;
    CHECK(bytes.data == attempt->module.data);
    attempt->released++;
}

static void
finalize(void *env)
{
    ((struct attempt *)env)->finalized++;
}

static enum gw_trap
host(void *env, struct gw_call *call, union gw_slot *args)
{
    (void)call;
    (void)args;
    ((struct attempt *)env)->called++;
    return GW_TRAP_NONE;
}

static void
try_instance(struct attempt *attempt, struct gw_store *store,
             struct gw_program *program)
{
    static const struct gw_functype type = { 0 };
    struct gw_externval value = { .kind = GW_EXTERN_FUNC };
    struct gw_instance *instance;
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (gw_funcinst_new_host(store, &type, host, attempt, finalize,
                             &value.of.func))
        return;
    attempt->made++;
    struct gw_owned *mark = store->owned;
    enum gw_err err = gw_instance_new(store, program, &value, 1, &diag,
                                      &instance);
    if (err == GW_OK) {
        attempt->done = true;
        CHECK_EQ_U64(attempt->called, 1);
        return;
    }
    CHECK_EQ_U64(err, GW_ERR_NOMEM);
    CHECK_EQ_U64(diag.err, err);
    CHECK(store->owned == mark && !store->instances);
    CHECK_EQ_U64(store->memory_bytes, 0);
    /* With memory to be had again the store is as good as new. */
    attempt->hook.fail = 0;
    CHECK_EQ_U64(gw_instance_new(store, program, &value, 1, NULL, &instance),
                 GW_OK);
    CHECK_EQ_U64(attempt->called, 1);
}

static void
try_program(struct attempt *attempt, struct gw_engine *engine)
{
    struct gw_program *program = NULL;
    struct gw_span bytes = gw_span(attempt->module.data, attempt->module.size);
    struct gw_diag diag;
    gw_diag_init(&diag);
    enum gw_err err = gw_program_new(engine, bytes, release, attempt, &diag,
                                     &program);
    if (err != GW_OK) {
        if (!CHECK_EQ_U64(err, GW_ERR_NOMEM))
            printf("    %s\n", diag.text);
        CHECK_EQ_U64(diag.err, err);
        CHECK_EQ_U64(attempt->released, 1);
        return;
    }
    struct gw_store *store = gw_store_new(engine);
    if (store)
        try_instance(attempt, store, program);
    CHECK_EQ_U64(attempt->released, 0);
    gw_program_unref(program);
    gw_store_unref(store);
    CHECK_EQ_U64(attempt->released, 1);
}

static bool
try(struct attempt *attempt, uint64_t fail)
{
    attempt->hook = (struct hook){ .fail = fail };
    attempt->made = attempt->released = 0;
    attempt->finalized = attempt->called = 0;
    attempt->done = false;
    struct gw_engine *engine = gw_engine_new(&attempt->config, &fake_tier,
                                             resize, attempt);
    if (engine)
        try_program(attempt, engine);
    gw_engine_unref(engine);
    CHECK_EQ_U64(attempt->finalized, attempt->made);
    CHECK_EQ_U64(attempt->hook.live, 0);
    return attempt->done;
}

static void
test_faults(uint64_t layout, bool rest)
{
    static struct attempt attempt;
    uint64_t n = 0;
    bool done;
    attempt.rest = rest;
    make_module(&attempt.module);
    gw_config_init(&attempt.config);
    attempt.config.values[GW_OPTION_MEMORY] = layout;
    if (!CHECK(try(&attempt, 0)))
        return;
    /* Until there are fewer requests than n; none goes unnoticed. */
    do {
        done = try(&attempt, ++n);
        CHECK_EQ_U64(done, attempt.hook.count < n);
    } while (!done && n < 10000);
    CHECK(n > 20 && n < 10000);
}

int
main(void)
{
    test_faults(GW_MEMORY_GUARDED, false);
    test_faults(GW_MEMORY_PACKED, true);
    return CHECK_DONE();
}
