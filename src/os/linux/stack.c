#include "os/os.h"

#include <pthread.h>

/* Asked once in each thread: of the first one the system must be asked in a
 * slow way. */
uintptr_t
gw_os_stack_low(void)
{
    static _Thread_local uintptr_t low;
    pthread_attr_t attr;
    void *address;
    size_t size;
    if (low != 0 || pthread_getattr_np(pthread_self(), &attr) != 0)
        return low;
    if (pthread_attr_getstack(&attr, &address, &size) == 0)
        low = (uintptr_t)address;
    pthread_attr_destroy(&attr);
    return low;
}
