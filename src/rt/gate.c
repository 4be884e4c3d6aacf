#include "rt/gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * A gate stands before each helper.  It stores the registers that a callee
 * keeps, so that frames can be walked from there and exceptions can land,
 * notes where at ctx->regs, and calls the helper.
 */

#define CTX_REGS 8
static_assert(sizeof(void *) != 8 ||
                  offsetof(struct gw_vmctx, regs) == CTX_REGS,
              "gates know where ctx->regs is");

#if defined(__linux__) && defined(__x86_64__)

/* The frame: rbp, rbx, r12 to r15, the return address. */
__asm__(".pushsection .text\n"
        ".type gw_gate, @function\n"
        "gw_gate:\n"
        "    push %r15\n    push %r14\n    push %r13\n    push %r12\n"
        "    push %rbx\n    push %rbp\n"
        "    mov %rsp, 8(%rdi)\n"
        "    sub $8, %rsp\n"
        "    call *%rax\n"
        "    add $8, %rsp\n"
        "    pop %rbp\n    pop %rbx\n"
        "    pop %r12\n    pop %r13\n    pop %r14\n    pop %r15\n"
        "    ret\n"
        ".globl gw_gate_jump\n"
        ".hidden gw_gate_jump\n"
        ".type gw_gate_jump, @function\n"
        "gw_gate_jump:\n" /* (pc, sp, saved, exn) */
        "    mov %rcx, %rax\n"
        "    mov %rsi, %rsp\n"
        "    mov (%rdx), %rbp\n    mov 16(%rdx), %rbx\n"
        "    mov 24(%rdx), %r12\n  mov 32(%rdx), %r13\n"
        "    mov 40(%rdx), %r14\n  mov 48(%rdx), %r15\n"
        "    xor %edx, %edx\n"
        "    jmp *%rdi\n"
        ".popsection\n");

#define GATE(NAME)                                      \
    __asm__(".pushsection .text\n"                      \
            ".globl gw_gate_" #NAME "\n"                \
            ".hidden gw_gate_" #NAME "\n"               \
            "gw_gate_" #NAME ":\n"                      \
            "    lea gw_helper_" #NAME "(%rip), %rax\n" \
            "    jmp gw_gate\n"                         \
            ".popsection\n");

void
gw_gate_read(const void *regs, struct gw_native_cursor *cursor)
{
    const uintptr_t *frame = regs;
    cursor->saved[0] = frame[0];
    memcpy(cursor->saved + 2, frame + 1, 5 * sizeof(*frame));
    cursor->pc = cursor->saved[1] = frame[6];
    cursor->sp = (uintptr_t)(frame + 7);
}

/* ud1 with the number as its displacement. */
bool
gw_gate_is_trap(const uint8_t *pc, uint32_t *trap)
{
    if (pc[0] == 0x67)
        pc++;
    *trap = pc[3];
    return pc[0] == 0x0f && pc[1] == 0xb9 && pc[2] == 0x40;
}

#define GW_HAS_GATES

#elif defined(__linux__) && defined(__aarch64__)

