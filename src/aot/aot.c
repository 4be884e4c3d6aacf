#include "aot/aot.h"

#include "os/os.h"
#include "wasm/limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plug-in ---- */

static const char library[] = "libgodwit-llvm.so";

static const struct gw_plugin *
open_plugin(const char *path, const char **reason)
{
    union {
        void *data;
        gw_plugin_fn *function;
    } entry;
    entry.data = gw_os_plugin_find(path, GW_PLUGIN_ENTRY, reason);
    return entry.data ? entry.function() : NULL;
}

/* Where $GODWIT_LLVM says; else beside this library or command, or in lib
 * beside it; else where the system looks. */
static const struct gw_plugin *
search(const char **reason)
{
    static const char *const places[] = { "%s/%s", "%s/../lib/%s" };
    char folder[2048], path[sizeof(folder) + 64];
    const char *given = getenv("GODWIT_LLVM");
    if (given)
        return open_plugin(given, reason);
    for (int i = 0; i < 2 && gw_os_own_folder(folder, sizeof(folder)); i++) {
        snprintf(path, sizeof(path), places[i], folder, library);
        const struct gw_plugin *plugin = open_plugin(path, reason);
        if (plugin)
            return plugin;
    }
    return open_plugin(library, reason);
}

enum gw_err
gw_aot_find_plugin(struct gw_diag *diag, const struct gw_plugin **plugin)
{
    const char *reason = NULL;
    *plugin = search(&reason);
    if (!*plugin)
        return gw_diag_report(diag, GW_ERR_NOT_FOUND, GW_NO_OFFSET,
                              "no compiler: %s is not here (%.100s); build "
                              "godwit with LLVM 18 or newer (Debian: "
                              "llvm-dev), or set GODWIT_LLVM to its path",
                              library, reason ? reason : "");
    if ((*plugin)->version == GW_PLUGIN_VERSION &&
        (*plugin)->abi == gw_native_abi())
        return GW_OK;
    *plugin = NULL;
    return gw_diag_report(diag, GW_ERR_UNSUPPORTED, GW_NO_OFFSET,
                          "%s belongs to another version of godwit", library);
}

struct gw_plugin_request
gw_aot_request(const struct gw_config *config, struct gw_span module)
{
    return (struct gw_plugin_request){
        .module = module,
        .config = config,
        .machine = gw_machine_host(),
        .cpu = gw_machine_features(),
        .level = (uint32_t)config->values[GW_OPTION_OPTIMISE],
        .jobs = (uint32_t)config->values[GW_OPTION_JOBS],
        .polls = config->values[GW_OPTION_SAFEPOINTS] != 0,
    };
}

/* ---- images ---- */

struct image {
    struct gw_native native;
    struct gw_engine *engine;
    uint8_t *pages; /* NULL: it is the program's file */
    size_t size;
};

static void
release(struct gw_native *native)
{
    struct image *image = (struct image *)native;
    if (image->pages)
        gw_os_release(image->pages, image->size);
    gw_alloc_free(&image->engine->alloc, image, sizeof(*image));
}

static struct gw_native_table
table(struct gw_span bytes, enum gw_artifact_section section)
{
    struct gw_span span = gw_artifact_section(bytes, section);
    return (struct gw_native_table){ (const void *)span.data,
                                     (uint32_t)(span.size /
                                                sizeof(struct gw_native_row)) };
}

