#include "aot/llvm/link_inside.h"

#include <string.h>

/*
 * Of the formats of DWARF (version 4, sections 6.2 and 6.4) and of exception
 * tables, what LLVM writes.
 */

struct cursor {
    const uint8_t *start, *at, *end;
    uint32_t address; /* of start */
    bool failed;
};

static enum gw_err
fail(struct gw_link *link, const char *section)
{
    return gw_diag_report(link->diag, GW_ERR_SYSTEM, GW_NO_OFFSET,
                          "machine code cannot be linked: %s is not "
                          "understood",
                          section);
}

static uint64_t
fixed(struct cursor *c, size_t size)
{
    uint64_t value = 0;
    if ((size_t)(c->end - c->at) < size) {
        c->failed = true;
        c->at = c->end;
        return 0;
    }
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)c->at[i] << 8 * i;
    c->at += size;
    return value;
}

static uint64_t
leb(struct cursor *c, bool sign)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0x80;
    while (byte & 0x80 && shift < 64) {
        byte = (uint8_t)fixed(c, 1);
        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    }
    if (sign && byte & 0x40 && shift < 64)
        value |= ~UINT64_C(0) << shift;
    return value;
}

static uint32_t
unsigned_leb(struct cursor *c)
{
    return (uint32_t)leb(c, false);
}

static int32_t
signed_leb(struct cursor *c)
{
    return (int32_t)leb(c, true);
}

/* A pointer of 4 bytes that counts from its own place. */
static uint32_t
relative(struct cursor *c)
{
    uint32_t place = c->address + (uint32_t)(c->at - c->start);
    uint32_t value = (uint32_t)fixed(c, 4);
    return value == 0 ? 0 : value + place;
}

static struct cursor
part_cursor(const struct gw_link_part *part)
{
    struct cursor c = { part->data, part->data, part->data + part->size,
                        part->address, false };
    return c;
}

/* ---- registers ---- */

/* DWARF's number of a register to the place of rt/native.h, or -1. */
static int
place_of(enum gw_machine machine, uint32_t reg)
{
    if (machine == GW_MACHINE_X86_64)
        return reg == 6                 ? 0
               : reg == 16              ? 1
               : reg == 3               ? 2
               : reg >= 12 && reg <= 15 ? (int)reg - 9
                                        : -1;
    return reg == 29                ? 0
           : reg == 30              ? 1
           : reg >= 19 && reg <= 28 ? (int)reg - 17
           : reg >= 72 && reg <= 79 ? (int)reg - 60
                                    : -1;
}

static bool
is_stack_pointer(enum gw_machine machine, uint32_t reg)
{
    return reg == (machine == GW_MACHINE_X86_64 ? 7 : 31);
}

/* ---- frames ---- */

enum { REMEMBERED = 8 };

struct cie {
    uint32_t code_align;
    int32_t data_align;
    bool has_lsda;
    struct gw_native_rule rule; /* at a function's beginning */
};

struct run {
    struct gw_link *link;
    const struct cie *cie;
    struct gw_native_rule rule, remembered[REMEMBERED];
    uint32_t depth, at;
    bool failed;
};

static uint32_t
intern(struct gw_link *link, const struct gw_native_rule *rule)
{
    struct gw_native_rule *rules = link->rules.data;
    for (size_t i = link->rules.count; i-- > 0;) {
        if (memcmp(&rules[i], rule, sizeof(*rule)) == 0)
            return (uint32_t)i;
    }
    struct gw_native_rule *added = gw_vec_push(&link->rules);
    if (!added)
        return GW_NO_INDEX;
    *added = *rule;
    return (uint32_t)(link->rules.count - 1);
}

static void
emit(struct run *run)
{
    uint32_t index = intern(run->link, &run->rule);
    if (index == GW_NO_INDEX ||
        !gw_link_add_row(&run->link->frames, run->at, index))
        run->failed = true;
}

static void
save(struct run *run, uint32_t reg, int64_t offset)
{
    int place = place_of(run->link->machine, reg);
    int64_t words = offset * run->cie->data_align / 8;
    if (place < 0 || words >= 0 || words < INT16_MIN)
        run->failed = true;
    else
        run->rule.saved[place] = (int16_t)words;
}

static void
restore(struct run *run, uint32_t reg)
{
    int place = place_of(run->link->machine, reg);
    if (place >= 0)
        run->rule.saved[place] = run->cie->rule.saved[place];
}

static void
set_register(struct run *run, uint32_t reg)
{
    run->rule.framed = !is_stack_pointer(run->link->machine, reg);
    if (run->rule.framed && place_of(run->link->machine, reg) != 0)
        run->failed = true;
}

static void
advance(struct run *run, uint32_t by)
{
    emit(run);
    run->at += by * run->cie->code_align;
}

