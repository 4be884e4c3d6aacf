/* Opens and closes one file of the current folder 100,000 times. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    int opened = 0;
    for (int i = 0; i < 100000; i++) {
        int fd = openat(AT_FDCWD, "small", O_RDONLY);
        opened += fd >= 0 && close(fd) == 0;
    }
    printf("%d\n", opened);
    return opened != 100000;
}
