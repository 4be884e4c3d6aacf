#include "os/os.h"

#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

/* One entry per enum gw_os_clock. */
static const clockid_t clocks[] = {
    [GW_OS_CLOCK_REALTIME] = CLOCK_REALTIME,
    [GW_OS_CLOCK_MONOTONIC] = CLOCK_MONOTONIC,
    [GW_OS_CLOCK_PROCESS_CPU] = CLOCK_PROCESS_CPUTIME_ID,
    [GW_OS_CLOCK_THREAD_CPU] = CLOCK_THREAD_CPUTIME_ID,
};

static bool
find_clock(enum gw_os_clock clock, clockid_t *id)
{
    if ((unsigned)clock >= sizeof(clocks) / sizeof(clocks[0]))
        return false;
    *id = clocks[clock];
    return true;
}

static uint64_t
to_ns(struct timespec time)
{
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

bool
gw_os_clock_time(enum gw_os_clock clock, uint64_t *time_ns)
{
    clockid_t id;
    struct timespec now;
    if (!find_clock(clock, &id) || clock_gettime(id, &now) != 0)
        return false;
    /* A realtime clock set before 1970 has no place in this interface. */
    *time_ns = now.tv_sec < 0 ? 0 : to_ns(now);
    return true;
}

bool
gw_os_clock_resolution(enum gw_os_clock clock, uint64_t *resolution_ns)
{
    clockid_t id;
    struct timespec resolution;
    if (!find_clock(clock, &id) || clock_getres(id, &resolution) != 0)
        return false;
    *resolution_ns = to_ns(resolution);
    return true;
}

void
gw_os_sleep_until(uint64_t time_ns)
{
    uint64_t now_ns;
    /* An hour at most at a time, so that every time_t holds it; a signal
     * makes the sleep shorter, the loop makes it whole again. */
    while (gw_os_clock_time(GW_OS_CLOCK_MONOTONIC, &now_ns) &&
           now_ns < time_ns) {
        uint64_t left_ns = time_ns - now_ns;
        if (left_ns > 3600 * NS_PER_S)
            left_ns = 3600 * NS_PER_S;
        struct timespec left = {
            .tv_sec = (time_t)(left_ns / NS_PER_S),
            .tv_nsec = (long)(left_ns % NS_PER_S),
        };
        nanosleep(&left, NULL);
    }
}