/* Instructions whose number is in the low bits of the byte. */
static void
step_long(struct run *run, struct cursor *c, uint8_t code)
{
    switch (code) {
    case 0x00: /* nop */
        break;
    case 0x02:
        advance(run, (uint32_t)fixed(c, 1));
        break;
    case 0x03:
        advance(run, (uint32_t)fixed(c, 2));
        break;
    case 0x04:
        advance(run, (uint32_t)fixed(c, 4));
        break;
    case 0x05: { /* offset_extended */
        uint32_t reg = unsigned_leb(c);
        save(run, reg, unsigned_leb(c));
        break;
    }
    case 0x06:
        restore(run, unsigned_leb(c));
        break;
    case 0x0a:
        run->failed = run->failed || run->depth == REMEMBERED;
        if (!run->failed)
            run->remembered[run->depth++] = run->rule;
        break;
    case 0x0b:
        run->failed = run->failed || run->depth == 0;
        if (!run->failed)
            run->rule = run->remembered[--run->depth];
        break;
    case 0x0c: /* def_cfa */
        set_register(run, unsigned_leb(c));
        run->rule.cfa = (int32_t)unsigned_leb(c);
        break;
    case 0x0d:
        set_register(run, unsigned_leb(c));
        break;
    case 0x0e:
        run->rule.cfa = (int32_t)unsigned_leb(c);
        break;
    case 0x2e: /* GNU_args_size */
        unsigned_leb(c);
        break;
    default:
        run->failed = true;
        break;
    }
}

static void
step(struct run *run, struct cursor *c)
{
    uint8_t byte = (uint8_t)fixed(c, 1), low = byte & 0x3f;
    switch (byte >> 6) {
    case 1:
        advance(run, low);
        break;
    case 2:
        save(run, low, unsigned_leb(c));
        break;
    case 3:
        restore(run, low);
        break;
    default:
        step_long(run, c, byte);
        break;
    }
}

static bool
read_cie(struct gw_link *link, struct cursor c, struct cie *out)
{
    fixed(&c, 1); /* version */
    const char *augmentation = (const char *)c.at;
    while (fixed(&c, 1) != 0) {
    }
    *out = (struct cie){ .code_align = unsigned_leb(&c) };
    out->data_align = signed_leb(&c);
    unsigned_leb(&c); /* register of the return address */
    if (*augmentation == 'z')
        unsigned_leb(&c);
    for (; *augmentation; augmentation++) {
        if (*augmentation == 'P') {
            uint8_t encoding = (uint8_t)fixed(&c, 1);
            fixed(&c, (encoding & 0x0f) == 0x0c ? 8 : 4);
        } else if (*augmentation == 'L') {
            out->has_lsda = true;
            fixed(&c, 1);
        } else if (*augmentation == 'R') {
            if (fixed(&c, 1) != 0x1b) /* 4 bytes from their own place */
                return false;
        }
    }
    struct run run = { .link = link, .cie = out };
    while (c.at < c.end && !run.failed && !c.failed)
        step(&run, &c);
    out->rule = run.rule;
    return !run.failed && !c.failed;
}

/* ---- landing pads ---- */

static bool
read_pads(struct gw_link *link, const struct gw_link_part *except,
          uint32_t address, uint32_t func)
{
    struct cursor c = part_cursor(except);
    if (address - except->address >= except->size)
        return false;
    c.at += address - except->address;
    if (fixed(&c, 1) != 0xff) /* pads count from the function's beginning */
        return false;
    if (fixed(&c, 1) != 0xff)
        unsigned_leb(&c);
    bool compact = fixed(&c, 1) == 0x01;
    uint32_t size = unsigned_leb(&c);
    if ((size_t)(c.end - c.at) < size)
        return false;
    c.end = c.at + size;
    while (c.at < c.end && !c.failed) {
        uint32_t part[3];
        for (int i = 0; i < 3; i++)
            part[i] = compact ? unsigned_leb(&c) : (uint32_t)fixed(&c, 4);
        unsigned_leb(&c); /* action */
        if (part[2] == 0)
            continue;
        struct gw_native_pad *pad = gw_vec_push(&link->pads);
        if (!pad)
            return false;
        *pad = (struct gw_native_pad){ func + part[0], func + part[0] + part[1],
                                       func + part[2] };
    }
    return !c.failed;
}

static bool
read_fde(struct gw_link *link, struct cursor c, const struct cie *cie,
         const struct gw_link_part *except)
{
    struct run run = { .link = link, .cie = cie, .rule = cie->rule };
    uint32_t func = relative(&c);
    uint32_t size = (uint32_t)fixed(&c, 4);
    uint32_t more = unsigned_leb(&c);
    const uint8_t *code = c.at + more;
    if (cie->has_lsda) {
        uint32_t lsda = relative(&c);
        if (lsda != 0 && !read_pads(link, except, lsda, func))
            return false;
    }
    c.at = code;
    run.at = func;
    while (c.at < c.end && !run.failed && !c.failed)
        step(&run, &c);
    emit(&run);
    return !run.failed && !c.failed &&
           gw_link_add_row(&link->frames, func + size, GW_NO_INDEX);
}

