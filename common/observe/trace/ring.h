/*
 * What a recording is made of: for the files of trace/, and trace.c. Nobody else's.
 *
 * A ring of records of one size, in memory that is taken as it is touched. Any thread adds to it
 * without waiting for another; the oldest records go. Whoever ends the recording, the loop's close
 * or a signal, writes it out.
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
    TRACE_END, /* a spell on the loop's row */
    TRACE_SPAWN,
    TRACE_READY,
    TRACE_AGAIN, /* ready, as nobody but the task itself made it: it yields */
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

/* Of a spell on the loop's row. */
enum trace_category { TRACE_LOOP, TRACE_PHASE, TRACE_CALLBACK, TRACE_CATEGORIES };

/* What is counted: tasks that are ready, that live, timers that are set, work on the pool. */
enum trace_count { TRACE_READIES, TRACE_TASKS, TRACE_TIMERS, TRACE_WORKS, TRACE_COUNTS };

/* Rows: 0 is the loop's, a task's is its number, and a thread's of the pool has this bit. */
#define TRACE_POOL_ROW 0x80000000U

struct trace_record {
    uint64_t time;  /* uv_hrtime's */
    uint64_t value; /* bytes, microseconds, a count; of an arrow from the pool, where it begins */
    uint32_t row;
    uint32_t by;          /* the row that woke this one; the task that asked for work */
    uint16_t name;        /* of the task, the work, the spell, the mark */
    uint16_t what;        /* a task waits for; of a mark, the task's name */
    uint16_t by_name;     /* of the task that woke this one */
    uint8_t category;     /* enum trace_category or trace_count */
    _Atomic uint8_t kind; /* stored last */
};

/* Texts, each kept once: a task may be gone, and its name with it, before the end. Only the loop's
 * thread adds some. What finds no room is called "...". */
#define TRACE_NAMES 4096
#define TRACE_TEXTS ((size_t)256 * 1024)
struct trace_names {
    unsigned count;
    size_t used; /* of texts */
    struct {
        uint64_t hash;
        uint32_t text;
        void *function; /* NULL: not that of a function, which gets its text at the end */
    } known[TRACE_NAMES];
    uint16_t places[2 * TRACE_NAMES]; /* by hash; 0: free, else the name's number */
    char texts[TRACE_TEXTS];
};

uint16_t trace_name(struct trace_names *names, const char *text);
uint16_t trace_function_name(struct trace_names *names, void *function);
const char *trace_name_text(const struct trace_names *names, uint16_t name);

/* Gives the functions their names, where they can be told, else "callback". Not in a signal
 * handler. */
void trace_name_functions(struct trace_names *names);

/* Where what is written waits. */
#define TRACE_BUFFER ((size_t)64 * 1024)
struct trace_output {
    int file;
    int error; /* the first one's errno */
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
    atomic_bool closed;    /* no record is added any more */

    /* The loop's thread's own. */
    uint32_t row; /* that of who runs */
    uint16_t row_name;
    const struct observed_work *waker; /* the work that wakes next, or NULL */
    _Atomic uint64_t poll_began;       /* 0: it does not poll. Whoever writes the file asks */
    uint64_t idle_before, next_before;
    uint64_t interrupted; /* the moment of a signal that ended the poll, or 0 */
    uint16_t tick, poll;  /* names */
    size_t counts[TRACE_COUNTS], told[TRACE_COUNTS];

    struct trace_names names;
    struct trace_output output;
    struct trace_row *rows; /* for the writer: room for as many as the ring may tell of */
    size_t row_places;      /* of them that the writer needs */
    struct trace_record *ring;
};

/* Adds a record of that time. Returns its place, counted from 0. From any thread. */
uint64_t trace_add(struct trace *trace, struct trace_record record, enum trace_kind kind);

/* What is known of a poll that has not returned yet. */
void trace_still_polls(struct trace *trace);

/* Ends the recording and writes it. Returns 0 or errno. Only what may be called in a signal handler
 * is called. */
int trace_write(struct trace *trace);

/* The same, unless a signal has had it done; and what trace_catch did is undone. A signal that
 * would end the program waits for the file. */
int trace_end(struct trace *trace);