/* The frame: x29, x30, x19 to x28, d8 to d15. */
__asm__(".pushsection .text\n"
        ".type gw_gate, %function\n"
        "gw_gate:\n"
        "    stp x29, x30, [sp, #-160]!\n"
        "    stp x19, x20, [sp, #16]\n    stp x21, x22, [sp, #32]\n"
        "    stp x23, x24, [sp, #48]\n    stp x25, x26, [sp, #64]\n"
        "    stp x27, x28, [sp, #80]\n    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n   stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0, #8]\n"
        "    blr x16\n"
        "    ldp x19, x20, [sp, #16]\n    ldp x21, x22, [sp, #32]\n"
        "    ldp x23, x24, [sp, #48]\n    ldp x25, x26, [sp, #64]\n"
        "    ldp x27, x28, [sp, #80]\n    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n   ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    ldp x29, x30, [sp], #160\n"
        "    ret\n"
        ".globl gw_gate_jump\n"
        ".hidden gw_gate_jump\n"
        ".type gw_gate_jump, %function\n"
        "gw_gate_jump:\n" /* (pc, sp, saved, exn) */
        "    mov x16, x0\n"
        "    mov sp, x1\n"
        "    mov x0, x3\n"
        "    mov x1, #0\n"
        "    ldp x29, x30, [x2]\n"
        "    ldp x19, x20, [x2, #16]\n    ldp x21, x22, [x2, #32]\n"
        "    ldp x23, x24, [x2, #48]\n    ldp x25, x26, [x2, #64]\n"
        "    ldp x27, x28, [x2, #80]\n    ldp d8, d9, [x2, #96]\n"
        "    ldp d10, d11, [x2, #112]\n   ldp d12, d13, [x2, #128]\n"
        "    ldp d14, d15, [x2, #144]\n"
        "    br x16\n"
        ".popsection\n");

#define GATE(NAME)                                          \
    __asm__(".pushsection .text\n"                          \
            ".globl gw_gate_" #NAME "\n"                    \
            ".hidden gw_gate_" #NAME "\n"                   \
            "gw_gate_" #NAME ":\n"                          \
            "    adrp x16, gw_helper_" #NAME "\n"           \
            "    add x16, x16, :lo12:gw_helper_" #NAME "\n" \
            "    b gw_gate\n"                               \
            ".popsection\n");

void
gw_gate_read(const void *regs, struct gw_native_cursor *cursor)
{
    memcpy(cursor->saved, regs, sizeof(cursor->saved));
    cursor->pc = cursor->saved[1];
    cursor->sp = (uintptr_t)regs + sizeof(cursor->saved);
}

/* brk with the number in its low byte. */
bool
gw_gate_is_trap(const uint8_t *pc, uint32_t *trap)
{
    uint32_t word;
    memcpy(&word, pc, sizeof(word));
    *trap = word >> 5 & 0xff;
    return (word & 0xffe0001fu) == 0xd4200000u && (word >> 13 & 0xff) == 0x55;
}

#define GW_HAS_GATES

#endif

void
gw_gate_interrupted(const struct gw_os_registers *at,
                    struct gw_native_cursor *cursor)
{
    memset(cursor, 0, sizeof(*cursor));
    cursor->pc = at->pc;
    cursor->sp = at->sp;
    cursor->saved[0] = at->fp;
    cursor->saved[1] = at->link;
}

#ifdef GW_HAS_GATES

#define HELPER(NAME, COUNT, TEXT) \
    GATE(NAME)                    \
    extern const char gw_gate_##NAME[];
#include "rt/helper.def"
#undef HELPER

const void *const gw_native_helpers[] = {
#define HELPER(NAME, COUNT, TEXT) gw_gate_##NAME,
#include "rt/helper.def"
#undef HELPER
};

_Noreturn void gw_gate_jump(uintptr_t pc, uintptr_t sp, const uintptr_t *saved,
                            uint64_t exn);

void
gw_gate_land(const struct gw_native_cursor *cursor, uint64_t exn)
{
    gw_gate_jump(cursor->pc, cursor->sp, cursor->saved, exn);
}

bool
gw_native_supported(void)
{
    return gw_os_fault_can_resume();
}

#else

const void *const gw_native_helpers[] = { NULL };

void
gw_gate_read(const void *regs, struct gw_native_cursor *cursor)
{
    (void)regs, (void)cursor;
}

bool
gw_gate_is_trap(const uint8_t *pc, uint32_t *trap)
{
    (void)pc, (void)trap;
    return false;
}

void
gw_gate_land(const struct gw_native_cursor *cursor, uint64_t exn)
{
    (void)cursor, (void)exn;
    abort();
}

bool
gw_native_supported(void)
{
    return false;
}

#endif
