#include "interp/count.h"

#include "base/map.h"
#include "interp/translate.h"

/* How often each instruction of a function ran, by its word. */
struct counted {
    const struct gw_icode *code; /* the key in the map */
    struct gw_program *program;
    uint32_t func;
    uint64_t at[];
};

struct counts {
    struct gw_alloc *alloc;
    struct gw_vec funcs; /* struct counted * */
    struct gw_map map;   /* from code to index in funcs */
    struct counted *last;
};

static size_t
counted_size(const struct gw_icode *code)
{
    return sizeof(struct counted) + code->word_count * sizeof(uint64_t);
}

enum gw_err
gw_interp_count(struct gw_exec *exec)
{
    struct gw_engine *engine = exec->store->engine;
    if (engine->config.values[GW_OPTION_DRIVER] != GW_DRIVER_SWITCH)
        return GW_ERR_UNSUPPORTED;
    struct counts *counts = gw_alloc_zero(&engine->alloc, 1, sizeof(*counts));
    if (!counts)
        return GW_ERR_NOMEM;
    counts->alloc = &engine->alloc;
    gw_vec_init(&counts->funcs, counts->alloc, sizeof(struct counted *));
    gw_map_init(&counts->map, counts->alloc, 0);
    exec->counts = counts;
    return GW_OK;
}

void
gw_interp_free_counts(struct gw_exec *exec)
{
    struct counts *counts = exec->counts;
    struct counted **funcs = counts->funcs.data;
    for (size_t i = 0; i < counts->funcs.count; i++)
        gw_alloc_free(counts->alloc, funcs[i], counted_size(funcs[i]->code));
    gw_vec_fini(&counts->funcs);
    gw_map_fini(&counts->map);
    gw_alloc_free(counts->alloc, counts, sizeof(*counts));
    exec->counts = NULL;
}

/* ---- counting ---- */

/* NULL without memory: then it is not counted. */
static struct counted *
add_func(struct counts *counts, const struct gw_funcinst *func)
{
    const struct gw_icode *code = func->code;
    struct counted *made = gw_alloc_zero(counts->alloc, 1, counted_size(code));
    struct counted **place = made ? gw_vec_push(&counts->funcs) : NULL;
    if (!place) {
        gw_alloc_free(counts->alloc, made, counted_size(code));
        return NULL;
    }
    *place = made;
    made->code = code;
    made->program = func->instance->program;
    made->func = func->index;
    gw_map_put(&counts->map, gw_span(&made->code, sizeof made->code),
               (uint32_t)counts->funcs.count - 1, NULL);
    return made;
}

static struct counted *
find_func(struct counts *counts, const struct gw_funcinst *func)
{
    const void *code = func->code;
    const uint32_t *index = gw_map_find(&counts->map,
                                        gw_span(&code, sizeof code));
    return index ? ((struct counted **)counts->funcs.data)[*index]
                 : add_func(counts, func);
}

void
gw_interp_count_one(struct gw_exec *exec, const struct gw_frame_record *record,
                    const uint32_t *pc)
{
    struct counts *counts = exec->counts;
    const struct gw_funcinst *func = record->func;
    if (!func)
        return; /* the end of a run */
    struct counted *counted = counts->last;
    if (!counted || counted->code != func->code)
        counted = counts->last = find_func(counts, func);
    if (counted)
        counted->at[pc - counted->code->words]++;
}

/* ---- telling ---- */

struct teller {
    void (*visit)(void *env, const struct gw_count *count);
    void *env;
    const struct counted *counted;
    uint32_t told; /* words whose operator is known */
};

static void
tell(const struct teller *teller, const struct gw_count *count)
{
    if (count->count != 0)
        teller->visit(teller->env, count);
}

/* After each operator: what was emitted since the last one is its. */
static bool
tell_operator(void *env, struct gw_trans *t)
{
    struct teller *teller = env;
    const struct counted *counted = teller->counted;
    struct gw_count count = { .names = { gw_op_table[t->it->op].text } };
    while (teller->told < t->count &&
           teller->told < counted->code->word_count) {
        count.count += counted->at[teller->told];
        teller->told += gw_iop_words(counted->code->words + teller->told);
    }
    tell(teller, &count);
    return true;
}

static enum gw_err
tell_operators(struct teller *teller)
{
    struct gw_program *program = teller->counted->program;
    struct gw_engine *engine = program->engine;
    struct gw_op_iter it;
    struct gw_trans t;
    gw_op_iter_init(&it, program->module, &engine->decode, &engine->alloc);
    gw_trans_init(&t, &it, program);
    teller->told = 0;
    t.probe = tell_operator;
    t.probe_env = teller;
    enum gw_err err = gw_trans_run(&t, teller->counted->func);
    gw_trans_fini(&t);
    gw_op_iter_fini(&it);
    return err;
}

/* Can the next instruction be reached from this one by going on? */
static bool
goes_on(const char *name)
{
    return strncmp(name, "BR", 2) != 0 && strncmp(name, "RETURN", 6) != 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Two and three instructions that stand one behind the other run together at
 * most as often as each of them. */
static void
tell_sequences(const struct teller *teller)
{
    const struct counted *counted = teller->counted;
    const struct gw_icode *code = counted->code;
    struct gw_count pair = { .count = 0 }, triple = { .count = 0 };
    struct gw_count total = {
        .module = counted->program->module,
        .func = counted->func,
    };
    const char *before = NULL;
    uint64_t last = 0;
    for (uint32_t at = 0; at < code->word_count;
         at += gw_iop_words(code->words + at)) {
        const char *name = gw_iop_name(code->words[at]);
        uint64_t count = counted->at[at];
        total.count += count;
        bool linked = before && goes_on(before);
        triple = pair;
        triple.names[2] = name;
        triple.count = linked ? least(pair.count, count) : 0;
        pair = (struct gw_count){ .names = { before, name } };
        pair.count = linked ? least(last, count) : 0;
        tell(teller, &pair);
        tell(teller, &triple);
        before = name;
        last = count;
    }
    tell(teller, &total);
}

enum gw_err
gw_interp_counts(struct gw_exec *exec,
                 void (*visit)(void *env, const struct gw_count *count),
                 void *env)
{
    const struct counts *counts = exec->counts;
    struct counted *const *funcs = counts ? counts->funcs.data : NULL;
    struct teller teller = { .visit = visit, .env = env };
    enum gw_err err = GW_OK;
    for (size_t i = 0; funcs && err == GW_OK && i < counts->funcs.count; i++) {
        teller.counted = funcs[i];
        tell_sequences(&teller);
        err = tell_operators(&teller);
    }
    return err;
}
