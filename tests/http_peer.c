#include "http_peer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket_peer.h"
#include "websocket_stage.h"

size_t read_to_end(int peer)
{
    char data[4096];
    size_t size = 0;
    ssize_t received;
    while ((received = recv(peer, data, sizeof(data), 0)) > 0)
        size += (size_t)received;
    return size;
}

size_t content_length(const char *head)
{
    const char *length = strcasestr(head, "\r\ncontent-length: ");
    ck_assert_msg(length != NULL, "no length in %s", head);
    return strtoul(length + strlen("\r\ncontent-length: "), NULL, 10);
}

int http_status(const char *request)
{
    int peer = peer_request(port, request);
    int status = peer_answer(peer, NULL);
    close(peer);
    return status;
}

void expect_all(const struct expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status = http_status(cases[i].request);
        ck_assert_msg(
            status == cases[i].status, "%d, not %d: %s", status, cases[i].status, cases[i].request);
    }
}
