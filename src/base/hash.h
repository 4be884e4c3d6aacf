/*
 * A fast 64-bit hash for tables in memory.  Not for anything that leaves the
 * process and no defence by itself: maps that hold guest keys must bound
 * their probes or seed the hash.
 */
#ifndef GW_BASE_HASH_H
#define GW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t gw_hash_bytes(uint64_t seed, const void *data, size_t size);

static inline uint64_t
gw_hash_u64(uint64_t seed, uint64_t value)
{
    uint64_t h = (seed ^ value) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

#endif
