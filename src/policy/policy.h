/*
 * A policy: ordered rules over the host functions of a guest.
 *
 * The first rule whose name and constraints fit a call decides it; when none
 * does, the call is refused.  A policy is put together by one thread and
 * never changes after a gate (policy/gate.h) has it; it is counted by
 * reference and then read by any thread.
 */
#ifndef GW_POLICY_POLICY_H
#define GW_POLICY_POLICY_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/span.h"

#include <stdatomic.h>

enum gw_policy_limit {
#define LIMIT(ident, name, standard, maximum, effect) GW_POLICY_LIMIT_##ident,
#include "policy/limit.def"
#undef LIMIT
    GW_POLICY_LIMIT_COUNT
};

struct gw_policy_limit_info {
    const char *name, *effect;
    uint64_t standard, maximum;
};
extern const struct gw_policy_limit_info
    gw_policy_limit_table[GW_POLICY_LIMIT_COUNT];

enum gw_key {
#define KEY(ident, name, kind, help) GW_KEY_##ident,
#include "policy/key.def"
#undef KEY
    GW_KEY_COUNT
};

/* How the value of a key is read. */
enum gw_key_kind {
    GW_KIND_NAMES,
    GW_KIND_PATHS,
    GW_KIND_HOSTS,
    GW_KIND_CLOCKS, /* lists up to here */
    GW_KIND_ACTION,
    GW_KIND_ERRNO,
    GW_KIND_ACCESS,
    GW_KIND_SIZE,
    GW_KIND_COUNT,
    GW_KIND_BOOL
};

struct gw_key_info {
    const char *name, *help;
    enum gw_key_kind kind;
};
extern const struct gw_key_info gw_key_table[GW_KEY_COUNT];

#define GW_GIVES(key) (1u << GW_KEY_##key)
#define GW_QUOTAS \
    (GW_GIVES(CALLS) | GW_GIVES(BYTES) | GW_GIVES(HANDLES) | GW_GIVES(RATE))
#define GW_CONSTRAINTS                                                      \
    (GW_GIVES(PATH) | GW_GIVES(ACCESS) | GW_GIVES(CLOCK) | GW_GIVES(HOST) | \
     GW_GIVES(MAX_BYTES))

enum { GW_ACTION_ALLOW, GW_ACTION_LIMIT, GW_ACTION_DENY };
enum { GW_ACCESS_READ = 1, GW_ACCESS_WRITE = 2 };

/* Texts of one key, in the arena. */
struct gw_texts {
    struct gw_text_item {
        const char *text;
        struct gw_text_item *next;
    } *first, **end;
};

struct gw_rule {
    uint32_t given;                /* bit by key */
    uint64_t values[GW_KEY_COUNT]; /* of keys that are no lists; clocks are
                                      bits; UINT64_MAX: not given */
    struct gw_texts texts[GW_KIND_CLOCKS];
    uint32_t line; /* in its file; 0: from elsewhere */
    struct gw_rule *next;
};

struct gw_policy {
    struct gw_alloc alloc; /* of all that it holds */
    struct gw_arena arena;
    struct gw_rule *first, **end;
    uint32_t count;
    uint64_t otherwise; /* errno when no rule fits; UINT64_MAX: a trap */
    atomic_uint refs;
};

/* An empty policy: refuses everything.  NULL: out of memory. */
struct gw_policy *gw_policy_new(void);
struct gw_policy *gw_policy_ref(struct gw_policy *policy);
void gw_policy_unref(struct gw_policy *policy);

/* Appends the rules of a policy file (doc/policy.md).  GW_ERR_SYNTAX with
 * line and column, _LIMIT, _NOMEM; the policy is not to be used then. */
enum gw_err gw_policy_read(struct gw_policy *policy, struct gw_span text,
                           struct gw_diag *diag);

/* Appends one rule as the command line has it, NAME[:key=value,...], with an
 * action; deny: NAME[=errno] too.  A NAME without a point is one of the
 * modules wasi_*.  GW_ERR_SYNTAX, _LIMIT, _NOMEM. */
