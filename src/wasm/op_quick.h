/*
 * The quick part of the walk: operators of one byte whose table row alone
 * decides them, constants, locals, and accesses to the first memory.
 *
 * It does nothing that the general walk does not; it only does it faster, and
 * leaves an operator alone as soon as anything about it is unusual.  It is for
 * sinks; without one, most functions are done by the fast walk (op_fast.h).
 */
#ifndef GW_WASM_OP_QUICK_H
#define GW_WASM_OP_QUICK_H

#include "wasm/op_iter.h"

/* Walks as far as it can; the general walk takes the next operator.  Returns
 * false when the sink stopped the walk. */
bool gw_op_quick_run(struct gw_op_iter *it, const struct gw_sink *sink);

#endif
