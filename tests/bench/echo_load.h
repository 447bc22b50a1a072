/*
 * The clients of bench-echo: many connections from one thread, on bare epoll, so that they cost
 * less than any server. Every line has to be answered by one line, or the benchmark ends.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "latency.h"

struct echo_client {
    int socket;
    size_t awaited;   /* lines that have not been answered */
    uint64_t sent_at; /* when they were sent, in nanoseconds */
};

struct echo_load {
    int port;
    int poll;
    size_t count;
    struct echo_client *clients;
    uint64_t answered; /* lines, by all */
    struct latency latency;
};

/* Connects so many clients, and has each get one answer. */
void echo_load_open(struct echo_load *load, int port, size_t count);

/* Each client keeps so many lines on their way (MOST_OUTSTANDING at most): it sends them, waits
 * for all answers, and begins again, for so many nanoseconds; then all are waited for. */
#define MOST_OUTSTANDING 16
void echo_load_run(struct echo_load *load, size_t outstanding, uint64_t nanoseconds);

/* Closes the connections; what was counted stays. */
void echo_load_close(struct echo_load *load);

/* One connection after another, so many of them: connects, sends "sair", reads the answer up to
 * the end. Returns when the server has closed the last one. */
void echo_load_visit(int port, size_t visits);

/* Nanoseconds of a clock that only goes on. */
uint64_t nanoseconds_now(void);

/* Ends the benchmark, with errno's message, because this failed. */
_Noreturn void echo_load_failed(const char *what);
