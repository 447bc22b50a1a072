/* The callbacks wake a task, so the conversation is one function again, read from top to bottom. */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/program.h"
#include "common/task.h"

// #region visitor
/* libwebsockets uses it until the connection is closed, and the task until it ends. */
struct visitor {
    struct lws *connection; /* NULL after it was closed */
    bool task_runs;         /* false after it has ended */
    char name[100];
    size_t size;
    struct future whole, writable; /* set by the callbacks, awaited by the task */
};
// #endregion visitor

// #region release
static void release(struct visitor *self)
{
    if (!self->connection && !self->task_runs)
        free(self); /* the last user frees it */
}
// #endregion release

// #region calls
/* Waits until a callback sets the future, and returns the value. The connection may be closed
 * before the task runs again. */
static int await(struct visitor *self, struct future *future)
{
    int result = 0;
    int error = future_wait(future, &result);
    if (error || result)
        return error ? error : result;
    return self->connection ? 0 : UV_EPIPE;
}

static int receive(struct visitor *self)
{
    return await(self, &self->whole);
}

static int send_greeting(struct visitor *self)
{
    unsigned char text[LWS_PRE + sizeof("Hello !") + sizeof(self->name)];
    self->writable = (struct future){0};
    lws_callback_on_writable(self->connection);
    int error = await(self, &self->writable);
    if (error)
        return error;
    int size = sprintf((char *)text + LWS_PRE, "Hello %s!", self->name);
    int sent = lws_write(self->connection, text + LWS_PRE, (size_t)size, LWS_WRITE_TEXT);
    return sent < size ? UV_EPIPE : 0;
}
// #endregion calls

// #region hello
static int hello(void *visitor)
{
    struct visitor *self = visitor;
    if (receive(self) == 0)
        send_greeting(self); /* an error only ends this visitor's task */
    self->task_runs = false;
    if (self->connection)
        lws_callback_on_writable(self->connection); /* which closes it */
    release(self);
    return 0;
}
// #endregion hello

static int on_established(struct lws *connection, struct scope *tasks)
{
    struct visitor *visitor = calloc(1, sizeof(*visitor));
    if (!visitor || scope_spawn(tasks, "hello", hello, visitor) != 0) {
        free(visitor);
        return -1;
    }
    visitor->connection = connection;
    visitor->task_runs = true;
    lws_set_wsi_user(connection, visitor);
    return 0;
}

static int on_piece(struct visitor *self, const char *piece, size_t size)
{
    if (self->whole.done)
        return 0; /* one message is all that we ask for */
    if (size >= sizeof(self->name) - self->size)
        return -1;
    memcpy(self->name + self->size, piece, size);
    self->size += size;
    if (lws_remaining_packet_payload(self->connection) == 0 &&
        lws_is_final_fragment(self->connection))
        future_set(&self->whole, 0);
    return 0;
}

// #region on_closed
static void on_closed(struct visitor *self)
{
    self->connection = NULL;
    future_set(&self->whole, UV_EOF);
    future_set(&self->writable, UV_EPIPE);
    release(self);
}
// #endregion on_closed

static int on_event(
    struct lws *connection, enum lws_callback_reasons reason, void *user, void *data, size_t size)
{
    struct visitor *visitor = user;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(connection, lws_context_user(lws_get_context(connection)));
    case LWS_CALLBACK_RECEIVE:
        return on_piece(visitor, data, size);
        // #region writable
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (!visitor->task_runs)
            return -1; /* the task has ended: close the connection */
        future_set(&visitor->writable, 0);
        return 0;
        // #endregion writable
    case LWS_CALLBACK_CLOSED:
        if (visitor)
            on_closed(visitor);
        return 0;
    default:
        return lws_callback_http_dummy(connection, reason, user, data, size);
    }
}

/* The first task: its children are the visitors' tasks, and Ctrl+C cancels it. */
static int serve(void *tasks)
{
    struct future never = {0};
    scope_enter(tasks);
    return scope_leave(tasks, future_wait(&never, NULL));
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    struct scope tasks;
    void *loops[] = {&loop}; /* libwebsockets runs on this loop */
    const struct lws_protocols protocols[] = {{"hello", on_event, 0, 16, 0, NULL, 0}, {0}};
    struct lws_context_creation_info info = {.port = argc > 1 ? atoi(argv[1]) : 8765,
        .iface = "127.0.0.1",
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV,
        .foreign_loops = loops,
        .user = &tasks};
    lws_set_log_level(LLL_ERR, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    int error = loop_init(&loop);
    if (error)
        return program_end(error, "open a loop");
    struct lws_context *context = lws_create_context(&info);
    struct lws_vhost *vhost = context ? lws_get_vhost_by_name(context, "default") : NULL;
    if (!vhost) { /* libwebsockets has left the loop in no state to be closed */
        fprintf(stderr, "cannot listen on port %d; choose another with ARGS=9000\n", info.port);
        return 1;
    }
    printf("Listening on 127.0.0.1:%d\n", lws_get_vhost_listen_port(vhost));
    error = task_run(&loop, "serve", serve, &tasks);
    lws_context_destroy(context);
    while (loop_close(&loop) == UV_EBUSY) {
        uv_run(&loop, UV_RUN_DEFAULT); /* runs the handles' close callbacks */
        lws_context_destroy(context);  /* finishes what the first call began */
    }
    return program_end(error, "serve");
}
