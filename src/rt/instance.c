#include "rt/instance.h"

#include "rt/call.h"
#include "rt/const_expr.h"
#include "rt/heap_block.h"
#include "rt/link.h"
#include "rt/native.h"
#include "rt/owned.h"
#include "rt/segment.h"
#include "rt/tier.h"
#include "wasm/limit.h"

#include <assert.h>

/* ---- one block per instance ---- */

/* All arrays of an instance follow it in one block.  They are laid out twice:
 * to measure, with a base of NULL, and to place. */
struct layout {
    uint8_t *base;
    uint64_t size;
};

static void *
lay(struct layout *layout, uint64_t count, size_t size)
{
    const uint64_t align = _Alignof(max_align_t);
    uint64_t offset = layout->size;
    layout->size += (count * size + align - 1) / align * align;
    return layout->base ? layout->base + offset : NULL;
}

/* The parts that the arrays of pointers point into. */
struct own_parts {
    struct gw_globalinst *globals;
    struct gw_taginst *tags;
};

/* The counts are bounded by limit.def: the sum stays far below 2^64. */
static struct own_parts
lay_out(struct layout *layout, const struct gw_module *m,
        struct gw_instance *instance)
{
    const uint32_t *imported = m->imported;
    struct gw_vmctx *ctx = &instance->ctx;
    struct own_parts own;
    lay(layout, 1, sizeof(*instance));
    ctx->funcs = lay(layout, m->func_count, sizeof(*ctx->funcs));
    ctx->globals = lay(layout, m->global_count, sizeof(*ctx->globals));
    ctx->tables = lay(layout, m->table_count, sizeof(*ctx->tables));
    ctx->memories = lay(layout, m->memory_count, sizeof(*ctx->memories));
    ctx->tags = lay(layout, m->tag_count, sizeof(*ctx->tags));
    instance->globals = lay(layout, m->global_count,
                            sizeof(*instance->globals));
    instance->own_funcs = lay(layout, m->func_count - imported[GW_EXTERN_FUNC],
                              sizeof(*instance->own_funcs));
    instance->elems = lay(layout, m->elem_count, sizeof(*instance->elems));
    instance->datas = lay(layout, m->data_count, sizeof(*instance->datas));
    own.globals = lay(layout, m->global_count - imported[GW_EXTERN_GLOBAL],
                      sizeof(*own.globals));
    own.tags = lay(layout, m->tag_count - imported[GW_EXTERN_TAG],
                   sizeof(*own.tags));
    return own;
}

static void
unlist(struct gw_store *store, struct gw_instance *instance)
{
    gw_os_mutex_lock(&store->lock);
    struct gw_instance **link = &store->instances;
    while (*link && *link != instance)
        link = &(*link)->next;
    if (*link) {
        *link = instance->next;
        store->instance_count--;
    }
    gw_os_mutex_unlock(&store->lock);
}

static void
fini_instance(struct gw_store *store, void *object)
{
    struct gw_instance *instance = object;
    if (!instance->program)
        return;
    unlist(store, instance);
    for (uint32_t i = 0; i < instance->program->module->elem_count; i++)
        gw_elem_drop(instance, i);
    gw_program_unref(instance->program);
}

/* Imported globals and tables are owned, and traced, for themselves. */
static void
trace_instance(struct gw_marker *marker, void *object)
{
    const struct gw_instance *instance = object;
    const struct gw_program *program = instance->program;
    const struct gw_module *module = program->module;
    for (uint32_t i = module->imported[GW_EXTERN_GLOBAL];
         i < module->global_count; i++) {
        const struct gw_globalinst *global = instance->globals[i];
        if (!global) /* not made yet, nor are the rest */
            break;
        if (gw_typereg_is_traced(program->engine, global->type.type))
            gw_mark_refs(marker, &global->value[0].ref, 1);
    }
    for (uint32_t i = 0; i < module->elem_count; i++) {
        const struct gw_elem_items *items = &instance->elems[i];
        gw_valtype type = gw_typereg_valtype(program->type_ids,
                                             module->elems[i].type);
        if (items->refs && gw_typereg_is_traced(program->engine, type))
            gw_mark_refs(marker, items->refs, items->count);
    }
}

static struct gw_instance *
new_instance(struct gw_store *store, struct gw_program *program,
             struct own_parts *own)
{
    const struct gw_module *module = program->module;
    struct layout layout = { NULL, 0 };
    struct gw_instance none;
    lay_out(&layout, module, &none);
    if (layout.size > SIZE_MAX)
        return NULL;
    struct gw_instance *instance = gw_owned_new(store, (size_t)layout.size,
                                                fini_instance);
    if (!instance)
        return NULL;
    layout = (struct layout){ (uint8_t *)instance, 0 };
    *own = lay_out(&layout, module, instance);
    instance->store = store;
    instance->program = gw_program_ref(program);
    instance->ctx.exec = &store->exec;
    instance->ctx.mem0 = &store->no_memory;
    instance->ctx.type_ids = program->type_ids;
    instance->ctx.helpers = gw_native_helpers;
    atomic_init(&instance->ctx.poll, 0);
    gw_owned_set_trace(instance, trace_instance);
    return instance;
}

