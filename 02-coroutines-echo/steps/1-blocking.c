/* A server written the simple way, in calls that block: while ana is silent, bob waits. */
#include "peer.h"

#include <sys/time.h>

// #region serve
static void serve(int connection)
{
    FILE *stream = fdopen(connection, "r");
    if (!stream) {
        perror("fdopen");
        exit(1);
    }
    char line[100], answer[120];
    puts("server: waits for a line");
    for (int number = 1; fgets(line, sizeof(line), stream); number++) {
        printf("server: received %s", line);
        snprintf(answer, sizeof(answer), "%d %s", number, line);
        peer_say(connection, answer);
        if (strcmp(line, "quit\n") == 0)
            break;
    }
    if (ferror(stream))
        puts("server: gives up after 500 ms");
    fclose(stream);
}
// #endregion serve

static int listen_somewhere(struct sockaddr_in *address)
{
    socklen_t size = sizeof(*address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; /* port 0: any free port */
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) < 0 ||
        listen(listener, 10) < 0 || getsockname(listener, (struct sockaddr *)address, &size) < 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

int main(void)
{
    struct sockaddr_in address;
    int listener = listen_somewhere(&address);
    int ana = peer_connect(&address, "");
    puts("ana is connected, and silent");
    int bob = peer_connect(&address, "Alô\ntudo bem?\nquit\n");
    puts("bob is connected, and has said three lines");

    // #region main
    for (int i = 0; i < 2; i++) {
        int connection = accept(listener, NULL, NULL);
        /* A limit of 500 ms, so that this program ends although ana never says anything. */
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 500000},
            sizeof(struct timeval));
        serve(connection);
    }
    // #endregion main
    peer_print_and_close("bob", bob);
    close(ana);
    close(listener);
    return 0;
}
