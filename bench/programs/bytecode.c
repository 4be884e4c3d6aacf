/* An interpreter inside the interpreter: a stack machine that counts primes. */
#include <stdint.h>
#include <stdio.h>

enum op {
    PUSH,
    LOAD,
    STORE,
    ADD,
    MULTIPLY,
    REMAINDER,
    LESS,
    JUMP,
    UNLESS,
    HALT
};
enum { COUNT, NUMBER, DIVISOR, VARIABLES };
enum { LIMIT = 14000 };

/* clang-format off: a line is a statement */
static const int32_t code[] = {
    /*  0 */ PUSH,
    2,
    STORE,
    NUMBER,
    /*  4 */ LOAD,
    NUMBER,
    PUSH,
    LIMIT,
    LESS,
    UNLESS,
    59,
    /* 11 */ PUSH,
    2,
    STORE,
    DIVISOR,
    /* 15: a number below its divisor's square is prime */
    LOAD,
    NUMBER,
    LOAD,
    DIVISOR,
    LOAD,
    DIVISOR,
    MULTIPLY,
    LESS,
    UNLESS,
    34,
    /* 25 */ LOAD,
    COUNT,
    PUSH,
    1,
    ADD,
    STORE,
    COUNT,
    JUMP,
    50,
    /* 34 */ LOAD,
    NUMBER,
    LOAD,
    DIVISOR,
    REMAINDER,
    UNLESS,
    50,
    /* 41 */ LOAD,
    DIVISOR,
    PUSH,
    1,
    ADD,
    STORE,
    DIVISOR,
    JUMP,
    15,
    /* 50 */ LOAD,
    NUMBER,
    PUSH,
    1,
    ADD,
    STORE,
    NUMBER,
    JUMP,
    4,
    /* 59 */ HALT,
};
/* clang-format on */

static int32_t
run(void)
{
    int32_t stack[16], variable[VARIABLES] = { 0 };
    int32_t *top = stack;
    for (const int32_t *pc = code;;) {
        switch ((enum op) * pc++) {
        case PUSH:
            *top++ = *pc++;
            break;
        case LOAD:
            *top++ = variable[*pc++];
            break;
        case STORE:
            variable[*pc++] = *--top;
            break;
        case ADD:
            top--, top[-1] += top[0];
            break;
        case MULTIPLY:
            top--, top[-1] *= top[0];
            break;
        case REMAINDER:
            top--, top[-1] %= top[0];
            break;
        case LESS:
            top--, top[-1] = top[-1] < top[0];
            break;
        case JUMP:
            pc = code + *pc;
            break;
        case UNLESS:
            pc = *--top ? pc + 1 : code + *pc;
            break;
        case HALT:
            return variable[COUNT];
        }
    }
}

int
main(void)
{
    unsigned sum = 0;
    for (int round = 0; round < 12; round++)
        sum = sum * 31 + (unsigned)run();
    printf("%u\n", sum);
    return 0;
}