/* ---- filling the index spaces ---- */

static void
take_imports(struct gw_instance *instance, const struct gw_externval *imports)
{
    const struct gw_module *module = instance->program->module;
    struct gw_vmctx *ctx = &instance->ctx;
    for (uint32_t i = 0; i < module->import_count; i++) {
        const struct gw_externval *value = &imports[i];
        uint32_t index = module->imports[i].index;
        switch (value->kind) {
        case GW_EXTERN_FUNC:
            ctx->funcs[index] = value->of.func;
            break;
        case GW_EXTERN_TABLE:
            ctx->tables[index] = value->of.table;
            break;
        case GW_EXTERN_MEMORY:
            ctx->memories[index] = value->of.memory;
            break;
        case GW_EXTERN_GLOBAL:
            instance->globals[index] = value->of.global;
            ctx->globals[index] = value->of.global->value;
            break;
        case GW_EXTERN_TAG:
            ctx->tags[index] = value->of.tag;
            break;
        case GW_EXTERN_COUNT:
            break;
        }
    }
}

static const struct gw_functype *
engine_functype(const struct gw_program *program, uint32_t type)
{
    return &gw_typereg_def(program->engine, program->type_ids[type])->func;
}

static void
make_funcs(struct gw_instance *instance)
{
    struct gw_program *program = instance->program;
    const struct gw_module *module = program->module;
    const struct gw_tier *tier = program->engine->tier;
    uint32_t imported = module->imported[GW_EXTERN_FUNC];
    gw_native_attach(instance);
    for (uint32_t i = imported; i < module->func_count; i++) {
        struct gw_funcinst *func = &instance->own_funcs[i - imported];
        uint32_t type = module->funcs[i].type;
        func->instance = instance;
        func->type = engine_functype(program, type);
        func->type_id = program->type_ids[type];
        func->index = i;
        func->store = instance->store;
        func->code = tier->entry(func);
        instance->ctx.funcs[i] = func;
    }
}

static void
make_tags(struct gw_instance *instance, struct gw_taginst *own)
{
    const struct gw_program *program = instance->program;
    const struct gw_module *module = program->module;
    for (uint32_t i = module->imported[GW_EXTERN_TAG]; i < module->tag_count;
         i++, own++) {
        own->type = engine_functype(program, module->tags[i]);
        own->type_id = program->type_ids[module->tags[i]];
        own->store = instance->store;
        instance->ctx.tags[i] = own;
    }
}

static enum gw_err
make_memories(struct gw_instance *instance, struct gw_diag *diag)
{
    const struct gw_module *module = instance->program->module;
    struct gw_vmctx *ctx = &instance->ctx;
    for (uint32_t i = module->imported[GW_EXTERN_MEMORY];
         i < module->memory_count; i++) {
        enum gw_err err = gw_meminst_new(instance->store, &module->memories[i],
                                         diag, &ctx->memories[i]);
        if (err != GW_OK)
            return err;
    }
    if (module->memory_count != 0)
        ctx->mem0 = ctx->memories[0];
    ctx->mem0_base = ctx->mem0->base;
    return GW_OK;
}

/* In order: an initial value may read any global before its own. */
static enum gw_err
make_globals(struct gw_instance *instance, struct gw_globalinst *own,
             struct gw_diag *diag)
{
    const struct gw_program *program = instance->program;
    const struct gw_module *module = program->module;
    for (uint32_t i = module->imported[GW_EXTERN_GLOBAL];
         i < module->global_count; i++, own++) {
        const struct gw_global *global = &module->globals[i];
        own->type.type = gw_typereg_valtype(program->type_ids,
                                            global->type.type);
        own->type.mutable = global->type.mutable;
        own->store = instance->store;
        instance->globals[i] = own;
        instance->ctx.globals[i] = own->value;
        enum gw_err err = gw_const_eval(instance, &global->init, diag,
                                        own->value);
        if (err != GW_OK)
            return err;
    }
    return GW_OK;
}

