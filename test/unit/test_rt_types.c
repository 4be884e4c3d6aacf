/* The type registry of src/rt/typereg.c: equality, subtyping, threads. */
#include "rt/program.h"
#include "test_rt.h"

static struct gw_config config;

static struct gw_engine *
new_engine(struct hook *hook)
{
    gw_config_init(&config);
    *hook = (struct hook){ 0 };
    return gw_engine_new(&config, &fake_tier, hook_resize, hook);
}

static void
delete_engine(struct gw_engine *engine, struct hook *hook)
{
    gw_engine_unref(engine);
    CHECK_EQ_U64(hook->live, 0);
}

#define NULL_REF(index) (GW_REF | GW_NULLABLE | (index))

/* A definition in a group of its own. */
static struct gw_typedef
def_alone(enum gw_comp comp, uint32_t index)
{
    return (struct gw_typedef){ .comp = (uint8_t)comp,
                                .final = true,
                                .super = GW_NO_INDEX,
                                .canon = index,
                                .group_start = index,
                                .group_count = 1 };
}

static struct gw_functype
functype(const gw_valtype *params, uint32_t param_count,
         const gw_valtype *results, uint32_t result_count)
{
    return (struct gw_functype){ param_count, result_count, 0,
                                 0,           params,       results };
}

static void
test_functions(void)
{
    static const gw_valtype ii[] = { GW_TYPE_I32, GW_TYPE_V128 };
    struct hook hook;
    struct gw_engine *engine = new_engine(&hook);
    struct gw_typedef defs[3];
    for (uint32_t i = 0; i < 3; i++)
        defs[i] = def_alone(GW_COMP_FUNC, i);
    defs[0].func = functype(ii, 2, ii, 1);
    defs[1].func = functype(ii, 1, ii, 2);
    defs[2] = defs[0]; /* canonical index 0 */
    struct gw_types types = { defs, 3 };
    defs[2].group_start = 2;
    uint32_t ids[3], host, again[3];
    CHECK_EQ_U64(gw_typereg_intern(engine, &types, ids), GW_OK);
    CHECK(ids[0] != ids[1]);
    CHECK_EQ_U64(ids[0], ids[2]);
    CHECK_EQ_U64(gw_typereg_intern_func(engine, &defs[0].func, &host), GW_OK);
    CHECK_EQ_U64(host, ids[0]);
    CHECK_EQ_U64(gw_typereg_intern(engine, &types, again), GW_OK);
    CHECK(memcmp(ids, again, sizeof(ids)) == 0);
    const struct gw_typedef *def = gw_typereg_def(engine, ids[0]);
    CHECK_EQ_U64(def->func.param_slots, 3);
    CHECK_EQ_U64(def->func.result_slots, 1);
    CHECK_EQ_U64(def->func.params[1], GW_TYPE_V128);
    /* One that is not final is another type. */
    defs[0].final = false;
    types.count = 1;
    CHECK_EQ_U64(gw_typereg_intern(engine, &types, again), GW_OK);
    CHECK(again[0] != ids[0]);
    delete_engine(engine, &hook);
}

/* A list: (rec (struct (field (ref null self)))), at index `at`. */
static void
make_list(struct gw_typedef *def, struct gw_field *field, uint32_t at)
{
    *field = (struct gw_field){ NULL_REF(at), true };
    *def = def_alone(GW_COMP_STRUCT, at);
    def->fields = field;
    def->field_count = 1;
}

