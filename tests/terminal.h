/*
 * A program in a terminal: a pseudo-terminal with libvterm, an emulator, behind it, and a shell's
 * place before it. The program is the foreground of a session of its own, so that keys make signals
 * and the terminal outlives it.
 *
 * Every function fails the test, with a picture of the screen, when it cannot do what it says.
 */
#pragma once

#include <stdbool.h>
#include <termios.h>
#include <vterm.h>

#include "support.h"

struct terminal {
    struct child shell; /* ends as the program did, when the terminal is closed */
    pid_t program;
    int keys; /* the emulator's side of the pseudo-terminal */
    int line; /* the program's side */
    int shell_link;
    VTerm *emulator;
    VTermScreen *screen;
    int columns, rows;
    struct termios before; /* the modes in which the program found it */
    bool alternate, cursor_visible;
    char title[64];
    bool stopped, ended; /* the program: suspended, ended */
};

/* Starts path as child_start does, with TERM=xterm-256color unless environment says otherwise. Its
 * standard error is not the terminal, but kept for terminal_errors. */
void terminal_start(struct terminal *terminal, int columns, int rows, const char *path,
    const char *const words[], const char *const environment[]);

void terminal_type(struct terminal *terminal, const char *keys);
void terminal_resize(struct terminal *terminal, int columns, int rows);

/* Waits until the condition holds; what it asks of the terminal is up to date each time. */
void terminal_until(struct terminal *terminal, const char *what,
    bool (*condition)(struct terminal *terminal, void *argument), void *argument);

/* Waits until the program has read all that was typed. */
void terminal_until_keys_are_read(struct terminal *terminal);

/* Waits until the text stands somewhere in a row of the screen. */
void terminal_until_text(struct terminal *terminal, const char *text);

/* The character at that place, ' ' where there is none. */
char terminal_character(struct terminal *terminal, int x, int y);

/* The palette's colours of that place: 0 black, 1 red, 4 blue, 7 white; -1: the default. */
void terminal_colours(struct terminal *terminal, int x, int y, int *foreground, int *background);

/* A row of the screen, without the blanks at its end; valid until the next call. */
const char *terminal_row(struct terminal *terminal, int y);

/* Checks that the terminal is as it was before the program: its modes, no alternate screen, a
 * visible cursor. For a program that is stopped or has ended. */
void terminal_check_given_back(struct terminal *terminal);

/* Waits for the program's end, and does that check. Returns its exit status, or 128 + the signal
 * that ended it. What is on the screen can still be asked for. */
int terminal_end(struct terminal *terminal);

/* What the program has written to its standard error; to be freed. */
char *terminal_errors(struct terminal *terminal);

/* Frees all, once it has ended. */
void terminal_free(struct terminal *terminal);
