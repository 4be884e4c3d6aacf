/* A build without the text format knows it when it sees it. */
#include "capi/error.h"

enum gw_err
gw_capi_text_to_binary(const void *text, size_t size, wasm_byte_vec_t *out,
                       struct gw_diag *diag)
{
    (void)text;
    (void)size;
    (void)out;
    return gw_diag_report(diag, GW_ERR_UNSUPPORTED, 0,
                          "this build reads no text: translate it first");
}
