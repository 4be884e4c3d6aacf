/*
 * Policy files and grants: an error with its place, or rules that name, judge
 * and explain without a fault and read back what they say of themselves.
 * What begins with '@' is a grant, anything else a file.
 */
#include "policy/explain.h"
#include "policy/gate.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static enum gw_err
read_any(struct gw_policy *policy, const uint8_t *data, size_t size,
         struct gw_diag *diag)
{
    if (size == 0 || data[0] != '@')
        return gw_policy_read(policy, gw_span(data, size), diag);
    char *text = calloc(1, size);
    must(text != NULL, "no memory");
    memcpy(text, data + 1, size - 1);
    enum gw_err err = gw_policy_grant(policy, GW_ACTION_ALLOW, text, diag);
    free(text);
    return err;
}

/* What the explanation of the rules says must hold at a gate. */
static void
judge(struct gw_policy *policy)
{
    static const struct gw_ask ask = { .has = GW_ASK_PATH | GW_ASK_ACCESS |
                                              GW_ASK_CLOCK | GW_ASK_HOST |
                                              GW_ASK_BYTES | GW_ASK_HANDLES,
                                       .access = GW_ACCESS_READ,
                                       .clocks = 2,
                                       .bytes = 100,
                                       .paths = { "/a/b", "c" },
                                       .path_count = 2,
                                       .port = 80 };
    const struct gw_subject subject = { gw_span_str("wasi_snapshot_preview1"),
                                        gw_span_str("path_open") };
    struct gw_alloc alloc;
    struct gw_vec text;
    enum gw_answer answer;
    struct gw_verdict verdict;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    gw_vec_init(&text, &alloc, 1);
    struct gw_gate *gate = gw_gate_new();
    must(gate && gw_gate_set(gate, policy) == GW_OK, "no memory");
    struct gw_guard *guard = gw_guard_new(gate, NULL, subject);
    must(guard != NULL, "no memory");
    must(gw_explain_function(policy, subject, &answer, &text), "no memory");
    gw_guard_judge(guard, &ask, &verdict);
    must(answer != GW_ANSWER_REFUSED || !verdict.allowed,
         "allowed what it says it refuses");
    must(answer != GW_ANSWER_ALLOWED || verdict.allowed,
         "refused what it says it allows");
    for (struct gw_rule *rule = policy->first; rule; rule = rule->next)
        gw_explain_rule(rule, &text);
    gw_guard_free(guard);
    gw_gate_unref(gate);
    gw_vec_fini(&text);
    must(alloc.used == 0, "leaks");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_diag diag;
    struct gw_policy *policy = gw_policy_new();
    bool file = size == 0 || data[0] != '@';
    gw_diag_init(&diag);
    must(policy != NULL, "no memory");
    enum gw_err err = read_any(policy, data, size, &diag);
    must((err == GW_OK) == (diag.err == GW_OK), "fails without saying why");
    /* Limits of the whole have no place. */
    must(err != GW_ERR_SYNTAX || !file || diag.line > 0, "without a place");
    if (err == GW_OK)
        judge(policy);
    gw_policy_unref(policy);
    return 0;
}
