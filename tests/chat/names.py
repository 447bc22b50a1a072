"""Who may have which name."""

import asyncio
import contextlib

from chat.people import TAKEN, arrives, ends_with, enter


async def capitals():
    client = await enter(language="EN;Q=1,fr")
    await client.asks("/CLIENTES", "1 clients connected")
    await client.asks("/CLIENTS", "1 clients connected")
    for bad in ["Zoe JOINED THE ROOM", "Ana IS NOW Bia", "PRIVATE FROM Ana", "Ana E MAIS 3"]:
        await client.asks(f'/name "{bad}"', "Name in use or invalid. Choose another one.")
    await client.asks("/QUIT", "Goodbye!")
    await ends_with(1000, client.socket)


async def names():
    ana, bia = await enter("Ana Maria"), await enter()
    await bia.asks('/nome "Ana Maria"', TAKEN)
    await bia.asks("/nome", TAKEN)
    await ana.asks("/nome 'Ana Maria'", TAKEN)
    for bad in ["", " ", "a" * 33, "a\u0007b", "a\u007fb", "a\u0085b", "\u202eab", "a\u2028b", "a\u200bb", "\u3000\u2003",
                "Ana >>", ">> Ana", "PRIVADO de", "PRIVATE from", "Ana agora é", "is now Ana",
                "PRIVADO de Ana", "PRIVATE from Ana", "Ana >> oi", "Zé entrou na sala", "Zoe joined the room",
                " Ana", "Ana ", "Ana  Bia", "Ana\u00a0Bia", "ANA MARIA", "ana maria", "Jose\u0301", "\u0301", "a\ufe0f",
                "a\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "a\u180e", "a\ufff9", "a\U000e0100",
                "Zé ENTROU na sala", "ANA AGORA É BIA", "Ana\u00a0>>\u00a0oi",
                "Zé, Zoe", "Zé,", "Zé e mais 3", "Zoe and 3 others",
                "Você", "you", "VOCÊ", "Entraram na sala: Zé", "Saíram da sala: Zé", "novos nomes: Zé", "New names: Zé",
                "Joined the room: Zé", "Left the room: Zé", "New names:",
                "Zé saiu da sala", "Zoe left the room", "Ana agora é Bia", "Ana is now Bia"]:
        await bia.asks(f'/nome "{bad}"', TAKEN)
    other = await enter(path="/outra")
    for good in ["Você mesmo", "Thank You"]:
        await other.asks(f'/nome "{good}"', f"Nome alterado com sucesso para {good}")
    await bia.asks("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)
    await bia.asks("/nome Bia", "Nome alterado com sucesso para Bia")
    await bia.asks("/nome Bia", TAKEN)
    await bia.asks("/nome BIA", "Nome alterado com sucesso para BIA")
    await bia.asks("/quem", "Quem está aqui: 2\nAna Maria\nBIA")
    await bia.asks("/nome Bia", "Nome alterado com sucesso para Bia")
    await ana.hears("ã" * 32 + " entrou na sala")
    await ana.hears("ã" * 32 + " agora é Bia")
    for before, after in [("Bia", "BIA"), ("BIA", "Bia")]:
        await ana.hears(f"{before} agora é {after}")
    await ana.asks("/nome bia", TAKEN)
    await ana.asks("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)
    await bia.hears("Ana Maria agora é " + "ã" * 32)
    await bia.asks("/nome " + "Ã" * 32, TAKEN)
    await ana.leave()
    await bia.hears("ã" * 32 + " saiu da sala")
    await bia.is_told("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)


async def ghosts():
    """The name of a connection that is broken goes to a new one with the same secret."""
    key, other = "key=0123456789abcdef", "key=0123456789abcdeg"
    bia = await enter("Bia")
    ghost = await arrives("Ana", bia, path=f"/?{key}")
    for path in ["/", "/?" + other, "/?" + key[:-1], "/?x" + key, f"/?{key}x", "/?key="]:
        await (await enter(path=path)).asks("/nome Ana", TAKEN)
    again = await enter(path=f"/?{key}")
    await again.asks("/nome ana", "Nome alterado com sucesso para ana")
    await bia.hears("Ana agora é ana")
    await again.say("oi")
    await bia.hears("ana >> oi")
    await ends_with(1000, ghost.socket)
    await bia.hears_nothing()

    elsewhere = await enter(path=f"/jogos?{key}")  # another room
    await elsewhere.asks("/nome ana", "Nome alterado com sucesso para ana")
    await bia.hears("ana saiu da sala")
    await ends_with(1000, again.socket)
    renamed = await arrives("Caio", bia, path=f"/?{key}")
    await renamed.asks("/nome ana", "Nome alterado com sucesso para ana")
    await bia.hears("Caio agora é ana")
    await ends_with(1000, elsewhere.socket)
    await bia.asks("/quem", "Quem está aqui: 2\nBia\nana")
    zoe, third = await enter("Zoe", path=f"/z?{key}"), await enter(path="/t")
    for n in range(10):  # more than are free, so it waits for the next one
        await zoe.say(f"/nome Zoe{n}")
    await zoe.say("/nome ana")
    answer = ""
    while answer != "Nome alterado com sucesso para ana":
        await third.asks("/nome ana", TAKEN)
        await asyncio.sleep(0.05)
        with contextlib.suppress(asyncio.TimeoutError):
            answer = await asyncio.wait_for(zoe.socket.recv(), 0.01)
    await bia.hears("ana saiu da sala")
    short = [await enter(path="/?key=0123456789abcde") for _ in range(2)]  # may be guessed
    await short[0].asks("/nome Duda", "Nome alterado com sucesso para Duda")
    await bia.hears("Duda entrou na sala")
    await short[1].hears("Duda entrou na sala")
    await short[1].asks("/nome Duda", TAKEN)