static void
fill(struct gw_native *native, struct gw_span bytes)
{
    const struct gw_artifact_header *header = (const void *)bytes.data;
    struct gw_span text = gw_artifact_section(bytes, GW_ARTIFACT_TEXT);
    struct gw_span entries = gw_artifact_section(bytes, GW_ARTIFACT_ENTRIES);
    struct gw_span tails = gw_artifact_section(bytes, GW_ARTIFACT_TAILS);
    struct gw_span adapters = gw_artifact_section(bytes, GW_ARTIFACT_ADAPTERS);
    struct gw_span rules = gw_artifact_section(bytes, GW_ARTIFACT_RULES);
    struct gw_span pads = gw_artifact_section(bytes, GW_ARTIFACT_PADS);
    *native = (struct gw_native){
        .text = text.data,
        .text_size = (uint32_t)text.size,
        .func_count = (uint32_t)(entries.size / sizeof(uint32_t)),
        .type_count = (uint32_t)(adapters.size / sizeof(uint32_t)),
        .entries = (const void *)entries.data,
        .tails = tails.size ? (const void *)tails.data : NULL,
        .adapters = (const void *)adapters.data,
        .funcs = table(bytes, GW_ARTIFACT_FUNCS),
        .lines = table(bytes, GW_ARTIFACT_LINES),
        .frames = table(bytes, GW_ARTIFACT_FRAMES),
        .rules = (const void *)rules.data,
        .rule_count = (uint32_t)(rules.size / sizeof(struct gw_native_rule)),
        .pads = (const void *)pads.data,
        .pad_count = (uint32_t)(pads.size / sizeof(struct gw_native_pad)),
        .compiled = header->compiled,
        .release = release,
    };
}

static enum gw_err
check_fit(const struct gw_program *program, struct gw_span bytes,
          struct gw_diag *diag)
{
    const struct gw_artifact_header *header = (const void *)bytes.data;
    const struct gw_module *module = program->module;
    struct gw_span own = gw_artifact_section(bytes, GW_ARTIFACT_MODULE);
    const uint64_t *values = program->engine->config.values;
    bool guarded = values[GW_OPTION_MEMORY] == GW_MEMORY_GUARDED;
    const char *what = NULL;
    if (header->abi != gw_native_abi() || !gw_native_supported())
        what = "another version of godwit";
    else if (header->machine != (uint32_t)gw_machine_host())
        what = "another machine";
    else if (header->cpu & ~gw_machine_features())
        what = "a processor that has more than this one";
    else if ((header->guarded != 0) != guarded)
        what = "another layout of memories";
    else if (own.size != module->bytes.size ||
             memcmp(own.data, module->bytes.data, own.size) != 0)
        what = "another module";
    if (what)
        return gw_diag_report(diag, GW_ERR_UNSUPPORTED, GW_NO_OFFSET,
                              "the artifact was made for %s", what);
    struct gw_span entries = gw_artifact_section(bytes, GW_ARTIFACT_ENTRIES);
    struct gw_span tails = gw_artifact_section(bytes, GW_ARTIFACT_TAILS);
    struct gw_span adapters = gw_artifact_section(bytes, GW_ARTIFACT_ADAPTERS);
    uint64_t defined = module->func_count - module->imported[GW_EXTERN_FUNC];
    if (entries.size / sizeof(uint32_t) == defined &&
        (tails.size == 0 || tails.size == entries.size) &&
        adapters.size / sizeof(uint32_t) == module->types.count)
        return GW_OK;
    return gw_diag_report(diag, GW_ERR_MALFORMED, GW_NO_OFFSET,
                          "damaged artifact: it does not cover its module");
}

/* Every function that has an entry must have an adapter. */
static enum gw_err
check_adapters(const struct gw_program *program, const struct gw_native *native,
               struct gw_diag *diag)
{
    const struct gw_module *module = program->module;
    uint32_t first = module->imported[GW_EXTERN_FUNC];
    for (uint32_t i = 0; i < native->func_count; i++) {
        if (native->entries[i] != GW_NO_INDEX &&
            native->adapters[module->funcs[first + i].type] == GW_NO_INDEX)
            return gw_diag_report(diag, GW_ERR_MALFORMED, GW_NO_OFFSET,
                                  "damaged artifact: an adapter is missing");
    }
    return GW_OK;
}

/* Where the artifact is to be executed: in a copy on pages of its own, or in
 * place. */
