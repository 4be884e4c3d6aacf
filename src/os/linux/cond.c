/* Conditions that wait on the monotonic clock.  Not in posix/: Darwin has no
 * pthread_condattr_setclock. */
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

_Static_assert(sizeof(pthread_cond_t) <= sizeof(struct gw_os_cond),
               "a condition fits");
_Static_assert(_Alignof(pthread_cond_t) <= _Alignof(struct gw_os_cond),
               "a condition is aligned");

static pthread_cond_t *
native(struct gw_os_cond *cond)
{
    return (pthread_cond_t *)(void *)cond;
}

static void
must(int result)
{
    assert(result == 0);
    (void)result;
}

void
gw_os_cond_init(struct gw_os_cond *cond)
{
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr));
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must(pthread_cond_init(native(cond), &attr));
    must(pthread_condattr_destroy(&attr));
}

void
gw_os_cond_fini(struct gw_os_cond *cond)
{
    must(pthread_cond_destroy(native(cond)));
}

void
gw_os_cond_signal(struct gw_os_cond *cond)
{
    must(pthread_cond_signal(native(cond)));
}

void
gw_os_cond_broadcast(struct gw_os_cond *cond)
{
    must(pthread_cond_broadcast(native(cond)));
}

bool
gw_os_cond_wait(struct gw_os_cond *cond, struct gw_os_mutex *mutex,
                uint64_t until_ns)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)(void *)mutex;
    if (until_ns == UINT64_MAX) {
        must(pthread_cond_wait(native(cond), lock));
        return true;
    }
    struct timespec until = {
        .tv_sec = (time_t)(until_ns / 1000000000),
        .tv_nsec = (long)(until_ns % 1000000000),
    };
    int result = pthread_cond_timedwait(native(cond), lock, &until);
    assert(result == 0 || result == ETIMEDOUT);
    return result == 0;
}
