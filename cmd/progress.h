/*
 * A bar on the terminal while something takes long.
 *
 * It appears when work has lasted half a second, is drawn by whichever thread
 * tells of progress, and is gone when the work has ended.
 */
#ifndef GODWIT_CMD_PROGRESS_H
#define GODWIT_CMD_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct cmd_progress {
    uint64_t begin_ns;
    atomic_flag drawing;
    atomic_uint shown; /* percent + 1; 0: there is no bar yet */
};

/* Would people see it?  Else nothing is to be told. */
bool cmd_progress_is_seen(void);
void cmd_progress_begin(struct cmd_progress *progress);
/* A godwit_progress_fn, about a struct cmd_progress. */
void cmd_progress_tell(void *env, const char *what, uint64_t done,
                       uint64_t total);
void cmd_progress_end(struct cmd_progress *progress);

#endif
