/*
 * Out of memory: every allocation of a scenario fails in its turn. Whichever it is, an error comes
 * back, nothing crashes, nothing is left behind.
 *
 * The linker leads the library's calls here (--wrap), and uv_replace_allocator libuv's. One kind
 * cannot be survived: libuv 1.44 ends the program (src/unix/core.c, maybe_resize) when loop_init
 * has no memory for its table of watched descriptors. It also does so when it cannot start the
 * thread pool (src/threadpool.c, init_threads). What the C library allocates for itself, in
 * getaddrinfo say, is not made to fail.
 */
#include "support_stream.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/bytes.h"
#include "common/executor.h"
#include "common/words.h"

#define MOST_BLOCKS 4096

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void __real_free(void *block);
void *__real_mmap(void *address, size_t size, int access, int flags, int file, off_t offset);
int __real_munmap(void *address, size_t size);

/* Only the loop's thread allocates. */
static struct {
    bool armed;
    bool for_ever;   /* not only one is refused, but all that follow too */
    size_t asked;    /* since it was armed */
    size_t refusing; /* counted from 1; 0: none */
    size_t live;
    const void *blocks[MOST_BLOCKS]; /* that were had since then, and not given back */
} memory;

static bool refused(void)
{
    if (!memory.armed)
        return false;
    memory.asked++;
    bool yes = memory.for_ever ? memory.refusing && memory.asked >= memory.refusing
                               : memory.asked == memory.refusing;
    if (yes)
        errno = ENOMEM;
    return yes;
}

static void *taken(void *block)
{
    if (memory.armed && block && block != MAP_FAILED) {
        if (memory.live == MOST_BLOCKS)
            abort();
        memory.blocks[memory.live++] = block;
    }
    return block;
}

static void given_back(const void *block)
{
    for (size_t i = memory.live; i-- > 0;)
        if (memory.blocks[i] == block) {
            memory.blocks[i] = memory.blocks[--memory.live];
            return;
        }
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : taken(__real_calloc(count, size));
}

static void *resize(void *block, size_t size)
{
    void *resized = __real_realloc(block, size);
    if (resized)
        given_back(block);
    return resized ? taken(resized) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
    return refused() ? NULL : resize(block, size);
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
    return refused() ? NULL : resize(block, count * size);
}

void __wrap_free(void *block)
{
    given_back(block);
    __real_free(block);
}

void *__wrap_mmap(void *address, size_t size, int access, int flags, int file, off_t offset)
{
    return refused() ? MAP_FAILED : taken(__real_mmap(address, size, access, flags, file, offset));
}

int __wrap_munmap(void *address, size_t size)
{
    given_back(address);
    return __real_munmap(address, size);
}

/* Check's own assertions allocate, so a scenario has these. */
#define REQUIRE(condition) require(condition, #condition, __LINE__)

static void require(bool holds, const char *condition, int line)
{
    memory.armed = memory.armed && holds;
    if (!holds)
        ck_abort_msg("line %d: %s, when allocation %zu fails", line, condition, memory.refusing);
}

static void replace_allocator(void *(*libuv_realloc)(void *block, size_t size))
{
    ck_assert_int_eq(uv_replace_allocator(malloc, libuv_realloc, calloc, free), 0);
}

/*
 * A scenario again and again
 */

static int run_refusing(int (*scenario)(void), size_t refusing)
{
    memory.refusing = refusing;
    memory.asked = memory.live = 0;
    memory.armed = true;
    int error = scenario();
    memory.armed = false;
    if (memory.live > 0)
        ck_abort_msg("%zu blocks are left when allocation %zu fails%s", memory.live, refusing,
            memory.for_ever ? ", and all after it" : "");
    return error;
}

/* Each allocation of the scenario fails once, then each with all after it. tolerated is how many
 * are made do without. */
