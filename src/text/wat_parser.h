/*
 * [DOC] The text reader, inside.
 *
 * The text is read in three passes over its fields, none of which builds a
 * tree; what is kept is names, and bytes that are already in binary form.
 *
 *   1. Every field is walked over, parenthesis by parenthesis, to give its
 *      identifier an index: a body may name what is defined below it.
 *   2. Type definitions are encoded, so that type uses can be compared.
 *   3. Other fields are encoded in their order, each to the end of its
 *      section; type uses without a definition add one at the end.
 *
 * Instructions are read with an explicit stack of frames.  A folded
 * instruction waits in `pending`, already encoded, until its operands have
 * been written.
 *
 * Failure is sticky: after the first the token is GW_TOK_EOF for ever, so
 * every loop ends and nothing checks results on the way.
 */
#ifndef GW_TEXT_WAT_PARSER_H
#define GW_TEXT_WAT_PARSER_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "text/buf.h"
#include "text/lex.h"
#include "text/wat.h"
#include "wasm/op.h"

/* Index spaces; the order of the first eight is that of the name section's
 * subsections where it can be. */
enum gw_space {
    GW_SPACE_FUNC,
    GW_SPACE_TABLE,
    GW_SPACE_MEMORY,
    GW_SPACE_GLOBAL,
    GW_SPACE_TAG, /* up to here: enum gw_extern */
    GW_SPACE_TYPE,
    GW_SPACE_ELEM,
    GW_SPACE_DATA,
    GW_SPACE_LOCAL,
    GW_SPACE_COUNT
};

enum { GW_SECTION_SLOTS = 14, GW_NAME_SLOTS = 12 };

struct wat_space {
    struct gw_map names;
    uint32_t count;
};

struct wat_section {
    struct gw_buf buf;
    uint32_t count;
};

struct wat_type {
    struct gw_span signature; /* a function type's bytes; size 0: not one */
    uint32_t params;
    struct gw_map *fields; /* names of a structure's fields, or NULL */
};

struct wat_field {
    size_t start; /* position of its parenthesis */
    bool is_type; /* type or rec */
};

struct wat_label {
    struct gw_span name;
    uint32_t outer; /* index of the label of the same name it hides */
};

/* Where the reader of instructions stands; wat_instr.c tells more. */
/* What stands behind the keyword of a block: an identifier, or {NULL, 0}, and
 * the place of a @name annotation, or GW_NO_POSITION. */
struct wat_block_id {
    struct gw_span id;
    size_t name_at;
};

struct wat_frame {
    uint8_t state;             /* enum state there */
    uint8_t clause;            /* else, catch_all: what has been seen */
    uint16_t op;               /* enum gw_op */
    uint32_t hint;             /* branch hint of the operator, or GW_NO_INDEX */
    size_t mark;               /* where its bytes begin in `pending` */
    size_t at;                 /* position in the text, for reports */
    struct wat_block_id label; /* of a folded if, until it is bound */
};

/* A custom section: bytes in custom_bytes, and where it goes. */
struct wat_custom {
    size_t start, size;
    uint32_t place;
};

/* One subsection of the name section.  Indirect ones (locals, labels,
 * fields) collect the inner map of one item first. */
struct wat_names {
    struct gw_buf buf, inner;
    uint32_t count, inner_count;
};

struct gw_wat {
    struct gw_lex lex;
    struct gw_token token, next;
    struct gw_wat_options options;
    struct gw_alloc *alloc;
    struct gw_arena arena; /* names with escapes, signatures, field maps */
    struct gw_op_names ops;
    bool scanning; /* the first pass */

    struct wat_space spaces[GW_SPACE_COUNT];
    struct gw_vec fields; /* struct wat_field */
    struct gw_vec types;  /* struct wat_type */
    struct gw_map signatures;
    const char *defined; /* first kind of thing defined and not imported */

    /* One function body or constant expression. */
    struct gw_vec frames; /* struct wat_frame */
    struct gw_vec labels; /* struct wat_label */
    struct gw_map label_names;
    uint32_t label_ordinal; /* how many blocks the function has had */
    struct gw_buf code, pending;
    struct wat_section hints; /* of this function */
    bool in_function;
    uint32_t hint; /* of the instruction being read, or GW_NO_INDEX */

