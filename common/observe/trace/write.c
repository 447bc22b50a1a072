/* Writes a recording as trace-event JSON. A signal handler may call it, so it allocates no memory
 * and calls only functions of the C library that are async-signal-safe. */
#include <sched.h>

#include "common/observe/trace/events.h"
#include "common/observe/trace/json.h"
#include "common/observe/trace/rows.h"

#define MAX_TURNS 1000 /* turns of other threads, in which they complete their records */

/* The open slices of the loop's row: at most one of each category, one inside the other. */
struct loop_row {
    unsigned depth;
    uint8_t open[TRACE_CATEGORIES];
    uint16_t names[TRACE_CATEGORIES];
};

struct writer {
    struct trace *trace;
    uint64_t first, count; /* places of the ring that are written */
    uint64_t began, ended; /* when the file begins and ends */
    uint64_t arrows;
    struct loop_row loop;
    struct events events;
};

static struct trace_record *record_at(const struct writer *writer, uint64_t index)
{
    return &writer->trace->ring[(writer->first + index) % writer->trace->limit];
}

/* Sorts by time. The records are nearly in order, so each moves by a few places only. Records of
 * the same time stay in the order in which they were added. */
static void sort(const struct writer *writer)
{
    uint64_t before = writer->trace->start;
    for (uint64_t i = 0; i < writer->count; i++) {
        struct trace_record record = *record_at(writer, i);
        if (record.kind <= TRACE_BUSY)
            record_at(writer, i)->time = before;
        else if (record.time < before) {
            uint64_t place = i;
            for (; place > 0 && record_at(writer, place - 1)->time > record.time; place--)
                *record_at(writer, place) = *record_at(writer, place - 1);
            *record_at(writer, place) = record;
        } else {
            before = record.time;
        }
    }
}

static const char *text_of(const struct writer *writer, uint16_t name)
{
    return trace_name_text(&writer->trace->names, name);
}

/*
 * Rows
 */

/* Begins ("B") or ends ("E") the slice of the row's state. */
static void row_slice(
    struct writer *writer, const char *phase, const struct trace_row *row, uint64_t time)
{
    static const char *const categories[] = {[ROW_READY] = "ready",
        [ROW_RUNNING] = "run",
        [ROW_WAITING] = "wait",
        [ROW_WORKING] = "work"};
    static const char *const names[] = {[ROW_READY] = "ready", [ROW_RUNNING] = "running"};
    if (row->state == ROW_IDLE)
        return;
    bool named = row->state == ROW_WAITING || row->state == ROW_WORKING;
    event_slice(&writer->events, phase, row->row, time, categories[row->state],
        named ? text_of(writer, row->what) : names[row->state]);
    if (row->state == ROW_READY)
        event_argument(&writer->events, "by", trace_row_number(row->by));
    if (row->state == ROW_WORKING)
        event_argument(&writer->events, "task", trace_row_number(row->by));
    event_close(&writer->events);
}

/* Whether a slice of the row is open, in which an arrow can begin. */
static bool is_in_slice(const struct writer *writer, uint32_t row)
{
    return row ? trace_row_of(writer->trace, row)->state != ROW_IDLE : writer->loop.depth > 0;
}

static void arrows_to(struct writer *writer, const struct trace_record *record)
{
    if (record->value == 0 && is_in_slice(writer, record->by)) {
        uint64_t number = 2 * ++writer->arrows;
        event_arrow(&writer->events, "s", record->by, record->time, number);
        event_arrow(&writer->events, "f", record->row, record->time, number);
    } else if (record->value > writer->first) { /* the arrow begins at the end of the work */
        event_arrow(&writer->events, "f", record->row, record->time, 2 * record->value + 1);
    }
}

static void change_row(struct writer *writer, const struct trace_record *record)
{
    struct trace_row *row = trace_row_of(writer->trace, record->row);
    if (record->kind == TRACE_WORK_END && record->value)
        event_arrow(&writer->events, "s", record->row, record->time, 2 * record->value + 1);
    row_slice(writer, "E", row, record->time);
    trace_row_change(row, record);
    row_slice(writer, "B", row, record->time);
    if (record->kind == TRACE_SPAWN || record->kind == TRACE_READY)
        arrows_to(writer, record);
}

