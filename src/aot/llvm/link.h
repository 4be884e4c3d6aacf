/*
 * From LLVM's objects to an image: lays out code and constants, applies the
 * relocations that count from their own place, and reads from the tables for
 * debuggers and unwinders what rt/native.h wants to know.
 *
 * Symbols are f<function>, entry<function>, slow<type> and adapter<type>.
 */
#ifndef GW_AOT_LLVM_LINK_H
#define GW_AOT_LLVM_LINK_H

#include "aot/artifact.h"
#include "base/vec.h"

struct gw_link {
    /* Given. */
    struct gw_alloc *alloc;
    enum gw_machine machine;
    uint32_t func_count, type_count; /* numbers that symbols may have */
    struct gw_diag *diag;

    /* Made. */
    struct gw_vec text;   /* bytes */
    struct gw_vec funcs;  /* struct gw_native_row */
    struct gw_vec lines;  /* struct gw_native_row */
    struct gw_vec frames; /* struct gw_native_row */
    struct gw_vec rules;  /* struct gw_native_rule */
    struct gw_vec pads;   /* struct gw_native_pad */
    uint32_t *func_at;    /* places, or GW_NO_INDEX */
    uint32_t *entry_at;
    uint32_t *slow_at, *adapter_at;
};

enum gw_err gw_link_init(struct gw_link *link);
void gw_link_fini(struct gw_link *link);

/* Links objects; they must live until the end. */
enum gw_err gw_link_objects(struct gw_link *link, const struct gw_span *objects,
                            uint32_t count);

#endif
