/*
 * Scripts of the official test suite (.wast): modules, actions, assertions.
 *
 * Every script runs in a store of its own with the host module "spectest".
 * One thread.
 */
#ifndef GW_SCRIPT_SCRIPT_H
#define GW_SCRIPT_SCRIPT_H

#include "rt/engine.h"

struct gw_script_result {
    uint32_t passed, failed, skipped; /* commands, assertions among them */
    uint32_t assertions;              /* of those, however they went */
};

enum gw_script_event {
    GW_SCRIPT_FAILED,
    GW_SCRIPT_SKIPPED,
    GW_SCRIPT_NOTE /* passed, but the message differs from the suite's */
};

typedef void gw_script_report_fn(void *env, enum gw_script_event event,
                                 uint32_t line, const char *message);

struct gw_script_options {
    gw_script_report_fn *report; /* may be NULL */
    void *env;
    bool notes; /* report GW_SCRIPT_NOTE, too */
    /* Told every module of the script: its text, and its bytes when it has
     * any.  May be NULL. */
    void (*module)(void *env, struct gw_span text, struct gw_span bytes);
};

/* Runs a script.  Fails only when it cannot be read to its end
 * (GW_ERR_SYNTAX with line and column, GW_ERR_NOMEM); result is always
 * filled.  Commands that need what the engine does not execute yet are
 * skipped with the reason. */
enum gw_err gw_script_run(struct gw_engine *engine, struct gw_span text,
                          const struct gw_script_options *options,
                          struct gw_diag *diag,
                          struct gw_script_result *result);

#endif
