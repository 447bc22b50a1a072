/* A peer leaves while a thread works on its question: whose desk gets the answer? */
#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support_stream.h"

static uv_sem_t begun, go_on, ended;

void think(const char *question, char *answer)
{
    uv_sem_post(&begun);
    uv_sem_wait(&go_on);
    snprintf(answer, 64, "42, as %.4s wanted to know\n", question);
    uv_sem_post(&ended);
}

struct visit {
    struct stream stream;
    struct desk *desk;
};

static int visit(void *argument)
{
    struct visit *self = argument;
    return serve(&self->stream, self->desk);
}

static void make_semaphores(void)
{
    uv_sem_init(&begun, 0);
    uv_sem_init(&go_on, 0);
    uv_sem_init(&ended, 0);
}

TASK_TEST(a_peer_that_stays_gets_its_answer)
{
    struct desk desk = {"", ""};
    struct visit ana = {.desk = &desk};
    char text[64] = "";
    make_semaphores();
    uv_sem_post(&go_on);
    int peer = open_with_peer(&ana.stream);
    send_text(peer, "ana?\n");
    ck_assert_int_eq(visit(&ana), 0);
    stream_close(&ana.stream);
    ck_assert_int_gt(read(peer, text, sizeof(text) - 1), 0);
    ck_assert_str_eq(text, "42, as ana? wanted to know\n");
    close(peer);
}

TASK_TEST(the_desk_of_one_who_has_gone_is_not_written_to)
{
    struct desk desk = {"", ""};
    struct visit ana = {.desk = &desk};
    struct attempt visiting;
    struct scope scope;
    make_semaphores();
    int peer = open_with_peer(&ana.stream);
    send_text(peer, "ana?\n");
    scope_enter(&scope);
    attempt_begin(&visiting, &scope, visit, &ana);
    YIELD_UNTIL(uv_sem_trywait(&begun) == 0);

    close(peer);
    YIELD_UNTIL(visiting.done);
    ck_assert_int_eq(visiting.result, UV_EOF);
    desk = (struct desk){"bob?", "not yet known"}; /* the next peer gets the desk */

    uv_sem_post(&go_on);
    uv_sem_wait(&ended);
    ck_assert_msg(strcmp(desk.answer, "not yet known") == 0,
        "ana has gone, bob has her desk, and there appears: \"%.*s\". In a server that had freed "
        "the desk, the thread would have written to freed memory",
        (int)strcspn(desk.answer, "\n"), desk.answer);
    scope_leave(&scope, 0);
    stream_close(&ana.stream);
}

int main(void)
{
    return run_suite("2.2",
        (struct test_group[]){{"desk", (const TTest *const[]){a_peer_that_stays_gets_its_answer,
                                           the_desk_of_one_who_has_gone_is_not_written_to, NULL}},
            {NULL, NULL}});
}
