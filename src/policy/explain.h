/*
 * A policy in words: its rules, what a function gets, how a call would fare.
 * All append to text (bytes); false: out of memory.
 */
#ifndef GW_POLICY_EXPLAIN_H
#define GW_POLICY_EXPLAIN_H

#include "base/vec.h"
#include "policy/policy.h"

bool gw_explain_rule(const struct gw_rule *rule, struct gw_vec *text);

/* What calls of a function get, in the order of the rules. */
enum gw_answer { GW_ANSWER_REFUSED, GW_ANSWER_DEPENDS, GW_ANSWER_ALLOWED };
bool gw_explain_function(const struct gw_policy *policy,
                         struct gw_subject subject, enum gw_answer *answer,
                         struct gw_vec *text);

/* Which rule decides a call that is written like a grant, NAME:key=value;
 * max-bytes is how many bytes it asks for.  Errors as gw_policy_grant. */
enum gw_err gw_explain_call(const struct gw_policy *policy, const char *call,
                            enum gw_answer *answer, struct gw_vec *text,
                            struct gw_diag *diag);

/* The kinds of arguments (GW_ASK_) as the keys that constrain them. */
bool gw_explain_asks(unsigned asks, struct gw_vec *text);

#endif
