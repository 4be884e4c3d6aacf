/* Between text and binary: godwit/text.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "text/print.h"
#include "text/wat.h"

/* The allocator without a hook is the C library's, so the caller may free
 * what comes from it. */
static enum gw_err
give(enum gw_err err, uint8_t *bytes, size_t size, wasm_byte_vec_t *out)
{
    wasm_byte_vec_new_empty(out);
    if (err == GW_OK) {
        out->data = (char *)bytes;
        out->size = size;
    }
    return err;
}

enum gw_err
gw_capi_text_to_binary(const void *text, size_t size, wasm_byte_vec_t *out,
                       struct gw_diag *diag)
{
    const struct gw_wat_options options = { .names = true };
    struct gw_alloc alloc;
    uint8_t *bytes = NULL;
    size_t bytes_size = 0;

    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    enum gw_err err = gw_wat_to_wasm(gw_span(text, size), &options, &alloc,
                                     diag, &bytes, &bytes_size);
    return give(err, bytes, bytes_size, out);
}

/* Past blanks, text begins with a parenthesis or a comment. */
bool
gw_capi_is_text(const void *bytes, size_t size)
{
    const char *at = bytes, *end = at + size;
    while (at < end &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at < end && (*at == '(' || *at == ';');
}

godwit_error_t *
godwit_text_to_binary(const void *text, size_t size, wasm_byte_vec_t *out)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    gw_capi_text_to_binary(text, size, out, &diag);
    return gw_error_new(&diag);
}

godwit_error_t *
godwit_text_from_module(const wasm_module_t *module, bool folded,
                        wasm_byte_vec_t *out)
{
    const struct gw_print_options options = { .folded = folded };
    struct gw_span binary = gw_handle_program(module)->module->bytes;
    struct gw_alloc alloc;
    struct gw_diag diag;
    uint8_t *bytes = NULL;
    size_t size = 0;

    gw_diag_init(&diag);
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    enum gw_err err = gw_wasm_to_wat(binary, &options, &alloc, &diag, &bytes,
                                     &size);
    give(err, bytes, size, out);
    return gw_error_new(&diag);
}
