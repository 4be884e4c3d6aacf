/*
 * [DOC] Superinstructions.
 *
 * A superinstruction does what several instructions that follow each other do.
 * super.def has a row for each; a row names its parts and says where a part
 * takes an operand from a part before it, in a register and not from a slot.
 *
 * Joining is the last step of translation and changes one word only: the
 * number of the first instruction.  The others stay, with all their words:
 *
 *     | I32_ADD  d s s | I32_LOAD_G  d s i |
 *     | SUPER_17 d s s | I32_LOAD_G  d s i |      the same places, one jump
 *
 * So a branch, a safepoint or a frame may come to any of the instructions, the
 * place of a trap is that of the part that traps, and whatever is found out
 * by translating once more is found without any joining.  Who has no handler
 * for a superinstruction runs its first part and goes on.
 *
 * The result of a part that only a later part reads is not stored when it is
 * an operand on the stack, for that is popped when it is read.
 */
#ifndef GW_INTERP_SUPER_H
#define GW_INTERP_SUPER_H

#include <stdint.h>

enum { GW_SUPER_MAX = 6 }; /* parts */

/* Where a part leaves its result.  PASSED: with parts that follow only. */
enum gw_super_result { GW_SUPER_NONE, GW_SUPER_STORED, GW_SUPER_PASSED };

/* A row of super.def. */
struct gw_super {
    uint16_t count;
    struct gw_super_part {
        uint16_t iop;
        uint16_t result; /* enum gw_super_result */
        uint16_t links;  /* three bits for each operand word from the first
                            on: number of the part whose result it is, or 0 */
    } parts[GW_SUPER_MAX];
};

/* From GW_IOP_COUNT to GW_IOP_END, in the order of their numbers. */
extern const struct gw_super gw_supers[];

/* Where an instruction begins. */
struct gw_super_start {
    uint32_t at;
    uint32_t best, iop; /* private: what is gained from here on, and how */
};

/* Joins count instructions; starts has room for one more.  Slots from temps on
 * are operands on the stack. */
void gw_super_join(uint32_t *words, struct gw_super_start *starts,
                   uint32_t count, uint32_t temps);

/* The first part of a superinstruction; any other instruction is itself. */
uint32_t gw_super_first(uint32_t iop);

#endif
