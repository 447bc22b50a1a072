/*
 * The terminal's life insurance: a program that crashes, or is ended by a signal, gives it back
 * first, and then ends as it would have.
 */
#pragma once

#include <stddef.h>
#include <termios.h>

#define GUARD_SEQUENCE_SIZE 256

/* From here on, such an end writes the sequence (at most GUARD_SEQUENCE_SIZE bytes of it) to the
 * standard output and gives the standard input these modes. Signals that are ignored stay so. */
void guard_arm(const struct termios *modes, const char *sequence, size_t size);

/* The terminal needs it no more, or not for now. */
void guard_disarm(void);

/* Guards against one more signal, which ends the program from here on; or against one whose handler
 * somebody else has set since. */
void guard_signal(int number);
