#include "01-event-loop/compare_work.h"

#include <errno.h>
#include <time.h>

#include "common/task.h"

static void compute(uint64_t rounds)
{
    uint64_t state =
        88172645463325252; /* Marsaglia's xorshift: each round needs the last one's result */
    for (uint64_t i = 0; i < rounds; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    volatile uint64_t result =
        state; /* otherwise the compiler would remove the unused computation */
    (void)result;
}

static double cpu_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

uint64_t work_rounds(double seconds)
{
    const double enough =
        0.05; /* seconds: the processor has its full speed, and the clock is fine enough */
    for (uint64_t rounds = 100000;; rounds *= 2) {
        double began = cpu_seconds();
        compute(rounds);
        double took = cpu_seconds() - began;
        if (took >= enough)
            return (uint64_t)((double)rounds * seconds / took) + 1;
    }
}

static void wait_in_thread(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds};
    left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
}

int work_blocking(struct work *work)
{
    if (work->kind == WORK_IO)
        wait_in_thread(work->seconds);
    else
        compute(work->rounds);
    atomic_fetch_add(work->done, 1);
    return 0;
}

int work_in_task(struct work *work)
{
    if (work->kind == WORK_CPU)
        return work_blocking(work);
    int error = task_sleep(work->seconds);
    if (!error)
        atomic_fetch_add(work->done, 1);
    return error;
}
