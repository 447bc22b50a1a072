/* One chat on many servers. chat_cluster.py has the scenarios, each with a redis-server of its own;
 * where that is missing, or hiredis was when the chat server was built, the tests are left
 * out, which the suite says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "support.h"

#define LEFT_OUT 77 /* the status of a scenario that this machine cannot play */

/* Plays the scenarios, all at once. */
static void play(const char *scenarios)
{
    char command[1024], output[16384];
    snprintf(
        command, sizeof(command), "/usr/bin/python3 tests/chat_cluster.py '%s' 2>&1", scenarios);
    FILE *player = popen(command, "re");
    ck_assert_ptr_nonnull(player);
    size_t size = fread(output, 1, sizeof(output) - 1, player);
    output[size] = '\0';
    while (fgetc(player) != EOF) /* what does not fit */
        continue;
    int status = pclose(player);
    if (WIFEXITED(status) && WEXITSTATUS(status) == LEFT_OUT)
        fprintf(stderr, "04_cluster: left out: %s: %s", scenarios, output);
    else if (status != 0)
        ck_abort_msg("%.14000s", output);
}

START_TEST(what_users_see_is_as_on_one_server)
{
    play("as_on_one session private rooms helping,as_on_one names english order,"
         "as_on_one arrivals leaving messages,random_sessions 1 1,history,history_of_own,order,"
         "names_at_once,lists_and_names,many,run_many,few_commands");
}
END_TEST

START_TEST(nothing_is_lost_and_nothing_comes_twice)
{
    play("fault kill,fault stop,fault cut,fault late,fault server,fault both,fault clock,fills_up,"
         "fault_in_rooms late,slow,slow 1000 0.01 12 65000");
}
END_TEST

START_TEST(what_redis_loses_is_told)
{
    play("names_of_the_dead,entries_deleted,deleted_under_load,stream_deleted,trimmed,"
         "deleted_unread,data_lost,data_lost same");
}
END_TEST

START_TEST(outages_end_well)
{
    play("names_taken_meanwhile,without_redis,outbox_full,bounds,bounds 3 40,slow_beginning,"
         "problems,addresses,tls");
}
END_TEST

START_TEST(nobody_on_redis_harms_a_server)
{
    play("impostors,rubbish,hostile,forged,strangers,taken_at_once");
}
END_TEST

/* Valgrind takes a second to start each of the programs, so it gets a choice. */
START_TEST(a_choice)
{
    play("as_on_one session,history,fault cut,fault kill,names_taken_meanwhile,rubbish,"
         "deleted_unread");
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
        what_redis_loses_is_told, outages_end_well, nobody_on_redis_harms_a_server, NULL};
    return run_suite("04_cluster",
        (struct test_group[]){{"together", together}, {"faults", faults}, {NULL, NULL}});
}
