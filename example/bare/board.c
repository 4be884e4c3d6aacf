#include "board.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Places that board.ld names. */
extern uint8_t board_flash_end[], board_data[], board_data_end[],
    board_data_load[], board_bss[], board_bss_end[], board_heap_limit[],
    board_stack_top[];

enum { STACK_FILL = 0xa5, STACK_ALIGN = 8 };

int main(void);

/* ---- start ---- */

_Noreturn void
board_reset(void)
{
    memcpy(board_data, board_data_load, (size_t)(board_data_end - board_data));
    memset(board_bss, 0, (size_t)(board_bss_end - board_bss));
    board_mark();
    board_exit(main());
}

_Noreturn static void
on_fault(void)
{
    static const char text[] = "the processor faulted\n";
    board_write(text, sizeof(text) - 1);
    board_exit(1);
}

/* The first sixteen words: the stack, the entry, the faults. */
__attribute__((section(".vectors"),
               used)) static const void *const vectors[16] = {
    board_stack_top,  (void *)board_reset, (void *)on_fault, (void *)on_fault,
    (void *)on_fault, (void *)on_fault,    (void *)on_fault,
};

/* QEMU ends when the program asks as a debugger would (semihosting). */
_Noreturn void
board_exit(int status)
{
    enum { EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
    const uint32_t block[2] = { APPLICATION_EXIT, (uint32_t)status };
    register uint32_t operation __asm__("r0") = EXIT_EXTENDED;
    register const void *parameter __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : : "r"(operation), "r"(parameter) : "memory");
    for (;;)
        continue;
}

/* ---- the serial port ---- */

struct uart {
    volatile uint32_t data, state, control, interrupt, divider;
};

void
board_write(const char *text, size_t size)
{
    enum { SENDING_FULL = 1, SEND = 1, FASTEST = 16 };
    struct uart *uart = (struct uart *)0x40004000;
    uart->divider = FASTEST;
    uart->control = SEND;
    for (size_t i = 0; i < size; i++) {
        while (uart->state & SENDING_FULL)
            continue;
        uart->data = (uint8_t)text[i];
    }
}

/* ---- memory ---- */

static uint8_t *heap_end = board_bss_end, *heap_peak = board_bss_end;

/* What newlib's malloc takes its memory from.  It gives back what is free at
 * the end. */
__attribute__((used)) void *
_sbrk(ptrdiff_t size)
{
    uint8_t *old = heap_end;
    if (size > board_heap_limit - old) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_end += size;
    if (heap_end > heap_peak)
        heap_peak = heap_end;
    return old;
}

size_t
board_flash(void)
{
    return (size_t)board_flash_end + (size_t)(board_data_end - board_data);
}

size_t
board_variables(void)
{
    return (size_t)(board_bss_end - board_data);
}

size_t
board_heap_peak(void)
{
    return (size_t)(heap_peak - board_bss_end);
}

size_t
board_stack_peak(void)
{
    const uint8_t *at = board_heap_limit;
    while (*at == STACK_FILL)
        at++;
    return (size_t)(board_stack_top - at);
}

/* The stack that is free, but for what this function itself needs. */
void
board_mark(void)
{
    uint8_t *here = __builtin_frame_address(0);
    for (uint8_t *at = board_heap_limit; at < here - 64; at++)
        *(volatile uint8_t *)at = STACK_FILL;
    heap_peak = heap_end;
}

/* newlib's abort ends here. */
_Noreturn void
_exit(int status)
{
    board_exit(status);
}

int
_kill(int process, int signal)
{
    (void)process;
    board_exit(signal);
}

int
_getpid(void)
{
    return 1;
}
