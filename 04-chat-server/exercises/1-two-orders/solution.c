/* Ana says "one" and Bia says "two". In which order do Caio and Dora hear them? */
#include "exercise.h"

#include <string.h>

#include "common/task.h"

/* Ana waits at Bia, whose socket is full: Caio has "one" by then, Dora has not. Bia overtakes her.
 */
const struct received predicted_with_waits = {.caio = "one two", .dora = "two one"};
const struct received predicted_with_queues = {.caio = "one two", .dora = "one two"};

struct person {
    bool is_full; /* the socket takes nothing until the person has read */
    struct future has_read;
    char queue[MAX_TEXT], received[MAX_TEXT];
};

/* Messages are sent to them in this order. */
enum { CAIO, BIA, DORA, ANA, PEOPLE };

struct scene {
    bool with_queues;
    struct person people[PEOPLE];
};

static void append(char *texts, const char *text)
{
    strcat(strcat(texts, *texts ? " " : ""), text);
}

static int send_and_wait(struct person *to, const char *text)
{
    int error = to->is_full ? future_wait(&to->has_read, NULL) : 0;
    if (!error)
        append(to->received, text);
    return error;
}

static int send_by_queue(struct person *to, const char *text)
{
    append(to->is_full ? to->queue : to->received, text);
    return 0;
}

static int send_to_all(struct scene *scene, int origin, const char *text)
{
    int error = 0;
    for (int i = 0; i < PEOPLE && !error; i++) {
        struct person *to = &scene->people[i];
        if (i != origin)
            error = scene->with_queues ? send_by_queue(to, text) : send_and_wait(to, text);
    }
    return error;
}

static int ana(void *scene)
{
    return send_to_all(scene, ANA, "one");
}

static int bia(void *scene)
{
    return send_to_all(scene, BIA, "two");
}

static int bia_reads(void *argument)
{
    struct person *self = &((struct scene *)argument)->people[BIA];
    self->is_full = false;
    append(self->received, self->queue);
    return future_set(&self->has_read, 0);
}

int play(bool with_queues, struct received *received)
{
    struct scene scene = {.with_queues = with_queues, .people[BIA].is_full = true};
    struct task_call calls[] = {
        {.name = "ana", .function = ana, .argument = &scene},
        {.name = "bia", .function = bia, .argument = &scene},
        {.name = "bia_reads", .function = bia_reads, .argument = &scene},
    };
    int error = task_gather(calls, sizeof(calls) / sizeof(*calls));
    strcpy(received->caio, scene.people[CAIO].received);
    strcpy(received->dora, scene.people[DORA].received);
    return error;
}
