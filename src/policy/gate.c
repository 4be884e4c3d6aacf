#include "policy/gate_inside.h"

enum { NS = 1000000000 };

/* ---- making ---- */

struct gw_gate *
gw_gate_new(void)
{
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    struct gw_gate_inside *inside = gw_alloc_zero(&alloc, 1, sizeof *inside);
    if (!inside)
        return NULL;
    gw_alloc_init(&inside->alloc, NULL, NULL, SIZE_MAX);
    inside->gate.inside = inside;
    atomic_init(&inside->gate.generation, 1);
    atomic_init(&inside->refs, 1);
    gw_os_mutex_init(&inside->lock);
    gw_arena_init(
        &inside->learned, &inside->alloc,
        (size_t)gw_policy_limit_table[GW_POLICY_LIMIT_LEARNED].standard);
    gw_map_init(&inside->known, &inside->alloc, 0);
    gw_vec_init(&inside->lessons, &inside->alloc, sizeof(struct gw_lesson));
    return &inside->gate;
}

struct gw_gate *
gw_gate_ref(struct gw_gate *gate)
{
    atomic_fetch_add_explicit(&gate->inside->refs, 1, memory_order_relaxed);
    return gate;
}

void
gw_gate_unref(struct gw_gate *gate)
{
    struct gw_gate_inside *inside = gate ? gate->inside : NULL;
    if (!inside ||
        atomic_fetch_sub_explicit(&inside->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (inside->policy)
        gw_alloc_free(&inside->alloc, inside->tallies,
                      inside->policy->count * sizeof *inside->tallies);
    gw_policy_unref(inside->policy);
    if (inside->instance)
        gw_alloc_free(&inside->alloc, inside->instance,
                      strlen(inside->instance) + 1);
    gw_map_fini(&inside->known);
    gw_vec_fini(&inside->lessons);
    gw_arena_fini(&inside->learned);
    gw_os_mutex_fini(&inside->lock);
    struct gw_alloc alloc;
    gw_alloc_init(&alloc, NULL, NULL, SIZE_MAX);
    atomic_init(&alloc.used, sizeof *inside);
    gw_alloc_free(&alloc, inside, sizeof *inside);
}

enum gw_err
gw_gate_set(struct gw_gate *gate, struct gw_policy *policy)
{
    struct gw_gate_inside *inside = gate->inside;
    struct gw_tally *tallies = gw_alloc_zero(&inside->alloc, policy->count,
                                             sizeof *tallies);
    if (!tallies)
        return GW_ERR_NOMEM;
    gw_policy_ref(policy);
    gw_os_mutex_lock(&inside->lock);
    struct gw_policy *old = inside->policy;
    struct gw_tally *old_tallies = inside->tallies;
    inside->policy = policy;
    inside->tallies = tallies;
    atomic_fetch_add_explicit(&gate->generation, 1, memory_order_release);
    gw_os_mutex_unlock(&inside->lock);
    if (old)
        gw_alloc_free(&inside->alloc, old_tallies,
                      old->count * sizeof *old_tallies);
    gw_policy_unref(old);
    return GW_OK;
}

enum gw_err
gw_gate_audit(struct gw_gate *gate, const char *instance, gw_audit_fn *write,
              void *env, uint64_t limit)
{
    struct gw_gate_inside *inside = gate->inside;
    size_t size = strlen(instance) + 1;
    inside->instance = gw_alloc_get(&inside->alloc, size);
    if (!inside->instance)
        return GW_ERR_NOMEM;
    memcpy(inside->instance, instance, size);
    inside->write = write;
    inside->env = env;
    inside->audit_left = limit;
    return GW_OK;
}

void
gw_gate_learn(struct gw_gate *gate)
{
    gate->inside->learning = true;
}

uint64_t
gw_gate_calls(struct gw_gate *gate)
{
    struct gw_gate_inside *inside = gate->inside;
    gw_os_mutex_lock(&inside->lock);
    uint64_t calls = inside->calls_gone;
    for (struct gw_guard *guard = inside->guards; guard; guard = guard->next)
        calls += atomic_load_explicit(&guard->calls, memory_order_relaxed);
    gw_os_mutex_unlock(&inside->lock);
    return calls;
}

/* ---- guards ---- */

struct gw_guard *
gw_guard_new(struct gw_gate *gate, struct gw_subject subject)
{
    struct gw_gate_inside *inside = gate->inside;
    size_t size = subject.module.size + subject.name.size;
    struct gw_guard *guard = gw_alloc_zero(&inside->alloc, 1, sizeof *guard);
    uint8_t *names = gw_alloc_get(&inside->alloc, size);
    if (!guard || !names) {
        gw_alloc_free(&inside->alloc, guard, sizeof *guard);
        gw_alloc_free(&inside->alloc, names, size);
        return NULL;
    }
    if (subject.module.size)
        memcpy(names, subject.module.data, subject.module.size);
    if (subject.name.size)
        memcpy(names + subject.module.size, subject.name.data,
               subject.name.size);
    guard->subject.module = gw_span(names, subject.module.size);
    guard->subject.name = gw_span(names + subject.module.size,
                                  subject.name.size);
    guard->gate = gw_gate_ref(gate);
    gw_vec_init(&guard->picked, &inside->alloc, sizeof(struct gw_picked));
    gw_os_mutex_lock(&inside->lock);
    guard->next = inside->guards;
    guard->at = &inside->guards;
    if (guard->next)
        guard->next->at = &guard->next;
    inside->guards = guard;
    gw_os_mutex_unlock(&inside->lock);
    return guard;
}

void
gw_guard_free(struct gw_guard *guard)
{
    if (!guard)
        return;
    struct gw_gate_inside *inside = guard->gate->inside;
    struct gw_gate *gate = guard->gate;
    gw_os_mutex_lock(&inside->lock);
    *guard->at = guard->next;
    if (guard->next)
        guard->next->at = guard->at;
    inside->calls_gone += atomic_load(&guard->calls);
    gw_os_mutex_unlock(&inside->lock);
    gw_vec_fini(&guard->picked);
    gw_alloc_free(&inside->alloc, (void *)(uintptr_t)guard->subject.module.data,
                  guard->subject.module.size + guard->subject.name.size);
    gw_alloc_free(&inside->alloc, guard, sizeof *guard);
    gw_gate_unref(gate);
}

/* Is every call that the rule names allowed, with nothing to be done? */
static bool
is_plain(const struct gw_rule *rule)
{
    return rule->values[GW_KEY_ACTION] != GW_ACTION_DENY &&
           !(rule->given & (GW_QUOTAS | GW_CONSTRAINTS)) &&
           rule->values[GW_KEY_LOG] != 1;
}

/* Picks the rules that name the function; needs the lock.  What comes after
 * an allowance without conditions can never be reached. */
static bool
pick(struct gw_gate_inside *gate, struct gw_guard *guard)
{
    uint64_t generation = atomic_load(&gate->gate.generation);
    const struct gw_rule *rule = gate->policy ? gate->policy->first : NULL;
    bool plain = false;
    guard->picked.count = 0;
    guard->has_paths = false;
    for (uint32_t i = 0; rule && !plain; rule = rule->next, i++) {
        if (!gw_rule_names(rule, guard->subject))
            continue;
        struct gw_picked *picked = gw_vec_push(&guard->picked);
        if (!picked)
            return false;
        *picked = (struct gw_picked){ rule, &gate->tallies[i], i + 1 };
        guard->has_paths |= (rule->given & GW_GIVES(PATH)) != 0;
        plain = is_plain(rule);
    }
    guard->generation = generation;
    if (plain && guard->picked.count == 1 && !gate->learning)
        atomic_store_explicit(&guard->open, generation, memory_order_relaxed);
    return true;
}

/* ---- judging ---- */

static bool
take_token(struct gw_tally *tally, uint64_t rate)
{
    uint64_t now, elapsed;
    if (rate > NS)
        rate = NS;
    if (!gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now))
        return false;
    elapsed = tally->filled_ns == 0 || now - tally->filled_ns > NS
                  ? NS
                  : now - tally->filled_ns;
    tally->filled_ns = now;
    tally->tokens += elapsed * rate;
    if (tally->tokens > rate * NS)
        tally->tokens = rate * NS;
    if (tally->tokens < NS)
        return false;
    tally->tokens -= NS;
    return true;
}

/* Takes from the quotas of a rule; NULL, or which of them is used up. */
static const char *
charge(const struct gw_picked *picked, const struct gw_ask *ask, uint64_t *room)
{
    const struct gw_rule *rule = picked->rule;
    struct gw_tally *tally = picked->tally;
    uint64_t bytes = ask->has & (GW_ASK_BYTES | GW_ASK_MOVES) ? ask->bytes : 0;
    if (tally->calls >= rule->values[GW_KEY_CALLS])
        return "the quota of calls is used up";
    if ((ask->has & GW_ASK_HANDLES) &&
        ask->handles >= rule->values[GW_KEY_HANDLES])
        return "the quota of open handles is used up";
    uint64_t left = rule->values[GW_KEY_BYTES] - tally->bytes;
    if (bytes > rule->values[GW_KEY_MAX_BYTES])
        bytes = rule->values[GW_KEY_MAX_BYTES];
    if (bytes > left && ((ask->has & GW_ASK_BYTES) || left == 0))
        return "the quota of bytes is used up";
    if (bytes > left)
        bytes = left;
    if ((rule->given & GW_GIVES(RATE)) &&
        !take_token(tally, rule->values[GW_KEY_RATE]))
        return "there are too many calls in a second";
    tally->calls++;
    tally->bytes += bytes;
    *room = bytes;
    return NULL;
}

static void
refuse(struct gw_verdict *verdict, uint64_t number, const char *why)
{
    verdict->allowed = false;
    verdict->number = number;
    verdict->why = why;
    verdict->room = 0;
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
        refuse(verdict, number, "the policy denies it");
        return;
    }
    const char *why = charge(picked, ask, &verdict->room);
    if (why)
        refuse(verdict, number, why);
    else if (verdict->log && gate->write && gate->audit_left == 0)
        refuse(verdict, number, "it could not be recorded any more");
}

