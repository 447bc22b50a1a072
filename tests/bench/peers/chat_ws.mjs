// The chat over Node's ws, as its own examples broadcast: the message given to each client's send.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });

const rooms = new Map(); // the clients of each path

function sendToAll(room, origin, text) {
  for (const client of room)
    if (client !== origin && client.readyState === client.OPEN) client.send(text);
}

server.on("connection", (client, request) => {
  let name;
  if (!rooms.has(request.url)) rooms.set(request.url, new Set());
  const room = rooms.get(request.url).add(client);
  client.on("close", () => room.delete(client));
  client.on("error", () => client.terminate());
  client.on("message", (data) => {
    const text = data.toString();
    if (text.startsWith("/nome ")) {
      name = text.slice("/nome ".length);
      client.send(`Nome alterado com sucesso para ${name}`);
    } else if (name) sendToAll(room, client, `${name} >> ${text}`);
    else client.send("Identifique-se para enviar mensagens.");
  });
  client.send("Bem vindo ao servidor de chat. Identifique-se com /nome SeuNome");
});

server.on("listening", () => console.log(`Escutando 127.0.0.1:${server.address().port}`));
