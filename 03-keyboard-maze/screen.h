/*
 * The terminal: the functions of the article's colorconsole, on ncurses, which only screen.c uses.
 *
 * There is one screen, because a process has one terminal. Only one thread may use it. Columns and
 * rows count from 0 at the upper left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum screen_style {
    SCREEN_PLAIN,  /* the terminal's own colors */
    SCREEN_MAZE,   /* red on black */
    SCREEN_PLAYER, /* white on blue */
    SCREEN_ENEMY,  /* yellow on black */
};

#define SCREEN_NO_KEY 0

/* Takes the terminal: each key arrives at once and is not shown, the cursor is hidden, and the
 * terminal saves its contents. Returns 0; UV_ENOTTY if input or output is not a terminal;
 * UV_ENOTSUP if TERM names a terminal that is unknown or cannot place its cursor. From here on a
 * crash, or a signal that ends the program, restores the terminal first. Do not call it in a task:
 * ncurses needs more stack than a task has to read the terminal's description. */
int screen_start(void);

/* Restores the terminal. May be called at any time, any number of times. */
void screen_restore(void);

/* Returns the terminal's size in columns and rows. */
void screen_size(size_t *width, size_t *height);

/* Fetches the terminal's new size (after SIGWINCH), and clears the screen. */
void screen_resize(void);

/* Restores the terminal and stops the program (for SIGTSTP). Returns when the shell continues it:
 * then call screen_resume. */
void screen_suspend(void);

/* Takes the terminal again after the program was stopped (for SIGCONT), and clears the screen. The
 * program may have been stopped without screen_suspend, because no program can catch SIGSTOP. In
 * the background, where the terminal belongs to another program, returns false, and screen_show
 * does nothing until a later screen_resume has taken the terminal. */
bool screen_resume(void);

/* If the program is in the background, stops it, as the kernel stops a background program that
 * changes the terminal. Returns when the shell continues it. Does nothing in the foreground. */
void screen_stop_in_background(void);

/* Sets the terminal's title, if the terminal can restore the old one at the end, as xterm does. */
void screen_set_title(const char *title);

void screen_clear(void);

/* Prints the text at that place. A text that is longer than the row continues in the next row. */
void screen_print_at(size_t x, size_t y, enum screen_style style, const char *text);

/* Sends all changes to the terminal. If it takes no output at the moment, they wait for the next
 * call. */
void screen_show(void);

/* Returns the next key that has been typed, as keys_take does, or SCREEN_NO_KEY; does not wait. */
int screen_key(void);
