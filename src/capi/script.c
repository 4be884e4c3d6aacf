/* Scripts of the official test suite: godwit/script.h. */
#include "script/script.h"
#include "capi/error.h"
#include "capi/store.h"

static_assert((int)GODWIT_SCRIPT_FAILED == GW_SCRIPT_FAILED &&
                  (int)GODWIT_SCRIPT_SKIPPED == GW_SCRIPT_SKIPPED &&
                  (int)GODWIT_SCRIPT_NOTE == GW_SCRIPT_NOTE,
              "the events count alike");

struct listener {
    godwit_script_report_t *report;
    void *env;
};

static void
pass_on(void *env, enum gw_script_event event, uint32_t line,
        const char *message)
{
    const struct listener *listener = env;
    listener->report(listener->env, (enum godwit_script_event)event, line,
                     message);
}

godwit_error_t *
godwit_script_run(wasm_engine_t *engine, const void *text, size_t size,
                  godwit_script_report_t *report, void *env,
                  struct godwit_script_result *result)
{
    struct listener listener = { report, env };
    const struct gw_script_options options = {
        .report = report ? pass_on : NULL,
        .env = &listener,
        .notes = true,
    };
    struct gw_script_result inside = { .passed = 0 };
    struct gw_diag diag;

    gw_diag_init(&diag);
    enum gw_err err = gw_script_run(engine->engine, gw_span(text, size),
                                    &options, &diag, &inside);
    if (err != GW_OK)
        gw_diag_report(&diag, err, GW_NO_OFFSET, "%s", gw_err_text(err));
    result->passed = inside.passed;
    result->failed = inside.failed;
    result->skipped = inside.skipped;
    result->assertions = inside.assertions;
    return gw_error_new(&diag);
}
