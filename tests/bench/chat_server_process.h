/*
 * A server of the benchmark as a process of its own, on the first processor. What it prints is
 * kept, for the port in its first line and for its last words if it fails.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct server_process {
    pid_t pid;
    int port;
    int output;      /* descriptor of what it printed */
    clockid_t clock; /* of its processor time, in all threads, user and system */
};

/* Starts the program of argv and waits until its first line has named its port ("...:8765").
 * Returns 0 or a negative errno, and has said on stderr what the server printed. */
int server_process_start(struct server_process *server, char *const argv[]);

/* Nanoseconds of processor time until now. */
uint64_t server_process_time(const struct server_process *server);

/* Bytes resident, or 0 if the system does not tell. */
uint64_t server_process_memory(const struct server_process *server);

/* The last lines of what it printed go to stderr. */
void server_process_show_output(const struct server_process *server);

/* Ends it: SIGTERM, and two seconds later SIGKILL. */
void server_process_stop(struct server_process *server);

/* Binds the caller to a processor of that number; where there are fewer, to the last. */
void run_on_processor(int number);
