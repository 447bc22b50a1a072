/* A peer leaves while a thread works on its question: whose desk gets the answer? */
// With Valgrind too.
#include "exercise.h"

#include <stdio.h>
#include <stdlib.h>
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
#define PATIENCE 1000      /* milliseconds; less than one is enough */
#define MAX_THOUGHTS 4

/* What a thread does in think. It goes on when the test lets it. */
static struct thought {
    const char *answer; /* where the thread was told to write */
    uv_sem_t go_on, ended;
    bool question_changed; /* while the thread was thinking */
} thoughts[MAX_THOUGHTS];
static int thinking;   /* how many have begun */
static uv_sem_t begun; /* posted by each */
static uv_mutex_t mutex;
static bool memory_is_gone; /* the threads must not write any more */
static uv_thread_t loop_thread;
static bool in_the_loop; /* think was called there */

/* As long as an answer may be, with its NUL. */
static void write_answer(char answer[64], int number, const char *question)
{
    snprintf(answer, 64, "thought %c: 42, as %.4s wanted to know. It took quite some time\n",
        '0' + number, question);
}

void think(const char *question, char *answer)
{
    uv_thread_t self = uv_thread_self();
    if (uv_thread_equal(&self, &loop_thread)) {
        in_the_loop = true;
        return;
    }
    uv_mutex_lock(&mutex);
    int number = thinking++ % MAX_THOUGHTS;
    struct thought *thought = &thoughts[number];
    thought->answer = answer;
    uv_mutex_unlock(&mutex);
    char asked[5];
    snprintf(asked, sizeof(asked), "%s", question);
    uv_sem_post(&begun);
    uv_sem_wait(&thought->go_on);
    if (!memory_is_gone) {
        thought->question_changed = strncmp(question, asked, 4) != 0;
        write_answer(answer, number, asked);
    }
    uv_sem_post(&thought->ended);
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

static void prepare(const char *threads)
{
    setenv("UV_THREADPOOL_SIZE", threads, 1);
    uv_sem_init(&begun, 0);
    uv_mutex_init(&mutex);
    for (int i = 0; i < MAX_THOUGHTS; i++) {
        uv_sem_init(&thoughts[i].go_on, 0);
        uv_sem_init(&thoughts[i].ended, 0);
    }
    loop_thread = uv_thread_self();
}

/* Waits until one thread more thinks, while the tasks run. */
static bool another_thinks(void)
{
    for (int ms = 0; ms < PATIENCE; ms++) {
        for (int i = 0; i < 10; i++)
            task_yield();
        ck_assert_msg(!in_the_loop,
            "think was called in the loop's thread: until it returns, no other peer is served");
        if (uv_sem_trywait(&begun) == 0)
            return true;
        uv_sleep(1);
    }
    return false;
}

/* A fault is reported when no thread blocks any more: the end of the process waits for it. */
static void let_think(int number)
{
    uv_sem_post(&thoughts[number].go_on);
    uv_sem_wait(&thoughts[number].ended);
}

static bool works(void)
{
    return task_loop()->active_reqs.count > 0;
}

static int begin(struct visit *self, struct attempt *visiting, struct scope *scope, const char *ask)
{
    int peer = open_with_peer(&self->stream);
    send_text(peer, ask);
    attempt_begin(visiting, scope, visit, self);
    return peer;
}

static void expect_answer(int peer, const char *name, int number)
{
    char text[80] = "", expected[64];
    ck_assert_msg(recv(peer, text, sizeof(text) - 1, MSG_DONTWAIT) > 0,
        "%s stayed, and serve returned without sending the answer of think", name);
    write_answer(expected, number, name);
    ck_assert_msg(strcmp(text, expected) == 0, "%s was answered \"%s\", and think said \"%s\"",
        name, text, expected);
    close(peer);
}

/* What two peers at once share, each would find changed by the other. */
static void serve_two(bool by_one_thread)
{
    struct desk desks[2] = {{"", ""}, {"", ""}};
    struct visit ana = {.desk = &desks[0]}, bob = {.desk = &desks[1]};
    struct attempt visits[2];
    struct scope scope;
    scope_enter(&scope);
    int peer_of_ana = begin(&ana, &visits[0], &scope, "ana?\n");
    ck_assert_msg(another_thinks(), "ana has asked, and no thread thinks");
    int peer_of_bob = begin(&bob, &visits[1], &scope, "bob?\n");
    bool both = true;
    if (by_one_thread)
        YIELD_UNTIL(task_loop()->active_reqs.count == 2);
    else
        both = another_thinks();
    let_think(0);
    let_think(1);
    YIELD_UNTIL(visits[0].done && visits[1].done);
    ck_assert_msg(
        both, "while a thread thinks for ana, none thinks for bob: one waits for the other");
    stream_close(&ana.stream);
    stream_close(&bob.stream);
    ck_assert_msg(visits[0].result == 0, "serve returned %s", uv_strerror(visits[0].result));
    expect_answer(peer_of_ana, "ana?", 0);
    expect_answer(peer_of_bob, "bob?", 1);
    scope_leave(&scope, 0);
}

TASK_TEST(peers_that_stay_get_their_answers)
{
    prepare("4");
    serve_two(false);
}

/* The thread has thought of bob's question before the loop knows that ana's has an answer. */
TASK_TEST(one_thread_thinks_of_two_questions)
{
    prepare("1");
    serve_two(true);
}

/* Whether the thread was told to write to the stack on which serve has waited, or to memory that
 * ASan knows to be free. */
static bool is_gone(const struct visit *self)
{
    long distance = self->frame - thoughts[0].answer;
    return (distance > 0 && distance < STACK) || IS_POISONED(thoughts[0].answer);
}

/* Lets ana ask and go. Her thread still thinks. Returns whether serve has returned. */
static bool let_ana_go(struct visit *ana, struct attempt *visiting, struct scope *scope)
{
    int peer = begin(ana, visiting, scope, "who?\n");
    ck_assert_msg(another_thinks(), "ana has asked, and no thread thinks");
    close(peer);
    for (int ms = 0; ms < PATIENCE && !visiting->done; ms++)
        ck_assert_int_eq(task_yield(), 0);
    memory_is_gone = visiting->done && is_gone(ana);
    thoughts[0].answer = NULL; /* a leak would be hidden by it */
    return visiting->done;
}

static void check_of_ana(const struct attempt *visiting, bool waited)
{
    ck_assert_msg(!memory_is_gone,
        "ana has gone, serve has returned, and a thread was about to write her answer to memory "
        "that serve has given back: it belongs to whatever runs now");
    ck_assert_msg(!waited, "ana has gone, and serve still waits for the thread");
    ck_assert_msg(visiting->result == UV_EOF,
        "ana has gone, and serve returned %s instead of UV_EOF",
        visiting->result ? uv_err_name(visiting->result) : "0");
}

TASK_TEST(the_desk_of_one_who_has_gone_is_left_alone)
{
    struct desk desk = {"", ""};
    struct visit ana = {.desk = &desk};
    struct attempt visiting;
    struct scope scope;
    prepare("4");
    scope_enter(&scope);
    bool waits = !let_ana_go(&ana, &visiting, &scope);
    desk = (struct desk){"bob?", "not yet known"}; /* the next peer gets the desk */
    let_think(0);
    YIELD_UNTIL(!works()); /* the work may go on after think */
    check_of_ana(&visiting, waits);
    ck_assert_msg(!thoughts[0].question_changed,
        "ana has gone, bob has her desk, and the question of which her thread thinks has changed: "
        "it is in memory that is no longer hers");
    ck_assert_msg(strcmp(desk.answer, "not yet known") == 0,
        "ana has gone, bob has her desk, and there appears: \"%.*s\". In a server that had freed "
        "the desk, the thread would have written to freed memory",
        (int)strcspn(desk.answer, "\n"), desk.answer);
    scope_leave(&scope, 0);
    stream_close(&ana.stream);
}

/* Bob sits at the desk, and asks the same question. Ana's thread ends before his. */
TASK_TEST(the_next_peer_gets_its_own_answer)
{
    struct desk desk = {"", ""};
    struct visit ana = {.desk = &desk}, bob = {.desk = &desk};
    struct attempt visits[2];
    struct scope scope;
    prepare("4");
    scope_enter(&scope);
    bool waited = !let_ana_go(&ana, &visits[0], &scope);
    strcpy(desk.answer, "not yet known");
    int peer = begin(&bob, &visits[1], &scope, "who?\n");
    bool both = another_thinks();
    let_think(0);
    if (both)
        YIELD_UNTIL(task_loop()->active_reqs.count == 1);
    struct desk seen = desk;
    let_think(1);
    YIELD_UNTIL(!works());
    check_of_ana(&visits[0], waited);
    ck_assert_msg(both, "a thread still thinks for ana, who has gone, and none thinks for bob");
    ck_assert_msg(strcmp(seen.answer, "not yet known") == 0,
        "ana has gone, bob has her desk and asks the same, and there appears the answer to ana: "
        "\"%.*s\"",
        (int)strcspn(seen.answer, "\n"), seen.answer);
    YIELD_UNTIL(visits[1].done);
    stream_close(&ana.stream);
    stream_close(&bob.stream);
    expect_answer(peer, "who?", 1);
    scope_leave(&scope, 0);
}

int main(void)
{
    return run_suite("3.6",
        (struct test_group[]){{"desk", (const TTest *const[]){peers_that_stay_get_their_answers,
                                           one_thread_thinks_of_two_questions,
                                           the_desk_of_one_who_has_gone_is_left_alone,
                                           the_next_peer_gets_its_own_answer, NULL}},
            {NULL, NULL}});
}
