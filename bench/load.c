/*
 * How long a module takes before it runs, in this process:
 *
 *     load FILE...
 *
 * For each file the time from its bytes to a function that can be called
 * (store, module with all its bodies validated, instance; the engine is made
 * once; what it imports does nothing), and the speed of translating all its
 * functions to the interpreter's code, which otherwise happens when each is
 * first called.  Times are of this thread's processor; the median of many.
 */
#define _GNU_SOURCE
#include "interp/interp.h"
#include "interp/translate.h"
#include "wasm/decode.h"

#include "godwit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 400, IMPORTS_MAX = 256 };

/* Rounds end early for large modules. */
#define TIME_MAX_US 2e6

static void
give_up(const char *what)
{
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static double
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

/* ---- from bytes to an export ---- */

static wasm_trap_t *
nothing(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)env;
    (void)args;
    (void)results;
    return NULL;
}

/* A function for each that the module imports. */
static void
provide(wasm_store_t *store, const wasm_module_t *module,
        wasm_extern_vec_t *out)
{
    wasm_importtype_vec_t types;
    wasm_module_imports(module, &types);
    wasm_extern_vec_new_uninitialized(out, types.size);
    for (size_t i = 0; i < types.size; i++) {
        const wasm_externtype_t *type = wasm_importtype_type(types.data[i]);
        const wasm_functype_t *func = wasm_externtype_as_functype_const(type);
        if (!func)
            give_up("only functions can be provided");
        out->data[i] = wasm_func_as_extern(
            wasm_func_new_with_env(store, func, nothing, NULL, NULL));
    }
    wasm_importtype_vec_delete(&types);
}

/* One store with one instance of the module, made and thrown away; the time
 * up to where its exports are there. */
static double
load_once(wasm_engine_t *engine, const wasm_byte_vec_t *bytes)
{
    double start = now_us();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module = wasm_module_new(store, bytes);
    if (!module)
        give_up("the module is not valid");
    wasm_extern_vec_t imports, exports;
    provide(store, module, &imports);
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports,
                                                  NULL);
    if (!instance)
        give_up("the module cannot be instantiated");
    wasm_instance_exports(instance, &exports);
    double end = now_us();
    wasm_extern_vec_delete(&exports);
    wasm_extern_vec_delete(&imports);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    return end - start;
}

static double
measure_load(const wasm_byte_vec_t *bytes)
{
    double times[ROUNDS], spent = 0;
    int rounds = 0;
    wasm_engine_t *engine = wasm_engine_new();
    while (rounds < ROUNDS && spent < TIME_MAX_US) {
        times[rounds] = load_once(engine, bytes);
        spent += times[rounds++];
    }
    wasm_engine_delete(engine);
    return median(times, rounds);
}

/* ---- translation ---- */

static double
translate_once(struct gw_engine *engine, struct gw_span bytes)
{
    struct gw_program *program;
    if (gw_program_new(engine, bytes, NULL, NULL, NULL, &program) != GW_OK)
        give_up("the module is not valid");
    const struct gw_module *module = program->module;
    double start = now_us();
    for (uint32_t i = module->imported[GW_EXTERN_FUNC]; i < module->func_count;
         i++) {
        if (!gw_interp_translate(program, i))
            give_up("out of memory");
    }
    double end = now_us();
    gw_program_unref(program);
    return end - start;
}

static double
measure_translation(struct gw_span bytes)
{
    double times[ROUNDS], spent = 0;
    int rounds = 0;
    struct gw_config config;
    gw_config_init(&config);
    struct gw_engine *engine = gw_engine_new(&config, &gw_interp_tier, NULL,
                                             NULL);
    while (rounds < ROUNDS && (rounds < 3 || spent < TIME_MAX_US)) {
        times[rounds] = translate_once(engine, bytes);
        spent += times[rounds++];
    }
    gw_engine_unref(engine);
    return median(times, rounds);
}

/* Of the code section. */
static double
code_size(struct gw_span bytes)
{
    struct gw_decode_options options;
    struct gw_module *module;
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_decode_options_init(&options);
    if (gw_module_decode_sections(bytes, &options, &alloc, NULL, &module) !=
        GW_OK)
        give_up("the module is not valid");
    double size = module->sections[GW_SECTION_CODE].size;
    gw_module_delete(module);
    return size;
}

static bool
read_file(const char *path, wasm_byte_vec_t *out)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return false;
    wasm_byte_vec_new_uninitialized(out, (size_t)ftell(file));
    rewind(file);
    if (fread(out->data, 1, out->size, file) != out->size)
        give_up("a file became shorter");
    fclose(file);
    return true;
}

int
main(int argc, char **argv)
{
    printf("%-24s %10s %10s %14s %16s\n", "module", "bytes", "of code",
           "to an export", "translation");
    for (int i = 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        wasm_byte_vec_t bytes;
        if (!read_file(argv[i], &bytes)) {
            printf("%-24s cannot be read\n", argv[i]);
            continue;
        }
        struct gw_span span = gw_span(bytes.data, bytes.size);
        double code = code_size(span);
        printf("%-24s %10zu %10.0f %11.1f us %11.0f MB/s\n",
               slash ? slash + 1 : argv[i], bytes.size, code,
               measure_load(&bytes), code / measure_translation(span));
        wasm_byte_vec_delete(&bytes);
    }
    return 0;
}
