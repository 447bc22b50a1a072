/*
 * Keys for tasks: getch, called without holding up the loop.
 *
 * A thread of the pool only waits until the terminal has input. The loop's thread then reads the
 * key, so that the terminal never belongs to two threads at once.
 */
#pragma once

struct keyboard {
    int wake[2]; /* a pipe; a byte in it wakes the thread that waits for input */
};

/* Returns 0, or an error such as UV_EMFILE: then the keyboard is closed. */
int keyboard_open(struct keyboard *keyboard);

/* Waits for the next key (loop.run_in_executor(pool, getch)). Returns it as screen_key does, UV_EOF
 * if the terminal is gone, or an error such as UV_ECANCELED. After an error the thread that still
 * waits is woken, and no more keys can be read. */
int keyboard_read(struct keyboard *keyboard);

/* Call it after loop_close, which waits for the thread: until then the thread may use the pipe.
 * Does nothing if the keyboard is closed. */
void keyboard_close(struct keyboard *keyboard);
