#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "os/os.h"

#include <dlfcn.h>
#include <string.h>

void *
gw_os_plugin_find(const char *path, const char *symbol, const char **reason)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *found = library ? dlsym(library, symbol) : NULL;
    *reason = found ? NULL : dlerror();
    return found;
}

bool
gw_os_own_folder(char *buffer, size_t size)
{
    Dl_info info;
    if (dladdr((const void *)(uintptr_t)gw_os_own_folder, &info) == 0 ||
        !info.dli_fname)
        return false;
    const char *slash = strrchr(info.dli_fname, '/');
    size_t length = slash ? (size_t)(slash - info.dli_fname) : 0;
    if (!slash || length >= size)
        return false;
    memcpy(buffer, info.dli_fname, length);
    buffer[length] = '\0';
    return true;
}
