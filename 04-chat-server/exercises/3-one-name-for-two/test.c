#include "exercise.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/support_runtime.h"

#define A_WHILE 8 /* yields */

static struct server server, other_server;
static struct client ana, bia, caio, dora; /* dora is a client of the other server */
static int results[3];
static int failure;     /* of the file */
static char saved[128]; /* the names that were written into the file */

static const char *slow = ""; /* the name that takes longer than others */
static int yields;            /* of all tasks */

/* The linker sends each call of task_yield here (--wrap). */
int __real_task_yield(void);
int __wrap_task_yield(void);
int __wrap_task_yield(void)
{
    yields++;
    return __real_task_yield();
}

static int wait_a_while(int count)
{
    int error = 0;
    for (int i = 0; i < count && !error; i++)
        error = __real_task_yield();
    return error;
}

static int save(const char *name)
{
    strcat(strcat(saved, name), " ");
    int error = wait_a_while(strcmp(name, slow) == 0 ? A_WHILE : 1);
    return error ? error : failure;
}

static int first_takes_it(void *name)
{
    results[0] = server_rename(&server, &ana, name);
    return 0;
}

static int second_takes_it(void *name)
{
    results[1] = server_rename(&server, &bia, name);
    return 0;
}

static int third_takes_it(void *name)
{
    results[2] = server_rename(&server, &caio, name);
    return 0;
}

static int both_at_once(void *name)
{
    struct task_call calls[] = {
        {.name = "first", .function = first_takes_it, .argument = name},
        {.name = "second", .function = second_takes_it, .argument = name},
    };
    return task_gather(calls, 2);
}

/* The test would wait for ever. Only a process that fails anyway may do so in a signal handler. */
static void complain(int number)
{
    (void)number;
    ck_abort_msg("server_rename has not returned, and no other task can run");
}

static void begin(void)
{
    signal(SIGALRM, complain);
    alarm(2);
    ana = (struct client){.next = &bia};
    bia = (struct client){.next = &caio};
    caio = (struct client){0};
    dora = (struct client){0};
    server = (struct server){.first = &ana, .save = save};
    other_server = (struct server){.first = &dora, .save = save};
    saved[0] = '\0';
}

START_TEST(two_at_once)
{
    begin();
    ck_assert_int_eq(run_main(both_at_once, "Zoe"), 0);
    if (strcmp(ana.name, bia.name) == 0)
        ck_abort_msg("both are called \"%s\" now", ana.name);
    ck_assert_msg(
        (results[0] == 0) + (results[1] == 0) == 1 && results[0] + results[1] == UV_EEXIST,
        "two asked for one name, and server_rename returned %d and %d", results[0], results[1]);
    ck_assert_msg(strcmp(saved, "Zoe ") == 0,
        "one client got the name, and these names were written into the file: %s", saved);
}
END_TEST

static int three_at_once(void *unused)
{
    struct task_call calls[] = {
        {.name = "first", .function = first_takes_it, .argument = "Zoe"},
        {.name = "second", .function = second_takes_it, .argument = "Yan"},
        {.name = "third", .function = third_takes_it, .argument = "Zoe"},
    };
    (void)unused;
    return task_gather(calls, 3);
}

START_TEST(other_names_at_once)
{
    begin();
    ck_assert_int_eq(run_main(three_at_once, NULL), 0);
    ck_assert_msg(results[0] == 0 && results[1] == 0 && strcmp(bia.name, "Yan") == 0,
        "two asked for two names at once, and server_rename returned %d and %d", results[0],
        results[1]);
    ck_assert_msg(results[2] == UV_EEXIST,
        "while Zoe and Yan were written into the file, a third client asked for Zoe, and "
        "server_rename returned %d",
        results[2]);
}
END_TEST

