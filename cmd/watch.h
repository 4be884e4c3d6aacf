/*
 * The terminal's interrupt (SIGINT), while a guest runs.
 *
 * A thread waits for the signal and stops the guest at its next safepoint; a
 * guest that does not get there soon, because it waits for input, ends with
 * the process.
 */
#ifndef GODWIT_CMD_WATCH_H
#define GODWIT_CMD_WATCH_H

#include "godwit.h"

struct cmd_watch;

/* NULL when no thread can be had: then an interrupt ends the process. */
struct cmd_watch *cmd_watch_start(wasm_store_t *store);
void cmd_watch_stop(struct cmd_watch *watch);

#endif
