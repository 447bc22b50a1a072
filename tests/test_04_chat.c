/* The chat server as a program. chat_client.py has a scenario for each test of what users see. */
// Linux only.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "chat_scenario.h"
#include "support.h"
#include "turkish.h"

static struct child server;
static int port;

static void start(const char *option)
{
    child_start(
        &server, "04-chat-server/chat-server", (const char *[]){"--port", "0", option, NULL}, NULL);
    port = child_port(&server);
}

static void stop(void)
{
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}

/* Without a rate limit, because scenarios send faster than people do. */
static void play(const char *scenario)
{
    start("--rate=0");
    scenario_end(scenario_start(scenario, port, ""));
    stop();
}

START_TEST(the_articles_session)
{
    play("session");
}
END_TEST

START_TEST(commands)
{
    play("commands");
}
END_TEST

START_TEST(commands_in_capitals_in_every_locale)
{
    struct turkish locale;
    if (!turkish_make(&locale))
        return;
    child_start(&server, "04-chat-server/chat-server", (const char *[]){"--port", "0", NULL},
        locale.environment);
    port = child_port(&server);
    scenario_end(scenario_start("capitals", port, ""));
    stop();
}
END_TEST

START_TEST(names)
{
    play("names");
}
END_TEST

START_TEST(names_of_ghosts)
{
    play("ghosts");
}
END_TEST

START_TEST(private_messages)
{
    play("private");
}
END_TEST

START_TEST(messages_to_all)
{
    play("messages");
}
END_TEST

START_TEST(messages_as_long_as_it_is_told)
{
    start("--max-message=100");
    scenario_end(scenario_start("long", port, ""));
    stop();
}
END_TEST

START_TEST(every_message_in_order)
{
    play("order");
}
END_TEST

START_TEST(who_says_much_is_slowed_and_its_readers_stay)
{
    start(NULL);
    scenario_end(scenario_start("bytes_of_an_address", port, ""));
    stop();
}
END_TEST

START_TEST(names_count_as_bytes)
{
    start(NULL);
    scenario_end(scenario_start("short_messages_of_an_address", port, ""));
    stop();
}
END_TEST

START_TEST(who_leaves_harms_nobody)
{
    play("leaving");
}
END_TEST

START_TEST(english_for_who_prefers_it)
{
    play("english");
}
END_TEST

START_TEST(rooms)
{
    play("rooms");
}
END_TEST

START_TEST(names_of_rooms)
{
    play("room_names");
}
END_TEST

START_TEST(arrivals_and_departures)
{
    play("arrivals");
}
END_TEST

START_TEST(who_is_here)
{
    play("who");
}
END_TEST

START_TEST(many_who_come_and_go_are_announced_together)
{
    play("notices");
}
END_TEST

START_TEST(a_client_that_waits_can_leave)
{
    play("leaving_while_slowed");
}
END_TEST

START_TEST(limits_connections_and_names_by_address)
{
    char process[16];
    start("--per-address=1000");
    snprintf(process, sizeof(process), "%d", (int)server.pid);
    setenv("SERVER", process, 1); /* the scenario stops it for a while */
    scenario_end(scenario_start("arrivals_by_address", port, ""));
    stop();
}
END_TEST

START_TEST(a_page_is_told_what_each_line_is)
{
    play("page_form");
    play("page_in_a_crowd");
}
END_TEST

START_TEST(help_and_quit)
{
    play("helping");
}
END_TEST

START_TEST(last_messages)
{
    play("history");
}
END_TEST

START_TEST(counts)
{
    play("metrics");
}
END_TEST

START_TEST(counts_no_reset_as_a_drop)
{
    start("--rate=50");
    scenario_end(scenario_start("reset", port, ""));
    stop();
}
END_TEST

START_TEST(metrics_are_for_those_who_may_read_them)
{
    const char *words[] = {"--port=0", "--metrics-from=10.0.0.1, 127.0.0.2", NULL};
    child_start(&server, "04-chat-server/chat-server", words, NULL);
    port = child_port(&server);
    scenario_end(scenario_start("metrics_access", port, ""));
    stop();
}
END_TEST

