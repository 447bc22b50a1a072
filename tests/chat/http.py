"""What the server answers over HTTP."""

import asyncio
import re

from chat.people import INVALID, PATIENCE, enter, entered, frame, get, port, tls


async def protocol():
    """Who would like HTTP/2 gets what the chat speaks."""
    tls.set_alpn_protocols(["h2", "http/1.1"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
    writer.close()
    await (await enter()).hears_nothing()


async def requests_together():
    """Requests in one piece, which over TLS is one record, are all answered, also those behind a file."""
    request = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"
    upgrade = b"GET /tls HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    for paths in [
        ["/chat.js", "/healthz"],
        ["/healthz", "/chat.js", "/healthz", "/none", "/"],
        ["/healthz"] * 400,
        ["/chat.js"] * 5,
        ["/chat.js", "/none"] * 300,  # more than the server stores while it answers
        ["/chat.js", "/none"] * 1000,
    ]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        writer.write(b"".join(request % path.encode() for path in paths) + upgrade + frame(1, "/horas"))
        for path in paths:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            assert (b" 404 " if path == "/none" else b" 200 ") in head.split(b"\r\n")[0], head
            body = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
            assert (body == b"ok\n") == (path == "/healthz"), (path, body[:100])
        assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        heard = b""
        while not re.search(rb"\d\d:\d\d", heard):
            heard += await asyncio.wait_for(reader.read(1000), PATIENCE)
        writer.close()


async def metrics():
    """Every count is exact."""

    async def counts():
        head, body = await get("/metrics")
        assert "content-type: text/plain; version=0.0.4" in head, head
        lines = [line.split() for line in body.splitlines() if not line.startswith("#")]
        assert body.count("# HELP") == body.count("# TYPE") == 6 and body.endswith("\n"), body
        drops = sum(int(value) for name, value in lines if name.startswith("chat_drops_total{"))
        return [int(dict(lines)[f"chat_{name}"]) for name in
                ["clients", "messages_total", "deliveries_total"]] + [drops]

    assert await counts() == [0, 0, 0, 0]
    ana = await enter("Ana")  # a message; welcome and answer
    bia = await enter()  # a welcome
    caio = await enter(path="/outra")  # a welcome
    assert await counts() == [3, 1, 4, 0]
    await ana.say("oi")
    await bia.hears("Ana >> oi")
    assert await counts() == [3, 2, 5, 0]
    await ana.say("")  # not counted
    await ana.asks("/clientes", "3 clientes conectados")
    assert await counts() == [3, 3, 6, 0]
    await ana.asks("/sair", "Até logo!")
    await bia.hears("Ana saiu da sala")
    await ana.socket.wait_closed()
    assert await counts() == [2, 4, 8, 0]
    await drop(bia)
    _, body = await get("/metrics")
    for line in ['{reason="unread"} 1', '{reason="silence"} 0', '{reason="flood"} 0']:
        assert f"chat_drops_total{line}\n" in body, body


async def drop(victim):
    """Leaves so much unread that the server gives up."""
    loud = await enter("Alto")
    victim.socket.transport.pause_reading()
    while 'reason="unread"} 0' in (await get("/metrics"))[1]:
        for _ in range(20):
            await loud.say("x" * 60000)
        await loud.asks("/", INVALID)
    victim.socket.transport.abort()


async def reset():
    """Who leaves rudely was not dropped, even where a write shows it first: to one that is not read,
    as it says more than the server's rate of 50 a second."""
    ana, rude = await enter("Ana"), await enter("Rude")
    await ana.hears("Rude entrou na sala")
    heard = INVALID
    while heard == INVALID:  # again, if those were so slow that the server allowed them all
        for _ in range(150):
            await rude.say("/")
        for _ in range(150):
            heard = await rude.socket.recv()
            if heard != INVALID:
                break
    rude.socket.transport.pause_reading()
    for _ in range(3):
        await ana.say("é")
        await ana.asks("/", INVALID)
    rude.socket.transport.abort()
    entered.remove(rude)
    await ana.asks("/", INVALID)  # the reset is under way before
    await ana.say("oi")
    await ana.hears("Rude saiu da sala")
    _, body = await get("/metrics")
    assert body.count("chat_drops_total{") == body.count('"} 0\n') == 3, body


async def health():
    head, body = await get("/healthz")
    assert head.startswith("HTTP/1.1 200 ") and body == "ok\n", head + body
    assert "content-length: 3" in head and "x-content-type-options: nosniff" in head, head
    whole, body = await get("/metrics", "HEAD")
    assert whole.startswith("HTTP/1.1 200 ") and "content-length: " in whole and not body, whole
    for path, method, status in [("/healthy", "GET", 404), ("/healthz/x", "GET", 404),
                                 ("/metrics", "DELETE", 405)]:
        head, _ = await get(path, method)
        assert head.startswith(f"HTTP/1.1 {status} "), head
    assert "<title>Chat" in (await get("/"))[1]
    await (await enter("Ana", path="/metrics")).asks("/quem", "Quem está aqui: 1\nAna")


async def hsts():
    for path in ["/", "/healthz", "/chat.js", "/none"]:
        head, _ = await get(path)
        assert "\r\nstrict-transport-security: max-age=86400\r\n" in head, head


async def no_hsts():
    head, _ = await get("/")
    assert "strict-transport-security" not in head, head


async def addresses():
    unnamed = await enter()
    like = await enter("1.2.3.4:5")
    await unnamed.hears("1.2.3.4:5 entrou na sala")
    await like.leave()
    await unnamed.hears("1.2.3.4:5 saiu da sala")


async def metrics_access():
    """For this computer, and for 127.0.0.2 under any name, since the server is told so."""
    for host in ["localhost", "LOCALHOST:8765", "127.0.0.1", f"127.0.0.1:{port}", "[::1]:1"]:
        head, _ = await get("/metrics", host=host)
        assert head.startswith("HTTP/1.1 200 "), (host, head)
    for host in ["evil.example", f"evil.example:{port}", "localhost.evil.example", "10.0.0.1", ""]:
        for method in ["GET", "HEAD"]:
            head, body = await get("/metrics", method, host=host)
            assert " 403 " in head.partition("\r\n")[0] and "chat_" not in body, (host, head, body)
        head, body = await get("/healthz", host=host)
        assert head.startswith("HTTP/1.1 200 ") and body == "ok\n", (host, head)
    other = {"local_addr": ("127.0.0.2", 0)}
    head, _ = await get("/metrics", host="monitor.example", **other)
    assert head.startswith("HTTP/1.1 200 "), head
    other = {"local_addr": ("127.0.0.22", 0)}
    head, _ = await get("/metrics", host="monitor.example", **other)
    assert " 403 " in head, head
