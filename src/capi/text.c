/* Between text and binary: godwit/text.h. */
#include "capi/error.h"
#include "capi/handle.h"
#include "capi/heap.h"
#include "text/wat.h"

bool
gw_capi_is_text(const void *bytes, size_t size)
{
    const char *at = bytes, *end = at + size;
    while (at < end &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at < end && (*at == '(' || *at == ';');
}

/* The allocator without a hook is the C library's, so the caller may free
 * what comes from it. */
enum gw_err
gw_capi_text_to_binary(const void *text, size_t size, wasm_byte_vec_t *out,
                       struct gw_diag *diag)
{
    const struct gw_wat_options options = { .names = true };
    struct gw_alloc alloc;
    uint8_t *bytes;
    size_t bytes_size;

    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    wasm_byte_vec_new_empty(out);
    enum gw_err err = gw_wat_to_wasm(gw_span(text, size), &options, &alloc,
                                     diag, &bytes, &bytes_size);
    if (err == GW_OK) {
        out->data = (char *)bytes;
        out->size = bytes_size;
    }
    return err;
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
    (void)module, (void)folded;
    wasm_byte_vec_new_empty(out);
    return gw_error_make(GW_ERR_UNSUPPORTED, "printing modules as text");
}
