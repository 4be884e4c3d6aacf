/* Copies the file "large" to "copied", 128 KiB at a time, as cp does. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    static char block[128 * 1024];
    int in = open("large", O_RDONLY);
    int out = open("copied", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ssize_t size;
    if (in < 0 || out < 0)
        return 1;
    while ((size = read(in, block, sizeof(block))) > 0)
        if (write(out, block, (size_t)size) != size)
            return 1;
    return size != 0 || close(out) != 0;
}
