#include "os/os.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

unsigned
gw_os_cpu_count(void)
{
    cpu_set_t set;
    /* What this process may use, not what the machine has. */
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

/* Reads the start of a small file of /proc; false when it is not there. */
static bool
read_proc(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, buffer, size - 1);
    close(fd);
    buffer[got > 0 ? got : 0] = '\0';
    return got > 0;
}

uint64_t
gw_os_peak_memory(void)
{
    static const char key[] = "\nVmHWM:";
    char status[4096];
    struct rusage usage;
    /* getrusage also counts what the program that started this one held
     * before exec, so it comes second. */
    if (read_proc("/proc/self/status", status, sizeof(status))) {
        const char *at = strstr(status, key);
        if (at)
            return strtoull(at + sizeof(key) - 1, NULL, 10) * 1024;
    }
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (uint64_t)usage.ru_maxrss * 1024;
}
