/*
 * void switch_to(void **save, void *pointer)
 *
 * A call may destroy every register but six, so these six and the stack pointer are the whole
 * state. The return is a pop and a jump: a ret to where the processor did not call from is
 * predicted wrongly each time. MXCSR and the x87 control word are not switched.
 */
#if defined(__x86_64__) && !defined(SWITCH_UCONTEXT)
#ifdef __APPLE__
#define NAME(name) _##name
#define FUNCTION(name) .globl NAME(name)
#define SIZE(name)
#else
#define NAME(name) name
#define FUNCTION(name) .globl name; .type name, @function
#define SIZE(name) .size name, . - name
#endif

    .text
    .p2align 4
    FUNCTION(switch_to)
NAME(switch_to):
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r15, 0
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register rip, rcx
    jmpq *%rcx
    .cfi_endproc
    SIZE(switch_to)

/* Where a new stack begins. Nobody called it: the undefined return address ends a backtrace. */
    .p2align 4
    FUNCTION(switch_start)
NAME(switch_start):
    .cfi_startproc
    .cfi_undefined rip
    movq %r12, %rdi
    callq *%r13
    ud2
    .cfi_endproc
    SIZE(switch_start)

/*
 * void *switch_prepare(void *low, void *top, void (*entry)(void *), void *argument)
 *
 * Lays out what switch_to pops: r15, r14, r13 = entry, r12 = argument, rbx, rbp, the return
 * address = switch_start. There the stack pointer has to be a multiple of 16.
 */
    .p2align 4
    FUNCTION(switch_prepare)
NAME(switch_prepare):
    .cfi_startproc
    andq $-16, %rsi
    leaq -72(%rsi), %rax
    movq $0, (%rax)
    movq $0, 8(%rax)
    movq %rdx, 16(%rax)
    movq %rcx, 24(%rax)
    movq $0, 32(%rax)
    movq $0, 40(%rax)
    leaq NAME(switch_start)(%rip), %rcx
    movq %rcx, 48(%rax)
    retq
    .cfi_endproc
    SIZE(switch_prepare)
#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
