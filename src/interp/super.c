#include "interp/super.h"

#include "interp/code.h"

enum { RESULT_s = GW_SUPER_STORED, RESULT_r = GW_SUPER_PASSED };
enum { LINK__, LINK_1, LINK_2, LINK_3, LINK_4, LINK_5 };
#define LINK(WORD, A) LINK_##A << 3 * ((WORD) - 1)

#define N1(IDENT, D, A) { GW_IOP_##IDENT, RESULT_##D, LINK(2, A) }
#define SS(IDENT, D, A, B) \
    { GW_IOP_##IDENT, RESULT_##D, LINK(2, A) | LINK(3, B) }
#define SF(IDENT, D, A, B) SS(IDENT, D, A, B)
#define SK(IDENT, D, A) { GW_IOP_##IDENT##_K, RESULT_##D, LINK(2, A) }
#define SL(IDENT, D, A) SK(IDENT, D, A)
#define MV(A) { GW_IOP_MOVE, GW_SUPER_STORED, LINK(2, A) }
#define KC() { GW_IOP_CONST, GW_SUPER_STORED, 0 }
#define GG(D) { GW_IOP_GLOBAL_GET, RESULT_##D, 0 }
#define GS(A) { GW_IOP_GLOBAL_SET, GW_SUPER_NONE, LINK(1, A) }
#define SE(D, C, A, B) \
    { GW_IOP_SELECT, RESULT_##D, LINK(2, C) | LINK(3, A) | LINK(4, B) }
#define LD(IDENT, D, A) { GW_IOP_##IDENT##_G, RESULT_##D, LINK(2, A) }
#define ST(IDENT, A, V) \
    { GW_IOP_##IDENT##_G, GW_SUPER_NONE, LINK(1, A) | LINK(2, V) }
#define BR(IDENT, A, B) \
    { GW_IOP_BR_##IDENT, GW_SUPER_NONE, LINK(1, A) | LINK(2, B) }
#define BR_L(IDENT, A, B) \
    { GW_IOP_BR_##IDENT##_L, GW_SUPER_NONE, LINK(1, A) | LINK(2, B) }
#define BN(IDENT, A, B) \
    { GW_IOP_BR_NOT_##IDENT, GW_SUPER_NONE, LINK(1, A) | LINK(2, B) }
#define BN_L(IDENT, A, B) \
    { GW_IOP_BR_NOT_##IDENT##_L, GW_SUPER_NONE, LINK(1, A) | LINK(2, B) }
#define BK(IDENT, A) { GW_IOP_BR_##IDENT##_K, GW_SUPER_NONE, LINK(1, A) }
#define BK_L(IDENT, A) { GW_IOP_BR_##IDENT##_K_L, GW_SUPER_NONE, LINK(1, A) }
#define BT(A) { GW_IOP_BR_IF, GW_SUPER_NONE, LINK(1, A) }
#define BT_L(A) { GW_IOP_BR_IF_L, GW_SUPER_NONE, LINK(1, A) }
#define BF(A) { GW_IOP_BR_UNLESS, GW_SUPER_NONE, LINK(1, A) }
#define BF_L(A) { GW_IOP_BR_UNLESS_L, GW_SUPER_NONE, LINK(1, A) }
#define GO_TO() { GW_IOP_BR, GW_SUPER_NONE, 0 }
#define GO_TO_L() { GW_IOP_BR_L, GW_SUPER_NONE, 0 }
#define RETURNS(A) { GW_IOP_RETURN_1, 0, LINK(1, A) }

#define SUPER2(A, B) SUPER_LINE(__LINE__, 2, A, B)
#define SUPER3(A, B, C) SUPER_LINE(__LINE__, 3, A, B, C)
#define SUPER4(A, B, C, D) SUPER_LINE(__LINE__, 4, A, B, C, D)
#define SUPER5(A, B, C, D, E) SUPER_LINE(__LINE__, 5, A, B, C, D, E)
#define SUPER6(A, B, C, D, E, F) SUPER_LINE(__LINE__, 6, A, B, C, D, E, F)
#define SUPER_AT(LINE, COUNT, ...) { COUNT, { __VA_ARGS__ } },

const struct gw_super gw_supers[] = {
#include "interp/super.def"
};

/* Number of the first row that begins with an instruction, + 1. */
enum {
#define FIRST(IDENT) AT_##IDENT, BEFORE_##IDENT = AT_##IDENT - 1,
#define SUPER_AT(LINE, ...) ROW_##LINE,
#include "interp/super.def"
    ROW_COUNT
};

static const uint16_t first_rows[GW_IOP_COUNT] = {
#define FIRST(IDENT) [GW_IOP_##IDENT] = AT_##IDENT + 1,
#define SUPER_AT(LINE, ...)
#include "interp/super.def"
};

/* Is an operand of part number `reader` the result of number `from`, and not
 * that of a part between them? */
static bool
is_linked(const struct gw_super *row, const uint32_t *const *part,
          uint32_t from, uint32_t reader, uint32_t slot)
{
    for (uint32_t i = reader; i-- > from;) {
        if (row->parts[i].result != GW_SUPER_NONE && part[i][1] == slot)
            return i == from;
    }
    return false;
}

/* What is gained by joining instructions as a row says: 8 for each jump, 2 for
 * each operand that stays in a register, 1 for each result that is not stored;
 * 0 if the row is not about them. */
static uint32_t
gain_of(const struct gw_super *row, const uint32_t *words,
        const struct gw_super_start *starts, uint32_t temps)
{
    const uint32_t *part[GW_SUPER_MAX];
    for (uint32_t i = 0; i < row->count; i++) {
        part[i] = words + starts[i].at;
        if (part[i][0] != row->parts[i].iop)
            return 0;
    }
    uint32_t gain = 8 * (row->count - 1u);
    for (uint32_t i = 0; i < row->count; i++) {
        bool passed = row->parts[i].result == GW_SUPER_PASSED;
        if (passed && part[i][1] < temps)
            return 0;
        gain += passed;
        uint32_t links = row->parts[i].links;
        for (uint32_t word = 1; links != 0; word++, links >>= 3) {
            if ((links & 7) == 0)
                continue;
            if (!is_linked(row, part, (links & 7) - 1, i, part[i][word]))
                return 0;
            gain += 2;
        }
    }
    return gain;
}

/* From the last instruction to the first: the best from here on is the best of
 * a row and the best behind it.  So each place has what is best for who comes
 * there, be it from before or by a branch. */
void
gw_super_join(uint32_t *words, struct gw_super_start *starts, uint32_t count,
              uint32_t temps)
{
    if (count == 0)
        return;
    starts[count].best = 0;
    for (uint32_t i = count, second = GW_IOP_END, iop; i-- > 0; second = iop) {
        struct gw_super_start *start = &starts[i];
        iop = words[start->at];
        start->best = start[1].best;
        start->iop = iop;
        uint32_t r = first_rows[iop];
        if (r == 0)
            continue;
        /* Most rows are seen not to fit by their second part. */
        for (r--; r < ROW_COUNT && gw_supers[r].parts[0].iop == iop; r++) {
            if (gw_supers[r].parts[1].iop != second ||
                i + gw_supers[r].count > count)
                continue;
            uint32_t gain = gain_of(&gw_supers[r], words, start, temps);
            if (gain == 0 ||
                gain + start[gw_supers[r].count].best <= start->best)
                continue;
            start->best = gain + start[gw_supers[r].count].best;
            start->iop = GW_IOP_COUNT + r;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        words[starts[i].at] = starts[i].iop;
}

uint32_t
gw_super_first(uint32_t iop)
{
    return iop < GW_IOP_COUNT ? iop
                              : gw_supers[iop - GW_IOP_COUNT].parts[0].iop;
}
