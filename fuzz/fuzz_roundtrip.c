/*
 * A module made from the input, printed flat and folded, must read back as
 * the same bytes.
 */
#include "fuzz/gen.h"
#include "text/print.h"
#include "text/wat.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth, const char *what, const struct gw_diag *diag,
     struct gw_span text)
{
    const char *path = getenv("GODWIT_SAVE");
    if (truth)
        return;
    FILE *file = path ? fopen(path, "wb") : NULL;
    if (file) {
        fwrite(text.data, 1, text.size, file);
        fclose(file);
    }
    fprintf(stderr, "%s: %s at line %u\n", what, diag->text,
            (unsigned)diag->line);
    abort();
}

static void
round_trip(struct gw_span wasm, bool folded, struct gw_alloc *alloc)
{
    const struct gw_print_options print = { .folded = folded };
    const struct gw_wat_options read = { .names = true };
    uint8_t *text, *again;
    size_t text_size, again_size;
    struct gw_diag diag;
    gw_diag_init(&diag);
    must(gw_wasm_to_wat(wasm, &print, alloc, &diag, &text, &text_size) == GW_OK,
         "does not print", &diag, wasm);
    struct gw_span span = gw_span(text, text_size);
    must(gw_wat_to_wasm(span, &read, alloc, &diag, &again, &again_size) ==
             GW_OK,
         "does not read back", &diag, span);
    must(gw_span_equal(wasm, gw_span(again, again_size)),
         "reads back as something else", &diag, wasm);
    gw_alloc_free(alloc, again, again_size);
    gw_alloc_free(alloc, text, text_size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gen_options options = { .features = gw_features_executable };
    struct gen_module module;
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gen_module_init(&module, gw_span(data, size), &options);
    round_trip(gw_span(module.data, module.size), false, &alloc);
    round_trip(gw_span(module.data, module.size), true, &alloc);
    gen_module_fini(&module);
    if (alloc.used != 0)
        abort();
    return 0;
}
