/*
 * What a machine without an operating system can say of the rest: one
 * processor, one thread, no clock, no randomness and no faults to catch.  So
 * memories must be packed and there are no timeouts; a board that has a clock
 * can interrupt a store from its timer.
 */
#include "os/os.h"

/* ---- faults ---- */

bool
gw_os_fault_setup(void)
{
    return true;
}

void
gw_os_fault_push(struct gw_os_fault_scope *scope,
                 bool (*covers)(void *env, const void *address), void *env)
{
    scope->covers = covers;
    scope->env = env;
    scope->address = NULL;
}

void
gw_os_fault_leave(struct gw_os_fault_scope *scope)
{
    (void)scope;
}

bool
gw_os_fault_can_resume(void)
{
    return false;
}

uintptr_t
gw_os_stack_low(void)
{
    return 0;
}

/* ---- time, randomness, processors ---- */

bool
gw_os_clock_time(enum gw_os_clock clock, uint64_t *time_ns)
{
    (void)clock;
    (void)time_ns;
    return false;
}

bool
gw_os_clock_resolution(enum gw_os_clock clock, uint64_t *resolution_ns)
{
    (void)clock;
    (void)resolution_ns;
    return false;
}

void
gw_os_sleep_until(uint64_t time_ns)
{
    (void)time_ns;
}

bool
gw_os_random(void *buffer, size_t size)
{
    (void)buffer;
    (void)size;
    return false;
}

void
gw_os_yield(void)
{
}

unsigned
gw_os_cpu_count(void)
{
    return 1;
}

uint64_t
gw_os_peak_memory(void)
{
    return 0;
}

/* ---- threads ---- */

void
gw_os_mutex_init(struct gw_os_mutex *mutex)
{
    (void)mutex;
}

void
gw_os_mutex_fini(struct gw_os_mutex *mutex)
{
    (void)mutex;
}

void
gw_os_mutex_lock(struct gw_os_mutex *mutex)
{
    (void)mutex;
}

void
gw_os_mutex_unlock(struct gw_os_mutex *mutex)
{
    (void)mutex;
}

void
gw_os_cond_init(struct gw_os_cond *cond)
{
    (void)cond;
}

void
gw_os_cond_fini(struct gw_os_cond *cond)
{
    (void)cond;
}

void
gw_os_cond_signal(struct gw_os_cond *cond)
{
    (void)cond;
}

void
gw_os_cond_broadcast(struct gw_os_cond *cond)
{
    (void)cond;
}

/* Nobody could wake the only thread: its time has passed. */
bool
gw_os_cond_wait(struct gw_os_cond *cond, struct gw_os_mutex *mutex,
                uint64_t until_ns)
{
    (void)cond;
    (void)mutex;
    (void)until_ns;
    return false;
}

bool
gw_os_thread_start(struct gw_os_thread *thread, void (*run)(void *env),
                   void *env, size_t stack_size)
{
    (void)thread;
    (void)run;
    (void)env;
    (void)stack_size;
    return false;
}

void
gw_os_thread_join(struct gw_os_thread *thread)
{
    (void)thread;
}
