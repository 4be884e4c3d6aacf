/* Deciding host function by host function: godwit/policy.h. */
#include "capi/policy.h"
#include "capi/error.h"
#include "capi/heap.h"
#include "policy/explain.h"
#include "wasi/wasi.h"

static_assert((int)GODWIT_POLICY_DENY == GW_ACTION_DENY &&
                  (int)GODWIT_POLICY_ALLOWED == GW_ANSWER_ALLOWED,
              "actions and answers count alike");

/* ---- texts ---- */

/* What is made before it is copied into a caller's buffer. */
struct draft {
    struct gw_alloc alloc;
    struct gw_vec text;
};

static void
draft_init(struct draft *draft)
{
    gw_alloc_init(&draft->alloc, NULL, NULL, SIZE_MAX);
    gw_vec_init(&draft->text, &draft->alloc, 1);
}

static size_t
draft_fini(struct draft *draft, char *buffer, size_t size)
{
    size_t count = draft->text.count;
    size_t fits = count < size ? count : size - (size > 0);
    if (fits > 0)
        memcpy(buffer, draft->text.data, fits);
    if (size > 0)
        buffer[fits] = '\0';
    gw_vec_fini(&draft->text);
    return count;
}

static godwit_error_t *
outcome(enum gw_err err, const struct gw_diag *diag)
{
    if (err == GW_OK || diag->err != GW_OK)
        return gw_error_new(diag);
    return gw_error_make(err, "%s", gw_err_text(err));
}

/* ---- policies ---- */

godwit_policy_t *
godwit_policy_new(void)
{
    godwit_policy_t *handle = gw_heap_get(1, sizeof(*handle));
    if (handle)
        handle->policy = gw_policy_new();
    if (handle && handle->policy)
        return handle;
    gw_heap_free(handle);
    return NULL;
}

void
godwit_policy_delete(godwit_policy_t *policy)
{
    if (!policy)
        return;
    gw_policy_unref(policy->policy);
    gw_heap_free(policy);
}

godwit_error_t *
godwit_policy_read(godwit_policy_t *policy, const char *text, size_t size)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    return outcome(gw_policy_read(policy->policy, gw_span(text, size), &diag),
                   &diag);
}

godwit_error_t *
godwit_policy_grant(godwit_policy_t *policy, enum godwit_policy_action action,
                    const char *text)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    return outcome(gw_policy_grant(policy->policy, action, text, &diag), &diag);
}

godwit_error_t *
godwit_policy_allow_all(godwit_policy_t *policy, bool log)
{
    struct gw_diag diag;
    gw_diag_init(&diag);
    return outcome(gw_policy_allow_all(policy->policy, log), &diag);
}

/* ---- looking at them ---- */

size_t
godwit_policy_rule(const godwit_policy_t *policy, uint32_t number, char *buffer,
                   size_t size)
{
    struct draft draft;
    const struct gw_rule *rule = policy->policy->first;
    while (rule && number-- > 0)
        rule = rule->next;
    draft_init(&draft);
    if (rule)
        gw_explain_rule(rule, &draft.text);
    return draft_fini(&draft, buffer, size);
}

static struct gw_subject
subject_of(struct godwit_bytes module, struct godwit_bytes name)
{
    struct gw_subject subject = { gw_span(module.data, module.size),
                                  gw_span(name.data, name.size) };
    return subject;
}

size_t
godwit_policy_function(const godwit_policy_t *policy,
                       struct godwit_bytes module, struct godwit_bytes name,
                       enum godwit_policy_answer *answer, char *buffer,
                       size_t size)
{
    struct draft draft;
    enum gw_answer inside;
    draft_init(&draft);
    gw_explain_function(policy->policy, subject_of(module, name), &inside,
                        &draft.text);
    *answer = (enum godwit_policy_answer)inside;
    return draft_fini(&draft, buffer, size);
}

