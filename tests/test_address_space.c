/* Programs under a limit on their address space (ulimit -v) or on their descriptors (ulimit -n):
 * they run, or say why they cannot. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/executor.h"
#include "shell.h"
#include "support_runtime.h"

static void limit_to(size_t megabytes)
{
    struct rlimit limit = {.rlim_cur = megabytes << 20, .rlim_max = RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

static void check_program(const char *path, const char *const words[], size_t megabytes)
{
    static struct child child;
    limit_to(megabytes);
    child_start(&child, path, words, NULL);
    limit_to(RLIM_INFINITY >> 20);
    bool runs = child_line(&child), is_server = strcmp(words[0], "--port") == 0;
    if (runs && is_server)
        child_signal(&child, SIGTERM);
    int status = child_wait(&child);
    char *errors = child_errors(&child);
    ck_assert_msg(
        status == (runs ? 0 : 1), "%s in %zu MB: %d: %s", path, megabytes, status, errors);
    ck_assert_msg(runs || *errors, "%s in %zu MB says nothing", path, megabytes);
    free(errors);
}

/* Below that the dynamic linker has no room for the libraries, and says so itself. */
START_TEST(a_program_runs_or_says_why_not)
{
    static const size_t limits[] = {40, 50, 60, 70, 80, 98, 120, 150, 200, 300};
    static const char *const programs[][4] = {
        {"01-event-loop/hello", "--times", "1"},
        {"02-coroutines-echo/hello", "--times", "1"},
        {"02-coroutines-echo/echo-server", "--port", "0"},
        {"04-chat-server/hello-server", "--port", "0"},
        {"04-chat-server/chat-server", "--port", "0"},
    };
    if (memory_is_shadowed() || is_emulated())
        return;
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
        for (size_t l = 0; l < sizeof(limits) / sizeof(*limits); l++)
            check_program(programs[i][0], &programs[i][1], limits[l]);
}
END_TEST

/* With four, the dynamic linker cannot open the libraries. The last two programs fail
 * with any number, so they need not be ended. */
START_TEST(a_program_with_few_descriptors_runs_or_says_why_not)
{
    static const char script[] =
        "for limit in 5 6 7 8 9 10 12 16; do\n"
        "  for program in '01-event-loop/hello --times 1' '02-coroutines-echo/hello --times 1' \\\n"
        "    '02-coroutines-echo/echo-server --host 192.0.2.1' \\\n"
        "    '04-chat-server/chat-server --host 192.0.2.1'; do\n"
        "    errors=$( (ulimit -n $limit; exec $program) 2>&1 >/dev/null)\n"
        "    status=$?\n"
        "    [ $status = 0 ] || { [ $status = 1 ] && [ -n \"$errors\" ]; } ||\n"
        "      echo \"$limit: $program: $status $errors\"\n"
        "  done\n"
        "done";
    char output[4096];
    if (memory_is_shadowed() || is_emulated())
        return;
    ck_assert_int_eq(shell_run(script, output, sizeof(output)), 0);
    ck_assert_str_eq(output, "");
}
END_TEST

static int do_nothing(void *data)
{
    (void)data;
    return 0;
}

static int work_without_room_for_threads(void *unused)
{
    (void)unused;
    struct rlimit unlimited;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &unlimited), 0);
    limit_to(1);
    ck_assert_int_eq(executor_run("work", do_nothing, NULL, 0), UV_ENOMEM);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &unlimited), 0);
    ck_assert_int_eq(executor_run("work", do_nothing, NULL, 0), 0); /* now there is */
    return 0;
}

START_TEST(work_fails_while_there_is_no_room_for_threads)
{
    if (memory_is_shadowed() || is_emulated())
        return;
    ck_assert_int_eq(run_main(work_without_room_for_threads, NULL), 0);
}
END_TEST

int main(void)
{
    return run_suite("address_space",
        (struct test_group[]){{"limit", (const TTest *const[]){a_program_runs_or_says_why_not,
                                            a_program_with_few_descriptors_runs_or_says_why_not,
                                            work_fails_while_there_is_no_room_for_threads, NULL}},
            {NULL, NULL}});
}
