/* What limits a client: the rate of its messages and of its bytes, by client and by address. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "04-chat-server/websocket/address.h"
#include "websocket_peer.h"
#include "websocket_stage.h"

#define EQUAL(a, b) ck_assert_double_eq_tol(a, b, 1e-9)

START_TEST(allows_a_burst_then_the_rate)
{
    struct rate rate = {0};
    uint64_t now = 5000;
    for (int i = 0; i < 10 * RATE_BURST; i++)
        EQUAL(rate_spend(&rate, 1, 10, now), 0);
    EQUAL(rate_spend(&rate, 1, 10, now), 0.1);
    ck_assert_int_eq(rate.excess, 1);
    EQUAL(rate_spend(&rate, 1, 10, now), 0.2);
    EQUAL(rate_spend(&rate, 1, 10, now + 200), 0.1);
    ck_assert_int_eq(rate.excess, 3);
    EQUAL(rate_spend(&rate, 1, 10, now + 1300), 0); /* ten more are allowed */
    ck_assert_int_eq(rate.excess, 3);               /* but the excess is remembered */
    EQUAL(rate_spend(&rate, 1, 10, now + 9000), 0);
    ck_assert_int_eq(rate.excess, 0);
}
END_TEST

/* Reads up to a text that begins like this one. */
static void expect_text(int peer, const char *text)
{
    static struct frame frame;
    do {
        ck_assert_msg(peer_read_message(peer, &frame), "the connection ended before: %s", text);
        ck_assert_msg(frame.opcode != (FINAL | CLOSE), "was closed before: %s", text);
    } while (strncmp(frame.data, text, strlen(text)) != 0);
}

/* The client is warned, slowed down, then dropped; commands count too. Other clients are not
 * affected. The rate is so low that a slow machine exceeds it, too. */
START_TEST(drops_a_client_that_sends_too_much)
{
    const char *words[] = {"--port=0", "--rate=100", NULL};
    child_start(&server, "04-chat-server/chat-server", words, NULL);
    port = child_port(&server);
    int ana = peer_connect(port, "/"), flood = peer_connect(port, "/");
    peer_send_text(flood, "/nome Zé");
    peer_send_text(ana, "/nome Ana");
    child_signal(&server, SIGSTOP); /* so it gets all at once */
    for (int i = 0; i < 2000; i++)
        peer_send_text(flood, i % 2 ? "/data" : "oi");
    peer_send_text(ana, "/clientes");
    child_signal(&server, SIGCONT);
    expect_text(flood, "Nome alterado");
    expect_text(flood, "Devagar: até 100 mensagens por segundo");
    expect_text(ana, "2 clientes");
    expect_text(flood, "Mensagens demais");
    ck_assert_int_eq(peer_ending(flood, NULL), 1008);
    child_line_with(&server, "Cliente Zé: mensagens demais");
    peer_send_text(ana, "/clientes");
    expect_text(ana, "1 clientes");
    stop();
}
END_TEST

START_TEST(allows_everything_without_a_rate)
{
    struct rate rate = {0};
    for (int i = 0; i < 100000; i++)
        EQUAL(rate_spend(&rate, 1, 0, 1), 0);
    ck_assert_int_eq(rate.excess, 0);
}
END_TEST

/* The clients of an address share its bucket. Each waits for its part of it at the most. */
START_TEST(shares_a_bucket_among_the_clients_of_an_address)
{
    struct address address = {.connections = 4};
    uint64_t now = 5000;
    EQUAL(address_spend(NULL, &address.bytes, 1000, 10, now), 0);
    EQUAL(address_spend(&address, &address.bytes, 20, 10, now), 0);
    EQUAL(address_spend(&address, &address.bytes, 10, 10, now), 1); /* until it has had them */
    EQUAL(address_spend(&address, &address.bytes, 1, 10, now), 0.4);
    address.connections = 0; /* a client whose connection has ended */
    EQUAL(address_spend(&address, &address.bytes, 1, 10, now), 0.1);
}
END_TEST

static struct address *use(struct address_table *table, const char *text)
{
    struct sockaddr_storage peer = {0};
    peer.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
    void *ip = peer.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&peer)->sin_addr
                                         : (void *)&((struct sockaddr_in6 *)&peer)->sin6_addr;
    ck_assert_int_eq(inet_pton(peer.ss_family, text, ip), 1);
    return address_use(table, (struct sockaddr *)&peer);
}

START_TEST(remembers_an_address_for_a_minute)
{
    struct address_table table = {0};
    struct address *address = use(&table, "10.0.0.1");
    for (int i = 0; i < 20; i++)
        address_table_sweep(&table);
    address_release(address);
    for (int i = 0; i < 11; i++)
        address_table_sweep(&table);
    ck_assert_ptr_eq(use(&table, "10.0.0.1"), address);
    address_release(address);
    address_release(use(&table, "2001:db8::1"));
    for (int i = 0; i < 24; i++) /* the wider address is in use as long as the other one exists */
        address_table_sweep(&table);
    ck_assert_ptr_null(table.tree);
    ck_assert_ptr_nonnull(use(&table, "10.0.0.1"));
    ck_assert_ptr_nonnull(use(&table, "2001:db8::1"));
    address_table_free(&table);
    ck_assert_ptr_null(table.tree);
}
END_TEST

START_TEST(limits_wider_addresses_too)
{
    struct address_table table = {0};
    int connected = 0;
    for (int i = 0; i < 100; i++) {
        char text[64];
        snprintf(text, sizeof(text), "2001:db8:1:%x::%x", i, i);
        connected += address_connect(use(&table, text), 3);
    }
    ck_assert_int_eq(connected, 12);
    struct address *one = use(&table, "2001:db8:2:1::1"), *other = use(&table, "2001:db8:2:1::2");
    ck_assert_ptr_eq(one, other);
    for (int i = 0; i < 3; i++)
        ck_assert(address_connect(one, 3));
    ck_assert(!address_connect(other, 3));
    address_disconnect(one);
    ck_assert(address_connect(other, 3));
    ck_assert_ptr_eq(address_widest(one), address_widest(use(&table, "2001:db8:2:2::1")));
    struct address *v4 = use(&table, "255.254.32.1"); /* no part of another one */
    ck_assert_ptr_eq(address_widest(v4), v4);
    ck_assert_ptr_eq(use(&table, "::ffff:255.254.32.1"), v4);
    ck_assert_ptr_eq(address_widest(NULL), NULL);
    address_table_free(&table);
}
END_TEST

int main(void)
{
    return run_suite(
        "04_limits", (struct test_group[]){
                         {"rate", (const TTest *const[]){allows_a_burst_then_the_rate,
                                      allows_everything_without_a_rate,
                                      shares_a_bucket_among_the_clients_of_an_address,
                                      remembers_an_address_for_a_minute, limits_wider_addresses_too,
                                      drops_a_client_that_sends_too_much, NULL}},
                         {NULL, NULL}});
}
