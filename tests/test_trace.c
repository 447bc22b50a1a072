/* The tree of tasks, and the recording, of a real program. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static struct child server;
static int port;

static void start(const char *environment)
{
    child_start(&server, "02-coroutines-echo/echo-server",
        (const char *[]){"--port", "0", "--quiet", NULL}, (const char *[]){environment, NULL});
    port = child_port(&server);
}

static void stop(int number)
{
    child_signal(&server, number);
    ck_assert_int_eq(child_wait(&server), 0);
}

static void talk(int connection)
{
    char answer[256];
    ck_assert_int_eq(write(connection, "oi\n", 3), 3);
    ck_assert_int_gt(read(connection, answer, sizeof(answer)), 0);
}

/* What the server has said on stderr, once it contains the text. */
static char *errors_with(const char *text)
{
    char *errors = child_errors(&server);
    while (!strstr(errors, text)) {
        free(errors);
        usleep(1000); /* between two looks */
        errors = child_errors(&server);
    }
    return errors;
}

START_TEST(a_signal_shows_the_tree)
{
    start(NULL);
    int one = connect_to(port), two = connect_to(port);
    talk(one);
    talk(two);
    child_signal(&server, SIGUSR1);
    char *tree = errors_with("  connection: read_line since 0.");
    ck_assert_ptr_nonnull(strstr(tree, "tasks: 3; guards of stacks: "));
    ck_assert_ptr_nonnull(strstr(tree, "\nserve: accept since 0."));
    free(tree);
    talk(one); /* and it goes on */
    close(one);
    close(two);
    stop(SIGTERM);
}
END_TEST

START_TEST(the_tree_names_the_calling_line)
{
    const char *valgrind = getenv("VALGRIND"); /* is then the program, as addr2line sees it */
    if ((valgrind && *valgrind) || system("command -v addr2line >/dev/null"))
        return;
    start(NULL);
    child_signal(&server, SIGUSR1);
    char *tree = errors_with("serve: accept since");
    bool portable = strstr(getenv("OUT") ? getenv("OUT") : "", "ucontext");
    ck_assert(portable || strstr(tree, ", in serve (echo-server.c:"));
    free(tree);
    stop(SIGTERM);
}
END_TEST

static void record(int number)
{
    char path[] = "/tmp/trace-XXXXXX", environment[64], command[2048];
    close(mkstemp(path));
    snprintf(environment, sizeof(environment), "TRACE=%s", path);
    start(environment);
    int connection = connect_to(port);
    talk(connection);
    close(connection);
    stop(number);
    snprintf(command, sizeof(command),
        "tests/recording.py %s serve:accept connection:running "
        "connection:read_line recv send by=loop:connection by=serve:connection",
        path);
    ck_assert_int_eq(system(command), 0);
    unlink(path);
}

START_TEST(a_recording_is_whole_after_ctrl_c)
{
    record(SIGINT);
}
END_TEST

START_TEST(a_recording_is_whole_after_sigterm)
{
    record(SIGTERM);
}
END_TEST

START_TEST(a_recording_that_cannot_be_written_is_told_of)
{
    start("TRACE=/nowhere/run.json");
    free(errors_with("TRACE: /nowhere/run.json: No such file or directory"));
    stop(SIGTERM);
}
END_TEST

int main(void)
{
    return run_suite(
        "trace", (struct test_group[]){{"tree", (const TTest *const[]){a_signal_shows_the_tree,
                                                    the_tree_names_the_calling_line, NULL}},
                     {"recording", (const TTest *const[]){a_recording_is_whole_after_ctrl_c,
                                       a_recording_is_whole_after_sigterm,
                                       a_recording_that_cannot_be_written_is_told_of, NULL}},
                     {NULL, NULL}});
}
