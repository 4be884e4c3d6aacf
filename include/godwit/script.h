/*
 * godwit/script.h: running scripts of the official test suite (.wast).
 */
#ifndef GODWIT_SCRIPT_H
#define GODWIT_SCRIPT_H

#include "godwit/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a script came to. */
struct godwit_script_result {
    uint32_t passed, failed, skipped; /* commands, assertions among them */
    uint32_t assertions;              /* of those, however they went */
};

enum godwit_script_event {
    GODWIT_SCRIPT_FAILED,
    GODWIT_SCRIPT_SKIPPED, /* needs what the engine does not execute yet */
    GODWIT_SCRIPT_NOTE /* passed, but the message differs from the suite's */
};

/* Called for each command that did not simply pass.  message is terminated
 * and valid during the call. */
typedef void godwit_script_report_t(void *env, enum godwit_script_event event,
                                    uint32_t line, const char *message);

/* Runs a script, in stores of the engine made for it.  Returns an error only
 * when the script cannot be read to its end (SYNTAX with line and column,
 * NOMEM); result is always filled.  report may be NULL. */
GODWIT_API godwit_error_t *
godwit_script_run(wasm_engine_t *engine, const void *text, size_t size,
                  godwit_script_report_t *report, void *env,
                  struct godwit_script_result *result);

#ifdef __cplusplus
}
#endif

#endif