static void each_may_fail(int (*scenario)(void), size_t tolerated)
{
    run_refusing(scenario, 0); /* libuv's first loop opens a pipe that stays */
    ck_assert_int_eq(run_refusing(scenario, 0), 0);
    size_t count = memory.asked;
    ck_assert_uint_gt(count, 0);
    int descriptors = open_descriptors(0);
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        size_t without = 0;
        memory.for_ever = for_ever;
        for (size_t i = 1; i <= count; i++) {
            int error = run_refusing(scenario, i);
            if (error > 0 || error == UV_ECANCELED) /* which is no failure to who is told */
                ck_abort_msg("%d, when allocation %zu fails", error, i);
            if (open_descriptors(0) != descriptors)
                ck_abort_msg("a descriptor is left when allocation %zu fails", i);
            without += error == 0;
        }
        if (without > tolerated)
            ck_abort_msg("%zu of %zu failures were told to nobody", without, count);
    }
}

static void survives(int (*scenario)(void), size_t tolerated)
{
    replace_allocator(resize); /* libuv's first table: see above */
    each_may_fail(scenario, tolerated);
}

/*
 * The leaves
 */

static int grow_buffer(void)
{
    static const char piece[700] = "";
    struct buffer buffer = {0};
    int error = 0;
    for (size_t i = 0; i < 20 && !error; i++) {
        size_t before = buffer_size(&buffer);
        error = buffer_append(&buffer, piece, sizeof(piece));
        REQUIRE(buffer_size(&buffer) == (before + (error ? 0 : sizeof(piece))));
        if (i % 3 == 0)
            buffer_consume(&buffer, 300 < buffer_size(&buffer) ? 300 : 0);
    }
    buffer_free(&buffer);
    return error;
}

static int split_words(void)
{
    struct words words;
    int error = words_split(&words, "um 'dois três' \"quatro\"");
    REQUIRE(words.count == (error ? 0 : 3));
    words_free(&words);
    return error;
}

static int dump_bytes(void)
{
    char *texts[] = {
        bytes_to_hex("Alô", 4), bytes_to_printable("Alô", 4), bytes_to_text("Al\xF4", 3, NULL)};
    int error = 0;
    for (size_t i = 0; i < 3; i++) {
        error = texts[i] ? error : UV_ENOMEM;
        free(texts[i]);
    }
    return error;
}

START_TEST(the_leaves_survive)
{
    survives(grow_buffer, 0);
    survives(split_words, 0);
    survives(dump_bytes, 0);
}
END_TEST

/*
 * Callbacks and tasks
 */

#define CALLS 70 /* more than a block of tasks, or the first heap of timers, holds */

static void count(void *counter)
{
    ++*(int *)counter;
}

static int call_back(void)
{
    uv_loop_t loop;
    int calls = 0, error = loop_init(&loop);
    if (error)
        return error;
    for (int i = 0; i < CALLS; i++)
        loop_call_later(&loop, 0.001, count, &calls); /* loop_run tells of the failure */
    loop_call_soon(&loop, count, &calls);
    error = loop_run(&loop);
    REQUIRE(error || calls == CALLS + 1);
    REQUIRE(loop_close(&loop) == 0);
    return error;
}

START_TEST(callbacks_survive)
{
    survives(call_back, 0);
}
END_TEST

static int run_tasks(int (*function)(void *argument))
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return error;
    error = task_run(&loop, "main", function, NULL);
    REQUIRE(loop_close(&loop) == 0);
    return error;
}

static int sleep_for_a_moment(void *unused)
{
    (void)unused;
    return task_sleep(0.001);
}

static int gather(void)
{
    struct task_call calls[CALLS];
    for (int i = 0; i < CALLS; i++)
        calls[i] = (struct task_call){"call", sleep_for_a_moment, NULL, 0};
    int error = task_gather(calls, CALLS);
    for (int i = 0; i < CALLS; i++)
        REQUIRE(error ? calls[i].result < 0 : calls[i].result == 0);
    return error;
}

static int join_one(struct scope *scope, size_t stack_size)
{
    struct task *task;
    int result, error = scope_spawn_with(scope, "child", sleep_for_a_moment, NULL,
                    (struct task_options){.handle = &task, .stack_size = stack_size});
    if (!error)
        error = task_join(task, &result);
    return error ? error : result;
}

static int all_that_tasks_do(void *unused)
{
    (void)unused;
    struct scope scope;
    int error = scope_enter_for(&scope, 60);
    if (!error)
        error = join_one(&scope, 0);
    if (!error)
        error = join_one(&scope, 1 << 20);
    if (!error)
        error = gather();
    return scope_leave(&scope, error);
}

