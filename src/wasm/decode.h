/*
 * Decoding the sections of a module (spec 5.5) with their validation
 * (spec 3.5).  Private to decode*.c: what one decoding shares.
 *
 * Every reader starts at the module's first byte, so that positions are
 * offsets; a section's reader only ends early.  Functions that return bool
 * return false after a failure, which they have reported.
 */
#ifndef GW_WASM_DECODE_H
#define GW_WASM_DECODE_H

#include "wasm/gate.h"
#include "wasm/limit.h"
#include "wasm/op_iter.h"

enum gw_section_id {
    GW_SECTION_CUSTOM,
    GW_SECTION_TYPE,
    GW_SECTION_IMPORT,
    GW_SECTION_FUNCTION,
    GW_SECTION_TABLE,
    GW_SECTION_MEMORY,
    GW_SECTION_GLOBAL,
    GW_SECTION_EXPORT,
    GW_SECTION_START,
    GW_SECTION_ELEM,
    GW_SECTION_CODE,
    GW_SECTION_DATA,
    GW_SECTION_DATA_COUNT,
    GW_SECTION_TAG
};

struct gw_decoder {
    struct gw_module *module;
    const struct gw_decode_options *options;
    struct gw_alloc *alloc;
    struct gw_diag *diag;
    uint64_t allowed;        /* features */
    struct gw_op_iter iter;  /* for constant expressions */
    struct gw_reader reader; /* of the section */
    bool with_bodies;        /* walk them as the code section is read */
    uint32_t body_count;     /* in the code section */
    uint32_t data_count;     /* of the data count section */
    uint8_t last_rank;       /* place of the last section in the order */
};

/* One section's contents each: reads decoder->reader to its end. */
bool gw_decode_types(struct gw_decoder *decoder);
bool gw_decode_imports(struct gw_decoder *decoder);
bool gw_decode_functions(struct gw_decoder *decoder);
bool gw_decode_tables(struct gw_decoder *decoder);
bool gw_decode_memories(struct gw_decoder *decoder);
bool gw_decode_tags(struct gw_decoder *decoder);
bool gw_decode_globals(struct gw_decoder *decoder);
bool gw_decode_exports(struct gw_decoder *decoder);
bool gw_decode_start(struct gw_decoder *decoder);
bool gw_decode_elems(struct gw_decoder *decoder);
bool gw_decode_data_count(struct gw_decoder *decoder);
bool gw_decode_code(struct gw_decoder *decoder);
bool gw_decode_datas(struct gw_decoder *decoder);

/* Walks all bodies: in parallel when there is much code and options->jobs
 * lets it.  What is reported does not depend on that. */
bool gw_decode_bodies(struct gw_decoder *decoder);

/* Fails at `at` with GW_ERR_MALFORMED or GW_ERR_INVALID. */
bool gw_decode_malformed(struct gw_decoder *decoder, const uint8_t *at,
                         const char *format, ...) GW_PRINTF(3, 4);
bool gw_decode_invalid(struct gw_decoder *decoder, const uint8_t *at,
                       const char *format, ...) GW_PRINTF(3, 4);

/* Reads how many items follow and checks the limit. */
bool gw_decode_count(struct gw_decoder *decoder, enum gw_limit limit,
                     uint32_t *count);

/* How many of count items, each of min_size bytes or more, can be in what is
 * left, and one more: reading that one fails before it is complete.  Arrays
 * are made for so many, whatever a count claims. */
uint64_t gw_decode_room(const struct gw_decoder *decoder, uint32_t count,
                        size_t min_size);

/* An array in the module's arena, NULL after a failure. */
void *gw_decode_array(struct gw_decoder *decoder, uint64_t count, size_t size);

/* Lets the features in or fails; phrase as in gw_gate_check. */
bool gw_decode_feature(struct gw_decoder *decoder, uint64_t needed,
                       const uint8_t *at, const char *phrase);

/* A value type, or a reference type, checked against the features. */
gw_valtype gw_decode_valtype(struct gw_decoder *decoder);
gw_valtype gw_decode_reftype(struct gw_decoder *decoder);

/* A constant expression of the type. */
bool gw_decode_const(struct gw_decoder *decoder, gw_valtype type,
                     uint32_t global_limit, struct gw_expr *out);

/* An index below count: "unknown table 3". */
bool gw_decode_index(struct gw_decoder *decoder, const char *what,
                     uint32_t count, uint32_t *index);

#endif
