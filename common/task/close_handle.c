#include "common/task.h"

static void handle_closed(uv_handle_t *handle)
{
    task_wake(handle->data, 0);
}

void task_close_handle(uv_handle_t *handle)
{
    struct task_wait wait;
    handle->data = &wait;
    uv_close(handle, handle_closed);
    task_wait(&wait, "close", NULL);
}
