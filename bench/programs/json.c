/* JSON read into a tree and written again: branches on bytes, an arena. */
#include "draw.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 4000, ROUNDS = 12, ARENA = 1 << 23, TEXT = 1 << 20 };

enum kind { NUMBER, STRING, WORD, ARRAY, OBJECT };

struct value {
    enum kind kind;
    double number;
    const char *text; /* of a string or word: where it stands in the input */
    int length;
    struct value *key, *first, *next;
};

static char text[TEXT], written[TEXT];
static char arena[ARENA];
static size_t used;
static const char *at;
static char *out;

static struct value *
new_value(enum kind kind)
{
    struct value *value = (struct value *)(void *)(arena + used);
    used += sizeof(*value);
    if (used > ARENA)
        abort();
    memset(value, 0, sizeof(*value));
    value->kind = kind;
    return value;
}

static void
skip_space(void)
{
    while (*at == ' ' || *at == '\n')
        at++;
}

static struct value *
read_string(void)
{
    struct value *value = new_value(STRING);
    value->text = ++at;
    while (*at != '"')
        at += *at == '\\' ? 2 : 1;
    value->length = (int)(at++ - value->text);
    return value;
}

static struct value *
read_number(void)
{
    struct value *value = new_value(NUMBER);
    int negative = *at == '-';
    at += negative;
    double number = 0, scale = 1;
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++) {
            number = number * 10 + (*at - '0');
            scale *= 10;
        }
    value->number = (negative ? -number : number) / scale;
    return value;
}

static struct value *read_value(void);

static struct value *
read_members(enum kind kind, char end)
{
    struct value *value = new_value(kind), **link = &value->first;
    at++;
    for (skip_space(); *at != end; skip_space()) {
        struct value *key = NULL;
        if (kind == OBJECT) {
            key = read_string();
            skip_space();
            at++;
        }
        struct value *member = read_value();
        member->key = key;
        *link = member;
        link = &member->next;
        skip_space();
        at += *at == ',';
    }
    at++;
    return value;
}

static struct value *
read_value(void)
{
    skip_space();
    switch (*at) {
    case '{':
        return read_members(OBJECT, '}');
    case '[':
        return read_members(ARRAY, ']');
    case '"':
        return read_string();
    case 't':
    case 'f':
    case 'n': {
        struct value *value = new_value(WORD);
        value->text = at;
        value->length = *at == 'f' ? 5 : 4;
        at += value->length;
        return value;
    }
    default:
        return read_number();
    }
}

static void
write_text(const char *bytes, int length)
{
    memcpy(out, bytes, (size_t)length);
    out += length;
}

/* Thousandths, without the C library's slow way. */
static void
write_number(double number)
{
    char digits[24];
    int count = 0;
    long long whole = (long long)(number * 1000 + (number < 0 ? -0.5 : 0.5));
    if (whole < 0) {
        *out++ = '-';
        whole = -whole;
    }
    do
        digits[count++] = (char)('0' + whole % 10);
    while ((whole /= 10) != 0 || count < 4);
    while (count > 0) {
        if (count == 3)
            *out++ = '.';
        *out++ = digits[--count];
    }
}

static void
write_value(const struct value *value)
{
    switch (value->kind) {
    case NUMBER:
        write_number(value->number);
        return;
    case WORD:
        write_text(value->text, value->length);
        return;
    case STRING:
        *out++ = '"';
        write_text(value->text, value->length);
        *out++ = '"';
        return;
    case ARRAY:
    case OBJECT:
        break;
    }
    *out++ = value->kind == ARRAY ? '[' : '{';
    for (const struct value *v = value->first; v; v = v->next) {
        if (v->key) {
            write_value(v->key);
            *out++ = ':';
        }
        write_value(v);
        if (v->next)
            *out++ = ',';
    }
    *out++ = value->kind == ARRAY ? ']' : '}';
}

static void
make_text(void)
{
    char *p = text;
    *p++ = '[';
    for (int i = 0; i < RECORDS; i++) {
        unsigned n[6]; /* drawn here, since arguments have no order */
        for (int k = 0; k < 6; k++)
            n[k] = (unsigned)draw();
        p += sprintf(p,
                     "%s{\"id\": %d, \"name\": \"item \\\"%x\\\"\", \"price\": "
                     "%u.%03u,\n \"tags\": [\"a%u\", true, null, false], "
                     "\"at\": {\"x\": -%u, \"y\": %u}}",
                     i > 0 ? "," : "", i, n[0], n[1] % 1000, n[2] % 1000,
                     n[3] % 100, n[4] % 500, n[5] % 500);
    }
    strcpy(p, "]");
}

int
main(void)
{
    uint32_t hash = 0;
    make_text();
    for (int round = 0; round < ROUNDS; round++) {
        used = 0;
        at = text;
        out = written;
        write_value(read_value());
        for (const char *p = written; p < out; p++)
            hash = hash * 31 + (unsigned char)*p;
    }
    printf("%u\n", (unsigned)hash);
    return 0;
}
