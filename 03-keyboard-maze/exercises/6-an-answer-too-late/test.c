/* A peer leaves while a thread works on its question: whose desk gets the answer? */
// With Valgrind too.
#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define IS_POISONED(address) __asan_address_is_poisoned(address)
#else
#define IS_POISONED(address) false
#endif

#include "tests/support_stream.h"

#define STACK (64 * 1024L) /* bytes below visit's frame, in which those of serve and answer are */
#define MAX_YIELDS 10000

static uv_sem_t begun, go_on, ended;
static uv_mutex_t mutex;       /* of the two below, which the threads write */
static const char *answers[4]; /* where each thread was told to write */
static int thinking;
static bool memory_is_gone; /* the threads must not write any more */
static uv_thread_t loop_thread;
static bool in_the_loop; /* think was called there */

void think(const char *question, char *answer)
{
    uv_thread_t self = uv_thread_self();
    if (uv_thread_equal(&self, &loop_thread)) {
        in_the_loop = true;
        return;
    }
    uv_mutex_lock(&mutex);
    answers[thinking++ % 4] = answer;
    uv_mutex_unlock(&mutex);
    uv_sem_post(&begun);
    uv_sem_wait(&go_on);
    if (!memory_is_gone)
        snprintf(answer, 64, "42, as %.4s wanted to know\n", question);
    uv_sem_post(&ended);
}

struct visit {
    struct stream stream;
    struct desk *desk;
    const char *frame; /* of the function below */
};

static int visit(void *argument)
{
    struct visit *self = argument;
    self->frame = __builtin_frame_address(0);
    return serve(&self->stream, self->desk);
}

static void prepare(void)
{
    uv_sem_init(&begun, 0);
    uv_sem_init(&go_on, 0);
    uv_sem_init(&ended, 0);
    uv_mutex_init(&mutex);
    thinking = 0;
    loop_thread = uv_thread_self();
}

/* Waits until that many threads think, while the tasks run. */
static void wait_for_thoughts(int count)
{
    for (; count > 0; count--)
        YIELD_UNTIL(in_the_loop || uv_sem_trywait(&begun) == 0);
    ck_assert_msg(!in_the_loop,
        "think was called in the loop's thread: until it returns, no other peer is served");
}

/* A fault is reported when no thread blocks any more: the end of the process waits for it. */
static void let_think(int count)
{
    for (int i = 0; i < count; i++)
        uv_sem_post(&go_on);
    for (int i = 0; i < count; i++)
        uv_sem_wait(&ended);
    YIELD_UNTIL(task_loop()->active_reqs.count == 0); /* the work may go on after think */
}

static int begin(struct visit *self, struct attempt *visiting, struct scope *scope, const char *ask)
{
    int peer = open_with_peer(&self->stream);
    send_text(peer, ask);
    attempt_begin(visiting, scope, visit, self);
    return peer;
}

static void expect_answer(int peer, const char *name)
{
    char text[64] = "", expected[64];
    ck_assert_msg(recv(peer, text, sizeof(text) - 1, MSG_DONTWAIT) > 0,
        "%s stayed, and serve returned without sending the answer of think", name);
    snprintf(expected, sizeof(expected), "42, as %s wanted to know\n", name);
    ck_assert_msg(strcmp(text, expected) == 0, "%s was answered \"%.*s\"", name,
        (int)strcspn(text, "\n"), text);
    close(peer);
}

/* Two at once: what they share, each would find changed by the other. */
TASK_TEST(peers_that_stay_get_their_answers)
{
    struct desk desks[2] = {{"", ""}, {"", ""}};
    struct visit ana = {.desk = &desks[0]}, bob = {.desk = &desks[1]};
    struct attempt visits[2];
    struct scope scope;
    prepare();
    scope_enter(&scope);
    int peer_of_ana = begin(&ana, &visits[0], &scope, "ana?\n");
    int peer_of_bob = begin(&bob, &visits[1], &scope, "bob?\n");
    wait_for_thoughts(2);
    let_think(2);
    YIELD_UNTIL(visits[0].done && visits[1].done);
    stream_close(&ana.stream);
    stream_close(&bob.stream);
    ck_assert_msg(visits[0].result == 0, "serve returned %s", uv_strerror(visits[0].result));
    expect_answer(peer_of_ana, "ana?");
    expect_answer(peer_of_bob, "bob?");
    scope_leave(&scope, 0);
}

/* Whether the thread was told to write to the stack on which serve has waited, or to memory that
 * ASan knows to be free. */
static bool is_gone(const struct visit *self)
{
    long distance = self->frame - answers[0];
    return (distance > 0 && distance < STACK) || IS_POISONED(answers[0]);
}

TASK_TEST(the_desk_of_one_who_has_gone_is_not_written_to)
{
    struct desk desk = {"", ""};
    struct visit ana = {.desk = &desk};
    struct attempt visiting;
    struct scope scope;
    prepare();
    scope_enter(&scope);
    int peer = begin(&ana, &visiting, &scope, "ana?\n");
    wait_for_thoughts(1);

    close(peer);
    for (int i = 0; i < MAX_YIELDS && !visiting.done; i++)
        ck_assert_int_eq(task_yield(), 0);
    bool waits_for_thread = !visiting.done;
    desk = (struct desk){"bob?", "not yet known"}; /* the next peer gets the desk */
    memory_is_gone = visiting.done && is_gone(&ana);
    answers[0] = NULL; /* a leak would be hidden by it */
    let_think(1);
    ck_assert_msg(!memory_is_gone,
        "ana has gone, serve has returned, and a thread was about to write her answer to memory "
        "that serve has given back: it belongs to whatever runs now");
    ck_assert_msg(!waits_for_thread, "ana has gone, and serve still waits for the thread");
    ck_assert_msg(visiting.result == UV_EOF,
        "ana has gone, and serve returned %s instead of UV_EOF",
        visiting.result ? uv_err_name(visiting.result) : "0");
    ck_assert_msg(strcmp(desk.answer, "not yet known") == 0,
        "ana has gone, bob has her desk, and there appears: \"%.*s\". In a server that had freed "
        "the desk, the thread would have written to freed memory",
        (int)strcspn(desk.answer, "\n"), desk.answer);
    scope_leave(&scope, 0);
    stream_close(&ana.stream);
}

int main(void)
{
    return run_suite("3.6",
        (struct test_group[]){{"desk", (const TTest *const[]){peers_that_stay_get_their_answers,
                                           the_desk_of_one_who_has_gone_is_not_written_to, NULL}},
            {NULL, NULL}});
}
