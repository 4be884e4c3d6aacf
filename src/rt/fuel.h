/*
 * [DOC] Fuel: how work is counted.  Every tier counts alike, so that a limit
 * stops a guest at the same place whichever tier runs it.
 *
 * 1. An operator costs 1; nop, and operators that only open, divide or close
 *    a block, cost 0.  `if` costs 1: it is a branch.
 * 2. A segment is a run of operators that control cannot leave or enter in
 *    the middle.  It ends behind every operator with one of the flags
 *    STRUCTURE, BRANCH, CALL and TERMINATES of op.def.
 * 3. The cost of a whole segment is charged when control enters it, before
 *    its first operator that costs something; nothing is charged for a
 *    segment that costs 0.  When fuel falls below 0 the guest traps there.
 *    A trap in the middle of a segment gives nothing back.
 * 4. Operators that no control can reach (op_iter.h) do not count.
 * 5. Bulk operators pay for their size too, as gw_fuel_bulk says, when they
 *    are executed and before they check anything.
 */
#ifndef GW_RT_FUEL_H
#define GW_RT_FUEL_H

#include "wasm/op.h"

static inline uint32_t
gw_fuel_cost(enum gw_op op)
{
    bool structure = (gw_op_table[op].flags & GW_OPF_STRUCTURE) != 0;
    return op == GW_OP_IF || (op != GW_OP_NOP && !structure);
}

static inline bool
gw_fuel_ends_segment(enum gw_op op)
{
    return (gw_op_table[op].flags & (GW_OPF_STRUCTURE | GW_OPF_BRANCH |
                                     GW_OPF_CALL | GW_OPF_TERMINATES)) != 0;
}

/* How many units of a size go for 1, as a logarithm: 64 bytes of memory, 8
 * elements of a table or an array.  The rest of a division is free. */
enum { GW_FUEL_MEMORY_LOG2 = 6, GW_FUEL_TABLE_LOG2 = 3 };

static inline int64_t
gw_fuel_bulk(uint64_t size, uint32_t log2)
{
    return (int64_t)(size >> log2);
}

#endif