static int many_tasks(void)
{
    return run_tasks(all_that_tasks_do);
}

static void set(void *future)
{
    future_set(future, 0);
}

/* Leaves it to the loop to tell that the callback will never come. */
static int wait_for_a_callback(void *unused)
{
    (void)unused;
    struct future called = {0};
    loop_call_later(task_loop(), 0.001, set, &called);
    return future_wait(&called, NULL);
}

static int one_that_waits_for_a_callback(void)
{
    return run_tasks(wait_for_a_callback);
}

/* Fewer stacks, and an overflow that is not named, are made do with. */
START_TEST(tasks_survive)
{
    survives(many_tasks, 2);
    survives(one_that_waits_for_a_callback, 2);
}
END_TEST

static int negate(void *number)
{
    *(int *)number = -*(int *)number;
    return 0;
}

static int execute(void *unused)
{
    (void)unused;
    int number = 5, error = executor_run("negate", negate, &number, sizeof(number));
    REQUIRE(number == (error ? 5 : -5));
    return error;
}

static int one_that_executes(void)
{
    return run_tasks(execute);
}

START_TEST(the_executor_survives)
{
    survives(one_that_executes, 2);
}
END_TEST

/*
 * Streams
 */

#define LINES 3
#define LONG_LINE 60000

struct house {
    struct listener listener;
    int error; /* of a connection */
};

struct guest {
    struct house *house;
    struct stream *stream;
};

static void guest_made(void *object, struct stream *stream, void *house)
{
    *(struct guest *)object = (struct guest){house, stream};
}

static int guest_manage(void *object)
{
    const struct guest *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        stream_write(self->stream, line, (size_t)size);
        int error = stream_drain(self->stream);
        if (error)
            return error;
    }
    return (int)size;
}

/* The next read tells of the failure. */
static void guest_received(void *object, const char *data, size_t size)
{
    stream_feed(((struct guest *)object)->stream, data, size);
}

static void guest_lost(void *object, int error)
{
    struct house *house = ((struct guest *)object)->house;
    if (!house->error && error != UV_ECANCELED)
        house->error = error;
}

static const struct protocol fed_guests = {.size = sizeof(struct guest),
    .connection_made = guest_made,
    .manage = guest_manage,
    .data_received = guest_received,
    .connection_lost = guest_lost};

static int serve(void *argument)
{
    struct house *house = argument;
    return listener_serve(&house->listener, &fed_guests, house);
}

/* Says a line and hears it again. */
static int is_answered(struct stream *stream, size_t size)
{
    static char said[LONG_LINE];
    char *heard;
    for (size_t i = 0; i < size - 1; i++)
        said[i] = (char)('0' + i % 71);
    said[size - 1] = '\n';
    stream_write(stream, said, size); /* drain tells of the failure */
    ssize_t got = stream_drain(stream);
    if (!got)
        got = stream_read_line(stream, &heard);
    if (got <= 0)
        return got ? (int)got : UV_EOF;
    REQUIRE(got == (ssize_t)size);
    REQUIRE(memcmp(said, heard, size) == 0);
    return 0;
}

static int talk(const char *port)
{
    struct stream stream;
    int error = stream_connect(&stream, "127.0.0.1", port);
    if (error)
        return error;
    for (int i = 0; i < LINES && !error; i++)
        error = is_answered(&stream, i == 1 ? LONG_LINE : 10);
    if (!error)
        error = stream_half_close(&stream);
    char *data;
    if (!error)
        error = (int)stream_read(&stream, &data);
    stream_close(&stream);
    return error;
}

static int visit(struct house *house)
{
    struct scope scope;
    char address[STREAM_ADDRESS_SIZE];
    int error = listener_address(&house->listener, address);
    REQUIRE(error == 0);
    scope_enter(&scope);
    error = scope_spawn(&scope, "serve", serve, house);
    if (!error)
        error = talk(strrchr(address, ':') + 1);
    error = scope_leave(&scope, error);
    return error ? error : house->error;
}

