/*
 * The rows of a recording. The writer reads all records twice: first it registers their rows, then
 * it follows each row's state. For write.c and events.c.
 */
#pragma once

#include "common/observe/trace/ring.h"

enum row_state { ROW_IDLE, ROW_READY, ROW_RUNNING, ROW_WAITING, ROW_WORKING };

/* A task, or a thread of the pool. */
struct trace_row {
    bool used;
    uint8_t state; /* enum row_state: before the first record, then after the last one read */
    uint16_t name, what;
    uint32_t row, by; /* what woke the task; the task that asked for the work */
};

/* The size of the table of rows for that many records. */
size_t trace_row_places(uint64_t records);

/* The row's number in the file. */
uint64_t trace_row_number(uint32_t row);

/* Registers the row of the record, and the row that woke it. The first record of a row tells which
 * state the row was in before. */
void trace_row_register(struct trace *trace, const struct trace_record *record);

/* A row that was registered. */
struct trace_row *trace_row_of(struct trace *trace, uint32_t row);

/* Sets the state of the row after the record. */
void trace_row_change(struct trace_row *row, const struct trace_record *record);
