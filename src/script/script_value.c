/*
 * Values of scripts: constants that go in, patterns that results must fit.
 */
#include "script/script_run.h"

#include <stdio.h>

enum nan_class { NAN_NONE, NAN_CANONICAL, NAN_ARITHMETIC };

enum want_kind {
    WANT_NUMBER,
    WANT_NULL, /* any null reference */
    WANT_HOST, /* what the host gave as this number */
    WANT_REF   /* a reference to a thing of the heap type */
};

struct want {
    uint8_t kind;
    bool more; /* the next pattern is an alternative to this one */
    uint8_t lane_count, lane_bits;
    gw_valtype type; /* WANT_NUMBER: the value type */
    uint32_t heap;   /* WANT_REF: abstract heap type */
    uint32_t host;
    uint8_t nan[4]; /* enum nan_class of each float lane */
    uint64_t lanes[16];
};

/* ---- numbers ---------------------------------------------------------------- */

static const struct {
    const char *text;
    gw_valtype type;
    uint8_t bits;
    bool is_float;
} numbers[] = {
    { "i32.const", GW_TYPE_I32, 32, false },
    { "i64.const", GW_TYPE_I64, 64, false },
    { "f32.const", GW_TYPE_F32, 32, true },
    { "f64.const", GW_TYPE_F64, 64, true },
};

/* A lane: a number, or a class of NaNs, which only patterns may have. */
static void
read_lane(struct script *s, struct want *w, uint32_t lane, bool is_float)
{
    if (is_float && gw_wat_take(&s->p, "nan:canonical"))
        w->nan[lane] = NAN_CANONICAL;
    else if (is_float && gw_wat_take(&s->p, "nan:arithmetic"))
        w->nan[lane] = NAN_ARITHMETIC;
    else
        w->lanes[lane] = gw_wat_number(&s->p, w->lane_bits, is_float);
}

static bool
read_number(struct script *s, struct want *w)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!gw_wat_take_open(&s->p, numbers[i].text))
            continue;
        w->kind = WANT_NUMBER;
        w->type = numbers[i].type;
        w->lane_bits = numbers[i].bits;
        w->lane_count = 1;
        read_lane(s, w, 0, numbers[i].is_float);
        return true;
    }
    if (!gw_wat_take_open(&s->p, "v128.const"))
        return false;
    struct wat_shape shape;
    w->kind = WANT_NUMBER;
    w->type = GW_TYPE_V128;
    if (!gw_wat_shape(&s->p, &shape))
        return true;
    w->lane_bits = (uint8_t)shape.bits;
    w->lane_count = (uint8_t)(128 / shape.bits);
    for (uint32_t i = 0; i < w->lane_count; i++)
        read_lane(s, w, i, shape.is_float);
    return true;
}

/* ---- references ---------------------------------------------------------------- */

static const struct {
    const char *text;
    uint32_t heap;
} refs[] = {
    { "ref.func", GW_HEAP_FUNC },     { "ref.any", GW_HEAP_ANY },
    { "ref.eq", GW_HEAP_EQ },         { "ref.i31", GW_HEAP_I31 },
    { "ref.struct", GW_HEAP_STRUCT }, { "ref.array", GW_HEAP_ARRAY },
    { "ref.exn", GW_HEAP_EXN },       { "ref.cont", GW_HEAP_CONT },
    { "ref.extern", GW_HEAP_EXTERN }, { "ref.host", GW_HEAP_ANY },
};

static bool
read_ref(struct script *s, struct want *w)
{
    struct gw_wat *p = &s->p;
    if (gw_wat_take_open(p, "ref.null")) {
        w->kind = WANT_NULL;
        gw_buf_clear(&p->params);
        if (p->token.kind != GW_TOK_RPAR)
            gw_wat_heaptype(p, &p->params);
        return true;
    }
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        if (!gw_wat_take_open(p, refs[i].text))
            continue;
        w->kind = WANT_REF;
        w->heap = refs[i].heap;
        if (p->token.kind == GW_TOK_NAT) {
            bool host = w->heap == GW_HEAP_EXTERN || w->heap == GW_HEAP_ANY;
            w->kind = host ? WANT_HOST : WANT_REF;
            w->host = (uint32_t)gw_wat_nat(p, UINT32_MAX, "i32 ");
        }
        return true;
    }
    return false;
}

static void
read_want(struct script *s, struct want *w)
{
    memset(w, 0, sizeof *w);
    if (!read_number(s, w) && !read_ref(s, w))
        gw_wat_unexpected(&s->p);
    gw_wat_expect(&s->p, GW_TOK_RPAR);
}

/* The object that stands for a number of the host; made at its first use. */
static uint64_t
host_ref(struct script *s, uint32_t number)
{
    const struct script_host *hosts = s->hosts.data;
    for (size_t i = 0; i < s->hosts.count; i++) {
        if (hosts[i].number == number)
            return hosts[i].root->ref;
    }
    /* The number is all there is to it; 0 must not be NULL. */
    void *host = (void *)((uintptr_t)number * 2 + 2);
    struct gw_hostref *object = gw_heap_new_host(s->store, host, NULL);
    struct gw_root *root = object ? gw_root_new(s->store, gw_ref_from(object))
                                  : NULL;
    struct script_host *entry = root ? gw_vec_push(&s->hosts) : NULL;
    if (!entry) {
        gw_wat_nomem(&s->p);
        return 0;
    }
    entry->number = number;
    entry->root = root;
    return root->ref;
}

/* ---- arguments -------------------------------------------------------------------- */

