#include "mutate/play.h"

#include "interp/interp.h"
#include "mutate/mutant.h"
#include "rt/store.h"
#include "rt/tier.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FUEL = 20000, /* of each call */
    CALLS_MOST = 8,
    SLOTS_MOST = 4096, /* a function with more is not called */
    USES_MOST = 256    /* types stay in an engine for ever */
};

static void
complain(struct play *play, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    play->complain(play->env, text);
}

/* ---- decoding ---- */

struct usage {
    size_t now, most;
};

static void *
count_resize(void *env, void *old, size_t old_size, size_t new_size)
{
    struct usage *usage = env;
    void *block = NULL;
    if (new_size == 0)
        free(old);
    else if (!(block = realloc(old, new_size)))
        abort();
    usage->now = usage->now - (old ? old_size : 0) + new_size;
    if (usage->now > usage->most)
        usage->most = usage->now;
    return block;
}

static void
check_usage(struct play *play, const struct usage *usage, size_t size)
{
    const size_t free_bytes = (size_t)1 << 20;
    size_t beyond = usage->most > free_bytes ? usage->most - free_bytes : 0;
    if (beyond > 32 * size)
        complain(play, "decoding %zu bytes took %zu", size, usage->most);
    uint64_t rate = size > 0 ? 100 * (uint64_t)beyond / size : 0;
    if (rate > play->counts->worst)
        play->counts->worst = rate;
    if (usage->now != 0)
        complain(play, "%zu bytes were not given back", usage->now);
}

static void
check_error(struct play *play, enum gw_err err, const struct gw_diag *diag,
            size_t size)
{
    char *text = play->error;
    gw_diag_print(diag, text, sizeof(play->error));
    switch (err) {
    case GW_ERR_MALFORMED:
        play->counts->malformed++;
        break;
    case GW_ERR_INVALID:
        play->counts->invalid++;
        break;
    case GW_ERR_UNSUPPORTED:
        play->counts->unsupported++;
        break;
    case GW_ERR_LIMIT:
        play->counts->limited++;
        break;
    default:
        complain(play, "decoding failed with %d, %s", err, text);
    }
    if (diag->err != err)
        complain(play, "returned %d, reported %d, %s", err, diag->err, text);
    if (diag->offset > size)
        complain(play, "an error without an offset inside: %s", text);
    if (!diag->text[0])
        complain(play, "an error without a text");
}

static bool
is_valid(struct play *play, struct gw_span bytes, bool validate_only)
{
    struct gw_decode_options options;
    struct gw_module *module = NULL;
    struct usage usage = { 0 };
    struct gw_alloc alloc;
    struct gw_diag diag;

    gw_decode_options_init(&options);
    options.validate_only = validate_only;
    gw_alloc_init(&alloc, count_resize, &usage, SIZE_MAX);
    gw_diag_init(&diag);
    enum gw_err err = gw_module_decode(bytes, &options, &alloc, &diag, &module);
    if (err == GW_OK)
        gw_module_delete(module);
    else
        check_error(play, err, &diag, bytes.size);
    check_usage(play, &usage, bytes.size);
    return err == GW_OK;
}

/* ---- imports ---- */

/* Host functions do nothing at all or trap; env says which.  The type is
 * the engine's and outlives every store. */
struct stub {
    const struct gw_functype *type;
    bool traps;
};

static bool
has_defaults(const gw_valtype *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!gw_type_has_default(types[i]))
            return false;
    return true;
}

static enum gw_trap
run_stub(void *env, struct gw_call *call, union gw_slot *args)
{
    const struct stub *stub = env;
    if (stub->traps)
        return gw_exec_trap(call->exec, GW_TRAP_HOST, "a stub");
    memset(args, 0, stub->type->result_slots * sizeof(*args));
    return GW_TRAP_NONE;
}

static enum gw_err
stub_func(struct gw_store *store, const struct gw_functype *type, bool traps,
          struct gw_funcinst **out)
{
    struct stub *stub = malloc(sizeof(*stub));
    if (!stub)
        abort();
    stub->type = type;
    stub->traps = traps || !has_defaults(type->results, type->result_count);
    enum gw_err err = gw_funcinst_new_host(store, type, run_stub, stub, free,
                                           out);
    if (err != GW_OK)
        free(stub);
    return err;
}

/* Something of the type that an import asks for. */
static enum gw_err
stub_import(struct gw_store *store, const struct gw_program *program,
            const struct gw_import *import, bool traps,
            struct gw_externval *value)
{
    const struct gw_module *module = program->module;
    const uint32_t *ids = program->type_ids;
    struct gw_diag diag;

