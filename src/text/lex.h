/*
 * Tokens of the text format, spec 6.3.
 *
 * A lexer is a position in borrowed text; copy it or set `at` to read again
 * from somewhere else.  The first failure is sticky: it goes to diag with
 * line and column, and every token after it is GW_TOK_EOF, so parsers may
 * run on and look at `failed` at leisure.
 *
 * Annotations are skipped like comments.  Of those that an implementation
 * gives a meaning (@custom, @name, @metadata.code.branch_hint) the token that
 * follows remembers where the first began.
 */
#ifndef GW_TEXT_LEX_H
#define GW_TEXT_LEX_H

#include "base/diag.h"
#include "text/buf.h"
#include "text/num.h"

enum gw_tok {
    GW_TOK_EOF,
    GW_TOK_LPAR,
    GW_TOK_RPAR,
    GW_TOK_KEYWORD,
    GW_TOK_NAT,
    GW_TOK_INT,
    GW_TOK_FLOAT,
    GW_TOK_ID,     /* $x or $"x" */
    GW_TOK_STRING, /* with its quotes */
    GW_TOK_RESERVED
};

#define GW_NO_POSITION SIZE_MAX

struct gw_token {
    enum gw_tok kind;
    size_t start, size;
    size_t annotation; /* where the first known one begins, or NO_POSITION */
};

struct gw_lex {
    struct gw_span text;
    size_t at;
    struct gw_diag *diag;
    bool failed;
    uint32_t base_line; /* added to the line that is reported */
};

/* Checks that text is UTF-8 and stands at its begin. */
void gw_lex_init(struct gw_lex *lex, struct gw_span text, struct gw_diag *diag);

void gw_lex_next(struct gw_lex *lex, struct gw_token *token);

/* Reports a failure at a position of the text; the class is
 * GW_ERR_SYNTAX unless another is given to the second form. */
void gw_lex_fail(struct gw_lex *lex, size_t at, const char *format, ...)
    GW_PRINTF(3, 4);
void gw_lex_fail_as(struct gw_lex *lex, enum gw_err err, size_t at,
                    const char *format, ...) GW_PRINTF(4, 5);

/* Line and column (in bytes) of a position, both from 1. */
void gw_lex_position(const struct gw_lex *lex, size_t at, uint32_t *line,
                     uint32_t *column);

static inline struct gw_span
gw_token_span(const struct gw_lex *lex, const struct gw_token *token)
{
    return gw_span(lex->text.data + token->start, token->size);
}

/* Appends the bytes that a string token, with its quotes, stands for. */
void gw_lex_string(struct gw_lex *lex, const struct gw_token *token,
                   struct gw_buf *out);

/* Skips white space and comments, but no annotation. */
void gw_lex_skip_space(struct gw_lex *lex);

/* Stands behind "(@id" of the annotation at position at and tells the id. */
struct gw_span gw_lex_annotation(struct gw_lex *lex, size_t at);
/* Skips to behind the parenthesis that closes the annotation. */
void gw_lex_skip_annotation(struct gw_lex *lex, size_t start);

/* May the byte stand in an identifier? */
bool gw_lex_is_idchar(uint8_t byte);

#endif
