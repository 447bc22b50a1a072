/*
 * Trace-event JSON, one event after another. For trace/write.c.
 */
#pragma once

#include "common/observe/trace/ring.h"

struct events {
    struct trace_output *output;
    uint64_t start;        /* the moment that times count from */
    const char *separator; /* before the next event */
};

/* Begins an event of that phase (B, E, i, C, ...) on a row; members follow, then event_close. */
void event_open(struct events *events, const char *phase, uint32_t row, uint64_t time);
void event_member(struct events *events, const char *name, const char *value);
void event_argument(struct events *events, const char *name, uint64_t value); /* the only one */
void event_close(struct events *events);

/* The beginning of a spell, which arguments may follow; and its end, whole. */
void event_begin(
    struct events *events, uint32_t row, uint64_t time, const char *category, const char *name);
void event_end(struct events *events, uint32_t row, uint64_t time);

/* One end of an arrow from who wakes ("s") to who is woken ("f"). */
void event_arrow(
    struct events *events, const char *phase, uint32_t row, uint64_t time, uint64_t number);

/* What the row is called, and where it stands among the others. */
void event_name_row(struct events *events, uint32_t row, const char *name);