    gw_diag_init(&diag);
    value->kind = import->kind;
    switch (import->kind) {
    case GW_EXTERN_FUNC: {
        uint32_t id = ids[module->funcs[import->index].type];
        const struct gw_typedef *def = gw_typereg_def(store->engine, id);
        return stub_func(store, &def->func, traps, &value->of.func);
    }
    case GW_EXTERN_TABLE: {
        struct gw_tabletype type = module->tables[import->index].type;
        type.elem = gw_typereg_valtype(ids, type.elem);
        return gw_tableinst_new(store, &type, 0, &diag, &value->of.table);
    }
    case GW_EXTERN_MEMORY:
        return gw_meminst_new(store, &module->memories[import->index], &diag,
                              &value->of.memory);
    case GW_EXTERN_GLOBAL: {
        struct gw_globaltype type = module->globals[import->index].type;
        if (!gw_type_has_default(type.type))
            return GW_ERR_UNLINKABLE;
        type.type = gw_typereg_valtype(ids, type.type);
        return gw_globalinst_new(store, &type, &value->of.global);
    }
    default: {
        uint32_t id = ids[module->tags[import->index]];
        const struct gw_typedef *def = gw_typereg_def(store->engine, id);
        return gw_taginst_new(store, id, &def->func, &value->of.tag);
    }
    }
}

/* ---- running ---- */

/* What a module did, to be the same in every engine. */
struct outcome {
    uint64_t hash;
    uint64_t calls, traps;
    bool linked;
};

static void
note(struct outcome *outcome, uint64_t value)
{
    outcome->hash = (outcome->hash ^ value) * 0x9e3779b97f4a7c15;
    outcome->hash ^= outcome->hash >> 29;
}

/* Addresses and the bits of a NaN are no part of it. */
static void
note_results(struct outcome *outcome, const struct gw_functype *type,
             const union gw_slot *slots)
{
    for (uint32_t i = 0; i < type->result_count; i++) {
        gw_valtype result = type->results[i];
        if (gw_type_is_ref(result))
            note(outcome, slots->ref != 0);
        else if (result == GW_TYPE_I32)
            note(outcome, slots->u32);
        else if (result == GW_TYPE_I64)
            note(outcome, slots->u64);
        else if (result == GW_TYPE_F32)
            note(outcome, slots->f32 != slots->f32 ? 1 : slots->u32);
        else if (result == GW_TYPE_F64)
            note(outcome, slots->f64 != slots->f64 ? 1 : slots->u64);
        slots += gw_type_slots(result);
    }
}

static void
fill_arguments(struct random *random, const struct gw_functype *type,
               union gw_slot *slots)
{
    static const uint64_t edges[] = { 0,
                                      1,
                                      2,
                                      7,
                                      8,
                                      100,
                                      65535,
                                      65536,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0x7fffffffffffffff,
                                      0x3ff0000000000000,
                                      0x8000000000000000,
                                      0x7ff8000000000001,
                                      UINT64_MAX };
    for (uint32_t i = 0; i < type->param_count; i++) {
        gw_valtype param = type->params[i];
        for (uint32_t s = 0; s < gw_type_slots(param); s++, slots++) {
            slots->u64 = edges[random_below(random, 16)];
            if (random_below(random, 3) == 0)
                slots->u64 = random_next(random);
            if (gw_type_is_ref(param))
                slots->u64 = 0;
            else if (param == GW_TYPE_I32 || param == GW_TYPE_F32)
                slots->u64 &= UINT32_MAX;
        }
    }
}

static void
call(struct play *play, struct gw_funcinst *func, struct random *random,
     struct outcome *outcome)
{
    const struct gw_functype *type = func->type;
    union gw_slot slots[SLOTS_MOST];
    struct gw_store *store = func->store;

    if (type->param_slots > SLOTS_MOST || type->result_slots > SLOTS_MOST ||
        !has_defaults(type->params, type->param_count))
        return;
    fill_arguments(random, type, slots);
    gw_store_set_fuel(store, FUEL);
    enum gw_trap trap = gw_func_call(func, slots);
    outcome->calls++;
    note(outcome, trap);
    note(outcome, gw_store_fuel(store));
    if (trap == GW_TRAP_NONE) {
        note_results(outcome, type, slots);
        return;
    }
    outcome->traps++;
    const struct gw_trap_info *info = gw_store_trap(store);
    if (info->trap != trap)
        complain(play, "trap %d, recorded %d", trap, info->trap);
    if (trap == GW_TRAP_DEADLINE)
        complain(play, "fuel did not stop it, the deadline did");
}

