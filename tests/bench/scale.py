"""What breaks first as a chat grows: computed for docs/scale.md from what bench-cluster measured.

scale.py: prints the tables, and the claims of the text in its order. Each server has 10,000 clients, and
each client says something every 20 seconds.
"""

from math import sqrt

CLIENTS_OF_A_SERVER = 10_000
SECONDS_BETWEEN_MESSAGES = 20
MINUTES_OF_A_CLIENT = 10
REDIS_WRITE = 3e-6  # seconds of Redis' processor for a message
REDIS_READ = 10e-6  # and for each server that reads it: 6 if Redis is busy, 13 if each is read alone
SERVER_READ = 5e-6  # seconds of a server's processor for a message, before it delivers it
DELIVERY = 0.5e-6  # for each client that gets it
NAME = 400  # bytes that each server keeps of a client of another one
ENTRY = 250  # bytes of an entry, in Redis and on the wire
STREAM = 256 * 2**20  # bytes that the stream may have,
KEPT = 90  # and the seconds of which it keeps all entries while it has fewer (cluster/trim.c)
BEAT = 2  # seconds between a server's questions which others are alive (cluster/beat.c)
SERVERS_KNOWN = 256  # by each server, at most (cluster/peers.c)


def servers_of(clients):
    return max(1, clients // CLIENTS_OF_A_SERVER)


def redis_share(messages, readers):
    return messages * (REDIS_WRITE + readers * REDIS_READ)


def row(clients, room, shards=1, readers=None):
    servers = servers_of(clients)
    messages = clients / SECONDS_BETWEEN_MESSAGES
    readers = min(servers, readers or servers)
    read_by_one = messages * readers / servers
    delivered_by_one = messages * min(room, clients) / servers
    server = read_by_one * SERVER_READ + delivered_by_one * DELIVERY
    network = messages / shards * readers * ENTRY * 8 / 1e9
    return servers, messages, redis_share(messages / shards, readers), server, network, clients / shards * NAME / 1e6


def show(title, rows):
    print(f"{title}\n{'clients':>11} {'servers':>8} {'messages/s':>11} {'one Redis':>10} {'one server':>11} "
          f"{'Gbit/s of a Redis':>18} {'MB of names':>12}")
    for clients, *rest in rows:
        servers, messages, redis, server, network, names = row(clients, *rest)
        print(f"{clients:>11,} {servers:>8,} {messages:>11,.0f} {redis:>10,.1%} {server:>11,.1%} {network:>18,.2f} "
              f"{names:>12,.0f}")


def clients_of_a_full_redis():
    """With c clients: c / 20 * (write + c / 10,000 * read) = 1 second."""
    square = REDIS_READ / SECONDS_BETWEEN_MESSAGES / CLIENTS_OF_A_SERVER
    linear = REDIS_WRITE / SECONDS_BETWEEN_MESSAGES
    return (sqrt(linear**2 + 4 * square) - linear) / (2 * square)


def claim(text, value, unit):
    print(f"{text:<66} {value:>16,.4g} {unit}" if value < 10 else f"{text:<66} {value:>16,.0f} {unit}")


sizes = [10**n for n in range(4, 9)]
show("rooms of ten, one stream", [(n, 10) for n in sizes])
show("rooms of ten, a stream for each 10 servers, which hold its rooms", [(n, 10, max(1, n // 100_000), 10) for n in sizes])
show("one room of all, one stream", [(n, n) for n in sizes])

million = 10**6
messages_of_million = million / SECONDS_BETWEEN_MESSAGES
most_messages = STREAM / ENTRY / KEPT
possible = 1 / (SERVER_READ + CLIENTS_OF_A_SERVER * DELIVERY)
claim("one Redis is full at", clients_of_a_full_redis(), "clients")
claim("the stream holds less than 90 s from", most_messages, "messages/s")
claim("  which is, of clients", most_messages * SECONDS_BETWEEN_MESSAGES, "clients")
claim("a server knows so many others, with", SERVERS_KNOWN * CLIENTS_OF_A_SERVER, "clients")
claim("a room of a million: deliveries", messages_of_million * million, "a second")
claim("  processors of each server", row(million, million)[3], "")
claim("messages that one server delivers to all its clients", possible, "a second")
claim("  which cost a Redis that feeds 100 servers", 100 * redis_share(200, 100), "% for 200 a second")
claim("names taken and given up, at a million clients", 2 * million / MINUTES_OF_A_CLIENT / 60, "a second")
for servers in 10, 100, 1000:
    claim(f"keys that {servers} servers ask Redis for", servers / BEAT * (servers - 1), "a second")
