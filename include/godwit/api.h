/*
 * godwit/api.h: what every header of godwit begins with.
 *
 * `own` in a comment means the same as in wasm.h: what it marks changes
 * hands.  Unmarked pointers are borrowed for the call.
 */
#ifndef GODWIT_API_H
#define GODWIT_API_H

#include "wasm.h"

#ifndef GODWIT_API
#if defined(__GNUC__)
#define GODWIT_API __attribute__((visibility("default")))
#else
#define GODWIT_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version, e.g. "0.1.0".  Static; any thread. */
GODWIT_API const char *godwit_version(void);

#ifdef __cplusplus
}
#endif

#endif
