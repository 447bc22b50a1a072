#include "common/task.h"

#include "common/task/state.h"

static void handle_closed(uv_handle_t *handle)
{
    task_wake(handle->data, 0);
}

void task_close_handle(uv_handle_t *handle)
{
    require(handle);
    struct task_wait wait;
    if (uv_is_closing(handle))
        misuse("closes a handle that is already closed or being closed");
    handle->data = &wait;
    uv_close(handle, handle_closed);
    task_wait(&wait, "close", NULL);
}
