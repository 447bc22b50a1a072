"""The echo server with three clients: each writes two lines, all at once, and leaves."""

import socket

from scenario import PATIENCE, Program

with Program("02-coroutines-echo/echo-server", "--port", "0", "--quiet") as server:
    port = server.port()
    clients = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(3)]
    for _ in range(2):
        for client in clients:
            client.sendall(b"oi\n")
        for client in clients:
            client.recv(256)
    for client in clients:
        client.sendall(b"sair\n")
    for client in clients:
        while client.recv(256):
            pass
        client.close()
    server.stop()
