/*
 * Printing code for people: one line of text per operator, in the words of
 * the text format.  For inspection and debugging; text/ prints whole modules.
 *
 * Knows nothing of validity, only of the binary format; modules are only
 * read.  No allocation: long immediates are cut off with "...".
 */
#ifndef GW_WASM_PRINT_H
#define GW_WASM_PRINT_H

#include "wasm/module.h"
#include "wasm/op_read.h"

struct gw_print_line {
    uint32_t offset;  /* of the operator in the module */
    uint32_t depth;   /* how far to indent: blocks around it */
    const char *text; /* valid during the call; without a newline */
};

struct gw_print_sink {
    void *self;
    /* Returns false to stop. */
    bool (*line)(void *self, const struct gw_print_line *line);
};

/* Writes one operator with its immediates; always terminates.  Returns the
 * length of what was written. */
size_t gw_print_op(const struct gw_module *module, enum gw_op op,
                   const struct gw_imm *imm, char *buffer, size_t size);

/* Prints a defined function: its type and locals, then its operators.  Fails
 * with GW_ERR_MALFORMED where the code does not decode. */
enum gw_err gw_print_func(const struct gw_module *module, uint32_t func,
                          const struct gw_print_sink *sink,
                          struct gw_diag *diag);

/* Prints a constant expression, without its end. */
enum gw_err gw_print_expr(const struct gw_module *module, struct gw_expr expr,
                          const struct gw_print_sink *sink,
                          struct gw_diag *diag);

#endif
