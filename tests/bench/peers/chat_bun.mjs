// The chat over Bun's own publish: the members of a room, which is the path, are subscribed to it.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const room = new URL(request.url).pathname;
    return server.upgrade(request, { data: { room } }) ? undefined : new Response("WebSocket", { status: 426 });
  },
  websocket: {
    open(client) {
      client.subscribe(client.data.room);
      client.send("Bem vindo ao servidor de chat. Identifique-se com /nome SeuNome");
    },
    message(client, text) {
      if (text.startsWith("/nome ")) {
        client.data.name = text.slice("/nome ".length);
        client.send(`Nome alterado com sucesso para ${client.data.name}`);
      } else if (client.data.name) client.publish(client.data.room, `${client.data.name} >> ${text}`);
      else client.send("Identifique-se para enviar mensagens.");
    },
  },
});

console.log(`Escutando 127.0.0.1:${server.port}`);
