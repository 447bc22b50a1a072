"""The chat over python3-websockets, as the article has it: each message awaited for each client."""

import asyncio
import collections

import websockets

rooms = collections.defaultdict(dict)  # by path: the name of each connection, None until /nome


def path_of(client):
    return client.request.path if hasattr(client, "request") else client.path


async def send_to_all(connected, origin, text):
    for client in list(connected):
        if client is not origin:
            try:
                await client.send(f"{connected[origin]} >> {text}")
            except websockets.ConnectionClosed:
                pass


async def manage(client):
    connected = rooms[path_of(client)]
    connected[client] = None
    try:
        await client.send("Bem vindo ao servidor de chat. Identifique-se com /nome SeuNome")
        async for text in client:
            if text.startswith("/nome "):
                connected[client] = text[len("/nome ") :]
                await client.send(f"Nome alterado com sucesso para {connected[client]}")
            elif connected[client]:
                await send_to_all(connected, client, text)
            else:
                await client.send("Identifique-se para enviar mensagens.")
    except websockets.ConnectionClosed:
        pass
    finally:
        del connected[client]


async def main():
    async with websockets.serve(manage, "127.0.0.1", 0, compression=None) as server:
        host, port = server.sockets[0].getsockname()
        print(f"Escutando {host}:{port}", flush=True)
        await asyncio.Future()


asyncio.run(main())
