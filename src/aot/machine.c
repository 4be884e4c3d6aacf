#include "aot/aot.h"

#include <string.h>

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

enum gw_machine
gw_machine_find(const char *name)
{
    static const char *const names[] = { "", "x86_64", "aarch64" };
    size_t size = strcspn(name, "-");
    for (int i = 1; i < 3; i++) {
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
            return (enum gw_machine)i;
    }
    return GW_MACHINE_NONE;
}

#define BIT(IDENT) (UINT64_C(1) << GW_CPU_##IDENT)
#define V2 (BIT(SSE3) | BIT(SSSE3) | BIT(SSE4_1) | BIT(SSE4_2) | BIT(POPCNT))
#define V3 \
    (V2 | BIT(AVX) | BIT(AVX2) | BIT(BMI) | BIT(BMI2) | BIT(LZCNT) | BIT(FMA))
#define V4                                                               \
    (V3 | BIT(AVX512F) | BIT(AVX512BW) | BIT(AVX512DQ) | BIT(AVX512VL) | \
     BIT(AVX512CD))

bool
gw_machine_cpu(enum gw_machine machine, const char *name, uint64_t *cpu)
{
    static const struct {
        const char *name;
        uint64_t cpu;
    } levels[] = { { "x86-64-v2", V2 },
                   { "x86-64-v3", V3 },
                   { "x86-64-v4", V4 } };
    bool x86 = machine == GW_MACHINE_X86_64;
    *cpu = x86 ? V2 : 0;
    if (!name)
        return true;
    if (strcmp(name, "native") == 0 && machine == gw_machine_host()) {
        *cpu = gw_machine_features();
        return true;
    }
    for (size_t i = 0; x86 && i < sizeof(levels) / sizeof(*levels); i++) {
        *cpu = levels[i].cpu;
        if (strcmp(levels[i].name, name) == 0)
            return true;
    }
    return false;
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
