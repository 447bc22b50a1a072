/* Protocols: which functions are called and in which order, and what data_received feeds. */
#include "support_stream.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A protocol that notes the calls. The context says what it does with the bytes that arrive.
 */

struct plan {
    void (*feed)(struct stream *stream, const char *data, size_t size);
    bool made;
};

struct observer {
    struct plan *plan;
    struct stream *stream;
    char padding[1000];
};

static void observer_made(void *object, struct stream *stream, void *plan)
{
    static const struct observer zero;
    struct observer *self = object;
    ck_assert_mem_eq(self, &zero, sizeof(zero));
    self->plan = plan;
    self->stream = stream;
    self->plan->made = true;
    note("made");
}

static int observer_manage(void *object)
{
    struct observer *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        note("line:%s", line);
        if (strcmp(line, "falha\n") == 0)
            return UV_EIO;
    }
    return (int)size;
}

static void observer_received(void *object, const char *data, size_t size)
{
    struct observer *self = object;
    note("data:%.*s", (int)size, data);
    if (self->plan->feed)
        self->plan->feed(self->stream, data, size);
}

static void observer_lost(void *object, int error)
{
    const struct observer *self = object;
    ck_assert(!self->stream->open); /* it is closed already */
    note("lost:%s", error ? uv_err_name(error) : "0");
}

static const struct protocol observer = {
    .size = sizeof(struct observer),
    .connection_made = observer_made,
    .manage = observer_manage,
    .data_received = observer_received,
    .connection_lost = observer_lost,
};

static void feed_all(struct stream *stream, const char *data, size_t size)
{
    ck_assert_int_eq(stream_feed(stream, data, size), 0);
}

/*
 * Running a protocol
 */

struct run {
    const struct protocol *protocol;
    struct plan *plan;
    struct stream stream;
    int peer;
    struct scope scope;
    struct attempt attempt;
};

static int run_protocol(void *argument)
{
    struct run *run = argument;
    return protocol_run(&run->stream, run->protocol, run->plan);
}

/* Runs the protocol in a task, over a pair of sockets. */
static void begin(struct run *run, const struct protocol *protocol, struct plan *plan)
{
    *run = (struct run){.protocol = protocol, .plan = plan};
    run->peer = open_with_peer(&run->stream);
    scope_enter(&run->scope);
    attempt_begin(&run->attempt, &run->scope, run_protocol, run);
}

static void send_and_wait(struct run *run, const char *text)
{
    send_text(run->peer, text);
    wait_until_taken(&run->stream);
}

/* Waits until the protocol has ended, and returns the result of protocol_run. */
static int finish(struct run *run)
{
    ck_assert_int_eq(scope_join(&run->scope), 0);
    ck_assert_int_eq(scope_leave(&run->scope, 0), 0);
    return run->attempt.result;
}

static int close_and_finish(struct run *run)
{
    close(run->peer);
    return finish(run);
}

/* Sends the text at once, and expects these notes. */
static void expect_fed(
    void (*feed)(struct stream *, const char *, size_t), const char *text, const char *notes)
{
    struct run run;
    struct plan plan = {.feed = feed};
    begin(&run, &observer, &plan);
    send_text(run.peer, text);
    ck_assert_int_eq(close_and_finish(&run), 0);
    expect_notes(notes);
}

/*
 * Receiving
 */

TASK_TEST(data_received_gets_each_arrival_and_feeds_the_reader)
{
    struct run run;
    struct plan plan = {.feed = feed_all};
    begin(&run, &observer, &plan);
    send_and_wait(&run, "um\ndo");
    send_and_wait(&run, "i");
    send_and_wait(&run, "s\n");
    ck_assert_int_eq(close_and_finish(&run), 0);
    expect_notes("made data:um\ndo line:um\n data:i data:s\n line:dois\n lost:0");
}

TASK_TEST(nothing_is_received_before_the_task_reads)
{
    struct plan plan = {.feed = feed_all};
    struct stream stream;
    int peer = open_with_peer(&stream);
    struct observer self = {.plan = &plan, .stream = &stream};
    stream_set_protocol(&stream, &observer, &self);
    send_text(peer, "um\n");
    run_ready();
    expect_notes("");
    ck_assert_int_eq(read_a_line(&stream), 3);
    expect_notes("data:um\n");
    close(peer);
    stream_close(&stream);
}

