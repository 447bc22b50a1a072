#include "04-chat-server/websocket/refusal.h"

#include <stdio.h>
#include <string.h>

const struct refusal refusal_full = {"503 Service Unavailable\r\nRetry-After: 10",
    {"O servidor está cheio.", "The server is full."}};
const struct refusal refusal_too_many = {"429 Too Many Requests\r\nRetry-After: 10",
    {"Conexões demais deste endereço.", "Too many connections from this address."}};
const struct refusal refusal_bad_request = {
    "400 Bad Request", {"Não é um pedido de HTTP válido.", "Not a valid HTTP request."}};
const struct refusal refusal_bad_method = {
    "405 Method Not Allowed\r\nAllow: GET, HEAD", {"Só GET e HEAD.", "Only GET and HEAD."}};
const struct refusal refusal_has_body = {"413 Content Too Large",
    {"Um pedido sem corpo, por favor.", "A request without a body, please."}};
const struct refusal refusal_long_path = {
    "414 URI Too Long", {"O caminho é longo demais.", "The path is too long."}};
const struct refusal refusal_long_header = {"431 Request Header Fields Too Large",
    {"Os cabeçalhos passam de 16 KB.", "The headers are longer than 16 KB."}};
const struct refusal refusal_bad_http = {
    "505 HTTP Version Not Supported", {"Só HTTP/1.1 e HTTP/1.0.", "Only HTTP/1.1 and HTTP/1.0."}};
const struct refusal refusal_bad_handshake = {"400 Bad Request",
    {"Não é um handshake válido de WebSocket.", "Not a valid WebSocket handshake."}};
const struct refusal refusal_bad_version = {"426 Upgrade Required\r\nSec-WebSocket-Version: "
                                            "13\r\nConnection: Upgrade\r\nUpgrade: websocket",
    {"Só a versão 13 de WebSocket.", "Only version 13 of WebSocket."}};
const struct refusal refusal_foreign = {
    "403 Forbidden", {"Páginas de outro lugar não podem conectar (--allow-origin).",
                         "Pages from elsewhere may not connect (--allow-origin)."}};

size_t refusal_response(char response[REFUSAL_SIZE], const struct refusal *refusal,
    enum language language, bool header_only)
{
    const char *reason = refusal->reason[language];
    int size = snprintf(response, REFUSAL_SIZE,
        "HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: %zu\r\n\r\n%s%s",
        refusal->status, strlen(reason) + 1, header_only ? "" : reason, header_only ? "" : "\n");
    return (size_t)size;
}
