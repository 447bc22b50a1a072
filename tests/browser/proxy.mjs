/*
 * A TCP proxy between page and server, so that a test can take the server away and bring it back
 * without owning it: cut, restore; or silence it: hold, release. It adds a header to the answers,
 * because a page that Playwright changed on its way counts as one from elsewhere.
 */
import net from "node:net";

/* Node gives each address of "localhost" 250 ms, which a busy machine may exceed. */
net.setDefaultAutoSelectFamilyAttemptTimeout?.(5000);

export class Proxy {
  #target;
  #listener;
  #port = 0;
  #sockets = new Set();
  #clients = new Set();
  #frozen = new Set(); // they stay open
  #chats = new Set(); // the server's sockets that have become WebSockets
  #held = null; // while silent, what is to happen afterwards
  #header;

  /* url: the server's. header: "Name: value". */
  constructor(url, header) {
    this.#header = header;
    const { hostname, port } = new URL(url);
    this.#target = { host: hostname.replace(/[[\]]/g, ""), port: Number(port || 80) };
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /* How many chats the server has not yet ended, of those that the proxy passes on. */
  get chats() {
    return this.#chats.size;
  }

  /* Starts, and starts again after a cut, on the same port. */
  restore() {
    return new Promise((resolve, reject) => {
      this.#listener = net.createServer((client) => this.#join(client));
      this.#listener.once("error", reject);
      this.#listener.listen(this.#port, "127.0.0.1", () => {
        this.#port = this.#listener.address().port;
        resolve();
      });
    });
  }

  /* The server is gone: connections are reset, new ones refused. */
  cut() {
    return new Promise((resolve) => {
      this.#held = null;
      this.#listener.close(resolve);
      for (const socket of [...this.#sockets, ...this.#frozen])
        socket.destroy();
      this.#frozen.clear();
    });
  }

  /* The pages lose their connections, and the server does not know of it. */
  orphan() {
    for (const client of this.#clients) {
      client.removeAllListeners("end");
      client.removeAllListeners("data");
      client.removeAllListeners("error");
      client.on("error", () => {});
      client.destroy();
    }
    this.#clients.clear();
    this.#chats.clear();
  }

  /* The network is dead: nothing passes on the connections that are open, and neither side knows of
   * it. New ones work. */
  freeze() {
    for (const socket of this.#sockets) {
      for (const event of ["data", "end", "error", "close"])
        socket.removeAllListeners(event);
      socket.on("error", () => {});
      socket.pause();
      this.#frozen.add(socket);
    }
    this.#sockets.clear();
    this.#clients.clear();
    this.#chats.clear();
  }

  /* The server is mute: connections are accepted, and nothing passes either way. */
  hold() {
    this.#held ??= [];
  }

  release() {
    const held = this.#held ?? [];
    this.#held = null;
    for (const action of held)
      action();
  }

  #join(client) {
    const server = net.connect(this.#target);
    this.#clients.add(client);
    this.#pass(client, server, (bytes) => bytes);
    this.#pass(server, client, (bytes) => this.#withHeader(bytes));
    server.on("data", (bytes) => {
      if (bytes.subarray(0, 13).toString("latin1") === "HTTP/1.1 101 ")
        this.#chats.add(server);
    });
    server.on("close", () => this.#chats.delete(server));
  }

  #withHeader(bytes) {
    const start = bytes.subarray(0, 64).toString("latin1");
    const status = /^HTTP\/1\.1 (?:200|304) [^\r\n]*\r\n/.exec(start)?.[0];
    if (!status)
      return bytes;
    const more = Buffer.from(`${status}${this.#header}\r\n`);
    return Buffer.concat([more, bytes.subarray(status.length)]);
  }

  #pass(from, to, change) {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (bytes) => this.#whenHeard(() => to.write(change(bytes))));
    from.on("end", () => this.#whenHeard(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => this.#sockets.delete(from));
  }

  #whenHeard(action) {
    if (this.#held)
      this.#held.push(action);
    else
      action();
  }
}
