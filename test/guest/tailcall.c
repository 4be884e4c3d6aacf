/* A state machine whose states call each other in tail position for ever;
 * without tail calls the stack would not hold it. */
#include <stdio.h>

#if defined(__wasm__) || defined(__clang__)
#define BECOME __attribute__((musttail)) return
#else
#define BECOME return
#endif

typedef unsigned state_fn(unsigned left, unsigned sum, const char *tape);

static unsigned even(unsigned left, unsigned sum, const char *tape);

static unsigned
done(unsigned left, unsigned sum, const char *tape)
{
    (void)left;
    (void)tape;
    return sum;
}

static unsigned
odd(unsigned left, unsigned sum, const char *tape)
{
    if (left == 0)
        BECOME done(left, sum, tape);
    BECOME even(left - 1, sum * 3 + (unsigned)tape[left % 7], tape);
}

static state_fn *const states[] = { even, odd, done };

static unsigned
even(unsigned left, unsigned sum, const char *tape)
{
    state_fn *next = states[left == 0 ? 2 : 1];
    BECOME next(left == 0 ? 0 : left - 1, sum + left, tape);
}

int
main(void)
{
    printf("%u\n", even(5000001, 1, "godwit!"));
    return 0;
}
