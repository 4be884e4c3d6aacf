/*
 * Counting what guests do, one instruction at a time.
 *
 * Only the switch driver tells of each instruction, and only when exec->counts
 * is set; the fast drivers know nothing of it.
 */
#ifndef GW_INTERP_COUNT_H
#define GW_INTERP_COUNT_H

#include "interp/code.h"
#include "rt/tier.h"

/* The three functions of struct gw_tier. */
enum gw_err gw_interp_count(struct gw_exec *exec);
enum gw_err gw_interp_counts(struct gw_exec *exec,
                             void (*visit)(void *env,
                                           const struct gw_count *count),
                             void *env);
void gw_interp_free_counts(struct gw_exec *exec);

/* The frame is about to run the instruction at pc. */
void gw_interp_count_one(struct gw_exec *exec,
                         const struct gw_frame_record *record,
                         const uint32_t *pc);

#endif