static int open_a_house(void *unused)
{
    (void)unused;
    struct house house = {0};
    int error = listener_open(&house.listener, "127.0.0.1", "0");
    if (error)
        return error;
    error = visit(&house);
    listener_close(&house.listener);
    return error;
}

static int a_house(void)
{
    return run_tasks(open_a_house);
}

START_TEST(streams_survive)
{
    survives(a_house, 2);
}
END_TEST

#define FULL 200 /* descriptors: more than libuv's first table has room for */

/* Only libuv's memory for the loop itself is not refused. The sockets get high numbers. */
static int a_house_in_an_open_loop(void)
{
    uv_loop_t loop;
    bool armed = memory.armed;
    memory.armed = false;
    int error = loop_init(&loop);
    if (error)
        return error;
    int first = dup(0), last = first;
    while (last < FULL)
        last = dup(0);
    memory.armed = armed;
    error = task_run(&loop, "main", open_a_house, NULL);
    for (int i = first; i <= last; i++)
        close(i);
    REQUIRE(loop_close(&loop) == 0);
    return error;
}

START_TEST(the_table_of_descriptors_survives)
{
    replace_allocator(realloc);
    each_may_fail(a_house_in_an_open_loop, 2);
}
END_TEST

static void hears_again(int client)
{
    char heard[4] = "";
    ssize_t size;
    send_text(client, "oi\n");
    YIELD_UNTIL((size = recv(client, heard, 3, MSG_DONTWAIT)) >= 0);
    ck_assert_str_eq(heard, "oi\n");
}

/* Accepts a client while there is no memory: for it alone, or for the pause after it, either. */
static void refuse_a_newcomer(bool for_ever)
{
    struct house house = {0};
    struct scope scope;
    char address[STREAM_ADDRESS_SIZE], byte;
    ck_assert_int_eq(listener_open(&house.listener, "127.0.0.1", "0"), 0);
    listener_address(&house.listener, address);
    int port = atoi(port_of(address)), clients[3];
    scope_enter(&scope);
    scope_spawn(&scope, "serve", serve, &house);
    clients[0] = connect_to(port);
    hears_again(clients[0]);

    clients[1] = connect_to(port);
    memory.refusing = 1;
    memory.asked = 0;
    memory.for_ever = for_ever;
    memory.armed = true;
    while (memory.asked <= (size_t)for_ever)
        task_yield();
    memory.armed = memory.for_ever = false;
    ck_assert_int_eq(recv(clients[1], &byte, 1, 0), 0);
    hears_again(clients[0]);
    clients[2] = connect_to(port);
    advance(0.1); /* the pause that others get for giving memory back */
    hears_again(clients[2]);

    scope_leave(&scope, 0);
    listener_close(&house.listener);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
}

TASK_TEST(without_memory_for_a_newcomer_the_others_stay)
{
    refuse_a_newcomer(false);
}

TASK_TEST(without_memory_for_anything_the_others_stay)
{
    refuse_a_newcomer(true);
}

/*
 * Where an older libuv ends the program
 */

static void watch_without_room(void *unused)
{
    (void)unused;
    replace_allocator(realloc);
    memory.for_ever = true;
    for (size_t i = 1; i < 10; i++)
        run_refusing(many_tasks, i);
}

START_TEST(libuv_ends_the_program_without_room_for_its_watchers_or_survives)
{
    enum { ABORTS = 1 << 16 | 50 << 8 }; /* Debian 13's; 1.53 survives */
    int status = run_apart(watch_without_room, NULL, NULL);
    ck_assert(status == 128 + SIGABRT || (status == 0 && uv_version() > ABORTS));
}
END_TEST

int main(void)
{
    return run_suite("shortage",
        (struct test_group[]){
            {"memory",
                (const TTest *const[]){the_leaves_survive, callbacks_survive, tasks_survive,
                    the_executor_survives, streams_survive, the_table_of_descriptors_survives,
                    without_memory_for_a_newcomer_the_others_stay,
                    without_memory_for_anything_the_others_stay,
                    libuv_ends_the_program_without_room_for_its_watchers_or_survives, NULL}},
            {NULL, NULL}});
}
