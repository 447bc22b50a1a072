"""What breaks first as a chat grows: computed for docs/scale.md from what bench-cluster measured.

scale.py: prints the table. Each server has 10,000 clients, each client says something every 20 seconds.
"""

CLIENTS_OF_A_SERVER = 10_000
SECONDS_BETWEEN_MESSAGES = 20
REDIS_WRITE = 3e-6  # seconds of Redis' processor for a message
REDIS_READ = 10e-6  # and for each server that reads it
SERVER_READ = 5e-6  # seconds of a server's processor for a message, before it delivers it
DELIVERY = 0.5e-6  # for each client that gets it
NAME = 400  # bytes that each server keeps of a client of another one
ENTRY = 200  # bytes of an entry, on the wire


def row(clients, room, shards=1, readers=None):
    servers = max(1, clients // CLIENTS_OF_A_SERVER)
    messages = clients / SECONDS_BETWEEN_MESSAGES
    readers = min(servers, readers or servers)
    redis = messages / shards * (REDIS_WRITE + readers * REDIS_READ)
    read_by_one = messages * readers / servers
    delivered_by_one = messages * min(room, clients) / servers
    server = read_by_one * SERVER_READ + delivered_by_one * DELIVERY
    network = messages / shards * readers * ENTRY * 8 / 1e9
    return servers, messages, redis, server, network, clients * NAME / 1e6


def show(title, rows):
    print(f"{title}\n{'clients':>11} {'servers':>8} {'messages/s':>11} {'one Redis':>10} {'one server':>11} "
          f"{'Gbit/s of a Redis':>18} {'MB of names':>12}")
    for clients, *rest in rows:
        servers, messages, redis, server, network, names = row(clients, *rest)
        print(f"{clients:>11,} {servers:>8,} {messages:>11,.0f} {redis:>10,.1%} {server:>11,.1%} {network:>18,.2f} "
              f"{names:>12,.0f}")


sizes = [10**n for n in range(4, 9)]
show("rooms of ten, one stream", [(n, 10) for n in sizes])
show("rooms of ten, a stream for each 10 servers, which hold its rooms", [(n, 10, max(1, n // 100_000), 10) for n in sizes])
show("one room of all, one stream", [(n, n) for n in sizes])
