/*
 * What instantiation needs of calls.
 */
#ifndef GW_RT_CALL_H
#define GW_RT_CALL_H

#include "rt/store.h"

/* Records a trap that no function raised but the run time itself, with the
 * frames that stand on the guest stack. */
void gw_exec_raise(struct gw_exec *exec, enum gw_trap trap);

/* Records a trap of the guest as gw_func_call does, while the frames stand. */
void gw_exec_record(struct gw_exec *exec, enum gw_trap trap);

#endif
