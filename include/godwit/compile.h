/*
 * godwit/compile.h: machine code ahead of time.
 *
 * An artifact holds a module and its machine code for one kind of machine.
 * godwit_module_open and godwit_module_new take it as they take a module,
 * when GODWIT_OPTION_UNTRUSTED_CODE is set: machine code cannot be checked,
 * so whoever runs an artifact trusts whoever made it.  Running it needs no
 * compiler; making it needs the plug-in libgodwit-llvm.
 */
#ifndef GODWIT_COMPILE_H
#define GODWIT_COMPILE_H

#include "godwit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum godwit_compile_output {
    GODWIT_COMPILE_ARTIFACT,
    GODWIT_COMPILE_LLVM,    /* LLVM's intermediate code, as text */
    GODWIT_COMPILE_ASSEMBLY /* as text */
};

struct godwit_compile_options {
    enum godwit_compile_output output;
    const char *target; /* "x86_64" or "aarch64"; NULL: this machine */
    const char *cpu;    /* "native", "x86-64-v2" to "-v4"; NULL: what nearly
                           all processors of the target have */
};

/* Compiles a module, given as binary or as text, for engines that have the
 * configuration of this one; options may be NULL.  On success *out is the
 * caller's.  Errors: those of godwit_module_new, NOT_FOUND when there is no
 * plug-in, ARGUMENT, SYSTEM. */
GODWIT_API godwit_error_t *
godwit_compile(wasm_engine_t *engine, const void *module, size_t size,
               const struct godwit_compile_options *options,
               wasm_byte_vec_t *out);

#ifdef __cplusplus
}
#endif

#endif