enum gw_err gw_policy_grant(struct gw_policy *policy, unsigned action,
                            const char *text, struct gw_diag *diag);

/* Appends a rule that allows every function; log: and records it. */
enum gw_err gw_policy_allow_all(struct gw_policy *policy, bool log);

/* ---- for those who judge (policy/match.c) ---- */

/* A host function as rules see it. */
struct gw_subject {
    struct gw_span module, name;
};

bool gw_rule_names(const struct gw_rule *rule, struct gw_subject subject);

#define GW_NO_CLOCK (UINT32_C(1) << 31)

/* What a call is about: kinds of arguments it has, with their values. */
enum {
    GW_ASK_PATH = 1,
    GW_ASK_ACCESS = 2,
    GW_ASK_CLOCK = 4,
    GW_ASK_HOST = 8,
    GW_ASK_BYTES = 16,  /* asked for, must be given whole */
    GW_ASK_MOVES = 32,  /* asked for, may be given in part */
    GW_ASK_HANDLES = 64 /* opens one */
};

struct gw_ask {
    unsigned has; /* GW_ASK_ */
    unsigned access;
    uint32_t clocks; /* bits by id; GW_NO_CLOCK: one that does not exist */
    uint64_t bytes;
    uint64_t handles;     /* open already, beyond those of the start */
    const char *paths[2]; /* clean (gw_path_join); NULL: there is none, or
                             it leads out of its directory */
    unsigned path_count;
    struct gw_span host;
    uint32_t port;
};

/* The constraints on paths and hosts. */
bool gw_rule_fits_place(const struct gw_rule *rule, const struct gw_ask *ask);

/* Do a set of a call and that of a rule fit?  To allow, the rule must have all
 * of it; to deny, a part is enough. */
static inline bool
gw_rule_has(const struct gw_rule *rule, uint64_t asked, enum gw_key key)
{
    return rule->values[GW_KEY_ACTION] == GW_ACTION_DENY
               ? (asked & rule->values[key]) != 0
               : (asked & ~rule->values[key]) == 0;
}

/* Do all constraints of the rule hold?  Each needs an argument of its kind.
 * For a rule that denies, it is enough that one of several paths fits. */
static inline bool
gw_rule_fits(const struct gw_rule *rule, const struct gw_ask *ask)
{
    if ((rule->given & GW_GIVES(ACCESS)) &&
        (!(ask->has & GW_ASK_ACCESS) ||
         !gw_rule_has(rule, ask->access, GW_KEY_ACCESS)))
        return false;
    if ((rule->given & GW_GIVES(CLOCK)) &&
        (!(ask->has & GW_ASK_CLOCK) ||
         !gw_rule_has(rule, ask->clocks, GW_KEY_CLOCK)))
        return false;
    /* What moves can be cut; what must be whole cannot. */
    if ((rule->given & GW_GIVES(MAX_BYTES)) &&
        (!(ask->has & (GW_ASK_BYTES | GW_ASK_MOVES)) ||
         ((ask->has & GW_ASK_BYTES) &&
          ask->bytes > rule->values[GW_KEY_MAX_BYTES])))
        return false;
    return !(rule->given & (GW_GIVES(HOST) | GW_GIVES(PATH))) ||
           gw_rule_fits_place(rule, ask);
}

/* Text with * for any text. */
bool gw_glob(struct gw_span pattern, struct gw_span text);

enum { GW_CLEAN_MAX = 8192 };
/* Writes dir joined with a relative path, without ".", "..", or double or
 * trailing slashes.  False when the path is absolute, climbs above dir or
 * is too long.  dir may be "." and "..": then it is taken as it is. */
bool gw_path_join(const char *dir, const char *path, char out[GW_CLEAN_MAX]);

/* Errno by name ("EACCES" or "acces") and back; UINT64_MAX, NULL. */
uint64_t gw_errno_find(struct gw_span name);
const char *gw_errno_name(uint64_t number);
const char *gw_clock_name(unsigned clock); /* NULL: no such */
static inline uint32_t
gw_clock_bit(uint32_t clock)
{
    return clock < 31 ? UINT32_C(1) << clock : GW_NO_CLOCK;
}

#endif
