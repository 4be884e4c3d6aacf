#include "os/os.h"

#include <assert.h>
#include <sys/mman.h>

bool
gw_os_discard(void *address, size_t size)
{
    assert((uintptr_t)address % gw_os_page_size() == 0);
    assert(size % gw_os_page_size() == 0);
    /* Only Linux promises that the pages read as zero afterwards. */
    return size == 0 || madvise(address, size, MADV_DONTNEED) == 0;
}
