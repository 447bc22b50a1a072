/* The chat's page in a real browser: each script of tests/browser runs against a server of its own.
 */
// Plain variant only.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certificate.h"
#include "shell.h"
#include "support.h"

#define SERVER "04-chat-server/chat-server"
#define MAX_OUTPUT (64 * 1024)

/* Runs a script against the server at this port; the words follow the address on its command line.
 * Unless it ends with status 0, the test fails with its output. */
static void run_script_at(int port, const char *scheme, const char *script, const char *words)
{
    char command[256], output[MAX_OUTPUT];
    snprintf(command, sizeof(command), "node tests/browser/%s %s://localhost:%d/ %s 2>&1", script,
        scheme, port, words);
    int status = shell_run(command, output, sizeof(output));
    if (status)
        ck_abort_msg("%s\nstatus %d%s\n%s", command, status,
            status == 127 ? ": `make deps` installs node" : "", output);
}

/* Runs it against a server with these options. */
static void run_script_with(
    const char *const options[], const char *scheme, const char *script, const char *words)
{
    struct child server;
    child_start(&server, SERVER, options, NULL);
    run_script_at(child_port(&server), scheme, script, words);
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}

static void run_script(const char *script, const char *words)
{
    run_script_with((const char *[]){"--port", "0", "--rate", "0", NULL}, "http", script, words);
}

START_TEST(the_articles_session_in_three_pages)
{
    run_script("session.mjs", "");
}
END_TEST

START_TEST(the_articles_session_over_tls)
{
    struct certificate made;
    certificate_make(&made);
    const char *const options[] = {
        "--port", "0", "--rate", "0", "--tls-cert", made.certificate, "--tls-key", made.key, NULL};
    run_script_with(options, "https", "session.mjs", "");
}
END_TEST

START_TEST(the_input_and_the_log)
{
    run_script("page.mjs", "input");
}
END_TEST

START_TEST(texts_languages_and_screens)
{
    run_script("page.mjs", "display");
}
END_TEST

START_TEST(a_server_that_goes_away)
{
    run_script("page.mjs", "connection");
}
END_TEST

START_TEST(rooms_in_the_address)
{
    run_script("page.mjs", "rooms");
}
END_TEST

START_TEST(a_network_that_is_dead)
{
    run_script("page.mjs", "network");
}
END_TEST

START_TEST(comforts)
{
    run_script("page.mjs", "comforts");
}
END_TEST

START_TEST(every_size)
{
    run_script("page.mjs", "sizes");
}
END_TEST

/* The central checks, in the other browser. */
static void run_in_firefox(const char *words)
{
    if (!shell_has_firefox())
        return;
    setenv("BROWSER", "firefox", 1);
    run_script("page.mjs", words);
    unsetenv("BROWSER");
}

START_TEST(firefox_input_and_rooms)
{
    run_in_firefox("central");
}
END_TEST

START_TEST(firefox_dead_network)
{
    run_in_firefox("dead");
}
END_TEST

START_TEST(firefox_log)
{
    run_in_firefox("scroll");
}
END_TEST

START_TEST(firefox_wheel)
{
    run_in_firefox("wheel");
}
END_TEST

START_TEST(who_is_in_them)
{
    run_script("page.mjs", "people");
}
END_TEST

START_TEST(many_who_come_and_go)
{
    run_script("page.mjs", "crowds");
}
END_TEST

/* Starts a server at this port that names another one. Returns the port. */
static int start_beside(struct child *server, int port, int other)
{
    char own[16], origin[64];
    snprintf(own, sizeof(own), "%d", port);
    snprintf(origin, sizeof(origin), "http://localhost:%d", other);
    const char *const options[] = {"--port", own, "--rate", "0", "--also", origin, NULL};
    child_start(server, SERVER, options, NULL);
    return child_port(server);
}

/* A server needs the other's port before that one has started. */
START_TEST(a_page_goes_on_at_another_server)
{
    struct child one, other;
    int other_port, holder = hold_port(&other_port);
    int port = start_beside(&one, 0, other_port);
    start_beside(&other, other_port, port);

    char words[64];
    snprintf(words, sizeof(words), "%d %d", (int)one.pid, other_port);
    run_script_at(port, "http", "servers.mjs", words);
    close(holder);
    ck_assert_int_eq(child_wait(&one), 128 + SIGKILL);
    child_signal(&other, SIGTERM);
    ck_assert_int_eq(child_wait(&other), 0);
}
END_TEST

START_TEST(without_chromium_the_remedy_is_named)
{
    char output[MAX_OUTPUT];
    int status =
        shell_run("CHROMIUM=/nowhere/chromium node tests/browser/page.mjs http://localhost:1/ 2>&1",
            output, sizeof(output));
    ck_assert_int_eq(status, 1);
    ck_assert_ptr_nonnull(strstr(output, "no /nowhere/chromium here"));
    ck_assert_ptr_nonnull(strstr(output, "make deps"));
}
END_TEST

int main(void)
{
    const TTest *const browser[] = {the_articles_session_in_three_pages,
        the_articles_session_over_tls, the_input_and_the_log, texts_languages_and_screens,
        a_server_that_goes_away, rooms_in_the_address, who_is_in_them, many_who_come_and_go,
        a_network_that_is_dead, comforts, every_size, firefox_input_and_rooms, firefox_dead_network,
        firefox_log, firefox_wheel, a_page_goes_on_at_another_server,
        without_chromium_the_remedy_is_named, NULL};
    return run_suite("04 browser", (struct test_group[]){{"browser", browser}, {NULL, NULL}});
}
