#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "chat_load_private.h"

enum opcode { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

/* Says how a delivery differs from the one that was to come. */
static int fail_delivery(
    struct load *load, const struct client *client, size_t sender, const char *text)
{
    const struct sender *from = &load->sender[sender];
    if (client_number(load, client) % load->rooms != sender % load->rooms)
        return load_fail(load, "client %zu got a message of b%03zu, who is in another room",
            client_number(load, client), sender);
    uint32_t expected = *client_expected(load, client, sender), number = 0;
    if (client == from->client)
        return load_fail(load, "client %zu got its own message", sender);
    const char *first = text + NAME_SIZE + strlen(ARROW);
    const char *last = text + DELIVERY_SIZE - NUMBER_SIZE;
    if (sscanf(first, "%8x", &number) != 1 || memcmp(first, last, NUMBER_SIZE) != 0)
        return load_fail(load, "client %zu got message %u of b%03zu changed: %.*s",
            client_number(load, client), expected, sender, (int)DELIVERY_SIZE, text);
    if (number == expected && expected < from->sent)
        return load_fail(load, "client %zu got bytes changed in message %u of b%03zu: %.*s",
            client_number(load, client), expected, sender, (int)DELIVERY_SIZE, text);
    return load_fail(load, "client %zu got message %u of b%03zu, but %u was next (%u sent): %s",
        client_number(load, client), number, sender, expected, from->sent,
        number > expected ? "lost or out of order" : "twice or out of order");
}

static int take_delivery(struct load *load, struct client *client, size_t sender, const char *text)
{
    struct sender *from = &load->sender[sender];
    if (client_number(load, client) % load->rooms != sender % load->rooms)
        return fail_delivery(load, client, sender, text);
    uint32_t *number = client_expected(load, client, sender);
    struct message *message = &from->messages[*number % load->window];
    if (*number >= from->sent || client == from->client ||
        memcmp(text, message->text, DELIVERY_SIZE) != 0)
        return fail_delivery(load, client, sender, text);
    ++*number;
    load->deliveries++;
    bool is_across =
        (size_t)(client - load->clients) % load->port_count != sender % load->port_count;
    latency_add(is_across ? &load->across : &load->latency, load->now - message->time);
    if (--message->missing == 0)
        load_message_arrived(load, sender);
    return 0;
}

/* Which sender's a text is, by "b007 >> "; else the number of senders. */
static size_t sender_of(const struct load *load, const char *text, size_t size)
{
    if (size < NAME_SIZE + 4 || text[0] != 'b' || memcmp(text + NAME_SIZE, ARROW, 4) != 0)
        return load->senders;
    size_t sender = 0;
    for (size_t i = 1; i < NAME_SIZE; i++)
        sender = sender * 10 + (size_t)(text[i] - '0');
    return sender < load->senders ? sender : load->senders;
}

/* Of what the server says itself, the first is its greeting; the rest may explain a failure. */
static int take_text(struct load *load, struct client *client, const char *text, size_t size)
{
    if (!framing_unwrap(load->framing, &text, &size))
        return framing_answer(load, client, text, size);
    size_t sender = sender_of(load, text, size);
    if (sender < load->senders && size != DELIVERY_SIZE)
        return load_fail(load, "client %zu got %zu bytes from b%03zu, not %u: %.*s",
            client_number(load, client), size, sender, DELIVERY_SIZE, (int)size, text);
    if (sender < load->senders)
        return take_delivery(load, client, sender, text);
    if (client->greeted)
        snprintf(load->said, sizeof(load->said), "%.*s", (int)size, text);
    if (!client->greeted)
        load->greeted++;
    client->greeted = true;
    static const char named[] = "Nome alterado";
    if (!client->named && size >= strlen(named) && memcmp(text, named, strlen(named)) == 0) {
        client->named = true;
        load->named++;
    }
    return 0;
}

static int take_frame(
    struct load *load, struct client *client, int opcode, const char *data, size_t size)
{
    if (opcode == TEXT)
        return take_text(load, client, data, size);
    if (opcode == PING)
        return load_send_frame(load, client, PONG, data, size);
    if (opcode == PONG)
        return 0;
    if (opcode == CLOSE && size >= 2)
        return load_fail(load, "the server closed client %zu with %d", client_number(load, client),
            (unsigned char)data[0] << 8 | (unsigned char)data[1]);
    return load_fail(
        load, "client %zu got a frame of opcode %d", client_number(load, client), opcode);
}

/* Takes the whole frames. Returns how many bytes they were, or an error. */
static ssize_t take_frames(struct load *load, struct client *client, const char *data, size_t size)
{
    size_t done = 0;
    while (size - done >= 2) {
        const unsigned char *frame = (const unsigned char *)data + done;
        size_t header = 2, length = frame[1];
        if (length == 126) {
            if (size - done < 4)
                break;
            header = 4;
            length = (size_t)frame[2] << 8 | frame[3];
        } else if (length > 126) {
            return load_fail(load, "client %zu got a masked or giant frame (%02x %02x)",
                client_number(load, client), frame[0], frame[1]);
        }
        if (size - done < header + length)
            break;
        if ((frame[0] & 0xF0) != 0x80)
            return load_fail(load, "client %zu got a fragment or reserved bits (%02x)",
                client_number(load, client), frame[0]);
        int error = take_frame(load, client, frame[0] & 0xF, data + done + header, length);
        if (error)
            return error;
        done += header + length;
    }
    return (ssize_t)done;
}

/* Takes the answer to the handshake, and the frames behind it. */
static ssize_t take_handshake(
    struct load *load, struct client *client, const char *data, size_t size)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - data) + 4;
    if (strncmp(data, "HTTP/1.1 101", 12) != 0 ||
        !memmem(data, head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28))
        return load_fail(load, "client %zu was not accepted: %.*s", client_number(load, client),
            (int)strcspn(data, "\r\n"), data);
    client->upgraded = true;
    ssize_t frames = take_frames(load, client, data + head, size - head);
    return frames < 0 ? frames : (ssize_t)head + frames;
}

int load_receive(struct load *load, struct client *client)
{
    char *kept = client_unfinished(load, client);
    memcpy(load->buffer, kept, client->unfinished);
    ssize_t got =
        recv(client->descriptor, load->buffer + client->unfinished, READ_SIZE, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return 0;
    if (got <= 0)
        return load_fail(load, "the server cut client %zu off: %s", client_number(load, client),
            got < 0 ? strerror(errno) : "end of stream");
    load->now = load_clock();
    size_t size = client->unfinished + (size_t)got;
    ssize_t used = client->upgraded ? take_frames(load, client, load->buffer, size)
                                    : take_handshake(load, client, load->buffer, size);
    if (used < 0)
        return (int)used;
    size -= (size_t)used;
    if (size > UNFINISHED_SIZE)
        return load_fail(load, "client %zu got a frame of more than %u bytes",
            client_number(load, client), UNFINISHED_SIZE);
    memcpy(kept, load->buffer + used, size);
    client->unfinished = (uint32_t)size;
    return 0;
}
