#!/usr/bin/env python3
"""What breaks first as a chat grows, for docs/scale.md.

Without an argument, prints the tables and the claims of the page, in its order. With pages, prints
what they do not say, or say otherwise; then the status is 1.

The costs come from the tables of docs/performance.md. Each server has 10,000 clients, and each
client says something every 20 seconds.
"""

import argparse
import re
import sys
from collections import namedtuple
from math import sqrt
from pathlib import Path

PERFORMANCE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
CLIENTS_OF_A_SERVER = 10_000
SECONDS_BETWEEN_MESSAGES = 20
MINUTES_OF_A_CLIENT = 10
NAME = 400  # bytes, at most, that each server keeps of a client of another one (cluster/people.c)
ENTRY = 250  # bytes of an entry, in Redis and on the wire
STREAM = 256 * 2**20  # bytes that the stream may have,
KEPT = 90  # and the seconds of which it keeps all entries while it has fewer (cluster/trim.c)
BEAT = 2  # seconds between a server's questions which others are alive (cluster/beat.c)
SERVERS_KNOWN = 256  # by each server, at most (cluster/peers.c)
SHARD = 10  # servers
MILLION = 10**6


def measured(row, column):
    """The number in that column of the first row of docs/performance.md that begins so."""
    line = re.search(rf"^\| {re.escape(row)} \|.*", PERFORMANCE.read_text(), re.MULTILINE)[0]
    return float(re.search(r"[\d.,]+", line.split("|")[column])[0].replace(",", ""))


# What a message costs with n servers: fixed + n * each, in seconds.
Line = namedtuple("Line", "fixed each")


def line(one, four):
    """The line through the costs with one server and with four."""
    each = (four - one) / 3
    return Line(one - each, each)


def added(row, alone, clients):
    """The seconds that a message costs the servers more than one server without Redis."""
    return (measured(row, 2) - measured(alone, 2)) * (clients - 1) * 1e-9


# Two cases: each message is read alone, at 1,000 messages a second (steady100), or several are read
# at once (busy1000). A busy server's cost could not be split, so all of it counts as reading.
Case = namedtuple("Case", "redis servers")
ALONE = Case(line(measured("1", 3) * 1e-6, measured("4", 3) * 1e-6),
             line(*(added(row, "one, without Redis", 100) for row in ("1", "4"))))
BATCHED = Case(line(measured("1,000, 1", 3) * 1e-6, measured("1,000, 4", 3) * 1e-6),
               Line(0, added("1,000, 1", "1,000, one without Redis", 1000)))
DELIVERY = measured("| 10,000", 3) * 1e-6  # to a room of ten, the sender's message included
DELIVERY_TO_MANY = measured("N=10,000 W=3", 2) * 1e-9


def cost_in_redis(case, readers):
    return case.redis.fixed + readers * case.redis.each


