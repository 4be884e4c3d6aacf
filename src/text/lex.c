#include "text/lex.h"

#include "base/utf8.h"

#include <stdarg.h>

/* Classes of bytes. */
enum {
    ID = 1,    /* idchar */
    PUNCT = 2, /* , ; [ ] { }: allowed in reserved tokens only */
    SPACE = 4,
    ILLEGAL = 8 /* outside of strings and comments */
};

#define X8(c) c, c, c, c, c, c, c, c
#define X16(c) X8(c), X8(c)

static const uint8_t classes[256] = {
    X8(ILLEGAL), ILLEGAL, SPACE, SPACE, ILLEGAL, ILLEGAL, SPACE, ILLEGAL,
    ILLEGAL, X16(ILLEGAL),
    /* 0x20: space ! " # $ % & ' ( ) * + , - . / */
    SPACE, ID, 0, ID, ID, ID, ID, ID, 0, 0, ID, ID, PUNCT, ID, ID, ID,
    /* 0x30: digits : ; < = > ? */
    X8(ID), ID, ID, ID, PUNCT, ID, ID, ID, ID,
    /* 0x40: @ A to Z [ \ ] ^ _ */
    X16(ID), X8(ID), ID, ID, ID, PUNCT, ID, PUNCT, ID, ID,
    /* 0x60: ` a to z { | } ~ DEL */
    X16(ID), X8(ID), ID, ID, ID, PUNCT, ID, PUNCT, ID, ILLEGAL, X16(ILLEGAL),
    X16(ILLEGAL), X16(ILLEGAL), X16(ILLEGAL), X16(ILLEGAL), X16(ILLEGAL),
    X16(ILLEGAL), X16(ILLEGAL)
};

bool
gw_lex_is_idchar(uint8_t byte)
{
    return classes[byte] == ID;
}

void
gw_lex_position(const struct gw_lex *lex, size_t at, uint32_t *line,
                uint32_t *column)
{
    uint32_t count = 1;
    size_t start = 0;
    for (size_t i = 0; i < at && i < lex->text.size; i++) {
        if (lex->text.data[i] == '\n') {
            count++;
            start = i + 1;
        }
    }
    size_t width = at - start + 1;
    *line = count + lex->base_line;
    *column = width > UINT32_MAX ? UINT32_MAX : (uint32_t)width;
}

static void
fail_v(struct gw_lex *lex, enum gw_err err, size_t at, const char *format,
       va_list args)
{
    if (lex->failed)
        return;
    lex->failed = true;
    if (!lex->diag || lex->diag->err != GW_OK)
        return;
    gw_diag_reportv(lex->diag, err, at, format, args);
    gw_lex_position(lex, at, &lex->diag->line, &lex->diag->column);
}

void
gw_lex_fail(struct gw_lex *lex, size_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_v(lex, GW_ERR_SYNTAX, at, format, args);
    va_end(args);
}

void
gw_lex_fail_as(struct gw_lex *lex, enum gw_err err, size_t at,
               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_v(lex, err, at, format, args);
    va_end(args);
}

void
gw_lex_init(struct gw_lex *lex, struct gw_span text, struct gw_diag *diag)
{
    memset(lex, 0, sizeof *lex);
    lex->text = text;
    lex->diag = diag;
    size_t good = gw_utf8_check(text);
    if (good < text.size)
        gw_lex_fail(lex, good, "malformed UTF-8 encoding");
}

static bool
looking_at(const struct gw_lex *lex, size_t at, char first, char second)
{
    return lex->text.size - at >= 2 && lex->text.data[at] == first &&
           lex->text.data[at + 1] == second;
}

static void
skip_line_comment(struct gw_lex *lex)
{
    while (lex->at < lex->text.size && lex->text.data[lex->at] != '\n' &&
           lex->text.data[lex->at] != '\r')
        lex->at++;
}

