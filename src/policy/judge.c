/* Judging calls at a gate: what is on the way of every host call that a
 * policy does not let pass.  What is rare about it is in gate.c. */
#include "policy/gate_inside.h"

static inline bool
is_ready(struct gw_guard *guard)
{
    return guard->generation == atomic_load_explicit(&guard->gate->generation,
                                                     memory_order_acquire) ||
           gw_guard_pick(guard);
}

/* ---- quotas ---- */

/* Takes amount, or if not whole, what there is of it.  False: there is too
 * little, or nothing. */
static bool
take(const struct gw_gate_inside *gate, _Atomic(uint64_t) *left, bool whole,
     uint64_t *amount)
{
    uint64_t now = atomic_load_explicit(left, memory_order_relaxed), taken;
    do {
        taken = *amount < now ? *amount : now;
        if (taken < *amount && (whole || now == 0))
            return false;
        if (!atomic_load_explicit(&gate->shared, memory_order_relaxed)) {
            atomic_store_explicit(left, now - taken, memory_order_relaxed);
            break;
        }
    } while (!atomic_compare_exchange_weak_explicit(left, &now, now - taken,
                                                    memory_order_relaxed,
                                                    memory_order_relaxed));
    *amount = taken;
    return true;
}

static bool
take_one(const struct gw_gate_inside *gate, _Atomic(uint64_t) *left)
{
    uint64_t one = 1;
    return take(gate, left, true, &one);
}

static bool
take_token(struct gw_gate_inside *gate, const struct gw_picked *picked)
{
    return take_one(gate, &picked->tally->ready) ||
           gw_tally_refill(gate, picked->tally,
                           picked->rule->values[GW_KEY_RATE]);
}

/* Takes from the quotas of calls; NULL, or which of them is used up. */
static const char *
charge_call(struct gw_gate_inside *gate, const struct gw_picked *picked)
{
    bool counts = (picked->rule->given & GW_GIVES(CALLS)) != 0;
    if (counts && !take_one(gate, &picked->tally->calls))
        return "the quota of calls is used up";
    if (!(picked->rule->given & GW_GIVES(RATE)) || take_token(gate, picked))
        return NULL;
    if (counts)
        gw_give_back(&picked->tally->calls, 1);
    return "there are too many calls in a second";
}

/* Takes from all quotas of a rule; NULL, or which of them is used up. */
static const char *
charge(struct gw_gate_inside *gate, const struct gw_picked *picked,
       const struct gw_ask *ask, struct gw_verdict *verdict)
{
    const struct gw_rule *rule = picked->rule;
    bool counts = (rule->given & GW_GIVES(BYTES)) != 0;
    uint64_t bytes = ask->has & (GW_ASK_BYTES | GW_ASK_MOVES) ? ask->bytes : 0;
    if ((ask->has & GW_ASK_HANDLES) &&
        ask->handles >= rule->values[GW_KEY_HANDLES])
        return "the quota of open handles is used up";
    if (bytes > rule->values[GW_KEY_MAX_BYTES])
        bytes = rule->values[GW_KEY_MAX_BYTES];
    if (counts && bytes > 0 &&
        !take(gate, &picked->tally->bytes, ask->has & GW_ASK_BYTES, &bytes))
        return "the quota of bytes is used up";
    const char *why = charge_call(gate, picked);
    if (why && counts)
        gw_give_back(&picked->tally->bytes, bytes);
    verdict->bytes = counts ? picked->tally : NULL;
    verdict->room = bytes;
    return why;
}

/* ---- judging ---- */

bool
gw_guard_counts(struct gw_guard *guard)
{
    return is_ready(guard) && guard->only_counts &&
           !charge_call(guard->gate->inside, guard->picked.data);
}

static void
decide(struct gw_gate_inside *gate, const struct gw_picked *picked,
       const struct gw_ask *ask, struct gw_verdict *verdict)
{
    const struct gw_rule *rule = picked->rule;
    uint64_t number = rule->values[GW_KEY_ERRNO];
    verdict->rule = picked->number;
    verdict->log = rule->values[GW_KEY_LOG] == 1;
    verdict->no_links &= rule->values[GW_KEY_LINKS] != 1;
    if (rule->values[GW_KEY_ACTION] == GW_ACTION_DENY) {
        gw_verdict_refuse(verdict, number, "the policy denies it");
        return;
    }
    const char *why = charge(gate, picked, ask, verdict);
    if (why)
        gw_verdict_refuse(verdict, number, why);
    else if (verdict->log && gw_gate_is_full(gate))
        gw_verdict_refuse(verdict, number, "it could not be recorded any more");
}

void
gw_guard_judge(struct gw_guard *guard, const struct gw_ask *ask,
               struct gw_verdict *verdict)
{
    struct gw_gate_inside *gate = guard->gate->inside;
    *verdict = (struct gw_verdict){ .allowed = true, .number = UINT64_MAX };
    if (gate->learning) {
        gw_gate_let_learn(gate, verdict);
        return;
    }
    if (!is_ready(guard)) {
        gw_verdict_refuse(verdict, UINT64_MAX,
                          "there is no memory to judge it");
        return;
    }
    const struct gw_picked *picked = guard->picked.data;
    size_t i = 0, count = guard->picked.count;
    while (i < count && (picked[i].rule->given & GW_CONSTRAINTS) &&
           !gw_rule_fits(picked[i].rule, ask))
        i++;
    verdict->no_links = guard->has_paths;
    verdict->generation = guard->generation;
    if (i < count)
        decide(gate, &picked[i], ask, verdict);
    else
        gw_verdict_refuse(verdict,
                          guard->regime ? guard->regime->policy->otherwise
                                        : UINT64_MAX,
                          "no rule of the policy allows it");
}
