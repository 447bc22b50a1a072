"""Who hears of whom: arrivals, departures, new names; and what the page gets instead of sentences."""

import asyncio
import re

from chat.people import IDENTIFY, INVALID, TAKEN, arrives, enter, enter_as_page, entered


async def arrivals():
    """Who takes a first name comes, who had one leaves; who never had one does neither."""
    ana, unnamed = await enter("Ana"), await enter()
    silent = await enter()
    await silent.leave()
    await ana.hears_nothing()
    bia = await arrives("Bia", ana, unnamed)
    await bia.asks("/nome Bia", TAKEN)
    await bia.asks("/nome Beatriz", "Nome alterado com sucesso para Beatriz")
    for client in [ana, unnamed]:
        await client.hears("Bia agora é Beatriz")
    bia.socket.transport.abort()
    for client in [ana, unnamed]:
        await client.hears("Beatriz saiu da sala")
    await enter("Beatriz")  # is nobody's any more


async def page_form():
    """Each kind of line, in the form that a page asks for, among clients who get text alone."""
    ana, page = await enter("Ana"), await enter_as_page()
    await page.asks("/quem", "here\t1\t2\t0\nQuem está aqui: 1\nAna")
    await page.hears("done")
    await page.asks(" ", "done")
    for text, kind, answer in [
        ("oi", "refused", IDENTIFY), ("/", "refused", INVALID), ("/dance", "refused", "Comando desconhecido"),
        ("/apenas Ana oi", "refused", IDENTIFY), ("/nome ana", "taken", TAKEN),
        ("/nome Bia", "named\tBia", "Nome alterado com sucesso para Bia"),
        ("/apenas Zoe oi", "refused", "Destinatário Zoe não encontrado. Mensagem não enviada."),
        ("/clientes", "notice", "2 clientes conectados"),
    ]:
        await page.asks(text, f"{kind}\n{answer}")
        await page.hears("done")
    await ana.hears("Bia entrou na sala")
    for text in ["um\ndois\0três\tquatro", "  ", "/apenas Ana só"]:
        await page.asks(text, "done")
    for line in ["Bia >> um\ndois\0três\tquatro", "Bia >>   ", "PRIVADO de Bia >> só"]:
        await ana.hears(line)
    await ana.say("message\tCaio\noi")
    await ana.say("/apenas Bia done")
    await page.hears("message\tAna\nmessage\tCaio\noi")
    await page.hears("private\tAna\ndone")
    silent = await enter()  # has no name, and counts
    await page.hears("count\t3")
    await silent.asks("/nome Caio", "Nome alterado com sucesso para Caio")
    await page.hears("joined\tCaio")
    await ana.hears("Caio entrou na sala")
    await silent.asks("/nome Duda", "Nome alterado com sucesso para Duda")
    await page.hears("renamed\tCaio\tDuda")
    await ana.hears("Caio agora é Duda")
    await silent.leave()
    await page.hears("left\tDuda")
    await page.hears("count\t2")
    await ana.hears("Duda saiu da sala")
    await ana.hears_nothing()
    await page.asks("/sair", "notice\nAté logo!")
    await page.hears("done")


async def page_in_a_crowd():
    """A page gets all names of a notice that counts some of them, and hears of a crowd."""
    page = await enter_as_page()
    others = [await enter(path="/") for _ in range(40)]
    names = [f"n{number}" for number in range(40)]
    for other, name in zip(others, names):
        await other.say(f"/nome {name}")
    told = []
    while len(told) < len(names):
        kind, *fields = (await page.socket.recv()).split("\t")
        assert kind in ["joined", "count"], kind
        told += fields if kind == "joined" else []
    assert sorted(told) == sorted(names), told
    more = [await enter() for _ in range(160)]
    while (await page.socket.recv()) != "crowded":
        pass
    for client in more:
        await client.leave()
    while (await page.socket.recv()) != "uncrowded":
        pass


CROWDED = ("A sala está cheia: quem entra, sai ou muda de nome não é mais anunciado. "
           "/quem mostra quem está aqui.")
NOT_CROWDED = "A sala não está mais cheia: quem entra, sai ou muda de nome é anunciado de novo."


