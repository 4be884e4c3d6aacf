/*
 * Modules of scripts: loading, linking, naming.
 */
#include "script/script_run.h"

#include <stdio.h>

struct gw_span
script_keep(struct script *s, struct gw_span bytes)
{
    uint8_t *copy = gw_arena_get(&s->p.arena, bytes.size + 1);
    if (!copy) {
        gw_wat_nomem(&s->p);
        return gw_span(NULL, 0);
    }
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    return gw_span(copy, bytes.size);
}

static struct gw_span
optional_id(struct script *s)
{
    struct gw_span name = { NULL, 0 };
    if (s->p.token.kind == GW_TOK_ID) {
        name = gw_wat_id(&s->p, &s->p.token);
        gw_wat_advance(&s->p);
    }
    return name;
}

struct script_module
script_read_module(struct script *s)
{
    struct script_module m = { 0 };
    struct gw_wat *p = &s->p;
    size_t start = p->token.start;
    if (!gw_wat_take_open(p, "module")) {
        gw_wat_unexpected(p);
        return m;
    }
    m.definition = gw_wat_take(p, "definition");
    m.instance = !m.definition && gw_wat_take(p, "instance");
    m.name = optional_id(s);
    if (m.instance)
        m.of = optional_id(s);
    m.binary = gw_wat_at(p, "binary");
    /* The closing parenthesis is the last token before the next; the lexer
     * is already behind that one, so look for it by depth. */
    size_t depth = 1, end = start;
    while (depth > 0 && !p->lex.failed && p->token.kind != GW_TOK_EOF) {
        depth += p->token.kind == GW_TOK_LPAR;
        depth -= p->token.kind == GW_TOK_RPAR;
        end = p->token.start + p->token.size;
        gw_wat_advance(p);
    }
    if (depth > 0)
        gw_wat_unexpected(p);
    m.text = gw_span(p->lex.text.data + start, end - start);
    return m;
}

static enum gw_err
to_binary(struct script *s, const struct script_module *m, struct gw_diag *diag,
          uint8_t **bytes, size_t *size)
{
    struct gw_wat_options options = { .base_line = s->line - 1 };
    enum gw_err err = gw_wat_to_wasm(m->text, &options, &s->engine->alloc, diag,
                                     bytes, size);
    if (s->options.module)
        s->options.module(s->options.env, m->text,
                          err == GW_OK ? gw_span(*bytes, *size)
                                       : gw_span(NULL, 0));
    return err;
}

static void
free_bytes(void *env, struct gw_span bytes)
{
    struct gw_engine *engine = env;
    gw_alloc_free(&engine->alloc, (void *)(uintptr_t)bytes.data, bytes.size);
}

enum gw_err
script_load(struct script *s, const struct script_module *m,
            struct gw_diag *diag, struct gw_program **out)
{
    uint8_t *bytes;
    size_t size;
    enum gw_err err = to_binary(s, m, diag, &bytes, &size);
    if (err != GW_OK)
        return err;
    return gw_program_new(s->engine, gw_span(bytes, size), free_bytes,
                          s->engine, diag, out);
}

enum gw_err
script_check(struct script *s, const struct script_module *m,
             struct gw_diag *diag)
{
    uint8_t *bytes;
    size_t size;
    struct gw_module *module;
    struct gw_decode_options options = s->engine->decode;
    options.validate_only = true;
    enum gw_err err = to_binary(s, m, diag, &bytes, &size);
    if (err != GW_OK)
        return err;
    err = gw_module_decode(gw_span(bytes, size), &options, &s->engine->alloc,
                           diag, &module);
    if (err == GW_OK)
        gw_module_delete(module);
    gw_alloc_free(&s->engine->alloc, bytes, size);
    return err;
}

/* ---- names -------------------------------------------------------------------- */

static struct script_instance *
find_in(struct gw_vec *list, struct gw_span name)
{
    struct script_instance *items = list->data;
    for (size_t i = list->count; i-- > 0;) {
        if (gw_span_equal(items[i].name, name))
            return &items[i];
    }
    return NULL;
}

