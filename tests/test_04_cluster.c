/* One chat on many servers. chat_cluster.py has a scenario for each test, with a redis-server of
 * its own; where that is missing, or hiredis was when the chat server was built, the tests are left
 * out, which the suite says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "support.h"

#define MAX_AT_ONCE 12
#define LEFT_OUT 77 /* the status of a scenario that this machine cannot play */

/* Plays the scenarios, the last one NULL, all at once: most of their time they wait. */
static void play(const char *const scenarios[])
{
    FILE *plays[MAX_AT_ONCE];
    char command[256], output[16384], failures[16384] = "";
    size_t count = 0;
    for (; scenarios[count]; count++) {
        ck_assert_uint_lt(count, MAX_AT_ONCE);
        snprintf(command, sizeof(command), "/usr/bin/python3 tests/chat_cluster.py %s 2>&1",
            scenarios[count]);
        plays[count] = popen(command, "re");
        ck_assert_ptr_nonnull(plays[count]);
    }
    for (size_t i = 0; i < count; i++) {
        size_t size = fread(output, 1, sizeof(output) - 1, plays[i]);
        output[size] = '\0';
        int status = pclose(plays[i]);
        if (WIFEXITED(status) && WEXITSTATUS(status) == LEFT_OUT)
            fprintf(stderr, "04_cluster: left out: %s: %s", scenarios[i], output);
        else if (status != 0)
            snprintf(failures, sizeof(failures), "%s: %.8000s", scenarios[i], output);
    }
    if (*failures)
        ck_abort_msg("%s", failures);
}

#define PLAY(...) play((const char *const[]){__VA_ARGS__, NULL})

START_TEST(what_users_see_is_as_on_one_server)
{
    PLAY("as_on_one session private rooms helping", "as_on_one names english order",
        "as_on_one arrivals leaving messages", "random_sessions 1 1", "history", "history_of_own",
        "order", "names_at_once", "lists_and_names", "many", "few_commands");
}
END_TEST

START_TEST(nothing_is_lost_and_nothing_comes_twice)
{
    PLAY("fault kill", "fault stop", "fault cut", "fault late", "fault server", "fault both",
        "fault clock", "fills_up", "names_of_the_dead", "entries_deleted");
}
END_TEST

START_TEST(what_redis_loses_is_told_and_names_agree_afterwards)
{
    PLAY("names_taken_meanwhile", "without_redis", "data_lost", "outbox_full", "trimmed",
        "deleted_unread", "deleted_under_load", "stream_deleted", "bounds");
}
END_TEST

START_TEST(what_is_wrong_with_redis_is_told_and_harms_nobody)
{
    PLAY("problems", "impostors", "addresses", "rubbish", "tls", "hostile", "forged", "strangers");
}
END_TEST

/* Valgrind takes a second to start each of the programs, so it gets a choice. */
START_TEST(a_choice)
{
    PLAY("as_on_one session", "history", "fault cut", "fault kill", "names_taken_meanwhile",
        "rubbish", "deleted_unread");
}
END_TEST

int main(void)
{
    const TTest *const choice[] = {a_choice, NULL};
    const char *valgrind = getenv("VALGRIND");
    if (valgrind && *valgrind)
        return run_suite("04_cluster", (struct test_group[]){{"a choice", choice}, {NULL, NULL}});
    const TTest *const together[] = {what_users_see_is_as_on_one_server, NULL};
    const TTest *const faults[] = {nothing_is_lost_and_nothing_comes_twice,
        what_redis_loses_is_told_and_names_agree_afterwards,
        what_is_wrong_with_redis_is_told_and_harms_nobody, NULL};
    return run_suite("04_cluster",
        (struct test_group[]){{"together", together}, {"faults", faults}, {NULL, NULL}});
}
