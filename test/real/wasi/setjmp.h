/* For guests of a C library without setjmp: types that compile.  Lua then
 * ends the program where it would leave a protected call (see lua.inc). */
#ifndef GW_TEST_REAL_WASI_SETJMP_H
#define GW_TEST_REAL_WASI_SETJMP_H

typedef int jmp_buf;

#endif