/* Lanes into slots; a vector's slots are its little-endian image. */
static void
put_number(const struct want *w, union gw_slot *slots)
{
    uint8_t image[16];
    if (w->type != GW_TYPE_V128) {
        /* On a big-endian machine u32 is the other half of u64. */
        if (w->lane_bits == 32)
            slots[0].u32 = (uint32_t)w->lanes[0];
        else
            slots[0].u64 = w->lanes[0];
        return;
    }
    uint32_t size = w->lane_bits / 8;
    for (uint32_t i = 0; i < 16; i++)
        image[i] = (uint8_t)(w->lanes[i / size] >> (8 * (i % size)));
    memcpy(slots, image, sizeof image);
}

void
script_read_args(struct script *s)
{
    s->args.count = s->types.count = 0;
    while (s->p.token.kind == GW_TOK_LPAR) {
        struct want w;
        read_want(s, &w);
        gw_valtype *type = gw_vec_push(&s->types);
        union gw_slot *slots = gw_vec_push_n(
            &s->args, w.kind == WANT_NUMBER ? gw_type_slots(w.type) : 1);
        if (!type || !slots) {
            gw_wat_nomem(&s->p);
            return;
        }
        *type = w.kind == WANT_NUMBER ? w.type : GW_REF;
        if (w.kind == WANT_NUMBER)
            put_number(&w, slots);
        else if (w.kind == WANT_HOST)
            slots[0].u64 = host_ref(s, w.host);
    }
}

/* ---- results ------------------------------------------------------------------------ */

void
script_read_wants(struct script *s)
{
    s->wants.count = 0;
    while (s->p.token.kind == GW_TOK_LPAR) {
        bool either = gw_wat_take_open(&s->p, "either");
        do {
            struct want *w = gw_vec_push(&s->wants);
            if (!w) {
                gw_wat_nomem(&s->p);
                return;
            }
            read_want(s, w);
            w->more = either && s->p.token.kind == GW_TOK_LPAR;
        } while (either && s->p.token.kind == GW_TOK_LPAR);
        if (either)
            gw_wat_expect(&s->p, GW_TOK_RPAR);
    }
}

/* Is the lane a NaN of the class?  A canonical one has the highest bit of its
 * payload only; an arithmetic one has at least that. */
static bool
nan_fits(uint64_t lane, uint32_t bits, enum nan_class class)
{
    uint64_t quiet = bits == 32 ? 0x7fc00000u : UINT64_C(0x7ff8000000000000);
    uint64_t sign = UINT64_C(1) << (bits - 1);
    if (class == NAN_CANONICAL)
        return (lane & ~sign) == quiet;
    return (lane & quiet) == quiet;
}

static bool
number_fits(const struct want *w, const union gw_slot *slots)
{
    uint8_t image[16] = { 0 };
    uint32_t size = w->lane_bits / 8;
    if (w->type == GW_TYPE_V128)
        memcpy(image, slots, sizeof image);
    for (uint32_t i = 0; i < w->lane_count; i++) {
        uint64_t lane = 0;
        for (uint32_t k = 0; k < size; k++)
            lane |= (uint64_t)image[i * size + k] << (8 * k);
        if (w->type != GW_TYPE_V128)
            lane = size == 4 ? slots[0].u32 : slots[0].u64;
        enum nan_class class = i < 4 ? (enum nan_class)w->nan[i] : NAN_NONE;
        if (class != NAN_NONE ? !nan_fits(lane, w->lane_bits, class)
                              : lane != w->lanes[i])
            return false;
    }
    return true;
}

static bool
value_fits(struct script *s, const struct want *w, const union gw_slot *slots,
           gw_valtype type)
{
    if (w->kind == WANT_NUMBER)
        return w->type == type && number_fits(w, slots);
    if (!gw_type_is_ref(type))
        return false;
    if (w->kind == WANT_NULL)
        return slots[0].ref == 0;
    if (slots[0].ref == 0)
        return false;
    if (w->kind == WANT_HOST)
        return slots[0].ref == host_ref(s, w->host);
    if (w->heap == GW_HEAP_FUNC || w->heap == GW_HEAP_EXTERN ||
        w->heap == GW_HEAP_CONT)
        return true; /* the static type says the rest */
    return gw_ref_has_type(s->store, slots[0].ref, gw_type_ref(false, w->heap));
}

static void
print_value(const union gw_slot *slots, gw_valtype type, char *text,
            size_t size)
{
    char name[48];
    gw_type_print(type, name, sizeof name);
    if (type == GW_TYPE_V128)
        snprintf(text, size, "v128 0x%016llx 0x%016llx",
                 (unsigned long long)slots[0].u64,
                 (unsigned long long)slots[1].u64);
    else
        snprintf(text, size, "%s 0x%llx", name,
                 (unsigned long long)slots[0].u64);
}

void
script_compare(struct script *s, const union gw_slot *values,
               const gw_valtype *types, uint32_t count)
{
    const struct want *wants = s->wants.data;
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool fits = false, more = at < s->wants.count;
        while (more) {
            fits = fits || value_fits(s, &wants[at], values, types[i]);
            more = wants[at++].more;
        }
        if (!fits) {
            char text[96];
            print_value(values, types[i], text, sizeof text);
            script_verdict(s, VERDICT_FAILED, "result %u is %s, want 0x%llx",
                           (unsigned)i, text,
                           at > 0 ? (unsigned long long)wants[at - 1].lanes[0]
                                  : 0ull);
            return;
        }
        values += gw_type_slots(types[i]);
    }
    if (at < s->wants.count)
        script_verdict(s, VERDICT_FAILED, "fewer results than expected");
    else
        script_passed(s);
}

void
script_init_wants(struct script *s, struct gw_alloc *alloc)
{
    gw_vec_init(&s->wants, alloc, sizeof(struct want));
}
