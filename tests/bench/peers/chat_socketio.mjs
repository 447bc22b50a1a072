// The chat over Node's Socket.IO, as its own examples broadcast; with --redis unix:PATH, several
// servers are one chat, by Socket.IO's adapter for Redis' streams.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const redis = process.argv.indexOf("--redis");
const http = createServer();
const io = new Server(http, { transports: ["websocket"] });
if (redis > 0) {
  const client = createClient({ socket: { path: process.argv[redis + 1].replace("unix:", "") } });
  await client.connect();
  io.adapter(createAdapter(client));
}

io.on("connection", (socket) => {
  const room = socket.handshake.query.room ?? "common";
  let name;
  socket.join(room);
  socket.on("say", (text) => {
    if (text.startsWith("/nome ")) {
      name = text.slice("/nome ".length);
      socket.emit("say", `Nome alterado com sucesso para ${name}`);
    } else if (name) socket.to(room).emit("say", `${name} >> ${text}`);
    else socket.emit("say", "Identifique-se para enviar mensagens.");
  });
  socket.emit("say", "Bem vindo ao servidor de chat. Identifique-se com /nome SeuNome");
});

http.listen(0, "127.0.0.1", () => console.log(`Escutando 127.0.0.1:${http.address().port}`));