/* A name that looks like an address is told from a client without a name. */
START_TEST(the_log_tells_addresses_from_names)
{
    start(NULL);
    scenario_end(scenario_start("addresses", port, ""));
    child_line_with(&server, "Cliente 1.2.3.4:5 desconectado");
    const char *line = child_line_with(&server, "desconectado. Total: 0");
    ck_assert_int_eq(strncmp(line, "Cliente 127.0.0.1:", 18), 0);
    ck_assert_ptr_nonnull(strstr(line, ", sem nome desconectado"));
    stop();
}
END_TEST

START_TEST(health)
{
    play("health");
}
END_TEST

START_TEST(the_log_says_who_came_and_left)
{
    start(NULL);
    scenario_end(scenario_start("log", port, ""));
    child_line_with(&server, "Novo cliente conectado. Total: 1");
    child_line_with(&server, "Novo cliente conectado. Total: 2");
    child_line_with(&server, "Cliente Ana desconectado. Total: 1");
    child_line_with(&server, "Cliente Bia desconectado. Total: 0");
    child_signal(&server, SIGTERM);
    char *rest = child_rest(&server);
    ck_assert_str_eq(rest, "");
    free(rest);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

START_TEST(verbose_shows_messages_and_forges_no_line)
{
    start("--verbose");
    scenario_end(scenario_start("log", port, ""));
    child_line_with(&server, "Ana < um\\u{A}\\u{202E}dois");
    ck_assert_str_eq(child_line(&server), "Enviando a todos");
    child_line_with(&server, "Enviando de <Ana> para <Bia>: três");
    const char *line = child_line_with(&server, "éé ...");
    ck_assert_int_le(strlen(line), 4096);
    ck_assert_int_gt(strlen(line), 4000);
    stop();
}
END_TEST

/* Reads everything that is in the pipe. */
static void drain(int output)
{
    char data[4096];
    int size;
    while (ioctl(output, FIONREAD, &size) == 0 && size > 0)
        ck_assert_int_gt(read(output, data, sizeof(data)), 0);
}

START_TEST(does_not_wait_for_who_reads_the_log)
{
    const char *words[] = {"--port=0", "--rate=0", "--verbose", NULL};
    child_start(&server, "04-chat-server/chat-server", words, NULL);
    ck_assert_int_ge(fcntl(server.output, F_SETPIPE_SZ, 4096), 4096);
    port = child_port(&server);
    scenario_end(scenario_start("talk", port, ""));
    drain(server.output);
    scenario_end(scenario_start("log", port, ""));
    child_line_with(&server, "linhas ficaram de fora");
    child_line_with(&server, "Novo cliente conectado. Total: 1");
    stop();
}
END_TEST

START_TEST(says_goodbye)
{
    char line[128] = "";
    start(NULL);
    FILE *client = scenario_start("farewell", port, "");
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "connected\n");
    child_signal(&server, SIGINT);
    ck_assert_int_eq(child_wait(&server), 0);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "O servidor está fechando. Até logo! 1001\n");
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "The server is closing. Goodbye! 1001\n");
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "announcement\tO servidor está fechando. Até logo!\tThe server is "
                           "closing. Goodbye! 1001\n");
    scenario_end(client);
}
END_TEST

START_TEST(a_second_signal_ends_at_once)
{
    char line[64] = "";
    start(NULL);
    FILE *client = scenario_start("deaf", port, "");
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    child_signal(&server, SIGTERM);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    ck_assert_str_eq(line, "1001\n"); /* the client does not answer it, so the server waits */
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 128 + SIGTERM);
    scenario_end(client);
}
END_TEST

