#include "os/os.h"

#include <pthread.h>

uintptr_t
gw_os_stack_low(void)
{
    pthread_t self = pthread_self();
    return (uintptr_t)pthread_get_stackaddr_np(self) -
           pthread_get_stacksize_np(self);
}
