/*
 * Helpers for all suites: child processes, temporary files, and the frame of a Check suite.
 *
 * Every function fails the test (ck_abort_msg) if it fails.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

#include "portable.h"

/* A program that was started. Its output is read from a pipe. */
struct child {
    pid_t pid;
    int input;  /* its standard input, or -1 */
    int output; /* its standard output, or -1 */
    int errors; /* a nameless file that holds its standard error; open until the test ends */
    char pending[65536];
    size_t start, end; /* of the output that was read and not returned yet */
};

/* Starts the program, for example "02-coroutines-echo/echo-server", with these words, of which the
 * last is NULL. The path begins at the build variant's root, which is BIN or the current directory.
 * If VALGRIND is set, Valgrind runs the program. The strings "NAME=value" of environment, of which
 * the last is NULL, are added to the suite's environment; NULL adds none. The locale is unset
 * unless environment sets one. */
void child_start(struct child *child, const char *path, const char *const words[],
    const char *const environment[]);

/* Returns the next line of its output without the newline, valid until the next call; NULL at the
 * end. */
const char *child_line(struct child *child);

/* Reads lines until one that contains text, and returns it; fails at the end of the output. */
const char *child_line_with(struct child *child, const char *text);

/* Reads the first line of a server, "Escutando ADDRESS:PORT" or "Listening on ...", and returns the
 * port. */
int child_port(struct child *child);

/* Returns the rest of its output, up to the end, for the caller to free. */
char *child_rest(struct child *child);

/* Returns everything that it has written to its standard error so far, for the caller to free. */
char *child_errors(struct child *child);

void child_signal(struct child *child, int signal);

/* Closes its input, discards the rest of its output, waits for its end, and returns its exit
 * status, or 128 + the signal that ended it. A report of a sanitizer or of Valgrind fails the test
 * with its text. */
int child_wait(struct child *child);

/* Starts the program, waits for its end, and returns its exit status. Stores what it wrote in
 * *output and *errors unless they are NULL; the caller frees both. */
int child_run(const char *path, const char *const words[], char **output, char **errors);

/* Returns a socket bound to a port of 127.0.0.1 that the system chooses and reserves while the
 * socket is open. The socket does not listen, so connections are refused. A program that sets
 * SO_REUSEADDR can listen at the port. */
int hold_port(int *port);

/* Returns a blocking socket connected to 127.0.0.1:port. */
int connect_to(int port);

/* Returns the number of open descriptors of a process; 0 is this process. */
int open_descriptors(pid_t pid);

/* Makes a directory for a test's files, and stores its path, which ends with the name. At its end
 * the suite removes the directory with its contents, also after a test that failed, crashed or took
 * too long. TMPDIR names the parent directory. */
void temporary_directory(char path[64], const char *name);

/* Makes a suite of one case for each group of tests, runs it, and returns main's exit status. Each
 * test has 30 seconds (CK_TIMEOUT_MULTIPLIER lengthens it). The locale is unset.
 *
 *     int main(void)
 *     {
 *         return run_suite("bytes", (struct test_group[]){
 *             {"hex", (const TTest *const[]){hex_of_nothing, hex_of_text, NULL}},
 *             {NULL, NULL}});
 *     }
 */
struct test_group {
    const char *name;
    const TTest *const *tests; /* the last is NULL */
};
int run_suite(
    const char *name, const struct test_group *groups); /* the last group's name is NULL */

/* Does the same for one test, which runs for each row of a table; _i is the row's number from 0. */
int run_table(const char *name, const TTest *test, int rows);