START_TEST(says_that_the_port_is_taken)
{
    char taken[16], *errors;
    start(NULL);
    snprintf(taken, sizeof(taken), "%d", port);
    int status = child_run(
        "04-chat-server/chat-server", (const char *[]){"--port", taken, NULL}, NULL, &errors);
    ck_assert_int_eq(status, 1);
    ck_assert_ptr_nonnull(strstr(errors, taken));
    ck_assert_ptr_nonnull(strstr(errors, "a porta já está em uso"));
    free(errors);
    stop();
}
END_TEST

static void refuses(const char *option, const char *value, int status)
{
    char *errors;
    const char *const words[] = {"--port", "0", option, value, NULL};
    ck_assert_msg(child_run("04-chat-server/chat-server", words, NULL, &errors) == status,
        "%s %s: %s", option, value, errors);
    ck_assert_ptr_nonnull(strstr(errors, option));
    free(errors);
}

START_TEST(refuses_bad_options)
{
    refuses("--port", "65536", 2);
    refuses("--loud", NULL, 2);
}
END_TEST

/* A value that no page or address could ever match is a mistake. */
START_TEST(refuses_lists_that_match_nothing)
{
    static const char *const servers[] = {"*", "localhost:8765", "http://",
        "http://localhost:8765/", "http://a,ws://b", "https://A", "", "http://a:80",
        "https://a:443"};
    static const char *const origins[] = {"a.example", "https://a.example/", "https://a.example/x",
        "https://", "https://a.example:443", "http://a.example:80", "HTTP://a:80",
        "https://*.example", "https://u@a.example", "null,a.example", "**", "none", "//a.example",
        "https:a.example", "https://a.example?", "http://a.example:", "http://a.example:x",
        "http://[::1]:8o", "://a.example", "https://a.example;https://b.example/"};
    static const char *const addresses[] = {"localhost", "127.0.0.0/8", "127.0.0.1:80", "[::1]",
        "1.2.3", "256.1.1.1", "127.0.0.1;::1", "0:0:0:0:0:0:0:1", "2001:0db8::1", "::1%lo", "**",
        "127.0.0.1,a", "127.000.000.001"};
    for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
        refuses("--also", servers[i], 1);
    for (size_t i = 0; i < sizeof(origins) / sizeof(*origins); i++)
        refuses("--allow-origin", origins[i], 1);
    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
        refuses("--metrics-from", addresses[i], 1);
    start("--allow-origin=https://A.example:8443, null,http://[::1]:1,,app://chat,");
    stop();
    start("--metrics-from=127.0.0.1,2001:DB8::1, ,*");
    stop();
    start("--also=http://[::1]:8765,https://a.example");
    stop();
}
END_TEST

int main(void)
{
    const TTest *const users[] = {the_articles_session, commands,
        commands_in_capitals_in_every_locale, names, names_of_ghosts, private_messages,
        messages_to_all, messages_as_long_as_it_is_told, every_message_in_order,
        who_says_much_is_slowed_and_its_readers_stay, names_count_as_bytes, who_leaves_harms_nobody,
        english_for_who_prefers_it, NULL};
    const TTest *const places[] = {rooms, names_of_rooms, arrivals_and_departures, who_is_here,
        many_who_come_and_go_are_announced_together, limits_connections_and_names_by_address,
        a_client_that_waits_can_leave, a_page_is_told_what_each_line_is, help_and_quit,
        last_messages, NULL};
    const TTest *const watchers[] = {counts, counts_no_reset_as_a_drop,
        metrics_are_for_those_who_may_read_them, the_log_tells_addresses_from_names, health, NULL};
    const TTest *const program[] = {the_log_says_who_came_and_left,
        verbose_shows_messages_and_forges_no_line, does_not_wait_for_who_reads_the_log,
        says_goodbye, a_second_signal_ends_at_once, says_that_the_port_is_taken,
        refuses_bad_options, refuses_lists_that_match_nothing, NULL};
    return run_suite("04_chat", (struct test_group[]){{"users", users}, {"places", places},
                                    {"watchers", watchers}, {"program", program}, {NULL, NULL}});
}
