/*
 * Every call of the library that waits, as a row of a table: its preparation, the call, and the
 * event that makes its result arrive.
 */
#pragma once

#include "common/queue.h"
#include "support_stream.h"

/* What the calls need. The thread pool has one thread. */
struct stage {
    uv_loop_t *loop;
    struct scope scope; /* of the tasks that help */
    struct future go;   /* ends them */
    struct task *other;
    struct queue queue; /* of one item */
    struct listener listener;
    struct stream stream;
    int peer; /* the other end of the stream, or -1 */
    char port[PORT_SIZE];
    uv_sem_t started, turn, passed; /* by work on the pool: it has begun, it may end, it was last */
};

/* When arrive lets the waiting task go on, if it does not run before. */
enum arrival {
    AT_ONCE,           /* arrive itself wakes it */
    IN_THIS_ITERATION, /* another task runs first */
    IN_NEXT_ITERATION, /* an event comes first */
};

enum trait {
    KEPT = 1,    /* a result that the cancelled call did not return is there for the next */
    GOES_ON = 2, /* what arrives is not the result yet: the call has more to wait for */
    DEAF = 4,    /* it cannot be cancelled */
    NESTED =
        16, /* it waits in a scope of its own, where the deadline around it is a cancellation */
    DETACHED = 8, /* when cancelled, work on the pool may go on, and libuv still hold its request */
};

struct waiting_call {
    const char *name;
    const char *what;                    /* that the task then waits for */
    void (*set_up)(struct stage *stage); /* by a task, or NULL */
    int (*wait)(struct stage *stage);    /* returns the result, or the error */
    void (*settle)(struct stage *stage); /* until the wait is what the name says, or NULL */
    void (*arrive)(struct stage *stage); /* from any callback or task */
    void (*leave)(struct stage *stage);  /* by a task, or NULL */
    int result;
    enum arrival arrival;
    int traits; /* a sum of those above */
};

extern const struct waiting_call waiting_calls[];
extern const int waiting_call_count;

void stage_open(struct stage *stage);
void stage_close(struct stage *stage);