void
gw_guard_judge(struct gw_guard *guard, const struct gw_ask *ask,
               struct gw_verdict *verdict)
{
    struct gw_gate_inside *gate = guard->gate->inside;
    *verdict = (struct gw_verdict){ .allowed = true, .number = UINT64_MAX };
    gw_os_mutex_lock(&gate->lock);
    if (gate->learning) {
        verdict->learning = verdict->no_links = true;
        verdict->room = UINT64_MAX;
        if (gate->forgot)
            refuse(verdict, UINT64_MAX, "more was asked than can be learned");
    } else if (guard->generation != atomic_load(&gate->gate.generation) &&
               !pick(gate, guard)) {
        guard->generation = 0;
        refuse(verdict, UINT64_MAX, "there is no memory to judge it");
    } else {
        const struct gw_picked *picked = guard->picked.data;
        size_t i = 0, count = guard->picked.count;
        while (i < count && !gw_rule_fits(picked[i].rule, ask))
            i++;
        verdict->no_links = guard->has_paths;
        verdict->generation = guard->generation;
        if (i < count)
            decide(gate, &picked[i], ask, verdict);
        else
            refuse(verdict, gate->policy ? gate->policy->otherwise : UINT64_MAX,
                   "no rule of the policy allows it");
    }
    gw_os_mutex_unlock(&gate->lock);
}

void
gw_guard_done(struct gw_guard *guard, const struct gw_ask *ask,
              const struct gw_verdict *verdict, uint64_t moved, uint64_t number,
              bool links)
{
    struct gw_gate_inside *gate = guard->gate->inside;
    gw_os_mutex_lock(&gate->lock);
    bool same = verdict->generation == atomic_load(&gate->gate.generation);
    if (same && verdict->allowed && verdict->rule && moved < verdict->room)
        gate->tallies[verdict->rule - 1].bytes -= verdict->room - moved;
    if (verdict->learning && !gw_learn(gate, guard, ask, links))
        gate->forgot = true;
    if (gate->write && (!verdict->allowed || verdict->log))
        gw_audit_write(gate, guard, ask, verdict, moved, number);
    gw_os_mutex_unlock(&gate->lock);
}
