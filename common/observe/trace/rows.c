#include "common/observe/trace/rows.h"

#define FIRST_OF_POOL 1000000

size_t trace_row_places(uint64_t records)
{
    size_t places = 64;
    /* A record names up to two rows. The other half of the table stays free, for short searches. */
    while (places < 4 * records)
        places *= 2;
    return places;
}

/* Tasks beyond the first million leave room for the pool's threads. */
uint64_t trace_row_number(uint32_t row)
{
    if (row & TRACE_POOL_ROW)
        return (uint64_t)FIRST_OF_POOL + (row & ~TRACE_POOL_ROW);
    return row <= FIRST_OF_POOL ? row : (uint64_t)row + FIRST_OF_POOL;
}

/* The row, or the free place for it. */
struct trace_row *trace_row_of(struct trace *trace, uint32_t row)
{
    size_t mask = trace->row_places - 1;
    size_t place = (row * (uint64_t)11400714819323198485U >> 32) & mask;
    while (trace->rows[place].used && trace->rows[place].row != row)
        place = (place + 1) & mask;
    return &trace->rows[place];
}

static void add_row(struct trace *trace, struct trace_row added)
{
    struct trace_row *row = trace_row_of(trace, added.row);
    if (added.row != 0 && !row->used) {
        *row = added;
        row->used = true;
    }
}

void trace_row_register(struct trace *trace, const struct trace_record *record)
{
    static const uint8_t before[TRACE_KINDS] = {[TRACE_READY] = ROW_WAITING,
        [TRACE_AGAIN] = ROW_RUNNING,
        [TRACE_RUN] = ROW_READY,
        [TRACE_WAIT] = ROW_RUNNING,
        [TRACE_ENDED] = ROW_RUNNING,
        [TRACE_WORK_END] = ROW_WORKING,
        [TRACE_IO] = ROW_RUNNING,
        [TRACE_TIMER_SET] = ROW_RUNNING,
        [TRACE_TIMER_STOPPED] = ROW_RUNNING};
    bool is_mark = record->kind == TRACE_IO || record->kind == TRACE_TIMER_SET ||
                   record->kind == TRACE_TIMER_STOPPED;
    if (record->kind <= TRACE_BUSY)
        return;
    add_row(trace, (struct trace_row){.row = record->row,
                       .name = is_mark ? record->what : record->name,
                       .what = record->kind == TRACE_WORK_END ? record->name : record->what,
                       .by = record->kind == TRACE_WORK_END ? record->by : 0,
                       .state = before[record->kind]});
    if (record->kind == TRACE_SPAWN || record->kind == TRACE_READY)
        add_row(trace, (struct trace_row){.row = record->by,
                           .name = record->by_name,
                           .state = record->by & TRACE_POOL_ROW ? ROW_IDLE : ROW_RUNNING});
}

void trace_row_change(struct trace_row *row, const struct trace_record *record)
{
    static const uint8_t after[TRACE_KINDS] = {[TRACE_SPAWN] = ROW_READY,
        [TRACE_READY] = ROW_READY,
        [TRACE_AGAIN] = ROW_READY,
        [TRACE_RUN] = ROW_RUNNING,
        [TRACE_WAIT] = ROW_WAITING,
        [TRACE_ENDED] = ROW_IDLE,
        [TRACE_WORK] = ROW_WORKING,
        [TRACE_WORK_END] = ROW_IDLE};
    row->state = after[record->kind];
    row->what = record->kind == TRACE_WORK ? record->name : record->what;
    row->by = record->by;
}