/* Opens or closes a slice. Returns false if the record does not fit: the beginning of a callback
 * that libuv ran may have been dropped, because the beginning of its iteration was recorded after
 * it. */
static bool loop_row_change(struct loop_row *row, const struct trace_record *record)
{
    if (record->kind == TRACE_BEGIN && row->depth < TRACE_CATEGORIES) {
        row->names[row->depth] = record->name;
        row->open[row->depth++] = record->category;
        return true;
    }
    if (record->kind != TRACE_END || row->depth == 0 ||
        row->open[row->depth - 1] != record->category)
        return false;
    row->depth--;
    return true;
}

/* Writes the beginning or the end of the slice that is open at that depth. */
static void write_loop_slice(
    struct writer *writer, const char *phase, unsigned place, uint64_t time)
{
    static const char *const categories[] = {
        [TRACE_LOOP] = "loop", [TRACE_PHASE] = "phase", [TRACE_CALLBACK] = "callback"};
    event_slice(&writer->events, phase, 0, time, categories[writer->loop.open[place]],
        text_of(writer, writer->loop.names[place]));
    event_close(&writer->events);
}

static void loop_slice(struct writer *writer, const struct trace_record *record)
{
    if (!loop_row_change(&writer->loop, record))
        return;
    if (record->kind == TRACE_END) /* its place still holds what was open */
        write_loop_slice(writer, "E", writer->loop.depth, record->time);
    else
        write_loop_slice(writer, "B", writer->loop.depth - 1, record->time);
}

static void mark(struct writer *writer, const struct trace_record *record)
{
    static const char *const timers[] = {[TRACE_TIMER_SET] = "timer set",
        [TRACE_TIMER_FIRED] = "timer fired",
        [TRACE_TIMER_STOPPED] = "timer stopped"};
    bool is_io = record->kind == TRACE_IO;
    event_open(&writer->events, "i", record->row, record->time);
    json_text(writer->events.output, ",\"s\":\"t\"");
    event_member(&writer->events, "cat", is_io ? "io" : "timer");
    event_member(
        &writer->events, "name", is_io ? text_of(writer, record->name) : timers[record->kind]);
    if (is_io && record->value)
        event_argument(&writer->events, "bytes", record->value);
    if (record->kind == TRACE_TIMER_SET || record->kind == TRACE_TIMER_FIRED) {
        json_text(writer->events.output,
            record->kind == TRACE_TIMER_SET ? ",\"args\":{\"in_ms\":" : ",\"args\":{\"late_ms\":");
        json_thousandths(writer->events.output, record->value);
        json_text(writer->events.output, "}");
    }
    event_close(&writer->events);
}

static void count(struct writer *writer, const struct trace_record *record)
{
    static const char *const names[TRACE_COUNTS][2] = {[TRACE_READY_TASKS] = {"ready", "tasks"},
        [TRACE_LIVE_TASKS] = {"tasks", "live"},
        [TRACE_TIMERS] = {"timers", "pending"},
        [TRACE_POOL_WORK] = {"pool", "work"}};
    event_open(&writer->events, "C", 0, record->time);
    event_member(&writer->events, "name", names[record->category][0]);
    event_argument(&writer->events, names[record->category][1], record->value);
    event_close(&writer->events);
}

static void write_record(struct writer *writer, const struct trace_record *record)
{
    switch ((enum trace_kind)record->kind) {
    case TRACE_NONE:
    case TRACE_BUSY:
        break;
    case TRACE_BEGIN:
    case TRACE_END:
        loop_slice(writer, record);
        break;
    case TRACE_COUNT:
        count(writer, record);
        break;
    case TRACE_IO:
    case TRACE_TIMER_SET:
    case TRACE_TIMER_FIRED:
    case TRACE_TIMER_STOPPED:
        mark(writer, record);
        break;
    default:
        change_row(writer, record);
    }
}