async def who():
    """Pages of names, in a room where nobody would read who comes and goes."""
    first = await enter("Fim", path="/cheia")
    crowd = [await enter(path="/cheia") for n in range(200)]
    await first.hears(CROWDED)
    for n, client in enumerate(crowd):
        await client.say(f"/nome {n}")
    for n, client in enumerate(crowd):
        while await client.socket.recv() != f"Nome alterado com sucesso para {n}":
            pass
    names = "".join(f"\n{n}" for n in range(199))
    remark = "(página 1 de 2: /quem 2; a sala está cheia)"
    await first.asks("/quem", f"Quem está aqui: 201 {remark}\nFim{names}")
    for page in ["1", "0", "x", "-0"]:
        await first.asks(f"/quem {page}", f"Quem está aqui: 201 {remark}\nFim{names}")
    for page in ["2", "3", "-1", "99999999999999999999"]:
        await first.asks(f"/quem {page}",
                         "Quem está aqui: 201 (página 2 de 2: /quem 1; a sala está cheia)\n199")
    await crowd[7].leave()
    names = "".join(f"\n{n}" for n in range(200) if n != 7)
    while "Quem está aqui: 201" in (answer := await first.answer_to("/quem")):
        pass
    assert answer == f"Quem está aqui: 200 (a sala está cheia)\nFim{names}", answer
    for client in crowd[150:]:
        await client.leave()
    await first.hears(NOT_CROWDED)
    await crowd[0].leave()
    await first.hears("0 saiu da sala")


def told_of(text):
    """The names in a notice, and how many more there are."""
    one = re.fullmatch("(.*) (entrou na|saiu da) sala", text)
    if one:
        return [one[1]], 0
    many = re.fullmatch(r"(?:Entraram na|Saíram da) sala: (.*?)(?: e mais (\d+))?", text)
    assert many, text
    return many[1].split(", "), int(many[2] or 0)


async def hear_of(client, count):
    """Hears of that many names. Returns how many messages that took, and the names."""
    messages, names, more = 0, [], 0
    while len(names) + more < count:
        text = await client.socket.recv()
        if text.startswith("Nome alterado"):
            continue
        some, others = told_of(text)
        messages, names, more = messages + 1, names + some, more + others
    assert len(names) + more == count and len(set(names)) == len(names), names
    return messages, names


async def notices():
    """Many who come and go at once are announced together, and nobody speaks unannounced."""
    ana = await enter("Ana")
    crowd = [await enter() for _ in range(60)]
    clock = asyncio.get_running_loop().time
    start = clock()
    for n, client in enumerate(crowd):
        await client.say(f"/nome c{n}")
    messages, names = await hear_of(ana, 60)
    took = clock() - start
    assert messages < 20 + 5 * took, (messages, took)  # the server tells of changes 5 times a second
    assert took > 1 or set(names) < {f"c{n}" for n in range(60)}, names  # they may come one by one where all is slow
    speaker = await enter()
    await speaker.say("/nome Zé")
    await speaker.say("oi")
    await ana.hears("Zé entrou na sala")
    await ana.hears("Zé >> oi")
    start = clock()
    guests = [await enter() for _ in range(5)]
    for n, client in enumerate(guests):  # nobody needs to know of them
        await client.say(f"/nome g{n}")
        await client.say(f"/nome h{n}")
    for client in guests:
        await client.say("/sair")
    for client in guests:
        await client.socket.wait_closed()
    for client in crowd:
        client.socket.transport.abort()
        entered.remove(client)
    left, heard = 0, []
    while left < 60:
        text = await ana.socket.recv()
        heard.append(text)
        if "saiu" in text or "Saíram" in text:
            names, more = told_of(text)
            left += sum(name[0] == "c" for name in names) + more
    assert len(heard) < 20 + 5 * (clock() - start), heard
    await ana.say("/nome Bia")
    await ana.say("/nome Caio")
    await ana.say("/nome Bia")
    await ana.say("tchau")
    while (text := await speaker.socket.recv()) != "Bia >> tchau":
        heard.append(text)
    assert "Ana agora é Bia" in "".join(heard), heard
    await speaker.asks("/quem", "Quem está aqui: 2\nBia\nZé")
