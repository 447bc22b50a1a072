/*
 * Helpers for the WebSocket suites: a test server, which is the suite's own program, started as
 * "test_04_websocket serve DIRECTORY CLOCK"; hello-server; and a client that uses a public library.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "support.h"

/* The server that the test has started, and its port. */
extern struct child server;
extern int port;

/* Runs the test server until a signal, and returns the exit status. If paused, its clock stands
 * still, so that no deadline passes. */
int run_server(const char *directory, bool paused);

/* Starts the test server, which serves the directory's files ("": none); clock is "paused" or "".
 */
void start_own(const char *directory);
void start_own_with(const char *directory, const char *clock);

void start_hello(void);

/* Ends the server with SIGTERM; fails unless it exits with status 0. */
void stop(void);

/* Fails unless the test server still answers a new connection. */
void still_serves(void);

/* Waits until the server has at most count descriptors open. */
void wait_for_descriptors(int count);

/* Start websocket_client.py; fail unless its next line is the expected one; wait for its end. */
FILE *start_client(const char *scenario, int count);
void client_says(FILE *client, const char *expected);
void end_client(FILE *client);
