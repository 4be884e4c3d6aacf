/*
 * The part of TOML 1.0 that a policy needs: tables, arrays of tables, dotted
 * and quoted keys, strings on one line, integers, booleans, arrays, inline
 * tables, comments.  No floats, dates or strings over several lines: they
 * are refused by name.
 */
#ifndef GW_POLICY_TOML_H
#define GW_POLICY_TOML_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/span.h"

enum gw_toml_kind {
    GW_TOML_STRING,
    GW_TOML_INTEGER,
    GW_TOML_BOOLEAN,
    GW_TOML_ARRAY,
    GW_TOML_TABLE
};

/* A value; with all that belongs to it, it lives in the arena. */
struct gw_toml {
    enum gw_toml_kind kind;
    const char *key;  /* NULL: an element of an array */
    const char *text; /* strings; never with a NUL inside */
    int64_t number;   /* integers; booleans: 0 or 1 */
    struct gw_toml *first, **end, *next;
    uint32_t count; /* of children */
    uint32_t line, column;
    unsigned made; /* private: how, which says who may add to it */
};

struct gw_toml_bounds {
    uint64_t size, depth, keys;
};

/* Parses a whole text into own *out (a table).  GW_ERR_SYNTAX or _LIMIT with
 * line and column, _NOMEM. */
enum gw_err gw_toml_parse(struct gw_arena *arena, struct gw_span text,
                          const struct gw_toml_bounds *bounds,
                          struct gw_diag *diag, struct gw_toml **out);

/* Reports GW_ERR_SYNTAX at a node. */
enum gw_err gw_toml_wrong(const struct gw_toml *node, struct gw_diag *diag,
                          const char *format, ...) GW_PRINTF(3, 4);

#endif
