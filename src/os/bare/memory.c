/*
 * Pages and files where there is neither an MMU nor a file system: a
 * reservation is a zeroed block of the C library's heap, and its parts are
 * there from the beginning.
 */
#include "os/os.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What the heap aligns to anyway, so that rounding wastes little. */
enum { PAGE_SIZE = 16 };

size_t
gw_os_page_size(void)
{
    return PAGE_SIZE;
}

void *
gw_os_reserve(size_t size)
{
    return calloc(1, size);
}

bool
gw_os_commit(void *address, size_t size)
{
    (void)address;
    (void)size;
    return true;
}

bool
gw_os_discard(void *address, size_t size)
{
    memset(address, 0, size);
    return true;
}

/* No access faults here; the next commit finds zeros. */
bool
gw_os_decommit(void *address, size_t size)
{
    return gw_os_discard(address, size);
}

void
gw_os_release(void *address, size_t size)
{
    (void)size;
    free(address);
}

enum gw_err
gw_os_map_file(const char *path, size_t limit, const void **data, size_t *size,
               const char **reason)
{
    (void)path;
    (void)limit;
    *data = NULL;
    *size = 0;
    if (reason)
        *reason = "there are no files here";
    return GW_ERR_NOT_FOUND;
}

void
gw_os_unmap_file(const void *data, size_t size)
{
    (void)data;
    (void)size;
}
