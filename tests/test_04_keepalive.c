/* The keepalive: silent clients get pings, and those that do not answer are dropped. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket_members.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

static void wait_a_while(const char *seconds)
{
    static struct frame frame;
    char path[32];
    snprintf(path, sizeof(path), "/later/%s", seconds);
    int peer = peer_connect(port, path);
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "later");
    ck_assert_int_eq(peer_ending(peer, NULL), 1000);
}

static void expect_ping(int peer)
{
    static struct frame frame;
    ck_assert(peer_read(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | PING);
    ck_assert_uint_eq(frame.size, 0);
}

static void expect_nothing(int peer)
{
    static struct frame frame;
    peer_send_text(peer, "still there?");
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "still there?");
}

START_TEST(pings_silent_clients_and_drops_dead_ones)
{
    start_own_with("", "paused");
    int dead = peer_connect(port, "/echo"), answers = peer_connect(port, "/echo"),
        talks = peer_connect(port, "/echo"), waits = peer_connect(port, "/held");
    wait_a_while("15");
    expect_nothing(talks);
    wait_a_while("10");
    expect_ping(dead);
    expect_ping(answers);
    expect_ping(waits);
    peer_send(answers, FINAL | PONG, "", 0);
    peer_send(waits, FINAL | PONG, "unasked", 7); /* activity too */
    expect_nothing(talks);                        /* so the server has read the pongs */
    wait_a_while("15");
    expect_nothing(talks);
    wait_a_while("15");
    ck_assert(peer_has_ended(dead)); /* 55 s after it connected */
    expect_ping(answers);
    expect_ping(waits);
    expect_nothing(answers);
    expect_nothing(talks);
    close(dead);
    close(answers);
    close(talks);
    close(waits);
    stop();
}
END_TEST

/* A debugger, or a computer that sleeps, stops the server and not its clock. */
START_TEST(does_not_count_time_in_which_it_did_not_run)
{
    start_own_with("", "paused");
    int asked = peer_connect(port, "/echo"), talks = peer_connect(port, "/echo");
    wait_a_while("15");
    wait_a_while("10");
    expect_ping(asked);
    int quiet = peer_connect(port, "/echo"), stopper = join_at("hall", 1);
    expect_ping(talks);
    for (int i = 0; i < 3; i++) {
        tell(stopper, "time %d; self done", 50 + 1000 * i);
        expect_nothing(talks);
    }
    expect_nothing(quiet);
    expect_nothing(asked);
    wait_a_while("15");
    wait_a_while("10");
    expect_ping(quiet);
    expect_ping(asked);
    wait_a_while("15");
    wait_a_while("15");
    ck_assert(peer_has_ended(quiet)); /* time in which the server runs does count */
    ck_assert(peer_has_ended(asked));
    close(quiet);
    close(asked);
    close(talks);
    close(stopper);
    stop();
}
END_TEST

/* While reading is paused, the server would not see a pong. */
START_TEST(keeps_silent_clients_while_reading_is_paused)
{
    static struct frame frame;
    start_own_with("", "paused");
    int peer = peer_connect(port, "/held");
    for (int i = 0; i < 20; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        peer_send_text(peer, text);
    }
    still_serves();
    for (int i = 0; i < 4; i++)
        wait_a_while("15");
    close(peer_connect(port, "/go"));
    peer_send_text(peer, "end");
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "20 in order");
    close(peer);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "serve") == 0)
        return run_server(*argv[2] ? argv[2] : NULL, strcmp(argv[3], "paused") == 0);
    return run_suite("04_keepalive",
        (struct test_group[]){
            {"silence", (const TTest *const[]){pings_silent_clients_and_drops_dead_ones,
                            does_not_count_time_in_which_it_did_not_run,
                            keeps_silent_clients_while_reading_is_paused, NULL}},
            {NULL, NULL}});
}
