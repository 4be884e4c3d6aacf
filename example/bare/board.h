/*
 * The board: an Arm MPS2 with the Cortex-M4 image AN386, which QEMU knows as
 * mps2-an386.  A port to another board replaces board.c and board.ld.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>

/* To the serial port. */
void board_write(const char *text, size_t size);
_Noreturn void board_exit(int status);

/* Bytes of program and constants in flash. */
size_t board_flash(void);

/* Bytes of RAM: variables; the most that the heap and the stack have taken
 * since board_mark. */
size_t board_variables(void);
size_t board_heap_peak(void);
size_t board_stack_peak(void);
void board_mark(void);

#endif
