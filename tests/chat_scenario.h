/*
 * Scenarios of tests/chat_client.py, run against a chat server.
 */
#pragma once

#include <stdio.h>

/* Starts a scenario. If certificate is not "", it connects over TLS. */
FILE *scenario_start(const char *scenario, int port, const char *certificate);

/* Waits for the scenario's end. If it failed, fails the test with its output. */
void scenario_end(FILE *client);
