/* The numbers that every program draws: the same everywhere. */
#include <stdint.h>

static uint32_t draw_state = 2463534242u;

static inline uint32_t
draw(void)
{
    draw_state ^= draw_state << 13;
    draw_state ^= draw_state >> 17;
    draw_state ^= draw_state << 5;
    return draw_state;
}
