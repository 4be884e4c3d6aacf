#include "fuzz/play.h"

#include "fuzz/gen.h"
#include "aot/aot.h"
#include "interp/interp.h"
#include "rt/heap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { STACK_BYTES = 1 << 16, HEAP_BYTES = 64 << 20, SLOTS_MOST = 64 };

static void
say(struct play_text *text, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    size_t size = (size_t)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (text->capacity - text->size <= size) {
        text->capacity = 2 * text->capacity + sizeof line;
        text->data = realloc(text->data, text->capacity);
        if (!text->data)
            abort();
    }
    memcpy(text->data + text->size, line, size + 1);
    text->size += size;
}

void
play_text_fini(struct play_text *text)
{
    free(text->data);
    *text = (struct play_text){ 0 };
}

bool
play_is_vague(const struct play_text *text)
{
    return strstr(text->data, gw_trap_text(GW_TRAP_HEAP_EXHAUSTED)) ||
           strstr(text->data, gw_trap_text(GW_TRAP_NO_MEMORY));
}

bool
play_can_compile(void)
{
    const struct gw_plugin *plugin;
    return gw_native_supported() && gw_aot_find_plugin(NULL, &plugin) == GW_OK;
}

const char *
play_mode_name(const struct play_mode *mode, char *text, size_t size)
{
    static const char *const drivers[] = { "auto", "switch", "goto", "tail" };
    snprintf(text, size, "%s %s, memory %s, meter %u, K %u",
             mode->tier == GW_TIER_AOT ? "compiled, or driver" : "driver",
             drivers[mode->driver], mode->memory ? "packed" : "guarded",
             (unsigned)mode->meter, (unsigned)mode->safepoint_test);
    return text;
}

/* ---- what is told ---- */

static void
say_value(struct play_text *out, gw_valtype type, const union gw_slot *value)
{
    switch (type) {
    case GW_TYPE_I32:
    case GW_TYPE_F32:
        say(out, " %s:%" PRIx32, type == GW_TYPE_I32 ? "i32" : "f32",
            value->u32);
        break;
    case GW_TYPE_I64:
    case GW_TYPE_F64:
        say(out, " %s:%" PRIx64, type == GW_TYPE_I64 ? "i64" : "f64",
            value->u64);
        break;
    case GW_TYPE_V128:
        say(out, " v128:%016" PRIx64 "%016" PRIx64, value[1].u64, value[0].u64);
        break;
    default:
        say(out, " ref:%s", value->ref ? "some" : "null");
        break;
    }
}

static void
say_fuel(struct play_text *out, struct gw_store *store)
{
    if (store->engine->config.values[GW_OPTION_METER])
        say(out, " fuel:%" PRIu64, gw_store_fuel(store));
    say(out, "\n");
}

static void
say_call(struct play_text *out, struct gw_funcinst *func, uint64_t fuel)
{
    union gw_slot slots[SLOTS_MOST] = { { 0 } };
    struct gw_store *store = func->store;
    gw_store_set_fuel(store, fuel);
    bool trapped = gw_func_call(func, slots) != GW_TRAP_NONE;
    if (trapped)
        say(out, " trap: %s", gw_store_trap(store)->text);
    const union gw_slot *at = slots;
    for (uint32_t i = 0; i < func->type->result_count && !trapped; i++) {
        say_value(out, func->type->results[i], at);
        at += gw_type_slots(func->type->results[i]);
    }
    say_fuel(out, store);
}

/* FNV-1a over the bytes. */
static void
say_memory(struct play_text *out, const struct gw_meminst *memory)
{
    uint32_t hash = 2166136261u;
    uint64_t size = gw_meminst_size(memory);
    for (uint64_t i = 0; i < size; i++)
        hash = (hash ^ memory->base[i]) * 16777619u;
    say(out, " %" PRIu64 " bytes, %08" PRIx32 "\n", size, hash);
}

static void
say_table(struct play_text *out, const struct gw_tableinst *table)
{
    say(out, " %" PRIu64 " elements ", table->size);
    for (uint64_t i = 0; i < table->size; i++)
        say(out, "%c", table->elems[i] ? '*' : '-');
    say(out, "\n");
}