static void
test_groups(void)
{
    struct hook hook;
    struct gw_engine *engine = new_engine(&hook);
    struct gw_typedef a[2], b[1], pair[2];
    struct gw_field fa[1], fb[1], fp[2];
    uint32_t ids_a[2], ids_b[1], ids_p[2];

    /* The same list at index 1 and at index 0. */
    a[0] = def_alone(GW_COMP_FUNC, 0);
    make_list(&a[1], fa, 1);
    make_list(&b[0], fb, 0);
    struct gw_types ta = { a, 2 }, tb = { b, 1 }, tp = { pair, 2 };
    CHECK_EQ_U64(gw_typereg_intern(engine, &ta, ids_a), GW_OK);
    CHECK_EQ_U64(gw_typereg_intern(engine, &tb, ids_b), GW_OK);
    CHECK_EQ_U64(ids_a[1], ids_b[0]);
    CHECK_EQ_U64(gw_typereg_def(engine, ids_b[0])->fields[0].type,
                 NULL_REF(ids_b[0]));

    /* Two lists in one group are two other types, also when each refers to
     * itself only. */
    for (uint32_t i = 0; i < 2; i++) {
        make_list(&pair[i], &fp[i], i);
        pair[i].group_start = 0;
        pair[i].group_count = 2;
    }
    CHECK_EQ_U64(gw_typereg_intern(engine, &tp, ids_p), GW_OK);
    CHECK_EQ_U64(ids_p[1], ids_p[0] + 1);
    CHECK(ids_p[0] != ids_b[0] && ids_p[1] != ids_b[0]);

    /* A list of lists: the field names the number of the other type. */
    make_list(&a[1], fa, 0);
    a[1].canon = a[1].group_start = 1;
    make_list(&a[0], &fp[0], 0);
    CHECK_EQ_U64(gw_typereg_intern(engine, &ta, ids_a), GW_OK);
    CHECK_EQ_U64(ids_a[0], ids_b[0]);
    CHECK(ids_a[1] != ids_a[0]);
    CHECK_EQ_U64(gw_typereg_valtype(ids_a, NULL_REF(1)), NULL_REF(ids_a[1]));
    CHECK_EQ_U64(gw_typereg_valtype(ids_a, GW_TYPE_FUNCREF), GW_TYPE_FUNCREF);
    CHECK_EQ_U64(gw_typereg_valtype(ids_a, GW_TYPE_I64), GW_TYPE_I64);
    delete_engine(engine, &hook);
}

enum { DEEP = 64 };

static void
test_subtypes(void)
{
    struct hook hook;
    struct gw_engine *engine = new_engine(&hook);
    struct gw_typedef defs[DEEP + 1];
    uint32_t ids[DEEP + 1];
    for (uint32_t i = 0; i <= DEEP; i++) {
        defs[i] = def_alone(GW_COMP_STRUCT, i);
        defs[i].final = false;
        defs[i].super = i == 0 ? GW_NO_INDEX : i - 1;
    }
    /* The last one is a sibling of number 2. */
    defs[DEEP].super = 1;
    defs[DEEP].final = true;
    struct gw_types types = { defs, DEEP + 1 };
    CHECK_EQ_U64(gw_typereg_intern(engine, &types, ids), GW_OK);
    CHECK_EQ_U64(gw_typereg_def(engine, ids[DEEP - 1])->depth, DEEP - 1);
    bool right = true;
    for (uint32_t i = 0; i < DEEP; i++)
        for (uint32_t j = 0; j < DEEP; j++)
            right = right &&
                    gw_typereg_is_sub(engine, ids[i], ids[j]) == (j <= i);
    CHECK(right);
    CHECK(gw_typereg_is_sub(engine, ids[DEEP], ids[1]));
    CHECK(!gw_typereg_is_sub(engine, ids[DEEP], ids[2]));
    CHECK(!gw_typereg_is_sub(engine, ids[3], ids[DEEP]));

    gw_valtype sub = NULL_REF(ids[DEEP]), super = NULL_REF(ids[0]);
    gw_valtype any = NULL_REF(GW_HEAP_ANY), none = NULL_REF(GW_HEAP_NONE);
    gw_valtype array = NULL_REF(GW_HEAP_ARRAY);
    CHECK(gw_typereg_matches(engine, sub, super));
    CHECK(!gw_typereg_matches(engine, super, sub));
    CHECK(!gw_typereg_matches(engine, sub, super & ~GW_NULLABLE));
    CHECK(gw_typereg_matches(engine, sub & ~GW_NULLABLE, super));
    CHECK(gw_typereg_matches(engine, sub, any));
    CHECK(!gw_typereg_matches(engine, sub, array));
    CHECK(!gw_typereg_matches(engine, any, sub));
    CHECK(gw_typereg_matches(engine, none, sub));
    CHECK(gw_typereg_matches(engine, none, any));
    CHECK(!gw_typereg_matches(engine, NULL_REF(GW_HEAP_NOFUNC), sub));
    CHECK(!gw_typereg_matches(engine, GW_TYPE_I32, GW_TYPE_I64));
    CHECK(!gw_typereg_matches(engine, GW_TYPE_I32, any));
    delete_engine(engine, &hook);
}

