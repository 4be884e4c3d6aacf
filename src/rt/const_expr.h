/*
 * Constant expressions, spec 3.4.14 and 4.5.4: what initialises globals,
 * tables and segments.  They are valid; running one changes nothing.
 */
#ifndef GW_RT_CONST_EXPR_H
#define GW_RT_CONST_EXPR_H

#include "base/reader.h"
#include "rt/instance.h"

/* Evaluates the expression at the reader's position, up to and including its
 * end.  The instance's functions and all globals that the expression reads
 * must be there.  Fails with GW_ERR_NOMEM, and with GW_ERR_UNSUPPORTED for
 * an operator that is not executable; reports to the reader's diag. */
enum gw_err gw_const_read(struct gw_instance *instance,
                          struct gw_reader *reader, union gw_slot value[2]);

/* The same for an expression of the instance's module. */
enum gw_err gw_const_eval(struct gw_instance *instance,
                          const struct gw_expr *expr, struct gw_diag *diag,
                          union gw_slot value[2]);

#endif
