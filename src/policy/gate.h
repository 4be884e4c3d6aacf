/*
 * A gate: where the host calls of one guest are judged by a policy, counted,
 * recorded, or learned from.
 *
 * Any thread may set another policy at any time: calls that begin later obey
 * it, and quotas begin anew.  Every host function of the guest has a guard
 * at the gate, one in each of the guest's stores, which is used by the thread
 * that runs the store.
 *
 * [DOC] The check.  A guard remembers the generation of the gate for which it
 * has picked the rules that name its function, and the one for which they
 * allow it without conditions; while the latter is the gate's generation, a
 * call costs two loads and a comparison.  Else it is judged by the rules that
 * were picked: quotas are counted in the policy's own tallies, by plain loads
 * and stores as long as all guards of the gate belong to one store, and
 * atomically from then on.  No lock is taken but to pick anew, to ask the
 * clock for a rate (once for a 64th of it), to record and to learn.  When
 * threads meet at the very end of a quota, one of them may be refused a
 * call that another is about to give back.
 */
#ifndef GW_POLICY_GATE_H
#define GW_POLICY_GATE_H

#include "base/vec.h"
#include "policy/policy.h"

struct gw_gate {
    _Atomic(uint64_t) generation; /* from 1, grows with each change */
    struct gw_gate_inside *inside;
};

struct gw_guard {
    _Atomic(uint64_t) open;  /* generation whose calls need no judging */
    _Atomic(uint64_t) calls; /* so far; written by the guard's thread */
    struct gw_gate *gate;
    struct gw_subject subject; /* own */

    /* Of the guard's thread. */
    uint64_t generation;      /* for which the rest was picked; 0: none */
    struct gw_regime *regime; /* a reference */
    struct gw_vec picked;     /* struct gw_picked */
    bool has_paths;           /* one of them constrains paths */
    bool only_counts;         /* the one picked has only quotas of calls */

    struct gw_guard *next, **at; /* under the gate's lock */
};

/* How a call was judged. */
struct gw_verdict {
    bool allowed, log;
    bool no_links; /* no symbolic link may be followed */
    bool learning;
    uint64_t number; /* refused: errno; UINT64_MAX: trap */
    uint64_t room;   /* bytes that may move */
    uint32_t rule;   /* from 1; 0: none fits */
    uint64_t generation;
    struct gw_tally *bytes; /* of which room was taken, or NULL */
    const char *why;        /* refused: static */
};

/* Own; refuses everything until it has a policy.  NULL: out of memory. */
struct gw_gate *gw_gate_new(void);
struct gw_gate *gw_gate_ref(struct gw_gate *gate);
void gw_gate_unref(struct gw_gate *gate);

/* Judges by policy (referenced) from now on.  GW_ERR_NOMEM: nothing
 * changed.  Any thread. */
enum gw_err gw_gate_set(struct gw_gate *gate, struct gw_policy *policy);

/* Writes a record for each call that is refused, or allowed by a rule with
 * log: one line of JSON, by the thread of the call.  After limit bytes such
 * calls are refused.  Before the first guard. */
typedef void gw_audit_fn(void *env, const char *line, size_t size);
enum gw_err gw_gate_audit(struct gw_gate *gate, const char *instance,
                          gw_audit_fn *write, void *env, uint64_t limit);

/* Allows everything and keeps what was asked for.  Before the first guard. */
void gw_gate_learn(struct gw_gate *gate);
/* Appends to text (bytes) the smallest policy for what was asked. */
enum gw_err gw_gate_learned(struct gw_gate *gate, struct gw_vec *text);

/* Host calls so far. */
uint64_t gw_gate_calls(struct gw_gate *gate);

/* A guard for one function of owner, the store that will call it; it keeps a
 * reference to the gate.  A second owner comes before its thread begins, or
 * while no guest runs.  NULL: out of memory. */
struct gw_guard *gw_guard_new(struct gw_gate *gate, const void *owner,
                              struct gw_subject subject);
void gw_guard_free(struct gw_guard *guard);

/* Counts a call; true when it needs no judging. */
static inline bool
gw_guard_passes(struct gw_guard *guard)
{
    uint64_t calls = atomic_load_explicit(&guard->calls, memory_order_relaxed);
    atomic_store_explicit(&guard->calls, calls + 1, memory_order_relaxed);
    return atomic_load_explicit(&guard->gate->generation,
                                memory_order_acquire) ==
           atomic_load_explicit(&guard->open, memory_order_relaxed);
}

/* For a call that did not pass: true when only the number of calls mattered
 * and there was one left.  Else the call is still to be judged. */
bool gw_guard_counts(struct gw_guard *guard);

/* Judges a call; what it asks for is taken from the quotas. */
void gw_guard_judge(struct gw_guard *guard, const struct gw_ask *ask,
                    struct gw_verdict *verdict);
/* After a judged call, allowed or not: gives back what it did not move, and
 * records.  links: it went through a symbolic link. */
void gw_guard_finish(struct gw_guard *guard, const struct gw_ask *ask,
                     const struct gw_verdict *verdict, uint64_t moved,
                     uint64_t number, bool links);
static inline void
gw_guard_done(struct gw_guard *guard, const struct gw_ask *ask,
              const struct gw_verdict *verdict, uint64_t moved, uint64_t number,
              bool links)
{
    bool plain = verdict->allowed && !verdict->log && !verdict->learning;
    if (!plain || (verdict->bytes && moved < verdict->room))
        gw_guard_finish(guard, ask, verdict, moved, number, links);
}

#endif
