/* The functions that the test calls. */
#pragma once

/* The first task. It and its children write letters into notes, which is all zero. */
int talk(void *notes);

/* What notes is when all have ended. */
const char *prediction(void);
