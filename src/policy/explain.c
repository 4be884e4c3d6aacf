#include "policy/explain.h"
#include "policy/gate_inside.h"

#include <inttypes.h>

/* ---- rules ---- */

static bool
add_texts(struct gw_vec *text, const struct gw_texts *texts)
{
    bool good = true;
    for (const struct gw_text_item *item = texts->first; item && good;
         item = item->next)
        good = gw_append(text, "%s%.300s", item == texts->first ? "" : " or ",
                         item->text);
    return good;
}

static bool
add_clocks(struct gw_vec *text, uint64_t clocks)
{
    bool good = true, first = true;
    for (unsigned i = 0; gw_clock_name(i) && good; i++) {
        if (!(clocks >> i & 1))
            continue;
        good = gw_append(text, "%s%s", first ? "" : " or ", gw_clock_name(i));
        first = false;
    }
    return good;
}

static bool
add_value(const struct gw_rule *rule, enum gw_key key, struct gw_vec *text)
{
    static const char *const access[] = { "", "read", "write", "read-write" };
    enum gw_key_kind kind = gw_key_table[key].kind;
    uint64_t value = rule->values[key];
    if (kind < GW_KIND_CLOCKS)
        return add_texts(text, &rule->texts[kind]);
    if (kind == GW_KIND_CLOCKS)
        return add_clocks(text, value);
    if (kind == GW_KIND_ACCESS)
        return gw_append(text, "%s", access[value & 3]);
    return gw_append(text, "%" PRIu64, value);
}

/* The keys of a set that are given, with their values. */
static bool
add_keys(const struct gw_rule *rule, uint32_t set, const char *before,
         struct gw_vec *text)
{
    bool good = true;
    for (unsigned i = 0; i < GW_KEY_COUNT && good; i++) {
        if (!(rule->given & set & 1u << i))
            continue;
        good = gw_append(text, "%s%s ", before, gw_key_table[i].name) &&
               add_value(rule, (enum gw_key)i, text);
        before = ", ";
    }
    return good;
}

/* All but the functions. */
static bool
add_terms(const struct gw_rule *rule, struct gw_vec *text)
{
    bool good = gw_append(text, "%s",
                          rule->values[GW_KEY_ACTION] == GW_ACTION_DENY
                              ? "denied"
                              : "allowed") &&
                add_keys(rule, GW_CONSTRAINTS, " if ", text) &&
                add_keys(rule, GW_QUOTAS, ", up to ", text);
    if (good && rule->values[GW_KEY_LINKS] == 1)
        good = gw_append(text, ", through links");
    if (good && (rule->given & GW_GIVES(ERRNO)))
        good = gw_append(text, ", refused with E%s",
                         gw_errno_name(rule->values[GW_KEY_ERRNO]));
    return good &&
           (rule->values[GW_KEY_LOG] != 1 || gw_append(text, ", recorded"));
}

bool
gw_explain_rule(const struct gw_rule *rule, struct gw_vec *text)
{
    return (!rule->line || gw_append(text, "line %" PRIu32 ": ", rule->line)) &&
           add_texts(text, &rule->texts[GW_KIND_NAMES]) &&
           gw_append(text, ": ") && add_terms(rule, text);
}

/* ---- functions, calls ---- */

static bool
add_otherwise(const struct gw_policy *policy, struct gw_vec *text)
{
    return policy->otherwise == UINT64_MAX
               ? gw_append(text, "refused with a trap")
               : gw_append(text, "refused with E%s",
                           gw_errno_name(policy->otherwise));
}

bool
gw_explain_function(const struct gw_policy *policy, struct gw_subject subject,
                    enum gw_answer *answer, struct gw_vec *text)
{
    bool first = true, good = true;
    *answer = GW_ANSWER_REFUSED;
    for (const struct gw_rule *rule = policy->first; rule && good;
         rule = rule->next) {
        if (!gw_rule_names(rule, subject))
            continue;
        bool denies = rule->values[GW_KEY_ACTION] == GW_ACTION_DENY;
        bool always = !(rule->given & GW_CONSTRAINTS);
        good = gw_append(text, first ? "" : "; else ") && add_terms(rule, text);
        if (!denies)
            *answer = first && always && !(rule->given & GW_QUOTAS)
                          ? GW_ANSWER_ALLOWED
                          : GW_ANSWER_DEPENDS;
        if (always)
            return good;
        first = false;
    }
    return good && gw_append(text, first ? "" : "; else ") &&
           add_otherwise(policy, text);
}

