/*
 * The terminal: what the article's colorconsole does, on ncurses, which no other file knows.
 *
 * There is one screen, because a process has one terminal. All of it is for one thread only.
 * Columns and rows count from 0 at the upper left.
 */
#pragma once

#include <stddef.h>

enum screen_style {
    SCREEN_PLAIN,  /* as the terminal is */
    SCREEN_MAZE,   /* red on black */
    SCREEN_PLAYER, /* white on blue */
    SCREEN_ENEMY,  /* yellow on black */
};

#define SCREEN_NO_KEY 0

/* Takes the terminal: keys come one by one and unseen, the cursor is hidden, what was on the screen
 * is kept for later. Returns 0; UV_ENOTTY if input or output is not a terminal; UV_ENOTSUP if TERM
 * names one that is unknown or cannot place its cursor. From here on a crash, or a signal that ends
 * the program, restores the terminal first. Not for a task: ncurses reads the terminal's
 * description with more stack than one has. */
int screen_start(void);

/* Gives the terminal back as it was. May be called at any time, any number of times. */
void screen_restore(void);

/* How large the terminal is, in columns and rows. */
void screen_size(size_t *width, size_t *height);

/* Fetches the terminal's new size (after SIGWINCH), and empties the screen. */
void screen_resize(void);

/* Gives the terminal back to the shell until that continues the program (for SIGTSTP), then takes
 * it again, and empties the screen. */
void screen_suspend(void);

/* That signal too, from here on, restores the terminal and ends the program; whatever else has been
 * set for it since. */
void screen_guard(int signal);

/* Where the terminal has a title and gives the old one back in the end, as xterm does. */
void screen_set_title(const char *title);

void screen_clear(void);

/* Puts the text there; what does not fit into the row goes on in the next. */
void screen_print_at(size_t x, size_t y, enum screen_style style, const char *text);

/* Sends all that changed to the terminal. */
void screen_show(void);

/* The next key that has been typed, or SCREEN_NO_KEY; does not wait. Arrows are those of the
 * numeric keypad: '4' left, '6' right, '8' up, '2' down. */
int screen_key(void);
