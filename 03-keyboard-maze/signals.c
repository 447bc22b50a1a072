#include "03-keyboard-maze/signals.h"

static void arrived(uv_signal_t *handle, int number)
{
    struct signals *signals = handle->data;
    signals->callback(signals->argument, number);
}

int signals_open(struct signals *signals, const int *numbers, size_t count,
    void (*callback)(void *argument, int number), void *argument)
{
    *signals = (struct signals){.callback = callback, .argument = argument};
    for (size_t i = 0; i < count && i < SIGNALS_MOST; i++) {
        uv_signal_t *handle = &signals->handles[i];
        int error = uv_signal_init(task_loop(), handle);
        if (error)
            return error;
        handle->data = signals;
        signals->open++;
        error = uv_signal_start(handle, arrived, numbers[i]);
        if (error)
            return error;
    }
    return 0;
}

static void handle_closed(uv_handle_t *handle)
{
    struct signals *signals = handle->data;
    if (--signals->open == 0)
        future_set(&signals->closed, 0);
}

void signals_close(struct signals *signals)
{
    if (signals->open == 0)
        return;
    for (size_t i = signals->open; i-- > 0;)
        uv_close((uv_handle_t *)&signals->handles[i], handle_closed);
    struct scope scope;
    scope_enter_shielded(&scope, 1.0);
    future_wait(&signals->closed, NULL);
    scope_leave(&scope, 0);
}