struct script_instance *
script_find_entry(struct script *s, struct gw_span name)
{
    return find_in(&s->instances, name);
}

struct gw_instance *
script_find(struct script *s, struct gw_span name)
{
    struct gw_instance *instance = s->current;
    if (name.data) {
        struct script_instance *found = find_in(&s->instances, name);
        if (!found) {
            script_verdict(s, VERDICT_FAILED, "unknown instance $%.*s",
                           (int)name.size, (const char *)name.data);
            return NULL;
        }
        instance = found->instance;
        if (found->foreign) {
            script_verdict(s, VERDICT_FAILED, "$%.*s is another thread's",
                           (int)name.size, (const char *)name.data);
            return NULL;
        }
    }
    if (!instance && s->unsupported)
        script_verdict(s, VERDICT_SKIPPED, "%s", s->reason);
    else if (!instance)
        script_verdict(s, VERDICT_FAILED, "there is no instance");
    return instance;
}

static void
add(struct script *s, struct gw_vec *list, struct gw_span name,
    struct gw_instance *instance, bool foreign)
{
    struct script_instance *item = gw_vec_push(list);
    if (!item) {
        gw_wat_nomem(&s->p);
        return;
    }
    item->name = name;
    item->instance = instance;
    item->foreign = foreign;
}

void
script_add_foreign(struct script *s, struct gw_span name,
                   struct gw_instance *instance)
{
    add(s, &s->instances, name, instance, true);
}

void
script_add_instance(struct script *s, struct gw_span name,
                    struct gw_instance *instance)
{
    s->current = instance;
    if (name.data)
        add(s, &s->instances, name, instance, false);
}

void
script_do_register(struct script *s)
{
    gw_wat_take_open(&s->p, "register");
    struct gw_span name = script_keep(s, gw_wat_name(&s->p));
    struct gw_span id = optional_id(s);
    if (s->p.lex.failed)
        return;
    struct script_instance *entry = id.data ? script_find_entry(s, id) : NULL;
    bool foreign = entry && entry->foreign;
    struct gw_instance *instance = foreign ? entry->instance
                                           : script_find(s, id);
    add(s, &s->registered, name, instance, foreign);
    if (instance)
        script_passed(s);
    gw_wat_expect(&s->p, GW_TOK_RPAR);
}

/* ---- linking -------------------------------------------------------------------- */

/* A shared memory of another thread's instance becomes one of this store. */
static void
import_shared(struct script *s, const struct gw_instance *instance,
              struct gw_span name, struct gw_externval *out)
{
    struct gw_externval value;
    if (!gw_instance_export(instance, name, &value) ||
        value.kind != GW_EXTERN_MEMORY)
        return;
    struct gw_sharedmem *shared = gw_meminst_share(value.of.memory);
    struct gw_meminst *memory;
    if (!shared)
        return;
    if (gw_meminst_from_shared(s->store, shared, NULL, &memory) == GW_OK) {
        out->kind = GW_EXTERN_MEMORY;
        out->of.memory = memory;
    }
    gw_sharedmem_unref(shared);
}

static bool
find_import(struct script *s, const struct gw_import *import,
            struct gw_externval *out)
{
    struct script_instance *found = find_in(&s->registered, import->module);
    if (found) {
        if (!found->instance && s->unsupported)
            return false;
        if (found->instance && !found->foreign)
            gw_instance_export(found->instance, import->name, out);
        else if (found->instance)
            import_shared(s, found->instance, import->name, out);
        return true;
    }
    if (!gw_span_equal(import->module, gw_span_str("spectest")))
        return true;
    for (int i = 0; i < SPECTEST_COUNT; i++) {
        const struct script_export *item = &s->spectest[i];
        if (item->name && gw_span_equal(import->name, gw_span_str(item->name)))
            *out = item->value;
    }
    return true;
}