START_TEST(one_after_the_other)
{
    begin();
    ck_assert_int_eq(run_main(first_takes_it, "Zoe"), 0);
    ck_assert_int_eq(run_main(second_takes_it, "Zoe"), 0);
    ck_assert_msg(results[0] == 0 && results[1] == UV_EEXIST && strcmp(bia.name, "") == 0,
        "one asked for Zoe after the other; server_rename returned %d and %d, and the second is "
        "called \"%s\"",
        results[0], results[1], bia.name);
}
END_TEST

START_TEST(a_name_that_could_not_be_written_down_is_free)
{
    begin();
    ck_assert_int_eq(run_main(first_takes_it, "Ana"), 0);
    failure = UV_EIO;
    ck_assert_int_eq(run_main(first_takes_it, "Zoe"), 0);
    ck_assert_msg(results[0] == UV_EIO,
        "the file failed with UV_EIO, and server_rename returned %d", results[0]);
    ck_assert_msg(strcmp(ana.name, "Ana") == 0,
        "the file failed, and Ana is called \"%s\": she had a name before", ana.name);
    failure = 0;
    ck_assert_int_eq(run_main(second_takes_it, "Zoe"), 0);
    ck_assert_msg(results[1] == 0,
        "the file failed, so nobody is called Zoe, and nobody can be: server_rename returned %d",
        results[1]);
}
END_TEST

static int bia_wants_ana(void *unused)
{
    (void)unused;
    return second_takes_it("Ana");
}

static int ana_fails_and_bia_wants_her_name(void *unused)
{
    struct task_call calls[] = {
        {.name = "first", .function = first_takes_it, .argument = "Zoe"},
        {.name = "second", .function = bia_wants_ana},
    };
    (void)unused;
    return task_gather(calls, 2);
}

START_TEST(the_old_name_is_kept_while_the_new_one_is_written)
{
    begin();
    ck_assert_int_eq(run_main(first_takes_it, "Ana"), 0);
    failure = UV_EIO;
    ck_assert_int_eq(run_main(ana_fails_and_bia_wants_her_name, NULL), 0);
    failure = 0;
    ck_assert_msg(results[1] == UV_EEXIST,
        "while Ana waited for the name Zoe, another client got her name: she needs it if "
        "the file fails");
    ck_assert_msg(strcmp(ana.name, "Ana") == 0 && strcmp(bia.name, "") == 0,
        "the file failed, and Ana is called \"%s\", the other client \"%s\"", ana.name, bia.name);
}
END_TEST

START_TEST(the_old_name_is_free_afterwards)
{
    begin();
    ck_assert_int_eq(run_main(first_takes_it, "Ana"), 0);
    ck_assert_int_eq(run_main(first_takes_it, "Zoe"), 0);
    ck_assert_int_eq(run_main(second_takes_it, "Ana"), 0);
    ck_assert_msg(results[1] == 0, "Ana is called Zoe now, and nobody may take her old name");
}
END_TEST

static int third_asks_later(void *unused)
{
    (void)unused;
    int error = wait_a_while(A_WHILE / 2);
    return error ? error : third_takes_it("Yan");
}

static int two_and_a_later_one(void *unused)
{
    struct task_call calls[] = {
        {.name = "first", .function = first_takes_it, .argument = "Zoe"},
        {.name = "second", .function = second_takes_it, .argument = "Yan"},
        {.name = "third", .function = third_asks_later},
    };
    (void)unused;
    return task_gather(calls, 3);
}

/* Zoe is written when Caio asks, and Yan is not. */
START_TEST(the_first_may_be_written_first)
{
    begin();
    slow = "Yan";
    ck_assert_int_eq(run_main(two_and_a_later_one, NULL), 0);
    ck_assert_msg(results[0] == 0 && results[1] == 0,
        "two asked for two names at once, and server_rename returned %d and %d", results[0],
        results[1]);
    ck_assert_msg(results[2] == UV_EEXIST,
        "Zoe was in the file, Yan was still being written, a third client asked for Yan, and "
        "server_rename returned %d",
        results[2]);
    ck_assert_msg(yields == 0,
        "while a name was written into the file, server_rename called task_yield %d times to ask "
        "whether it was there: the processor has no rest",
        yields);
}
END_TEST

