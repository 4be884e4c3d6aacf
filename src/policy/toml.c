#include "policy/toml.h"
#include "base/utf8.h"

struct parser {
    struct gw_arena *arena;
    const struct gw_toml_bounds *bounds;
    struct gw_diag *diag;
    const uint8_t *at, *end, *line_start;
    uint32_t line;
    enum gw_err err; /* sticky: then at == end */
};

/* How a table or array came to be. */
enum {
    IMPLICIT, /* named on the way to another */
    HEADER,   /* [it] */
    ELEMENTS, /* [[it]] */
    DOTTED,   /* it.key = value */
    CLOSED    /* a value: complete as it is */
};

/* ---- errors, places ---- */

static uint32_t
column(const struct parser *p)
{
    return (uint32_t)(p->at - p->line_start) + 1;
}

static void GW_PRINTF(5, 6)
fail_at(struct parser *p, enum gw_err err, uint32_t line, uint32_t place,
        const char *format, ...)
{
    va_list args;
    if (p->err != GW_OK)
        return;
    bool first = p->diag && p->diag->err == GW_OK;
    va_start(args, format);
    gw_diag_reportv(p->diag, err, GW_NO_OFFSET, format, args);
    va_end(args);
    if (first) {
        p->diag->line = line;
        p->diag->column = place;
    }
    p->err = err;
    p->at = p->end;
}

#define fail(p, ...) \
    fail_at((p), GW_ERR_SYNTAX, (p)->line, column(p), __VA_ARGS__)

enum gw_err
gw_toml_wrong(const struct gw_toml *node, struct gw_diag *diag,
              const char *format, ...)
{
    va_list args;
    bool first = diag && diag->err == GW_OK;
    va_start(args, format);
    gw_diag_reportv(diag, GW_ERR_SYNTAX, GW_NO_OFFSET, format, args);
    va_end(args);
    if (first) {
        diag->line = node->line;
        diag->column = node->column;
    }
    return GW_ERR_SYNTAX;
}

static void
no_memory(struct parser *p)
{
    fail_at(p, GW_ERR_NOMEM, p->line, column(p), "no memory for the policy");
}

/* ---- characters ---- */

static int
peek(const struct parser *p)
{
    return p->at < p->end ? *p->at : -1;
}

static bool
accept(struct parser *p, char c)
{
    if (peek(p) != c)
        return false;
    p->at++;
    return true;
}

static void
expect(struct parser *p, char c, const char *where)
{
    if (!accept(p, c))
        fail(p, "'%c' is missing %s", c, where);
}

static void
blanks(struct parser *p)
{
    while (peek(p) == ' ' || peek(p) == '\t')
        p->at++;
}

