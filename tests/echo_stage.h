/*
 * Helpers for the suites of chapter 2's echo server: the server, run as a program, and a client.
 * The functions fail the test if their description does not hold.
 */
#pragma once

#include <time.h>

#include "support.h"

/* The program, its options (any port; with or without its output), and an English locale. */
extern const char echo_server[];
extern const char *const loud[], *const quiet[], *const in_english[];

/* Starts the server, and returns its port. */
int start_echo(struct child *server, const char *const words[], const char *const environment[]);

/* Ends the server with the signal. It has to exit with status 0 and an empty standard error. */
void end_with(struct child *server, int signal);

/*
 * A client
 */

/* Sends the text. */
void say(int client, const char *text, size_t size);

/* Receives a line with its newline, or the rest at the end of the stream. Returns its size. */
size_t hear(int client, char *line, size_t room);

/* The next line is the expected one; "" is the end. */
void hears(int client, const char *expected);

/* The server's answer has to be a time between since and now, formatted by %c, and CR LF. */
void hears_the_time_since(int client, time_t since);

/* Sends the text and receives one answer. */
void is_answered(int client, const char *text, size_t size);

/* Sends the text, and receives one answer and the end. */
void ends_by(int port, const char *text, size_t size);

#define IS_ANSWERED(client, text) is_answered(client, text, sizeof(text) - 1)
#define ENDS_BY(port, text) ends_by(port, text, sizeof(text) - 1)

/* Sends a line of that length. Returns the connection, for the test to read the answer and the end.
 */
int say_a_long_line(int port, size_t size);