/* Block comments nest. */
static void
skip_block_comment(struct gw_lex *lex)
{
    size_t start = lex->at, depth = 0;
    while (lex->at < lex->text.size) {
        if (looking_at(lex, lex->at, '(', ';')) {
            depth++;
            lex->at += 2;
        } else if (looking_at(lex, lex->at, ';', ')')) {
            lex->at += 2;
            if (--depth == 0)
                return;
        } else {
            lex->at++;
        }
    }
    gw_lex_fail(lex, start, "unclosed comment");
}

void
gw_lex_skip_space(struct gw_lex *lex)
{
    while (!lex->failed && lex->at < lex->text.size) {
        if (classes[lex->text.data[lex->at]] == SPACE)
            lex->at++;
        else if (looking_at(lex, lex->at, ';', ';'))
            skip_line_comment(lex);
        else if (looking_at(lex, lex->at, '(', ';'))
            skip_block_comment(lex);
        else
            return;
    }
}

/* ---- strings ----------------------------------------------------------- */

/* The size of the escape sequence at at (a backslash), 0 if it is none. */
static size_t
escape_size(const struct gw_lex *lex, size_t at)
{
    const uint8_t *text = lex->text.data + at;
    size_t left = lex->text.size - at;
    if (left < 2)
        return 0;
    if (memchr("tnr\"'\\", text[1], 6))
        return 2;
    if (left >= 3 && gw_num_hex_digit(text[1]) >= 0 &&
        gw_num_hex_digit(text[2]) >= 0)
        return 3;
    if (text[1] != 'u' || left < 4 || text[2] != '{' ||
        gw_num_hex_digit(text[3]) < 0)
        return 0;
    size_t i = 4;
    while (i < left && (gw_num_hex_digit(text[i]) >= 0 ||
                        (text[i] == '_' && text[i - 1] != '_')))
        i++;
    return i < left && text[i] == '}' && text[i - 1] != '_' ? i + 1 : 0;
}

/* Finds the end of the string at at (its opening quote).  Returns the
 * position behind the closing quote, or NO_POSITION with *why. */
static size_t
string_end(const struct gw_lex *lex, size_t at, const char **why)
{
    size_t i = at + 1;
    while (i < lex->text.size) {
        uint8_t byte = lex->text.data[i];
        if (byte == '"')
            return i + 1;
        if (byte == '\n')
            break;
        if (byte < 0x20 || byte == 0x7f) {
            *why = "illegal control character in string literal";
            return GW_NO_POSITION;
        }
        size_t size = byte == '\\' ? escape_size(lex, i) : 1;
        if (size == 0) {
            *why = "illegal escape";
            return GW_NO_POSITION;
        }
        i += size;
    }
    *why = "unclosed string literal";
    return GW_NO_POSITION;
}

static void
append_code_point(struct gw_lex *lex, size_t at, size_t size,
                  struct gw_buf *out)
{
    uint64_t code = 0;
    uint8_t bytes[4];
    for (size_t i = 3; i + 1 < size; i++) {
        int digit = gw_num_hex_digit(lex->text.data[at + i]);
        if (digit >= 0 && code <= 0x10ffff)
            code = code * 16 + (uint64_t)digit;
    }
    size_t count = 0;
    if (code <= 0x10ffff)
        count = gw_utf8_encode((uint32_t)code, bytes);
    if (count == 0)
        gw_lex_fail(lex, at, "malformed UTF-8 encoding: no such character");
    gw_buf_bytes(out, gw_span(bytes, count));
}

static void
append_escape(struct gw_lex *lex, size_t at, size_t size, struct gw_buf *out)
{
    uint8_t byte = lex->text.data[at + 1];
    if (size > 3) {
        append_code_point(lex, at, size, out);
    } else if (size == 3) {
        int high = gw_num_hex_digit(byte);
        int low = gw_num_hex_digit(lex->text.data[at + 2]);
        gw_buf_u8(out, (uint8_t)(high * 16 + low));
    } else {
        static const char from[] = "tnr", to[] = "\t\n\r";
        const char *found = memchr(from, byte, 3);
        gw_buf_u8(out, found ? (uint8_t)to[found - from] : byte);
    }
}