static bool
is_control(int c)
{
    return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

static void
comment(struct parser *p)
{
    if (!accept(p, '#'))
        return;
    while (peek(p) >= 0 && peek(p) != '\n' &&
           !(peek(p) == '\r' && p->at + 1 < p->end && p->at[1] == '\n')) {
        if (is_control(peek(p))) {
            fail(p, "a control character stands in a comment");
            return;
        }
        p->at++;
    }
}

static bool
newline(struct parser *p)
{
    if (peek(p) == '\r' && p->at + 1 < p->end && p->at[1] == '\n')
        p->at++;
    if (!accept(p, '\n'))
        return false;
    p->line++;
    p->line_start = p->at;
    return true;
}

/* Blanks, comments and ends of lines. */
static void
space(struct parser *p)
{
    do {
        blanks(p);
        comment(p);
    } while (newline(p));
}

static void
end_of_line(struct parser *p)
{
    blanks(p);
    comment(p);
    if (p->err == GW_OK && peek(p) >= 0 && !newline(p))
        fail(p, "something follows on the line");
}

/* ---- strings ---- */

static unsigned
hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

/* Writes the character behind a backslash; returns its size. */
static size_t
escape(struct parser *p, char *out)
{
    static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
    int c = peek(p);
    const char *simple = c > 0 ? strchr(from, c) : NULL;
    if (simple) {
        p->at++;
        *out = to[simple - from];
        return 1;
    }
    if (c != 'u' && c != 'U') {
        fail(p, "there is no such escape in a string");
        return 0;
    }
    uint32_t code = 0;
    p->at++;
    for (int left = c == 'u' ? 4 : 8; left > 0; left--, p->at++) {
        unsigned digit = hex_digit(peek(p));
        if (digit > 15) {
            fail(p, "\\%c needs %d hexadecimal digits", c, c == 'u' ? 4 : 8);
            return 0;
        }
        code = code << 4 | digit;
    }
    size_t size = code ? gw_utf8_encode(code, (uint8_t *)out) : 0;
    if (size == 0)
        fail(p, "\\%c names no character that may stand here", c);
    return size;
}

/* No escape is shorter than what it stands for, so the source's length is
 * room enough. */
static const char *
string(struct parser *p)
{
    uint32_t line = p->line, start = column(p);
    char quote = (char)*p->at++;
    if (peek(p) == quote && p->at + 1 < p->end && p->at[1] == quote)
        fail(p, "strings over several lines are not taken");
    const uint8_t *last = p->at;
    while (last < p->end && *last != '\n' && *last != (uint8_t)quote)
        last += *last == '\\' && quote == '"' && last + 1 < p->end ? 2 : 1;
    if (last > p->end)
        last = p->end;
    char *out = gw_arena_get(p->arena, (size_t)(last - p->at) + 5);
    if (!out) {
        no_memory(p);
        return "";
    }
    size_t used = 0;
    while (p->err == GW_OK && peek(p) != quote) {
        int c = peek(p);
        if (c < 0 || c == '\n')
            fail_at(p, GW_ERR_SYNTAX, line, start, "the string does not end");
        else if (is_control(c))
            fail(p, "a control character stands in a string");
        else if (p->at++, c == '\\' && quote == '"')
            used += escape(p, out + used);
        else
            out[used++] = (char)c;
    }
    accept(p, quote);
    return out;
}

/* ---- nodes ---- */

static struct gw_toml *
node_new(struct parser *p, enum gw_toml_kind kind, unsigned made)
{
    struct gw_toml *node = gw_arena_get(p->arena, sizeof *node);
    if (!node) {
        no_memory(p);
        return NULL;
    }
    node->kind = kind;
    node->line = p->line;
    node->column = column(p);
    node->end = &node->first;
    node->made = made;
    return node;
}

/* Only tables are searched, so only they are bounded. */
static void
append(struct parser *p, struct gw_toml *parent, struct gw_toml *child)
{
    if (parent->kind == GW_TOML_TABLE && parent->count >= p->bounds->keys)
        fail_at(p, GW_ERR_LIMIT, child->line, child->column,
                "more than %llu keys in one table",
                (unsigned long long)p->bounds->keys);
    *parent->end = child;
    parent->end = &child->next;
    parent->count++;
}

static struct gw_toml *
find(const struct gw_toml *table, const char *key)
{
    struct gw_toml *child = table->first;
    while (child && strcmp(child->key, key) != 0)
        child = child->next;
    return child;
}

static bool
is_bare(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

static const char *
simple_key(struct parser *p)
{
    if (peek(p) == '"' || peek(p) == '\'')
        return string(p);
    const uint8_t *from = p->at;
    while (is_bare(peek(p)))
        p->at++;
    size_t size = (size_t)(p->at - from);
    char *key = gw_arena_get(p->arena, size + 1);
    if (size == 0)
        fail(p, "a key is missing");
    else if (!key)
        no_memory(p);
    if (!key || size == 0)
        return "";
    memcpy(key, from, size);
    return key;
}

/* The place of one part of a key in a table, made if it is not there; NULL
 * when something else is.  last: the part is the last one, and must be new
 * as a key (DOTTED) or not yet headed (HEADER, ELEMENTS). */
static struct gw_toml *
enter(struct parser *p, struct gw_toml *table, unsigned how, bool last)
{
    uint32_t line = p->line, place = column(p);
    const char *key = simple_key(p);
    struct gw_toml *child = p->err == GW_OK ? find(table, key) : NULL;
    if (p->err != GW_OK)
        return NULL;
    if (!child) {
        bool elements = last && how == ELEMENTS;
        child = node_new(p, elements ? GW_TOML_ARRAY : GW_TOML_TABLE,
                         last || how == DOTTED ? how : IMPLICIT);
        if (!child)
            return NULL;
        child->key = key;
        child->line = line;
        child->column = place;
        append(p, table, child);
        return child;
    }
    bool again = child->kind == GW_TOML_ARRAY && child->made == ELEMENTS;
    if (last && how == ELEMENTS && again)
        return child;
    if (again && !last && how != DOTTED) /* the newest element */
        return (struct gw_toml *)((char *)child->end -
                                  offsetof(struct gw_toml, next));
    bool table_made = child->kind == GW_TOML_TABLE;
    if (table_made && !last &&
        (how == DOTTED ? child->made == DOTTED : child->made != CLOSED))
        return child;
    if (table_made && last && how == HEADER && child->made == IMPLICIT) {
        child->made = HEADER;
        return child;
    }
    fail_at(p, GW_ERR_SYNTAX, line, place, "%.60s is there already (line %u)",
            key, (unsigned)child->line);
    return NULL;
}

/* A key of several parts; returns the place of the last. */
static struct gw_toml *
key_path(struct parser *p, struct gw_toml *table, unsigned how)
{
    for (uint64_t depth = 0;; depth++) {
        if (depth >= p->bounds->depth)
            fail_at(p, GW_ERR_LIMIT, p->line, column(p),
                    "the key has more than %llu parts",
                    (unsigned long long)p->bounds->depth);
        blanks(p);
        /* Is this the last part?  Only what follows it tells. */
        struct parser ahead = *p;
        ahead.diag = NULL;
        (void)simple_key(&ahead);
        blanks(&ahead);
        bool last = peek(&ahead) != '.';
        table = p->err == GW_OK ? enter(p, table, how, last) : NULL;
        blanks(p);
        if (!table || !accept(p, '.'))
            return table;
    }
}

/* ---- values ---- */

static void value(struct parser *p, struct gw_toml *node, uint64_t depth);

static void
integer(struct parser *p, struct gw_toml *node)
{
    unsigned base = 10, digits = 0;
    bool minus = peek(p) == '-', gap = false;
    uint64_t sum = 0;
    if (minus || peek(p) == '+')
        p->at++;
    else if (peek(p) == '0' && p->at + 1 < p->end && strchr("xob", p->at[1])) {
        base = p->at[1] == 'x' ? 16 : p->at[1] == 'o' ? 8 : 2;
        p->at += 2;
    }
    bool zero = base == 10 && peek(p) == '0';
    for (;; p->at++) {
        unsigned digit = hex_digit(peek(p));
        if (peek(p) == '_' && digits > 0 && !gap) {
            gap = true;
            continue;
        }
        if (digit >= base)
            break;
        gap = false;
        digits++;
        if (sum > ((uint64_t)INT64_MAX - digit) / base) {
            fail(p, "the number is too large");
            return;
        }
        sum = sum * base + digit;
    }
    if (digits == 0 || gap || is_bare(peek(p)) || peek(p) == '.' ||
        peek(p) == ':' || (zero && digits > 1))
        fail(p, "this is no integer; other numbers, dates and times are not "
                "taken");
    node->kind = GW_TOML_INTEGER;
    node->number = minus ? -(int64_t)sum : (int64_t)sum;
}

static bool
word(struct parser *p, const char *text)
{
    size_t size = strlen(text);
    if ((size_t)(p->end - p->at) < size || memcmp(p->at, text, size) != 0 ||
        (p->at + size < p->end && is_bare(p->at[size])))
        return false;
    p->at += size;
    return true;
}

static void
array(struct parser *p, struct gw_toml *node, uint64_t depth)
{
    node->kind = GW_TOML_ARRAY;
    p->at++;
    for (space(p); p->err == GW_OK && peek(p) != ']'; space(p)) {
        struct gw_toml *element = node_new(p, GW_TOML_STRING, CLOSED);
        if (!element)
            return;
        value(p, element, depth + 1);
        append(p, node, element);
        space(p);
        if (!accept(p, ','))
            break;
    }
    expect(p, ']', "at the end of the list");
}

static void
pair(struct parser *p, struct gw_toml *table, uint64_t depth)
{
    struct gw_toml *node = key_path(p, table, DOTTED);
    if (!node)
        return;
    expect(p, '=', "behind the key");
    blanks(p);
    value(p, node, depth);
}

static void
inline_table(struct parser *p, struct gw_toml *node, uint64_t depth)
{
    node->kind = GW_TOML_TABLE;
    p->at++;
    blanks(p);
    if (accept(p, '}'))
        return;
    do {
        blanks(p);
        pair(p, node, depth + 1);
        blanks(p);
    } while (p->err == GW_OK && accept(p, ','));
    expect(p, '}', "at the end of the table, on its line");
}

static void
value(struct parser *p, struct gw_toml *node, uint64_t depth)
{
    int c = peek(p);
    node->made = CLOSED;
    if (depth >= p->bounds->depth) {
        fail_at(p, GW_ERR_LIMIT, p->line, column(p),
                "values lie deeper than %llu in each other",
                (unsigned long long)p->bounds->depth);
    } else if (c == '"' || c == '\'') {
        node->kind = GW_TOML_STRING;
        node->text = string(p);
    } else if (c == '[') {
        array(p, node, depth);
    } else if (c == '{') {
        inline_table(p, node, depth);
    } else if (word(p, "true") || word(p, "false")) {
        node->kind = GW_TOML_BOOLEAN;
        node->number = c == 't';
    } else if ((c >= '0' && c <= '9') || c == '-' || c == '+') {
        integer(p, node);
    } else {
        fail(p, "a value is missing: text in quotes, a number, true, false, "
                "[list] or {table}");
    }
}

/* ---- the whole ---- */

static struct gw_toml *
header(struct parser *p, struct gw_toml *root)
{
    uint32_t line = p->line, place = column(p);
    p->at++;
    bool elements = accept(p, '[');
    struct gw_toml *table = key_path(p, root, elements ? ELEMENTS : HEADER);
    expect(p, ']', "behind the name of the table");
    if (elements)
        expect(p, ']', "behind the name of the table");
    if (!table || !elements)
        return table;
    struct gw_toml *element = node_new(p, GW_TOML_TABLE, HEADER);
    if (element) {
        element->line = line;
        element->column = place;
        append(p, table, element);
    }
    return element;
}

enum gw_err
gw_toml_parse(struct gw_arena *arena, struct gw_span text,
              const struct gw_toml_bounds *bounds, struct gw_diag *diag,
              struct gw_toml **out)
{
    static const uint8_t nothing[1];
    const uint8_t *data = text.size ? text.data : nothing;
    struct parser p = { arena, bounds, diag, data, data + text.size,
                        data,  1,      GW_OK };
    if (text.size > bounds->size)
        fail_at(&p, GW_ERR_LIMIT, 1, 1, "the text is longer than %llu bytes",
                (unsigned long long)bounds->size);
    struct gw_toml *root = node_new(&p, GW_TOML_TABLE, HEADER), *table = root;
    size_t good = p.err == GW_OK ? gw_utf8_check(text) : 0;
    if (p.err == GW_OK && good != text.size) {
        while (p.at < data + good)
            if (*p.at++ == '\n')
                p.line++, p.line_start = p.at;
        fail(&p, "this is not UTF-8");
    }
    for (space(&p); p.err == GW_OK && peek(&p) >= 0 && table; space(&p)) {
        if (peek(&p) == '[')
            table = header(&p, root);
        else
            pair(&p, table, 0);
        end_of_line(&p);
    }
    *out = root;
    return p.err;
}
