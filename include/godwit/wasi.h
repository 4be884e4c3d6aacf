/*
 * godwit/wasi.h: what a WASI program is granted.
 *
 * A new configuration grants nothing: no arguments, no environment, no
 * directories, and standard streams that are at their end or swallow what is
 * written.  Clocks and random numbers are always there.
 *
 * A configuration is used by one thread at a time; strings are copied.
 */
#ifndef GODWIT_WASI_H
#define GODWIT_WASI_H

#include "godwit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct godwit_wasi_config_t godwit_wasi_config_t;

/* Own; NULL when out of memory. */
GODWIT_API godwit_wasi_config_t *godwit_wasi_config_new(void);
GODWIT_API void godwit_wasi_config_delete(godwit_wasi_config_t *config);

/* Appends an argument; the first is the program's name. */
GODWIT_API godwit_error_t *
godwit_wasi_config_add_arg(godwit_wasi_config_t *config, const char *arg);

/* Appends an environment variable, "NAME=value". */
GODWIT_API godwit_error_t *
godwit_wasi_config_add_env(godwit_wasi_config_t *config, const char *variable);

/* Grants a directory of the host and all beneath it under the guest's name
 * for it; nothing outside of it can be reached through it.  It is opened by
 * godwit_linker_define_wasi, which fails with IO when it cannot be. */
GODWIT_API godwit_error_t *
godwit_wasi_config_add_dir(godwit_wasi_config_t *config, const char *host_path,
                           const char *guest_path, bool read_only);

/* Grants one file under a name, of which the part before the last slash is a
 * directory to the guest; it holds the files granted so and takes no others. */
GODWIT_API godwit_error_t *
godwit_wasi_config_add_file(godwit_wasi_config_t *config, const char *host_path,
                            const char *guest_path, bool read_only);

/* Grants an empty directory in memory, which may hold so many bytes (0: 64
 * MiB) and ends with the guest. */
GODWIT_API godwit_error_t *
godwit_wasi_config_add_tmpfs(godwit_wasi_config_t *config,
                             const char *guest_path, uint64_t limit);

/* Grants the files of an archive (tar, zip), which stays as it is: what the
 * guest changes, unless it is read-only, is kept in memory. */
GODWIT_API godwit_error_t *
godwit_wasi_config_add_image(godwit_wasi_config_t *config,
                             const char *host_path, const char *guest_path,
                             bool read_only);

/* Lets the guest start threads (wasi-threads: wasi.thread-spawn), at most 64
 * at once.  Each is a thread of this process with a store of its own, which
 * has the limits of the engine and takes part in the guest's fuel.  A trap or
 * proc_exit in one ends all. */
GODWIT_API void godwit_wasi_config_set_threads(godwit_wasi_config_t *config,
                                               bool allow);

/* Gives the guest a descriptor of this process, borrowed while the store
 * lives, as standard stream 0, 1 or 2. */
GODWIT_API godwit_error_t *
godwit_wasi_config_set_stdio(godwit_wasi_config_t *config, unsigned stream,
                             int descriptor);

/* Sets a limit of what a guest can make the host do, by name: doc/policy.md
 * lists them.  NOT_FOUND, or ARGUMENT when it is out of bounds. */
GODWIT_API godwit_error_t *
godwit_wasi_config_set_limit(godwit_wasi_config_t *config, const char *name,
                             uint64_t value);

/* A limit by number from 0; false when there are no more.  Static. */
struct godwit_wasi_limit {
    const char *name, *effect; /* effect: what happens past it */
    uint64_t standard, maximum;
};
GODWIT_API bool godwit_wasi_limit(unsigned number,
                                  struct godwit_wasi_limit *out);

/* Gives the guest this process's standard streams. */
GODWIT_API void godwit_wasi_config_inherit_stdio(godwit_wasi_config_t *config);

#ifdef __cplusplus
}
#endif

#endif
