/*
 * Finding out what code means, by translating its function once more.
 *
 * Nothing about code is stored beside it.  A probe runs the translator up to
 * a place in the code or in the module, and leaves it there, so that its
 * stacks of operands and types can be read.
 */
#ifndef GW_INTERP_PROBE_H
#define GW_INTERP_PROBE_H

#include "interp/translate.h"
#include "rt/frame.h"

struct gw_probe {
    struct gw_op_iter it;
    struct gw_trans t;

    /* What was found. */
    bool found;
    enum gw_frame_kind kind;
    uint32_t pc;       /* of the operator in the module */
    uint32_t offset;   /* in the code: where the frame goes on */
    uint32_t operands; /* how many it has */

    /* Private: what is looked for. */
    bool by_offset, safepoint;
    uint32_t want;
};

/* Finds the frame that goes on at an offset in the code of func: behind a
 * call, or, if at_safepoint, at a loop or the function's beginning. */
enum gw_err gw_probe_offset(struct gw_probe *probe, struct gw_program *program,
                            uint32_t func, uint32_t offset, bool at_safepoint);
/* Finds the safepoint of a loop or call operator, or the function's
 * beginning. */
enum gw_err gw_probe_pc(struct gw_probe *probe, struct gw_program *program,
                        uint32_t func, uint32_t pc, enum gw_frame_kind kind);
/* After either, whether it has failed or not. */
void gw_probe_fini(struct gw_probe *probe);

/* Where the code of each operator of a function ends. */
struct gw_code_map {
    struct gw_vec places; /* struct gw_code_place, ascending */
    uint32_t first;       /* pc of the function */
};

struct gw_code_place {
    uint32_t end; /* in the code */
    uint32_t pc;  /* in the module */
};

enum gw_err gw_code_map_init(struct gw_code_map *map,
                             struct gw_program *program, uint32_t func);
void gw_code_map_fini(struct gw_code_map *map);
/* The operator whose code ends at, or goes on behind, an offset. */
uint32_t gw_code_map_find(const struct gw_code_map *map, uint32_t offset);

#endif
