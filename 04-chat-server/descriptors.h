/*
 * How many files, and so how many connections, the process may have open (ulimit -n).
 */
#pragma once

/* Raises the process's limit as far as it may, up to 65,536 descriptors, and lowers a higher one to
 * that. Prints on stderr if it leaves room for few clients. Call it before websocket_listen, which
 * makes its tables as large as the limit. */
void descriptors_set_limit(void);
