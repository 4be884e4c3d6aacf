/*
 * What a guest does, for --count: how often instructions of each function ran,
 * because of which operators, and which stand one behind the other.
 */
#ifndef GODWIT_CMD_COUNT_H
#define GODWIT_CMD_COUNT_H

#include "cmd.h"

struct cmd_count;

/* Opens the file that the counts go to; "-" is the standard error.  NULL after
 * saying why not. */
struct cmd_count *cmd_count_new(const char *path);
/* Both do nothing for NULL.  CMD_GO_ON, or an exit code after saying why; the
 * second while the module lives. */
int cmd_count_start(struct cmd_count *count, wasm_store_t *store);
int cmd_count_write(struct cmd_count *count, wasm_store_t *store);
void cmd_count_delete(struct cmd_count *count);

#endif
