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
# at once (busy1000). What writing costs a busy server could not be told from reading, so all of it
# counts as reading.
Case = namedtuple("Case", "redis servers")
ALONE = Case(line(measured("1", 3) * 1e-6, measured("4", 3) * 1e-6),
             line(*(added(row, "one, without Redis", 100) for row in ("1", "4"))))
BATCHED = Case(line(measured("1,000, 1", 3) * 1e-6, measured("1,000, 4", 3) * 1e-6),
               Line(0, added("1,000, 4", "1,000, one without Redis", 1000) / 4))
CASES = ALONE, BATCHED
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
    redis = [100 * messages / shards * cost_in_redis(case, readers) for case in CASES]
    server = [100 * cost_of_server(case, messages / shards) for case in CASES]
    return (f"{clients:,}", f"{count:,}", f"{messages:,.0f}", f"{span(redis)} %", f"{span(server)} %",
            size(clients / shards * NAME))


def tables():
    sizes = [10**n for n in range(4, 9)]
    yield "one stream", [row(clients, 1, servers_of(clients)) for clients in sizes]
    shards = [(clients, servers_of(clients) // SHARD) for clients in sizes[1:]]
    yield "a shard for each ten servers", [row(clients, count, count) for clients, count in shards]


def claims():
    """(numbers, the English sentence or row that has them, the Portuguese one)"""
    for english, portuguese, numbers in [
        ("Redis, for a message", "o Redis, por mensagem", [case.redis.fixed for case in CASES]),
        ("Redis, for each server that reads the message", "o Redis, por servidor que lê a mensagem",
         [case.redis.each for case in CASES]),
        ("a server, for a message that it reads", "um servidor, por mensagem que lê",
         [case.servers.each for case in CASES]),
    ]:
        row = "| {} µs | {} µs |"
        yield [rounded(number * 1e6) for number in numbers], f"| {english} {row}", f"| {portuguese} {row}"
    yield ([rounded(ALONE.servers.fixed * 1e6)], "| a server, for a message that it writes | {} µs |",
           "| um servidor, por mensagem que grava | {} µs |")
    most = [rounded(measured("1,000, 1", 4) / 999)]
    yield most, "as one server takes, which is {} a second", "quantas um servidor aguenta, que são {} por segundo"
    yield (most, "four servers and {} messages a second is extrapolated",
           "quatro servidores e de {} mensagens por segundo é extrapolado")
    yield ([f"{DELIVERY * 1e6:.1f}"], "A delivery costs a server {} µs in a room of ten",
           "Uma entrega custa a um servidor {} µs numa sala de dez")
    yield ([f"{DELIVERY_TO_MANY * 1e6:.2f}"], "In a busy room of 10,000 it costs {} µs,",
           "Numa sala movimentada de 10.000 ela custa {} µs,")
    yield ([f"{CLIENTS_OF_A_SERVER:,}", SECONDS_BETWEEN_MESSAGES],
           "Each server has {} clients, and each client says something every {} seconds.",
           "Cada servidor tem {} clientes, e cada cliente fala a cada {} segundos.")
    yield ([span(map(full_redis, CASES))], "**Redis breaks first**, at {} clients.",
           "**O Redis quebra primeiro**, com {} clientes.")
    most = STREAM / ENTRY / KEPT
    yield ([f"{round(most * SECONDS_BETWEEN_MESSAGES, -4):,.0f}"], "**The stream is next**, at {} clients.",
           "**Depois vem o stream**, com {} clientes.")
    yield ([KEPT, STREAM // 2**20],
           "the messages of the last {} seconds for a server that has lost Redis, but no more than {} MiB",
           "as mensagens dos últimos {} segundos para um servidor que perdeu o Redis, mas não mais que {} MiB")
    yield [ENTRY], "and an entry has about {} bytes.", "e uma entrada tem uns {} bytes."
    yield ([f"{round(most, -3):,.0f}", KEPT], "Above {} messages a second it holds less than {} seconds.",
           "Acima de {} mensagens por segundo, ele guarda menos de {} segundos.")
    sent = messages_of(MILLION) * servers_of(MILLION) * ENTRY * 8 / 1e9
    yield ([rounded(sent)], "At a million clients, Redis would also send {} Gbit a second",
           "Com um milhão de clientes, o Redis também enviaria {} Gbit por segundo")
    yield ([span(map(full_server, CASES))], "**Then the servers**, at {} clients:",
           "**Depois vêm os servidores**, com {} clientes:")
    messages = messages_of(MILLION)
    needed = rounded(messages * CLIENTS_OF_A_SERVER * DELIVERY_TO_MANY)
    yield ([f"{messages:,.0f}", f"{messages * MILLION / 1e9:.0f}", needed],
           "a room of a million, {} messages a second would be {} billion deliveries a second: each server would need "
           "{} processors.",
           "Numa sala de um milhão, {} mensagens por segundo seriam {} bilhões de entregas por segundo: cada servidor "
           "precisaria de {} processadores.")
    yield [f"{messages:,.0f}"], "nobody reads {} messages a second.", "ninguém lê {} mensagens por segundo."
    possible = round(1 / (ALONE.servers.each + CLIENTS_OF_A_SERVER * DELIVERY_TO_MANY), -2)
    yield ([f"{possible:.0f}"], "One server can deliver about {} messages a second to 10,000 clients",
           "Um servidor consegue entregar umas {} mensagens por segundo a 10.000 clientes")
    yield ([f"{possible:.0f}", span(100 * possible * cost_in_redis(case, 100) for case in CASES)],
           "to a hundred servers: {} messages a second cost it {} % of a processor.",
           "a cem servidores: {} mensagens por segundo lhe custam {} % de um processador.")
    yield [NAME], "a name takes up to {} bytes.", "um nome ocupa até {} bytes."
    yield ([size(MILLION * NAME)], "at a million clients, the names take {} in each server.",
           "com um milhão de clientes, os nomes ocupam {} em cada servidor.")
    yield [BEAT], "Every {} seconds, each server asks Redis", "A cada {} segundos, cada servidor pergunta ao Redis"
    keys = [f"{servers / BEAT * (servers - 1):,.0f}" for servers in (SHARD, 100, 1000)]
    yield (keys, "In all that is {} keys a second with 10 servers, {} with 100, and {} with 1,000.",
           "Ao todo são {} chaves por segundo com 10 servidores, {} com 100, e {} com 1.000.")
    yield (keys[:1], "In a shard of ten servers it stays at {} keys a second.",
           "Num shard de dez servidores ficam em {} chaves por segundo.")
    yield ([SERVERS_KNOWN, f"{SERVERS_KNOWN * CLIENTS_OF_A_SERVER / 1e6:.1f}"],
           "A server knows at most {} others, so this design ends at {} million clients.",
           "Um servidor conhece no máximo {} outros, e por isso este projeto acaba em {} milhões de clientes.")
    changes = 2 * MILLION / MINUTES_OF_A_CLIENT / 60
    yield ([f"{round(changes, -2):,.0f}"], "stay ten minutes each, that is {} steps a second",
           "ficam dez minutos cada um, são {} passos por segundo")


def in_portuguese(number):
    return str(number).translate(str.maketrans(".,", ",.")).replace(" to ", " a ")


def missing(page):
    """What the page does not say where it should."""
    words = " ".join(Path(page).read_text().split())
    is_portuguese = page.endswith(".pt-BR.md")
    rows = [f"| {' | '.join(row)} |" for _, rows in tables() for row in rows]
    expected = [in_portuguese(row) if is_portuguese else row for row in rows]
    for numbers, english, portuguese in claims():
        expected.append(portuguese.format(*map(in_portuguese, numbers)) if is_portuguese else english.format(*numbers))
    yield from (text for text in expected if text not in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    pages = parser.parse_args().pages
    if not pages:
        for title, rows in tables():
            print(f"{title}:", *map("| {} |".format, map(" | ".join, rows)), "", sep="\n")
        for numbers, sentence, _ in claims():
            print(sentence.format(*numbers))
    wrong = [f"{page}: does not say: {what}" for page in pages for what in missing(page)]
    print("".join(f"{problem}\n" for problem in wrong), end="", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
