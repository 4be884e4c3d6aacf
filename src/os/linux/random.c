#include "os/os.h"

#include <errno.h>
#include <sys/random.h>

bool
gw_os_random(void *buffer, size_t size)
{
    uint8_t *at = buffer;
    while (size > 0) {
        /* Blocks only before the system has gathered entropy once. */
        ssize_t got = getrandom(at, size, 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        at += got;
        size -= (size_t)got;
    }
    return true;
}
