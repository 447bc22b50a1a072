/*
 * The rows of a recording, as the writer sees them: found when it looks at all records for the
 * first time, and followed at the second. For trace/write.c.
 */
#pragma once

#include "common/observe/trace/ring.h"

enum row_state { ROW_IDLE, ROW_READY, ROW_RUNNING, ROW_WAITING, ROW_WORKING };

/* A task, or a thread of the pool. */
struct trace_row {
    bool used;
    uint8_t state; /* enum row_state: before the first record, then after the last one seen */
    uint16_t name, what;
    uint32_t row, task; /* the task that asked for the work */
};

/* How many places rows need so that so many records may tell of them. */
size_t trace_row_places(uint64_t records);

/* The row as the file has it. */
uint64_t trace_row_number(uint32_t row);

/* Notes the row of the record, and that of who woke it: the first record of a row shows what the
 * row was in before. */
void trace_row_meet(struct trace *trace, const struct trace_record *record);

/* A row that was met. */
struct trace_row *trace_row_of(struct trace *trace, uint32_t row);

/* What the row is in after the record. */
void trace_row_change(struct trace_row *row, const struct trace_record *record);
