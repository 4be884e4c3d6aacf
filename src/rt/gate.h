/*
 * The way between machine code and C: written in assembly, one machine each
 * (gate.c).
 */
#ifndef GW_RT_GATE_H
#define GW_RT_GATE_H

#include "rt/native.h"

/* Reads what a gate has left at ctx->regs. */
void gw_gate_read(const void *regs, struct gw_native_cursor *cursor);

/* Goes on at cursor->pc with its registers and an exception. */
_Noreturn void gw_gate_land(const struct gw_native_cursor *cursor,
                            uint64_t exn);

/* A cursor at code that was interrupted. */
void gw_gate_interrupted(const struct gw_os_registers *at,
                         struct gw_native_cursor *cursor);

/* Machine code traps with an instruction that cannot be executed: is one at
 * pc, and with which number? */
bool gw_gate_is_trap(const uint8_t *pc, uint32_t *trap);

#endif
