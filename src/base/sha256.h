/*
 * SHA-256 (FIPS 180-4), for what leaves the process: the identity of modules.
 */
#ifndef GW_BASE_SHA256_H
#define GW_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { GW_SHA256_SIZE = 32 };

void gw_sha256(const void *data, size_t size, uint8_t out[GW_SHA256_SIZE]);

#endif