/* ---- many threads ---- */

enum { THREADS = 4, ROUNDS = 300 };

struct worker {
    struct gw_os_thread thread;
    struct gw_engine *engine;
    uint32_t ids[ROUNDS];
    bool ok;
};

/* Type number i takes i parameters. */
static void
intern_all(void *env)
{
    static const gw_valtype params[ROUNDS] = { 0 };
    struct worker *worker = env;
    worker->ok = true;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct gw_functype type = functype(params, i, params, 0);
        uint32_t *id = &worker->ids[i];
        if (gw_typereg_intern_func(worker->engine, &type, id) != GW_OK ||
            gw_typereg_def(worker->engine, *id)->func.param_count != i ||
            gw_typereg_is_sub(worker->engine, *id, worker->ids[i / 2]) !=
                (i == i / 2))
            worker->ok = false;
    }
}

/* The engine keeps every type, and says so when there are too many. */
static void
test_limit(void)
{
    struct hook hook;
    struct gw_engine *engine = new_engine(&hook);
    gw_valtype params[4] = { GW_TYPE_I32, GW_TYPE_I32, GW_TYPE_I32,
                             GW_TYPE_I32 };
    uint32_t id;
    engine->decode.limits[GW_LIMIT_ENGINE_TYPES] = 3;
    for (uint32_t i = 0; i < 5; i++) {
        struct gw_functype type = functype(params, i, NULL, 0);
        CHECK_EQ_U64(gw_typereg_intern_func(engine, &type, &id),
                     i < 3 ? GW_OK : GW_ERR_LIMIT);
    }
    struct gw_functype known = functype(params, 2, NULL, 0);
    CHECK_EQ_U64(gw_typereg_intern_func(engine, &known, &id), GW_OK);
    CHECK_EQ_U64(id, 2);

    struct bytes m;
    struct gw_diag diag;
    struct gw_program *program;
    begin_module(&m);
    SECTION(&m, 1, 1, 0x60, 1, 0x7e, 0);
    gw_diag_init(&diag);
    CHECK_EQ_U64(gw_program_new(engine, gw_span(m.data, m.size), NULL, NULL,
                                &diag, &program),
                 GW_ERR_LIMIT);
    CHECK_EQ_U64(diag.err, GW_ERR_LIMIT);
    CHECK(strncmp(diag.text, "more than 3 types in one engine", 31) == 0);
    delete_engine(engine, &hook);
}

static void
test_threads(void)
{
    static struct worker workers[THREADS];
    gw_config_init(&config);
    struct gw_engine *engine = gw_engine_new(&config, &fake_tier, NULL, NULL);
    for (int i = 0; i < THREADS; i++) {
        workers[i].engine = engine;
        CHECK(
            gw_os_thread_start(&workers[i].thread, intern_all, &workers[i], 0));
    }
    for (int i = 0; i < THREADS; i++)
        gw_os_thread_join(&workers[i].thread);
    for (int i = 0; i < THREADS; i++) {
        CHECK(workers[i].ok);
        CHECK(memcmp(workers[i].ids, workers[0].ids, sizeof(workers[0].ids)) ==
              0);
    }
    gw_engine_unref(engine);
}

int
main(void)
{
    test_functions();
    test_groups();
    test_subtypes();
    test_limit();
    test_threads();
    return CHECK_DONE();
}
