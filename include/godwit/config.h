/*
 * godwit/config.h: options of an engine and its stores.
 *
 * Every option is a 64-bit number with bounds.  The same table serves the
 * command line (--max-memory=64MiB), configuration files and this header:
 * godwit_option_find and godwit_option_parse turn text into what
 * godwit_config_set takes.
 *
 * A configuration is used by one thread at a time; an engine takes it over.
 */
#ifndef GODWIT_CONFIG_H
#define GODWIT_CONFIG_H

#include "godwit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum godwit_option {
    GODWIT_OPTION_MEMORY,         /* enum godwit_memory */
    GODWIT_OPTION_DRIVER,         /* enum godwit_driver */
    GODWIT_OPTION_METER,          /* 1: count fuel; set by setting FUEL */
    GODWIT_OPTION_FUEL,           /* units of work a store begins with */
    GODWIT_OPTION_TIMEOUT,        /* ns from the making of a store */
    GODWIT_OPTION_MAX_MEMORY,     /* bytes of all memories of a store */
    GODWIT_OPTION_MAX_TABLE,      /* elements of one table */
    GODWIT_OPTION_MAX_STACK,      /* bytes of the guest's stack */
    GODWIT_OPTION_MAX_INSTANCES,  /* instances of one store */
    GODWIT_OPTION_MAX_HOST,       /* bytes of bookkeeping of a store */
    GODWIT_OPTION_FEATURES,       /* set of features; all ones: the defaults */
    GODWIT_OPTION_SAFEPOINT_TEST, /* for tests of godwit itself */
    GODWIT_OPTION_MAX_HEAP,       /* bytes of collected objects of a store */
    GODWIT_OPTION_GC_STRESS,      /* 1: collect at every allocation */
    GODWIT_OPTION_JOBS,           /* threads that validate a large module */
    GODWIT_OPTION_TIER,           /* enum godwit_tier */
    GODWIT_OPTION_OPTIMISE,       /* 0 to 3: how hard the compiler tries */
    GODWIT_OPTION_SAFEPOINTS,     /* 0: machine code cannot be stopped */
    GODWIT_OPTION_DETERMINISTIC,  /* 1: every NaN made is the canonical one */
    GODWIT_OPTION_UNTRUSTED_CODE, /* 1: artifacts may be run */
    GODWIT_OPTION_COUNT
};

/* How linear memories are laid out.  What guests see is the same. */
enum godwit_memory {
    GODWIT_MEMORY_GUARDED, /* address space is reserved, checks are free */
    GODWIT_MEMORY_PACKED   /* every access is checked, nothing reserved */
};

/* What runs functions.  What guests see is the same. */
enum godwit_tier {
    GODWIT_TIER_AUTO, /* what is there without waiting */
    GODWIT_TIER_INTERP,
    GODWIT_TIER_AOT /* modules are compiled when they are opened, which needs
                       the plug-in libgodwit-llvm */
};

/* Which interpreter loop runs.  What guests see is the same. */
enum godwit_driver {
    GODWIT_DRIVER_AUTO,
    GODWIT_DRIVER_SWITCH,
    GODWIT_DRIVER_GOTO,
    GODWIT_DRIVER_TAIL
};

struct godwit_option_info {
    const char *name;     /* "max-memory" */
    const char *argument; /* "SIZE", "T", "N", "SET", "a|b", "" (a switch) */
    const char *help;     /* one line */
    uint64_t standard, min, max;
};

/* Describes an option; NULL when there is none of that number, which ends a
 * loop over all.  Static; any thread. */
GODWIT_API const struct godwit_option_info *
godwit_option_describe(enum godwit_option option);

/* Finds an option by name; false when there is none.  Any thread. */
GODWIT_API bool godwit_option_find(const char *name,
                                   enum godwit_option *option);

/* Reads an option's value as people write it: 10s, 500ms, 2m (times);
 * 64MiB, 1G (sizes, powers of 1024); a number; one of the words of the
 * option's argument; on, off (switches); names of features with + or - in
 * front (sets: "+wide-arithmetic,-simd", beginning with the defaults).
 * GODWIT_ARGUMENT when it cannot be read or is out of bounds. */
GODWIT_API godwit_error_t *godwit_option_parse(enum godwit_option option,
                                               const char *text,
                                               uint64_t *value);

/* Sets an option; GODWIT_ARGUMENT when the value is out of its bounds.
 * Setting FUEL also sets METER, or clears it for UINT64_MAX. */
GODWIT_API godwit_error_t *godwit_config_set(wasm_config_t *config,
                                             enum godwit_option option,
                                             uint64_t value);

/* The value an option has. */
GODWIT_API uint64_t godwit_config_get(const wasm_config_t *config,
                                      enum godwit_option option);

/* An engine whose modules can be looked at but not instantiated: features
 * that no tier executes yet are let in, too. */
GODWIT_API void godwit_config_set_inspect(wasm_config_t *config, bool inspect);

/* How far work is that may take long, for those who wait: what ("loading";
 * static), and done of total, in bytes.  Called from any of the threads that
 * do the work, from several at once, with done not always in order; at least
 * once for each module that is loaded well, at its end.  It must be quick,
 * and use nothing of the engine. */
typedef void godwit_progress_fn(void *env, const char *what, uint64_t done,
                                uint64_t total);

/* Calls progress while modules are loaded; NULL: not.  env must live as long
 * as the engine. */
GODWIT_API void godwit_config_set_progress(wasm_config_t *config,
                                           godwit_progress_fn *progress,
                                           void *env);

/* ---- features ---- */

/* Features are bits of a 64-bit set.  Name and one sentence about bit
 * `index`; NULL when there is none, which ends a loop over all. */
GODWIT_API const char *godwit_feature_name(unsigned index);
GODWIT_API const char *godwit_feature_text(unsigned index);

/* Is the feature on unless asked otherwise?  Can it be executed? */
GODWIT_API bool godwit_feature_is_on(unsigned index);
GODWIT_API bool godwit_feature_is_executable(unsigned index);

/* How many operators it adds; some add only types or forms. */
GODWIT_API unsigned godwit_feature_operators(unsigned index);

#ifdef __cplusplus
}
#endif

#endif
