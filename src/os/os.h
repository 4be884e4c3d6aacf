/*
 * Everything godwit asks of an operating system, except files (os/file.h).
 *
 * linux/, posix/, darwin/, windows/ implement it.  All functions may be
 * called from any thread.  Sizes of pages are multiples of gw_os_page_size().
 * Nothing here allocates from the heap.
 */
#ifndef GW_OS_OS_H
#define GW_OS_OS_H

#include "base/err.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- pages ---- */

size_t gw_os_page_size(void);

/* Reserves address space that faults on every access; NULL when refused.  The
 * parts below start at and consist of whole pages of a reservation. */
void *gw_os_reserve(size_t size);
/* Makes a part readable and writable; it reads as zero unless it was
 * committed before, then it keeps its contents. */
bool gw_os_commit(void *address, size_t size);
/* Gives the contents back: the part reads as zero again, still committed. */
bool gw_os_discard(void *address, size_t size);
/* Takes access away again; the part faults. */
bool gw_os_decommit(void *address, size_t size);
void gw_os_release(void *address, size_t size);
/* Makes a committed part readable and executable, and no longer writable. */
bool gw_os_make_code(void *address, size_t size);

/* ---- mapped files ---- */

/* Maps a whole regular file read-only (private); *size tells its size.  What
 * cannot be mapped (pipe, empty file) is read into memory as gw_os_reserve
 * gives it.  More than limit bytes are an error.  On failure *data is NULL and
 * *reason, if reason is not NULL, a static or errno text.  Somebody who
 * shortens a mapped file makes reading past its new end a fault. */
enum gw_err gw_os_map_file(const char *path, size_t limit, const void **data,
                           size_t *size, const char **reason);
void gw_os_unmap_file(const void *data, size_t size);

/* ---- faults ---- */

/*
 * Hardware faults of guest code: bad accesses, and illegal instructions.  A thread that runs guest code enters a
 * scope that tells which addresses are the guest's; when a fault happens at
 * one, the thread continues at the scope's entry a second time, as after
 * longjmp, and scope.address tells where it was.  A fault anywhere else is
 * ours: the handler installed before ours, or the default action, takes it,
 * and the process dies loudly.
 *
 *     struct gw_os_fault_scope scope;
 *     if (GW_OS_FAULT_ENTER(&scope, covers, env) == 0)
 *         run();
 *     else
 *         trapped(scope.address);
 *     gw_os_fault_leave(&scope);
 *
 * Scopes nest, and only the innermost is ever asked.  A fault takes its scope
 * off, so one that happens while the first is dealt with goes to the outer
 * scope; leave is still due, and also takes off every scope entered since,
 * which makes it right after a longjmp over inner scopes.  As with setjmp,
 * locals that change between entry and fault must be volatile to keep their
 * value, and the function must not return before leave.
 *
 * `covers` is called in the signal handler, on the alternate stack, with the
 * fault address as the machine reports it (s390x rounds it down to the page):
 * it must only read memory.
 */
/* Where code was interrupted; zeros on machines that are not known. */
struct gw_os_registers {
    uintptr_t pc, sp, fp;
    uintptr_t link; /* the return address, where a register has it */
};

struct gw_os_fault_scope {
    struct gw_os_fault_scope *outer;
    bool (*covers)(void *env, const void *address);
    void *env;
    const void *address; /* NULL until a fault came here */
    /* Set between entry and fault, or NULL.  The thread then goes on by
     * calling it, below the code that faulted and on its stack, instead of at
     * the entry; it must not return.  Only where gw_os_fault_can_resume. */
    void (*resume)(void *env);
    struct gw_os_registers at; /* of the code; `covers` may look at it */
    jmp_buf state; /* without the signal mask, which stays as it is */
};

/* Installs the process-wide handler (idempotent, thread safe) and gives this
 * thread an alternate signal stack, which goes when the thread ends; false
 * when the system refuses.  Push does it at need, but cannot tell. */
bool gw_os_fault_setup(void);
void gw_os_fault_push(struct gw_os_fault_scope *scope,
                      bool (*covers)(void *env, const void *address),
                      void *env);
void gw_os_fault_leave(struct gw_os_fault_scope *scope);
bool gw_os_fault_can_resume(void);
/* The lowest address that this thread's stack may use; 0: not known. */
uintptr_t gw_os_stack_low(void);

#define GW_OS_FAULT_ENTER(scope, covers, env) \
    (gw_os_fault_push((scope), (covers), (env)), setjmp((scope)->state))

/* ---- time, randomness, processors ---- */

enum gw_os_clock {
    GW_OS_CLOCK_REALTIME,
    GW_OS_CLOCK_MONOTONIC,
    GW_OS_CLOCK_PROCESS_CPU,
    GW_OS_CLOCK_THREAD_CPU
};

/* Nanoseconds; false when the clock does not exist. */
bool gw_os_clock_time(enum gw_os_clock clock, uint64_t *time_ns);
bool gw_os_clock_resolution(enum gw_os_clock clock, uint64_t *resolution_ns);
/* Sleeps on the monotonic clock until the given time. */
void gw_os_sleep_until(uint64_t time_ns);
/* Cryptographically secure random bytes; false when none can be had. */
bool gw_os_random(void *buffer, size_t size);
void gw_os_yield(void);
unsigned gw_os_cpu_count(void);
/* Peak resident bytes of this process, 0 when unknown. */
uint64_t gw_os_peak_memory(void);

/* ---- plug-ins ---- */

/* Loads a shared library and finds a function in it; the library stays until
 * the process ends.  NULL with *reason, a text that lives until this thread
 * asks again. */
void *gw_os_plugin_find(const char *path, const char *symbol,
                        const char **reason);
/* The folder of the file that this code is in, without a final slash; false
 * when it is not known or too long. */
bool gw_os_own_folder(char *buffer, size_t size);

/* ---- threads ---- */

struct gw_os_mutex {
    _Alignas(16) unsigned char bytes[64];
};
struct gw_os_cond {
    _Alignas(16) unsigned char bytes[64];
};
struct gw_os_thread {
    _Alignas(16) unsigned char bytes[64];
};

void gw_os_mutex_init(struct gw_os_mutex *mutex);
void gw_os_mutex_fini(struct gw_os_mutex *mutex);
void gw_os_mutex_lock(struct gw_os_mutex *mutex);
void gw_os_mutex_unlock(struct gw_os_mutex *mutex);

void gw_os_cond_init(struct gw_os_cond *cond); /* monotonic clock */
void gw_os_cond_fini(struct gw_os_cond *cond);
void gw_os_cond_signal(struct gw_os_cond *cond);
void gw_os_cond_broadcast(struct gw_os_cond *cond);
/* Waits until woken (perhaps for no reason) or the monotonic time until_ns
 * (UINT64_MAX: for ever); false when the time has passed. */
bool gw_os_cond_wait(struct gw_os_cond *cond, struct gw_os_mutex *mutex,
                     uint64_t until_ns);

/* Starts a thread with the given stack size (0: default).  The struct stays
 * where it is until the thread has been joined. */
bool gw_os_thread_start(struct gw_os_thread *thread, void (*run)(void *env),
                        void *env, size_t stack_size);
void gw_os_thread_join(struct gw_os_thread *thread);

#endif
