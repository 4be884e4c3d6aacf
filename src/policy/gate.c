#include "policy/gate_inside.h"

enum { NS = 1000000000, BATCHES = 64 };

/* ---- regimes ---- */

static size_t
regime_size(const struct gw_policy *policy)
{
    return sizeof(struct gw_regime) + policy->count * sizeof(struct gw_tally);
}

static struct gw_regime *
regime_new(struct gw_alloc *alloc, struct gw_policy *policy)
{
    struct gw_regime *regime = gw_alloc_zero(alloc, 1, regime_size(policy));
    if (!regime)
        return NULL;
    regime->alloc = alloc;
    regime->policy = gw_policy_ref(policy);
    atomic_init(&regime->refs, 1);
    struct gw_tally *tally = regime->tallies;
    for (const struct gw_rule *rule = policy->first; rule; rule = rule->next) {
        atomic_init(&tally->calls, rule->values[GW_KEY_CALLS]);
        atomic_init(&tally->bytes, rule->values[GW_KEY_BYTES]);
        tally++;
    }
    return regime;
}

static void
regime_unref(struct gw_regime *regime)
{
    if (!regime ||
        atomic_fetch_sub_explicit(&regime->refs, 1, memory_order_acq_rel) != 1)
        return;
    size_t size = regime_size(regime->policy);
    gw_policy_unref(regime->policy);
    gw_alloc_free(regime->alloc, regime, size);
}

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
    regime_unref(inside->regime);
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
    struct gw_regime *regime = regime_new(&inside->alloc, policy);
    if (!regime)
        return GW_ERR_NOMEM;
    gw_os_mutex_lock(&inside->lock);
    struct gw_regime *old = inside->regime;
    inside->regime = regime;
    atomic_fetch_add_explicit(&gate->generation, 1, memory_order_release);
    gw_os_mutex_unlock(&inside->lock);
    regime_unref(old);
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
gw_guard_new(struct gw_gate *gate, const void *owner, struct gw_subject subject)
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
    if (inside->owner && inside->owner != owner)
        atomic_store(&inside->shared, true);
    inside->owner = owner;
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
    regime_unref(guard->regime);
    gw_vec_fini(&guard->picked);
    gw_alloc_free(&inside->alloc, (void *)(uintptr_t)guard->subject.module.data,
                  guard->subject.module.size + guard->subject.name.size);
    gw_alloc_free(&inside->alloc, guard, sizeof *guard);
    gw_gate_unref(gate);
}

/* ---- picking ---- */

/* Is every call that the rule names allowed, with nothing to be done? */
static bool
is_plain(const struct gw_rule *rule)
{
    return rule->values[GW_KEY_ACTION] != GW_ACTION_DENY &&
           !(rule->given & (GW_QUOTAS | GW_CONSTRAINTS)) &&
           rule->values[GW_KEY_LOG] != 1;
}

/* The same, but that calls are counted? */
static bool
is_counted(const struct gw_rule *rule)
{
    const uint32_t others = (GW_QUOTAS | GW_CONSTRAINTS) &
                            ~(GW_GIVES(CALLS) | GW_GIVES(RATE));
    return rule->values[GW_KEY_ACTION] != GW_ACTION_DENY &&
           !(rule->given & others) && rule->values[GW_KEY_LOG] != 1;
}

/* What comes after a rule without constraints can never be reached. */
static bool
pick(const struct gw_gate_inside *gate, struct gw_guard *guard)
{
    const struct gw_rule *rule = guard->regime->policy->first;
    bool last = false;
    guard->has_paths = false;
    for (uint32_t i = 0; rule && !last; rule = rule->next, i++) {
        if (!gw_rule_names(rule, guard->subject))
            continue;
        struct gw_picked *picked = gw_vec_push(&guard->picked);
        if (!picked)
            return false;
        *picked = (struct gw_picked){ rule, &guard->regime->tallies[i], i + 1 };
        guard->has_paths |= (rule->given & GW_GIVES(PATH)) != 0;
        last = !(rule->given & GW_CONSTRAINTS);
    }
    const struct gw_picked *first = guard->picked.data;
    bool single = guard->picked.count == 1 && !gate->learning;
    guard->only_counts = single && is_counted(first->rule);
    if (single && is_plain(first->rule))
        atomic_store_explicit(&guard->open, guard->generation,
                              memory_order_relaxed);
    return true;
}

