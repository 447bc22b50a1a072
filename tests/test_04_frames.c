/* Sends random frames to the chat server for some seconds (chat_frames.py). With SEED set, the
 * frames are the same again; SECONDS sets the time. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"

static const char *setting(const char *name, const char *usual)
{
    const char *value = getenv(name);
    return value && *value ? value : usual;
}

/* The log of this many clients would fill the pipe. */
static void *discard_output(void *output)
{
    char data[4096];
    while (read(*(int *)output, data, sizeof(data)) > 0)
        ;
    return NULL;
}

START_TEST(bad_frames_affect_only_their_sender)
{
    struct child server;
    char command[256], seed[16], output[8192];
    child_start(&server, "04-chat-server/chat-server",
        (const char *[]){"--port", "0", "--rate", "0", "--per-address", "0", NULL}, NULL);
    int port = child_port(&server);
    int descriptors = open_descriptors(server.pid);
    snprintf(seed, sizeof(seed), "%d", (int)getpid());
    pthread_t reader;
    ck_assert_int_eq(pthread_create(&reader, NULL, discard_output, &server.output), 0);
    snprintf(command, sizeof(command), "/usr/bin/python3 tests/chat_frames.py %d %s %s 2>&1", port,
        setting("SECONDS", "3"), setting("SEED", seed));
    FILE *client = popen(command, "re");
    ck_assert_ptr_nonnull(client);
    size_t size = fread(output, 1, sizeof(output) - 1, client);
    output[size] = '\0';
    if (pclose(client) != 0)
        ck_abort_msg("%s\n%s", command, output);
    puts(output);
    while (open_descriptors(server.pid) != descriptors)
        poll(NULL, 0, 1);
    child_signal(&server, SIGTERM);
    pthread_join(reader, NULL);
    ck_assert_int_eq(child_wait(&server), 0);
}
END_TEST

int main(void)
{
    const TTest *const frames[] = {bad_frames_affect_only_their_sender, NULL};
    return run_suite("04_frames", (struct test_group[]){{"frames", frames}, {NULL, NULL}});
}
