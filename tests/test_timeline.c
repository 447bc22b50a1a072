/* Recordings of real programs: the page that draws them (docs/timeline), in a browser, and the
 * pictures that docs/picture.py makes of them.
 */
// Not under an emulator.
// Plain variant only.
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"
#include "support.h"

#define MOST_OUTPUT (64 * 1024)
#define LINES 12000

static char directory[64];

/* Runs the command; in it %1$s stands for the directory, %2$s for the repository. Fails with its
 * output unless it ends with status 0. */
__attribute__((format(printf, 1, 0))) static void run(const char *format)
{
    char command[2 * PATH_MAX], root[PATH_MAX], output[MOST_OUTPUT];
    if (!getcwd(root, sizeof root))
        ck_abort_msg("getcwd: %m");
    int length = snprintf(command, sizeof command, format, directory, root);
    ck_assert_int_lt(length, (int)sizeof command);
    int status = shell_run(command, output, sizeof output);
    if (status)
        ck_abort_msg("%s\nstatus %d%s\n%s", command, status,
            status == 127 ? ": `make deps` installs node" : "", output);
}

static void begin(void)
{
    temporary_directory(directory, "timeline");
}

/* Of the echo server, as long as TRACE_LIMIT lets it be. */
static void make_long_recording(void)
{
    char trace[PATH_MAX];
    snprintf(trace, sizeof trace, "TRACE=%s/long.json", directory);
    struct child server;
    child_start(&server, "02-coroutines-echo/echo-server",
        (const char *[]){"--port", "0", "--quiet", NULL},
        (const char *[]){trace, "TRACE_LIMIT=100000", NULL});
    int connection = connect_to(child_port(&server));
    for (int i = 0; i < LINES; i++) {
        char answer[256];
        ck_assert_int_eq(write(connection, "oi\n", 3), 3);
        ck_assert_int_gt(read(connection, answer, sizeof answer), 0);
    }
    close(connection);
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}

START_TEST(the_page_draws_recordings)
{
    begin();
    make_long_recording();
    run("/usr/bin/python3 docs/recordings/echo.py %1$s/echo.json 2>&1");
    run("/usr/bin/python3 docs/recordings/chat.py %1$s/chat.json 2>&1");
    run("node tests/browser/timeline.mjs 'file://%2$s/docs/timeline/index.html'"
        " %1$s/echo.json %1$s/chat.json %1$s/long.json 2>&1");
}
END_TEST

static void record(const char *names)
{
    char command[PATH_MAX];
    snprintf(command, sizeof(command),
        "for name in %s; do /usr/bin/python3 docs/recordings/$name.py %%1$s/$name.json || exit;"
        " done 2>&1",
        names);
    run(command);
}

/* The book's recordings, and new ones: one that has lost its beginning, and a long one. */
START_TEST(speedscope_opens_recordings)
{
    begin();
    make_long_recording();
    record("executor");
    run("TRACE_LIMIT=700 /usr/bin/python3 docs/recordings/chat.py %1$s/dropped.json 2>&1");
    run("node tests/browser/speedscope.mjs"
        " 'file://%2$s/tests/browser/node_modules/speedscope/dist/release/index.html'"
        " docs/recordings/*.json.gz %1$s/*.json 2>&1");
}
END_TEST

START_TEST(the_page_measures_and_finds)
{
    begin();
    record("blocking chat echo timer turns");
    run("node tests/browser/timeline_tools.mjs 'file://%2$s/docs/timeline/index.html' %1$s 2>&1");
}
END_TEST

/* With the book's recordings. */
__attribute__((format(printf, 1, 0))) static void run_in_firefox(const char *format)
{
    if (!shell_has_firefox())
        return;
    begin();
    run("for name in blocking chat echo timer turns; do"
        " gzip -dc docs/recordings/$name.json.gz >%1$s/$name.json || exit; done 2>&1");
    setenv("BROWSER", "firefox", 1);
    run(format);
    unsetenv("BROWSER");
}

START_TEST(firefox_draws_recordings)
{
    run_in_firefox("node tests/browser/timeline.mjs 'file://%2$s/docs/timeline/index.html'"
                   " %1$s/echo.json %1$s/chat.json %1$s/chat.json 2>&1");
}
END_TEST

START_TEST(firefox_measures_and_finds)
{
    run_in_firefox(
        "node tests/browser/timeline_tools.mjs 'file://%2$s/docs/timeline/index.html' %1$s 2>&1");
}
END_TEST

START_TEST(a_picture_shows_the_rows)
{
    begin();
    run("/usr/bin/python3 docs/recordings/echo.py %1$s/echo.json 2>&1");
    run("/usr/bin/python3 tests/pictures.py %1$s/echo.json 2>&1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_page_draws_recordings, the_page_measures_and_finds,
        speedscope_opens_recordings, firefox_draws_recordings, firefox_measures_and_finds,
        a_picture_shows_the_rows, NULL};
    return run_suite("timeline", (struct test_group[]){{"timeline", tests}, {NULL, NULL}});
}
