/*
 * Valid modules out of any bytes.
 *
 * The bytes answer the generator's questions, one after the other; when they
 * have run out, the answer is always the simplest.  Equal bytes and equal
 * features give equal modules, on every machine.
 *
 * A module has functions of all kinds of types and, for each of them, two
 * exports "e0", "e1" ... without parameters that call it and leave numbers
 * only; memories are exported as "m0", globals as "g0", tables as "t0".  It
 * imports at most one function, "h" "mix", of two integers.  It ends: each
 * export has a small budget of loop turns and calls, kept in global 0.  What
 * a machine may choose, the bits of a NaN, is made canonical at once, so that
 * two engines must agree on every bit.
 */
#ifndef GW_FUZZ_GEN_H
#define GW_FUZZ_GEN_H

#include "base/span.h"
#include "wasm/op.h"

struct gen_options {
    uint64_t features; /* what the module may use */
    bool no_exnref;    /* no try_table, throw_ref and exnref: engines that
                          know exceptions in their legacy form only */
};

struct gen_module {
    uint8_t *data; /* to be freed with gen_module_fini */
    size_t size;
    uint32_t uses[GW_OP_COUNT]; /* how often each operator was written */
};

/* One to eight bytes number a seed, the lowest first, which stands for some
 * thousand bytes.  Ends the program when there is no memory. */
void gen_module_init(struct gen_module *module, struct gw_span input,
                     const struct gen_options *options);
void gen_module_seed(struct gen_module *module, uint64_t seed,
                     const struct gen_options *options);
void gen_module_fini(struct gen_module *module);

/* Operators that the generator knows how to write if features allow it. */
bool gen_knows(enum gw_op op);

/* What the imported function answers. */
static inline uint64_t
gen_mix(uint32_t a, uint64_t b)
{
    return (b ^ a) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

#endif