enum gw_err
gw_link_frames(struct gw_link *link, const struct gw_link_part *frame,
               const struct gw_link_part *except)
{
    struct cursor all = part_cursor(frame);
    while (all.at < all.end) {
        uint32_t size = (uint32_t)fixed(&all, 4);
        if (size == 0)
            continue;
        struct cursor c = all;
        if ((size_t)(all.end - all.at) < size || size < 4)
            return fail(link, ".eh_frame");
        all.at += size;
        c.end = all.at;
        const uint8_t *here = c.at;
        uint32_t back = (uint32_t)fixed(&c, 4);
        if (back == 0)
            continue; /* read when somebody names it */
        struct cursor of = part_cursor(frame);
        of.at = here - back;
        struct cie cie;
        uint32_t cie_size = (uint32_t)fixed(&of, 4);
        of.end = of.at + cie_size;
        fixed(&of, 4);
        if (!read_cie(link, of, &cie) || !read_fde(link, c, &cie, except))
            return fail(link, ".eh_frame");
    }
    return GW_OK;
}

/* ---- lines ---- */

struct program {
    uint8_t least, opcode_base, line_range;
    int8_t line_base;
    uint8_t lengths[256];
};

static bool
read_header(struct cursor *c, struct program *p)
{
    if (fixed(c, 2) != 4)
        return false;
    uint32_t size = (uint32_t)fixed(c, 4);
    const uint8_t *code = c->at + size;
    p->least = (uint8_t)fixed(c, 1);
    fixed(c, 2); /* operations of an instruction, statements */
    p->line_base = (int8_t)fixed(c, 1);
    p->line_range = (uint8_t)fixed(c, 1);
    p->opcode_base = (uint8_t)fixed(c, 1);
    for (int i = 1; i < p->opcode_base; i++)
        p->lengths[i] = (uint8_t)fixed(c, 1);
    bool good = !c->failed && code <= c->end && p->line_range != 0;
    c->at = code;
    return good;
}

struct row {
    uint32_t at;
    uint32_t line;
};

/* False at the end of a sequence. */
static bool
run_extended(struct cursor *c, struct row *row)
{
    uint32_t size = unsigned_leb(c);
    const uint8_t *next = c->at + size;
    uint8_t code = (uint8_t)fixed(c, 1);
    if (code == 2)
        row->at = (uint32_t)fixed(c, size - 1);
    c->at = next;
    return code != 1;
}

static bool
run_standard(struct cursor *c, const struct program *p, uint8_t code,
             struct row *row)
{
    switch (code) {
    case 1: /* copy */
        return true;
    case 2:
        row->at += unsigned_leb(c) * p->least;
        break;
    case 3:
        row->line += (uint32_t)signed_leb(c);
        break;
    case 8:
        row->at += (uint32_t)(255 - p->opcode_base) / p->line_range * p->least;
        break;
    case 9:
        row->at += (uint32_t)fixed(c, 2);
        break;
    default:
        for (int i = 0; i < p->lengths[code]; i++)
            unsigned_leb(c);
        break;
    }
    return false;
}

static bool
run_lines(struct gw_link *link, struct cursor *c, const struct program *p)
{
    struct row row = { 0, 1 };
    while (c->at < c->end && !c->failed) {
        uint8_t code = (uint8_t)fixed(c, 1);
        bool done = false;
        if (code >= p->opcode_base) {
            uint32_t step_ = (uint32_t)(code - p->opcode_base);
            row.at += step_ / p->line_range * p->least;
            row.line += (uint32_t)(p->line_base +
                                   (int32_t)(step_ % p->line_range));
            done = true;
        } else if (code == 0) {
            if (run_extended(c, &row))
                continue;
            if (!gw_link_add_row(&link->lines, row.at, 0))
                return false;
            row = (struct row){ 0, 1 };
        } else {
            done = run_standard(c, p, code, &row);
        }
        if (done && !gw_link_add_row(&link->lines, row.at, row.line))
            return false;
    }
    return !c->failed;
}

enum gw_err
gw_link_lines(struct gw_link *link, const struct gw_link_part *line)
{
    struct cursor all = part_cursor(line);
    while (all.at < all.end) {
        struct program program;
        uint32_t size = (uint32_t)fixed(&all, 4);
        struct cursor c = all;
        if ((size_t)(all.end - all.at) < size)
            return fail(link, ".debug_line");
        all.at += size;
        c.end = all.at;
        if (!read_header(&c, &program) || !run_lines(link, &c, &program))
            return fail(link, ".debug_line");
    }
    return GW_OK;
}
