/*
 * The events of trace-event JSON. For write.c.
 */
#pragma once

#include "common/observe/trace/ring.h"

struct events {
    struct trace_output *output;
    uint64_t start;        /* time 0 of the file */
    const char *separator; /* before the next event */
};

/* Opens an event of that phase (B, E, i, C, ...) on a row. Add members, then close it. */
void event_open(struct events *events, const char *phase, uint32_t row, uint64_t time);
void event_member(struct events *events, const char *name, const char *value);
void event_argument(struct events *events, const char *name, uint64_t value); /* at most one */
void event_close(struct events *events);

/* Opens the beginning ("B") or the end ("E") of a slice: you may add an argument, then close it.
 * Tools that read the file expect the same name and argument at both. */
void event_slice(struct events *events, const char *phase, uint32_t row, uint64_t time,
    const char *category, const char *name);

/* One end of an arrow: "s" on the row that wakes, "f" on the row that is woken. */
void event_arrow(
    struct events *events, const char *phase, uint32_t row, uint64_t time, uint64_t number);

/* The name of the row, and its place among the others. */
void event_name_row(struct events *events, uint32_t row, const char *name);

/* The name of the program, for all rows. */
void event_name_process(struct events *events, const char *name);
