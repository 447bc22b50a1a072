/*
 * Reads and sets the thread's control registers for floating-point arithmetic: rounding, precision,
 * flushing to zero, and the exceptions that trap. Each task has its own values of these registers.
 *
 * x86_64 has two of them: the x87 unit's control word, and MXCSR, whose low bits are not settings:
 * they tell which exceptions have happened. fesetround sets both, _MM_SET_ROUNDING_MODE only MXCSR.
 */
#pragma once

#include <stdint.h>

/* swapcontext switches the registers itself, so there is nothing to compare. */
#if defined(SWITCH_UCONTEXT) || !(defined(__x86_64__) || defined(__aarch64__))
static inline uint32_t floating_point_control(void)
{
    return 0;
}

static inline void floating_point_set(uint32_t control)
{
    (void)control;
}
#elif defined(__x86_64__)
#define MXCSR_CONTROL 0xffc0U

static inline uint32_t floating_point_control(void)
{
    uint16_t x87;
    uint32_t mxcsr;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return (uint32_t)x87 << 16 | (mxcsr & MXCSR_CONTROL);
}

__attribute__((noinline, cold)) static void floating_point_set(uint32_t control)
{
    uint16_t x87 = (uint16_t)(control >> 16);
    uint32_t mxcsr;
    __asm__ volatile("fldcw %0" : : "m"(x87));
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    mxcsr = (mxcsr & ~MXCSR_CONTROL) | (control & MXCSR_CONTROL);
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}
#else
static inline uint32_t floating_point_control(void)
{
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return (uint32_t)control;
}

static inline void floating_point_set(uint32_t control)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)control));
}
#endif
