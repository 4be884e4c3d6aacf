#include "rt/link.h"

#include "base/utf8.h"

/* ---- matching ---- */

/* The given size may have grown: it counts as the given minimum. */
static bool
limits_match(const struct gw_limits *given, uint64_t size,
             const struct gw_limits *asked)
{
    if (given->is64 != asked->is64 || given->shared != asked->shared)
        return false;
    if (size < asked->min)
        return false;
    return !asked->has_max || (given->has_max && given->max <= asked->max);
}

static bool
func_matches(const struct gw_program *program, uint32_t index,
             const struct gw_funcinst *func)
{
    uint32_t type = program->module->funcs[index].type;
    return gw_typereg_is_sub(program->engine, func->type_id,
                             program->type_ids[type]);
}

static bool
table_matches(const struct gw_program *program, uint32_t index,
              const struct gw_tableinst *table)
{
    const struct gw_tabletype *asked = &program->module->tables[index].type;
    return limits_match(&table->type.limits, table->size, &asked->limits) &&
           table->type.elem ==
               gw_typereg_valtype(program->type_ids, asked->elem);
}

static bool
memory_matches(const struct gw_program *program, uint32_t index,
               const struct gw_meminst *memory)
{
    const struct gw_memtype *asked = &program->module->memories[index];
    return memory->type.page_log2 == asked->page_log2 &&
           limits_match(&memory->type.limits, memory->pages, &asked->limits);
}

static bool
global_matches(const struct gw_program *program, uint32_t index,
               const struct gw_globalinst *global)
{
    const struct gw_globaltype *asked = &program->module->globals[index].type;
    gw_valtype type = gw_typereg_valtype(program->type_ids, asked->type);
    if (global->type.mutable != asked->mutable)
        return false;
    if (asked->mutable)
        return global->type.type == type;
    return gw_typereg_matches(program->engine, global->type.type, type);
}

bool
gw_extern_matches(const struct gw_program *program, uint32_t index,
                  const struct gw_externval *value)
{
    const struct gw_import *import = &program->module->imports[index];
    uint32_t place = import->index;
    if (value->kind != import->kind)
        return false;
    switch (value->kind) {
    case GW_EXTERN_FUNC:
        return func_matches(program, place, value->of.func);
    case GW_EXTERN_TABLE:
        return table_matches(program, place, value->of.table);
    case GW_EXTERN_MEMORY:
        return memory_matches(program, place, value->of.memory);
    case GW_EXTERN_GLOBAL:
        return global_matches(program, place, value->of.global);
    case GW_EXTERN_TAG:
        return value->of.tag->type_id ==
               program->type_ids[program->module->tags[place]];
    case GW_EXTERN_COUNT:
        break;
    }
    return false;
}

/* ---- checking and reporting ---- */

static const char *const kind_names[GW_EXTERN_COUNT] = {
    [GW_EXTERN_FUNC] = "function", [GW_EXTERN_TABLE] = "table",
    [GW_EXTERN_MEMORY] = "memory", [GW_EXTERN_GLOBAL] = "global",
    [GW_EXTERN_TAG] = "tag",
};

/* The store a value belongs to, or NULL when there is no object. */
static const struct gw_store *
extern_store(const struct gw_externval *value)
{
    switch (value->kind) {
    case GW_EXTERN_FUNC:
        return value->of.func ? value->of.func->store : NULL;
    case GW_EXTERN_TABLE:
        return value->of.table ? value->of.table->store : NULL;
    case GW_EXTERN_MEMORY:
        return value->of.memory ? value->of.memory->store : NULL;
    case GW_EXTERN_GLOBAL:
        return value->of.global ? value->of.global->store : NULL;
    case GW_EXTERN_TAG:
        return value->of.tag ? value->of.tag->store : NULL;
    case GW_EXTERN_COUNT:
        break;
    }
    return NULL;
}

/* How much of a guest's names a report shows. */
enum { NAME_SHOWN = 64 };

static enum gw_err
report_unknown(const struct gw_import *import, struct gw_diag *diag)
{
    char module[NAME_SHOWN], name[NAME_SHOWN];
    gw_utf8_print(import->module, module, sizeof(module));
    gw_utf8_print(import->name, name, sizeof(name));
    return gw_diag_report(diag, GW_ERR_UNLINKABLE, GW_NO_OFFSET,
                          "unknown import: %s.%s (%s)", module, name,
                          kind_names[import->kind]);
}

static enum gw_err
report_incompatible(const struct gw_import *import,
                    const struct gw_externval *given, struct gw_diag *diag)
{
    char module[NAME_SHOWN], name[NAME_SHOWN];
    gw_utf8_print(import->module, module, sizeof(module));
    gw_utf8_print(import->name, name, sizeof(name));
    if (given->kind == import->kind)
        return gw_diag_report(diag, GW_ERR_UNLINKABLE, GW_NO_OFFSET,
                              "incompatible import type: %s.%s is a %s of "
                              "another type",
                              module, name, kind_names[import->kind]);
    return gw_diag_report(diag, GW_ERR_UNLINKABLE, GW_NO_OFFSET,
                          "incompatible import type: %s.%s is a %s, not a %s",
                          module, name, kind_names[given->kind],
                          kind_names[import->kind]);
}

enum gw_err
gw_link_check(const struct gw_store *store, const struct gw_program *program,
              const struct gw_externval *imports, uint32_t count,
              struct gw_diag *diag)
{
    const struct gw_module *module = program->module;
    if (count > module->import_count)
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "%u values for %u imports", (unsigned)count,
                              (unsigned)module->import_count);
    for (uint32_t i = 0; i < module->import_count; i++) {
        const struct gw_import *import = &module->imports[i];
        const struct gw_store *owner = NULL;
        if (i < count)
            owner = extern_store(&imports[i]);
        if (!owner)
            return report_unknown(import, diag);
        if (owner != store)
            return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                                  "import %u belongs to another store",
                                  (unsigned)i);
        if (!gw_extern_matches(program, i, &imports[i]))
            return report_incompatible(import, &imports[i], diag);
    }
    return GW_OK;
}
