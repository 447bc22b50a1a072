/*
 * The switch itself, in two forms: x86_64.S and aarch64.S, and in C with ucontext.
 */
#pragma once

#include <stddef.h>

/* Prepares the stack from low to top, so that the first switch to the pointer returned calls
 * entry(argument), which must not return. */
void *switch_prepare(void *low, void *top, void (*entry)(void *argument), void *argument);

/* Saves where we are in *save, and goes on where pointer was saved. */
void switch_to(void **save, void *pointer);

/* The same; meant for between two coroutines, where the processor predicts another return. */
void switch_over(void **save, void *pointer);