static void
call_exports(struct play *play, struct gw_instance *instance, uint64_t number,
             struct outcome *outcome)
{
    const struct gw_module *module = instance->program->module;
    struct random random = { ~number };
    unsigned calls = 0;
    for (uint32_t i = 0; i < module->export_count && calls < CALLS_MOST; i++) {
        const struct gw_export *export = &module->exports[i];
        if (export->kind != GW_EXTERN_FUNC)
            continue;
        struct gw_externval value = gw_instance_extern(instance, export->kind,
                                                       export->index);
        call(play, value.of.func, &random, outcome);
        calls++;
    }
}

/* Links and runs; the errors that limits and missing values cause are as
 * good as success. */
static void
instantiate(struct play *play, struct gw_store *store,
            struct gw_program *program, uint64_t number,
            struct outcome *outcome)
{
    const struct gw_module *module = program->module;
    struct gw_externval *imports = calloc(module->import_count + 1,
                                          sizeof(*imports));
    struct gw_instance *instance = NULL;
    struct gw_diag diag;
    enum gw_err err = GW_OK;

    gw_diag_init(&diag);
    for (uint32_t i = 0; i < module->import_count && err == GW_OK; i++)
        err = stub_import(store, program, &module->imports[i], number & 1,
                          &imports[i]);
    if (err == GW_OK) {
        gw_store_set_fuel(store, FUEL);
        err = gw_instance_new(store, program, imports, module->import_count,
                              &diag, &instance);
        if (err != GW_OK && diag.err != err)
            complain(play, "instantiation returned %d, reported %d", err,
                     diag.err);
    }
    note(outcome, err);
    if (err == GW_OK) {
        outcome->linked = true;
        call_exports(play, instance, number, outcome);
    } else if (err == GW_ERR_TRAP) {
        note(outcome, gw_store_trap(store)->trap);
    }
    free(imports);
}

static struct outcome
run(struct play *play, struct gw_engine *engine, struct gw_span bytes,
    uint64_t number)
{
    struct outcome outcome = { 0 };
    struct gw_program *program;
    struct gw_diag diag;

    gw_diag_init(&diag);
    enum gw_err err = gw_program_new(engine, bytes, NULL, NULL, &diag,
                                     &program);
    if (err != GW_OK) {
        complain(play, "valid, but not for an engine: %s", diag.text);
        return outcome;
    }
    struct gw_store *store = gw_store_new(engine);
    if (!store)
        abort();
    instantiate(play, store, program, number, &outcome);
    gw_store_unref(store);
    gw_program_unref(program);
    return outcome;
}

static struct gw_engine *
new_engine(uint64_t memory, uint64_t driver)
{
    struct gw_config config;
    gw_config_init(&config);
    config.values[GW_OPTION_MEMORY] = memory;
    config.values[GW_OPTION_DRIVER] = driver;
    config.values[GW_OPTION_METER] = 1;
    config.values[GW_OPTION_TIMEOUT] = UINT64_C(30000000000);
    config.values[GW_OPTION_MAX_MEMORY] = 32u << 20;
    config.values[GW_OPTION_MAX_TABLE] = 100000;
    config.values[GW_OPTION_MAX_STACK] = 1u << 16;
    config.values[GW_OPTION_MAX_HOST] = 32u << 20;
    struct gw_engine *engine = gw_engine_new(&config, &gw_interp_tier, NULL,
                                             NULL);
    if (!engine)
        abort();
    return engine;
}

void
play_fini(struct play *play)
{
    for (size_t i = 0; i < 2; i++) {
        gw_engine_unref(play->engines[i]);
        play->engines[i] = NULL;
    }
}

static void
run_in_both(struct play *play, struct gw_span bytes, uint64_t number)
{
    if (play->uses++ % USES_MOST == 0) {
        play_fini(play);
        play->engines[0] = new_engine(GW_MEMORY_GUARDED, GW_DRIVER_AUTO);
        play->engines[1] = new_engine(GW_MEMORY_PACKED, GW_DRIVER_SWITCH);
    }
    struct outcome one = run(play, play->engines[0], bytes, number);
    struct outcome two = run(play, play->engines[1], bytes, number);
    if (one.hash != two.hash)
        complain(play, "two ways to run it, two outcomes");
    play->counts->linked += one.linked;
    play->counts->calls += one.calls;
    play->counts->traps += one.traps;
}

void
play_module(struct play *play, struct gw_span module, uint64_t number)
{
    play->counts->played++;
    if (number % 4 == 0)
        is_valid(play, module, true);
    else if (is_valid(play, module, false)) {
        play->counts->valid++;
        run_in_both(play, module, number);
    }
}
