/*
 * Policies and gates as the C API has them.
 */
#ifndef GW_CAPI_POLICY_H
#define GW_CAPI_POLICY_H

#include "policy/gate.h"

#include "godwit/policy.h"

struct godwit_policy_t {
    struct gw_policy *policy;
};

struct godwit_gate_t {
    struct gw_gate *gate;
};

#endif
