/*
 * Private to the linker: an object's sections, once they have places.
 */
#ifndef GW_AOT_LLVM_LINK_INSIDE_H
#define GW_AOT_LLVM_LINK_INSIDE_H

#include "aot/llvm/link.h"

/* A section that is only read: its bytes, relocated, and the address that
 * they were relocated for.  Addresses have 32 bits: text begins at 0. */
struct gw_link_part {
    uint8_t *data;
    size_t size;
    uint32_t address;
};

/* Reads rules and landing pads.  GW_ERR_MALFORMED with a report. */
enum gw_err gw_link_frames(struct gw_link *link,
                           const struct gw_link_part *frame,
                           const struct gw_link_part *except);
enum gw_err gw_link_lines(struct gw_link *link,
                          const struct gw_link_part *line);

/* Adds a row, unless the table says the same already; one at the same place
 * takes the place of the last. */
bool gw_link_add_row(struct gw_vec *table, uint32_t at, uint32_t value);

#endif
