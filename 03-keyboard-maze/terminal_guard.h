/*
 * Restores the terminal before a crash or a signal ends the program, which then ends as it would
 * have without the guard.
 */
#pragma once

#include <stddef.h>
#include <termios.h>

#define GUARD_SEQUENCE_SIZE 256

/* From here on, a crash or a fatal signal first writes the sequence (at most GUARD_SEQUENCE_SIZE
 * bytes of it) to the standard output and sets the modes of the standard input. Ignored signals
 * stay ignored. */
void guard_arm(const struct termios *modes, const char *sequence, size_t size);

/* From here on the terminal is left alone, until guard_arm is called again. */
void guard_disarm(void);
