/*
 * What a small program does all day: sorts and walks a list, multiplies
 * matrices, reads numbers out of text with a state machine, and sums all of it
 * up in a CRC.  The same text is built for the board and as a guest.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

uint32_t kernel_run(uint32_t rounds);

#endif
