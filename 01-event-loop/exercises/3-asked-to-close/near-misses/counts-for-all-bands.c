/* NEAR MISS: the count of the first band is that of the second, too.
 * Says: 3 metronomes were opened, 0 have been closed */
#include "../exercise.h"

static void beat(uv_timer_t *metronome)
{
    struct band *band = metronome->data;
    if (++band->beats == band->max_beats)
        uv_stop(&band->loop);
}

static int count;
static void closed(uv_handle_t *metronome)
{
    struct band *band = metronome->data;
    band->closed++;
    count++;
}

/* EXERCISE: it returns 0, yet each band leaks descriptors and memory. Which call here reports that,
 * and what has to happen before it? */
static int band_end(struct band *band)
{
    for (int i = 0; i < METRONOMES; i++)
        uv_close((uv_handle_t *)&band->metronomes[i], closed);
    while (count < METRONOMES)
        uv_run(&band->loop, UV_RUN_ONCE);
    return uv_loop_close(&band->loop);
}

int band_play(struct band *band, int beats)
{
    *band = (struct band){.max_beats = beats};
    int error = uv_loop_init(&band->loop);
    if (error)
        return error;
    for (int i = 0; i < METRONOMES; i++) {
        uv_timer_init(&band->loop, &band->metronomes[i]);
        band->metronomes[i].data = band;
        uv_timer_start(&band->metronomes[i], beat, 1, 1);
    }
    uv_run(&band->loop, UV_RUN_DEFAULT);
    return band_end(band);
}
