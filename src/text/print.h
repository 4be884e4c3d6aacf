/*
 * Binary to text: prints a module so that the reader (text/wat.h) makes an
 * equal one of it.
 *
 * The module must be well formed (spec 5); it need not be valid, and indices
 * may point nowhere.  Names come from the name section: one that is free
 * becomes an identifier, another an annotation (@name "…").  Other custom
 * sections are printed as (@custom …), branch hints at their instructions.
 */
#ifndef GW_TEXT_PRINT_H
#define GW_TEXT_PRINT_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/span.h"

struct gw_print_options {
    bool folded; /* expressions nest; else one operator stands on each line */
};

/*
 * On success *out has *size bytes of UTF-8 from alloc, to be freed with
 * gw_alloc_free(alloc, *out, *size).  Fails with GW_ERR_MALFORMED and an
 * offset, GW_ERR_LIMIT or GW_ERR_NOMEM.  options may be NULL.
 */
enum gw_err gw_wasm_to_wat(struct gw_span wasm,
                           const struct gw_print_options *options,
                           struct gw_alloc *alloc, struct gw_diag *diag,
                           uint8_t **out, size_t *size);

#endif
