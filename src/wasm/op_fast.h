/*
 * The fast walk: validates a function that is as functions mostly are, or
 * says nothing about it.
 *
 * It knows the types that are one byte in the binary format, blocks without
 * parameters and with one result at most, and code that can be reached.  A
 * function that has more than that, and one that is wrong, is left to the
 * general walk from its first byte on; so reports come from there alone.
 */
#ifndef GW_WASM_OP_FAST_H
#define GW_WASM_OP_FAST_H

#include "wasm/op_iter.h"

/* What a call does to the stack, one for each type of the module. */
struct gw_shape;

/* Makes one for each type, to be shared by iterators over the module, which
 * must be gone before; *out is NULL when they are not worth the memory.  False
 * when there is no memory. */
bool gw_shapes_new(const struct gw_module *module, struct gw_alloc *alloc,
                   struct gw_shape **out);
void gw_shapes_delete(struct gw_shape *shapes, const struct gw_module *module,
                      struct gw_alloc *alloc);

/* The state of one iterator's fast walk; NULL when there is no memory. */
struct gw_fast *gw_fast_new(struct gw_alloc *alloc);
void gw_fast_delete(struct gw_fast *fast, struct gw_alloc *alloc);

/* True: the function is valid, and what it uses is noted in it->features.
 * False: unknown. */
bool gw_fast_run(struct gw_op_iter *it, uint32_t func);

#endif