enum gw_err
script_instantiate(struct script *s, struct gw_program *program,
                   struct gw_diag *diag, struct gw_instance **out)
{
    const struct gw_module *module = program->module;
    uint32_t count = module->import_count;
    struct gw_alloc *alloc = &s->engine->alloc;
    struct gw_externval *imports = gw_alloc_zero(alloc, count + 1,
                                                 sizeof *imports);
    enum gw_err err = GW_OK;
    if (!imports)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory");
    for (uint32_t i = 0; i < count && err == GW_OK; i++) {
        imports[i].kind = module->imports[i].kind;
        if (!find_import(s, &module->imports[i], &imports[i]))
            err = gw_diag_report(diag, GW_ERR_UNSUPPORTED, GW_NO_OFFSET, "%s",
                                 s->reason);
    }
    if (err == GW_OK)
        err = gw_instance_new(s->store, program, imports, count, diag, out);
    gw_alloc_free(alloc, imports, (count + 1) * sizeof *imports);
    return err;
}

/* ---- the command module ------------------------------------------------------------ */

/* A failure of a module that should have been good. */
static void
module_failed(struct script *s, enum gw_err err, const struct gw_diag *diag)
{
    if (err == GW_ERR_UNSUPPORTED) {
        s->unsupported = true;
        snprintf(s->reason, sizeof s->reason, "%s", diag->text);
        script_verdict(s, VERDICT_SKIPPED, "%s", s->reason);
    } else if (err == GW_ERR_TRAP) {
        script_verdict(s, VERDICT_FAILED, "trapped: %s",
                       gw_store_trap(s->store)->text);
    } else {
        script_verdict(s, VERDICT_FAILED, "%s: %s (line %u)", gw_err_text(err),
                       diag->text, (unsigned)diag->line);
    }
}

static struct script_program *
find_program(struct script *s, struct gw_span name)
{
    struct script_program *items = s->programs.data;
    for (size_t i = s->programs.count; i-- > 0;) {
        if (!name.data || gw_span_equal(items[i].name, name))
            return &items[i];
    }
    return NULL;
}

static void
add_program(struct script *s, struct gw_span name, struct gw_program *program)
{
    struct script_program *item = gw_vec_push(&s->programs);
    if (!item) {
        gw_program_unref(program);
        gw_wat_nomem(&s->p);
        return;
    }
    item->name = name;
    item->program = program;
}

static void
make_instance(struct script *s, struct gw_span name, struct gw_program *program)
{
    struct gw_instance *instance = NULL;
    struct gw_diag diag;
    gw_diag_init(&diag);
    enum gw_err err = script_instantiate(s, program, &diag, &instance);
    if (err != GW_OK)
        module_failed(s, err, &diag);
    else
        script_passed(s);
    script_add_instance(s, name, err == GW_OK ? instance : NULL);
}

void
script_do_module(struct script *s)
{
    struct script_module m = script_read_module(s);
    struct gw_program *program = NULL;
    struct gw_diag diag;
    gw_diag_init(&diag);
    if (s->p.lex.failed)
        return;
    if (m.instance) {
        struct script_program *found = find_program(s, m.of);
        if (found)
            make_instance(s, m.name, found->program);
        else if (s->unsupported)
            script_verdict(s, VERDICT_SKIPPED, "%s", s->reason);
        else
            script_verdict(s, VERDICT_FAILED, "unknown module definition");
        if (!found)
            script_add_instance(s, m.name, NULL);
        return;
    }
    enum gw_err err = script_load(s, &m, &diag, &program);
    /* What only a feature allows that is not executable looks invalid to an
     * engine that leaves the feature out. */
    if (err == GW_ERR_INVALID && script_check(s, &m, NULL) == GW_OK)
        err = GW_ERR_UNSUPPORTED;
    if (err != GW_OK) {
        module_failed(s, err, &diag);
        script_add_instance(s, m.name, NULL);
        return;
    }
    if (!m.definition)
        make_instance(s, m.name, program);
    add_program(s, m.name, program);
    script_passed(s);
}
