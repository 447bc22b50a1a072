/* What a client of the chat server costs in memory. */
// Linux only.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support_runtime.h"
#include "websocket_peer.h"

#define CLIENTS 200
#if defined(SWITCH_UCONTEXT)
#define STACK_PAGES 2 /* a context alone takes a kilobyte */
#else
#define STACK_PAGES 1
#endif
#define PAGE 4096

/* The resident bytes of the mappings without a name: the tasks' stacks are there, and what the
 * threads of the pool have. */
static long anonymous_memory(pid_t pid)
{
    char path[32], line[512];
    long kilobytes, sum = 0;
    bool is_anonymous = false;
    snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file)) {
        int end = 0;
        if (sscanf(line, "%*x-%*x %*s %*s %*s %*s %n", &end) == 0 && end > 0)
            is_anonymous = line[end] == '\0';
        else if (is_anonymous && sscanf(line, "Rss: %ld kB", &kilobytes) == 1)
            sum += kilobytes * 1024;
    }
    fclose(file);
    return sum;
}

static void read_until(int peer, const char *text)
{
    static struct frame frame;
    do
        ck_assert(peer_read_message(peer, &frame));
    while (!strstr(frame.data, text));
}

static int join(int port, int number)
{
    char path[16];
    snprintf(path, sizeof(path), "/room%d", number);
    int peer = peer_connect(port, path);
    read_until(peer, "Bem vindo");
    return peer;
}

/* Each of them makes the client's task call something else. */
static void send_all_commands(int peer, int number)
{
    static const char *const texts[] = {"hello", "/quem", "/clientes", "/horas", "/data", "/ajuda",
        "/apenas nobody hello", "/apenas", "/nome 'unfinished", "/nothing"};
    char text[32];
    snprintf(text, sizeof(text), "/nome client%d", number);
    peer_send_text(peer, text);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        peer_send_text(peer, texts[i]);
}

START_TEST(the_stack_of_a_client_stays_small)
{
    static struct child server;
    int peers[CLIENTS];
    if (memory_is_shadowed() || sysconf(_SC_PAGESIZE) != PAGE)
        return;
    child_start(&server, "04-chat-server/chat-server",
        (const char *const[]){
            "--port", "0", "--per-address", "0", "--rate", "0", "--verbose", NULL},
        (const char *const[]){"LD_BIND_NOW=1", NULL}); /* or the first call of each function
                                                          needs much stack, to find it */
    int port = child_port(&server);
    long before = anonymous_memory(server.pid);
    for (int i = 0; i < CLIENTS; i++)
        peers[i] = join(port, i);
    for (int i = 0; i < CLIENTS; i++)
        send_all_commands(peers[i], i);
    for (int i = 0; i < CLIENTS; i++)
        read_until(peers[i], "desconhecido");
    long each = (anonymous_memory(server.pid) - before) / CLIENTS;
    ck_assert_int_ge(each, PAGE);
    ck_assert_int_lt(each, STACK_PAGES * PAGE + PAGE / 8);
    for (int i = 0; i < CLIENTS; i++)
        close(peers[i]);
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

int main(void)
{
    return run_suite(
        "04_memory", (struct test_group[]){
                         {"stack", (const TTest *const[]){the_stack_of_a_client_stays_small, NULL}},
                         {NULL, NULL}});
}
