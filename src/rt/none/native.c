/* A build without machine code: no function has any. */
#include "rt/native.h"

const void *const gw_native_helpers[] = { NULL };

bool
gw_native_supported(void)
{
    return false;
}

uint64_t
gw_native_abi(void)
{
    return 0;
}

void
gw_native_attach(struct gw_instance *instance)
{
    (void)instance;
}

enum gw_trap
gw_native_call(struct gw_exec *exec, struct gw_funcinst *func,
               union gw_slot *args)
{
    (void)exec;
    (void)func;
    (void)args;
    return GW_TRAP_UNREACHABLE;
}

bool
gw_native_walk(const struct gw_native_run *run,
               bool (*visit)(void *env, const struct gw_trace_frame *frame),
               void *env)
{
    (void)run;
    (void)visit;
    (void)env;
    return true;
}

void
gw_native_scan(const struct gw_exec *exec,
               void (*visit)(void *env, uint64_t word), void *env)
{
    (void)exec;
    (void)visit;
    (void)env;
}