    struct gw_buf params, results, signature, scratch;

    struct wat_section sections[GW_SECTION_SLOTS];
    struct wat_section branch_hints;
    struct wat_names names[GW_NAME_SLOTS];
    struct gw_vec customs; /* struct wat_custom */
    struct gw_buf custom_bytes;
    bool needs_data_count, has_module_name;
};

/* ---- wat_base.c: tokens, names, indices -------------------------------- */

bool gw_wat_init(struct gw_wat *p, struct gw_span text,
                 const struct gw_wat_options *options, struct gw_alloc *alloc,
                 struct gw_diag *diag);
void gw_wat_fini(struct gw_wat *p);

void gw_wat_fail(struct gw_wat *p, const char *format, ...) GW_PRINTF(2, 3);
/* The current token cannot stand here. */
void gw_wat_unexpected(struct gw_wat *p);
void gw_wat_nomem(struct gw_wat *p);
/* Makes a failed buffer the parser's failure. */
void gw_wat_check(struct gw_wat *p, const struct gw_buf *buf);

void gw_wat_seek(struct gw_wat *p, size_t at);
void gw_wat_advance(struct gw_wat *p);
/* Is the current token this keyword?  Is it a parenthesis before it? */
bool gw_wat_at(const struct gw_wat *p, const char *keyword);
bool gw_wat_at_open(const struct gw_wat *p, const char *keyword);
/* As above, and if so goes behind. */
bool gw_wat_take(struct gw_wat *p, const char *keyword);
bool gw_wat_take_open(struct gw_wat *p, const char *keyword);
void gw_wat_expect(struct gw_wat *p, enum gw_tok kind);
/* Skips from behind an opening parenthesis to behind its closing one. */
void gw_wat_skip(struct gw_wat *p);

/* Is the word one that the text format knows (else: "unknown operator")? */
bool gw_wat_is_keyword(const struct gw_wat *p, struct gw_span word);

/* The name that an identifier token stands for. */
struct gw_span gw_wat_id(struct gw_wat *p, const struct gw_token *token);
/* A string token's bytes, in `scratch` until the next call; then goes on. */
struct gw_span gw_wat_string(struct gw_wat *p);
/* The same, which must be UTF-8. */
struct gw_span gw_wat_name(struct gw_wat *p);
/* A natural number at most max. */
uint64_t gw_wat_nat(struct gw_wat *p, uint64_t max, const char *type);

const char *gw_wat_space_name(enum gw_space space);
/* Gives the next index of a space to the name. */
void gw_wat_bind(struct gw_wat *p, enum gw_space space, struct gw_span name);
bool gw_wat_at_index(const struct gw_wat *p);
uint32_t gw_wat_index(struct gw_wat *p, enum gw_space space);
/* The same, 0 when no index stands here. */
uint32_t gw_wat_index_or_0(struct gw_wat *p, enum gw_space space);
void gw_wat_clear_locals(struct gw_wat *p);

/* ---- wat_type.c ---------------------------------------------------------- */

/* The words for bytes of the binary format, or NULL: number and packed types,
 * abstract heap types, nullable references to those. */
const char *gw_wat_number_name(uint8_t byte);
const char *gw_wat_heap_name(uint8_t byte);
const char *gw_wat_ref_name(uint8_t byte);

/* What identifiers of parameters mean. */
enum wat_params { WAT_PARAMS_PLAIN, WAT_PARAMS_IGNORE, WAT_PARAMS_BIND };

void gw_wat_valtype(struct gw_wat *p, struct gw_buf *out);
void gw_wat_reftype(struct gw_wat *p, struct gw_buf *out);
bool gw_wat_at_reftype(const struct gw_wat *p);
/* The same in parts: the heap type to out, whether null is in. */
bool gw_wat_reftype_parts(struct gw_wat *p, struct gw_buf *out);
void gw_wat_heaptype(struct gw_wat *p, struct gw_buf *out);
/* Returns the type index of a type use. */
uint32_t gw_wat_typeuse(struct gw_wat *p, enum wat_params params);
void gw_wat_blocktype(struct gw_wat *p, struct gw_buf *out);
void gw_wat_globaltype(struct gw_wat *p, struct gw_buf *out);
/* A type or rec field. */
void gw_wat_type_field(struct gw_wat *p);
uint32_t gw_wat_field_index(struct gw_wat *p, uint32_t type);

