/*
 * godwit/policy.h: deciding host function by host function.
 *
 * A policy is ordered rules; the first that fits a call decides it, and a
 * call that none fits is refused (doc/policy.md).  A gate judges the host
 * calls of one guest by a policy; it can be given another one while the guest
 * runs.  What WASI was not granted (godwit/wasi.h) no policy gives: both must
 * agree.
 *
 * A policy is put together by one thread, and must not change once a gate
 * has it; a gate may be used by any thread.
 */
#ifndef GODWIT_POLICY_H
#define GODWIT_POLICY_H

#include "godwit/linker.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct godwit_policy_t godwit_policy_t;
typedef struct godwit_gate_t godwit_gate_t;

/* ---- policies ---- */

/* Own; refuses everything.  NULL: out of memory. */
GODWIT_API godwit_policy_t *godwit_policy_new(void);
/* A gate keeps what it needs. */
GODWIT_API void godwit_policy_delete(godwit_policy_t *policy);

/* Appends the rules of a policy file.  SYNTAX with line and column, LIMIT,
 * NOMEM; then the policy is only to be deleted. */
GODWIT_API godwit_error_t *godwit_policy_read(godwit_policy_t *policy,
                                              const char *text, size_t size);

enum godwit_policy_action {
    GODWIT_POLICY_ALLOW,
    GODWIT_POLICY_LIMIT, /* allow, with a quota */
    GODWIT_POLICY_DENY
};

/* Appends one rule, "module.name" or "name" (of WASI) with ":key=value,..."
 * behind it; to deny, "name=errno" too.  Errors as godwit_policy_read. */
GODWIT_API godwit_error_t *godwit_policy_grant(godwit_policy_t *policy,
                                               enum godwit_policy_action action,
                                               const char *text);

/* Appends a rule that allows every function; log: and records each call. */
GODWIT_API godwit_error_t *godwit_policy_allow_all(godwit_policy_t *policy,
                                                   bool log);

/* ---- looking at policies ---- */

/* Each writes into buffer, always terminated, and returns the length of the
 * whole text. */

enum godwit_policy_answer {
    GODWIT_POLICY_REFUSED,
    GODWIT_POLICY_DEPENDS, /* on arguments or quotas */
    GODWIT_POLICY_ALLOWED
};

/* A rule by number from 0 in words; 0 when there is none. */
GODWIT_API size_t godwit_policy_rule(const godwit_policy_t *policy,
                                     uint32_t number, char *buffer,
                                     size_t size);
/* What calls of a host function would get. */
GODWIT_API size_t godwit_policy_function(const godwit_policy_t *policy,
                                         struct godwit_bytes module,
                                         struct godwit_bytes name,
                                         enum godwit_policy_answer *answer,
                                         char *buffer, size_t size);
/* Which rule decides a call written like a grant, "path_open:path=/a". */
GODWIT_API godwit_error_t *godwit_policy_call(const godwit_policy_t *policy,
                                              const char *call,
                                              enum godwit_policy_answer *answer,
                                              char *buffer, size_t size);
/* The keys that mean something for a host function. */
GODWIT_API size_t godwit_policy_keys(struct godwit_bytes module,
                                     struct godwit_bytes name, char *buffer,
                                     size_t size);
/* The keys of a rule by number from 0, and what they say; NULL when there
 * are no more.  Static. */
GODWIT_API const char *godwit_policy_key(unsigned number, const char **help);

/* ---- gates ---- */

/* Own; judges by policy.  NULL: out of memory. */
GODWIT_API godwit_gate_t *godwit_gate_new(const godwit_policy_t *policy);
/* Guests that it judges keep what they need. */
GODWIT_API void godwit_gate_delete(godwit_gate_t *gate);

/* Judges by another policy from now on: calls that begin after this obey it,
 * and quotas begin anew.  An empty policy revokes everything.  Any thread.
 * NOMEM: nothing has changed. */
GODWIT_API godwit_error_t *godwit_gate_set(godwit_gate_t *gate,
                                           const godwit_policy_t *policy);

/* Before it is given to a linker: write gets a line of JSON for each call that
 * is refused, or allowed by a rule with log, from the thread of the call; it
 * must not use the gate.  After limit bytes (0: the standard) such calls are
 * refused. */
GODWIT_API godwit_error_t *
godwit_gate_audit(godwit_gate_t *gate, const char *instance,
                  void (*write)(void *env, const char *line, size_t size),
                  void *env, uint64_t limit);
/* The limits there: audit-bytes, ..., as godwit_wasi_limit. */
GODWIT_API bool godwit_policy_limit(unsigned number,
                                    struct godwit_wasi_limit *out);

/* Before it is given to a linker: allows everything and keeps what for. */
GODWIT_API void godwit_gate_learn(godwit_gate_t *gate);
/* The smallest policy, as a file, for what was asked so far: own *out. */
GODWIT_API godwit_error_t *godwit_gate_learned(godwit_gate_t *gate,
                                               wasm_byte_vec_t *out);

/* How many host calls there were; threads that call at once may lose some. */
GODWIT_API uint64_t godwit_gate_calls(const godwit_gate_t *gate);

/* Has every host function that a linker defines from now on, WASI's too,
 * judged at a gate, under the name it is defined by.  Once, before anything
 * is defined: ARGUMENT otherwise. */
GODWIT_API godwit_error_t *godwit_linker_set_gate(godwit_linker_t *linker,
                                                  godwit_gate_t *gate);

#ifdef __cplusplus
}
#endif

#endif
