/*
 * Plays one module: decodes it, and when it is valid instantiates it twice,
 * in engines that lay out memory and run code in different ways, and calls
 * what it exports, with limits on everything.
 *
 * What does not hold is told through `complain`; whatever should end the
 * process, such as a failed assertion or a fault, does.
 */
#ifndef GW_TEST_MUTATE_PLAY_H
#define GW_TEST_MUTATE_PLAY_H

#include "base/span.h"

struct play_counts {
    uint64_t played, malformed, invalid, unsupported, limited, valid;
    uint64_t linked, calls, traps;
    uint64_t worst; /* bytes used in decoding beyond 1 MiB, per byte, * 100 */
};

struct gw_engine;

struct play {
    void (*complain)(void *env, const char *text);
    void *env;
    struct play_counts *counts;
    char error[400]; /* why the last module that was not valid is not */
    struct gw_engine *engines[2]; /* private; made anew now and then */
    unsigned uses;                /* private */
};

/* number decides what is done where there is a choice. */
void play_module(struct play *play, struct gw_span module, uint64_t number);
void play_fini(struct play *play);

#endif