struct collector {
    struct stream *stream;
    struct buffer *text;
};

static void collector_made(void *object, struct stream *stream, void *text)
{
    *(struct collector *)object = (struct collector){stream, text};
}

static void collector_received(void *object, const char *data, size_t size)
{
    struct collector *self = object;
    ck_assert_int_eq(buffer_append(self->text, data, size), 0);
    stream_feed(self->stream, data, size);
}

TASK_TEST(many_bytes_are_received_in_order)
{
    static const struct protocol collector = {.size = sizeof(struct collector),
        .connection_made = collector_made,
        .data_received = collector_received};
    const size_t size = 100000;
    struct stream stream;
    struct buffer text = {0};
    char *data = pattern(size);
    int peer = open_with_peer(&stream);
    send_all(peer, data, size);
    close(peer);
    ck_assert_int_eq(protocol_run(&stream, &collector, &text), 0);
    ck_assert_uint_eq(buffer_size(&text), size);
    ck_assert_mem_eq(text.data + text.start, data, size);
    buffer_free(&text);
    free(data);
}

/*
 * Feeding
 */

TASK_TEST(without_feeding_nothing_is_read)
{
    expect_fed(NULL, "um\n", "made data:um\n lost:0");
}

static void feed_but_the_first(struct stream *stream, const char *data, size_t size)
{
    stream_feed(stream, data + 1, size - 1);
}