void
gw_lex_string(struct gw_lex *lex, const struct gw_token *token,
              struct gw_buf *out)
{
    size_t at = token->start, end = token->start + token->size - 1;
    while (lex->text.data[at] != '"')
        at++;
    at++;
    while (at < end && !lex->failed) {
        size_t run = at;
        while (run < end && lex->text.data[run] != '\\')
            run++;
        gw_buf_bytes(out, gw_span(lex->text.data + at, run - at));
        at = run;
        if (at < end) {
            size_t size = escape_size(lex, at);
            append_escape(lex, at, size, out);
            at += size;
        }
    }
}

/* ---- annotations ------------------------------------------------------- */

static bool
is_known(struct gw_span id)
{
    static const char *const known[] = { "custom", "name",
                                         "metadata.code.branch_hint" };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (gw_span_equal(id, gw_span_str(known[i])))
            return true;
    }
    return false;
}

struct gw_span
gw_lex_annotation(struct gw_lex *lex, size_t at)
{
    size_t start = at + 2, end = start;
    const char *why = NULL;
    while (end < lex->text.size && gw_lex_is_idchar(lex->text.data[end]))
        end++;
    bool quoted = end == start && end < lex->text.size &&
                  lex->text.data[end] == '"';
    if (quoted)
        end = string_end(lex, start, &why);
    if (why || end == start || (quoted && end == start + 2)) {
        gw_lex_fail(lex, at, "empty annotation id");
        return gw_span(NULL, 0);
    }
    lex->at = end;
    return gw_span(lex->text.data + start, end - start);
}

void
gw_lex_skip_annotation(struct gw_lex *lex, size_t start)
{
    size_t depth = 1;
    while (!lex->failed) {
        gw_lex_skip_space(lex);
        if (lex->failed)
            return;
        if (lex->at == lex->text.size) {
            gw_lex_fail(lex, start, "unclosed annotation");
            return;
        }
        uint8_t byte = lex->text.data[lex->at];
        const char *why = NULL;
        if (byte == '(') {
            depth++;
        } else if (byte == ')') {
            lex->at++;
            if (--depth == 0)
                return;
            continue;
        } else if (byte == '"') {
            size_t end = string_end(lex, lex->at, &why);
            if (why)
                gw_lex_fail(lex, lex->at, "%s", why);
            else
                lex->at = end;
            continue;
        } else if (classes[byte] == ILLEGAL) {
            gw_lex_fail(lex, lex->at, "illegal character");
        }
        lex->at++;
    }
}

/* Checks that the quoted id at at is UTF-8 once its escapes are read.  The
 * reader's text is UTF-8, so only escapes can break it. */
static void
check_quoted_id(struct gw_lex *lex, struct gw_span id)
{
    uint8_t bytes[256];
    size_t at = (size_t)(id.data - lex->text.data) + 1, count = 0;
    size_t end = at + id.size - 2;
    while (at < end) {
        uint8_t byte = lex->text.data[at];
        if (count + 8 > sizeof bytes)
            return;
        size_t size = byte == '\\' ? escape_size(lex, at) : 1;
        if (size == 3) {
            bytes[count++] =
                (uint8_t)(gw_num_hex_digit(lex->text.data[at + 1]) * 16 +
                          gw_num_hex_digit(lex->text.data[at + 2]));
        } else {
            bytes[count++] = size == 1 ? byte : 'x';
        }
        at += size;
    }
    if (gw_utf8_check(gw_span(bytes, count)) < count)
        gw_lex_fail(lex, at, "malformed UTF-8 encoding");
}

/* Skips space, comments and annotations; returns where the first annotation
 * of a known kind began. */
static size_t
skip_all(struct gw_lex *lex)
{
    size_t first = GW_NO_POSITION;
    for (;;) {
        gw_lex_skip_space(lex);
        if (lex->failed || lex->at == lex->text.size ||
            !looking_at(lex, lex->at, '(', '@'))
            return first;
        size_t start = lex->at;
        struct gw_span id = gw_lex_annotation(lex, start);
        if (lex->failed)
            return first;
        if (id.data[0] == '"')
            check_quoted_id(lex, id);
        gw_lex_skip_annotation(lex, start);
        if (first == GW_NO_POSITION && is_known(id))
            first = start;
    }
}

