/*
 * A program in a terminal: a pseudo-terminal, with the emulator libvterm on its far side, and a
 * shell that starts the program. The program is the foreground of a session of its own, so that
 * keys make signals and the terminal outlives the program.
 *
 * A function that cannot do its work fails the test and shows a picture of the screen.
 */
#pragma once

#include <stdbool.h>
#include <termios.h>
#include <vterm.h>

#include "support.h"

struct terminal {
    struct child shell; /* its process leads a group; ends as the program did */
    pid_t program;      /* leads a group, too */
    int keys;           /* the emulator's side of the pseudo-terminal */
    int line;           /* the program's side */
    int shell_link;
    VTerm *emulator;
    VTermScreen *screen;
    int columns, rows;
    struct termios before; /* the modes at the program's start */
    bool alternate, cursor_visible;
    char title[64];
    bool stopped, ended; /* the program has stopped, has ended */
};

/* Starts path as child_start does, with TERM=xterm-256color unless environment says otherwise. Its
 * standard error is not the terminal: terminal_errors returns it. */
void terminal_start(struct terminal *terminal, int columns, int rows, const char *path,
    const char *const words[], const char *const environment[]);

void terminal_type(struct terminal *terminal, const char *keys);
void terminal_resize(struct terminal *terminal, int columns, int rows);

/* Brings a group of processes to the foreground: terminal->program's, or terminal->shell.pid's. */
void terminal_set_foreground(struct terminal *terminal, pid_t group);

/* Waits until the condition holds. Reads output and changes of the program's state before each
 * check. */
void terminal_until(struct terminal *terminal, const char *what,
    bool (*condition)(struct terminal *terminal, void *argument), void *argument);

/* Waits until the program has read everything that was typed. */
void terminal_until_keys_are_read(struct terminal *terminal);

/* Waits until a row of the screen contains the text. */
void terminal_until_text(struct terminal *terminal, const char *text);

/* Waits until a signal has stopped the program (once more). */
void terminal_until_stopped(struct terminal *terminal);

/* Waits until the program has ended, without reading what it writes to the terminal. */
void terminal_until_ended_unread(struct terminal *terminal);

/* Returns the character at that place, or ' ' if there is none. */
char terminal_character(struct terminal *terminal, int x, int y);

/* Finds the palette's colors of that place: 0 black, 1 red, 4 blue, 7 white; -1: the default. */
void terminal_colors(struct terminal *terminal, int x, int y, int *foreground, int *background);

/* Returns a row of the screen, without the blanks at its end; valid until the next call. */
const char *terminal_row(struct terminal *terminal, int y);

/* Checks that the terminal is as it was before the program: its modes, no alternate screen, a
 * visible cursor. For a program that is stopped or has ended. */
void terminal_check_given_back(struct terminal *terminal);

/* Waits for the program's end, and does that check. Returns its exit status, or 128 + the signal
 * that ended it. The screen can still be read. */
int terminal_end(struct terminal *terminal);

/* Returns what the program has written to its standard error, for the caller to free. */
char *terminal_errors(struct terminal *terminal);

/* Frees everything. Call it after terminal_end. */
void terminal_free(struct terminal *terminal);
