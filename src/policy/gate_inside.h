/*
 * The inside of a gate: gate.c judges, audit.c records, learn.c remembers.
 */
#ifndef GW_POLICY_GATE_INSIDE_H
#define GW_POLICY_GATE_INSIDE_H

#include "base/map.h"
#include "os/os.h"
#include "policy/gate.h"

/* What a rule has been used for. */
struct gw_tally {
    uint64_t calls, bytes;
    uint64_t tokens, filled_ns; /* rate: a token is 10^9 */
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
    struct gw_os_mutex lock; /* guards all below */
    struct gw_policy *policy;
    struct gw_tally *tallies; /* one for each rule */
    struct gw_guard *guards;
    uint64_t calls_gone; /* of guards that are no more */

    char *instance; /* audit */
    gw_audit_fn *write;
    void *env;
    uint64_t audit_left;

    bool learning;
    struct gw_arena learned;
    struct gw_map known;   /* keys of what is in the arena */
    struct gw_vec lessons; /* struct gw_lesson */
    bool forgot;           /* not all could be kept */
};

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
    const char *path;       /* or NULL */
    unsigned access, clock; /* clock: from 1; 0 none */
    bool links;
    bool pair; /* one of two paths */
};
bool gw_learn(struct gw_gate_inside *gate, const struct gw_guard *guard,
              const struct gw_ask *ask, bool links);

#endif