static int dora_takes_it(void *name)
{
    results[2] = server_rename(&other_server, &dora, name);
    return 0;
}

static int in_two_servers(void *unused)
{
    struct task_call calls[] = {
        {.name = "first", .function = first_takes_it, .argument = "Zoe"},
        {.name = "dora", .function = dora_takes_it, .argument = "Zoe"},
    };
    (void)unused;
    return task_gather(calls, 2);
}

START_TEST(each_server_has_names_of_its_own)
{
    begin();
    ck_assert_int_eq(run_main(in_two_servers, NULL), 0);
    ck_assert_msg(results[0] == 0 && results[2] == 0,
        "clients of two servers asked for one name, and server_rename returned %d and %d",
        results[0], results[2]);
}
END_TEST

START_TEST(a_name_may_be_the_beginning_of_another)
{
    begin();
    ck_assert_int_eq(run_main(first_takes_it, "Zoey"), 0);
    ck_assert_int_eq(run_main(second_takes_it, "Zoe"), 0);
    ck_assert_int_eq(run_main(third_takes_it, "Zoeyann"), 0);
    ck_assert_msg(results[1] == 0 && results[2] == 0,
        "Zoey has her name; Zoe and Zoeyann are other names, and server_rename returned %d and %d",
        results[1], results[2]);
}
END_TEST

static int insist(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2 * A_WHILE && results[1]; i++) {
        int error = wait_a_while(1);
        if (error)
            return error;
        second_takes_it("Zoe");
    }
    return 0;
}

static int one_insists(void *unused)
{
    struct task_call calls[] = {
        {.name = "first", .function = first_takes_it, .argument = "Zoe"},
        {.name = "second", .function = insist},
    };
    (void)unused;
    return task_gather(calls, 2);
}

START_TEST(the_name_is_taken_at_each_moment)
{
    begin();
    slow = "Zoe";
    results[1] = UV_EEXIST;
    ck_assert_int_eq(run_main(one_insists, NULL), 0);
    ck_assert_msg(results[0] == 0 && results[1] == UV_EEXIST,
        "Ana asked for Zoe, and Bia again and again; server_rename returned %d and %d: when was "
        "the name free?",
        results[0], results[1]);
}
END_TEST

/* She leaves while the name is being written. */
static int cancel_the_first(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    struct task *first = spawn_held(&scope, "first", first_takes_it, "Zoe");
    wait_a_while(A_WHILE / 2);
    task_cancel(first);
    ck_assert_int_eq(task_join(first, NULL), 0);
    second_takes_it("Zoe");
    return scope_leave(&scope, 0);
}

START_TEST(a_name_is_free_after_a_cancellation)
{
    begin();
    strcpy(ana.name, "Ana");
    slow = "Zoe";
    ck_assert_int_eq(run_main(cancel_the_first, NULL), 0);
    ck_assert_msg(results[0] == UV_ECANCELED && strcmp(ana.name, "Ana") == 0,
        "Ana's task was cancelled, server_rename returned %d to her, and she is called \"%s\"",
        results[0], ana.name);
    ck_assert_msg(results[1] == 0,
        "Ana's task was cancelled, so nobody is called Zoe, and nobody can be: server_rename "
        "returned %d",
        results[1]);
}
END_TEST

int main(void)
{
    return run_suite("4.3",
        (struct test_group[]){
            {"names",
                (const TTest *const[]){two_at_once, other_names_at_once, one_after_the_other,
                    a_name_that_could_not_be_written_down_is_free,
                    the_old_name_is_kept_while_the_new_one_is_written,
                    the_old_name_is_free_afterwards, the_first_may_be_written_first,
                    each_server_has_names_of_its_own, a_name_may_be_the_beginning_of_another,
                    the_name_is_taken_at_each_moment, a_name_is_free_after_a_cancellation, NULL}},
            {NULL, NULL},
        });
}
