/*
 * The gate: which features a module may use.
 *
 * A module is refused, never misread, when it uses a feature that the options
 * leave out or that no tier executes yet (the columns of feature.def).
 */
#ifndef GW_WASM_GATE_H
#define GW_WASM_GATE_H

#include "base/reader.h"
#include "wasm/module.h"

/* The set of features that options let in. */
uint64_t gw_gate_allowed(const struct gw_decode_options *options);

/* The features that writing a type needs.  An index needs typed references;
 * what it names was judged at its definition. */
uint64_t gw_gate_type(gw_valtype type);

/* Checks that needed is a part of allowed and notes it in *used; else fails
 * with GW_ERR_UNSUPPORTED at `at`.  phrase (may be NULL) goes before the
 * text: what the specification would say without the feature. */
bool gw_gate_check(struct gw_reader *reader, uint64_t allowed, uint64_t needed,
                   uint64_t *used, const uint8_t *at, const char *phrase);

#endif
