/* The tree of tasks of a real program. */
// Not under an emulator.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static struct child server;
static int port;

static void start(void)
{
    child_start(&server, "02-coroutines-echo/echo-server",
        (const char *[]){"--port", "0", "--quiet", NULL}, NULL);
    port = child_port(&server);
}

static void stop(void)
{
    child_signal(&server, SIGTERM);
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
    start();
    int one = connect_to(port), two = connect_to(port);
    talk(one);
    talk(two);
    child_signal(&server, SIGUSR1);
    char *tree = errors_with("  connection: read_line since ");
    ck_assert_ptr_nonnull(strstr(tree, "tasks: 3; guards of stacks: "));
    ck_assert_ptr_nonnull(strstr(tree, "\nserve: accept since "));
    free(tree);
    talk(one); /* and it goes on */
    close(one);
    close(two);
    stop();
}
END_TEST

START_TEST(the_tree_names_the_calling_line)
{
    const char *valgrind = getenv("VALGRIND"); /* is then the program, as addr2line sees it */
    if ((valgrind && *valgrind) || system("command -v addr2line >/dev/null"))
        return;
    start();
    child_signal(&server, SIGUSR1);
    char *tree = errors_with("serve: accept since");
    bool portable = strstr(getenv("OUT") ? getenv("OUT") : "", "ucontext");
    ck_assert(portable || strstr(tree, ", in serve (echo-server.c:"));
    free(tree);
    stop();
}
END_TEST

int main(void)
{
    return run_suite(
        "trace", (struct test_group[]){{"tree", (const TTest *const[]){a_signal_shows_the_tree,
                                                    the_tree_names_the_calling_line, NULL}},
                     {NULL, NULL}});
}
