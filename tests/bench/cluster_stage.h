/*
 * What bench-cluster measures: servers that are one chat, with a Redis of their own, all on the
 * first processor. Functions return 0 or a negative errno.
 */
#pragma once

#include <stdbool.h>

#include "chat_load.h"
#include "server_process.h"

#define MAX_SERVERS 4
#define MAX_QUIET 1000

/* A chat server that can be one of several. */
struct stack {
    const char *name;
    const char *command[8]; /* without "--redis unix:PATH" */
    const char *probe;      /* a shell command that succeeds where it is installed; NULL: it is */
    const struct load_framing *framing;
    const char *quiet_path;  /* of a client's handshake, with the number of its room */
    const char *quiet_frame; /* what the client sends first, as bytes of a frame */
};

struct stage {
    const struct stack *stack;
    char directory[32], socket[64];
    pid_t redis;
    clockid_t redis_clock;
    struct server_process servers[MAX_SERVERS];
    int ports[MAX_SERVERS];
    size_t started;
    int quiet[MAX_QUIET];
};

/* What has been spent so far. */
struct stage_costs {
    uint64_t servers, redis;     /* nanoseconds of processor time */
    unsigned long writes, reads; /* XADD and XREAD, those in scripts too */
    unsigned long commands;      /* of all kinds */
};

/* Starts so many servers; 0: one, without Redis. Call stage_stop after a failure too. */
int stage_start(struct stage *stage, const struct stack *stack, size_t servers);

/* Connects clients that say nothing, each alone in its room. */
int stage_open_quiet(struct stage *stage, size_t count);

int stage_costs(const struct stage *stage, struct stage_costs *costs);

void stage_stop(struct stage *stage);
