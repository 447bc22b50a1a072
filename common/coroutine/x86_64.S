/*
 * void switch_to(void **save, void *pointer)
 * void switch_over(void **save, void *pointer)
 *
 * A call may overwrite all registers but six, so those six and the stack pointer are the whole
 * state. MXCSR and the x87 control word are not switched.
 *
 * The two differ in how they return. The processor predicts that a ret returns to the last call.
 * Between a coroutine and its resumer that prediction is always wrong, so switch_to pops the
 * address and jumps to it. Between coroutines that wait in the same function the prediction is
 * right, also for the rets of the callers.
 *
 * The file is not marked for CET: the shadow stack would have to be switched too, and does not
 * allow a return by pop and jmp. So the linker does not mark the program either, and the kernel
 * leaves CET off.
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

    .macro SWITCH
// #region save
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
// #endregion save
// #region load
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
// #endregion load
    .endm

    .text
    .p2align 4
    FUNCTION(switch_to)
NAME(switch_to):
    .cfi_startproc
    SWITCH
// #region leave
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register rip, rcx
    jmpq *%rcx
// #endregion leave
    .cfi_endproc
    SIZE(switch_to)

    .p2align 4
    FUNCTION(switch_over)
NAME(switch_over):
    .cfi_startproc
    SWITCH
    retq
    .cfi_endproc
    SIZE(switch_over)

/* The bottom of a new stack. It has no caller: the undefined return address ends a backtrace. */
    .p2align 4
    FUNCTION(switch_start)
// #region start
NAME(switch_start):
    .cfi_startproc
    .cfi_undefined rip
    movq %r12, %rdi
    callq *%r13
    ud2
    .cfi_endproc
// #endregion start
    SIZE(switch_start)

/*
 * void *switch_prepare(void *low, void *top, void (*entry)(void *), void *argument)
 *
 * Writes what switch_to pops: r15, r14, r13 = entry, r12 = argument, rbx, rbp, the return
 * address = switch_start. The stack pointer must be a multiple of 16 there.
 */
    .p2align 4
    FUNCTION(switch_prepare)
NAME(switch_prepare):
    .cfi_startproc
// #region prepare
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
// #endregion prepare
    .cfi_endproc
    SIZE(switch_prepare)
#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
