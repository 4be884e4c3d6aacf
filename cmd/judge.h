/*
 * What a command line says of host functions, one by one: --policy, --allow,
 * --deny, --audit, --learn; and the gate that comes of it.
 */
#ifndef GODWIT_CMD_JUDGE_H
#define GODWIT_CMD_JUDGE_H

#include "cmd.h"

struct cmd_judge {
    godwit_policy_t *policy; /* rules of the command line, in its order */
    bool allows, denies;     /* has it such rules? */
    const char *file;        /* --policy: rules that come after them */
    const char *audit_path, *learn_path;
    bool learn_new; /* learn_path must not be there yet */
    FILE *audit, *learn;
    uint64_t audit_limit; /* bytes; 0: the standard */
    bool counts;          /* calls are to be counted */
    godwit_gate_t *gate;
};

int cmd_judge_allow(struct cmd_judge *judge, const char *text);
int cmd_judge_deny(struct cmd_judge *judge, const char *text);

/* Puts the policy together: CMD_GO_ON or an exit code. */
int cmd_judge_read(struct cmd_judge *judge);
/* Makes the gate, if there is anything to be judged, and gives it to a
 * linker; instance is the guest's name in records. */
int cmd_judge_set(struct cmd_judge *judge, godwit_linker_t *linker,
                  const char *instance);
/* After the run: writes what was learned, ends the records.  Returns code,
 * or what went wrong if that was all well. */
int cmd_judge_end(struct cmd_judge *judge, int code);
void cmd_judge_fini(struct cmd_judge *judge);

#endif
