"""What --redis takes, and what is said about a Redis that is of no use."""

import asyncio
import random
import re
import socket
import subprocess

from cluster import stage
from cluster.stage import BIN, SLOWER, Client, Redis, Server, stop, until
from cluster.talk import Talk


async def keeps_talking(server, problem):
    """The server tells the problem, and its own clients hear each other."""
    await server.says(problem)
    clients = [await Client(server).enter(f"{n}{random.randrange(10**6)}") for n in range(2)]
    await clients[0].say("oi")
    await clients[1].hears(lambda text: text.endswith(" >> oi"))

    async def is_reported():
        status, body = await server.get("/healthz")
        return status == 503 and body.startswith("unavailable\nredis: ") and problem in body
    await until(is_reported, f"/healthz says {problem}")


async def problems():
    """What is wrong with Redis is told, from the beginning or after an outage."""
    redis = await Redis().start()
    server = await Server(redis.url, "--redis-required").ready()
    redis.kill()
    await server.says("fora de alcance")
    redis.options += ["--requirepass", "segredo"]
    await redis.start()
    await keeps_talking(server, "recusou a senha")
    await stop(server)
    redis = await Redis(name="secret").start()
    await redis.ask("CONFIG", "SET", "requirepass", "segredo")
    secret = await Server(redis.url, "--redis-required").ready(None)
    await keeps_talking(secret, "recusou a senha")
    await redis.ask("AUTH", "segredo")
    await stop(secret)
    for name, words, problem in [
        ("type", ["SET", "{chat}:stream", "x"], "de outro tipo"),
        ("type2", ["SET", "{chat}:names", "x"], "de outro tipo"),
        ("memory", ["CONFIG", "SET", "maxmemory", "1"], "sem memória"),
        ("replica", ["REPLICAOF", "127.0.0.1", "1"], "réplica"),
    ]:
        redis = await Redis(name=name).start()
        assert await redis.ask(*words) == "OK"
        server = await Server(redis.url, "--redis-required").ready(None)
        await keeps_talking(server, problem)
        if name in ("memory", "type2"):
            undo = ["CONFIG", "SET", "maxmemory", "0"] if name == "memory" else ["DEL", "{chat}:names"]
            await redis.ask(*undo)
            await server.says("Redis: conectado")
        await stop(server)


class Port:
    """A port that the system gives to no other program: a socket is bound to it until the scenario ends, and does
    not listen. So connections are refused, and redis-server, which sets SO_REUSEADDR too, can listen there."""

    def __init__(self):
        self.holder = socket.socket()
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))

    def __str__(self):
        return str(self.holder.getsockname()[1])


async def tls():
    """rediss:// checks the certificate and its host; without TLS in hiredis it is refused."""
    program = f"{BIN}/04-chat-server/chat-server"
    linked = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    if "hiredis_ssl" not in linked:
        server = Server("rediss://localhost")
        assert await asyncio.to_thread(server.process.wait, 20) == 1
        return await server.says("hiredis")
    for name in ["good", "other"]:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{stage.work}/{name}.key",
                        "-out", f"{stage.work}/{name}.pem"], check=True, capture_output=True)
    port = Port()
    redis = await Redis("--tls-port", str(port), "--tls-cert-file", f"{stage.work}/good.pem", "--tls-key-file",
                        f"{stage.work}/good.key", "--tls-ca-cert-file", f"{stage.work}/good.pem", "--tls-auth-clients", "no").start()
    trusting, wary = ({"SSL_CERT_FILE": f"{stage.work}/{name}.pem"} for name in ["good", "other"])
    both = [await Server(f"rediss://localhost:{port}", environment=trusting).ready() for _ in range(2)]
    talk = await Talk(random.Random(1), both).begin()
    await talk.all_send(50, 0)
    await talk.expect_all()
    for server in [Server(f"rediss://localhost:{port}", environment=wary),
                   Server(f"rediss://127.0.0.1:{port}", environment=trusting)]:
        await server.ready("Redis: fora de alcance")
        await stop(server)
    await stop(*both)


async def addresses():
    """What --redis takes."""
    def run(*words):
        program = [f"{BIN}/04-chat-server/chat-server", "--port", "0", *words]
        return subprocess.run(program, capture_output=True, text=True, timeout=20 * SLOWER)

    for bad in ["", "redis", "redis:", "redis://", "http://a", "redis://a:", "redis://a:x", "redis://a:0", "redis://a:65536",
                "redis://a/x", "redis://a/-1", "redis://[::1", "redis://[::1]x", "redis://u@h", "redis://:%4@h",
                "redis://:%00@h", "unix:", "unix:x", "unix:/" + 107 * "x", "redis://:p@"]:
        result = run("--redis", bad)
        assert result.returncode == 1 and "--redis" in result.stderr, (bad, result)
    result = run("--redis-required")
    assert result.returncode == 1 and "--redis" in result.stderr, result
    port = Port()
    refused = await Server(f"redis://127.0.0.1:{port}").ready("fora de alcance")
    assert "(Connection refused)" in refused.output(), refused.output()
    await stop(refused)
    redis = await Redis("--port", "0").start()
    await redis.ask("CONFIG", "SET", "bind", "127.0.0.1")
    assert await redis.ask("CONFIG", "SET", "port", port) == "OK"
    with open("04-chat-server/cluster/cluster.h") as header:
        rights = re.search(r"SETUSER chat on >password ([^.]*?)\n \*\n", header.read())[1].replace("*\n", "").split()
    rights = [word for word in rights if word != "*"]
    assert await redis.ask("ACL", "SETUSER", "ana", "on", ">a:b/c@d", *rights) == "OK", rights
    await redis.ask("CONFIG", "SET", "requirepass", "p%")
    for good in [f"redis://:p%25@127.0.0.1:{port}", f"redis://ana:a%3Ab%2Fc%40d@localhost:{port}/1",
                 f"redis://ana:a:b%2fc@d@127.0.0.1:{port}/"]:
        server = await Server(good).ready()
        await stop(server)
    chats = [await Server(f"redis://ana:a%3Ab%2Fc%40d@localhost:{port}/{database}").ready() for database in (0, 0, 1, 1)]
    one, other, two, another = [await Client(server).enter() for server in chats]
    await one.asks("/nome Ana", "Nome alterado com sucesso para Ana")
    await two.asks("/nome Ana", "Nome alterado com sucesso para Ana")  # in another database, so in another chat
    for speaker, listener, text in [(one, other, "oi"), (two, another, "olá")]:
        await listener.hears("Ana entrou na sala")
        await speaker.say(text)
        await listener.hears(f"Ana >> {text}")
        await listener.asks("/clientes", "2 clientes conectados")
    assert not other.texts and not another.texts, (other.texts, another.texts)
    await stop(*chats)
