/* Decodes and validates whatever comes.  No crash, no leak, no more memory
 * than 32 times the input and a MiB, and the steps agree with the whole. */
#include "wasm/op_iter.h"

#include <stdlib.h>

static size_t used, peak;

static void *
resize(void *env, void *old, size_t old_size, size_t new_size)
{
    (void)env;
    used = used - old_size + new_size;
    if (used > peak)
        peak = used;
    if (new_size > 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static void
expect(bool good)
{
    if (!good)
        abort();
}

/* Decodes the sections, then the bodies from last to first. */
static enum gw_err
decode_in_steps(struct gw_span bytes, const struct gw_decode_options *options,
                struct gw_alloc *alloc)
{
    struct gw_module *module;
    struct gw_diag diag;
    gw_diag_init(&diag);
    enum gw_err err = gw_module_decode_sections(bytes, options, alloc, &diag,
                                                &module);
    if (err != GW_OK)
        return err;
    struct gw_op_iter iter;
    gw_op_iter_init(&iter, module, options, alloc);
    for (uint32_t func = module->func_count;
         func > module->imported[GW_EXTERN_FUNC] && err == GW_OK; func--)
        err = gw_op_iter_run(&iter, func - 1, NULL, &diag);
    gw_op_iter_fini(&iter);
    gw_module_delete(module);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_decode_options options;
    struct gw_alloc alloc;
    struct gw_diag diag;
    struct gw_module *module;
    gw_decode_options_init(&options);
    options.features = ~UINT64_C(0);
    options.validate_only = true;
    gw_alloc_init(&alloc, resize, NULL, SIZE_MAX);
    gw_diag_init(&diag);
    used = peak = 0;
    enum gw_err err = gw_module_decode(gw_span(data, size), &options, &alloc,
                                       &diag, &module);
    expect(peak <= 32 * size + (1u << 20));
    expect((err == GW_OK) == (module != NULL) && err == diag.err);
    expect(err == GW_OK || diag.text[0] != '\0');
    expect(err == GW_OK || err == GW_ERR_NOMEM || diag.offset <= size);
    gw_module_delete(module);
    expect((decode_in_steps(gw_span(data, size), &options, &alloc) == GW_OK) ==
           (err == GW_OK));
    expect(used == 0);
    return 0;
}
