#include "kernel.h"

enum { NODES = 40, ORDER = 9, TEXT_SIZE = 64 };

struct node {
    struct node *next;
    int16_t key, value;
};

struct state {
    uint16_t crc;
    uint32_t seed;
    struct node nodes[NODES];
    int16_t a[ORDER][ORDER], b[ORDER][ORDER];
    int32_t product[ORDER][ORDER];
};

/* ---- the sum ---- */

static void
add_bits(struct state *s, uint32_t value, int bits)
{
    for (int i = 0; i < bits; i++) {
        uint32_t low = (s->crc ^ value) & 1;
        s->crc = (uint16_t)(s->crc >> 1 ^ (low ? 0xa001 : 0));
        value >>= 1;
    }
}

static uint32_t
next_random(struct state *s)
{
    s->seed = s->seed * 1664525 + 1013904223;
    return s->seed >> 8;
}

/* ---- a list ---- */

static struct node *
merge(struct node *a, struct node *b)
{
    struct node *first = 0, **end = &first;
    while (a && b) {
        struct node **less = a->key <= b->key ? &a : &b;
        *end = *less;
        end = &(*end)->next;
        *less = (*less)->next;
    }
    *end = a ? a : b;
    return first;
}

static struct node *
sort(struct node *list, int count)
{
    if (count < 2)
        return list;
    struct node *half = list, *end;
    for (int i = 1; i < count / 2; i++)
        half = half->next;
    end = half;
    half = half->next;
    end->next = 0;
    return merge(sort(list, count / 2), sort(half, count - count / 2));
}

static struct node *
reverse(struct node *list)
{
    struct node *done = 0;
    while (list) {
        struct node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static void
run_list(struct state *s)
{
    for (int i = 0; i < NODES; i++) {
        s->nodes[i].key = (int16_t)next_random(s);
        s->nodes[i].value = (int16_t)i;
        s->nodes[i].next = i + 1 < NODES ? &s->nodes[i + 1] : 0;
    }
    struct node *list = reverse(sort(s->nodes, NODES));
    for (const struct node *at = list; at; at = at->next) {
        add_bits(s, (uint16_t)at->key, 16);
        add_bits(s, (uint16_t)at->value, 16);
    }
}

/* ---- matrices ---- */

static void
run_matrix(struct state *s)
{
    for (int i = 0; i < ORDER; i++)
        for (int j = 0; j < ORDER; j++) {
            s->a[i][j] = (int16_t)next_random(s);
            s->b[i][j] = (int16_t)(next_random(s) & 0xff);
        }
    for (int i = 0; i < ORDER; i++)
        for (int j = 0; j < ORDER; j++) {
            int32_t sum = 0;
            for (int k = 0; k < ORDER; k++)
                sum += s->a[i][k] * s->b[k][j];
            s->product[i][j] = sum;
            add_bits(s, (uint32_t)sum, 32);
        }
}

/* ---- numbers in text ---- */

enum where { BEFORE, SIGN, WHOLE, FRACTION, BAD, WHERE_COUNT };

static enum where
step(enum where at, char c)
{
    int digit = c >= '0' && c <= '9';
    switch (at) {
    case BEFORE:
        return digit ? WHOLE : c == '+' || c == '-' ? SIGN : BAD;
    case SIGN:
        return digit ? WHOLE : BAD;
    case WHOLE:
        return digit ? WHOLE : c == '.' ? FRACTION : BAD;
    case FRACTION:
        return digit ? FRACTION : BAD;
    default:
        return BAD;
    }
}

static void
run_text(struct state *s)
{
    static const char letters[17] = "0123456789+-.,,x";
    uint32_t seen[WHERE_COUNT] = { 0 };
    enum where at = BEFORE;
    for (int i = 0; i < TEXT_SIZE; i++) {
        char c = letters[next_random(s) & 15];
        at = c == ',' ? BEFORE : step(at, c);
        seen[at]++;
    }
    for (int i = 0; i < WHERE_COUNT; i++)
        add_bits(s, seen[i], 8);
}

uint32_t
kernel_run(uint32_t rounds)
{
    struct state s;
    s.crc = 0xffff;
    s.seed = 1;
    for (uint32_t i = 0; i < rounds; i++) {
        run_list(&s);
        run_matrix(&s);
        run_text(&s);
    }
    return s.crc;
}
