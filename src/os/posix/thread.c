#include "os/os.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct gw_os_mutex),
               "a mutex fits");
_Static_assert(_Alignof(pthread_mutex_t) <= _Alignof(struct gw_os_mutex),
               "a mutex is aligned");

struct thread {
    pthread_t id;
    void (*run)(void *env);
    void *env;
};

_Static_assert(sizeof(struct thread) <= sizeof(struct gw_os_thread),
               "a thread fits");
_Static_assert(_Alignof(struct thread) <= _Alignof(struct gw_os_thread),
               "a thread is aligned");

static pthread_mutex_t *
native(struct gw_os_mutex *mutex)
{
    return (pthread_mutex_t *)(void *)mutex;
}

/* What fails only when the caller errs: lock order, double fini. */
static void
must(int result)
{
    assert(result == 0);
    (void)result;
}

void
gw_os_mutex_init(struct gw_os_mutex *mutex)
{
    must(pthread_mutex_init(native(mutex), NULL));
}

void
gw_os_mutex_fini(struct gw_os_mutex *mutex)
{
    must(pthread_mutex_destroy(native(mutex)));
}

void
gw_os_mutex_lock(struct gw_os_mutex *mutex)
{
    must(pthread_mutex_lock(native(mutex)));
}

void
gw_os_mutex_unlock(struct gw_os_mutex *mutex)
{
    must(pthread_mutex_unlock(native(mutex)));
}

void
gw_os_yield(void)
{
    sched_yield();
}

static void *
start(void *argument)
{
    const struct thread *thread = argument;
    thread->run(thread->env);
    return NULL;
}

/* Rounds up to what the system takes: whole pages and a minimum. */
static size_t
round_stack_size(size_t size)
{
    size_t least = (size_t)PTHREAD_STACK_MIN;
    size_t page = gw_os_page_size();
    if (size < least)
        size = least;
    return size > SIZE_MAX - page ? size : (size + page - 1) / page * page;
}

bool
gw_os_thread_start(struct gw_os_thread *handle, void (*run)(void *env),
                   void *env, size_t stack_size)
{
    struct thread *thread = (struct thread *)(void *)handle;
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0)
        return false;
    thread->run = run;
    thread->env = env;
    bool ok = stack_size == 0 ||
              pthread_attr_setstacksize(&attr, round_stack_size(stack_size)) ==
                  0;
    ok = ok && pthread_create(&thread->id, &attr, start, thread) == 0;
    pthread_attr_destroy(&attr);
    return ok;
}

void
gw_os_thread_join(struct gw_os_thread *handle)
{
    struct thread *thread = (struct thread *)(void *)handle;
    must(pthread_join(thread->id, NULL));
}
