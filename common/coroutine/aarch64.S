/*
 * The same as x86_64.S for 64-bit ARM: x19 to x30 and the low halves of v8 to v15 survive a call.
 */
#if defined(__aarch64__) && !defined(SWITCH_UCONTEXT)
#ifdef __APPLE__
#define NAME(name) _##name
#define FUNCTION(name) .globl NAME(name)
#define SIZE(name)
#else
#define NAME(name) name
#define FUNCTION(name) .globl name; .type name, %function
#define SIZE(name) .size name, . - name
#endif

    .macro SWITCH
    sub sp, sp, #160
    .cfi_adjust_cfa_offset 160
    stp x19, x20, [sp, #0]
    .cfi_rel_offset x19, 0
    .cfi_rel_offset x20, 8
    stp x21, x22, [sp, #16]
    .cfi_rel_offset x21, 16
    .cfi_rel_offset x22, 24
    stp x23, x24, [sp, #32]
    .cfi_rel_offset x23, 32
    .cfi_rel_offset x24, 40
    stp x25, x26, [sp, #48]
    .cfi_rel_offset x25, 48
    .cfi_rel_offset x26, 56
    stp x27, x28, [sp, #64]
    .cfi_rel_offset x27, 64
    .cfi_rel_offset x28, 72
    stp x29, x30, [sp, #80]
    .cfi_rel_offset x29, 80
    .cfi_rel_offset x30, 88
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    .cfi_def_cfa_offset 0
    .endm

    .text
    .p2align 4
    FUNCTION(switch_to)
NAME(switch_to):
    .cfi_startproc
    SWITCH
    /* Does not jump through the link register, so that the processor does not predict a return. */
    mov x9, x30
    .cfi_register x30, x9
    br x9
    .cfi_endproc
    SIZE(switch_to)

    .p2align 4
    FUNCTION(switch_over)
NAME(switch_over):
    .cfi_startproc
    SWITCH
    ret
    .cfi_endproc
    SIZE(switch_over)

/* The bottom of a new stack. It has no caller: the undefined return address ends a backtrace. */
    .p2align 4
    FUNCTION(switch_start)
NAME(switch_start):
    .cfi_startproc
    .cfi_undefined x30
    mov x0, x19
    blr x20
    brk #1
    .cfi_endproc
    SIZE(switch_start)

/* void *switch_prepare(void *low, void *top, void (*entry)(void *), void *argument) */
    .p2align 4
    FUNCTION(switch_prepare)
NAME(switch_prepare):
    .cfi_startproc
    and x1, x1, #-16
    sub x0, x1, #160
    stp x3, x2, [x0, #0]
    stp xzr, xzr, [x0, #16]
    stp xzr, xzr, [x0, #32]
    stp xzr, xzr, [x0, #48]
    stp xzr, xzr, [x0, #64]
    adr x9, NAME(switch_start)
    stp xzr, x9, [x0, #80]
    stp xzr, xzr, [x0, #96]
    stp xzr, xzr, [x0, #112]
    stp xzr, xzr, [x0, #128]
    stp xzr, xzr, [x0, #144]
    ret
    .cfi_endproc
    SIZE(switch_prepare)
#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