/* A call as described by the constraints of a rule. */
static void
ask_of(const struct gw_rule *rule, struct gw_ask *ask)
{
    const struct gw_text_item *path = rule->texts[GW_KIND_PATHS].first;
    const struct gw_text_item *host = rule->texts[GW_KIND_HOSTS].first;
    for (; path && ask->path_count < 2; path = path->next)
        ask->paths[ask->path_count++] = path->text;
    if (ask->path_count)
        ask->has |= GW_ASK_PATH;
    if (host) {
        const char *colon = strrchr(host->text, ':');
        size_t size = colon ? (size_t)(colon - host->text) : strlen(host->text);
        ask->has |= GW_ASK_HOST;
        ask->host = gw_span(host->text, size);
        for (const char *at = colon; at && *++at >= '0' && *at <= '9';)
            ask->port = ask->port * 10 + (uint32_t)(*at - '0');
    }
    if (rule->given & GW_GIVES(ACCESS)) {
        ask->has |= GW_ASK_ACCESS;
        ask->access = (unsigned)rule->values[GW_KEY_ACCESS];
    }
    if (rule->given & GW_GIVES(CLOCK)) {
        ask->has |= GW_ASK_CLOCK;
        ask->clocks = (uint32_t)rule->values[GW_KEY_CLOCK];
    }
    if (rule->given & GW_GIVES(MAX_BYTES)) {
        ask->has |= GW_ASK_BYTES;
        ask->bytes = rule->values[GW_KEY_MAX_BYTES];
    }
}

/* Judges without a gate, so without quotas. */
static bool
explain(const struct gw_policy *policy, struct gw_subject subject,
        const struct gw_ask *ask, enum gw_answer *answer, struct gw_vec *text)
{
    uint32_t number = 1;
    for (const struct gw_rule *rule = policy->first; rule;
         rule = rule->next, number++) {
        if (!gw_rule_names(rule, subject) || !gw_rule_fits(rule, ask))
            continue;
        bool denies = rule->values[GW_KEY_ACTION] == GW_ACTION_DENY;
        *answer = denies                    ? GW_ANSWER_REFUSED
                  : rule->given & GW_QUOTAS ? GW_ANSWER_DEPENDS
                                            : GW_ANSWER_ALLOWED;
        return gw_append(text, "%s by rule %" PRIu32 ", ",
                         denies ? "refused" : "allowed", number) &&
               gw_explain_rule(rule, text);
    }
    *answer = GW_ANSWER_REFUSED;
    return gw_append(text, "no rule fits: ") && add_otherwise(policy, text);
}

enum gw_err
gw_explain_call(const struct gw_policy *policy, const char *call,
                enum gw_answer *answer, struct gw_vec *text,
                struct gw_diag *diag)
{
    struct gw_ask ask = { 0 };
    struct gw_policy *only = gw_policy_new();
    if (!only)
        return GW_ERR_NOMEM;
    enum gw_err err = gw_policy_grant(only, GW_ACTION_ALLOW, call, diag);
    if (err == GW_OK) {
        struct gw_span name = gw_span_str(
            only->first->texts[GW_KIND_NAMES].first->text);
        const uint8_t *at = memchr(name.data, '#', name.size);
        size_t size = at ? (size_t)(at - name.data) : name.size;
        while (!at && size > 0 && name.data[--size] != '.')
            ;
        struct gw_subject subject = { gw_span(name.data, size),
                                      gw_span(name.data + size + 1,
                                              name.size - size - 1) };
        if (gw_span_equal(subject.module, gw_span_str("wasi_*")))
            subject.module = gw_span_str("wasi_snapshot_preview1");
        ask_of(only->first, &ask);
        err = explain(policy, subject, &ask, answer, text) ? GW_OK
                                                           : GW_ERR_NOMEM;
    }
    gw_policy_unref(only);
    return err;
}

bool
gw_explain_asks(unsigned asks, struct gw_vec *text)
{
    static const struct {
        unsigned ask;
        const char *keys;
    } words[] = { { GW_ASK_PATH, "path links" },
                  { GW_ASK_ACCESS, "access" },
                  { GW_ASK_CLOCK, "clock" },
                  { GW_ASK_HOST, "host" },
                  { GW_ASK_BYTES | GW_ASK_MOVES, "max-bytes bytes" },
                  { GW_ASK_HANDLES, "handles" } };
    bool good = true;
    for (unsigned i = 0; i < sizeof words / sizeof *words && good; i++)
        if (asks & words[i].ask)
            good = gw_append(text, "%s ", words[i].keys);
    return good && gw_append(text, "calls rate");
}
