/*
 * The inside of a gate: gate.c makes it, judge.c judges, audit.c records,
 * learn.c remembers.
 */
#ifndef GW_POLICY_GATE_INSIDE_H
#define GW_POLICY_GATE_INSIDE_H

#include "base/map.h"
#include "os/os.h"
#include "policy/gate.h"

/* What is left of a rule's quotas. */
struct gw_tally {
    _Atomic(uint64_t) calls, bytes;
    _Atomic(uint64_t) ready;    /* calls that the rate has been asked for */
    uint64_t tokens, filled_ns; /* rate: a token is 10^9; gate's lock */
};

/* A policy that a gate has or had; what guards have picked points in here. */
struct gw_regime {
    struct gw_alloc *alloc; /* the gate's, which guards keep */
    struct gw_policy *policy;
    atomic_uint refs;
    struct gw_tally tallies[]; /* one for each rule */
};

struct gw_picked {
    const struct gw_rule *rule;
    struct gw_tally *tally;
    uint32_t number; /* from 1 */
};

struct gw_gate_inside {
    struct gw_gate gate;
    struct gw_alloc alloc;
    atomic_uint refs;
    atomic_bool shared;      /* guards have more than one owner */
    const void *owner;       /* of the first guard */
    struct gw_os_mutex lock; /* guards all below */
    struct gw_regime *regime;
    struct gw_guard *guards;
    uint64_t calls_gone; /* of guards that are no more */

    char *instance; /* audit; set before there are guards */
    gw_audit_fn *write;
    void *env;
    uint64_t audit_left;

    bool learning; /* set before there are guards */
    struct gw_arena learned;
    struct gw_map known;   /* keys of what is in the arena */
    struct gw_vec lessons; /* struct gw_lesson */
    bool forgot;           /* not all could be kept */
};

static inline void
gw_give_back(_Atomic(uint64_t) *left, uint64_t amount)
{
    atomic_fetch_add_explicit(left, amount, memory_order_relaxed);
}

static inline void
gw_verdict_refuse(struct gw_verdict *verdict, uint64_t number, const char *why)
{
    verdict->allowed = false;
    verdict->number = number;
    verdict->why = why;
    verdict->room = 0;
}

/* Picks anew for the generation that the gate has; false: no memory. */
bool gw_guard_pick(struct gw_guard *guard);
/* Asks the clock what the rate allows by now; takes one call of that. */
bool gw_tally_refill(struct gw_gate_inside *gate, struct gw_tally *tally,
                     uint64_t rate);
/* Can nothing more be recorded? */
bool gw_gate_is_full(struct gw_gate_inside *gate);
void gw_gate_let_learn(struct gw_gate_inside *gate, struct gw_verdict *verdict);

/* Text being made. */
GW_PRINTF(2, 3) bool gw_append(struct gw_vec *text, const char *format, ...);
/* A string in quotes, as JSON and TOML both have it. */
bool gw_append_quoted(struct gw_vec *text, struct gw_span span);
/* What is asked, as {"path": ...}. */
void gw_audit_write(struct gw_gate_inside *gate, const struct gw_guard *guard,
                    const struct gw_ask *ask, const struct gw_verdict *verdict,
                    uint64_t moved, uint64_t number);

/* One thing that a function was asked for. */
struct gw_lesson {
    struct gw_span function;
    const char *path;        /* or NULL */
    unsigned access, clocks; /* bits of clocks by id */
    bool links;
    bool pair; /* one of two paths */
};
bool gw_learn(struct gw_gate_inside *gate, const struct gw_guard *guard,
              const struct gw_ask *ask, bool links);

#endif
