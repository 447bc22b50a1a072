/*
 * Keys for tasks: getch, called without holding up the loop.
 *
 * A thread of the pool blocks until the terminal has something to read, and does nothing else. The
 * loop's thread then asks ncurses for the key: ncurses is never in two threads at once.
 */
#pragma once

struct keyboard {
    int wake[2]; /* a pipe; once something is in it, no thread blocks any more */
};

/* Returns 0, or UV_EMFILE, ...: then it is closed. */
int keyboard_open(struct keyboard *keyboard);

/* Waits for the next key (loop.run_in_executor(pool, getch)). Returns it as screen_key does,
 * UV_EOF if the terminal is gone, or UV_ECANCELED, ...: then the thread that still blocks is told
 * to end, and no key can be read any more. */
int keyboard_read(struct keyboard *keyboard);

/* Only after loop_close, which waits for the thread: it may use the pipe until then. One that
 * is closed is left as it is. */
void keyboard_close(struct keyboard *keyboard);