static enum gw_err
make_tables(struct gw_instance *instance, struct gw_diag *diag)
{
    const struct gw_program *program = instance->program;
    const struct gw_module *module = program->module;
    for (uint32_t i = module->imported[GW_EXTERN_TABLE];
         i < module->table_count; i++) {
        const struct gw_table *table = &module->tables[i];
        struct gw_tabletype type = table->type;
        union gw_slot init[2] = { { 0 }, { 0 } };
        enum gw_err err = GW_OK;
        type.elem = gw_typereg_valtype(program->type_ids, type.elem);
        if (table->init.size != 0)
            err = gw_const_eval(instance, &table->init, diag, init);
        if (err == GW_OK)
            err = gw_tableinst_new(instance->store, &type, init[0].ref, diag,
                                   &instance->ctx.tables[i]);
        if (err != GW_OK)
            return err;
    }
    return GW_OK;
}

/* ---- instantiation ---- */

/* From here on interruptions reach the instance. */
static void
enlist(struct gw_instance *instance)
{
    struct gw_store *store = instance->store;
    gw_os_mutex_lock(&store->lock);
    instance->next = store->instances;
    store->instances = instance;
    store->instance_count++;
    atomic_store(&instance->ctx.poll, atomic_load(&store->reasons) != 0);
    gw_os_mutex_unlock(&store->lock);
}

/* Everything that leaves no trace when it fails. */
static enum gw_err
build(struct gw_store *store, struct gw_program *program,
      const struct gw_externval *imports, struct gw_diag *diag,
      struct gw_instance **out)
{
    struct own_parts own;
    struct gw_instance *instance = new_instance(store, program, &own);
    if (!instance)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for an instance");
    take_imports(instance, imports);
    make_funcs(instance);
    make_tags(instance, own.tags);
    enum gw_err err = make_memories(instance, diag);
    if (err == GW_OK)
        err = make_globals(instance, own.globals, diag);
    if (err == GW_OK)
        err = make_tables(instance, diag);
    if (err == GW_OK)
        err = gw_segments_make(instance, diag);
    *out = instance;
    return err;
}

/* Everything that others may see even when it fails. */
static enum gw_err
start(struct gw_instance *instance, struct gw_diag *diag)
{
    struct gw_exec *exec = &instance->store->exec;
    uint32_t func = instance->program->module->start;
    enum gw_trap trap;
    enum gw_err err = gw_segments_copy(instance, diag, &trap);
    if (err != GW_OK)
        return err;
    if (trap != GW_TRAP_NONE) {
        gw_exec_raise(exec, trap);
    } else if (func != GW_NO_INDEX) {
        union gw_slot none[1] = { { 0 } };
        trap = gw_func_call(instance->ctx.funcs[func], none);
    }
    if (trap == GW_TRAP_NONE)
        return GW_OK;
    return gw_diag_report(diag, GW_ERR_TRAP, GW_NO_OFFSET, "%s",
                          exec->info.text);
}

enum gw_err
gw_instance_new(struct gw_store *store, struct gw_program *program,
                const struct gw_externval *imports, uint32_t import_count,
                struct gw_diag *diag, struct gw_instance **out)
{
    struct gw_owned *mark = store->owned;
    struct gw_instance *instance;
    assert(program->engine == store->engine);
    if (store->instance_count >= store->config.values[GW_OPTION_MAX_INSTANCES])
        return gw_diag_report(diag, GW_ERR_LIMIT, GW_NO_OFFSET,
                              "the store holds as many instances as it may: "
                              "%u",
                              (unsigned)store->instance_count);
    enum gw_err err = gw_link_check(store, program, imports, import_count,
                                    diag);
    if (err == GW_OK) {
        err = build(store, program, imports, diag, &instance);
        if (err != GW_OK)
            gw_owned_drop(store, mark);
    }
    if (err != GW_OK)
        return err;
    enlist(instance);
    err = start(instance, diag);
    if (err == GW_OK)
        *out = instance;
    return err;
}

/* ---- looking in ---- */

struct gw_externval
gw_instance_extern(const struct gw_instance *instance, enum gw_extern kind,
                   uint32_t index)
{
    const struct gw_vmctx *ctx = &instance->ctx;
    struct gw_externval value = { .kind = kind };
    switch (kind) {
    case GW_EXTERN_FUNC:
        value.of.func = ctx->funcs[index];
        break;
    case GW_EXTERN_TABLE:
        value.of.table = ctx->tables[index];
        break;
    case GW_EXTERN_MEMORY:
        value.of.memory = ctx->memories[index];
        break;
    case GW_EXTERN_GLOBAL:
        value.of.global = instance->globals[index];
        break;
    case GW_EXTERN_TAG:
        value.of.tag = ctx->tags[index];
        break;
    case GW_EXTERN_COUNT:
        break;
    }
    return value;
}

bool
gw_instance_export(const struct gw_instance *instance, struct gw_span name,
                   struct gw_externval *out)
{
    const struct gw_export *export =
        gw_module_find_export(instance->program->module, name);
    if (!export)
        return false;
    *out = gw_instance_extern(instance, export->kind, export->index);
    return true;
}
