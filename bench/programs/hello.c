/* As little as a program can do: what is left is start-up. */
#include <stdio.h>

int
main(void)
{
    puts("hello");
    return 0;
}
