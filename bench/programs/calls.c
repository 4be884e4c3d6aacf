/* Calls through a table: objects of many kinds, each with its own step. */
#include "draw.h"
#include <stdio.h>

enum { OBJECTS = 1024, ROUNDS = 20000 };

struct object;
typedef uint32_t step_fn(struct object *, uint32_t);

struct object {
    step_fn *step;
    uint32_t state;
};

static uint32_t
add(struct object *o, uint32_t x)
{
    return o->state += x;
}
static uint32_t
mix(struct object *o, uint32_t x)
{
    return o->state ^= x << 3;
}
static uint32_t
turn(struct object *o, uint32_t x)
{
    return o->state = (o->state << 5 | o->state >> 27) + x;
}
static uint32_t
keep(struct object *o, uint32_t x)
{
    return x & 1 ? o->state : x;
}
static uint32_t
scale(struct object *o, uint32_t x)
{
    return o->state = o->state * 3 + x;
}

int
main(void)
{
    static step_fn *const steps[] = { add, mix, turn, keep, scale };
    static struct object objects[OBJECTS];
    for (int i = 0; i < OBJECTS; i++)
        objects[i] = (struct object){ steps[draw() % 5], draw() };
    uint32_t x = 1;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < OBJECTS; i++)
            x = objects[i].step(&objects[i], x);
    printf("%u\n", (unsigned)x);
    return 0;
}
