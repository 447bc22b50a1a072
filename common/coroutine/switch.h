/*
 * The switch between stacks: x86_64.S, aarch64.S, and ucontext.c, which is C.
 */
#pragma once

#include <stddef.h>

/* Prepares the stack from low to top, so that the first switch to the returned pointer calls
 * entry(argument), which must not return. */
void *switch_prepare(void *low, void *top, void (*entry)(void *argument), void *argument);

/* Saves the stack pointer in *save, and continues on the stack whose pointer was saved before.
 * *save may be the variable that holds pointer. */
void switch_to(void **save, void *pointer);

/* Does the same for a switch between two coroutines, where the processor predicts the return
 * address correctly (x86_64.S). */
void switch_over(void **save, void *pointer);