struct wat_limits {
    uint64_t min, max;
    bool has_max, is64, shared, has_page;
    uint32_t page_log2;
};

/* "i32" or "i64" before limits. */
void gw_wat_addrtype(struct gw_wat *p, struct wat_limits *limits);
void gw_wat_limits(struct gw_wat *p, struct wat_limits *limits);
void gw_wat_pagetype(struct gw_wat *p, struct wat_limits *limits);
void gw_wat_put_limits(struct gw_buf *out, const struct wat_limits *limits);

/* ---- wat_imm.c and wat_instr.c ------------------------------------------- */

/* Takes a keyword that is an operator; GW_OP_NONE and a failure if not. */
enum gw_op gw_wat_take_op(struct gw_wat *p);
/* Writes the operator and the immediates that stand here.  Of operators with
 * one text it chooses the one that the immediates ask for. */
void gw_wat_op(struct gw_wat *p, enum gw_op op, struct gw_buf *out);
void gw_wat_put_op(struct gw_buf *out, enum gw_op op);
uint32_t gw_wat_label(struct gw_wat *p);
/* A number of 8 to 64 bits, as its bits. */
uint64_t gw_wat_number(struct gw_wat *p, uint32_t bits, bool is_float);

/* The shape that opens a vector's lanes. */
struct wat_shape {
    const char *text;
    uint32_t bits; /* of one lane */
    bool is_float;
};
bool gw_wat_shape(struct gw_wat *p, struct wat_shape *shape);

/* Instructions up to a parenthesis that closes; to p->code. */
void gw_wat_instrs(struct gw_wat *p);
/* An expression: p->code is cleared first and ends with `end`. */
void gw_wat_expr(struct gw_wat *p);
/* One folded instruction as an expression. */
void gw_wat_folded_expr(struct gw_wat *p);

/* ---- wat_field.c ---------------------------------------------------------- */

void gw_wat_field(struct gw_wat *p);

/* ---- wat_annotation.c: annotations, names, custom sections --------------- */

/* Takes annotations before a field, or before the end of the module. */
void gw_wat_module_annotations(struct gw_wat *p, bool after_id);
/* Takes an optional @name; name is the identifier or {NULL, 0}.  Stores the
 * name of item `index` in a subsection of the name section. */
void gw_wat_note_name(struct gw_wat *p, uint32_t subsection, uint32_t index,
                      struct gw_span name);
/* The place of the @name annotation before the current token, which is taken,
 * or GW_NO_POSITION; and to store the name there, or else the identifier. */
size_t gw_wat_take_label_name(struct gw_wat *p);
void gw_wat_note_label(struct gw_wat *p, uint32_t index,
                       const struct wat_block_id *id);
/* Ends the inner map of item `index` of an indirect subsection. */
void gw_wat_end_names(struct gw_wat *p, uint32_t subsection, uint32_t index);
/* Takes an optional branch hint before an instruction. */
void gw_wat_take_hint(struct gw_wat *p);
/* Reports annotations that nothing has taken. */
void gw_wat_misplaced(struct gw_wat *p);
/* Custom sections placed at 2 * rank (before) or 2 * rank + 1 (after). */
void gw_wat_put_customs(struct gw_wat *p, uint32_t place, struct gw_buf *out);
/* Sections of the names and of the branch hints, if there are any. */
void gw_wat_put_names(struct gw_wat *p, struct gw_buf *out);
void gw_wat_put_hints(struct gw_wat *p, struct gw_buf *out);

/* The order of sections in a binary module; rows with id 0 are places for
 * custom sections only. */
struct wat_section_info {
    uint8_t id;
    const char *name;
};
enum { WAT_RANKS = 15 };
extern const struct wat_section_info gw_wat_ranks[WAT_RANKS];

enum {
    WAT_NAME_MODULE,
    WAT_NAME_FUNC,
    WAT_NAME_LOCAL,
    WAT_NAME_LABEL,
    WAT_NAME_TYPE,
    WAT_NAME_TABLE,
    WAT_NAME_MEMORY,
    WAT_NAME_GLOBAL,
    WAT_NAME_ELEM,
    WAT_NAME_DATA,
    WAT_NAME_FIELD,
    WAT_NAME_TAG
};

#endif
