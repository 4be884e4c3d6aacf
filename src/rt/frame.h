/*
 * [DOC] The canonical frame.
 *
 * Every tier can write its frames in this form at a safepoint and be entered
 * from it.  Tier-up, tier-down, checkpoint, migration, debugger and collector
 * all go through it, so N tiers on M machines need N + M converters.
 *
 * Safepoints are loop headers and calls.  A frame at a loop header goes on by
 * executing the loop's first operator; a frame at a call waits for the
 * callee's results.  Locals and operands are typed as the validator has them
 * at that place; values are canonical slots, v128 takes two.
 */
#ifndef GW_RT_FRAME_H
#define GW_RT_FRAME_H

#include "base/vec.h"
#include "rt/instance.h"

enum gw_frame_kind {
    GW_FRAME_LOOP, /* at a loop header, before its first operator; the
                      operands include the loop's parameters */
    GW_FRAME_CALL, /* in a call; the operands exclude its arguments */
    GW_FRAME_ENTRY /* at the function's first operator */
};

struct gw_frame {
    struct gw_funcinst *func;
    uint32_t pc; /* offset of the loop or call operator in the module */
    enum gw_frame_kind kind;
    uint32_t local_count;
    uint32_t operand_count; /* with the exceptions of the legacy handlers
                               around the place, outermost first, at the end */
    uint32_t first_type;    /* of local_count + operand_count in types */
    uint32_t first_slot;    /* their values in slots */
};

/* A whole guest stack between two host boundaries, outermost frame first. */
struct gw_frames {
    struct gw_vec frames; /* struct gw_frame */
    struct gw_vec types;  /* gw_valtype (module indices) */
    struct gw_vec slots;  /* union gw_slot */
};

void gw_frames_init(struct gw_frames *frames, struct gw_alloc *alloc);
void gw_frames_fini(struct gw_frames *frames);
void gw_frames_clear(struct gw_frames *frames);

#endif
