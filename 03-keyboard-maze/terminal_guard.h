/*
 * Restores the terminal before a crash or a signal ends the program, which then ends as it would
 * have without the guard.
 *
 * A signal handler may run between any two instructions of the program, so it may call only the few
 * functions that POSIX calls async-signal-safe. All functions here are, except guard_arm and
 * guard_wrap.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#define GUARD_SEQUENCE_SIZE 256

/* From here on, a crash or a fatal signal first calls guard_restore, which writes the sequence (at
 * most GUARD_SEQUENCE_SIZE bytes of it) to the standard output and sets the modes of the standard
 * input. Ignored signals stay ignored. */
void guard_arm(const struct termios *modes, const char *sequence, size_t size);

/* Called when ncurses has restored the terminal. From here on signals do not change it, until
 * guard_arm is called again. Sets the modes once more, because a signal may have changed them
 * meanwhile. */
void guard_disarm(void);

/* From here on the signal first calls guard_release_output, and then the handler that it has now.
 * Otherwise a write that blocks would keep the loop from handling the signal. */
void guard_wrap(int number);

/* Undoes guard_wrap, if its handler is still there. */
void guard_unwrap(int number);

/* Restores the terminal and disarms. Does nothing if the guard is not armed. In the background it
 * only writes: the modes are those of the foreground program. */
void guard_restore(void);

/* Whether the program is in the foreground of its terminal: only then may it change the modes. */
bool guard_is_foreground(void);

/* Whether a write of a few bytes to the terminal will not block. It blocks while the output is
 * stopped, or when nobody has read the output for long. */
bool guard_takes_output(void);

/* Restarts output that was stopped. Discards the output if nobody reads it. Does nothing if the
 * guard is not armed. */
void guard_release_output(void);
