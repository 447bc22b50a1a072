/*
 * What the suites share: programs run as programs, and the frame of a Check suite.
 *
 * Every function fails the test (ck_abort_msg) when it cannot do what it says.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

#include "portable.h"

/* A program that was started: its output is read from pipes. */
struct child {
    pid_t pid;
    int input;  /* its standard input, or -1 */
    int output; /* its standard output, or -1 */
    int errors; /* a nameless file that holds its standard error; open until the test ends */
    char pending[65536];
    size_t start, end; /* what has been read and not been asked for yet */
};

/* Starts path (from the build variant's root: "02-coroutines-echo/echo-server") with these words,
 * the last one NULL, under Valgrind if VALGRIND is set; BIN names that root, else the current
 * directory is it. The environment is the suite's, with environment's "NAME=value" strings added,
 * the last one NULL too; NULL adds none. The locale is unset unless environment sets one. */
void child_start(struct child *child, const char *path, const char *const words[],
    const char *const environment[]);

/* The next line of its output, without the newline; valid until the next call. NULL at the end. */
const char *child_line(struct child *child);

/* Reads lines until one that contains text, and returns it; fails at the end of the output. */
const char *child_line_with(struct child *child, const char *text);

/* Reads the first line of a server, "Escutando ADDRESS:PORT" or "Listening on ...", and returns the
 * port. */
int child_port(struct child *child);

/* All that is left of its output, up to its end; to be freed. */
char *child_rest(struct child *child);

/* All that it has written to its standard error so far; to be freed. */
char *child_errors(struct child *child);

void child_signal(struct child *child, int signal);

/* Ends its input, reads its output away, waits for its end, and returns its exit status, or 128 +
 * the signal that ended it. A report of a sanitizer or of Valgrind fails the test with its text. */
int child_wait(struct child *child);

/* Starts, waits, and returns the exit status; *output and *errors, unless NULL, get what it wrote,
 * to be freed. */
int child_run(const char *path, const char *const words[], char **output, char **errors);

/* A socket bound to a port of 127.0.0.1 that the system chooses, and that it gives to nobody else
 * while the socket is open. The socket does not listen, so connections are refused; a program that
 * sets SO_REUSEADDR can listen at the port. */
int hold_port(int *port);

/* A blocking socket connected to 127.0.0.1:port. */
int connect_to(int port);

/* How many descriptors pid has open; 0 is this process. */
int open_descriptors(pid_t pid);

/* Makes a directory for a test's files, and stores its path, which ends with the name. When the
 * suite ends, it removes what is in it, also after a test that failed, crashed or took too long.
 * Programs find that place in TMPDIR. */
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

/* The same for one test that is run for each row of a table, numbered _i from 0. */
int run_table(const char *name, const TTest *test, int rows);
