#include "aot/artifact.h"

/* ---- names ---- */

static const char *const x86_64_names[] = {
#define CPU(MACHINE, IDENT, NAME) NAME,
#include "aot/cpu.def"
};

const char *
gw_machine_feature_name(enum gw_machine machine, unsigned bit)
{
    bool known = machine == GW_MACHINE_X86_64 && bit < GW_CPU_COUNT;
    return known ? x86_64_names[bit] : NULL;
}

/* ---- the host ---- */

#if defined(__x86_64__)

enum gw_machine
gw_machine_host(void)
{
    return GW_MACHINE_X86_64;
}

uint64_t
gw_machine_features(void)
{
    uint64_t features = 0;
    __builtin_cpu_init();
#define CPU(MACHINE, IDENT, NAME)     \
    if (__builtin_cpu_supports(NAME)) \
        features |= UINT64_C(1) << GW_CPU_##IDENT;
#include "aot/cpu.def"
    return features;
}

#else

enum gw_machine
gw_machine_host(void)
{
#if defined(__aarch64__)
    return GW_MACHINE_AARCH64;
#else
    return GW_MACHINE_NONE;
#endif
}

uint64_t
gw_machine_features(void)
{
    return 0;
}

#endif
