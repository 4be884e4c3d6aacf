#include "rt/program.h"

#include "rt/native.h"
#include "rt/tier.h"

static uint32_t
defined_count(const struct gw_module *module)
{
    return module->func_count - module->imported[GW_EXTERN_FUNC];
}

static void
free_code(struct gw_program *program)
{
    uint32_t count = defined_count(program->module);
    if (!program->code)
        return;
    for (uint32_t i = 0; i < count; i++) {
        void *code = atomic_load_explicit(&program->code[i],
                                          memory_order_relaxed);
        if (code)
            program->engine->tier->free_code(program, code);
    }
    gw_alloc_free(&program->engine->alloc, program->code,
                  count * sizeof(*program->code));
}

/* Frees all but the bytes, whichever parts there are. */
static void
delete_program(struct gw_program *program)
{
    struct gw_engine *engine = program->engine;
    if (program->module) {
        free_code(program);
        if (program->native)
            program->native->release(program->native);
        gw_alloc_free(&engine->alloc, program->type_ids,
                      program->module->types.count *
                          sizeof(*program->type_ids));
        gw_module_delete(program->module);
    }
    gw_os_mutex_fini(&program->translating);
    gw_alloc_free(&engine->alloc, program, sizeof(*program));
    gw_engine_unref(engine);
}

static enum gw_err
prepare(struct gw_program *program, struct gw_diag *diag)
{
    struct gw_engine *engine = program->engine;
    const struct gw_module *module = program->module;
    uint32_t count = defined_count(module);
    program->type_ids = gw_alloc_zero(&engine->alloc, module->types.count,
                                      sizeof(*program->type_ids));
    program->code = gw_alloc_zero(&engine->alloc, count,
                                  sizeof(*program->code));
    enum gw_err err = GW_ERR_NOMEM;
    if (program->type_ids && program->code) {
        for (uint32_t i = 0; i < count; i++)
            atomic_init(&program->code[i], NULL);
        err = gw_typereg_intern(engine, &module->types, program->type_ids);
    }
    if (err == GW_ERR_LIMIT) {
        uint64_t most = engine->decode.limits[GW_LIMIT_ENGINE_TYPES];
        return gw_diag_report(diag, err, GW_NO_OFFSET,
                              "more than %llu types in one engine: use a new "
                              "engine for further modules",
                              (unsigned long long)most);
    }
    if (err != GW_OK)
        gw_diag_report(diag, err, GW_NO_OFFSET, "out of memory for a program");
    return err;
}

static enum gw_err
new_program(struct gw_engine *engine, struct gw_span bytes,
            struct gw_diag *diag, struct gw_program **out)
{
    struct gw_program *program = gw_alloc_zero(&engine->alloc, 1,
                                               sizeof(*program));
    if (!program)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for a program");
    program->engine = gw_engine_ref(engine);
    atomic_init(&program->refs, 1);
    gw_os_mutex_init(&program->translating);
    program->file = bytes;
    enum gw_err err = GW_OK;
    if (engine->compiler)
        err = engine->compiler->open(engine, &bytes, diag);
    if (err == GW_OK)
        err = gw_module_decode(bytes, &engine->decode, &engine->alloc, diag,
                               &program->module);
    if (err == GW_OK)
        err = prepare(program, diag);
    else
        program->module = NULL;
    if (err == GW_OK && engine->compiler)
        err = engine->compiler->prepare(program, program->file, diag);
    if (err != GW_OK)
        delete_program(program);
    else
        *out = program;
    return err;
}

enum gw_err
gw_program_new(struct gw_engine *engine, struct gw_span bytes,
               void (*release)(void *env, struct gw_span bytes),
               void *release_env, struct gw_diag *diag, struct gw_program **out)
{
    enum gw_err err = new_program(engine, bytes, diag, out);
    if (err == GW_OK) {
        (*out)->release = release;
        (*out)->release_env = release_env;
    } else if (release) {
        release(release_env, bytes);
    }
    return err;
}

struct gw_program *
gw_program_ref(struct gw_program *program)
{
    atomic_fetch_add_explicit(&program->refs, 1, memory_order_relaxed);
    return program;
}

void
gw_program_unref(struct gw_program *program)
{
    if (!program || atomic_fetch_sub(&program->refs, 1) != 1)
        return;
    void (*release)(void *env, struct gw_span bytes) = program->release;
    void *release_env = program->release_env;
    struct gw_span file = program->file;
    delete_program(program);
    if (release)
        release(release_env, file);
}
