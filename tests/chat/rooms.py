"""Rooms, and their names."""

from chat.people import TAKEN, arrives, connect, ends_with, enter


async def rooms():
    """A room is deaf to the others; only names and private messages know no walls."""
    ana, other = await enter("Ana", path="/jogos"), await enter("Caio")
    bia = await arrives("Bia", ana, path="/jogos?page=2")
    await bia.say("oi")
    await ana.hears("Bia >> oi")
    await other.say("a todos")
    await bia.asks("/nome Caio", TAKEN)
    await bia.say("/apenas Caio oi")
    await other.hears("PRIVADO de Bia >> oi")
    await bia.asks("/clientes", "3 clientes conectados")
    await bia.asks("/quem", "Quem está aqui: 2\nAna\nBia")
    await other.asks("/quem", "Quem está aqui: 1\nCaio")
    await bia.asks("/sair", "Até logo!")
    await ana.hears("Bia saiu da sala")
    await ana.leave()
    await other.hears_nothing()
    one = await enter("Um", path="/caf%C3%A9")
    await arrives("Dois", one, path="/café")
    again = await enter(path="/jogos")
    await again.asks("/quem", "Quem está aqui: 0")
    await other.hears_nothing()


BAD_ROOM = ("Nome de sala inválido: de 1 a 32 caracteres visíveis, e nenhuma parte entre barras vazia, "
            '"." ou "..".')


async def room_names():
    """What may be no name of a person may be no name of a room."""
    for path in ["/" + "ã" * 32, "/a%2Fb", "/.x", "/a/b", "/%EF%BF%BD"]:
        await (await enter(path=path)).hears_nothing()
    for path in ["//", "//a", "/a//b", "/a%2F%2Fb", "/.", "/..", "/%2E%2e", "/a/./b", "/a/../b", "/a/..", "/../a",
                 "/%0A", "/a%0Db", "/%7F", "/a/", "/a%2F", "/" + "ã" * 33, "/" + "x" * 500, "/a%07b", "/%1B%5B2J", "/%E2%80%AEab", "/%20",
                 "/%FF", "/%FE", "/a%80", "/%C3", "/%C0%AF", "/%ED%A0%80"]:  # and what is not UTF-8
        socket = await connect(path)
        assert await socket.recv() == BAD_ROOM, path
        await ends_with(1000, socket)
    await (await enter()).asks("/clientes", "6 clientes conectados")
    for one, other in [("/a+b", "/a%2Bb"), ("/a;b", "/a%3Bb"), ("/a&b=c", "/a%26b%3Dc"), ("/%41%2E", "/A.")]:
        first = await enter(f"Um{one}", path=one)
        await (await enter(path=other)).asks("/quem", f"Quem está aqui: 1\nUm{one}")
        await first.hears_nothing()