/*
 * The file
 */

static void write_head(struct writer *writer)
{
    json_text(writer->events.output, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"program\":");
    json_string(writer->events.output, writer->trace->program);
    json_text(writer->events.output, ",\"started\":"); /* on the clock of all programs */
    json_number(writer->events.output, writer->trace->start);
    json_text(writer->events.output, ",\"events\":");
    json_number(writer->events.output, writer->count);
    json_text(writer->events.output, ",\"dropped\":");
    json_number(writer->events.output, writer->first);
    json_text(writer->events.output, ",\"limit\":");
    json_number(writer->events.output, writer->trace->limit);
    json_text(writer->events.output, "},\"traceEvents\":[\n");
}

/* Begins the slices of the loop's row that began before the first record, the outermost first. */
static void complete_loop(struct writer *writer)
{
    const struct trace_record *ends[TRACE_CATEGORIES];
    struct loop_row row = {0};
    unsigned found = 0;
    for (uint64_t i = 0; i < writer->count && found < TRACE_CATEGORIES; i++) {
        const struct trace_record *record = record_at(writer, i);
        if (record->kind == TRACE_END && row.depth == 0)
            ends[found++] = record;
        else
            loop_row_change(&row, record);
    }
    while (found-- > 0) {
        struct trace_record record = *ends[found];
        record.time = writer->began;
        record.kind = TRACE_BEGIN;
        loop_slice(writer, &record);
    }
}

/* Writes the name of each row, and begins the slice that it was in before the first record. */
static void begin_rows(struct writer *writer)
{
    event_name_process(&writer->events, writer->trace->program);
    event_name_row(&writer->events, 0, "loop");
    for (uint64_t i = 0; i < writer->count; i++)
        trace_row_register(writer->trace, record_at(writer, i));
    for (size_t i = 0; i < writer->trace->row_places; i++)
        if (writer->trace->rows[i].used)
            event_name_row(&writer->events, writer->trace->rows[i].row,
                text_of(writer, writer->trace->rows[i].name));
    complete_loop(writer);
    for (size_t i = 0; i < writer->trace->row_places; i++)
        if (writer->trace->rows[i].used)
            row_slice(writer, "B", &writer->trace->rows[i], writer->began);
}

static void end_rows(struct writer *writer)
{
    while (writer->loop.depth > 0)
        write_loop_slice(writer, "E", --writer->loop.depth, writer->ended);
    for (size_t i = 0; i < writer->trace->row_places; i++)
        if (writer->trace->rows[i].used)
            row_slice(writer, "E", &writer->trace->rows[i], writer->ended);
}

/* Lies before the first record, so that a slice that ends at that record has a length. Some tools
 * put the end of a slice without a length before its beginning. */
static uint64_t began(const struct writer *writer)
{
    uint64_t start = writer->trace->start;
    uint64_t first = writer->count ? record_at(writer, 0)->time : start;
    return first > start ? first - 1 : start;
}

/* Closes the ring. Waits for the records that other threads are about to add, but not long: the
 * signal may have interrupted one of them. */
static void stop(struct trace *trace)
{
    trace_still_polls(trace);
    atomic_store(&trace->closed, true);
    for (int i = 0; i < MAX_TURNS && atomic_load(&trace->done) != atomic_load(&trace->next); i++)
        sched_yield();
}

int trace_write(struct trace *trace)
{
    stop(trace);
    uint64_t next = atomic_load(&trace->next);
    uint64_t kept = next < trace->limit ? next : trace->limit;
    struct writer writer = {.trace = trace,
        .first = next - kept,
        .count = kept,
        .events = {&trace->output, trace->start, ""}};
    trace->row_places = trace_row_places(kept);
    sort(&writer);
    writer.began = began(&writer);
    writer.ended = uv_hrtime();
    write_head(&writer);
    begin_rows(&writer);
    for (uint64_t i = 0; i < kept; i++)
        write_record(&writer, record_at(&writer, i));
    end_rows(&writer);
    json_text(writer.events.output, "\n]}\n");
    return json_close(writer.events.output);
}