def servers_of(clients):
    return max(1, clients // CLIENTS_OF_A_SERVER)


def messages_of(clients):
    return clients / SECONDS_BETWEEN_MESSAGES


def cost_of_server(case, messages_read):
    """The share of a processor, in rooms of ten."""
    written = messages_of(CLIENTS_OF_A_SERVER)
    return messages_read * case.servers.each + written * (case.servers.fixed + 9 * DELIVERY)


def full_redis(case):
    """The clients with which messages * (fixed + servers * each) is one second."""
    square = case.redis.each / SECONDS_BETWEEN_MESSAGES / CLIENTS_OF_A_SERVER
    linear = case.redis.fixed / SECONDS_BETWEEN_MESSAGES
    return (sqrt(linear**2 + 4 * square) - linear) / (2 * square)


def full_server(case):
    return (1 - cost_of_server(case, 0)) / case.servers.each * SECONDS_BETWEEN_MESSAGES


#
# How the page writes numbers
#


def rounded(number):
    """To two significant digits."""
    if number >= 100:
        return f"{round(number, 2 - len(str(int(number)))):,.0f}"
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"


def span(numbers):
    least, most = map(rounded, sorted(numbers))
    return f"{least} to {most}"


def size(number):
    return f"{number / 1e9:.0f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def row(clients, shards, count):
    """The cells of a row; count is the number in the second one."""
    messages = messages_of(clients)
    readers = servers_of(clients // shards)
    cases = BATCHED, ALONE
    redis = [100 * messages / shards * cost_in_redis(case, readers) for case in cases]
    server = [100 * cost_of_server(case, messages / shards) for case in cases]
    return (f"{clients:,}", f"{count:,}", f"{messages:,.0f}", f"{span(redis)} %", f"{span(server)} %",
            size(clients / shards * NAME))


def tables():
    sizes = [10**n for n in range(4, 9)]
    yield "one stream", [row(clients, 1, servers_of(clients)) for clients in sizes]
    shards = [(clients, servers_of(clients) // SHARD) for clients in sizes[1:]]
    yield "a shard for each ten servers", [row(clients, count, count) for clients, count in shards]


def claims():
    """(what, number as the page writes it)"""
    cases = ALONE, BATCHED
    for name, case in zip(("read alone", "read together"), cases):
        yield f"{name}: Redis for a message, µs", rounded(case.redis.fixed * 1e6)
        yield f"{name}: and for each server, µs", rounded(case.redis.each * 1e6)
        yield f"{name}: a server for each message read, µs", rounded(case.servers.each * 1e6)
    yield "read alone: a server for each message written, µs", rounded(ALONE.servers.fixed * 1e6)
    yield "a delivery in a room of ten, µs", f"{DELIVERY * 1e6:.1f}"
    yield "a delivery to 10,000, µs", f"{DELIVERY_TO_MANY * 1e6:.2f}"
    yield "one Redis is full, clients", span(map(full_redis, cases))
    most = STREAM / ENTRY / KEPT
    yield "the stream holds less than 90 s from, messages a second", f"{round(most, -3):,.0f}"
    yield "which is, clients", f"{round(most * SECONDS_BETWEEN_MESSAGES, -4):,.0f}"
    yield "a server is full, clients", span(map(full_server, cases))
    sent = messages_of(MILLION) * servers_of(MILLION) * ENTRY * 8 / 1e9
    yield "Redis sends to a million clients' servers, Gbit a second", rounded(sent)
    yield "a room of a million: processors of each server", rounded(
        messages_of(MILLION) * CLIENTS_OF_A_SERVER * DELIVERY_TO_MANY)
    possible = round(1 / (ALONE.servers.each + CLIENTS_OF_A_SERVER * DELIVERY_TO_MANY), -2)
    yield "messages a second that one server can deliver to 10,000", f"{possible:.0f}"
    yield "which cost a Redis with a hundred servers, %", span(
        100 * possible * cost_in_redis(case, 100) for case in cases)
    for servers in SHARD, 100, 1000:
        yield f"keys a second, {servers} servers", f"{servers / BEAT * (servers - 1):,.0f}"
    yield "a server knows so many others, clients", f"{SERVERS_KNOWN * CLIENTS_OF_A_SERVER / 1e6:.1f}"
    changes = 2 * MILLION / MINUTES_OF_A_CLIENT / 60
    yield "names taken and given up at a million clients, a second", f"{round(changes, -2):,.0f}"


def missing(page):
    """What the page does not say."""
    text = Path(page).read_text()
    if page.endswith(".pt-BR.md"):  # 1.000,5 there
        text = text.translate(str.maketrans(".,", ",.")).replace(" a ", " to ")
    for _, rows in tables():
        yield from (line for line in map("| {} |".format, map(" | ".join, rows)) if line not in text)
    words = " ".join(text.split())
    for what, number in claims():
        if not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", words):
            yield f"{what}: {number}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    pages = parser.parse_args().pages
    if not pages:
        for title, rows in tables():
            print(f"{title}:", *map("| {} |".format, map(" | ".join, rows)), "", sep="\n")
        for what, number in claims():
            print(f"{what:<62} {number:>20}")
    wrong = [f"{page}: does not say: {what}" for page in pages for what in missing(page)]
    print("".join(f"{problem}\n" for problem in wrong), end="", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