static void feed_upper_case(struct stream *stream, const char *data, size_t size)
{
    char *copy = strndup(data, size);
    for (char *c = copy; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    stream_feed(stream, copy, size);
    free(copy);
}

static void feed_with_a_mark_before(struct stream *stream, const char *data, size_t size)
{
    stream_feed(stream, ">> ", 3);
    stream_feed(stream, data, size);
}

static void feed_with_a_mark_inside(struct stream *stream, const char *data, size_t size)
{
    stream_feed(stream, data, 2);
    stream_feed(stream, "--", 2);
    stream_feed(stream, data + 2, size - 2);
}

TASK_TEST(data_received_may_feed_other_bytes)
{
    expect_fed(feed_but_the_first, "um\n", "made data:um\n line:m\n lost:0");
    expect_fed(feed_upper_case, "um\n", "made data:um\n line:UM\n lost:0");
    expect_fed(feed_with_a_mark_before, "um\n", "made data:um\n line:>> um\n lost:0");
    expect_fed(feed_with_a_mark_inside, "dois\n", "made data:dois\n line:do--is\n lost:0");
}

/* Feeds more than the memory for one receive holds. */
static void feed_many_times(struct stream *stream, const char *data, size_t size)
{
    for (int i = 0; i < 1000; i++)
        stream_feed(stream, data, size);
}

static int count_lines(void *object)
{
    struct observer *self = object;
    char *line;
    int count = 0;
    while (stream_read_line(self->stream, &line) > 0) {
        ck_assert_str_eq(line, "dezessete bytes.\n");
        count++;
    }
    return count;
}

TASK_TEST(data_received_may_feed_more_bytes)
{
    static const struct protocol counter = {.size = sizeof(struct observer),
        .connection_made = observer_made,
        .manage = count_lines,
        .data_received = observer_received};
    struct run run;
    struct plan plan = {.feed = feed_many_times};
    begin(&run, &counter, &plan);
    send_and_wait(&run, "dezessete bytes.\n");
    ck_assert_int_eq(close_and_finish(&run), 1000);
}

TASK_TEST(without_data_received_the_task_reads_everything)
{
    struct protocol silent = observer;
    struct run run;
    struct plan plan = {0};
    silent.data_received = NULL;
    begin(&run, &silent, &plan);
    send_text(run.peer, "um\ndois");
    ck_assert_int_eq(close_and_finish(&run), 0);
    expect_notes("made line:um\n line:dois lost:0");
}

/*
 * The end
 */

TASK_TEST(the_result_of_manage_is_passed_on)
{
    struct run run;
    struct plan plan = {.feed = feed_all};
    char byte;
    begin(&run, &observer, &plan);
    send_text(run.peer, "falha\n");
    ck_assert_int_eq(finish(&run), UV_EIO);
    ck_assert_int_eq(recv(run.peer, &byte, 1, 0), 0);
    close(run.peer);
    expect_notes("made data:falha\n line:falha\n lost:EIO");
}

TASK_TEST(cancelling_ends_the_connection_once)
{
    struct run run;
    struct plan plan = {.feed = feed_all};
    begin(&run, &observer, &plan);
    send_and_wait(&run, "um\nmeia");
    task_cancel(run.attempt.task);
    ck_assert_int_eq(close_and_finish(&run), UV_ECANCELED);
    expect_notes("made data:um\nmeia line:um\n lost:ECANCELED");
}

TASK_TEST(an_empty_protocol_reads_to_the_end)
{
    static const struct protocol nothing;
    struct run run;
    struct plan plan = {0};
    begin(&run, &nothing, &plan);
    send_and_wait(&run, "um\n");
    send_and_wait(&run, "dois\n");
    ck_assert(!run.attempt.done);
    ck_assert_int_eq(close_and_finish(&run), 0);
}

TASK_TEST(reading_to_the_end_returns_a_reset)
{
    static const struct protocol only_lost = {
        .size = sizeof(struct observer),
        .connection_made = observer_made,
        .connection_lost = observer_lost,
    };
    struct run run = {.protocol = &only_lost};
    struct plan plan = {0};
    int ends[2];
    tcp_pair(ends);
    stream_open(&run.stream, ends[0]);
    run.plan = &plan;
    scope_enter(&run.scope);
    attempt_begin(&run.attempt, &run.scope, run_protocol, &run);
    wait_until_taken(&run.stream);
    reset(ends[1]);
    ck_assert_int_eq(finish(&run), UV_ECONNRESET);
    expect_notes("made lost:ECONNRESET");
}

/*
 * Connecting
 */

struct connection {
    const char *port;
    struct plan plan;
};

static int connect_observer(void *argument)
{
    struct connection *connection = argument;
    return protocol_connect("127.0.0.1", connection->port, &observer, &connection->plan);
}

TASK_TEST(connecting_runs_the_protocol_to_its_end)
{
    char port[PORT_SIZE];
    struct scope scope;
    struct attempt connecting;
    int listening = listen_somewhere(1, port);
    struct connection connection = {port, {.feed = feed_all}};
    scope_enter(&scope);
    attempt_begin(&connecting, &scope, connect_observer, &connection);
    YIELD_UNTIL(connection.plan.made);
    int peer = accept(listening, NULL, NULL);
    send_text(peer, "falha\n");
    YIELD_UNTIL(connecting.done);
    ck_assert_int_eq(connecting.result, UV_EIO);
    scope_leave(&scope, 0);
    expect_notes("made data:falha\n line:falha\n lost:EIO");
    close(peer);
    close(listening);
}

TASK_TEST(without_a_connection_there_is_no_object)
{
    char port[PORT_SIZE];
    int nobody = listen_nowhere(port);
    struct connection connection = {.port = port};
    ck_assert_int_eq(connect_observer(&connection), UV_ECONNREFUSED);
    close(nobody);
    expect_notes("");
}

int main(void)
{
    return run_suite("protocol",
        (struct test_group[]){
            {"receiving",
                (const TTest *const[]){data_received_gets_each_arrival_and_feeds_the_reader,
                    nothing_is_received_before_the_task_reads, many_bytes_are_received_in_order,
                    NULL}},
            {"fed", (const TTest *const[]){without_feeding_nothing_is_read,
                        data_received_may_feed_other_bytes, data_received_may_feed_more_bytes,
                        without_data_received_the_task_reads_everything, NULL}},
            {"end", (const TTest *const[]){the_result_of_manage_is_passed_on,
                        cancelling_ends_the_connection_once, an_empty_protocol_reads_to_the_end,
                        reading_to_the_end_returns_a_reset, NULL}},
            {"connect", (const TTest *const[]){connecting_runs_the_protocol_to_its_end,
                            without_a_connection_there_is_no_object, NULL}},
            {NULL, NULL}});
}
