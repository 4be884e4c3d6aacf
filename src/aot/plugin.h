/*
 * What the library and the plug-in libgodwit-llvm ask of each other.  The
 * plug-in is loaded on demand and has this one entry.  It shares no state
 * with the library: bytes go in, bytes come out.
 */
#ifndef GW_AOT_PLUGIN_H
#define GW_AOT_PLUGIN_H

#include "aot/artifact.h"
#include "base/option.h"

enum { GW_PLUGIN_VERSION = 1 };

enum gw_plugin_output {
    GW_PLUGIN_ARTIFACT,
    GW_PLUGIN_LLVM,
    GW_PLUGIN_ASSEMBLY
};

struct gw_plugin_request {
    struct gw_span module;
    const struct gw_config *config; /* the engine's */
    enum gw_machine machine;
    uint64_t cpu;   /* bits of cpu.def that code may need */
    uint32_t level; /* of optimisation, 0 to 3 */
    uint32_t jobs;  /* threads */
    enum gw_plugin_output output;
    bool polls; /* make code that can be stopped */
};

struct gw_plugin_result {
    uint8_t *data; /* own, from malloc */
    size_t size;
    struct gw_diag diag;
};

/* False with result->diag. */
typedef bool gw_plugin_compile_fn(const struct gw_plugin_request *request,
                                  struct gw_plugin_result *result);

struct gw_plugin {
    uint32_t version; /* GW_PLUGIN_VERSION */
    uint64_t abi;     /* gw_native_abi() */
    const char *name; /* "LLVM 22.1.8" */
    gw_plugin_compile_fn *compile;
};

typedef const struct gw_plugin *gw_plugin_fn(void);
#define GW_PLUGIN_ENTRY "gw_plugin_entry"

#endif
