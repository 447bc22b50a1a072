/* Several calls on the library's loop: in which order do they run? */
#include <stdio.h>

#include "common/loop.h"

struct note {
    const char *text;
    uv_loop_t *loop;
    uint64_t began;
};

static void say(void *argument)
{
    const struct note *note = argument;
    printf("%3d ms  %s\n", (int)(loop_now(note->loop) - note->began), note->text);
}

static void say_twice(void *argument)
{
    struct note *note = argument;
    say(note);
    note->text = "call_soon, asked for by a callback";
    loop_call_soon(note->loop, say, note);
}

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error) {
        fprintf(stderr, "loop_init: %s\n", uv_strerror(error));
        return 1;
    }
    // #region ask
    uint64_t began = loop_now(&loop);
    loop_call_later(&loop, 0.3, say, &(struct note){"call_later 0.3", &loop, began});
    loop_call_later(&loop, 0.1, say, &(struct note){"call_later 0.1", &loop, began});
    loop_call_later(&loop, 0.1, say, &(struct note){"call_later 0.1 again", &loop, began});
    loop_call_later(&loop, 0, say, &(struct note){"call_later 0", &loop, began});
    loop_call_soon(&loop, say_twice, &(struct note){"call_soon", &loop, began});
    loop_call_soon(&loop, say, &(struct note){"call_soon again", &loop, began});
    error = loop_run(&loop);
    // #endregion ask
    loop_close(&loop);
    if (error)
        fprintf(stderr, "loop_run: %s\n", uv_strerror(error));
    return error != 0;
}
