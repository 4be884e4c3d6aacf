/* Ahead of time: godwit/compile.h. */
#include "aot/aot.h"
#include "capi/error.h"
#include "capi/heap.h"
#include "capi/store.h"

#include <stdlib.h>

static_assert((int)GODWIT_COMPILE_LLVM == GW_PLUGIN_LLVM &&
                  (int)GODWIT_COMPILE_ASSEMBLY == GW_PLUGIN_ASSEMBLY,
              "the outputs count alike");

static const struct godwit_compile_options standard;

static enum gw_err
aim(const struct godwit_compile_options *options,
    struct gw_plugin_request *request, struct gw_diag *diag)
{
    if (options->target)
        request->machine = gw_machine_find(options->target);
    if (request->machine == GW_MACHINE_NONE)
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "no code can be made for this machine; targets "
                              "are x86_64 and aarch64");
    if (!gw_machine_cpu(request->machine, options->cpu, &request->cpu))
        return gw_diag_report(diag, GW_ERR_ARGUMENT, GW_NO_OFFSET,
                              "the target has no processor of this name; of "
                              "this machine it is native, of x86_64 also "
                              "x86-64-v2, -v3 and -v4");
    request->output = (enum gw_plugin_output)options->output;
    return GW_OK;
}

static enum gw_err
compile(const struct gw_plugin_request *request, wasm_byte_vec_t *out,
        struct gw_diag *diag)
{
    const struct gw_plugin *plugin;
    struct gw_plugin_result result;
    enum gw_err err = gw_aot_find_plugin(diag, &plugin);
    if (err != GW_OK)
        return err;
    bool good = plugin->compile(request, &result);
    if (good)
        wasm_byte_vec_new(out, result.size, (const wasm_byte_t *)result.data);
    free(result.data);
    if (!good)
        *diag = result.diag;
    else if (!out->data)
        gw_diag_report(diag, GW_ERR_NOMEM, GW_NO_OFFSET, "out of memory");
    return diag->err;
}

godwit_error_t *
godwit_compile(wasm_engine_t *engine, const void *module, size_t size,
               const struct godwit_compile_options *options,
               wasm_byte_vec_t *out)
{
    bool text = gw_capi_is_text(module, size);
    wasm_byte_vec_t binary = { size, (wasm_byte_t *)(uintptr_t)module };
    struct gw_diag diag;
    gw_diag_init(&diag);
    enum gw_err err = GW_OK;
    wasm_byte_vec_new_empty(out);
    if (text)
        err = gw_capi_text_to_binary(module, size, &binary, &diag);
    if (err == GW_OK) {
        struct gw_plugin_request request = gw_aot_request(
            &engine->engine->config, gw_span(binary.data, binary.size));
        err = aim(options ? options : &standard, &request, &diag);
        if (err == GW_OK)
            compile(&request, out, &diag);
        if (text)
            wasm_byte_vec_delete(&binary);
    }
    return gw_error_new(&diag);
}
