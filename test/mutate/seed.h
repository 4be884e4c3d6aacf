/*
 * The modules that mutants are made of: a few written by hand that use what
 * the language has in little room, and files.
 */
#ifndef GW_TEST_MUTATE_SEED_H
#define GW_TEST_MUTATE_SEED_H

#include <stddef.h>
#include <stdint.h>

struct seed {
    char name[96];
    uint8_t *bytes;
    size_t size;
};

struct seeds {
    struct seed *list;
    size_t count;
};

/* The modules written by hand. */
void seeds_builtin(struct seeds *seeds);
/* Adds a .wasm file, or those of a folder and its folders in the order of
 * their names; skips what is larger than most bytes or does not exist. */
void seeds_add(struct seeds *seeds, const char *path, size_t most);
void seeds_free(struct seeds *seeds);

#endif