godwit_error_t *
godwit_policy_call(const godwit_policy_t *policy, const char *call,
                   enum godwit_policy_answer *answer, char *buffer, size_t size)
{
    struct draft draft;
    struct gw_diag diag;
    enum gw_answer inside = GW_ANSWER_REFUSED;
    gw_diag_init(&diag);
    draft_init(&draft);
    enum gw_err err = gw_explain_call(policy->policy, call, &inside,
                                      &draft.text, &diag);
    draft_fini(&draft, buffer, size);
    *answer = (enum godwit_policy_answer)inside;
    return outcome(err, &diag);
}

size_t
godwit_policy_keys(struct godwit_bytes module, struct godwit_bytes name,
                   char *buffer, size_t size)
{
    struct draft draft;
    struct gw_subject subject = subject_of(module, name);
    draft_init(&draft);
    gw_explain_asks(gw_wasi_asks(subject.module, subject.name), &draft.text);
    return draft_fini(&draft, buffer, size);
}

const char *
godwit_policy_key(unsigned number, const char **help)
{
    if (number >= GW_KEY_COUNT)
        return NULL;
    *help = gw_key_table[number].help;
    return gw_key_table[number].name;
}

/* ---- gates ---- */

godwit_gate_t *
godwit_gate_new(const godwit_policy_t *policy)
{
    godwit_gate_t *handle = gw_heap_get(1, sizeof(*handle));
    if (handle)
        handle->gate = gw_gate_new();
    if (handle && handle->gate &&
        gw_gate_set(handle->gate, policy->policy) == GW_OK)
        return handle;
    godwit_gate_delete(handle);
    return NULL;
}

void
godwit_gate_delete(godwit_gate_t *gate)
{
    if (!gate)
        return;
    gw_gate_unref(gate->gate);
    gw_heap_free(gate);
}

static godwit_error_t *
plain(enum gw_err err)
{
    return err ? gw_error_make(err, "%s", gw_err_text(err)) : NULL;
}

godwit_error_t *
godwit_gate_set(godwit_gate_t *gate, const godwit_policy_t *policy)
{
    return plain(gw_gate_set(gate->gate, policy->policy));
}

godwit_error_t *
godwit_gate_audit(godwit_gate_t *gate, const char *instance,
                  void (*write)(void *env, const char *line, size_t size),
                  void *env, uint64_t limit)
{
    const struct gw_policy_limit_info *row =
        &gw_policy_limit_table[GW_POLICY_LIMIT_AUDIT];
    if (limit > row->maximum)
        return gw_error_make(GW_ERR_ARGUMENT, "%s must be from 1 to %llu",
                             row->name, (unsigned long long)row->maximum);
    return plain(gw_gate_audit(gate->gate, instance, write, env,
                               limit ? limit : row->standard));
}

bool
godwit_policy_limit(unsigned number, struct godwit_wasi_limit *out)
{
    if (number >= GW_POLICY_LIMIT_COUNT)
        return false;
    const struct gw_policy_limit_info *row = &gw_policy_limit_table[number];
    *out = (struct godwit_wasi_limit){ row->name, row->effect, row->standard,
                                       row->maximum };
    return true;
}

void
godwit_gate_learn(godwit_gate_t *gate)
{
    gw_gate_learn(gate->gate);
}

godwit_error_t *
godwit_gate_learned(godwit_gate_t *gate, wasm_byte_vec_t *out)
{
    struct draft draft;
    draft_init(&draft);
    enum gw_err err = gw_gate_learned(gate->gate, &draft.text);
    if (err == GW_OK)
        wasm_byte_vec_new(out, draft.text.count, draft.text.data);
    if (err == GW_OK && out->size != draft.text.count)
        err = GW_ERR_NOMEM;
    gw_vec_fini(&draft.text);
    return plain(err);
}

uint64_t
godwit_gate_calls(const godwit_gate_t *gate)
{
    return gw_gate_calls(gate->gate);
}