static void
say_export(struct play_text *out, const struct gw_export *export,
           const struct gw_externval *value, uint64_t fuel)
{
    say(out, "%.*s", (int)export->name.size, (const char *)export->name.data);
    switch (value->kind) {
    case GW_EXTERN_FUNC:
        say_call(out, value->of.func, fuel);
        break;
    case GW_EXTERN_MEMORY:
        say_memory(out, value->of.memory);
        break;
    case GW_EXTERN_GLOBAL:
        say_value(out, value->of.global->type.type, value->of.global->value);
        say(out, "\n");
        break;
    case GW_EXTERN_TABLE:
        say_table(out, value->of.table);
        break;
    default:
        say(out, "\n");
        break;
    }
}

/* ---- running ---- */

static enum gw_trap
run_mix(void *env, struct gw_call *call, union gw_slot *args)
{
    (void)env;
    (void)call;
    args[0].u64 = gen_mix(args[0].u32, args[1].u64);
    return GW_TRAP_NONE;
}

static struct gw_funcinst *
new_mix(struct gw_store *store)
{
    static const gw_valtype types[] = { GW_TYPE_I32, GW_TYPE_I64 };
    const struct gw_functype type = { 2, 1, 2, 1, types, types + 1 };
    struct gw_funcinst *func = NULL;
    if (gw_funcinst_new_host(store, &type, run_mix, NULL, NULL, &func) != GW_OK)
        abort();
    return func;
}

static void
run_exports(struct gw_instance *instance, uint64_t fuel, struct play_text *out)
{
    const struct gw_module *module = instance->program->module;
    for (uint32_t i = 0; i < module->export_count; i++) {
        struct gw_externval value;
        if (!gw_instance_export(instance, module->exports[i].name, &value))
            abort();
        say_export(out, &module->exports[i], &value, fuel);
    }
}

static void
run_program(struct gw_program *program, uint64_t fuel, struct play_text *out)
{
    struct gw_store *store = gw_store_new(program->engine);
    struct gw_instance *instance;
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (!store)
        abort();
    gw_store_set_fuel(store, fuel);
    struct gw_externval mix = { .kind = GW_EXTERN_FUNC,
                                .of.func = new_mix(store) };
    say(out, "start");
    enum gw_err err = gw_instance_new(store, program, &mix,
                                      program->module->import_count, &diag,
                                      &instance);
    if (err == GW_ERR_TRAP)
        say(out, " trap: %s", gw_store_trap(store)->text);
    else if (err != GW_OK)
        say(out, " error %d: %s", (int)err, diag.text);
    say_fuel(out, store);
    if (err == GW_OK)
        run_exports(instance, fuel, out);
    gw_store_unref(store);
}

void
play(struct gw_span module, const struct play_mode *mode, uint64_t fuel,
     struct play_text *out)
{
    struct gw_config config;
    struct gw_program *program;
    struct gw_diag diag;
    gw_diag_init(&diag);
    gw_config_init(&config);
    gw_config_set(&config, GW_OPTION_FEATURES, gw_features_executable);
    gw_config_set(&config, GW_OPTION_DRIVER, mode->driver);
    gw_config_set(&config, GW_OPTION_MEMORY, mode->memory);
    gw_config_set(&config, GW_OPTION_METER, mode->meter);
    gw_config_set(&config, GW_OPTION_DETERMINISTIC, mode->deterministic);
    gw_config_set(&config, GW_OPTION_SAFEPOINT_TEST, mode->safepoint_test);
    gw_config_set(&config, GW_OPTION_GC_STRESS, mode->safepoint_test == 1);
    gw_config_set(&config, GW_OPTION_MAX_STACK, STACK_BYTES);
    gw_config_set(&config, GW_OPTION_MAX_HEAP, HEAP_BYTES);
    gw_config_set(&config, GW_OPTION_TIER, mode->tier);
    struct gw_engine *engine = gw_engine_new(&config, &gw_interp_tier, NULL,
                                             NULL);
    if (!engine)
        abort();
    engine->compiler = &gw_aot_compiler;
    if (gw_program_new(engine, module, NULL, NULL, &diag, &program) != GW_OK) {
        fprintf(stderr, "the module is not valid: %s at 0x%" PRIx64 "\n",
                diag.text, diag.offset);
        abort();
    }
    run_program(program, fuel, out);
    gw_program_unref(program);
    if (atomic_load(&engine->refs) != 1)
        abort();
    gw_engine_unref(engine);
}
