#include "exercise.h"

#include <string.h>

#include "tests/support_runtime.h"

static struct server server;
static struct client ana, bia, caio;
static int results[3];
static int failure;     /* of the file */
static char saved[128]; /* the names that were written into the file */

static int save(const char *name)
{
    strcat(strcat(saved, name), " ");
    int error = task_yield();
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

static void begin(void)
{
    ana = (struct client){.next = &bia};
    bia = (struct client){.next = &caio};
    caio = (struct client){0};
    server = (struct server){.first = &ana, .save = save};
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
    ck_assert_int_eq(results[0], 0);
    ck_assert_int_eq(results[1], UV_EEXIST);
    ck_assert_str_eq(bia.name, "");
}
END_TEST

START_TEST(a_name_that_could_not_be_written_down_is_free)
{
    begin();
    ck_assert_int_eq(run_main(first_takes_it, "Ana"), 0);
    failure = UV_EIO;
    ck_assert_int_eq(run_main(first_takes_it, "Zoe"), 0);
    ck_assert_int_eq(results[0], UV_EIO);
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
    ck_assert_str_eq(ana.name, "Ana");
    ck_assert_str_eq(bia.name, "");
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

int main(void)
{
    return run_suite(
        "4.3", (struct test_group[]){
                   {"names", (const TTest *const[]){two_at_once, other_names_at_once,
                                 one_after_the_other, a_name_that_could_not_be_written_down_is_free,
                                 the_old_name_is_kept_while_the_new_one_is_written,
                                 the_old_name_is_free_afterwards, NULL}},
                   {NULL, NULL},
               });
}
