/*
 * wasi-threads: the function wasi.thread-spawn, with which a program starts
 * threads of its own.
 *
 * A thread is a thread of the operating system with a store and an instance
 * of its own.  It shares with the others the program's code, the memories
 * that the program imports, and the struct gw_wasi with all descriptors.
 * What ends one thread other than returning (a trap, proc_exit) ends all:
 * the others trap with the same outcome at their next safepoint or wait.
 *
 * A struct gw_wasi that grants threads has one group of them, which starts
 * out empty.  All functions may be called from any thread.
 */
#ifndef GW_WASI_THREAD_H
#define GW_WASI_THREAD_H

#include "wasi/guest.h"

/* NULL when out of memory. */
struct gw_wasi_threads *gw_wasi_threads_new(struct gw_wasi *wasi);
/* Ends the threads first; NULL does nothing. */
void gw_wasi_threads_delete(struct gw_wasi_threads *threads);

#endif
