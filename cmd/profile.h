/*
 * Where a guest spends its time, for --profile.
 *
 * A thread asks for a sample a thousand times a second; the guest gives it at
 * its next safepoint, a loop, call or the beginning of a function.  Time in host
 * functions counts for what the guest does next.
 */
#ifndef GODWIT_CMD_PROFILE_H
#define GODWIT_CMD_PROFILE_H

#include "cmd.h"

struct cmd_profile;

/* Opens the file that the profile goes to: for Firefox's profiler if its name
 * ends in .json, else text.  "-" is the standard error.  NULL after saying
 * why not. */
struct cmd_profile *cmd_profile_new(const char *path);
/* All of these do nothing for NULL.  The store must run no guest. */
void cmd_profile_start(struct cmd_profile *profile, wasm_store_t *store);
void cmd_profile_stop(struct cmd_profile *profile);
/* Writes what was found, while the module lives.  CMD_GO_ON, or an exit code
 * after saying why. */
int cmd_profile_write(const struct cmd_profile *profile, const char *program);
/* A function by its name or number, without what would end a string. */
void cmd_print_name(FILE *out, struct godwit_bytes name, uint32_t func);
void cmd_profile_delete(struct cmd_profile *profile);

#endif
