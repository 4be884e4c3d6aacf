/*
 * Mutants: modules changed a little, always the same for the same number.
 */
#ifndef GW_TEST_MUTATE_MUTANT_H
#define GW_TEST_MUTATE_MUTANT_H

#include "mutate/bytes.h"
#include "mutate/seed.h"

/* A stream of numbers (splitmix64); any state is a good start. */
struct random {
    uint64_t state;
};

static inline uint64_t
random_next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* A number below limit, 0 when limit is 0. */
static inline size_t
random_below(struct random *random, size_t limit)
{
    return limit == 0 ? 0 : (size_t)(random_next(random) % limit);
}

/* Makes the mutant of a number; out is empty at first, and the caller's.
 * Returns the seed that it comes from. */
const struct seed *mutant_make(const struct seeds *seeds, uint64_t number,
                               struct bytes *out);

#endif
