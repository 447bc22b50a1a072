/*
 * What the suites of the runtime share: a loop whose clock stands still, notes of what happened in
 * which order, and a process of its own for what ends in an abort.
 */
#pragma once

#include <stdbool.h>

#include "common/task.h"
#include "support.h"

/* Whether a sanitizer's or Valgrind's shadow of the memory leaves no room for a limit on it. */
bool memory_is_shadowed(void);

/* Whether qemu-user runs this. It accepts every advice to madvise and every limit on addresses, and
 * heeds neither. */
bool is_emulated(void);

/* A loop with its clock paused; and its end, which fails the test unless it returns 0. */
void open_loop(uv_loop_t *loop);
void close_loop(uv_loop_t *loop);

/* Runs function(argument) as the first task of a loop with its clock paused, closes the loop, and
 * returns the task's result. Tasks that all wait for ever are not told so, and the test times out:
 * what they are told, they could take for what was to be tested. */
int run_main(int (*function)(void *argument), void *argument);

/* For tasks: lets run whatever can without time passing; advance moves the clock before that. */
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

/* Runs function as the child of a first task that only moves the clock, by that many seconds, one
 * after the other; each is noted. */
int run_for(int seconds, int (*function)(void *argument));

/* A function of tasks: waits beyond a deadline of two seconds, and checks that each wait tells of
 * it, and none outside. */
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

/* For a test of what first in, first out brings about: its loops do without LOOP_SEED. */
void keep_order(void);

/* Runs function(argument) in a process of its own and returns its exit status, or 128 + the signal
 * that ended it; 0 if the function returned. *errors, unless NULL, gets what it wrote to its
 * standard error, to be freed. */
int run_apart(void (*function)(void *argument), void *argument, char **errors);

/* Fails unless main_task, run as by run_main, aborts and has said text on stderr. */
void aborts_with(const char *text, int (*main_task)(void *argument));
