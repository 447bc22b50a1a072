/* Serves the site as a server of files does: index.html for a folder, 404.html for what is not there. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript",
  ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png",
  ".gz": "application/gzip", ".woff2": "font/woff2" };

function fileAt(folder, path) {
  const place = join(folder, path);
  const file = existsSync(place) && statSync(place).isDirectory() ? join(place, "index.html") : place;
  return existsSync(file) ? file : undefined;
}

/* Returns the site's address. */
export async function serveSite(folder, base) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const file = path.startsWith(base) ? fileAt(folder, path.slice(base.length)) : undefined;
    const sent = file ?? join(folder, "404.html");
    response.writeHead(file ? 200 : 404, { "Content-Type": TYPES[extname(sent)] ?? "text/plain" });
    response.end(readFileSync(sent));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}${base}`;
}
