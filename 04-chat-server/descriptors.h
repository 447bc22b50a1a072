/*
 * How many files, and so how many connections, the process may have open (ulimit -n).
 */
#pragma once

/* Raises the process's limit as far as the system allows, up to 65,536 descriptors, and lowers a
 * higher limit to that. Warns on stderr if there is room for few clients only. Call it before
 * websocket_listen, which makes its tables as large as the limit. Returns 0, or UV_EMFILE if the
 * server itself has too few. */
int descriptors_set_limit(void);
