/*
 * Runs a generated module in one way and tells what came of it, as text: one
 * line for the start, for each export called, each memory, global and table.
 * Equal modules must give equal text in every way of running them.
 */
#ifndef GW_FUZZ_PLAY_H
#define GW_FUZZ_PLAY_H

#include "base/span.h"

#include <stdbool.h>

/* Values of the options of base/option.def. */
struct play_mode {
    uint64_t driver, memory, meter, safepoint_test, deterministic, tier;
};

struct play_text {
    char *data; /* ends with 0; to be freed with play_text_fini */
    size_t size, capacity;
};

/* fuel is what each call gets, and the start; it is told behind each call
 * only where the mode counts it.  Ends the program when the module is not
 * valid. */
void play(struct gw_span module, const struct play_mode *mode, uint64_t fuel,
          struct play_text *out);
void play_text_fini(struct play_text *text);
/* Is the plug-in there that play_mode.tier GW_TIER_AOT needs? */
bool play_can_compile(void);
/* Did the guest run out of something whose end no specification fixes? */
bool play_is_vague(const struct play_text *text);
const char *play_mode_name(const struct play_mode *mode, char *text,
                           size_t size);

#endif
