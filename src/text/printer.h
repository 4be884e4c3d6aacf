/*
 * The printer, inside.
 *
 * It reads the binary format itself, not a decoded module: what it prints is
 * what stands there, index by index, also where validation would merge types.
 * A first walk finds sections, names, and the types that the shapes of
 * functions and blocks depend on; a second prints section by section.
 */
#ifndef GW_TEXT_PRINTER_H
#define GW_TEXT_PRINTER_H

#include "base/arena.h"
#include "base/map.h"
#include "base/reader.h"
#include "base/vec.h"
#include "text/buf.h"
#include "text/print.h"
#include "wasm/op.h"

enum { PRINT_SECTIONS = 14, PRINT_NAMES = 12 };

/* Names of one index space; all spans point into the module. */
struct print_name {
    struct gw_span text; /* data NULL: none */
    bool is_id;          /* can be an identifier: the first of its name */
};

struct print_names {
    struct print_name *items;
    uint32_t count;
};

/* The name map of one function's locals or labels, or one type's fields. */
struct print_map {
    uint32_t index;
    struct gw_span bytes;
};

struct print_type {
    uint32_t params, results; /* of function types */
    uint32_t fields;          /* of structures */
    struct gw_span signature; /* from the number of parameters on; else 0 */
    uint64_t offset;          /* of signature in the module */
};

struct print_custom {
    struct gw_span name, bytes;
    uint8_t after; /* id of the section before it, 0: none */
};

/* A node of the tree that folded printing makes of a body. */
struct print_node {
    uint32_t text, text_size; /* in pr->texts */
    uint32_t parent, first, last, next;
    uint32_t depth; /* of what is below it */
    bool single;    /* leaves one value */
};

/* A block that is open. */
struct print_frame {
    enum gw_op op;
    uint32_t base; /* of its nodes in pr->stack */
    uint32_t node; /* of the block */
    uint32_t body; /* of the part being read: do, then …; or the block's */
    bool single;
};

struct gw_printer {
    struct gw_alloc *alloc;
    struct gw_diag *diag;
    struct gw_print_options options;
    struct gw_span wasm;
    struct gw_arena arena;
    struct gw_arena item_arena; /* names in the function or type at hand */
    struct gw_buf out;
    struct gw_reader reader; /* of the section being printed */
    bool failed;

    struct gw_span sections[PRINT_SECTIONS];
    struct gw_vec customs; /* struct print_custom */
    struct gw_span module_name;
    struct print_names names[PRINT_NAMES];
    struct gw_vec maps[3]; /* struct print_map: locals, labels, fields */
    size_t map_cursor[3];
    struct gw_vec types;  /* struct print_type */
    struct gw_vec funcs;  /* uint32_t: type indices, imports first */
    uint32_t counts[5];   /* of things printed so far, by kind */
    struct gw_span hints; /* contents of the branch hint section */

    /* One function. */
    struct print_names locals, labels;
    uint32_t label_count;
    struct gw_reader hint_reader;
    uint32_t hint_count, hint_offset, hint_value;
    struct gw_vec frames; /* struct print_frame */
    struct gw_vec nodes;  /* struct print_node */
    struct gw_vec stack;  /* uint32_t: nodes whose place is not known yet */
    struct gw_buf texts;
};

/* A longer name is written once, as an annotation: as an identifier it would
 * be repeated at every use. */
enum { PRINT_ID_MAX = 1024 };

enum { PRINT_LOCALS, PRINT_LABELS, PRINT_FIELDS };

/* ---- print_name.c ------------------------------------------------------------ */

void gw_print_nomem(struct gw_printer *pr);
void gw_print_read_names(struct gw_printer *pr, struct gw_span section);
/* Ends what gw_print_find_map has returned. */
void gw_print_end_item(struct gw_printer *pr);
/* The map of an item; index must not fall from call to call. */
struct print_names gw_print_find_map(struct gw_printer *pr, uint32_t which,
                                     uint32_t index);
void gw_print_string(struct gw_buf *out, struct gw_span bytes);
/* " $name" or nothing; then " (@name …)" where it cannot be an identifier. */
void gw_print_id(struct gw_buf *out, const struct print_names *names,
                 uint32_t index);
/* A use: "$name" or a number. */
void gw_print_ref(struct gw_buf *out, const struct print_names *names,
                  uint32_t index);

/* ---- print_type.c -------------------------------------------------------------- */

void gw_print_heaptype(struct gw_printer *pr, struct gw_reader *reader,
                       struct gw_buf *out);
void gw_print_valtype(struct gw_printer *pr, struct gw_reader *reader,
                      struct gw_buf *out);
/* From its first byte: the rest of (ref …) for the codes 0x63 and 0x64. */
void gw_print_valtype_code(struct gw_printer *pr, struct gw_reader *reader,
                           uint8_t code, struct gw_buf *out);
/* Returns how many types the list has. */
uint32_t gw_print_valtypes(struct gw_printer *pr, struct gw_reader *reader,
                           struct gw_buf *out);
/* " (type x) (param …) (result …)"; locals: names of the parameters. */
void gw_print_typeuse(struct gw_printer *pr, uint32_t type,
                      const struct print_names *locals, struct gw_buf *out);
/* " (param …) (result …)" of the signature that stands at reader. */
void gw_print_signature(struct gw_printer *pr, struct gw_reader *reader,
                        const struct print_names *locals, struct gw_buf *out);
void gw_print_types(struct gw_printer *pr);
/* The first walk over types. */
void gw_print_scan_types(struct gw_printer *pr);
void gw_print_memtype(struct gw_printer *pr, struct gw_reader *reader,
                      struct gw_buf *out);
void gw_print_tabletype(struct gw_printer *pr, struct gw_reader *reader,
                        struct gw_buf *out);
void gw_print_globaltype(struct gw_printer *pr, struct gw_reader *reader,
                         struct gw_buf *out);

/* ---- print_imm.c ------------------------------------------------------------------ */

/* What an instruction does to the operand stack, as far as folding cares. */
struct print_effect {
    uint32_t pops;
    bool single; /* leaves exactly one value */
};

/* Reads an operator and its immediates and appends their text; GW_OP_NONE
 * after a failure.  For blocks the label's name comes from pr->labels. */
enum gw_op gw_print_operator(struct gw_printer *pr, struct gw_reader *reader,
                             struct gw_buf *out, struct print_effect *effect);

/* ---- print_body.c ----------------------------------------------------------------- */

/* The instructions of a body up to its last end, to pr->out, each line
 * indented; reader stands behind the locals, start at the body. */
void gw_print_body(struct gw_printer *pr, struct gw_reader *reader,
                   const uint8_t *start);
/* A constant expression with its end, folded in one line, " (…)". */
void gw_print_constant(struct gw_printer *pr, struct gw_reader *reader,
                       struct gw_buf *out);

#endif
