/* The functions that the test calls. */
#pragma once

/* The first task. It and its children append letters to notes, which is empty at first. */
int talk(void *notes);

/* The contents of notes when all tasks have ended. */
const char *prediction(void);
