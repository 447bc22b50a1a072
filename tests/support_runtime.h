/*
 * Helpers for the suites of the runtime: a loop with a paused clock, notes of what happened in
 * which order, and a process of its own for a test that ends in an abort.
 */
#pragma once

#include <stdbool.h>

#include "common/task.h"
#include "support.h"

/* Whether a sanitizer or Valgrind needs so many addresses for its shadow memory that a limit on
 * them makes no sense. */
bool memory_is_shadowed(void);

/* Whether qemu-user runs this. It accepts any call of madvise and any limit on addresses, and
 * ignores both. */
bool is_emulated(void);

/* Open a loop with a paused clock; close it, and fail the test unless that returns 0. */
void open_loop(uv_loop_t *loop);
void close_loop(uv_loop_t *loop);

/* Runs function(argument) as the first task of a loop with a paused clock, closes the loop, and
 * returns the task's result. If all tasks wait for ever, the test times out. They do not get
 * the error of a deadlock, because a test could take it for the error that it expects. */
int run_main(int (*function)(void *argument), void *argument);

/* For tasks: run_ready runs everything that can run without time passing; advance moves the clock
 * first. */
void run_ready(void);
void advance(double seconds);

/* A child with a handle. */
struct task *spawn_held(
    struct scope *scope, const char *name, int (*function)(void *argument), void *argument);

/*
 * Functions of tasks
 */

/* Returns *(int *)number. */
int return_number(void *number);

/* Notes the name, yields, and notes it again. */
int note_and_yield(void *name);

/* Waits for ever, notes "NAME:ERROR", as in "a:ECANCELED", and returns the error. */
int wait_for_ever(void *name);

/* Does the same, and then cleans up for a second under a shield of five, and notes "NAME:clean". */
int clean_up_for_a_second(void *name);

/* Returns the error of its struct failure when the future is set. */
struct failure {
    struct future when;
    int error;
};
int fail_later(void *failure);

/* Runs function as the child of a first task that only moves the clock, by one number of seconds
 * after the other, and notes each of them. */
int run_for(int seconds, int (*function)(void *argument));

/* A function of tasks: waits beyond a deadline of two seconds, and checks that every wait inside
 * reports it, and no wait outside. */
int miss_a_deadline(void *unused);

/* The deadline that many seconds from now. */
uint64_t from_now(double seconds);

/*
 * Notes
 */

/* Notes "0", or the error's name. */
void note_result(int error);

/* Appends a word to the notes; expect_notes fails unless they are text (words with a space between
 * them), and forgets them. With LOOP_SEED set the words may be in any order. Notes are the test
 * process' own. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void expect_notes(const char *text);

/* For a test that depends on the order first in, first out: its loops ignore LOOP_SEED. */
void keep_order(void);

/* Runs function(argument) in a process of its own, and returns its exit status, or 128 + the signal
 * that ended it; 0 if the function returned. Stores its standard error in *errors unless that is
 * NULL; the caller frees it. */
int run_apart(void (*function)(void *argument), void *argument, char **errors);

/* Runs main_task as run_main does. Fails unless it aborts and has printed the text on stderr. */
void aborts_with(const char *text, int (*main_task)(void *argument));
