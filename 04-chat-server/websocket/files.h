/*
 * The files of a directory, over HTTP. libwebsockets could serve a directory by itself, but writes
 * ETags without their quotes and forbids every cache to keep the files.
 */
#pragma once

#include <libwebsockets.h>

/* Answers a GET or HEAD request for a path with the directory's file, index.html for "/". A client
 * that has the file already gets 304. Returns 0, UV_ENOENT if there is no such file, or another
 * error after which the connection has to be closed. */
int files_serve(struct lws *connection, const char *directory, const char *path);