bool
gw_guard_pick(struct gw_guard *guard)
{
    struct gw_gate_inside *gate = guard->gate->inside;
    gw_os_mutex_lock(&gate->lock);
    struct gw_regime *old = guard->regime;
    guard->regime = gate->regime;
    if (guard->regime)
        atomic_fetch_add_explicit(&guard->regime->refs, 1,
                                  memory_order_relaxed);
    guard->generation = atomic_load(&guard->gate->generation);
    gw_os_mutex_unlock(&gate->lock);
    regime_unref(old);
    guard->picked.count = 0;
    guard->only_counts = false;
    if (guard->regime && !pick(gate, guard))
        guard->generation = 0;
    return guard->generation != 0;
}

/* ---- what judging rarely needs ---- */

/* Bucket and what was taken from it never hold more than a second's. */
bool
gw_tally_refill(struct gw_gate_inside *gate, struct gw_tally *tally,
                uint64_t rate)
{
    uint64_t now, elapsed, batch;
    if (rate > NS)
        rate = NS;
    uint64_t in_hand = rate / BATCHES;
    gw_os_mutex_lock(&gate->lock);
    if (!gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now))
        now = tally->filled_ns;
    elapsed = now - tally->filled_ns;
    if (elapsed > NS)
        elapsed = NS; /* the first time, too */
    tally->filled_ns = now;
    tally->tokens += elapsed * rate;
    if (tally->tokens > (rate - in_hand) * NS)
        tally->tokens = (rate - in_hand) * NS;
    batch = tally->tokens / NS;
    if (batch > in_hand)
        batch = in_hand ? in_hand : 1;
    tally->tokens -= batch * NS;
    gw_os_mutex_unlock(&gate->lock);
    if (batch > 1)
        gw_give_back(&tally->ready, batch - 1);
    return batch > 0;
}

bool
gw_gate_is_full(struct gw_gate_inside *gate)
{
    if (!gate->write)
        return false;
    gw_os_mutex_lock(&gate->lock);
    bool full = gate->audit_left == 0;
    gw_os_mutex_unlock(&gate->lock);
    return full;
}

void
gw_gate_let_learn(struct gw_gate_inside *gate, struct gw_verdict *verdict)
{
    verdict->learning = verdict->no_links = true;
    verdict->room = UINT64_MAX;
    gw_os_mutex_lock(&gate->lock);
    if (gate->forgot)
        gw_verdict_refuse(verdict, UINT64_MAX,
                          "more was asked than can be learned");
    gw_os_mutex_unlock(&gate->lock);
}

void
gw_guard_finish(struct gw_guard *guard, const struct gw_ask *ask,
                const struct gw_verdict *verdict, uint64_t moved,
                uint64_t number, bool links)
{
    struct gw_gate_inside *gate = guard->gate->inside;
    /* The call itself may have led to calls under another policy. */
    if (verdict->allowed && verdict->bytes && moved < verdict->room &&
        verdict->generation == guard->generation)
        gw_give_back(&verdict->bytes->bytes, verdict->room - moved);
    bool records = gate->write && (!verdict->allowed || verdict->log);
    if (!verdict->learning && !records)
        return;
    gw_os_mutex_lock(&gate->lock);
    if (verdict->learning && !gw_learn(gate, guard, ask, links))
        gate->forgot = true;
    if (records)
        gw_audit_write(gate, guard, ask, verdict, moved, number);
    gw_os_mutex_unlock(&gate->lock);
}
