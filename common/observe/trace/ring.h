/*
 * The memory of a recording. Private: for the files of trace/.
 *
 * A ring of records of one size. The system provides its memory page by page, as records come. Any
 * thread adds to it without waiting for another thread; the oldest records are overwritten. When
 * the recording ends, at the loop's close or by a signal, the ring is written to the file.
 */
#pragma once

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "common/observe/trace/record.h"

enum trace_kind {
    TRACE_NONE,
    TRACE_BUSY, /* the record is not complete */
    TRACE_BEGIN,
    TRACE_END, /* of a slice on the loop's row */
    TRACE_SPAWN,
    TRACE_READY,
    TRACE_AGAIN, /* ready because the task itself yields */
    TRACE_RUN,
    TRACE_WAIT,
    TRACE_ENDED,
    TRACE_WORK,
    TRACE_WORK_END,
    TRACE_IO,
    TRACE_TIMER_SET,
    TRACE_TIMER_FIRED,
    TRACE_TIMER_STOPPED,
    TRACE_COUNT,
    TRACE_KINDS,
};

/* Of a slice on the loop's row. */
enum trace_category { TRACE_LOOP, TRACE_PHASE, TRACE_CALLBACK, TRACE_CATEGORIES };

/* The counters. */
enum trace_count {
    TRACE_READY_TASKS,
    TRACE_LIVE_TASKS,
    TRACE_TIMERS,
    TRACE_POOL_WORK,
    TRACE_COUNTS,
};

/* Row 0 is the loop's, a task's row is its number, and the row of a pool's thread has this bit. */
#define TRACE_POOL_ROW 0x80000000U

struct trace_record {
    uint64_t time;  /* uv_hrtime's */
    uint64_t value; /* bytes, microseconds, a count, or where an arrow from the pool begins */
    uint32_t row;
    uint32_t by;          /* the row that woke this one; the task that asked for work */
    uint16_t name;        /* of the task, the work, the slice, the mark */
    uint16_t what;        /* the task waits for; in a mark, the task's name */
    uint16_t by_name;     /* of the task that woke this one */
    uint8_t category;     /* enum trace_category or trace_count */
    _Atomic uint8_t kind; /* stored last */
};

/* The names, each stored once: a task's own may be freed before the recording ends. Only the loop's
 * thread adds names. A name for which there is no room becomes "...". */
#define TRACE_NAMES 4096
#define TRACE_TEXTS ((size_t)256 * 1024)
struct trace_names {
    unsigned count;
    size_t used; /* of texts */
    struct {
        uint64_t hash;
        uint32_t text;
        void *function; /* of a function, whose text is looked up at the end; or NULL */
    } known[TRACE_NAMES];
    uint16_t places[2 * TRACE_NAMES]; /* by hash; 0: free, else the name's number */
    char texts[TRACE_TEXTS];
};

uint16_t trace_name(struct trace_names *names, const char *text);
uint16_t trace_function_name(struct trace_names *names, void *function);
const char *trace_name_text(const struct trace_names *names, uint16_t name);

/* Looks up the names of the functions. Those not found are called "callback". A signal handler must
 * not call it. */
void trace_name_functions(struct trace_names *names);

/* The output that has not been written yet. */
#define TRACE_BUFFER ((size_t)64 * 1024)
struct trace_output {
    int file;
    int error; /* the first errno, or 0 */
    size_t size;
    char bytes[TRACE_BUFFER];
};

struct trace {
    uv_loop_t *loop;
    char path[4096];
    const char *program;
    pid_t process;
    uint64_t start;
    uint64_t limit; /* records in the ring */

    _Atomic uint64_t next; /* places of the ring that have been given out ... */
    _Atomic uint64_t done; /* ... and whose record is complete */
    atomic_bool closed;    /* records are no longer added */

    /* Only the loop's thread uses these, except poll_began. */
    uint32_t row; /* of the task that runs, or 0 */
    uint16_t row_name;
    const struct observed_work *waker; /* the work that wakes a task next, or NULL */
    _Atomic uint64_t poll_began;       /* 0: libuv is not polling */
    uint64_t idle_before, next_before;
    uint64_t interrupted;                                /* when a signal ended the poll, or 0 */
    uint16_t tick, poll;                                 /* names */
    uint16_t phase;                                      /* the name of the phase that runs, or 0 */
    size_t counts[TRACE_COUNTS], recorded[TRACE_COUNTS]; /* now, and in the last record of each */

    struct trace_names names;
    struct trace_output output;
    struct trace_row *rows; /* for the writer: a table large enough for a full ring */
    size_t row_places;      /* the part of it that the writer uses */
    struct trace_record *ring;
};

/* Adds the record, whose time is set. Returns its place, counted from 0. Any thread may call it. */
uint64_t trace_add(struct trace *trace, struct trace_record record, enum trace_kind kind);

/* Records the beginning of a poll that has not returned yet. */
void trace_still_polls(struct trace *trace);

/* Ends the recording and writes it. Returns 0 or errno. Async-signal-safe. */
int trace_write(struct trace *trace);

/* Does the same, unless a signal handler has done it, and undoes trace_catch. A signal that would
 * end the program waits until the file is written. */
int trace_end(struct trace *trace);
