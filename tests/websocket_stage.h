/*
 * What the suites of WebSocket play on: a server of their own, which is the suite
 * itself, started as "test_04_websocket serve DIRECTORY CLOCK"; hello-server; and a client that
 * nobody here wrote.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "support.h"

/* The one that a test has started, and where it listens. */
extern struct child server;
extern int port;

/* Is the server, until a signal; the program's status. With paused, time stands still: nothing ends
 * because it took too long. */
int run_server(const char *directory, bool paused);

/* Starts the suite's own server, which serves the directory's files ("": none); clock is "paused"
 * or "". */
void start_own(const char *directory);
void start_own_with(const char *directory, const char *clock);

void start_hello(void);

/* Ends it by SIGTERM: with status 0, and nothing left behind. */
void stop(void);

/* Whatever happened to a connection: another one is still answered. The suite's own server only. */
void still_serves(void);

/* Until the server has no more than so many descriptors open. */
void wait_for_descriptors(int count);

/* websocket_client.py, and the next line that it prints. */
FILE *start_client(const char *scenario, int count);
void client_says(FILE *client, const char *expected);
void end_client(FILE *client);
