/*
 * Scenarios of tests/chat_client.py, played against a chat server that runs.
 */
#pragma once

#include <stdio.h>

/* Starts one; with a certificate, over TLS ("": without). */
FILE *scenario_start(const char *scenario, int port, const char *certificate);

/* Waits for its end; the case fails with what it said if it failed. */
void scenario_end(FILE *client);