/* ---- tokens ------------------------------------------------------------ */

/* A token other than a parenthesis is the longest run of identifier
 * characters, strings and the punctuation that is reserved.  Returns its end
 * and counts the strings in it. */
static size_t
run_end(struct gw_lex *lex, size_t at, size_t *strings, size_t *first)
{
    *strings = 0;
    while (at < lex->text.size) {
        uint8_t byte = lex->text.data[at];
        if (byte == '"') {
            const char *why = NULL;
            size_t end = string_end(lex, at, &why);
            if (why) {
                bool name = *strings == 0 && at == lex->at + 1 &&
                            lex->text.data[lex->at] == '$';
                gw_lex_fail(lex, at, "%s", name ? "empty identifier" : why);
                return at;
            }
            if ((*strings)++ == 0)
                *first = at;
            at = end;
        } else if (classes[byte] == ID) {
            at++;
        } else if (classes[byte] == PUNCT && !looking_at(lex, at, ';', ';')) {
            at++;
        } else {
            break;
        }
    }
    return at;
}

static bool
all_idchars(struct gw_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!gw_lex_is_idchar(text.data[i]))
            return false;
    }
    return true;
}

static enum gw_tok
classify_word(struct gw_lex *lex, struct gw_span text)
{
    uint8_t byte = text.data[0];
    if (!all_idchars(text))
        return GW_TOK_RESERVED;
    if (byte == '$') {
        if (text.size == 1)
            gw_lex_fail(lex, lex->at, "empty identifier");
        return GW_TOK_ID;
    }
    bool letter = byte >= 'a' && byte <= 'z';
    if (letter && byte != 'n' && byte != 'i')
        return GW_TOK_KEYWORD;
    switch (gw_num_classify(text)) {
    case GW_NUM_NAT:
        return GW_TOK_NAT;
    case GW_NUM_INT:
        return GW_TOK_INT;
    case GW_NUM_FLOAT:
        return GW_TOK_FLOAT;
    default:
        return letter ? GW_TOK_KEYWORD : GW_TOK_RESERVED;
    }
}

static enum gw_tok
classify_strings(struct gw_lex *lex, struct gw_span text, size_t strings,
                 size_t first)
{
    const char *why = NULL;
    bool quoted_id = first == lex->at + 1 && text.data[0] == '$';
    if (strings == 1 && string_end(lex, first, &why) == lex->at + text.size) {
        if (first == lex->at)
            return GW_TOK_STRING;
        if (quoted_id) {
            if (text.size == 3)
                gw_lex_fail(lex, lex->at, "empty identifier");
            return GW_TOK_ID;
        }
    }
    return GW_TOK_RESERVED;
}

static void
lex_word(struct gw_lex *lex, struct gw_token *token)
{
    size_t strings = 0, first = 0;
    size_t end = run_end(lex, lex->at, &strings, &first);
    if (lex->failed)
        return;
    if (end == lex->at) {
        gw_lex_fail(lex, lex->at, "illegal character");
        return;
    }
    struct gw_span text = gw_span(lex->text.data + lex->at, end - lex->at);
    token->kind = strings ? classify_strings(lex, text, strings, first)
                          : classify_word(lex, text);
    token->size = text.size;
    lex->at = end;
}

void
gw_lex_next(struct gw_lex *lex, struct gw_token *token)
{
    token->annotation = skip_all(lex);
    token->kind = GW_TOK_EOF;
    token->start = lex->at;
    token->size = 0;
    if (lex->failed || lex->at == lex->text.size)
        return;
    uint8_t byte = lex->text.data[lex->at];
    if (byte == '(' || byte == ')') {
        token->kind = byte == '(' ? GW_TOK_LPAR : GW_TOK_RPAR;
        token->size = 1;
        lex->at++;
    } else {
        lex_word(lex, token);
    }
    if (lex->failed)
        token->kind = GW_TOK_EOF;
}
