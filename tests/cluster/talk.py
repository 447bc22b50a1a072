"""Numbered messages, and whether all have heard them."""

import asyncio

import websockets

from cluster.stage import Client, until


class Talk:
    """Numbered messages. Without a number of rooms, all are in the common one. Otherwise each room has two, at
    places that follow each other."""

    def __init__(self, rng, places, rooms=0):
        self.rng = rng
        self.rooms = rooms
        if rooms:
            places = [places[(n // 2 + n % 2) % len(places)] for n in range(2 * rooms)]
        self.clients = [Client(place) for place in places]
        self.sent = [0] * len(places)

    def others(self, number):
        """Those in the same room."""
        if self.rooms:
            return [number ^ 1]
        return [n for n in range(len(self.clients)) if n != number]

    async def begin(self):
        for first in range(0, len(self.clients), 50):  # no more at once than a server takes
            await asyncio.gather(*[client.enter(f"C{first + n}", f"/R{(first + n) // 2}" if self.rooms else "/")
                                   for n, client in enumerate(self.clients[first:first + 50])])
        return self

    async def send(self, number, count, pause):
        for _ in range(count):
            client = self.clients[number]
            try:
                await client.say(f"{self.sent[number]}")
            except websockets.ConnectionClosed:
                return
            self.sent[number] += 1
            await asyncio.sleep(self.rng.random() * pause)

    async def all_send(self, count, pause):
        await asyncio.gather(*[self.send(n, count, pause) for n in range(len(self.clients))])

    def heard(self, client, number):
        """The numbers that it heard from another."""
        beginning = f"C{number} >> "
        return [int(text[len(beginning):]) for text in client.texts if text.startswith(beginning)]

    async def expect_all(self, dead=None):
        """Each has heard what all others in its room sent, and nothing else: each message once, and in order. Of the
        clients of a dead server, all have heard the same, up to some message."""
        alive = [n for n, client in enumerate(self.clients) if client.server is not dead]
        for n in alive:
            for sender in set(self.others(n)).intersection(alive):
                await until(lambda: len(self.heard(self.clients[n], sender)) >= self.sent[sender],
                            f"C{n} hears C{sender}: {self.heard(self.clients[n], sender)} of {self.sent[sender]}")
        for n in alive:
            total = 0
            for sender in self.others(n):
                heard = self.heard(self.clients[n], sender)
                size = len(heard) if self.clients[sender].server is dead else self.sent[sender]
                assert heard == list(range(size)), f"C{n} heard of C{sender}: {heard}"
                total += size
            assert len([text for text in self.clients[n].texts if " >> " in text]) == total, self.clients[n].texts
        for sender in set(range(len(self.clients))).difference(alive):
            def sizes():
                return {len(self.heard(self.clients[n], sender)) for n in self.others(sender) if n in alive}
            await until(lambda: len(sizes()) <= 1, f"all have heard of C{sender} what one has: {sizes()}")

    def expect_one_order(self):
        """What two have both heard, they have heard in the same order."""
        orders = []
        for n, client in enumerate(self.clients):
            orders.append([text for text in client.texts if " >> " in text])
        for i, one in enumerate(orders):
            for k, other in enumerate(orders[:i]):
                skipped = (f"C{i} >> ", f"C{k} >> ")
                assert [t for t in one if not t.startswith(skipped)] == \
                    [t for t in other if not t.startswith(skipped)], f"C{i} and C{k} differ"
