/*
 * The interpreter at the limits of limit.def, and several threads that need
 * the same code at once.  Translation must stay linear in the size of the
 * function, so each of these takes milliseconds.
 */
#include "interp/interp.h"
#include "os/os.h"
#include "unit/check.h"

#include <stdlib.h>

/* ---- one function of any size ---- */

struct body {
    uint8_t *data;
    size_t size, capacity;
};

static void
put(struct body *body, const uint8_t *data, size_t size)
{
    if (body->size + size > body->capacity) {
        body->capacity = 2 * (body->size + size);
        body->data = realloc(body->data, body->capacity);
        if (!body->data)
            abort();
    }
    memcpy(body->data + body->size, data, size);
    body->size += size;
}

#define PUT(body, ...)                            \
    put((body), (const uint8_t[]){ __VA_ARGS__ }, \
        sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void
put_u32(struct body *body, uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        PUT(body, (uint8_t)(value | 0x80));
    PUT(body, (uint8_t)value);
}

static void
put_section(struct body *body, uint8_t id, const struct body *contents)
{
    PUT(body, id);
    put_u32(body, (uint32_t)contents->size);
    put(body, contents->data, contents->size);
}

/* Type 0 is [i32] -> [i32], that of the function; type 1 [] -> [i32 * 1000]. */
static void
make_module(struct body *module, const struct body *code)
{
    struct body types = { 0 }, section = { 0 };
    static const uint8_t head[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    PUT(&types, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0);
    put_u32(&types, 1000);
    for (int i = 0; i < 1000; i++)
        PUT(&types, 0x7f);
    put(module, head, sizeof head);
    put_section(module, 1, &types);
    PUT(module, 3, 2, 1, 0);
    PUT(module, 7, 5, 1, 1, 'f', 0, 0);
    PUT(&section, 1);
    put_u32(&section, (uint32_t)code->size);
    put(&section, code->data, code->size);
    put_section(module, 10, &section);
    free(types.data);
    free(section.data);
}

/* Runs the function on 3 and frees code. */
static void
run(const char *name, struct body *code, uint32_t want, enum gw_trap trap)
{
    struct gw_config config;
    struct gw_diag diag;
    struct gw_program *program = NULL;
    struct gw_instance *instance;
    struct gw_externval value;
    struct body module = { 0 };
    union gw_slot slots[1] = { { .u64 = 0 } };
    gw_config_init(&config);
    gw_diag_init(&diag);
    make_module(&module, code);
    struct gw_engine *engine = gw_engine_new(&config, &gw_interp_tier, NULL,
                                             NULL);
    struct gw_store *store = gw_store_new(engine);
    slots[0].u32 = 3;
    if (gw_program_new(engine, gw_span(module.data, module.size), NULL, NULL,
                       &diag, &program) != GW_OK ||
        gw_instance_new(store, program, NULL, 0, &diag, &instance) != GW_OK) {
        printf("%s: %s\n", name, diag.text);
        CHECK(diag.err == GW_OK);
    } else if (CHECK(gw_instance_export(instance, gw_span_str("f"), &value))) {
        CHECK_EQ_U64(gw_func_call(value.of.func, slots), trap);
        if (trap == GW_TRAP_NONE && !CHECK_EQ_U64(slots[0].u32, want))
            printf("    in %s\n", name);
    }
    gw_store_unref(store);
    gw_program_unref(program);
    gw_engine_unref(engine);
    free(module.data);
    free(code->data);
}

static void
test_long(void)
{
    struct body code = { 0 };
    PUT(&code, 0);
    for (int i = 0; i < 1000000; i++)
        PUT(&code, 0x20, 0, 0x41, 1, 0x6a, 0x21, 0); /* f = f + 1 */
    PUT(&code, 0x20, 0, 0x0b);
    run("a long function", &code, 1000003, GW_TRAP_NONE);
}

static void
test_locals(uint32_t count, enum gw_trap trap)
{
    struct body code = { 0 };
    PUT(&code, 1);
    put_u32(&code, count);
    PUT(&code, 0x7b, 0x20, 0, 0x0b);
    run("many locals", &code, 3, trap);
}

static void
test_nested(uint8_t op)
{
    enum { DEPTH = 99990 };
    struct body code = { 0 };
    PUT(&code, 0);
    for (int i = 0; i < DEPTH; i++)
        PUT(&code, op, 0x40);
    PUT(&code, 0x0c);
    put_u32(&code, op == 0x03 ? 0 : DEPTH - 1);
    /* A loop would never end: leave it before. */
    if (op == 0x03) {
        code.size -= 2;
        PUT(&code, 0x20, 0, 0x0f);
    }
    for (int i = 0; i < DEPTH; i++)
        PUT(&code, 0x0b);
    PUT(&code, 0x20, 0, 0x0b);
    run("nested blocks", &code, 3, GW_TRAP_NONE);
}

/* Labels at two heights, so that the value moves for some. */
static void
test_table(void)
{
    enum { LABELS = 65519 };
    struct body code = { 0 };
    PUT(&code, 0, 0x02, 0x7f, 0x41, 50, 0x02, 0x7f, 0x41, 7, 0x20, 0, 0x0e);
    put_u32(&code, LABELS);
    for (int i = 0; i <= LABELS; i++)
        PUT(&code, (uint8_t)(i % 2));
    PUT(&code, 0x0b, 0x6a, 0x0b, 0x0b);
    run("a branch table", &code, 7, GW_TRAP_NONE);
}

/* Each of many operands waits for a local of its own that then is set. */
static void
test_waiting(void)
{
    enum { LOCALS = 40000, OTHERS = 50000 };
    struct body code = { 0 };
    PUT(&code, 1);
    put_u32(&code, LOCALS);
    PUT(&code, 0x7f);
    for (uint32_t i = 1; i <= LOCALS; i++) {
        PUT(&code, 0x20);
        put_u32(&code, i);
    }
    for (int i = 0; i < OTHERS; i++)
        PUT(&code, 0x20, 0);
    for (uint32_t i = 1; i <= LOCALS; i++) {
        PUT(&code, 0x41, 1, 0x21);
        put_u32(&code, i);
    }
    for (int i = 0; i < LOCALS + OTHERS - 1; i++)
        PUT(&code, 0x6a);
    PUT(&code, 0x0b);
    run("operands that wait", &code, 3 * OTHERS, GW_TRAP_NONE);
}

/* A thousand values go with each of many branches. */
static void
test_values(void)
{
    struct body code = { 0 };
    PUT(&code, 0, 0x02, 1, 0x41, 0);
    for (int i = 0; i < 1000; i++)
        PUT(&code, 0x41, 1);
    for (int i = 0; i < 20000; i++)
        PUT(&code, 0x41, 0, 0x0d, 0);
    PUT(&code, 0x0c, 0, 0x0b);
    for (int i = 0; i < 999; i++)
        PUT(&code, 0x6a);
    PUT(&code, 0x0b);
    run("branches with values", &code, 1000, GW_TRAP_NONE);
}

/* ---- threads ---- */

enum { THREADS = 8, FUNCTIONS = 200 };

struct job {
    struct gw_program *program;
    struct gw_os_thread thread;
    uint32_t sum;
};

static void
call_all(void *env)
{
    struct job *job = env;
    struct gw_diag diag;
    struct gw_instance *instance;
    struct gw_store *store = gw_store_new(job->program->engine);
    gw_diag_init(&diag);
    if (gw_instance_new(store, job->program, NULL, 0, &diag, &instance) ==
        GW_OK) {
        for (uint32_t i = 0; i < FUNCTIONS; i++) {
            union gw_slot slots[1] = { { .u64 = 0 } };
            slots[0].u32 = i;
            if (gw_func_call(instance->ctx.funcs[i], slots) == GW_TRAP_NONE)
                job->sum += slots[0].u32;
        }
    }
    gw_store_unref(store);
}

/* Function i adds i. */
static void
test_threads(void)
{
    struct body code = { 0 }, kinds = { 0 }, module = { 0 };
    static const uint8_t head[] = { 0, 'a', 's', 'm',  1, 0,    0, 0,
                                    1, 6,   1,   0x60, 1, 0x7f, 1, 0x7f };
    put_u32(&kinds, FUNCTIONS);
    put_u32(&code, FUNCTIONS);
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        PUT(&kinds, 0);
        PUT(&code, 9, 0, 0x20, 0, 0x41, (uint8_t)(i & 0x7f) | 0x80,
            (uint8_t)(i >> 7), 0x6a, 0x01, 0x0b);
    }
    put(&module, head, sizeof head);
    put_section(&module, 3, &kinds);
    put_section(&module, 10, &code);
    struct gw_config config;
    struct gw_diag diag;
    struct gw_program *program = NULL;
    gw_config_init(&config);
    gw_diag_init(&diag);
    struct gw_engine *engine = gw_engine_new(&config, &gw_interp_tier, NULL,
                                             NULL);
    if (!CHECK(gw_program_new(engine, gw_span(module.data, module.size), NULL,
                              NULL, &diag, &program) == GW_OK))
        printf("    %s\n", diag.text);
    static struct job jobs[THREADS];
    for (int i = 0; program && i < THREADS; i++) {
        jobs[i] = (struct job){ .program = program };
        CHECK(gw_os_thread_start(&jobs[i].thread, call_all, &jobs[i], 0));
    }
    for (int i = 0; program && i < THREADS; i++) {
        gw_os_thread_join(&jobs[i].thread);
        CHECK_EQ_U64(jobs[i].sum, FUNCTIONS * (FUNCTIONS - 1));
    }
    gw_program_unref(program);
    gw_engine_unref(engine);
    free(code.data);
    free(kinds.data);
    free(module.data);
}

int
main(void)
{
    test_long();
    test_locals(49999, GW_TRAP_NONE);
    test_nested(0x02);
    test_nested(0x03);
    test_table();
    test_waiting();
    test_values();
    test_threads();
    return CHECK_DONE();
}
