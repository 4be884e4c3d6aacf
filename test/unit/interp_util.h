/*
 * For tests of the interpreter: a module in text, instantiated in an engine
 * of a given mode, and calls with values written as text: "i32:1 f64:0.5".
 */
#ifndef GW_TEST_UNIT_INTERP_UTIL_H
#define GW_TEST_UNIT_INTERP_UTIL_H

#include "interp/interp.h"
#include "text/wat.h"
#include "unit/check.h"

#include <stdlib.h>

struct mode {
    uint64_t driver, memory, meter, safepoint_test, deterministic;
};

struct world {
    struct gw_alloc alloc;
    struct gw_engine *engine;
    uint8_t *bytes;
    size_t size;
    struct gw_program *program;
    struct gw_store *store;
    struct gw_instance *instance;
};

enum { VALUES = 64 };

static inline const char *
mode_name(const struct mode *mode)
{
    static char text[96];
    static const char *const drivers[] = { "auto", "switch", "goto", "tail" };
    snprintf(text, sizeof text, "driver %s, memory %s, meter %u, K %u",
             drivers[mode->driver], mode->memory ? "packed" : "guarded",
             (unsigned)mode->meter, (unsigned)mode->safepoint_test);
    return text;
}

static inline bool
world_fail(const struct gw_diag *diag)
{
    char text[320];
    gw_diag_print(diag, text, sizeof text);
    printf("%s at line %u\n", text, (unsigned)diag->line);
    return CHECK(diag->err == GW_OK);
}

/* The engine, the program and the store; no instance yet. */
static inline bool
world_open(struct world *world, const struct mode *mode, const char *text,
           struct gw_diag *diag)
{
    struct gw_config config;
    memset(world, 0, sizeof *world);
    gw_diag_init(diag);
    gw_alloc_init(&world->alloc, NULL, NULL, SIZE_MAX);
    gw_config_init(&config);
    gw_config_set(&config, GW_OPTION_FEATURES, gw_features_executable);
    gw_config_set(&config, GW_OPTION_DRIVER, mode->driver);
    gw_config_set(&config, GW_OPTION_MEMORY, mode->memory);
    gw_config_set(&config, GW_OPTION_METER, mode->meter);
    gw_config_set(&config, GW_OPTION_DETERMINISTIC, mode->deterministic);
    gw_config_set(&config, GW_OPTION_SAFEPOINT_TEST, mode->safepoint_test);
    /* The most hostile mode also collects at every allocation. */
    gw_config_set(&config, GW_OPTION_GC_STRESS, mode->safepoint_test == 1);
    /* Moving all frames at every call of a deep recursion takes the square
     * of its depth. */
    if (mode->safepoint_test)
        gw_config_set(&config, GW_OPTION_MAX_STACK, 1u << 14);
    world->engine = gw_engine_new(&config, &gw_interp_tier, NULL, NULL);
    if (gw_wat_to_wasm(gw_span_str(text), NULL, &world->alloc, diag,
                       &world->bytes, &world->size) != GW_OK ||
        gw_program_new(world->engine, gw_span(world->bytes, world->size), NULL,
                       NULL, diag, &world->program) != GW_OK)
        return world_fail(diag);
    world->store = gw_store_new(world->engine);
    return CHECK(world->store != NULL);
}

static inline void
world_fini(struct world *world)
{
    gw_store_unref(world->store);
    gw_program_unref(world->program);
    gw_engine_unref(world->engine);
    gw_alloc_free(&world->alloc, world->bytes, world->size);
    CHECK_EQ_U64(atomic_load(&world->alloc.used), 0);
}

static inline bool
world_link(struct world *world, const struct gw_externval *imports,
           uint32_t count, struct gw_diag *diag)
{
    if (gw_instance_new(world->store, world->program, imports, count, diag,
                        &world->instance) != GW_OK)
        return world_fail(diag);
    return true;
}

static inline bool
world_init(struct world *world, const struct mode *mode, const char *text)
{
    struct gw_diag diag;
    if (world_open(world, mode, text, &diag) &&
        world_link(world, NULL, 0, &diag))
        return true;
    world_fini(world);
    return false;
}

static inline struct gw_funcinst *
world_func(const struct world *world, const char *name)
{
    struct gw_externval value;
    if (!CHECK(
            gw_instance_export(world->instance, gw_span_str(name), &value)) ||
        !CHECK(value.kind == GW_EXTERN_FUNC))
        return NULL;
    return value.of.func;
}

/* ---- values as text ---- */

/* Reads one value, returns the slots it takes. */
static inline uint32_t
value_read(const char *text, union gw_slot *slot)
{
    const char *number = strchr(text, ':') + 1;
    slot->u64 = 0;
    if (strncmp(text, "i32", 3) == 0)
        slot->u32 = (uint32_t)strtoll(number, NULL, 0);
    else if (strncmp(text, "f32", 3) == 0)
        slot->f32 = strtof(number, NULL);
    else if (strncmp(text, "f64", 3) == 0)
        slot->f64 = strtod(number, NULL);
    else
        slot->u64 = number[0] == '-' ? (uint64_t)strtoll(number, NULL, 0)
                                     : (uint64_t)strtoull(number, NULL, 0);
    return 1;
}

static inline void
values_read(const char *text, union gw_slot *slots)
{
    while (*text) {
        slots += value_read(text, slots);
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
}

static inline void
values_print(const struct gw_functype *type, const union gw_slot *slots,
             char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < type->result_count; i++) {
        const char *space = i ? " " : "";
        switch (type->results[i]) {
        case GW_TYPE_I32:
            used += (size_t)snprintf(out + used, size - used,
                                     "%si32:0x%" PRIx32, space, slots->u32);
            break;
        case GW_TYPE_F32:
            used += (size_t)snprintf(out + used, size - used, "%sf32:%a", space,
                                     (double)slots->f32);
            break;
        case GW_TYPE_F64:
            used += (size_t)snprintf(out + used, size - used, "%sf64:%a", space,
                                     slots->f64);
            break;
        default:
            used += (size_t)snprintf(out + used, size - used,
                                     "%si64:0x%" PRIx64, space, slots->u64);
            break;
        }
        slots += gw_type_slots(type->results[i]);
    }
}

/* Calls an export; out gets the results, or "trap: text". */
static inline void
world_call(struct world *world, const char *name, const char *args, char *out,
           size_t size)
{
    union gw_slot slots[VALUES];
    struct gw_funcinst *func = world_func(world, name);
    out[0] = '\0';
    if (!func)
        return;
    memset(slots, 0, sizeof slots);
    values_read(args, slots);
    if (gw_func_call(func, slots) != GW_TRAP_NONE)
        snprintf(out, size, "trap: %.*s", (int)size - 7,
                 gw_store_trap(world->store)->text);
    else
        values_print(func->type, slots, out, size);
}

/* Expected results of the same function, printed the same way. */
static inline const char *
values_normal(struct world *world, const char *name, const char *results)
{
    static char text[256];
    union gw_slot slots[VALUES];
    struct gw_funcinst *func = world_func(world, name);
    if (!func || strncmp(results, "trap", 4) == 0)
        return results;
    values_read(results, slots);
    values_print(func->type, slots, text, sizeof text);
    return text;
}

#endif
