/*
 * The host module that scripts import: functions that take values and do
 * nothing, globals of 666 and 666.6, a table of 10 to 20, a memory of 1 to 2.
 */
#include "script/script_run.h"

static enum gw_trap
print_nothing(void *env, struct gw_call *call, union gw_slot *args)
{
    (void)env;
    (void)call;
    (void)args;
    return GW_TRAP_NONE;
}

static const struct {
    const char *name;
    gw_valtype params[2];
    uint32_t count;
} functions[] = {
    { "print", { 0, 0 }, 0 },
    { "print_i32", { GW_TYPE_I32, 0 }, 1 },
    { "print_i64", { GW_TYPE_I64, 0 }, 1 },
    { "print_f32", { GW_TYPE_F32, 0 }, 1 },
    { "print_f64", { GW_TYPE_F64, 0 }, 1 },
    { "print_i32_f32", { GW_TYPE_I32, GW_TYPE_F32 }, 2 },
    { "print_f64_f64", { GW_TYPE_F64, GW_TYPE_F64 }, 2 },
};

static const struct {
    const char *name;
    gw_valtype type;
    uint64_t bits;
} globals[] = {
    { "global_i32", GW_TYPE_I32, 666 },
    { "global_i64", GW_TYPE_I64, 666 },
    { "global_f32", GW_TYPE_F32, 0x4426a666 },
    { "global_f64", GW_TYPE_F64, 0x4084d4cccccccccd },
};

enum {
    FUNCTION_COUNT = sizeof functions / sizeof functions[0],
    GLOBAL_COUNT = sizeof globals / sizeof globals[0]
};

static enum gw_err
make_function(struct script *s, uint32_t i, struct script_export *out)
{
    struct gw_functype type = {
        .param_count = functions[i].count,
        .param_slots = functions[i].count,
        .params = functions[i].params,
    };
    out->name = functions[i].name;
    out->value.kind = GW_EXTERN_FUNC;
    return gw_funcinst_new_host(s->store, &type, print_nothing, NULL, NULL,
                                &out->value.of.func);
}

static enum gw_err
make_global(struct script *s, uint32_t i, struct script_export *out)
{
    struct gw_globaltype type = { .type = globals[i].type };
    out->name = globals[i].name;
    out->value.kind = GW_EXTERN_GLOBAL;
    enum gw_err err = gw_globalinst_new(s->store, &type, &out->value.of.global);
    if (err != GW_OK)
        return err;
    union gw_slot *slot = out->value.of.global->value;
    if (type.type == GW_TYPE_I32 || type.type == GW_TYPE_F32)
        slot->u32 = (uint32_t)globals[i].bits;
    else
        slot->u64 = globals[i].bits;
    return GW_OK;
}

static enum gw_err
make_table(struct script *s, const char *name, bool is64,
           struct script_export *out)
{
    struct gw_tabletype type = {
        .elem = GW_TYPE_FUNCREF,
        .limits = { .min = 10, .max = 20, .has_max = true, .is64 = is64 },
    };
    out->name = name;
    out->value.kind = GW_EXTERN_TABLE;
    return gw_tableinst_new(s->store, &type, 0, NULL, &out->value.of.table);
}

static enum gw_err
make_memory(struct script *s, const char *name, bool shared,
            struct script_export *out)
{
    struct gw_memtype type = {
        .limits = { .min = 1, .max = 2, .has_max = true, .shared = shared },
        .page_log2 = 16,
    };
    out->name = name;
    out->value.kind = GW_EXTERN_MEMORY;
    return gw_meminst_new(s->store, &type, NULL, &out->value.of.memory);
}

enum gw_err
script_make_spectest(struct script *s)
{
    struct script_export *out = s->spectest;
    enum gw_err err = GW_OK;
    for (uint32_t i = 0; i < FUNCTION_COUNT && err == GW_OK; i++)
        err = make_function(s, i, out++);
    for (uint32_t i = 0; i < GLOBAL_COUNT && err == GW_OK; i++)
        err = make_global(s, i, out++);
    if (err == GW_OK)
        err = make_table(s, "table", false, out++);
    if (err == GW_OK)
        err = make_table(s, "table64", true, out++);
    if (err == GW_OK)
        err = make_memory(s, "memory", false, out++);
    /* Shared memory may not be there yet; whoever imports it is told so. */
    if (err == GW_OK)
        make_memory(s, "shared_memory", true, out);
    return err;
}
