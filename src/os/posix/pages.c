#include "os/os.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

/* Not charged against memory before it is committed and touched. */
enum { FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };

size_t
gw_os_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void
assert_whole_pages(const void *address, size_t size)
{
    assert((uintptr_t)address % gw_os_page_size() == 0);
    assert(size % gw_os_page_size() == 0);
    (void)address;
    (void)size;
}

void *
gw_os_reserve(size_t size)
{
    assert_whole_pages(NULL, size);
    void *address = mmap(NULL, size, PROT_NONE, FLAGS, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

bool
gw_os_commit(void *address, size_t size)
{
    assert_whole_pages(address, size);
    return size == 0 || mprotect(address, size, PROT_READ | PROT_WRITE) == 0;
}

bool
gw_os_decommit(void *address, size_t size)
{
    assert_whole_pages(address, size);
    /* A fresh mapping over the old one drops contents and access in one go. */
    return size == 0 || mmap(address, size, PROT_NONE, FLAGS | MAP_FIXED, -1,
                             0) != MAP_FAILED;
}

void
gw_os_release(void *address, size_t size)
{
    assert_whole_pages(address, size);
    if (address)
        munmap(address, size);
}

bool
gw_os_make_code(void *address, size_t size)
{
    assert_whole_pages(address, size);
    if (mprotect(address, size, PROT_READ | PROT_EXEC) != 0)
        return false;
    __builtin___clear_cache(address, (char *)address + size);
    return true;
}
