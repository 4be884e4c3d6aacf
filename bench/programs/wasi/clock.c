/* Asks for the monotonic time 100,000 times. */
#include <stdio.h>
#include <time.h>

int
main(void)
{
    struct timespec now, last = { 0, 0 };
    int back = 0;
    for (int i = 0; i < 100000; i++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        back += now.tv_sec < last.tv_sec;
        last = now;
    }
    printf("%d\n", back);
    return back;
}