static bool
place(struct image *image, struct gw_span *artifact, bool in_place)
{
    struct gw_span text = gw_artifact_section(*artifact, GW_ARTIFACT_TEXT);
    size_t page = gw_os_page_size(), at = (size_t)(text.data - artifact->data);
    size_t size = (artifact->size + page - 1) / page * page;
    uint8_t *base = (uint8_t *)(uintptr_t)artifact->data;
    if (!in_place || (uintptr_t)base % page != 0) {
        base = image->pages = gw_os_reserve(size);
        image->size = size;
        if (!base || !gw_os_commit(base, size))
            return false;
        memcpy(base, artifact->data, artifact->size);
        artifact->data = base;
    }
    return at == size || gw_os_make_code(base + at, size - at);
}

enum gw_err
gw_aot_load(struct gw_program *program, struct gw_span artifact,
            struct gw_diag *diag)
{
    struct gw_engine *engine = program->engine;
    bool in_place = artifact.data == program->file.data;
    enum gw_err err = gw_artifact_check(artifact, diag);
    if (err == GW_OK)
        err = check_fit(program, artifact, diag);
    if (err != GW_OK)
        return err;
    struct image *image = gw_alloc_zero(&engine->alloc, 1, sizeof(*image));
    if (!image)
        return gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET,
                              "out of memory for machine code");
    image->engine = engine;
    if (place(image, &artifact, in_place)) {
        fill(&image->native, artifact);
        err = check_adapters(program, &image->native, diag);
    } else {
        err = gw_diag_report(diag, GW_ERR_SYSTEM, GW_NO_OFFSET,
                             "the system gives no memory for machine code");
    }
    if (err == GW_OK)
        program->native = &image->native;
    else
        release(&image->native);
    return err;
}

/* ---- the compiler of an engine ---- */

static enum gw_err
open_file(struct gw_engine *engine, struct gw_span *bytes, struct gw_diag *diag)
{
    if (!gw_artifact_is(*bytes))
        return GW_OK;
    if (!engine->config.values[GW_OPTION_UNTRUSTED_CODE])
        return gw_diag_report(diag, GW_ERR_DENIED, GW_NO_OFFSET,
                              "this is machine code, which cannot be checked: "
                              "allow-untrusted-code runs it");
    enum gw_err err = gw_artifact_check(*bytes, diag);
    if (err == GW_OK)
        *bytes = gw_artifact_section(*bytes, GW_ARTIFACT_MODULE);
    return err;
}

/* Fuel, frames that move at every safepoint, NaNs that are all the canonical
 * one, and continuations are the interpreter's. */
static bool
may_run(const struct gw_program *program)
{
    const struct gw_module *module = program->module;
    const uint64_t *values = program->engine->config.values;
    return gw_native_supported() && !values[GW_OPTION_METER] &&
           !values[GW_OPTION_SAFEPOINT_TEST] &&
           !values[GW_OPTION_DETERMINISTIC] &&
           values[GW_OPTION_TIER] != GW_TIER_INTERP &&
           module->func_count > module->imported[GW_EXTERN_FUNC] &&
           !(module->features & GW_FEATURE_BIT(STACK_SWITCHING));
}

static enum gw_err
compile(struct gw_program *program, struct gw_diag *diag)
{
    const struct gw_plugin *plugin;
    enum gw_err err = gw_aot_find_plugin(diag, &plugin);
    if (err != GW_OK)
        return err;
    struct gw_plugin_request request = gw_aot_request(&program->engine->config,
                                                      program->module->bytes);
    struct gw_plugin_result result;
    if (plugin->compile(&request, &result))
        err = gw_aot_load(program, gw_span(result.data, result.size), diag);
    else
        err = gw_diag_report(diag, result.diag.err, result.diag.offset, "%s",
                             result.diag.text);
    free(result.data);
    return err;
}

static enum gw_err
prepare(struct gw_program *program, struct gw_span file, struct gw_diag *diag)
{
    if (!may_run(program))
        return GW_OK;
    if (gw_artifact_is(file))
        return gw_aot_load(program, file, diag);
    if (program->engine->config.values[GW_OPTION_TIER] != GW_TIER_AOT)
        return GW_OK;
    return compile(program, diag);
}

const struct gw_compiler gw_aot_compiler = { open_file, prepare };
