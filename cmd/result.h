/*
 * How a run went, for --json and --wall.
 */
#ifndef GODWIT_CMD_RESULT_H
#define GODWIT_CMD_RESULT_H

#include "cmd.h"

struct cmd_result {
    bool json, wall;
    uint64_t begin_ns, fuel; /* fuel: at the start */
    enum godwit_trap trap;   /* none: returned, or exited */
    char trap_text[200];
};

void cmd_result_begin(struct cmd_result *result, const wasm_store_t *store);
/* Remembers a trap that is about to be reported. */
void cmd_result_trap(struct cmd_result *result, const wasm_trap_t *trap);
/* Prints what was asked for to stderr; metered: fuel was counted, gate: NULL
 * when calls were not. */
void cmd_result_print(const struct cmd_result *result, const char *path,
                      const wasm_store_t *store, const godwit_gate_t *gate,
                      int code);

#endif
