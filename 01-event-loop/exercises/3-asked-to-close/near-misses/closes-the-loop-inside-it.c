/* NEAR MISS: the last close callback closes the loop that has called it, and that goes on.
 * Says: a callback called uv_loop_close */
#include "../exercise.h"

static void beat(uv_timer_t *metronome)
{
    struct band *band = metronome->data;
    if (++band->beats == band->max_beats)
        uv_stop(&band->loop);
}

static void closed(uv_handle_t *metronome)
{
    struct band *band = metronome->data;
    if (++band->closed == METRONOMES)
        uv_loop_close(&band->loop);
}

/* EXERCISE: it returns 0, yet each band leaks descriptors and memory. Which call here reports that,
 * and what has to happen before it? */
static int band_end(struct band *band)
{
    for (int i = 0; i < METRONOMES; i++)
        uv_close((uv_handle_t *)&band->metronomes[i], closed);
    uv_run(&band->loop, UV_RUN_DEFAULT);
    return 0;
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
